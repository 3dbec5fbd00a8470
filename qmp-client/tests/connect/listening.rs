//! Listening for servers that connect.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{UnixListener, UnixStream};

use qmp_client::Address;
use qmp_client::connect::{Listener, Socket, connect};

use crate::{LONG, SHORT, addresses, assert_connected};

#[test]
fn all_kinds_accept() {
    let folder = tempfile::tempdir().unwrap();
    for address in addresses(folder.path()) {
        let listener = Listener::bind(&address).unwrap();
        assert_eq!(listener.accept(SHORT).unwrap_err().kind(), ErrorKind::TimedOut);
        for _ in 0..2 {
            let client = connect(listener.address(), LONG).unwrap();
            let mut accepted = listener.accept(LONG).unwrap();
            if let (Socket::Tcp(one), Socket::Tcp(other)) = (&client, &accepted) {
                assert!(one.nodelay().unwrap() && other.nodelay().unwrap());
            }
            assert_connected(client, &mut accepted);
        }
    }
}

#[test]
fn the_address_is_the_one_in_use() {
    let listener = Listener::bind(&"tcp:localhost:0".parse().unwrap()).unwrap();
    let Address::Tcp { host, port } = listener.address() else { panic!("{listener:?}") };
    assert!(["127.0.0.1", "::1"].contains(&host.as_str()) && *port != 0);
    let again = Listener::bind(listener.address()).unwrap_err();
    assert_eq!(again.kind(), ErrorKind::AddrInUse);
}

#[test]
fn nobody_can_listen_on_a_descriptor() {
    let error = Listener::bind(&Address::Fd(3)).unwrap_err();
    assert_eq!(error.to_string(), "fd:3: that is a connection, nobody listens there");
}

#[test]
fn options_for_qemu() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(OsStr::from_bytes(b"a,b\xff"));
    let listener = Listener::bind(&Address::Unix(path)).unwrap();
    let expected =
        [b"socket,id=a,,b,path=", folder.path().as_os_str().as_bytes(), b"/a,,b\xff,server=off"].concat();
    assert_eq!(listener.chardev("a,b").unwrap().as_bytes(), expected);

    let name = folder.path().display();
    let listener = Listener::bind(&Address::Abstract(format!("{name},b"))).unwrap();
    let expected = format!("socket,id=m,path={name},,b,abstract=on,server=off");
    assert_eq!(listener.chardev("m").unwrap(), OsStr::new(&expected));

    let listener = Listener::bind(&"tcp:127.0.0.1:0".parse().unwrap()).unwrap();
    let Address::Tcp { port, .. } = listener.address() else { panic!("{listener:?}") };
    let expected = format!("socket,id=m,host=127.0.0.1,port={port},nodelay=on,server=off");
    assert_eq!(listener.chardev("m").unwrap(), OsStr::new(&expected));
}

#[test]
fn the_file_goes_with_the_listener() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let listener = Listener::bind(&Address::Unix(path.clone())).unwrap();
    assert!(path.exists());
    drop(listener);
    assert!(!path.exists());
}

#[test]
fn the_file_of_another_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let listener = Listener::bind(&Address::Unix(path.clone())).unwrap();
    fs::remove_file(&path).unwrap();
    let other = UnixListener::bind(&path).unwrap();
    drop(listener);
    assert!(path.exists());
    UnixStream::connect(&path).unwrap();
    drop(other);
}

#[test]
fn a_file_that_exists_is_replaced_if_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let address = Address::Unix(path.clone());
    // std's listener leaves its file behind.
    drop(UnixListener::bind(&path).unwrap());
    let error = Listener::bind(&address).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
    assert_eq!(error.to_string(), format!("{} cannot be made: it exists", path.display()));

    let listener = Listener::bind_replacing_stale(&address).unwrap();
    let client = connect(&address, LONG).unwrap();
    assert_connected(client, &mut listener.accept(LONG).unwrap());

    let error = Listener::bind_replacing_stale(&address).unwrap_err();
    assert_eq!(error.to_string(), format!("{} cannot be made: a server listens there", path.display()));
    drop(listener);

    fs::write(&path, "precious").unwrap();
    let error = Listener::bind_replacing_stale(&address).unwrap_err();
    assert_eq!(error.to_string(), format!("{} cannot be made: it is not a socket", path.display()));
    assert_eq!(fs::read(&path).unwrap(), b"precious");
}
