//! Events of one connection after the other.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use futures_core::Stream;
use qmp_client::tokio::reconnecting::{Backoff, Events};
use qmp_client::{Error, EventRecord};
use qmp_types::qmp::AnyEvent;
use qmp_types::qmp::events::{Resume, Stop};

use crate::LONG;
use crate::servers::{Tries, Try, agreeable, until_lost, until_ready};

fn servers(count: usize) -> Tries {
    Tries::new((0..count).map(|_| Try::Server(agreeable())))
}

fn word(item: Result<Option<EventRecord>, Error>) -> String {
    match item {
        Ok(Some(event)) => event.name().to_owned(),
        Ok(None) => "nothing".to_owned(),
        Err(Error::EventsMayBeMissed) => "gap".to_owned(),
        Err(error) => error.to_string(),
    }
}

async fn next(events: &mut Events) -> String {
    word(events.next(LONG).await)
}

#[tokio::test(start_paused = true)]
async fn a_gap_is_told_before_the_events_behind_it() {
    let tries = servers(2);
    let client = tries.client(&Backoff::new());
    let mut states = client.states();
    let mut events = client.events();
    let mut stops = client.subscribe::<Stop>();
    until_ready(&mut states).await;
    assert_eq!(tries.with_server(|server| server.emit(&Stop::new())), 1);
    // Behind it, so that the event has come.
    client.execute(&qmp_types::qmp::commands::Stop::new()).await.unwrap();
    tries.kill();
    until_lost(&mut states).await;
    let mut late = client.events();
    until_ready(&mut states).await;
    let mut latest = client.events();
    tries.with_server(|server| server.emit(&Stop::new()));
    tries.with_server(|server| server.emit(&Resume::new()));

    for expected in ["STOP", "gap", "STOP", "RESUME", "nothing"] {
        assert_eq!(next(&mut events).await, expected);
    }
    for expected in ["gap", "STOP", "RESUME", "nothing"] {
        assert_eq!(next(&mut late).await, expected);
    }
    for expected in ["STOP", "RESUME", "nothing"] {
        assert_eq!(next(&mut latest).await, expected);
    }
    assert!(stops.next(LONG).await.unwrap().is_some());
    assert!(matches!(stops.next(LONG).await, Err(Error::EventsMayBeMissed)));
    assert!(stops.next(LONG).await.unwrap().is_some());
    assert!(stops.next(LONG).await.unwrap().is_none());

    client.close();
    assert_eq!(next(&mut events).await, "the connection is closed");
    assert!(poll_fn(|cx| Pin::new(&mut events).poll_next(cx)).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_waits_is_told_of_each_connection() {
    let tries = servers(4);
    let client = tries.client(&Backoff::new());
    let mut states = client.states();
    let mut events = client.events();
    let reader = tokio::spawn(async move {
        let mut seen = Vec::new();
        while seen.len() < 7 {
            seen.push(word(events.next(Duration::MAX).await));
        }
        seen
    });
    for round in 0..4 {
        until_ready(&mut states).await;
        tries.with_server(|server| server.emit(&Resume::new()));
        client.execute(&qmp_types::qmp::commands::Stop::new()).await.unwrap();
        if round < 3 {
            tries.kill();
            until_lost(&mut states).await;
        }
    }
    assert_eq!(reader.await.unwrap(), ["RESUME", "gap", "RESUME", "gap", "RESUME", "gap", "RESUME"]);
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_is_late_keeps_two_connections() {
    let tries = servers(6);
    let client = tries.client(&Backoff::new());
    let mut states = client.states();
    let mut events = client.events();
    for round in 0..6 {
        until_ready(&mut states).await;
        tries.with_server(|server| server.emit(&Stop::new()));
        client.execute(&qmp_types::qmp::commands::Stop::new()).await.unwrap();
        if round < 5 {
            tries.kill();
            until_lost(&mut states).await;
        }
    }
    for expected in ["gap", "STOP", "gap", "STOP", "nothing"] {
        assert_eq!(next(&mut events).await, expected);
    }
    assert!(matches!(events.next_of::<AnyEvent>(Duration::from_secs(1)).await, Ok(None)));
}
