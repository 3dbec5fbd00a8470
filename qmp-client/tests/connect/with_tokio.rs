//! The same on a tokio runtime.

use std::io::ErrorKind;
use std::os::fd::AsRawFd;

use qmp_client::Address;
use qmp_client::connect::{Listener, Socket, TokioSocket, connect_tokio, pair};

use crate::{LONG, SHORT, addresses, assert_connected, full};

/// As a socket that blocks.
fn blocking(socket: TokioSocket) -> Socket {
    let socket: Socket = match socket {
        TokioSocket::Unix(stream) => stream.into_std().unwrap().into(),
        TokioSocket::Tcp(stream) => {
            assert!(stream.nodelay().unwrap());
            stream.into_std().unwrap().into()
        }
        other => panic!("{other:?}"),
    };
    socket.set_nonblocking(false).unwrap();
    socket
}

#[tokio::test]
async fn all_kinds_connect_and_accept() {
    let folder = tempfile::tempdir().unwrap();
    for address in addresses(folder.path()) {
        let listener = Listener::bind(&address).unwrap();
        assert_eq!(listener.accept_tokio(SHORT).await.unwrap_err().kind(), ErrorKind::TimedOut);
        for _ in 0..2 {
            let (client, accepted) =
                tokio::join!(connect_tokio(listener.address(), LONG), listener.accept_tokio(LONG));
            assert_connected(blocking(client.unwrap()), &mut blocking(accepted.unwrap()));
        }
    }
}

#[tokio::test]
async fn a_descriptor() {
    let (ours, theirs) = pair().unwrap();
    let socket = connect_tokio(&Address::Fd(theirs.as_raw_fd().unsigned_abs()), LONG).await.unwrap();
    assert_connected(ours, &mut blocking(socket));
}

#[tokio::test]
async fn nobody_listens() {
    let folder = tempfile::tempdir().unwrap();
    let error = connect_tokio(&Address::Unix(folder.path().join("none")), LONG).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let error = connect_tokio(&"tcp:localhost:0".parse().unwrap(), LONG).await.unwrap_err();
    assert_eq!(error.to_string(), "nobody listens on port 0");
}

#[tokio::test]
async fn a_full_queue_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("full");
    let (listener, _first) = full(&path);
    let address = Address::Unix(path);
    assert_eq!(connect_tokio(&address, SHORT).await.unwrap_err().kind(), ErrorKind::TimedOut);

    // On one thread: were it held up, nobody would ever accept.
    let (connected, accepted) =
        tokio::join!(connect_tokio(&address, LONG), async { listener.accept().unwrap() });
    assert!(matches!(connected, Ok(TokioSocket::Unix(_))));
    drop(accepted);
}

#[tokio::test]
async fn all_addresses_of_a_host_are_tried() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = Address::Tcp { host: "localhost".into(), port: listener.local_addr().unwrap().port() };
    let socket = connect_tokio(&address, LONG).await.unwrap();
    assert_connected(&listener.accept().unwrap().0, &mut blocking(socket));
}
