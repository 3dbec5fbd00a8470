//! The client that reconnects, and a real server that is killed and started again.

use std::path::Path;
use std::time::Duration;

use integration_tests::required;
use integration_tests::server::{Kind, Server};
use qmp_client::tokio::Reconnecting;
use qmp_client::tokio::reconnecting::{Backoff, State, States};
use qmp_client::{Address, Error, Options};
use qmp_types::qmp::commands::{BlockdevCreate, JobDismiss, QueryJobs, QueryVersion};
use qmp_types::qmp::events::JobStatusChange;
use qmp_types::qmp::types::{BlockdevCreateOptionsFile, JobStatus};

/// A wait that is not meant to pass: it only bounds a test that fails.
const LONG: Duration = Duration::from_secs(60);

/// Starts a storage daemon that serves at a path.
fn start(program: &Path, path: &Path) -> Server {
    let monitor = |folder: &Path| folder.join("monitor");
    let (server, client) = Server::listening(program, |folder| Address::Unix(monitor(folder)));
    drop(client);
    // It is there when it is ready, and not before: a client that is faster than a server's start may never be answered.
    std::fs::rename(monitor(server.folder()), path).unwrap();
    server
}

async fn until(states: &mut States, is_awaited: impl Fn(&State) -> bool) {
    while !is_awaited(&states.next().await.unwrap()) {}
}

async fn create(client: &Reconnecting, path: &Path) {
    let options = BlockdevCreateOptionsFile::new(path.to_str().unwrap(), 0);
    client.execute(&BlockdevCreate::new("create", options)).await.unwrap();
}

#[tokio::test]
async fn a_storage_daemon_is_killed_and_started_again() {
    let Some(program) = required(Kind::StorageDaemon.installed()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("monitor");
    let options = Options::new().connect_timeout(LONG).call_timeout(LONG);
    let backoff = Backoff::new().first(Duration::from_millis(5)).greatest(Duration::from_millis(50));
    let client = Reconnecting::connect_with(&Address::Unix(path.clone()), &options, &backoff);
    let mut states = client.states();
    let mut changes = client.subscribe::<JobStatusChange>();
    for round in 0..3 {
        let server = start(&program, &path);
        until(&mut states, |state| matches!(state, State::Ready { .. })).await;
        if round > 0 {
            assert!(matches!(changes.next(LONG).await, Err(Error::EventsMayBeMissed)));
        }
        assert!(client.execute(&QueryJobs::new()).await.unwrap().is_empty());
        create(&client, &folder.path().join("image")).await;
        while changes.next(LONG).await.unwrap().unwrap().event.status != JobStatus::Concluded {}
        client.execute(&JobDismiss::new("create")).await.unwrap();
        assert_eq!(changes.next(LONG).await.unwrap().unwrap().event.status, JobStatus::Null);

        drop(server);
        until(&mut states, |state| matches!(state, State::Lost { .. })).await;
    }
    // The path is there, and nobody behind it.
    let error = client.client(Duration::from_millis(10)).await.unwrap_err();
    assert!(matches!(error, Error::NotConnected { why: Some(_), .. }), "{error}");

    let waiting = client.clone();
    let call = tokio::spawn(async move { waiting.execute(&QueryVersion::new()).await });
    let _server = start(&program, &path);
    assert!(call.await.unwrap().unwrap().qemu.major >= 7);
}
