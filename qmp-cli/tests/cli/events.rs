//! `qmp events`.

use std::thread;
use std::time::Duration;

use qmp_types::qmp::events::{BlockJobReady, Reset, Stop};
use qmp_types::qmp::types::{JobType, ShutdownCause};
use qmp_types::{Event, Timestamp};

use crate::support::{Mock, output};

/// What is printed of three events, which are emitted again and again until the program has seen them.
fn printed(words: &[&str]) -> String {
    let mock = Mock::agreeable();
    let emitter = mock.events.clone();
    let mut command = mock.qmp(["events"].into_iter().chain(words.iter().copied()));
    let printing = thread::spawn(move || output(&mut command));
    let at = Timestamp { seconds: 1_700_000_000, microseconds: 5 };
    let emit = |event: &dyn Fn(Timestamp) -> usize| event(at);
    while !printing.is_finished() {
        emit(&|at| emitter.emit_at(&Stop::new(), at));
        emit(&|at| emitter.emit_at(&Reset::new(true, ShutdownCause::GuestReset), at));
        emit(&|at| emitter.emit_at(&BlockJobReady::new(JobType::Commit, "a\u{1b}", 1, 1, 0), at));
        thread::sleep(Duration::from_millis(5));
    }
    printing.join().unwrap()
}

#[test]
fn those_that_are_asked_for() {
    assert_eq!(printed(&["--event", Stop::NAME]), "STOP\n");
    let reset = "RESET {\"guest\": true, \"reason\": \"guest-reset\"}\n";
    assert_eq!(printed(&["-e", "RESET", "-e", "NONE"]), reset);
    assert_eq!(printed(&["--regex", "^re", "--count", "2"]), reset.repeat(2));
    assert_eq!(printed(&["-e", "STOP", "--timestamp"]), "2023-11-14T22:13:20.000005Z STOP\n");
    assert_eq!(
        printed(&["-e", "RESET", "--json"]),
        "{\"event\": \"RESET\", \"data\": {\"guest\": true, \"reason\": \"guest-reset\"}, \
         \"timestamp\": {\"seconds\": 1700000000, \"microseconds\": 5}}\n"
    );
    assert_eq!(
        printed(&["-e", "RESET", "-p"]),
        "RESET {\n  \"guest\": true,\n  \"reason\": \"guest-reset\"\n}\n"
    );
    assert!(printed(&["-e", "BLOCK_JOB_READY"]).contains(r#""device": "a\u001b""#));
}

#[test]
fn the_end_of_the_time_ends_a_loop() {
    assert_eq!(output(&mut Mock::agreeable().qmp(["events", "--loop", "--timeout", "0.1"])), "");
}
