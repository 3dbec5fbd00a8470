//! Calls with and without a connection.

use std::time::Duration;

use qmp_client::mock::{Builder, Profile, Request};
use qmp_client::tokio::reconnecting::Backoff;
use qmp_client::{CallOptions, Error};
use qmp_types::qmp::commands::{QueryStatus, Stop};
use qmp_types::{Served, ServerError};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::LONG;
use crate::servers::{Tries, Try, agreeable, until_lost, until_ready};

#[tokio::test(start_paused = true)]
async fn many_callers_wait_for_a_connection() {
    let tries = Tries::new([
        Try::Nobody,
        Try::Nobody,
        Try::Server(agreeable()),
        Try::Nobody,
        Try::Server(agreeable()),
    ]);
    let client = tries.client(&Backoff::new());
    let mut states = client.states();
    for _ in 0..2 {
        until_lost(&mut states).await;
        let mut callers = JoinSet::new();
        for _ in 0..200 {
            let client = client.clone();
            callers.spawn(async move { client.execute(&Stop::new()).await });
        }
        let outcomes = callers.join_all().await;
        assert_eq!(outcomes.into_iter().filter(Result::is_ok).count(), 200);
        until_ready(&mut states).await;
        tries.kill();
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_waits_until_its_deadline() {
    let tries = Tries::new([Try::Nobody]);
    let client = tries.client(&Backoff::new());
    let options = CallOptions::new().timeout(Duration::from_secs(7));
    let error = client.execute_raw("stop", None, &options).await.unwrap_err();
    assert!(error.is_disconnected());
    assert_eq!(error.to_string(), "no connection within 7s: the connection failed: connection refused");
    let error = client.client(Duration::from_secs(7)).await.unwrap_err();
    assert!(matches!(error, Error::NotConnected { why: Some(_), .. }));
}

#[tokio::test(start_paused = true)]
async fn the_deadline_is_for_waiting_and_the_call_together() {
    let withheld = || Try::Server(agreeable().withhold_reply(1));
    let tries = Tries::new([Try::Silence, withheld()]);
    let client = tries.client(&Backoff::new());
    let start = tokio::time::Instant::now();
    let error = client.execute(&Stop::new()).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    // 5 of the 30 seconds went by in silence.
    assert!(start.elapsed() >= Duration::from_secs(30) && start.elapsed() < Duration::from_secs(31));
    client.execute(&Stop::new()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_call_on_its_way_fails_and_is_not_repeated() {
    let tries = Tries::new([Try::Server(agreeable().cut_reply(2)), Try::Server(agreeable())]);
    let client = tries.client(&Backoff::new());
    client.execute(&Stop::new()).await.unwrap();
    let error = client.execute(&Stop::new()).await.unwrap_err();
    assert!(matches!(error, Error::Closed) && error.is_disconnected());
    // Nobody may know yet that the connection is over; this one was made behind its end.
    client.execute(&Stop::new()).await.unwrap();
    assert!(client.greeting().is_some());
}

#[tokio::test(start_paused = true)]
async fn calls_of_all_kinds() {
    let refusing = Builder::service(|| {
        |request: &Request| -> Served { Err(ServerError::command_not_found(&request.name)) }
    });
    let refusing = refusing.profile(Profile::monitor().out_of_band(["query-status"]));
    let tries = Tries::new([Try::Server(refusing)]);
    let client = tries.client(&Backoff::new());
    let is_refused = |error: Error| matches!(error, Error::Server { .. });
    assert!(is_refused(client.execute(&QueryStatus::new()).await.unwrap_err()));
    assert!(is_refused(client.execute_oob(&QueryStatus::new()).await.unwrap_err()));
    assert!(is_refused(client.execute_raw("x", None, &CallOptions::new()).await.unwrap_err()));
    let plain = client.client(LONG).await.unwrap();
    assert!(is_refused(plain.execute(&QueryStatus::new()).await.unwrap_err()));
    client.close();
    assert!(plain.execute(&QueryStatus::new()).await.unwrap_err().is_disconnected());
}

#[tokio::test(start_paused = true)]
async fn calls_may_be_dropped() {
    let tries = Tries::new([Try::Nobody, Try::Server(agreeable().withhold_reply(1))]);
    let client = tries.client(&Backoff::new().first(Duration::from_secs(5)));
    // While there is no connection: the command is never sent, else its reply were the one withheld.
    assert!(timeout(Duration::from_secs(1), client.execute(&Stop::new())).await.is_err());
    until_ready(&mut client.states()).await;
    assert!(timeout(Duration::from_secs(1), client.execute(&Stop::new())).await.is_err());
    client.execute(&Stop::new()).await.unwrap();
}
