//! The client that blocks, on the wire.

use std::os::unix::net::UnixStream;
use std::sync::mpsc;
use std::time::Instant;

use qmp_client::blocking::{Agent, Client};
use qmp_client::{CallOptions, Error, Options};
use qmp_types::qga::commands::{GuestGetTime, GuestPing, GuestShutdown, GuestSuspendRam};

use crate::script::{self, Peer, accept, converse, serve_one};
use crate::{LONG, SHORT, patient};

fn shortly() -> CallOptions {
    CallOptions::new().timeout(SHORT)
}

#[test]
fn what_was_left_for_others_is_passed_over() {
    let (stream, agent) = converse(|mut peer| {
        peer.send(b"ge\x80\"}\n{\"return\": 17}\n\xff{\"return\": 5}\n");
        peer.sync();
        let time = peer.expect("guest-get-time");
        peer.answer(&time, "42");
        peer.serve();
    });
    let client = Agent::over_with(stream, &patient()).unwrap();
    assert_eq!(client.execute(&GuestGetTime::new()).unwrap(), 42);
    client.close();
    agent.join().unwrap();
}

#[test]
fn a_connection_that_came_too_early_is_made_again() {
    let agent = script::Agent::start(|listener| {
        let mut early = accept(&listener);
        early.expect("guest-sync-delimited");
        serve_one(&listener);
    });
    let options = Options::new().connect_timeout(LONG / 10);
    let client = Agent::connect_with(&agent.address, &options).unwrap();
    client.execute(&GuestPing::new()).unwrap();
    drop(client);
    agent.join();
}

#[test]
fn a_connection_that_ends_at_once_is_made_again() {
    let agent = script::Agent::start(|listener| {
        drop(accept(&listener));
        serve_one(&listener);
    });
    Agent::connect_with(&agent.address, &patient()).unwrap().execute(&GuestPing::new()).unwrap();
    agent.join();
}

#[test]
fn over_a_stream_only_the_sync_is_repeated() {
    let (stream, agent) = converse(|mut peer| {
        let first = peer.expect("guest-sync-delimited");
        let second = peer.expect("guest-sync-delimited");
        // An agent that was busy with another's command.
        peer.answer_sync(&first);
        peer.answer_sync(&second);
        peer.serve();
    });
    let client = Agent::over_with(stream, &Options::new().connect_timeout(LONG / 10)).unwrap();
    client.execute(&GuestPing::new()).unwrap();
    drop(client);
    agent.join().unwrap();
}

#[test]
fn an_agent_that_is_silent_is_not_there() {
    let (_peer, stream) = UnixStream::pair().unwrap();
    let start = Instant::now();
    let error = Agent::over_with(stream, &Options::new().connect_timeout(SHORT)).unwrap_err();
    assert!(start.elapsed() >= SHORT);
    assert!(error.is_disconnected());
    assert_eq!(
        error.to_string(),
        "no answer within 50ms: the guest agent is not running, or is in use by another client"
    );
    let agent = script::Agent::start(|listener| while accept(&listener).next().is_some() {});
    let error = Agent::connect_with(&agent.address, &Options::new().connect_timeout(SHORT)).unwrap_err();
    assert!(matches!(error, Error::NoAgent { address: Some(_), .. }), "{error}");
}

#[test]
fn a_sync_may_be_refused() {
    let (stream, agent) = converse(|mut peer| {
        let sync = peer.expect("guest-sync-delimited");
        peer.refuse(&sync, "not for you");
    });
    let error = Agent::over_with(stream, &patient()).unwrap_err();
    assert_eq!(error.to_string(), "guest-sync-delimited: GenericError: not for you");
    agent.join().unwrap();
}

#[test]
fn a_late_answer_reaches_nobody() {
    let (timed_out, when) = mpsc::channel();
    let (stream, agent) = converse(move |mut peer| {
        peer.sync();
        let late = peer.expect("guest-get-time");
        when.recv().unwrap();
        peer.answer(&late, "1");
        peer.sync();
        let time = peer.expect("guest-get-time");
        peer.answer(&time, "2");
        peer.serve();
    });
    let client = Agent::over_with(stream, &patient()).unwrap();
    let error = client.execute_with(&GuestGetTime::new(), &shortly()).unwrap_err();
    assert_eq!(error.to_string(), "no reply to guest-get-time within 50ms");
    timed_out.send(()).unwrap();
    assert_eq!(client.execute(&GuestGetTime::new()).unwrap(), 2);
    drop(client);
    agent.join().unwrap();
}

#[test]
fn what_is_not_a_message_fails_one_call() {
    let (stream, agent) = converse(|mut peer| {
        peer.sync();
        peer.expect("guest-get-time");
        peer.send("[  17.2] a kernel message\n");
        peer.serve();
    });
    let client = Agent::over_with(stream, &patient()).unwrap();
    let error = client.execute(&GuestGetTime::new()).unwrap_err();
    assert!(matches!(error, Error::Protocol(_)) && !error.is_disconnected(), "{error}");
    client.execute(&GuestPing::new()).unwrap();
    drop(client);
    agent.join().unwrap();
}

#[test]
fn the_end_of_the_connection_ends_calls() {
    let (stream, agent) = converse(|mut peer| {
        peer.sync();
        peer.expect("guest-ping");
    });
    let client = Agent::over_with(stream, &patient()).unwrap();
    for _ in 0..2 {
        assert!(matches!(client.execute(&GuestPing::new()), Err(Error::Closed)));
    }
    agent.join().unwrap();
}

