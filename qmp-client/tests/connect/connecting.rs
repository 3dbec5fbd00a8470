//! From an address to a socket.

use std::io::ErrorKind;
use std::net::TcpListener;

use qmp_client::Address;
use qmp_client::connect::{Socket, connect};

use crate::{LONG, SHORT, assert_connected, full};

#[track_caller]
fn fails(address: &Address, kind: ErrorKind, text: &str) {
    let error = connect(address, LONG).unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (kind, text));
}

#[test]
fn addresses_that_no_system_can_connect_to() {
    let unix = |path: &str| Address::Unix(path.into());
    let path = "the path of a socket is not empty and has no zero byte";
    fails(&unix(""), ErrorKind::InvalidInput, path);
    fails(&unix("/run/a\0b"), ErrorKind::InvalidInput, path);
    let long = "the path of a socket has at most about 100 bytes, depending on the system, not 120";
    fails(&unix(&"x".repeat(120)), ErrorKind::InvalidInput, long);
    let name = |name: &str| Address::Abstract(name.into());
    fails(&name(""), ErrorKind::InvalidInput, "the name of a socket is not empty");
    fails(
        &name(&"x".repeat(108)),
        ErrorKind::InvalidInput,
        "the name of a socket has at most 107 bytes, not 108",
    );
    let tcp = Address::Tcp { host: "localhost".into(), port: 0 };
    fails(&tcp, ErrorKind::InvalidInput, "nobody listens on port 0");
}

#[test]
fn nobody_listens() {
    let folder = tempfile::tempdir().unwrap();
    let error = connect(&Address::Unix(folder.path().join("none")), LONG).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let error = connect(&Address::Abstract("qmp-client-test-nobody".into()), LONG).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}

#[test]
fn a_full_queue_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("full");
    let (listener, _first) = full(&path);
    let address = Address::Unix(path);
    assert_eq!(connect(&address, SHORT).unwrap_err().kind(), ErrorKind::TimedOut);

    let waiting = std::thread::spawn(move || connect(&address, LONG));
    let (_first_accepted, _) = listener.accept().unwrap();
    let (_second_accepted, _) = listener.accept().unwrap();
    assert!(matches!(waiting.join().unwrap(), Ok(Socket::Unix(_))));
}

#[test]
fn all_addresses_of_a_host_are_tried() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    // Of which the first is that of IPv6 on most machines.
    let address = Address::Tcp { host: "localhost".into(), port: listener.local_addr().unwrap().port() };
    let mut socket = connect(&address, LONG).unwrap();
    assert_connected(&listener.accept().unwrap().0, &mut socket);
}
