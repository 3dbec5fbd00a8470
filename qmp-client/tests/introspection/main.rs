//! What a server says of itself: fetched once, and understood whatever it says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by it")]

mod blocking;
mod hostile;
#[cfg(feature = "tokio")]
mod tokio;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use qmp_client::mock::{Builder, Request};
use qmp_types::{Served, ServerError};
use serde_json::value::RawValue;

/// A server that has one command, and says so from the time on that it is asked for its schema the `first`th time.
fn server(first: usize) -> (Builder, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let builder = Builder::service(move || {
        let count = Arc::clone(&count);
        move |request: &Request| -> Served {
            if request.name != "query-qmp-schema" {
                return Err(ServerError::command_not_found(&request.name));
            }
            if count.fetch_add(1, Ordering::SeqCst) + 1 < first {
                return Err(ServerError::generic("not now"));
            }
            Ok(Some(RawValue::from_string(STOP.to_owned()).unwrap()))
        }
    });
    (builder, asked)
}

const STOP: &str = r#"[{"name": "stop", "meta-type": "command", "arg-type": "0", "ret-type": "0"},
    {"name": "0", "meta-type": "object", "members": []}]"#;
