//! Waiting for a server's first words.

use std::io;
use std::mem::MaybeUninit;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use socket2::SockRef;

use super::{LaunchError, Launched};
use crate::connect::wait;
use crate::deadline::Deadline;

/// How long a server that has closed its monitor may take to end.
const END: Duration = Duration::from_secs(1);

/// Waits until there is something to read from the server; kills it when it says nothing.
pub(super) fn wait(
    program: &Path,
    server: &mut Launched,
    socket: &UnixStream,
    timeout: Duration,
) -> Result<(), LaunchError> {
    let socket = SockRef::from(socket);
    if !wait::readable(&socket, &Deadline::after(timeout))? {
        server.kill()?;
        server.wait()?;
        return Err(no_greeting(program, server, timeout));
    }
    if has_spoken(&socket)? {
        return Ok(());
    }
    let status = match server.wait_timeout(END)? {
        Some(status) => status,
        None => {
            server.kill()?;
            server.wait()?
        }
    };
    Err(LaunchError::Ended { program: program.into(), status, stderr: server.stderr() })
}

/// As [`wait`], on a tokio runtime.
#[cfg(feature = "tokio")]
pub(super) async fn wait_tokio(
    program: &Path,
    server: &mut Launched,
    socket: &tokio::net::UnixStream,
    timeout: Duration,
) -> Result<(), LaunchError> {
    let speaks = socket.async_io(tokio::io::Interest::READABLE, || has_spoken(&SockRef::from(socket)));
    let spoken = tokio::time::timeout(timeout, speaks).await;
    let Ok(spoken) = spoken else {
        server.kill()?;
        server.wait_tokio().await?;
        return Err(no_greeting(program, server, timeout));
    };
    if spoken? {
        return Ok(());
    }
    let status = match tokio::time::timeout(END, server.wait_tokio()).await {
        Ok(status) => status?,
        Err(_) => {
            server.kill()?;
            server.wait_tokio().await?
        }
    };
    Err(LaunchError::Ended { program: program.into(), status, stderr: server.stderr() })
}

fn no_greeting(program: &Path, server: &Launched, after: Duration) -> LaunchError {
    LaunchError::NoGreeting { program: program.into(), after, stderr: server.stderr() }
}

/// Whether something is to be read, and not only the end of the connection. What is to be read stays so.
fn has_spoken(socket: &SockRef<'_>) -> io::Result<bool> {
    match socket.peek(&mut [MaybeUninit::uninit()]) {
        Ok(length) => Ok(length > 0),
        // It ended before it had read what nobody sent: of no matter.
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => Ok(false),
        Err(error) => Err(error),
    }
}
