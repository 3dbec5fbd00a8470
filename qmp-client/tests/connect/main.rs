//! Connecting, listening and launching, on a machine without QEMU.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where it stands")]

mod connecting;
mod inherited;
#[cfg(feature = "launch")]
mod launching;
mod listening;
mod stdio;
#[cfg(feature = "tokio")]
mod with_tokio;

use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

use qmp_client::Address;
use qmp_client::connect::Socket;
use socket2::{Domain, SockAddr, Type};

/// Nothing that should happen takes so long.
const LONG: Duration = Duration::from_secs(30);

/// For what should not happen.
const SHORT: Duration = Duration::from_millis(30);

/// Both ends belong together.
#[track_caller]
fn assert_connected(mut one: impl Write, other: &mut Socket) {
    one.write_all(b"ping").unwrap();
    one.flush().unwrap();
    let mut read = [0; 4];
    other.set_read_timeout(Some(LONG)).unwrap();
    other.read_exact(&mut read).unwrap();
    assert_eq!(&read, b"ping");
}

/// Addresses to listen at, of all kinds that every Linux has.
fn addresses(folder: &Path) -> [Address; 3] {
    let name = format!("qmp-client-test-{}", folder.file_name().unwrap().display());
    [
        Address::Unix(folder.join("a socket")),
        Address::Abstract(name),
        Address::Tcp { host: "localhost".into(), port: 0 },
    ]
}

/// A socket of which the queue is full, as long as both are held.
fn full(path: &Path) -> (socket2::Socket, socket2::Socket) {
    let address = SockAddr::unix(path).unwrap();
    let new = || socket2::Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
    let (listener, first) = (new(), new());
    listener.bind(&address).unwrap();
    listener.listen(0).unwrap();
    first.connect(&address).unwrap();
    (listener, first)
}
