//! A server that does what a script says, on a thread of its own.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::thread::JoinHandle;

use qmp_client::blocking::{Client, Transport};
use qmp_client::{Address, Error, Options};
use tempfile::TempDir;

use crate::{LONG, SHORT};

pub(crate) const GREETING: &str = "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 2, \"minor\": 0, \"major\": 10}, \
    \"package\": \"test\"}, \"capabilities\": [\"oob\"]}}\r\n";

/// The script's end of a connection.
pub(crate) struct Peer {
    stream: Box<dyn Stream>,
}

trait Stream: Read + Write + Send {}
impl Stream for UnixStream {}
impl Stream for TcpStream {}

impl Peer {
    fn unix(stream: UnixStream) -> Self {
        stream.set_read_timeout(Some(LONG)).unwrap();
        stream.set_write_timeout(Some(LONG)).unwrap();
        Self { stream: Box::new(stream) }
    }

    fn tcp(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(LONG)).unwrap();
        stream.set_write_timeout(Some(LONG)).unwrap();
        Self { stream: Box::new(stream) }
    }

    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
    }

    /// Sends until the client is gone.
    pub(crate) fn send_forever(&mut self, bytes: impl AsRef<[u8]>) {
        while self.stream.write_all(bytes.as_ref()).is_ok() {}
    }

    /// Reads exactly these bytes.
    pub(crate) fn expect(&mut self, bytes: &str) {
        let mut read = vec![0; bytes.len()];
        self.stream.read_exact(&mut read).unwrap();
        assert_eq!(String::from_utf8(read).unwrap(), bytes);
    }

    /// Greets and lets capabilities be negotiated: the id 1 is used.
    pub(crate) fn negotiate(&mut self) {
        self.send(GREETING);
        self.expect(r#"{"execute":"qmp_capabilities","id":1}"#);
        self.send("{\"return\": {}, \"id\": 1}\r\n");
    }

    /// Reads until the client closes, and gives what it sent.
    pub(crate) fn wait_for_close(mut self) -> String {
        let mut read = String::new();
        self.stream.read_to_string(&mut read).unwrap();
        read
    }
}

/// A running script. Join it: its assertions are part of the test.
pub(crate) struct Server {
    pub(crate) address: Address,
    thread: JoinHandle<()>,
    _folder: Option<TempDir>,
}

impl Server {
    pub(crate) fn unix(script: impl FnOnce(Peer) + Send + 'static) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("qmp");
        let listener = UnixListener::bind(&path).unwrap();
        let thread = std::thread::spawn(move || script(Peer::unix(listener.accept().unwrap().0)));
        Self { address: Address::Unix(path), thread, _folder: Some(folder) }
    }

    pub(crate) fn tcp(script: impl FnOnce(Peer) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let thread = std::thread::spawn(move || script(Peer::tcp(listener.accept().unwrap().0)));
        Self { address: Address::Tcp { host: "127.0.0.1".into(), port }, thread, _folder: None }
    }

    pub(crate) fn join(self) {
        self.thread.join().unwrap();
    }
}

/// The two ends of a socket pair: the client's, and a thread that runs the script.
pub(crate) fn pair(script: impl FnOnce(Peer) + Send + 'static) -> (UnixStream, JoinHandle<()>) {
    let (client, server) = UnixStream::pair().unwrap();
    (client, std::thread::spawn(move || script(Peer::unix(server))))
}

/// A client that has negotiated with a server that then goes on by the script.
pub(crate) fn client(script: impl FnOnce(Peer) + Send + 'static) -> (Client, JoinHandle<()>) {
    client_with(&patient(), script)
}

/// As [`client`], with options.
pub(crate) fn client_with(
    options: &Options,
    script: impl FnOnce(Peer) + Send + 'static,
) -> (Client, JoinHandle<()>) {
    let (stream, thread) = pair(|mut peer| {
        peer.negotiate();
        script(peer);
    });
    (Client::over_with(stream, options).unwrap(), thread)
}

/// Options that never time out in a test that passes.
pub(crate) fn patient() -> Options {
    Options::new().connect_timeout(LONG).call_timeout(LONG).out_of_band(false)
}

/// Options that time out soon.
pub(crate) fn hasty() -> Options {
    patient().connect_timeout(SHORT).call_timeout(SHORT)
}

/// A patient client over a transport.
pub(crate) fn over(transport: impl Transport + 'static) -> Client {
    Client::over_with(transport, &patient()).unwrap()
}

/// The error that a script at connect leads to.
pub(crate) fn refused(options: &Options, script: impl FnOnce(Peer) + Send + 'static) -> Error {
    let (stream, thread) = pair(script);
    let error = Client::over_with(stream, options).unwrap_err();
    thread.join().unwrap();
    error
}
