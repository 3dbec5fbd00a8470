//! Over sockets, with the server on threads.

use std::os::fd::AsFd;
use std::path::Path;
use std::time::Duration;

use qmp_client::tokio::Reconnecting;
use qmp_client::tokio::reconnecting::Backoff;
use qmp_client::{Address, Options, mock};
use qmp_types::qmp::commands::{Getfd, Stop};

use crate::LONG;
use crate::servers::{agreeable, until_lost, until_ready};

fn client(path: &Path) -> Reconnecting {
    let options = Options::new().connect_timeout(LONG).call_timeout(LONG);
    let backoff = Backoff::new().first(Duration::from_millis(1)).greatest(Duration::from_millis(20));
    Reconnecting::connect_with(&Address::Unix(path.to_owned()), &options, &backoff)
}

fn listen(builder: mock::Builder, path: &Path) -> mock::Server {
    builder.listen(path).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_comes_late_and_comes_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qmp");
    let client = client(&path);
    let mut states = client.states();
    until_lost(&mut states).await;
    for _ in 0..5 {
        let server = listen(agreeable(), &path);
        until_ready(&mut states).await;
        client.execute(&Stop::new()).await.unwrap();
        tokio::task::spawn_blocking(move || drop(server)).await.unwrap();
        until_lost(&mut states).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn file_descriptors_wait_for_the_connection_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qmp");
    let client = client(&path);
    until_lost(&mut client.states()).await;
    let server = listen(agreeable(), &path);
    let fd = std::fs::File::open("/dev/null").unwrap();
    client.execute_with_fds(&Getfd::new("null"), &[fd.as_fd()]).await.unwrap();
    client.close();
    drop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qmp");
    let server = listen(agreeable().cut_reply(3), &path);
    let client = client(&path);
    for _ in 0..5 {
        client.execute(&Stop::new()).await.unwrap();
        client.execute(&Stop::new()).await.unwrap();
        assert!(client.execute(&Stop::new()).await.unwrap_err().is_disconnected());
    }
    client.close();
    drop(server);
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_of_many_threads_outlive_their_server() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qmp");
    let server = listen(agreeable().cut_reply(50), &path);
    let client = client(&path);
    let mut callers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let client = client.clone();
        callers.spawn(async move {
            let mut succeeded = 0;
            while succeeded < 100 {
                match client.execute(&Stop::new()).await {
                    Ok(()) => succeeded += 1,
                    Err(error) => assert!(error.is_disconnected(), "{error}"),
                }
            }
        });
    }
    while let Some(outcome) = callers.join_next().await {
        outcome.unwrap();
    }
    client.close();
    drop(server);
}
