//! How requests reach the transport.

use std::io;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use qmp_client::blocking::Transport;

use crate::bindings::{QueryName, SetPassword};
use crate::server::{over, pair};

/// A stream that notes how long each write to it was.
struct Noting {
    stream: UnixStream,
    writes: Arc<Mutex<Vec<usize>>>,
}

impl Transport for Noting {
    fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        Transport::read(&self.stream, buffer)
    }

    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.writes.lock().unwrap().push(bytes.len());
        Transport::write(&self.stream, bytes)
    }

    fn set_read_timeout(&self, timeout: Duration) -> io::Result<()> {
        Transport::set_read_timeout(&self.stream, timeout)
    }

    fn set_write_timeout(&self, timeout: Duration) -> io::Result<()> {
        Transport::set_write_timeout(&self.stream, timeout)
    }

    fn close(&self) {
        self.stream.close();
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
    let client = over(Noting { stream, writes: Arc::clone(&writes) });
    client.execute(&QueryName {}).unwrap();
    client.execute(&SetPassword { password: long }).unwrap();
    assert_eq!(writes.lock().unwrap()[1..], lengths);
    server.join().unwrap();
}
