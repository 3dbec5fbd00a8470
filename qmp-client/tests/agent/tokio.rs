//! The client for tokio, on the wire.

use std::io;
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll};

use qmp_client::tokio::Agent;
use qmp_client::{CallOptions, Error, Options};
use qmp_types::qga::commands::{GuestGetTime, GuestPing, GuestShutdown, GuestSuspendRam};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::UnixStream;
use tokio::task::yield_now;

use crate::handlers::{self, Shared};
use crate::script::{self, Peer, accept, converse, serve_one};
use crate::{LONG, SHORT, patient};

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
}

fn stream(stream: std::os::unix::net::UnixStream) -> UnixStream {
    stream.set_nonblocking(true).unwrap();
    UnixStream::from_std(stream).unwrap()
}

/// Runs a test with a client, and an agent that follows a script behind the first sync.
fn with_script(script: impl FnOnce(Peer) + Send + 'static, test: impl AsyncFnOnce(Agent)) {
    let (theirs, agent) = converse(|mut peer| {
        peer.sync();
        script(peer);
    });
    run(async {
        test(Agent::over_with(stream(theirs), &patient()).await.unwrap()).await;
    });
    agent.join().unwrap();
}

/// Runs a test with a client, and an agent of handlers.
fn with_guest(test: impl AsyncFnOnce(Shared, Agent)) {
    let (guest, builder) = handlers::guest();
    let (_server, theirs) = builder.pair().unwrap();
    run(async {
        let agent = Agent::over_with(stream(theirs), &patient()).await.unwrap();
        test(guest, agent).await;
    });
}

/// Waits until something is so.
async fn until(is_so: impl Fn() -> bool) {
    while !is_so() {
        tokio::time::sleep(SHORT / 50).await;
    }
}

#[test]
fn a_connection_that_came_too_early_is_made_again() {
    let agent = script::Agent::start(|listener| {
        let mut early = accept(&listener);
        early.expect("guest-sync-delimited");
        serve_one(&listener);
    });
    run(async {
        let options = Options::new().connect_timeout(LONG / 10);
        let client = Agent::connect_with(&agent.address, &options).await.unwrap();
        client.execute(&GuestPing::new()).await.unwrap();
    });
    agent.join();
}

#[test]
fn an_agent_that_is_silent_is_not_there() {
    let agent = script::Agent::start(|listener| {
        for _ in 0..2 {
            while accept(&listener).next().is_some() {}
        }
    });
    run(async {
        let options = Options::new().connect_timeout(SHORT);
        let error = Agent::connect_with(&agent.address, &options).await.unwrap_err();
        assert!(matches!(error, Error::NoAgent { address: Some(_), .. }), "{error}");
    });
    drop(agent);
    let (_peer, theirs) = Peer::pair();
    run(async {
        let options = Options::new().connect_timeout(SHORT);
        let error = Agent::over_with(stream(theirs), &options).await.unwrap_err();
        assert!(matches!(error, Error::NoAgent { address: None, .. }), "{error}");
    });
}

#[test]
fn a_late_answer_reaches_nobody() {
    let (timed_out, when) = mpsc::channel();
    with_script(
        move |mut peer| {
            let late = peer.expect("guest-get-time");
            when.recv().unwrap();
            peer.answer(&late, "1");
            peer.sync();
            let time = peer.expect("guest-get-time");
            peer.answer(&time, "2");
            peer.serve();
        },
        async |agent| {
            let shortly = CallOptions::new().timeout(SHORT);
            let error = agent.execute_with(&GuestGetTime::new(), &shortly).await.unwrap_err();
            assert!(matches!(error, Error::Timeout { .. }), "{error}");
            timed_out.send(()).unwrap();
            assert_eq!(agent.execute(&GuestGetTime::new()).await.unwrap(), 2);
        },
    );
}

#[test]
fn a_call_that_is_dropped_shifts_no_reply() {
    let (asked, when) = mpsc::channel();
    with_script(
        move |mut peer| {
            let late = peer.expect("guest-get-time");
            asked.send(()).unwrap();
            let sync = peer.expect("guest-sync-delimited");
            peer.answer(&late, "1");
            peer.answer_sync(&sync);
            let time = peer.expect("guest-get-time");
            peer.answer(&time, "2");
            peer.serve();
        },
        async |agent| {
            let other = agent.clone();
            let call = tokio::spawn(async move { other.execute(&GuestGetTime::new()).await });
            until(|| when.try_recv().is_ok()).await;
            call.abort();
            assert!(call.await.unwrap_err().is_cancelled());
            assert_eq!(agent.execute(&GuestGetTime::new()).await.unwrap(), 2);
        },
    );
}

#[test]
fn calls_come_in_their_order_and_those_that_are_dropped_are_not_made() {
    with_script(
        |mut peer| {
            let ping = peer.expect("guest-ping");
            // Nobody else asks in the meantime.
            peer.answer(&ping, "{}");
            for number in 0..3 {
                let time = peer.expect("guest-get-time");
                peer.answer(&time, &number.to_string());
            }
            assert!(peer.next().is_none());
        },
        async |agent| {
            let ping = GuestPing::new();
            let mut first = Box::pin(agent.execute(&ping));
            let waker = std::task::Waker::noop();
            assert!(first.as_mut().poll(&mut Context::from_waker(waker)).is_pending());
            let shutdown = GuestShutdown::new();
            let mut dropped = Box::pin(agent.execute(&shutdown));
            assert!(dropped.as_mut().poll(&mut Context::from_waker(waker)).is_pending());
            let calls: Vec<_> = (0..3)
                .map(|_| {
                    let agent = agent.clone();
                    tokio::spawn(async move { agent.execute(&GuestGetTime::new()).await })
                })
                .collect();
            yield_now().await;
            drop(dropped);
            first.await.unwrap();
            for (number, call) in calls.into_iter().enumerate() {
                assert_eq!(call.await.unwrap().unwrap(), number as i64);
            }
        },
    );
}

