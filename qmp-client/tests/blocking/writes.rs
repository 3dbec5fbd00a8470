//! How requests reach the transport.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use qmp_client::blocking::Transport;

use crate::bindings::{QueryName, SetPassword};
use crate::server::{pair, patient};

/// A stream that notes how long each write to it was.
struct Noting {
    stream: UnixStream,
    writes: Arc<Mutex<Vec<usize>>>,
}

impl Read for Noting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buffer)
    }
}

impl Write for Noting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writes.lock().unwrap().push(bytes.len());
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

impl Transport for Noting {
    fn set_timeout(&mut self, timeout: Duration) -> io::Result<()> {
        self.stream.set_timeout(timeout)
    }
}

#[test]
fn a_request_is_one_write() {
    let long = "x".repeat(60_000);
    let requests = [
        r#"{"execute":"query-name","id":2}"#.to_owned(),
        format!(r#"{{"execute":"set_password","arguments":{{"password":"{long}"}},"id":3}}"#),
    ];
    let lengths = requests.each_ref().map(String::len);
    let (stream, server) = pair(move |mut peer| {
        peer.negotiate();
        for (id, request) in (2..).zip(requests) {
            peer.expect(&request);
            peer.send(format!("{{\"return\": {{}}, \"id\": {id}}}\r\n"));
        }
    });
    let writes = Arc::default();
    let mut client = patient().over(Noting { stream, writes: Arc::clone(&writes) }).unwrap();
    client.execute(&QueryName {}).unwrap();
    client.execute(&SetPassword { password: long }).unwrap();
    assert_eq!(writes.lock().unwrap()[1..], lengths);
    server.join().unwrap();
}
