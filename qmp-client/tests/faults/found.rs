//! What else was found.

use std::future::{Future, poll_fn};
use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::task::Poll;
use std::time::Duration;

use qmp_client::connect::TokioSocket;
use qmp_client::tokio::Client;
use qmp_client::{CallOptions, Error, Options};
use serde_json::value::to_raw_value;

const GREETING: &[u8] =
    br#"{"QMP": {"version": {"qemu": {"micro": 2, "minor": 0, "major": 10}, "package": ""},
    "capabilities": []}}{"return": {}, "id": 1}"#;

/// A client of a server that reads nothing.
async fn client() -> (Client, UnixStream) {
    let (ours, mut theirs) = UnixStream::pair().unwrap();
    theirs.write_all(GREETING).unwrap();
    ours.set_nonblocking(true).unwrap();
    let socket = TokioSocket::Unix(tokio::net::UnixStream::from_std(ours).unwrap());
    (Client::over_socket(socket, &Options::new()).await.unwrap(), theirs)
}

/// Also where nothing can be written any more, so that nothing else would look after them.
#[tokio::test(start_paused = true)]
async fn file_descriptors_are_closed_when_their_request_is_not_made() {
    let (client, _server) = client().await;
    let options = CallOptions::new().timeout(Duration::from_secs(1));
    let arguments = to_raw_value(&"x".repeat(8 << 20)).unwrap();
    let blocks = client.execute_raw("too-much", Some(&arguments), &options).await;
    assert!(matches!(blocks, Err(Error::Timeout { .. })), "{blocks:?}");

    let (passed, mut other) = UnixStream::pair().unwrap();
    let with_fds = options.fds(&[passed.as_fd()]).unwrap();
    let result = client.execute_raw("getfd", None, &with_fds).await;
    assert!(matches!(result, Err(Error::Timeout { .. })), "{result:?}");
    drop((passed, with_fds));
    other.set_nonblocking(true).unwrap();
    assert_eq!(other.read(&mut [0]).unwrap(), 0, "the last duplicate is closed");
}

/// A call that is alone reads for itself; but nobody needs to poll it.
#[tokio::test(start_paused = true)]
async fn a_call_that_is_not_polled_does_not_stop_the_reading() {
    let (client, mut server) = client().await;
    // Time passes by leaps here.
    let options = CallOptions::new().timeout(Duration::from_secs(1 << 40));
    let mut call = Box::pin(client.execute_raw("a", None, &options));
    assert!(poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_pending())).await);
    // More than the socket holds.
    let storm = std::thread::spawn(move || {
        server.write_all(&b"{\"event\": \"STOP\"}\r\n".repeat(100_000)).unwrap();
        server
    });
    while !storm.is_finished() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut server = storm.join().unwrap();

    let mut events = client.events();
    server.write_all(b"{\"event\": \"RESUME\"}\r\n").unwrap();
    while events.next(Duration::from_secs(1 << 40)).await.unwrap().unwrap().name() != "RESUME" {}
    server.write_all(b"{\"return\": {}, \"id\": 2}\r\n").unwrap();
    call.await.unwrap();
}

#[test]
fn more_file_descriptors_than_can_be_passed_are_refused_before_anything_is_sent() {
    let (fd, _) = UnixStream::pair().unwrap();
    let error = CallOptions::new().fds(&vec![fd.as_fd(); 254]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(!Error::FileDescriptors(error).is_disconnected());
    assert!(CallOptions::new().fds(&vec![fd.as_fd(); 253]).is_ok());
}
