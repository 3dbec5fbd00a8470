//! One connection that threads share.
//!
//! There is no thread that does all the reading, for each reply would then cost a switch between threads. Whoever
//! waits reads, for itself and for the others; if it is done it hands on to another that waits. Only where nobody
//! waits, an attendant reads what comes.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

use qmp_types::ServerError;

use super::Transport;
use super::role::{Role, WRITE_SIZE};
use crate::Error;
use crate::deadline::Deadline;
use crate::protocol::RequestId;
use crate::switchboard::{Call, Fds, Switchboard, is_end};

/// How much is read at a time.
const READ_SIZE: usize = 16 << 10;

/// How long nobody must have read before the attendant does.
const IDLE: Duration = Duration::from_millis(100);

/// One connection.
pub(super) struct Engine {
    transport: Box<dyn Transport>,
    state: Mutex<State>,
}

struct State {
    switchboard: Switchboard,
    /// Absent while a thread reads.
    reader: Option<Role>,
    /// Absent while a thread writes, and when nothing can be written any more.
    writer: Option<Role>,
    /// Counts the waits of threads other than the attendant.
    waits: u64,
}

type Guard<'e> = MutexGuard<'e, State>;

impl Engine {
    /// A connection that nobody waits on. Its attendant reads from now on, and ends with the connection.
    pub(super) fn start(transport: Box<dyn Transport>, switchboard: Switchboard) -> io::Result<Arc<Self>> {
        let reader = Some(Role::new(vec![0; READ_SIZE]));
        let writer = Some(Role::new(Vec::new()));
        let state = Mutex::new(State { switchboard, reader, writer, waits: 0 });
        let engine = Arc::new(Self { transport, state });
        let attended = Arc::clone(&engine);
        thread::Builder::new().name("qmp-attendant".into()).spawn(move || attended.attend())?;
        Ok(engine)
    }

