//! Listening for a server that connects.

use std::ffi::OsString;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

#[cfg(target_os = "linux")]
use socket2::Domain;
use socket2::SockRef;

#[cfg(unix)]
use super::file::{self, SocketFile};
use super::{Socket, invalid, unsupported, wait};
use crate::Address;
use crate::deadline::Deadline;

/// How many connections may wait to be accepted. One is expected.
#[cfg(unix)]
const BACKLOG: i32 = 16;

/// A socket that waits for servers to connect.
///
/// ```no_run
/// use std::process::Command;
/// use std::time::Duration;
///
/// use qmp_client::connect::Listener;
///
/// let listener = Listener::bind(&"unix:/run/user/1000/vm.qmp".parse()?)?;
/// let monitor = listener.chardev("monitor").ok_or("not for QEMU")?;
/// let qemu = Command::new("qemu-system-x86_64")
///     .arg("-chardev")
///     .arg(monitor)
///     .args(["-mon", "chardev=monitor,mode=control"])
///     .spawn()?;
/// let socket = listener.accept(Duration::from_secs(10))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The file of a unix socket is made with the rights that the process's umask leaves; who may connect is a matter of
/// its folder. It is removed when the listener is dropped, unless somebody has replaced it: the connections stay.
#[derive(Debug)]
pub struct Listener {
    // In this order they are dropped.
    #[cfg(unix)]
    _file: Option<SocketFile>,
    /// Never blocks.
    socket: socket2::Socket,
    address: Address,
}

impl Listener {
    /// Listens at an address: a unix socket, a TCP port (0: one that is free) or a vsock port (4294967295: one that
    /// is free; the CID is 4294967295 for all that this machine has).
    ///
    /// # Errors
    /// [`io::ErrorKind::AddrInUse`] when the file or the port is there already, [`io::ErrorKind::Unsupported`] where
    /// the system has no such sockets, [`io::ErrorKind::InvalidInput`] for addresses that nobody can listen at; what
    /// the system says else.
    pub fn bind(address: &Address) -> io::Result<Self> {
        Self::bind_with(address, false)
    }

    /// As [`bind`](Self::bind), and replaces the file of a unix socket at which nobody listens any more. To learn
    /// that, it connects: a server that does listen there sees somebody come and leave.
    ///
    /// # Errors
    /// As [`bind`](Self::bind); [`io::ErrorKind::AddrInUse`] when somebody listens, or it is another kind of file.
    pub fn bind_replacing_stale(address: &Address) -> io::Result<Self> {
        Self::bind_with(address, true)
    }

    #[cfg_attr(not(unix), allow(unused_variables, reason = "files are for unix sockets alone"))]
    fn bind_with(address: &Address, replace_stale: bool) -> io::Result<Self> {
        let listener = match address {
            #[cfg(unix)]
            Address::Unix(path) => {
                let (file, socket) = file::bind(path, replace_stale)?;
                socket.listen(BACKLOG)?;
                Self { _file: Some(file), socket, address: address.clone() }
            }
            #[cfg(target_os = "linux")]
            Address::Abstract(name) => {
                let socket = bind_socket(Domain::UNIX, &super::unix::abstract_name(name)?)?;
                Self::without_file(socket, address.clone())
            }
            #[cfg(target_os = "linux")]
            Address::Vsock { cid, port } => {
                let socket = bind_socket(Domain::VSOCK, &socket2::SockAddr::vsock(*cid, *port))?;
                let port = socket.local_addr()?.as_vsock_address().map_or(*port, |(_, port)| port);
                Self::without_file(socket, Address::Vsock { cid: *cid, port })
            }
            Address::Tcp { host, port } => {
                let listener = TcpListener::bind((host.as_str(), *port))?;
                let address = tcp_address(listener.local_addr()?);
                Self::without_file(listener.into(), address)
            }
            Address::Fd(_) => {
                return Err(invalid(format!("{address}: that is a connection, nobody listens there")));
            }
            #[allow(unreachable_patterns, reason = "Linux has them all")]
            other => return Err(unsupported(other)),
        };
        // Whoever waits for a connection might find that it has gone again; then nobody must be stuck.
        listener.socket.set_nonblocking(true)?;
        Ok(listener)
    }

    fn without_file(socket: socket2::Socket, address: Address) -> Self {
        Self {
            #[cfg(unix)]
            _file: None,
            socket,
            address,
        }
    }

