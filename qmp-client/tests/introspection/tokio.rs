//! The clients for tokio.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Context;
use std::time::Duration;

use qmp_client::mock::tokio::Server;
use qmp_client::tokio::reconnecting::Backoff;
use qmp_client::tokio::{Client, Reconnecting};
use qmp_client::{Error, Options};
use qmp_types::qmp::commands;
use tokio::io::duplex;

use crate::server;

#[tokio::test]
async fn a_schema_is_fetched_once_for_all_tasks() {
    let (builder, asked) = server(2);
    let (ours, theirs) = duplex(1 << 10);
    let _server = Server::serve(builder, theirs);
    let client = Client::over(ours).await.unwrap();
    let error = client.server_schema().await.unwrap_err();
    assert!(matches!(error, Error::Server { .. }), "{error}");
    let (first, second) = tokio::join!(client.server_schema(), client.server_schema());
    assert!(Arc::ptr_eq(&first.unwrap(), &second.unwrap()));
    assert!(client.server_schema().await.unwrap().supports::<commands::Stop>());
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_fetch_that_is_dropped_leaves_the_turn_to_others() {
    let (builder, _) = server(1);
    let (ours, theirs) = duplex(1 << 10);
    let _server = Server::serve(builder, theirs);
    let client = Client::over(ours).await.unwrap();
    {
        let mut dropped = Box::pin(client.server_schema());
        let poll = dropped.as_mut().poll(&mut Context::from_waker(std::task::Waker::noop()));
        assert!(poll.is_pending());
    }
    client.server_schema().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn waits_for_a_schema_end() {
    let (builder, _) = server(1);
    let (ours, theirs) = duplex(1 << 10);
    let _server = Server::serve(builder.withhold_reply(1), theirs);
    let client = Client::over_with(ours, &Options::new().call_timeout(Duration::from_secs(1))).await.unwrap();
    let (first, second) = tokio::join!(client.server_schema(), client.server_schema());
    assert!(matches!(first.unwrap_err(), Error::Timeout { .. }));
    // It waited as long, and had no time left to ask.
    assert!(second.is_ok() || matches!(second.unwrap_err(), Error::Timeout { .. }));
    client.server_schema().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn each_connection_has_a_schema_of_its_own() {
    let (builder, asked) = server(1);
    let mut servers = [builder.cut_reply(1), server(1).0.cut_reply(2)].into_iter();
    let (last, last_asked) = server(1);
    let mut last = Some(last);
    let connect = move |options: Options| {
        let (ours, theirs) = duplex(1 << 10);
        let builder = servers.next().or_else(|| last.take()).unwrap();
        async move {
            let server = Server::serve(builder, theirs);
            tokio::spawn(async move { server.wait().await });
            Client::over_with(ours, &options).await
        }
    };
    let client = Reconnecting::over(connect, &Options::new(), &Backoff::default());
    // The first connection is lost while it is asked, so that the second one is.
    let second = client.server_schema().await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    assert!(Arc::ptr_eq(&second, &client.server_schema().await.unwrap()));
    client.execute(&commands::Stop::new()).await.unwrap_err();
    let third = client.server_schema().await.unwrap();
    assert!(!Arc::ptr_eq(&second, &third));
    assert_eq!(last_asked.load(Ordering::SeqCst), 1);
    client.close();
}
