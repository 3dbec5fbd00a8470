//! Who is answered when.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use integration_tests::server::{Kind, Server};
use qmp_client::{CallOptions, Error, Options, blocking, tokio};
use qmp_types::qmp::commands::{QueryQmpSchema, QueryYank};
use serde_json::json;

use super::{Call, Client, LONG, assert_printed, on_both_kinds, on_each, print, programs};

#[test]
fn an_event_comes_before_the_reply_that_it_belongs_to() {
    on_each(Kind::System, &Options::new(), |_, client| {
        let mut events = client.events();
        for (command, event) in [("stop", "STOP"), ("cont", "RESUME")].repeat(20) {
            client.call(command, &json!({})).unwrap();
            // It is there already.
            let next = events.next(Duration::ZERO).unwrap().unwrap();
            assert_eq!(next.name(), event);
        }
    });
}

#[test]
fn sixty_four_callers_each_get_their_own_result() {
    for out_of_band in [true, false] {
        on_each(Kind::System, &Options::new().out_of_band(out_of_band), |_, client| {
            let results = client.together((0..64).map(print).collect());
            results.into_iter().enumerate().for_each(|(number, result)| assert_printed(result, number));
        });
    }
}

#[test]
fn sixty_four_callers_each_get_their_own_error() {
    on_both_kinds(&Options::new(), |_, client| {
        let call = |number| Call::new("blockdev-del", &json!({"node-name": format!("nobody-{number}-")}));
        let results = client.together((0..64).map(call).collect());
        for (number, result) in results.into_iter().enumerate() {
            let error = result.unwrap_err().to_string();
            assert!(error.contains(&format!("nobody-{number}-")), "{error}");
        }
    });
}

#[test]
fn timeouts_leave_the_connection_usable() {
    on_each(Kind::System, &Options::new(), |_, client| {
        let hasty = |_| Call::new("query-qmp-schema", &json!({})).timeout(Duration::from_millis(1));
        for round in 0..3 {
            for result in client.together((0..16).map(hasty).collect()) {
                assert!(matches!(result, Ok(_) | Err(Error::Timeout { .. })), "{result:?}");
            }
            assert_printed(client.make(&print(round)), round);
        }
    });
}

/// Each call is dropped at another point on its way.
async fn cancelled_at_many_points(client: &tokio::Client) {
    let polled = |number: usize, polls: usize| {
        let client = client.clone();
        ::tokio::spawn(async move {
            let call = print(number);
            let mut reply = Box::pin(client.execute_raw(call.name, Some(&call.arguments), &call.options));
            for _ in 0..polls {
                let mut once = false;
                let result = std::future::poll_fn(|cx| match reply.as_mut().poll(cx) {
                    std::task::Poll::Ready(result) => std::task::Poll::Ready(Some(result)),
                    std::task::Poll::Pending if once => std::task::Poll::Ready(None),
                    std::task::Poll::Pending => {
                        once = true;
                        cx.waker().wake_by_ref();
                        std::task::Poll::Pending
                    }
                });
                if let Some(result) = result.await {
                    return Some(result);
                }
            }
            None
        })
    };
    let calls: Vec<_> = (0..300).map(|number| polled(number, number * 7 % 40)).collect();
    let patient: Vec<_> = (300..364).map(|number| polled(number, usize::MAX)).collect();
    for (number, call) in calls.into_iter().chain(patient).enumerate() {
        match call.await.unwrap() {
            Some(result) => assert_printed(super::read(result), number),
            None => assert!(number < 300),
        }
    }
}

#[test]
fn cancelled_calls_shift_no_reply() {
    on_each(Kind::System, &Options::new(), |_, client| {
        let Client::Tokio(client) = client else { return };
        super::RUNTIME.block_on(cancelled_at_many_points(client));
    });
}

/// Twenty long replies are asked for, more than the server reads ahead.
async fn overtakes(client: &tokio::Client) {
    let answered = Arc::new(AtomicUsize::new(0));
    let slow: Vec<_> = (0..20)
        .map(|_| {
            let (client, answered) = (client.clone(), Arc::clone(&answered));
            ::tokio::spawn(async move {
                let options = CallOptions::new().timeout(LONG);
                client.execute_with(&QueryQmpSchema::new(), &options).await.unwrap();
                answered.fetch_add(1, Ordering::Relaxed);
            })
        })
        .collect();
    // On this runtime the others run until they wait.
    ::tokio::task::yield_now().await;
    client.execute_oob(&QueryYank::new()).await.unwrap();
    assert!(answered.load(Ordering::Relaxed) < 20, "it was answered last");
    for slow in slow {
        slow.await.unwrap();
    }
}

#[test]
fn what_is_out_of_band_overtakes() {
    for program in programs(Kind::System) {
        let runtime = ::tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (_server, socket) = Server::start_unread(Kind::System, &program);
            socket.set_nonblocking(true).unwrap();
            let socket = ::tokio::net::UnixStream::from_std(socket).unwrap();
            overtakes(&tokio::Client::over(socket).await.unwrap()).await;
        });
    }
}

/// What is in-band never pauses until it is answered.
fn is_answered_among(client: &blocking::Client) {
    let is_done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                while !is_done.load(Ordering::Relaxed) {
                    client.execute(&QueryQmpSchema::new()).unwrap();
                }
            });
        }
        let result = client.execute_oob(&QueryYank::new());
        is_done.store(true, Ordering::Relaxed);
        result.unwrap();
    });
}

#[test]
fn what_is_out_of_band_is_answered_among_threads_that_never_pause() {
    on_each(Kind::System, &Options::new(), |_, client| {
        if let Client::Blocking(client) = client {
            is_answered_among(client);
        }
    });
}
