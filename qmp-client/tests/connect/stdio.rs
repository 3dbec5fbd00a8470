//! Children that speak on their standard input and output.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use qmp_client::connect::{ChildStdio, Socket, pair};

use crate::assert_connected;

#[test]
fn pipes() {
    let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stream = ChildStdio::take(&mut child).unwrap();
    assert!(ChildStdio::take(&mut child).is_none());
    stream.write_all(b"echo").unwrap();
    let mut read = [0; 4];
    stream.read_exact(&mut read).unwrap();
    assert_eq!(&read, b"echo");
    drop(stream);
    assert!(child.wait().unwrap().success());

    let mut child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    assert!(ChildStdio::take(&mut child).is_none());
    assert!(child.stdin.is_some());
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_pair() {
    let (ours, theirs) = pair().unwrap();
    let mut child = Command::new("cat").stdin(theirs.try_clone().unwrap()).stdout(theirs).spawn().unwrap();
    let writer = ours.try_clone().unwrap();
    let mut socket = Socket::from(ours);
    assert_connected(&writer, &mut socket);
    socket.shutdown(std::net::Shutdown::Write).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(socket.read(&mut [0]).unwrap(), 0);
}
