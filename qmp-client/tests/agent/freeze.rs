//! What is frozen is thawed.

use std::sync::atomic::{AtomicUsize, Ordering};

use qmp_client::blocking::Agent;
use qmp_client::{Error, Options};

use crate::handlers::{Shared, agent};
use crate::script::converse;
use crate::{LONG, SHORT};

/// How many filesystems are frozen, and how many thaws there were.
fn state(guest: &Shared) -> (i64, usize) {
    let guest = guest.lock().unwrap();
    (guest.frozen, guest.thaws)
}

#[test]
fn thawing_says_how_many() {
    let (guest, _server, agent) = agent();
    let frozen = agent.freeze().unwrap();
    assert_eq!(frozen.count(), 3);
    assert_eq!(frozen.thaw().unwrap(), 3);
    assert_eq!(guest.lock().unwrap().thaws, 1);
    let frozen = agent.freeze_list(["/", "/home"]).unwrap();
    assert_eq!((frozen.count(), state(&guest)), (2, (2, 1)));
    assert_eq!(frozen.thaw().unwrap(), 2);
}

#[test]
fn a_guard_that_is_dropped_thaws() {
    let (guest, _server, agent) = agent();
    drop(agent.freeze().unwrap());
    assert_eq!(state(&guest), (0, 1));
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _frozen = agent.freeze().unwrap();
        std::panic::resume_unwind(Box::new(()));
    }));
    assert!(panicked.is_err());
    assert_eq!(state(&guest), (0, 2));
}

#[test]
fn what_is_left_frozen_stays_so() {
    let (guest, _server, agent) = agent();
    agent.freeze().unwrap().leave();
    assert_eq!(state(&guest), (3, 0));
}

#[test]
fn thawing_is_tried_twice() {
    let (guest, _server, agent) = agent();
    for (stuck, thawed) in [(1, true), (2, false)] {
        let frozen = agent.freeze().unwrap();
        guest.lock().unwrap().stuck = stuck;
        guest.lock().unwrap().thaws = 0;
        let result = frozen.thaw();
        assert_eq!(result.is_ok(), thawed, "{result:?}");
        assert_eq!(guest.lock().unwrap().thaws, 2);
    }
}

#[test]
fn what_somebody_else_froze_stays_so() {
    let (guest, _server, agent) = agent();
    guest.lock().unwrap().frozen = 1;
    assert!(matches!(agent.freeze(), Err(Error::Server { .. })));
    assert_eq!(state(&guest), (1, 0));
}

#[test]
fn a_freeze_that_timed_out_is_thawed() {
    static THAWED: AtomicUsize = AtomicUsize::new(0);
    let (stream, agent) = converse(|mut peer| {
        peer.sync();
        let freeze = peer.expect("guest-fsfreeze-freeze");
        // It takes until the client has lost patience.
        let sync = peer.expect("guest-sync-delimited");
        peer.answer(&freeze, "1");
        peer.answer_sync(&sync);
        while let Some(request) = peer.next() {
            if request.name == "guest-sync-delimited" {
                peer.answer_sync(&request);
            } else {
                assert_eq!(request.name, "guest-fsfreeze-thaw");
                THAWED.fetch_add(1, Ordering::SeqCst);
                peer.answer(&request, "1");
            }
        }
    });
    let options = Options::new().connect_timeout(LONG).call_timeout(SHORT * 20);
    let client = Agent::over_with(stream, &options).unwrap();
    let error = client.freeze().unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    drop(client);
    agent.join().unwrap();
    assert!(THAWED.load(Ordering::SeqCst) > 0);
}
