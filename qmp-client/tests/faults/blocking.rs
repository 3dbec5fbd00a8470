//! The blocking client. Its threads run as they like: what a call comes to may differ, never whose it is.

use std::io;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use proptest::prelude::*;
use qmp_client::blocking::{Client, Transport};
use qmp_client::{CallOptions, Options};

use crate::schedule::{Schedule, arguments, check, config, schedules};
use crate::server::{Server, Turn};

/// A wait that is not meant to pass: it only bounds a test that fails.
const LONG: Duration = Duration::from_secs(60);

/// How many threads share the calls of a schedule.
const THREADS: usize = 4;

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    server: Server,
    is_closed: bool,
    read_timeout: Duration,
}

struct Stream(Arc<Shared>);

impl Transport for Stream {
    fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.0.state.lock().unwrap();
        loop {
            if state.is_closed {
                return Ok(0);
            }
            match state.server.next(buffer.len()) {
                Turn::Bytes(bytes) => {
                    buffer[..bytes.len()].copy_from_slice(&bytes);
                    return Ok(bytes.len());
                }
                // A pause takes no time here, but a turn.
                Turn::Pause(_) => {
                    state.server.passed();
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                Turn::Again => return Err(io::ErrorKind::Interrupted.into()),
                Turn::Idle => {
                    let timeout = state.read_timeout;
                    let waited = self.0.changed.wait_timeout(state, timeout).unwrap();
                    if waited.1.timed_out() {
                        return Err(io::ErrorKind::WouldBlock.into());
                    }
                    state = waited.0;
                }
                Turn::End => return Ok(0),
                Turn::Reset => return Err(io::ErrorKind::ConnectionReset.into()),
            }
        }
    }

    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.0.state.lock().unwrap();
        if state.is_closed || state.server.is_cut() {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let length = state.server.takes(bytes.len()).ok_or(io::ErrorKind::WouldBlock)?;
        state.server.hear(&bytes[..length]);
        self.0.changed.notify_all();
        Ok(length)
    }

    fn set_read_timeout(&self, timeout: Duration) -> io::Result<()> {
        self.0.state.lock().unwrap().read_timeout = timeout;
        Ok(())
    }

    fn set_write_timeout(&self, _: Duration) -> io::Result<()> {
        Ok(())
    }

    fn close(&self) {
        self.0.state.lock().unwrap().is_closed = true;
        self.0.changed.notify_all();
    }
}

fn run(schedule: &Schedule) {
    let state = State { server: Server::new(schedule), is_closed: false, read_timeout: LONG };
    let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
    let options = Options::new().connect_timeout(LONG);
    let client = match Client::over_with(Stream(Arc::clone(&shared)), &options) {
        Ok(client) => client,
        Err(error) => return assert!(schedule.cut.is_some(), "{error}"),
    };
    thread::scope(|scope| {
        for first in 0..THREADS {
            let (client, shared) = (&client, &shared);
            scope.spawn(move || {
                for (token, call) in schedule.calls.iter().enumerate().skip(first).step_by(THREADS) {
                    // Where nothing is refused, nothing is waited for in vain.
                    let timeout = if schedule.refusals > 0 { call.timeout.min(5) } else { call.timeout };
                    let options = call.options().timeout(Duration::from_millis(timeout));
                    let result = client.execute_raw("query-token", Some(&arguments(token)), &options);
                    let refused = shared.state.lock().unwrap().server.refused.clone();
                    check(schedule, token, &result, &refused);
                }
            });
        }
    });
    if schedule.cut.is_none() && !schedule.has_garbage {
        shared.state.lock().unwrap().server.mend();
        let token = schedule.calls.len();
        let options = CallOptions::new().timeout(LONG);
        let reply = client.execute_raw("query-token", Some(&arguments(token)), &options).unwrap();
        check(schedule, token, &Ok(reply), &[]);
    }
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn each_call_gets_its_own(schedule in schedules()) {
        run(&schedule);
    }
}
