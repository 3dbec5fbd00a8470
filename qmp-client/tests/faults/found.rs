//! What else was found.

use std::io::{ErrorKind, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
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

#[test]
fn more_file_descriptors_than_can_be_passed_are_refused_before_anything_is_sent() {
    let (fd, _) = UnixStream::pair().unwrap();
    let error = CallOptions::new().fds(&vec![fd.as_fd(); 254]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(!Error::FileDescriptors(error).is_disconnected());
    assert!(CallOptions::new().fds(&vec![fd.as_fd(); 253]).is_ok());
}