    /// Where servers have to connect to: with the port that is in fact used, and the IP address in place of a host's
    /// name. A relative path is still one: it is of use to servers that are started in the same folder.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The value of QEMU's option `-chardev` (of its storage daemon `--chardev`) with which it connects to here. `id`
    /// is the name that the option for the monitor refers to. `None` for vsock, to which QEMU's character devices
    /// cannot connect.
    #[must_use]
    pub fn chardev(&self, id: &str) -> Option<OsString> {
        let mut option = OsString::from(format!("socket,id={}", id.replace(',', ",,")));
        match &self.address {
            Address::Unix(path) => {
                option.push(",path=");
                option.push(comma_doubled(path.as_os_str()));
            }
            Address::Abstract(name) => {
                option.push(format!(",path={},abstract=on", name.replace(',', ",,")));
            }
            Address::Tcp { host, port } => option.push(format!(",host={host},port={port},nodelay=on")),
            Address::Vsock { .. } | Address::Fd(_) => return None,
        }
        option.push(",server=off");
        Some(option)
    }

    /// Waits for the next connection, at least a millisecond. It goes on listening.
    ///
    /// # Errors
    /// [`io::ErrorKind::TimedOut`] when nobody connects within `timeout`; what the system says else.
    pub fn accept(&self, timeout: Duration) -> io::Result<Socket> {
        let deadline = Deadline::after(timeout);
        while wait::readable(&SockRef::from(&self.socket), &deadline)? {
            if let Some(socket) = self.accept_now()? {
                return Ok(socket);
            }
        }
        Err(nobody_connected(timeout))
    }

    /// As [`accept`](Self::accept), on a tokio runtime. It may be given up at any time: no connection is lost.
    ///
    /// # Errors
    /// As [`accept`](Self::accept).
    ///
    /// # Panics
    /// Outside a tokio runtime that has its I/O and its clock enabled.
    #[cfg(feature = "tokio")]
    pub async fn accept_tokio(&self, timeout: Duration) -> io::Result<super::TokioSocket> {
        let watch = super::tokio::watch(&self.socket)?;
        let accept = || self.accept_now()?.ok_or_else(|| io::ErrorKind::WouldBlock.into());
        let accepted = watch.async_io(tokio::io::Interest::READABLE, accept);
        match tokio::time::timeout(timeout.max(Deadline::SHORTEST), accepted).await {
            Ok(socket) => socket?.try_into(),
            Err(_) => Err(nobody_connected(timeout)),
        }
    }

    /// `None` when nobody is there.
    fn accept_now(&self) -> io::Result<Option<Socket>> {
        use io::ErrorKind::{ConnectionAborted, Interrupted, WouldBlock};

        let socket = match self.socket.accept() {
            Ok((socket, _)) => socket,
            Err(error) if matches!(error.kind(), ConnectionAborted | Interrupted | WouldBlock) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        // Some systems let it inherit this.
        socket.set_nonblocking(false)?;
        match &self.address {
            Address::Tcp { .. } => {
                socket.set_tcp_nodelay(true)?;
                Ok(Some(Socket::Tcp(socket.into())))
            }
            #[cfg(unix)]
            _ => Ok(Some(Socket::Unix(socket.into()))),
            #[cfg(not(unix))]
            other => Err(unsupported(other)),
        }
    }
}

#[cfg(target_os = "linux")]
fn bind_socket(domain: Domain, address: &socket2::SockAddr) -> io::Result<socket2::Socket> {
    let socket = socket2::Socket::new(domain, socket2::Type::STREAM, None)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?;
    Ok(socket)
}

fn tcp_address(address: SocketAddr) -> Address {
    let host = match address {
        // Without the number of the network it leads nowhere.
        SocketAddr::V6(v6) if v6.scope_id() != 0 => format!("{}%{}", v6.ip(), v6.scope_id()),
        _ => address.ip().to_string(),
    };
    Address::Tcp { host, port: address.port() }
}

#[cfg(unix)]
fn comma_doubled(text: &std::ffi::OsStr) -> OsString {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};

    let doubled =
        text.as_bytes().iter().flat_map(|&byte| std::iter::repeat_n(byte, 1 + usize::from(byte == b',')));
    OsString::from_vec(doubled.collect())
}

#[cfg(not(unix))]
fn comma_doubled(text: &std::ffi::OsStr) -> OsString {
    text.to_string_lossy().replace(',', ",,").into()
}

fn nobody_connected(timeout: Duration) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, format!("nobody connected within {timeout:?}"))
}
