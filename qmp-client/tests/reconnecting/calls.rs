//! Calls with and without a connection.

use std::time::Duration;

use qmp_client::mock::{Builder, Emitter, Profile, Request};
use qmp_client::tokio::Reconnecting;
use qmp_client::tokio::reconnecting::Backoff;
use qmp_client::{CallOptions, Error};
use qmp_types::qmp::commands::{Cont, QueryStatus, Stop};
use qmp_types::qmp::events::Resume;
use qmp_types::{Served, ServerError, TimedEvent, json};
use tokio::task::{JoinHandle, JoinSet};
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

/// A server on which each command is followed by an event.
fn eventful() -> Builder {
    let emitter = Emitter::new();
    let service = emitter.clone();
    let builder = Builder::service(move || {
        let emitter = service.clone();
        move |_: &Request| -> Served {
            emitter.emit(&Resume::new());
            Ok(Some(json::to_raw_value(&())))
        }
    });
    builder.emitter(emitter)
}

type Waited = Result<((), TimedEvent<Resume>), Error>;

fn cont_and_wait(client: &Reconnecting) -> JoinHandle<Waited> {
    let client = client.clone();
    tokio::spawn(async move { client.execute_and_wait(&Cont::new(), |_: &Resume| true).await })
}

/// A call that waits for its event: its command is answered.
async fn waiting(client: &Reconnecting) -> JoinHandle<Waited> {
    let waiting = cont_and_wait(client);
    tokio::task::yield_now().await;
    // Answered behind the other.
    client.execute(&Stop::new()).await.unwrap();
    waiting
}

#[tokio::test(start_paused = true)]
async fn an_event_is_waited_for_where_its_command_was_executed() {
    let tries = Tries::new([Try::Server(agreeable().cut_reply(1)), Try::Nobody, Try::Server(eventful())]);
    let client = tries.client(&Backoff::new());
    // Whether the server carried it out is not known.
    assert!(cont_and_wait(&client).await.unwrap().unwrap_err().is_disconnected());
    cont_and_wait(&client).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_connection_lost_behind_the_reply_may_miss_the_event() {
    let tries = Tries::new([Try::Server(agreeable()), Try::Server(agreeable())]);
    let client = tries.client(&Backoff::new());
    let waiting = waiting(&client).await;
    let start = tokio::time::Instant::now();
    tries.kill();
    assert!(matches!(waiting.await.unwrap(), Err(Error::EventsMayBeMissed)));
    // At once, not when there is a connection again.
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_does_not_come() {
    let tries = Tries::new([Try::Server(agreeable())]);
    let client = tries.client(&Backoff::new());
    assert!(matches!(waiting(&client).await.await.unwrap(), Err(Error::NoEvent { .. })));
    let waiting = waiting(&client).await;
    client.close();
    assert!(matches!(waiting.await.unwrap(), Err(Error::Closed)));
}
