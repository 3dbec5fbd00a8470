//! What nobody who watches may see.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};

use qmp_client::agent::ExecOptions;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::handlers::agent;

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

#[test]
fn contents_arguments_and_environment_are_not_told() {
    let told = Told::default();
    tracing::subscriber::with_default(told.clone(), || {
        let (_guest, _server, agent) = agent();
        agent.write_file("the-path", &b"top secret"[..], |_| ()).unwrap();
        let mut read = Vec::new();
        agent.read_file("the-path", &mut read, |_| ()).unwrap();
        assert_eq!(read, b"top secret");
        let options = ExecOptions::new().env("TOKEN", "top secret").input("top secret");
        agent.exec("the-program", ["top secret"], &options).unwrap();
    });
    let told = told.0.lock().unwrap();
    for word in ["guest-file-write", "guest-file-read", "the-path", "the-program", "buf-b64", "***"] {
        assert!(told.contains(word), "{word} is not in {told}");
    }
    // In base64 too.
    for secret in ["top secret", "dG9wIHNlY3JldA"] {
        assert!(!told.contains(secret), "{told}");
    }
}
