//! The command, its reply and its event, typed on both sides of a socket.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails where it stands")]

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hello_world::commands::HelloWorld;
use hello_world::events::HelloSaid;
use hello_world::types::HelloGreeting;
use hello_world::{AnyCommand, AnyEvent};
use qmp_client::Error;
use qmp_client::blocking::Client;
use qmp_types::{Command, CommandSet, ErrorClass, Event, json};
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// A server that knows the one command. It splits its input at braces, which suffices for compact requests
/// without braces in strings.
fn serve(mut stream: UnixStream) -> std::io::Result<()> {
    let version = json!({ "qemu": { "major": 11, "minor": 0, "micro": 0 }, "package": "" });
    writeln!(stream, "{}\r", json!({ "QMP": { "version": version, "capabilities": [] } }))?;
    let mut input = BufReader::new(stream.try_clone()?);
    let mut said = 0;
    while let Some(request) = read_request(&mut input)? {
        let arguments = request.get("arguments").map(Value::to_string);
        let name = request["execute"].as_str().unwrap_or_default();
        let reply = match AnyCommand::from_parts(name, arguments.as_deref()) {
            Ok(AnyCommand::HelloWorld(command)) => {
                said += 1;
                let text = command.message.unwrap_or_else(|| "hello, world".to_owned());
                let data = json::to_string(&HelloSaid::new(text.as_str()));
                let event = json!({ "event": HelloSaid::NAME, "data": raw(&data),
                                    "timestamp": { "seconds": 1, "microseconds": 2 } });
                writeln!(stream, "{event}\r")?;
                json!({ "return": raw(&json::to_string(&HelloGreeting::new(text, said))) })
            }
            Ok(command) if command.name() == "qmp_capabilities" => json!({ "return": {} }),
            Ok(_) => json!({ "error": { "class": "CommandNotFound", "desc": "what?" } }),
            Err(error) => json!({ "error": { "class": "GenericError", "desc": error.to_string() } }),
        };
        let mut reply = reply;
        reply["id"] = request["id"].clone();
        writeln!(stream, "{reply}\r")?;
    }
    Ok(())
}

fn raw(text: &str) -> Box<RawValue> {
    RawValue::from_string(text.to_owned()).unwrap()
}

/// Reads up to the brace that closes the one it began with.
fn read_request(input: &mut impl BufRead) -> std::io::Result<Option<Value>> {
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
    let (mut client, server) = connect();
    assert_eq!(HelloWorld::NAME, "hello-world");
    assert_eq!(HelloWorld::SINCE, Some("11.0"));

    let greeting = client.execute(&HelloWorld::new()).unwrap();
    assert_eq!(greeting, HelloGreeting::new("hello, world", 1));
    let greeting = client.execute(&HelloWorld::new().message("good \"morning\" {")).unwrap();
    assert_eq!(greeting, HelloGreeting::new("good \"morning\" {", 2));

    let event = client.next_event::<AnyEvent>(Duration::from_secs(5)).unwrap().unwrap();
    assert_eq!(event.event, AnyEvent::HelloSaid(HelloSaid::new("hello, world")));
    assert_eq!((event.timestamp.seconds, event.timestamp.microseconds), (1, 2));

    client.close();
    server.join().unwrap().unwrap();
}

#[test]
fn a_command_that_the_server_lacks_is_a_typed_error() {
    let (mut client, _server) = connect();
    let error = client.execute(&qmp_types::qmp::commands::QueryStatus::new()).unwrap_err();
    let Error::Server { error, .. } = error else { panic!("{error}") };
    assert_eq!(error.class, ErrorClass::CommandNotFound);
}

#[test]
fn the_schemas_words_are_the_documentation() {
    let bindings = include_str!(concat!(env!("OUT_DIR"), "/hello-world.rs"));
    assert!(bindings.contains("/// what to say instead of the usual greeting"), "{bindings}");
}