    /// Does something with the switchboard that needs no waiting.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut Switchboard) -> T) -> T {
        act(&mut self.lock().switchboard)
    }

    pub(super) fn passes_fds(&self) -> bool {
        self.transport.passes_fds()
    }

    /// Ends the connection. All who wait learn of it.
    pub(super) fn close(&self) {
        self.with(Switchboard::hang_up);
        self.transport.close();
    }

    /// Executes a command and has its result read by `read`, which says whether it could: once that is so, not again. The
    /// server's error, if that is what came; `None` if the deadline passed.
    pub(super) fn call(
        &self,
        call: &Call<'_>,
        timeout: Duration,
        read: &mut dyn FnMut(&str) -> bool,
    ) -> Result<Option<Result<(), ServerError>>, Error> {
        let deadline = Deadline::after(timeout);
        let mut state = self.lock();
        state.waits += 1;
        let id = state.switchboard.start(call)?;
        state.write_at_once(&*self.transport);
        if state.switchboard.is_alone(id)
            && let Some(role) = state.reader.take()
        {
            let is_answered;
            (state, is_answered) = self.read_result(state, role, timeout, id, read);
            if is_answered {
                state.hand_on();
                return Ok(Some(Ok(())));
            }
        }
        let outcome = self.wait_on(
            state,
            &deadline,
            |board, waker| board.poll_call(id, waker),
            |board| {
                board.cancel(id);
                Ok(None)
            },
        )?;
        Ok(outcome.map(|outcome| {
            outcome.map(|result| {
                read(&result);
            })
        }))
    }

    /// Reads once for a call that is alone. What is its result and nothing else is not kept, but read where it lies.
    fn read_result<'e>(
        &'e self,
        state: Guard<'e>,
        mut role: Role,
        timeout: Duration,
        id: RequestId,
        read: &mut dyn FnMut(&str) -> bool,
    ) -> (Guard<'e>, bool) {
        drop(state);
        // Hardly any time has passed: it need not be looked at the clock.
        let result = self.read_once(&mut role, timeout.clamp(Deadline::SHORTEST, Deadline::LONGEST));
        let mut state = self.lock();
        // It goes back before anything of the caller's runs, which may panic.
        let State { switchboard, reader, .. } = &mut *state;
        let role = reader.insert(role);
        let is_answered =
            matches!(result, Ok(Some(length)) if switchboard.receive_for(id, &role.buffer[..length], read));
        if !is_answered {
            state.received(result);
        }
        (state, is_answered)
    }

    /// Waits for what `poll` gives; at the deadline, what `give_up` makes of it.
    pub(super) fn wait<T>(
        &self,
        deadline: &Deadline,
        poll: impl FnMut(&mut Switchboard, &Waker) -> Poll<T>,
        give_up: impl FnOnce(&mut Switchboard) -> T,
    ) -> T {
        let mut state = self.lock();
        state.waits += 1;
        self.wait_on(state, deadline, poll, give_up)
    }

    fn wait_on<'e, T>(
        &'e self,
        mut state: Guard<'e>,
        deadline: &Deadline,
        mut poll: impl FnMut(&mut Switchboard, &Waker) -> Poll<T>,
        give_up: impl FnOnce(&mut Switchboard) -> T,
    ) -> T {
        WAKER.with(|waker| {
            for round in 0.. {
                // Who reads itself needs nobody who wakes it.
                let waker = if state.reader.is_some() { Waker::noop() } else { waker };
                if let Poll::Ready(result) = poll(&mut state.switchboard, waker) {
                    state.hand_on();
                    return result;
                }
                let remaining = match deadline.remaining() {
                    Some(remaining) => remaining,
                    // However short the wait: what can be written or read at once is.
                    None if round < 2 => Deadline::SHORTEST,
                    None => break,
                };
                if let Some(role) = state.take_writer() {
                    state = self.write(state, role, remaining);
                } else if let Some(role) = state.reader.take() {
                    state = self.read(state, role, remaining);
                } else {
                    drop(state);
                    thread::park_timeout(remaining);
                    state = self.lock();
                }
            }
            let result = give_up(&mut state.switchboard);
            state.hand_on();
            result
        })
    }

    /// Reads while nobody else does, so that the server need not keep what it sends.
    fn attend(&self) {
        let mut seen = 0;
        loop {
            thread::park_timeout(IDLE);
            let mut state = self.lock();
            if state.waits == seen {
                while state.waits == seen && !state.switchboard.is_over() {
                    let Some(role) = state.reader.take() else { break };
                    state = self.read(state, role, Deadline::LONGEST);
                    state.hand_on();
                }
            }
            seen = state.waits;
            if state.switchboard.is_over() {
                return;
            }
        }
    }

    /// Writes once.
    fn write<'e>(&'e self, mut state: Guard<'e>, mut role: Role, remaining: Duration) -> Guard<'e> {
        let (bytes, fds) = state.switchboard.outgoing();
        role.buffer.clear();
        role.buffer.extend_from_slice(&bytes[..bytes.len().min(WRITE_SIZE)]);
        let fds = fds.cloned();
        drop(state);
        let result = self.write_once(&mut role, fds, remaining);
        let mut state = self.lock();
        match result {
            Ok(Some(written)) => {
                state.switchboard.written(written);
                state.writer = Some(role);
            }
            Ok(None) => {
                state.switchboard.written(0);
                state.writer = Some(role);
            }
            // What the server sent before it left is still to be read; that ends by itself.
            Err(error) if is_end(&error) => {}
            Err(error) => state.switchboard.end_of_input(Err(error)),
        }
        state
    }

    fn write_once(
        &self,
        role: &mut Role,
        fds: Option<Fds>,
        remaining: Duration,
    ) -> io::Result<Option<usize>> {
        role.arm(remaining, |timeout| self.transport.set_write_timeout(timeout))?;
        let written = match fds {
            None => self.transport.write(&role.buffer),
            Some(fds) => self.write_with_fds(&role.buffer, &fds),
        };
        match role.unless_timed_out(written)? {
            Some(0) => Err(io::ErrorKind::WriteZero.into()),
            written => Ok(written),
        }
    }

    #[cfg(unix)]
    fn write_with_fds(&self, bytes: &[u8], fds: &Fds) -> io::Result<usize> {
        use std::os::fd::AsFd;

        let fds: Vec<_> = fds.iter().map(AsFd::as_fd).collect();
        self.transport.write_with_fds(bytes, &fds)
    }

    #[cfg(not(unix))]
    fn write_with_fds(&self, _: &[u8], _: &Fds) -> io::Result<usize> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Reads once, and delivers.
    fn read<'e>(&'e self, state: Guard<'e>, mut role: Role, remaining: Duration) -> Guard<'e> {
        drop(state);
        let result = self.read_once(&mut role, remaining);
        let mut state = self.lock();
        state.reader = Some(role);
        state.received(result);
        state
    }

    fn read_once(&self, role: &mut Role, remaining: Duration) -> io::Result<Option<usize>> {
        role.arm(remaining, |timeout| self.transport.set_read_timeout(timeout))?;
        let read = self.transport.read(&mut role.buffer);
        role.unless_timed_out(read)
    }

    fn lock(&self) -> Guard<'_> {
        // Nothing that runs under the lock leaves the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Delivers what a read came to.
    fn received(&mut self, result: io::Result<Option<usize>>) {
        match (result, &self.reader) {
            (Ok(Some(0)), _) => self.switchboard.end_of_input(Ok(())),
            (Ok(Some(length)), Some(role)) => self.switchboard.receive(&role.buffer[..length]),
            (Ok(_), _) => {}
            (Err(error), _) => self.switchboard.end_of_input(Err(error)),
        }
    }

    /// Writes what can be written at once, which is mostly all, and saves to let go of the lock.
    fn write_at_once(&mut self, transport: &dyn Transport) {
        if self.writer.is_some() && self.switchboard.has_outgoing() {
            let (bytes, fds) = self.switchboard.outgoing();
            let written = if fds.is_none() { transport.write_at_once(bytes).unwrap_or(0) } else { 0 };
            self.switchboard.written(written);
        }
    }

    /// The writer's role, if there is something to write and nobody does.
    fn take_writer(&mut self) -> Option<Role> {
        if self.switchboard.has_outgoing() { self.writer.take() } else { None }
    }

    /// Wakes somebody who waits, if there is something to do that nobody does.
    fn hand_on(&mut self) {
        if self.reader.is_some() || (self.writer.is_some() && self.switchboard.has_outgoing()) {
            self.switchboard.wake_one();
        }
    }
}

thread_local! {
    /// Wakes this thread.
    static WAKER: Waker = Waker::from(Arc::new(Unpark(thread::current())));
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}