#[test]
fn closing_ends_calls_of_others() {
    let (asked, when) = mpsc::channel();
    let (stream, agent) = converse(move |mut peer| {
        peer.sync();
        peer.expect("guest-ping");
        asked.send(()).unwrap();
        assert!(peer.next().is_none());
    });
    let client = Agent::over_with(stream, &patient()).unwrap();
    let other = client.clone();
    let waiting = std::thread::spawn(move || other.execute(&GuestPing::new()));
    when.recv().unwrap();
    client.close();
    assert!(matches!(waiting.join().unwrap(), Err(Error::Closed)));
    agent.join().unwrap();
}

#[test]
fn calls_take_turns_and_the_wait_counts() {
    let (asked, when) = mpsc::channel();
    let (go_on, gone_on) = mpsc::channel();
    let (stream, agent) = converse(move |mut peer| {
        peer.sync();
        let time = peer.expect("guest-get-time");
        asked.send(()).unwrap();
        gone_on.recv().unwrap();
        peer.answer(&time, "1");
        peer.serve();
    });
    let client = Agent::over_with(stream, &patient()).unwrap();
    let other = client.clone();
    let waiting = std::thread::spawn(move || other.execute(&GuestGetTime::new()));
    when.recv().unwrap();
    let error = client.execute_with(&GuestPing::new(), &shortly()).unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    go_on.send(()).unwrap();
    assert_eq!(waiting.join().unwrap().unwrap(), 1);
    drop(client);
    agent.join().unwrap();
}

/// What `guest-shutdown` comes to with an agent that does this, behind the command and the sync.
fn shut_down(script: impl FnOnce(Peer) + Send + 'static) -> Result<(), Error> {
    let (stream, agent) = converse(|mut peer| {
        peer.sync();
        script(peer);
    });
    let client = Agent::over_with(stream, &patient()).unwrap();
    let result = client.execute(&GuestShutdown::new());
    drop(client);
    agent.join().unwrap();
    result
}

#[test]
fn a_command_without_reply_is_known_to_have_succeeded() {
    shut_down(|mut peer| {
        peer.expect("guest-shutdown");
        peer.sync();
        peer.serve();
    })
    .unwrap();
    // The guest is off before the agent reads on.
    shut_down(|mut peer| drop(peer.expect("guest-shutdown"))).unwrap();
}

#[test]
fn a_command_without_reply_is_known_by_its_name() {
    let (stream, agent) = converse(|mut peer| {
        peer.sync();
        peer.expect("guest-suspend-hybrid");
        peer.sync();
        peer.serve();
    });
    let client = Agent::over_with(stream, &patient()).unwrap();
    client.execute_raw("guest-suspend-hybrid", None, &CallOptions::new()).unwrap();
    drop(client);
    agent.join().unwrap();
}

#[test]
fn a_command_without_reply_may_fail() {
    let error = shut_down(|mut peer| {
        let shutdown = peer.expect("guest-shutdown");
        peer.refuse(&shutdown, "not now");
        peer.serve();
    });
    assert_eq!(error.unwrap_err().to_string(), "guest-shutdown: GenericError: not now");
}

#[test]
fn a_guest_that_sleeps_says_nothing() {
    let (stream, agent) = converse(|mut peer| {
        peer.sync();
        peer.expect("guest-suspend-ram");
        let sync = peer.expect("guest-sync-delimited");
        assert!(!sync.is_delimited);
        // It wakes when the next call comes.
        let next = peer.expect("guest-sync-delimited");
        peer.answer_sync(&sync);
        peer.answer_sync(&next);
        peer.serve();
    });
    let client = Agent::over_with(stream, &patient()).unwrap();
    client.execute_with(&GuestSuspendRam::new(), &shortly()).unwrap();
    client.execute(&GuestPing::new()).unwrap();
    drop(client);
    agent.join().unwrap();
}

#[test]
fn a_command_that_cannot_be_sent_has_not_succeeded() {
    let (stream, agent) = converse(|mut peer| {
        peer.sync();
        // Behind a call that timed out it is to be synced first, and nobody answers.
        while peer.next().is_some() {}
    });
    let client = Agent::over_with(stream, &patient()).unwrap();
    client.execute_with(&GuestPing::new(), &shortly()).unwrap_err();
    let error = client.execute_with(&GuestSuspendRam::new(), &shortly()).unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    drop(client);
    agent.join().unwrap();
}

#[test]
fn a_monitor_is_no_agent() {
    let builder = qmp_client::mock::Builder::service(|| {
        |request: &qmp_client::mock::Request| Err(qmp_types::ServerError::command_not_found(&request.name))
    });
    let (_server, stream) = builder.pair().unwrap();
    let error = Agent::over_with(stream.try_clone().unwrap(), &patient()).unwrap_err();
    assert!(matches!(error, Error::Server { .. }), "{error}");
    // And an agent no monitor.
    let (stream, agent) = converse(|mut peer| {
        peer.serve();
    });
    let error = Client::over_with(stream, &Options::new().connect_timeout(SHORT)).unwrap_err();
    assert!(matches!(error, Error::NoGreeting { .. }), "{error}");
    agent.join().unwrap();
}
