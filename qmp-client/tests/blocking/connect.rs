//! From an address to a client that is ready.

use std::io::{self, Cursor, Read};
use std::os::unix::net::UnixListener;
use std::sync::Mutex;
use std::time::Duration;

use qmp_client::blocking::{Client, Transport};
use qmp_client::{Address, Capability, Error};

use crate::bindings::{Name, QueryName};
use crate::server::{GREETING, Server, hasty, over, patient, refused};

#[test]
fn over_a_unix_socket() {
    let server = Server::unix(|mut peer| {
        peer.negotiate();
        assert_eq!(peer.wait_for_close(), "");
    });
    let client = Client::connect_with(&server.address, &patient()).unwrap();
    assert_eq!(client.greeting().version.qemu.major, 10);
    assert_eq!(client.greeting().version.package, "test");
    assert_eq!(client.greeting().capabilities, [Capability::Oob]);
    client.close();
    server.join();
}

#[test]
fn over_tcp() {
    let server = Server::tcp(|mut peer| {
        peer.negotiate();
        peer.expect(r#"{"execute":"query-name","id":2}"#);
        peer.send("{\"return\": {\"name\": \"vm\"}, \"id\": 2}\r\n");
    });
    let client = Client::connect_with(&server.address, &patient()).unwrap();
    assert_eq!(client.execute(&QueryName {}).unwrap(), Name { name: Some("vm".into()) });
    server.join();
}

/// A transport without a socket: what the server says is known beforehand.
struct Recorded {
    incoming: Mutex<Cursor<Vec<u8>>>,
    /// How many bytes of it wait for the second request, and what was written.
    last: u64,
    written: Mutex<Vec<u8>>,
}

impl Transport for Recorded {
    fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut incoming = self.incoming.lock().unwrap();
        let rest = incoming.get_ref().len() as u64 - incoming.position();
        if rest == self.last && !self.written.lock().unwrap().ends_with(b"\"id\":2}") {
            std::thread::sleep(Duration::from_millis(1));
            return Err(io::ErrorKind::WouldBlock.into());
        }
        // In the smallest pieces that there are.
        incoming.read(&mut buffer[..1])
    }

    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        self.written.lock().unwrap().push(bytes[0]);
        Ok(1)
    }

    fn set_read_timeout(&self, _: Duration) -> io::Result<()> {
        Ok(())
    }

    fn set_write_timeout(&self, _: Duration) -> io::Result<()> {
        Ok(())
    }

    fn close(&self) {}
}

#[test]
fn over_any_transport() {
    let stale = "16,681\"]}]}\r\n{\"event\": \"STOP\"}\r\n";
    let negotiated = "{\r\n  \"return\": {\r\n  },\r\n  \"id\": 1\r\n}\r\n";
    let last = "{\"return\": {}, \"id\": 2}";
    let client = over(Recorded {
        incoming: Mutex::new(Cursor::new(format!("{stale}{GREETING}{negotiated}{last}").into_bytes())),
        last: last.len() as u64,
        written: Mutex::default(),
    });
    assert_eq!(client.execute(&QueryName {}).unwrap(), Name { name: None });
    assert!(matches!(client.execute(&QueryName {}), Err(Error::Closed)));
}

#[test]
fn nobody_listens() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none");
    let error = Client::connect(&Address::Unix(path.clone())).unwrap_err();
    let text = error.to_string();
    assert!(text.starts_with(&format!("cannot connect to unix:{}: ", path.display())), "{text}");
    assert!(matches!(error, Error::Connect { error, .. } if error.kind() == io::ErrorKind::NotFound));

    let long = Address::Unix(folder.path().join("x".repeat(200)));
    assert!(matches!(Client::connect(&long), Err(Error::Connect { .. })));
}

#[test]
fn a_silent_server_is_in_use_or_not_qmp() {
    let error = refused(&hasty(), |peer| drop(peer.wait_for_close()));
    let expected =
        "no greeting within 30ms: the monitor is in use by another client, or this is not a QMP monitor";
    assert_eq!(error.to_string(), expected);

    // Accepted by the kernel, by nobody else; then not even that.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qmp");
    let _listener = UnixListener::bind(&path).unwrap();
    let address = Address::Unix(path);
    let backlog = socket2::Socket::new(socket2::Domain::UNIX, socket2::Type::STREAM, None).unwrap();
    let Address::Unix(path) = &address else { unreachable!() };
    backlog.bind(&socket2::SockAddr::unix(path.with_extension("full")).unwrap()).unwrap();
    backlog.listen(0).unwrap();
    let full = Address::Unix(path.with_extension("full"));
    let _waiting = std::os::unix::net::UnixStream::connect(path.with_extension("full")).unwrap();
    for address in [address, full] {
        let error = Client::connect_with(&address, &hasty()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("no greeting from {address} within 30ms: ")), "{error}");
    }
}

#[test]
fn a_server_of_another_protocol_is_refused() {
    let error = refused(&patient().max_message_size(100), |mut peer| {
        peer.send_forever("220 mail.example.org ESMTP\r\n");
    });
    assert_eq!(error.to_string(), "not QMP: no greeting in 100 bytes");
    let error = refused(&patient(), |mut peer| peer.send("{\"QMP\": {}}\r\n"));
    assert_eq!(error.to_string(), "not QMP: malformed message: member 'version' is missing");
}

#[test]
fn a_server_may_leave_before_it_is_ready() {
    let message =
        "the connection ended before it was ready: this is not a QMP monitor, or the server is ending";
    assert_eq!(refused(&patient(), drop).to_string(), message);
    for sent in [&GREETING[..20], GREETING] {
        let error = refused(&patient(), move |mut peer| peer.send(sent));
        assert!(matches!(error, Error::ClosedEarly { address: None }), "{error:?}");
    }
}

#[test]
fn the_negotiation_is_a_command_like_others() {
    let error = refused(&patient(), |mut peer| {
        peer.send(GREETING);
        peer.expect(r#"{"execute":"qmp_capabilities","id":1}"#);
        peer.send(r#"{"id": 1, "error": {"class": "GenericError", "desc": "no"}}"#);
    });
    assert_eq!(error.to_string(), "qmp_capabilities: GenericError: no");
    let second = Duration::from_secs(1);
    let error = refused(&patient().connect_timeout(second), |mut peer| {
        peer.send(GREETING);
        drop(peer.wait_for_close());
    });
    assert_eq!(error.to_string(), "no reply to qmp_capabilities within 1s");
}
