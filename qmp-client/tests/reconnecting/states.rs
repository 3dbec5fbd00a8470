//! States, and the tries to connect.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_core::Stream;
use qmp_client::tokio::Reconnecting;
use qmp_client::tokio::reconnecting::{Backoff, State};
use qmp_client::{Error, Options};
use qmp_types::qmp::commands::Stop;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep};

use crate::servers::{Tries, Try, agreeable, until, until_lost, until_ready};

/// A state in a word.
fn word(state: &State) -> String {
    match state {
        State::Connecting { attempt, .. } => format!("connecting {attempt}"),
        State::Ready { greeting, .. } => format!("ready {}", greeting.version.qemu.major),
        State::Lost { why, .. } => format!("lost: {why}"),
        State::Closed => "closed".to_owned(),
        other => panic!("{other:?}"),
    }
}

/// Waits until there is no task besides the test's own.
async fn no_task_is_left() {
    while Handle::current().metrics().num_alive_tasks() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn states_come_in_order() {
    let tries = Tries::new([
        Try::Nobody,
        Try::Silence,
        Try::Server(agreeable()),
        Try::Server(agreeable()),
        Try::Server(agreeable()),
    ]);
    let client = tries.client(&Backoff::new().settled(Duration::from_secs(60)));
    let mut states = client.states();
    let mut seen = Vec::new();
    let mut kill_after = [Duration::from_secs(1), Duration::from_secs(61)].into_iter();
    while let Some(state) = states.next().await {
        if let State::Ready { .. } = state {
            match kill_after.next() {
                Some(time) => {
                    sleep(time).await;
                    tries.kill();
                }
                None => client.clone().close(),
            }
        }
        seen.push(word(&state));
    }
    let silence =
        "lost: no greeting within 5s: the monitor is in use by another client, or this is not a QMP monitor";
    assert_eq!(
        seen,
        [
            "connecting 1",
            "lost: the connection failed: connection refused",
            "connecting 2",
            silence,
            "connecting 3",
            "ready 10",
            "lost: the connection is closed",
            // The connection did not hold.
            "connecting 4",
            "ready 10",
            "lost: the connection is closed",
            "connecting 1",
            "ready 10",
            "closed",
        ]
    );
    assert!(matches!(client.state(), State::Closed));
    assert!(matches!(client.execute(&Stop::new()).await, Err(Error::Closed)));
    assert!(states.next().await.is_none());
    no_task_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn who_reads_late_has_the_latest_states() {
    let tries = Tries::new((0..30).map(|_| Try::Nobody));
    let client = tries.client(&Backoff::new().tries(30));
    let mut late = client.states();
    let mut states = client.states();
    until(&mut states, |state| matches!(state, State::Closed)).await;
    let mut seen = Vec::new();
    while let Some(state) = late.next().await {
        seen.push(word(&state));
    }
    assert_eq!(seen.len(), 16);
    assert_eq!(seen[13..], ["connecting 30", "lost: the connection failed: connection refused", "closed"]);
}

#[tokio::test(start_paused = true)]
async fn states_are_a_stream() {
    let tries = Tries::new([]);
    let client = tries.client(&Backoff::new());
    let mut states = client.states();
    let mut next = async || poll_fn(|cx| Pin::new(&mut states).poll_next(cx)).await;
    assert!(matches!(next().await, Some(State::Connecting { attempt: 1, .. })));
    drop(client);
    assert!(matches!(next().await, Some(State::Closed)));
    assert!(next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn waits_grow_within_their_bounds() {
    let tries = Tries::new((0..12).map(|_| Try::Nobody));
    let backoff = Backoff::new()
        .first(Duration::from_millis(100))
        .factor(3.0)
        .greatest(Duration::from_secs(5))
        .tries(12);
    let client = tries.client(&backoff);
    until(&mut client.states(), |state| matches!(state, State::Closed)).await;
    let times = tries.times.lock().unwrap();
    let mut delay = Duration::from_millis(100);
    for pair in times.windows(2) {
        let wait = pair[1] - pair[0];
        // The runtime's timers are a millisecond late at most.
        assert!(wait >= delay / 2 && wait <= delay + Duration::from_millis(1), "{wait:?} of {delay:?}");
        delay = (3 * delay).min(Duration::from_secs(5));
    }
    assert_eq!(times.len(), 12);
}

#[tokio::test(start_paused = true)]
async fn tries_end() {
    let tries = Tries::new([Try::Nobody, Try::Nobody, Try::Nobody]);
    let client = tries.client(&Backoff::new().tries(3));
    let mut events = client.events();
    let error = client.execute(&Stop::new()).await.unwrap_err();
    assert!(error.is_disconnected());
    let text = "no connection after 3 tries in a row: the connection failed: connection refused";
    assert_eq!(error.to_string(), text);
    assert_eq!(events.next(Duration::MAX).await.unwrap_err().to_string(), text);
    let mut next = async || poll_fn(|cx| Pin::new(&mut events).poll_next(cx)).await;
    assert!(matches!(next().await, Some(Err(Error::GaveUp { tries: 3, .. }))));
    assert!(next().await.is_none());
    no_task_is_left().await;
}

/// Tells when it is dropped.
struct Told(Arc<AtomicBool>);

impl Drop for Told {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_try_that_is_under_way_ends_with_the_client() {
    for close in [Reconnecting::close, drop::<Reconnecting>] {
        let dropped = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&dropped);
        let connect = move |_: Options| {
            let told = Told(Arc::clone(&told));
            async move {
                let _told = told;
                std::future::pending().await
            }
        };
        let client = Reconnecting::over(connect, &Options::new(), &Backoff::new());
        let mut states = client.states();
        // The try begins.
        tokio::task::yield_now().await;
        close(client);
        until(&mut states, |state| matches!(state, State::Closed)).await;
        no_task_is_left().await;
        assert!(dropped.load(Ordering::Relaxed));
    }
}

#[tokio::test(start_paused = true)]
async fn a_connector_that_panics_ends_the_client() {
    let connect = |_: Options| async { panic!("a connector that panics") };
    let client = Reconnecting::over(connect, &Options::new(), &Backoff::new());
    let mut events = client.events();
    assert!(matches!(client.execute(&Stop::new()).await, Err(Error::Closed)));
    assert!(matches!(events.next(Duration::MAX).await, Err(Error::Closed)));
    assert!(matches!(client.state(), State::Closed));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_dropped_leaves_the_server() {
    let tries = Tries::new([Try::Server(agreeable())]);
    let client = tries.client(&Backoff::new());
    let mut states = client.states();
    until_ready(&mut states).await;
    let events = client.events();
    drop(client);
    assert!(tokio::time::timeout(Duration::from_secs(1), states.next()).await.is_err());
    drop(events);
    assert!(matches!(states.next().await, Some(State::Closed)));
    tries.left().await;
    no_task_is_left().await;
}

#[tokio::test(start_paused = true)]
async fn a_client_ends_while_it_waits_for_the_next_try() {
    let tries = Tries::new([Try::Nobody]);
    let client =
        tries.client(&Backoff::new().first(Duration::from_secs(1000)).greatest(Duration::from_secs(1000)));
    let mut states = client.states();
    until_lost(&mut states).await;
    let start = Instant::now();
    client.close();
    assert!(matches!(states.next().await, Some(State::Closed)));
    no_task_is_left().await;
    assert!(start.elapsed() < Duration::from_secs(1));
}