#[test]
fn closing_ends_calls_of_others() {
    let (asked, when) = mpsc::channel();
    with_script(
        move |mut peer| {
            peer.expect("guest-ping");
            asked.send(()).unwrap();
            assert!(peer.next().is_none());
        },
        async |agent| {
            let calls = [agent.clone(), agent.clone()]
                .map(|agent| tokio::spawn(async move { agent.execute(&GuestPing::new()).await }));
            until(|| when.try_recv().is_ok()).await;
            agent.close();
            for call in calls {
                assert!(matches!(call.await.unwrap(), Err(Error::Closed)));
            }
        },
    );
}

#[test]
fn a_command_without_reply_is_known_to_have_succeeded() {
    with_script(
        |mut peer| {
            peer.expect("guest-shutdown");
            peer.sync();
            peer.expect("guest-suspend-ram");
            let asleep = peer.expect("guest-sync-delimited");
            let awake = peer.expect("guest-sync-delimited");
            peer.answer_sync(&asleep);
            peer.answer_sync(&awake);
            let refused = peer.expect("guest-suspend-ram");
            peer.refuse(&refused, "not now");
            peer.expect("guest-sync-delimited");
            peer.sync();
            // The guest is off before the agent reads on.
            peer.expect("guest-shutdown");
        },
        async |agent| {
            agent.execute(&GuestShutdown::new()).await.unwrap();
            let shortly = CallOptions::new().timeout(SHORT);
            agent.execute_with(&GuestSuspendRam::new(), &shortly).await.unwrap();
            let error = agent.execute(&GuestSuspendRam::new()).await.unwrap_err();
            assert_eq!(error.to_string(), "guest-suspend-ram: GenericError: not now");
            agent.execute(&GuestShutdown::new()).await.unwrap();
            assert!(matches!(agent.execute(&GuestPing::new()).await, Err(Error::Closed)));
        },
    );
}

#[test]
fn what_the_agent_takes_only_in_part_is_sent_in_parts() {
    with_guest(async |guest, agent| {
        let contents: Vec<u8> = (0..150_000_u32).map(|number| (number % 251) as u8).collect();
        let mut sent = 0;
        assert_eq!(agent.write_file("f", &*contents, |bytes| sent = bytes).await.unwrap(), 150_000);
        assert!(guest.lock().unwrap().file == contents);
        assert_eq!(sent, 150_000);
        let mut read = Vec::new();
        assert_eq!(agent.read_file("f", &mut read, |_| ()).await.unwrap(), 150_000);
        assert!(read == contents && guest.lock().unwrap().open == 0);
    });
}

/// A source that never has anything.
struct Nothing;

impl AsyncRead for Nothing {
    fn poll_read(self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Poll::Pending
    }
}

#[test]
fn a_copy_that_is_dropped_closes_its_file() {
    with_guest(async |guest, agent| {
        let copy = tokio::spawn(async move { agent.write_file("f", Nothing, |_| ()).await });
        until(|| guest.lock().unwrap().open == 1).await;
        copy.abort();
        copy.await.unwrap_err();
        until(|| guest.lock().unwrap().open == 0).await;
    });
}

#[test]
fn a_copy_that_is_dropped_while_it_opens_its_file_closes_it() {
    let (closed, when) = mpsc::channel();
    with_script(
        move |mut peer| {
            let open = peer.expect("guest-file-open");
            peer.answer(&open, "7");
            let close = peer.expect("guest-file-close");
            peer.answer(&close, "{}");
            closed.send(()).unwrap();
        },
        async |agent| {
            let mut copy = Box::pin(agent.read_file("f", Vec::new(), |_| ()));
            let waker = std::task::Waker::noop();
            assert!(copy.as_mut().poll(&mut Context::from_waker(waker)).is_pending());
            drop(copy);
            // Behind the last clone the connection is closed: the tasks have one.
            drop(agent);
            until(|| when.try_recv().is_ok()).await;
        },
    );
}

#[test]
fn what_is_frozen_is_thawed() {
    with_guest(async |guest, agent| {
        let frozen = agent.freeze().await.unwrap();
        assert_eq!((frozen.count(), guest.lock().unwrap().frozen), (3, 3));
        assert_eq!(frozen.thaw().await.unwrap(), 3);
        let frozen = agent.freeze_list(["/"]).await.unwrap();
        guest.lock().unwrap().stuck = 1;
        assert_eq!(frozen.thaw().await.unwrap(), 1);
        assert_eq!(guest.lock().unwrap().thaws, 3);
        drop(agent.freeze().await.unwrap());
        drop(agent);
        until(|| guest.lock().unwrap().frozen == 0).await;
    });
}

#[test]
fn a_freeze_that_is_dropped_is_thawed() {
    with_script(
        |mut peer| {
            let freeze = peer.expect("guest-fsfreeze-freeze");
            let sync = peer.expect("guest-sync-delimited");
            peer.answer(&freeze, "1");
            peer.answer_sync(&sync);
            let thaw = peer.expect("guest-fsfreeze-thaw");
            peer.answer(&thaw, "1");
            assert_eq!(peer.expect("guest-ping").name, "guest-ping");
        },
        async |agent| {
            let mut freeze = Box::pin(agent.freeze());
            let waker = std::task::Waker::noop();
            assert!(freeze.as_mut().poll(&mut Context::from_waker(waker)).is_pending());
            drop(freeze);
            yield_now().await;
            assert!(matches!(agent.execute(&GuestPing::new()).await, Err(Error::Closed)));
        },
    );
}
