//! What nobody who watches the clients may see.
//!
//! A program of its own: who watches does so for all threads of it.

#![allow(clippy::unwrap_used, reason = "tests fail by it")]

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use qmp_client::agent::ExecOptions;
use qmp_client::blocking::{Agent, Client};
use qmp_client::mock::{Builder, Profile, Request};
use qmp_types::qmp::commands::{ObjectAdd, QueryStatus};
use qmp_types::qmp::types::{ObjectOptions, SecretProperties};
use qmp_types::{Served, ServerError};
use serde_json::value::RawValue;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// Keeps all that is told, as text.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<String>>);

impl Visit for Told {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        use std::fmt::Write as _;
        write!(self.0.lock().unwrap(), "{field}={value:?} ").unwrap();
    }
}

impl Subscriber for Told {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// An agent whose only file and only program have the same to say.
fn serve(request: &Request) -> Served {
    let result = match request.name.as_str() {
        "guest-file-open" => "7",
        "guest-file-read" => r#"{"count":10,"buf-b64":"dG9wIHNlY3JldA==","eof":true}"#,
        "guest-file-write" => r#"{"count":10,"eof":false}"#,
        "guest-exec" => r#"{"pid":1}"#,
        "guest-exec-status" => r#"{"exited":true,"exitcode":0,"out-data":"dG9wIHNlY3JldA=="}"#,
        "guest-file-flush" | "guest-file-close" => "{}",
        other => return Err(ServerError::command_not_found(other)),
    };
    Ok(Some(RawValue::from_string(result.to_owned()).unwrap()))
}

/// A monitor whose errors repeat what it was given.
fn answer(request: &Request) -> Served {
    let arguments = request.arguments.as_deref().map_or("", RawValue::get);
    match request.name.as_str() {
        "query-status" => {
            Ok(Some(RawValue::from_string(r#"{"status":"running","running":true}"#.into()).unwrap()))
        }
        _ => Err(ServerError::generic(format!("no: {arguments}"))),
    }
}

#[test]
fn secrets_are_not_told() {
    let told = Told::default();
    tracing::subscriber::set_global_default(told.clone()).unwrap();
    to_a_monitor(&told);
    told.0.lock().unwrap().clear();
    to_an_agent(&told);
}

fn to_a_monitor(told: &Told) {
    let (_server, stream) = Builder::service(|| answer).pair().unwrap();
    let client = Client::over(stream).unwrap();
    client.execute(&QueryStatus::new()).unwrap();
    let secret = SecretProperties::new().data("top secret");
    let error = client.execute(&ObjectAdd::new(ObjectOptions::new(secret, "the-id"))).unwrap_err();
    let error = format!("{error} {error:?}");
    assert!(error.contains("the-id") && !error.contains("top secret"), "{error}");
    let told = told.0.lock().unwrap();
    for word in ["query-status", "running", "object-add", "the-id", "outcome=", "microseconds=", "***"] {
        assert!(told.contains(word), "{word} is not in {told}");
    }
    assert!(!told.contains("top secret"), "{told}");
}

fn to_an_agent(told: &Told) {
    let (_server, stream) = Builder::service(|| serve).profile(Profile::agent()).pair().unwrap();
    let agent = Agent::over(stream).unwrap();
    agent.write_file("the-path", &b"top secret"[..], |_| ()).unwrap();
    let mut read = Vec::new();
    agent.read_file("the-path", &mut read, |_| ()).unwrap();
    assert_eq!(read, b"top secret");
    let options = ExecOptions::new().env("TOKEN", "top secret").input("top secret");
    let output = agent.exec("the-program", ["top secret"], &options).unwrap();
    assert_eq!(output.stdout, b"top secret");
    let told = told.0.lock().unwrap();
    for word in ["guest-file-write", "guest-file-read", "the-path", "the-program", "buf-b64", "***"] {
        assert!(told.contains(word), "{word} is not in {told}");
    }
    // In base64 too.
    for secret in ["top secret", "dG9wIHNlY3JldA"] {
        assert!(!told.contains(secret), "{told}");
    }
}
