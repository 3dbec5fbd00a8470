//! Jobs and migrations, followed by all clients on the mock server.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by it")]

mod jobs;
mod machine;
mod migrations;

use std::time::Duration;

use qmp_client::mock::{Builder, Server};
use qmp_client::{Options, blocking};

/// A wait that is not meant to pass: it only bounds a test that fails.
const LONG: Duration = Duration::from_secs(20);

/// A wait that is meant to pass.
const SHORT: Duration = Duration::from_millis(20);

fn options() -> Options {
    Options::new().connect_timeout(LONG).call_timeout(LONG)
}

fn client(builder: Builder, options: &Options) -> (Server, blocking::Client) {
    let (server, stream) = builder.pair().unwrap();
    (server, blocking::Client::over_with(stream, options).unwrap())
}

/// Does something with the client for tokio.
#[cfg(feature = "tokio")]
fn with_tokio<T>(
    builder: Builder,
    options: &Options,
    act: impl AsyncFnOnce(qmp_client::tokio::Client) -> T,
) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (_server, stream) = builder.pair().unwrap();
    stream.set_nonblocking(true).unwrap();
    runtime.block_on(async {
        let stream = tokio::net::UnixStream::from_std(stream).unwrap();
        act(qmp_client::tokio::Client::over_with(stream, options).await.unwrap()).await
    })
}
