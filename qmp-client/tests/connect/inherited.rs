//! Descriptors by their numbers.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::net::{UnixDatagram, UnixStream};

use qmp_client::Address;
use qmp_client::connect::{Socket, connect, pair};

use crate::{LONG, assert_connected};

fn fd(of: &impl AsFd) -> Address {
    Address::Fd(of.as_fd().as_raw_fd().unsigned_abs())
}

/// Whether children get it.
fn is_inherited(of: &impl AsFd) -> bool {
    let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{}", of.as_fd().as_raw_fd())).unwrap();
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:")).unwrap();
    // O_CLOEXEC, in octal as the flags are.
    u32::from_str_radix(flags.trim(), 8).unwrap() & 0o2_000_000 == 0
}

#[test]
fn the_end_of_a_pair() {
    let (ours, theirs) = pair().unwrap();
    // As a program that does not block would leave it.
    ours.set_nonblocking(true).unwrap();
    let mut socket = connect(&fd(&theirs), LONG).unwrap();
    assert!(matches!(socket, Socket::Unix(_)));
    assert!(!is_inherited(&socket));
    assert_connected(&ours, &mut socket);

    // The connection is not at its end with the duplicate, unless it is shut down.
    drop(socket);
    (&ours).write_all(b"x").unwrap();
    connect(&fd(&theirs), LONG).unwrap().shutdown(Shutdown::Both).unwrap();
    ours.set_nonblocking(false).unwrap();
    assert_eq!((&ours).read(&mut [0]).unwrap(), 0);
}

#[test]
fn a_connection_over_tcp() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (server, _) = listener.accept().unwrap();
    let mut socket = connect(&fd(&server), LONG).unwrap();
    let Socket::Tcp(stream) = &socket else { panic!("{socket:?}") };
    assert!(stream.nodelay().unwrap());
    assert_connected(&client, &mut socket);
}

#[test]
fn what_is_no_connection_is_refused() {
    let fails = |address: &Address, what: &str| {
        let error = connect(address, LONG).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        let Address::Fd(number) = address else { unreachable!() };
        assert_eq!(error.to_string(), format!("descriptor {number} is {what}"));
    };
    fails(&Address::Fd(i32::MAX.unsigned_abs()), "not open");
    fails(&Address::Fd(u32::MAX), "not open");
    let expected = ", expected a connected stream socket";
    fails(&fd(&File::open("/dev/null").unwrap()), &format!("not a socket{expected}"));
    let (datagram, _other) = UnixDatagram::pair().unwrap();
    fails(&fd(&datagram), &format!("a socket of another type{expected}"));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    fails(&fd(&listener), &format!("a socket without a connection{expected}"));
    let (widow, other) = UnixStream::pair().unwrap();
    drop(other);
    // Who finds out is who reads.
    assert!(connect(&fd(&widow), LONG).is_ok());
}
