//! The command, its reply and its event, typed on both sides of a socket.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where it stands")]

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hello_world::commands::HelloWorld;
use hello_world::events::HelloSaid;
use hello_world::handlers::{self, Handlers};
use hello_world::types::HelloGreeting;
use hello_world::{AnyCommand, AnyEvent};
use qmp_client::Error;
use qmp_client::blocking::Client;
use qmp_types::json::ToJson;
use qmp_types::{
    Command, CommandSet, ErrorClass, Request, Response, ServerError, TimedEvent, Timestamp, json,
};
use serde_json::json;

/// What the server is: it greets, and remembers how often and what it has to announce.
#[derive(Default)]
struct Greeter {
    said: u64,
    events: Vec<AnyEvent>,
}

impl handlers::HelloWorld for Greeter {
    fn hello_world(&mut self, command: HelloWorld) -> Result<HelloGreeting, ServerError> {
        self.said += 1;
        let text = command.message.unwrap_or_else(|| "hello, world".to_owned());
        self.events.push(AnyEvent::HelloSaid(HelloSaid::new(text.as_str())));
        Ok(HelloGreeting::new(text, self.said))
    }
}

impl Handlers for Greeter {
    fn hello_world(&mut self) -> Option<&mut dyn handlers::HelloWorld> {
        Some(self)
    }
}

/// Serves one client. The input is split at braces, which suffices for compact requests.
fn serve(mut stream: UnixStream) -> std::io::Result<()> {
    let version = json!({ "qemu": { "major": 11, "minor": 0, "micro": 0 }, "package": "" });
    writeln!(stream, "{}\r", json!({ "QMP": { "version": version, "capabilities": [] } }))?;
    let mut input = BufReader::new(stream.try_clone()?);
    let mut greeter = Greeter::default();
    while let Some(request) = read_request(&mut input)? {
        let response = if request.command.name() == "qmp_capabilities" {
            Some(Response::new(Ok(json::to_raw_value(&())), request.id))
        } else {
            request.serve(&mut greeter)
        };
        for event in greeter.events.drain(..) {
            let event = TimedEvent::new(event, Timestamp { seconds: 1, microseconds: 2 });
            write(&mut stream, &event)?;
        }
        if let Some(response) = response {
            write(&mut stream, &response)?;
        }
    }
    Ok(())
}

/// In one piece: a client that has read the last brace may be gone before the end of the line.
fn write(stream: &mut UnixStream, message: &impl ToJson) -> std::io::Result<()> {
    stream.write_all(format!("{}\r\n", json::to_string(message)).as_bytes())
}

/// Reads up to the brace that closes the one it began with.
fn read_request(input: &mut impl BufRead) -> std::io::Result<Option<Request<AnyCommand>>> {
    let mut text = Vec::new();
    loop {
        if input.read_until(b'}', &mut text)? == 0 {
            return Ok(None);
        }
        if let Ok(request) = serde_json::from_slice(&text) {
            return Ok(Some(request));
        }
    }
}

fn connect() -> (Client, JoinHandle<std::io::Result<()>>) {
    let (client, server) = UnixStream::pair().unwrap();
    let server = thread::spawn(move || serve(server));
    (Client::over(client).unwrap(), server)
}

#[test]
fn a_command_of_ones_own() {
    let (client, server) = connect();
    let mut events = client.events();
    assert_eq!(HelloWorld::NAME, "hello-world");
    assert_eq!(HelloWorld::SINCE, Some("11.0"));

    let greeting = client.execute(&HelloWorld::new()).unwrap();
    assert_eq!(greeting, HelloGreeting::new("hello, world", 1));
    let greeting = client.execute(&HelloWorld::new().message("good \"morning\" {")).unwrap();
    assert_eq!(greeting, HelloGreeting::new("good \"morning\" {", 2));

    let event = events.next_of::<AnyEvent>(Duration::from_secs(5)).unwrap().unwrap();
    assert_eq!(event.event, AnyEvent::HelloSaid(HelloSaid::new("hello, world")));
    assert_eq!((event.timestamp.seconds, event.timestamp.microseconds), (1, 2));

    client.close();
    server.join().unwrap().unwrap();
}

#[test]
fn a_command_that_the_server_lacks_is_a_typed_error() {
    let (client, _server) = connect();
    let error = client.execute(&qmp_types::qmp::commands::QueryStatus::new()).unwrap_err();
    let Error::Server { error, .. } = error else { panic!("{error}") };
    assert_eq!(error.class, ErrorClass::CommandNotFound);
}

#[test]
fn the_schemas_words_are_the_documentation() {
    let bindings = include_str!(concat!(env!("OUT_DIR"), "/hello-world.rs"));
    assert!(bindings.contains("/// what to say instead of the usual greeting"), "{bindings}");
}
