//! How connections end.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use integration_tests::server::{Kind, Server};
use qmp_client::{Error, Options};
use serde_json::json;

use super::{Call, Client, FLAVOURS, LONG, on_both_kinds, on_each, programs};

fn is_the_end(error: &Error) -> bool {
    matches!(error, Error::Closed) && error.is_disconnected()
}

#[test]
fn quit_succeeds_and_what_is_behind_it_ends() {
    on_both_kinds(&Options::new(), |server, client| {
        let mut calls = vec![Call::new("quit", &json!({}))];
        calls.extend((0..12).map(|_| Call::new("query-version", &json!({}))));
        let mut results = client.together(calls).into_iter();
        assert_eq!(results.next().unwrap().unwrap(), json!({}));
        for result in results {
            assert!(
                result.as_ref().is_ok_and(|version| version["qemu"].is_object())
                    || is_the_end(&result.unwrap_err())
            );
        }
        // How it ends is its own affair: QEMU 10.0.2 and its storage daemon sometimes die of SIGSEGV, in the thread of the
        // monitor, when they quit with requests on their way.
        server.wait();
        assert!(is_the_end(&client.call("query-version", &json!({})).unwrap_err()));
    });
}

/// What the server says goes through here, up to the middle of its longest reply.
fn killed_in_mid_reply(server: &mut Server, from_server: &UnixStream, mut to_client: &UnixStream) {
    let mut requests = to_client.try_clone().unwrap();
    let mut to_server = from_server.try_clone().unwrap();
    let requests = thread::spawn(move || {
        // It ends by an error where the server is gone first.
        let _ = std::io::copy(&mut requests, &mut to_server);
    });
    std::io::copy(&mut from_server.take(50_000), &mut to_client).unwrap();
    server.kill();
    to_client.flush().unwrap();
    to_client.shutdown(std::net::Shutdown::Both).unwrap();
    requests.join().unwrap();
}

#[test]
fn a_server_that_is_killed_in_the_middle_of_a_reply() {
    for kind in [Kind::StorageDaemon, Kind::System] {
        for program in programs(kind) {
            for flavour in FLAVOURS {
                let (mut server, socket) = Server::start_unread(kind, &program);
                let (ours, theirs) = UnixStream::pair().unwrap();
                let relay = thread::spawn(move || killed_in_mid_reply(&mut server, &socket, &theirs));
                let client = Client::over(flavour, ours, &Options::new().connect_timeout(LONG)).unwrap();
                let calls = (0..3).map(|_| Call::new("query-qmp-schema", &json!({}))).collect();
                for result in client.together(calls) {
                    assert!(is_the_end(&result.unwrap_err()));
                }
                relay.join().unwrap();
            }
        }
    }
}

#[test]
fn a_server_that_is_killed_while_events_pour_in() {
    on_each(Kind::System, &Options::new(), |server, client| {
        let mut events = client.events();
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            for name in ["stop", "cont"] {
                let (client, is_over) = (&client, &is_over);
                scope.spawn(move || {
                    while !is_over.load(Ordering::Relaxed) {
                        if let Err(error) = client.call(name, &json!({})) {
                            return assert!(is_the_end(&error), "{error:?}");
                        }
                    }
                });
            }
            for _ in 0..20 {
                assert!(events.next(LONG).unwrap().is_some());
            }
            server.kill();
            let end = loop {
                match events.next(LONG) {
                    Ok(event) => assert!(event.is_some()),
                    Err(Error::EventsLost { .. }) => {}
                    Err(error) => break error,
                }
            };
            is_over.store(true, Ordering::Relaxed);
            assert!(is_the_end(&end), "{end:?}");
        });
    });
}
