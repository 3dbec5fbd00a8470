//! The server on threads.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use qmp_client::blocking::{Client, Halves};
use qmp_client::mock::{self, Emitter, Profile};
use qmp_client::{CallOptions, Capability, Error, Options};
use qmp_types::qmp::{AnyCommand, AnyEvent, commands, events};
use qmp_types::{Command, ErrorClass, TimedEvent, Timestamp, json_struct, qga};
use serde_json::value::RawValue;

use crate::LONG;
use crate::machine::{Machine, machine};

fn patient() -> Options {
    Options::new().connect_timeout(LONG).call_timeout(LONG)
}

fn raw(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_owned()).unwrap()
}

#[track_caller]
fn refused(client: &Client, name: &str, arguments: Option<&str>) -> (ErrorClass, String) {
    let arguments = arguments.map(raw);
    match client.execute_raw(name, arguments.as_deref(), &CallOptions::new()) {
        Err(Error::Server { error, .. }) => (error.class, error.desc),
        other => panic!("not refused: {other:?}"),
    }
}

/// A connection of bytes: what it is answered to what it sends, up to so many lines.
fn says(stream: &mut UnixStream, bytes: &[u8], lines: usize) -> Vec<String> {
    stream.set_read_timeout(Some(LONG)).unwrap();
    stream.write_all(bytes).unwrap();
    let line = |_| {
        let mut line = Vec::new();
        while line.last() != Some(&b'\n') {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            line.push(byte[0]);
        }
        String::from_utf8(line).unwrap()
    };
    (0..lines).map(line).collect()
}

#[test]
fn commands_reach_their_handlers() {
    let (_server, stream) =
        machine().profile(Profile::monitor().version(9, 2, 1).package("p")).pair().unwrap();
    let client = Client::over_with(stream, &patient()).unwrap();
    let version = &client.greeting().version;
    assert_eq!((version.qemu.major, version.qemu.micro, version.package.as_str()), (9, 1, "p"));
    assert!(client.execute(&commands::QueryStatus::new()).unwrap().running);
    client.execute(&commands::Stop::new()).unwrap();
    assert!(!client.execute(&commands::QueryStatus::new()).unwrap().running);
    assert_eq!(refused(&client, "query-block", None).0, ErrorClass::CommandNotFound);
    assert_eq!(refused(&client, "query-pci", None).0, ErrorClass::CommandNotFound);
    assert_eq!(refused(&client, "caf\u{e9}", None).1, "The command caf\u{e9} has not been found");
}

#[test]
fn arguments_are_those_of_the_schema() {
    let handlers = Arc::new(Mutex::new(Machine::default()));
    let builder = mock::Builder::shared_handlers::<AnyCommand, _>(Arc::clone(&handlers));
    let (_server, stream) = builder.pair().unwrap();
    let client = Client::over_with(stream, &patient()).unwrap();

    let add = |member: &str| {
        format!(r#"{{"driver":"qcow2","node-name":"n","file":{{"driver":"file","filename":"f"{member}}}}}"#)
    };
    client.execute_raw("blockdev-add", Some(&raw(&add(""))), &CallOptions::new()).unwrap();
    assert_eq!(handlers.lock().unwrap().nodes, ["n"]);

    let (class, desc) = refused(&client, "blockdev-add", Some(&add(r#","pr-mgr":1"#)));
    assert_eq!(
        (class, &*desc),
        (ErrorClass::GenericError, "argument 'file.pr-mgr' of blockdev-add is unexpected")
    );
    let (class, desc) = refused(&client, "query-status", Some(r#"{"x":1}"#));
    assert_eq!((class, &*desc), (ErrorClass::GenericError, "argument 'x' of query-status is unexpected"));
    let (class, desc) = refused(&client, "blockdev-add", Some(r#"{"driver":"file"}"#));
    assert_eq!(class, ErrorClass::GenericError);
    assert!(desc.contains("filename"), "{desc}");
    assert_eq!(refused(&client, "blockdev-add", Some(r#"{"driver":5}"#)).0, ErrorClass::GenericError);
    assert_eq!(handlers.lock().unwrap().nodes, ["n"]);
}

#[test]
fn what_is_not_json_is_answered_without_an_id() {
    let (_server, mut stream) = machine().pair().unwrap();
    let lines = says(&mut stream, b"{\"execute\":\"qmp_capabilities\"}", 2);
    assert!(lines[0].starts_with("{\"QMP\": {\"version\": "));
    assert_eq!(lines[1], "{\"return\": {}}\r\n");
    let lines = says(
        &mut stream,
        b"foo [1] {\"execute\":\"query-status\",}{\"execute\":\"query-status\",\"id\":1}",
        4,
    );
    assert!(lines[..3].iter().all(|line| line.starts_with("{\"error\": {\"class\": \"GenericError\"")));
    assert_eq!(lines[3], "{\"return\": {\"running\": true, \"status\": \"running\"}, \"id\": 1}\r\n");
}

#[test]
fn out_of_band_is_refused_unless_it_is_enabled() {
    let yank = br#"{"exec-oob":"yank","arguments":{"instances":[]},"id":1}"#;
    let (_server, mut stream) = machine().profile(Profile::monitor().out_of_band(["yank"])).pair().unwrap();
    let enable = br#"{"execute":"qmp_capabilities","arguments":{"enable":["oob"]}}"#;
    assert!(says(&mut stream, enable, 2)[0].ends_with("\"capabilities\": [\"oob\"]}}\r\n"));
    assert_eq!(says(&mut stream, yank, 1), ["{\"return\": {}, \"id\": 1}\r\n"]);
    assert!(says(&mut stream, br#"{"exec-oob":"query-status"}"#, 1)[0].contains("GenericError"));

    let (_server, mut stream) = machine().pair().unwrap();
    says(&mut stream, br#"{"execute":"qmp_capabilities"}"#, 2);
    assert!(says(&mut stream, yank, 1)[0].contains("GenericError"));
}

#[test]
fn a_pretty_server_is_understood() {
    let profile = Profile::monitor().pretty(true).out_of_band(["yank"]);
    let (_server, stream) = machine().profile(profile).pair().unwrap();
    let client = Client::over_with(stream, &patient()).unwrap();
    assert!(matches!(client.greeting().capabilities[..], [Capability::Oob]));
    assert!(client.execute(&commands::QueryStatus::new()).unwrap().running);
}

#[test]
fn an_event_of_a_command_comes_before_its_reply() {
    let (_server, mut stream) = machine().pair().unwrap();
    says(&mut stream, br#"{"execute":"qmp_capabilities"}"#, 2);
    let lines = says(&mut stream, br#"{"execute":"stop"}"#, 2);
    assert!(lines[0].starts_with("{\"event\": \"STOP\", \"timestamp\": {\"seconds\": "), "{lines:?}");
    assert_eq!(lines[1], "{\"return\": {}}\r\n");
}

#[test]
fn events_reach_all_who_negotiated_and_wait() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qmp");
    let server = machine().listen(&path).unwrap();
    let address = format!("unix:{}", path.display()).parse().unwrap();
    assert_eq!(server.emit(&events::Stop::new()), 0);

    let clients = [
        Client::connect_with(&address, &patient()).unwrap(),
        Client::connect_with(&address, &patient()).unwrap(),
    ];
    let mut streams = clients.each_ref().map(Client::events);
    let mut deaf = UnixStream::connect(&path).unwrap();
    says(&mut deaf, b"", 1);
    let at = Timestamp { seconds: 7, microseconds: 8 };
    assert_eq!(server.emitter().emit_at(&events::Stop::new(), at), 2);
    let reset = TimedEvent::new(AnyEvent::Resume(events::Resume::new()), Timestamp::UNKNOWN);
    assert_eq!(server.emitter().emit_timed(&reset), 2);
    for stream in &mut streams {
        let event = stream.next_of::<AnyEvent>(LONG).unwrap().unwrap();
        assert_eq!(event, TimedEvent::new(AnyEvent::Stop(events::Stop::new()), at));
        assert_eq!(stream.next_of::<AnyEvent>(LONG).unwrap().unwrap(), reset);
    }
    drop(server);
    assert!(matches!(clients[0].execute(&commands::Stop::new()), Err(Error::Closed | Error::Io(_))));
    assert!(!path.exists());
}

#[test]
fn events_wait_in_a_bounded_queue() {
    let emitter = Emitter::new();
    let builder = mock::Builder::handlers::<AnyCommand, _>(Machine::default());
    let (_server, mut stream) = builder.emitter(emitter.clone()).event_capacity(3).pair().unwrap();
    says(&mut stream, br#"{"execute":"qmp_capabilities"}"#, 2);
    // The socket takes some, the queue three more; then they are dropped.
    let mut sent = 0;
    let mut dropped = 0;
    while dropped < 100 {
        match emitter.emit(&events::Stop::new()) {
            1 => sent += 1,
            _ => dropped += 1,
        }
    }
    assert_eq!(says(&mut stream, b"", sent).len(), sent);
    assert_eq!(says(&mut stream, br#"{"execute":"query-status"}"#, 1)[0].find("running"), Some(13));
}

#[test]
fn a_server_ends_though_a_client_does_not_read() {
    let (server, mut stream) = machine().event_capacity(10).pair().unwrap();
    says(&mut stream, br#"{"execute":"qmp_capabilities"}"#, 2);
    // The socket is full, and the threads of the connection wait for it.
    while server.emit(&events::Stop::new()) == 1 {}
    stream.write_all(br#"{"execute":"query-status"}"#).unwrap();
    drop(server);
    assert_eq!(stream.write_all(b"{}").map_err(|error| error.kind()), Err(std::io::ErrorKind::BrokenPipe));
}

#[test]
fn quit_ends_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qmp");
    let server = machine().listen(&path).unwrap();
    let address = format!("unix:{}", path.display()).parse().unwrap();
    let other = Client::connect_with(&address, &patient()).unwrap();
    let client = Client::connect_with(&address, &patient()).unwrap();
    let mut stream = client.events();
    client.execute(&commands::Quit::new()).unwrap();
    let event = stream.next_of::<AnyEvent>(LONG).unwrap().unwrap();
    assert!(matches!(event.event, AnyEvent::Shutdown(_)));
    assert!(matches!(stream.next_of::<AnyEvent>(LONG), Err(Error::Closed)));
    server.wait();
    assert!(matches!(other.execute(&commands::QueryStatus::new()), Err(Error::Closed | Error::Io(_))));
}

#[test]
fn a_tcp_listener_serves_too() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = machine().accept(listener).unwrap();
    let client = Client::over_with(TcpStream::connect(address).unwrap(), &patient()).unwrap();
    assert!(client.execute(&commands::QueryStatus::new()).unwrap().running);
    drop(server);
}

#[test]
fn any_reader_and_writer_are_served() {
    let (client, server) = UnixStream::pair().unwrap();
    let (reader, writer) = (server.try_clone().unwrap(), server);
    let thread = std::thread::spawn(move || machine().run(reader, writer));
    let client = Client::over_with(client, &patient()).unwrap();
    assert!(client.execute(&commands::QueryStatus::new()).unwrap().running);
    drop(client);
    thread.join().unwrap();
}

#[test]
fn a_client_runs_over_pipes() {
    let (requests, to_server) = std::io::pipe().unwrap();
    let (replies, to_client) = std::io::pipe().unwrap();
    let server = std::thread::spawn(move || machine().run(requests, to_client));
    let client = Client::over_with(Halves::new(replies, to_server).unwrap(), &patient()).unwrap();
    assert!(client.execute(&commands::QueryStatus::new()).unwrap().running);
    let mut events = client.events();
    assert!(events.next(Duration::from_millis(5)).unwrap().is_none());
    client.close();
    assert!(matches!(events.next(LONG), Err(Error::Closed)));
    // Its input is closed.
    server.join().unwrap();
}

#[test]
fn each_connection_may_have_handlers_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qmp");
    let _server = mock::Builder::handlers_each::<AnyCommand, _>(Machine::default).listen(&path).unwrap();
    let address = format!("unix:{}", path.display()).parse().unwrap();
    let clients = [
        Client::connect_with(&address, &patient()).unwrap(),
        Client::connect_with(&address, &patient()).unwrap(),
    ];
    clients[0].execute(&commands::Stop::new()).unwrap();
    let running =
        clients.each_ref().map(|client| client.execute(&commands::QueryStatus::new()).unwrap().running);
    assert_eq!(running, [false, true]);
}

#[test]
fn a_handler_that_panics_ends_its_connection_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qmp");
    let _server = machine().listen(&path).unwrap();
    let address = format!("unix:{}", path.display()).parse().unwrap();
    let other = Client::connect_with(&address, &patient()).unwrap();
    let client = Client::connect_with(&address, &patient()).unwrap();
    assert!(matches!(client.execute(&commands::Cont::new()), Err(Error::Closed | Error::Io(_))));
    assert!(other.execute(&commands::QueryStatus::new()).unwrap().running);
}

#[test]
fn a_reply_is_cut_or_withheld() {
    let (_server, stream) = machine().cut_reply(2).pair().unwrap();
    let client = Client::over_with(stream, &patient()).unwrap();
    assert!(client.execute(&commands::QueryStatus::new()).is_ok());
    assert!(matches!(client.execute(&commands::QueryStatus::new()), Err(Error::Closed | Error::Io(_))));

    let (_server, mut stream) = machine().withhold_reply(1).pair().unwrap();
    says(&mut stream, br#"{"execute":"qmp_capabilities"}"#, 2);
    let lines = says(&mut stream, br#"{"execute":"stop","id":1}{"execute":"query-status","id":2}"#, 2);
    assert!(lines[0].starts_with("{\"event\": \"STOP\""));
    assert_eq!(lines[1], "{\"return\": {\"running\": false, \"status\": \"paused\"}, \"id\": 2}\r\n");
}

#[derive(Debug, Default)]
struct Agent;

impl qga::handlers::Handlers for Agent {
    fn qapi_schema(&mut self) -> Option<&mut dyn qga::handlers::QapiSchema> {
        Some(self)
    }
}

impl qga::handlers::QapiSchema for Agent {
    fn guest_ping(&mut self, _: qga::commands::GuestPing) -> Result<(), qmp_types::ServerError> {
        Ok(())
    }

    fn guest_shutdown(&mut self, _: qga::commands::GuestShutdown) -> Result<(), qmp_types::ServerError> {
        Ok(())
    }
}

#[test]
fn an_agent_syncs_and_is_silent_where_it_ends() {
    let builder = mock::Builder::handlers::<qga::AnyCommand, _>(Agent).profile(Profile::agent());
    let (server, mut stream) = builder.pair().unwrap();
    stream.write_all(b"\xff{\"execute\":\"guest-sync-delimited\",\"arguments\":{\"id\":77}}\n").unwrap();
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\xff{\"return\": 77}\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        bytes.push(byte[0]);
    }
    assert_eq!(
        says(&mut stream, br#"{"execute":"guest-ping","id":"p"}"#, 1),
        ["{\"return\": {}, \"id\": \"p\"}\n"]
    );
    let both = br#"{"execute":"guest-shutdown"}{"execute":"guest-ping"}"#;
    assert_eq!(says(&mut stream, both, 1), ["{\"return\": {}}\n"]);
    assert_eq!(server.emit(&events::Stop::new()), 0);
}

/// A command of a schema of one's own.
struct Hello;
struct Greeted {
    text: String,
}
json_struct!(Hello {});
json_struct!(Greeted { required "text" => text });
impl Command for Hello {
    type Return = Greeted;
    const NAME: &'static str = "hello";
    const MODULE: &'static str = "hello";
}

#[test]
fn a_service_needs_no_handlers() {
    let builder = mock::Builder::service(|| {
        let mut times = 0;
        move |request: &mock::Request| -> qmp_types::Served {
            times += 1;
            Ok(Some(qmp_types::json::to_raw_value(&Greeted { text: format!("{} {times}", request.name) })))
        }
    });
    let (_server, stream) = builder.pair().unwrap();
    let client = Client::over_with(stream, &patient()).unwrap();
    assert_eq!(client.execute(&Hello {}).unwrap().text, "hello 1");
    assert_eq!(client.execute(&Hello {}).unwrap().text, "hello 2");
}
