//! One connection that tasks share.
//!
//! A task of its own, the driver, reads and writes. Calls leave their requests in a buffer, which the driver
//! writes at once for all that run before it. Only a call that is alone writes and reads itself, to spare the detour: the
//! soloist. The driver takes the reading back when anybody else waits for something, and when the soloist is not polled.

use std::future::Future;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use ::tokio::io::ReadBuf;
use ::tokio::time::{Sleep, sleep_until};

use super::transport::Transport;
use crate::protocol::RequestId;
use crate::switchboard::{Call, Outcome, QueueId, Switchboard, is_end};
use crate::{Error, EventRecord};

/// How much is read at a time.
const READ_SIZE: usize = 16 << 10;

/// How many reads the driver makes before it lets other tasks run.
const TURN: usize = 16;

/// How long a soloist may not be polled before the driver reads: this, and at most twice this.
const PATIENCE: Duration = Duration::from_millis(100);

/// One connection.
pub(super) struct Engine {
    state: Mutex<State>,
}

struct State {
    switchboard: Switchboard,
    /// Until the connection is over.
    transport: Option<Box<dyn Transport>>,
    /// Whether the transport still takes bytes.
    writable: bool,
    /// Whether the transport has been written to and not flushed.
    unflushed: bool,
    driver: Waker,
    /// The call that reads instead of the driver.
    soloist: Option<RequestId>,
    /// The soloist when the driver last looked, if it is to look again.
    seen_soloist: Option<Option<RequestId>>,
    /// When the driver is to look for calls whose deadline has passed: then, or earlier than needed.
    alarm: Option<Instant>,
}

impl Engine {
    /// A connection that nobody waits on. The driver, a task of the current runtime, ends with it.
    pub(super) fn start(transport: Box<dyn Transport>, switchboard: Switchboard) -> Arc<Self> {
        let state = State {
            switchboard,
            transport: Some(transport),
            writable: true,
            unflushed: false,
            driver: Waker::noop().clone(),
            soloist: None,
            seen_soloist: None,
            alarm: None,
        };
        let engine = Arc::new(Self { state: Mutex::new(state) });
        ::tokio::spawn(Driver { engine: Arc::clone(&engine), timer: None });
        engine
    }

    /// Does something with the switchboard that needs no waiting.
    pub(super) fn with<T>(&self, act: impl FnOnce(&mut Switchboard) -> T) -> T {
        act(&mut self.lock().switchboard)
    }

    pub(super) fn passes_fds(&self) -> bool {
        self.lock().transport.as_ref().is_some_and(|transport| transport.passes_fds())
    }

    /// Makes a request.
    pub(super) fn call(&self, call: &Call<'_>) -> Result<RequestId, Error> {
        let mut state = self.lock();
        let is_alone = !state.switchboard.has_calls();
        let id = state.switchboard.start(call)?;
        if let Some(deadline) = call.deadline {
            state.alarm_at(deadline);
        }
        state.soloist = is_alone.then_some(id);
        if is_alone {
            state.look_after_soloist();
            // Should the transport not take it all, the driver is to go on.
            let driver = std::mem::replace(&mut state.driver, Waker::noop().clone());
            state.write(&mut Context::from_waker(&driver));
            state.driver = driver;
        } else {
            state.driver.wake_by_ref();
        }
        Ok(id)
    }

    pub(super) fn poll_call(
        &self,
        id: RequestId,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Outcome>, Error>> {
        let mut state = self.lock();
        let is_soloist = state.soloist == Some(id);
        if is_soloist {
            state.read_turn(cx);
        }
        let outcome = state.switchboard.poll_call(id, cx.waker());
        if is_soloist && outcome.is_ready() {
            state.end_solo();
        }
        outcome
    }

    pub(super) fn poll_event(&self, queue: QueueId, cx: &Context<'_>) -> Poll<Result<EventRecord, Error>> {
        let mut state = self.lock();
        let event = state.switchboard.poll_event(queue, cx.waker());
        if event.is_pending() && state.seen_soloist.is_some() {
            state.soloist = None;
            state.driver.wake_by_ref();
        }
        event
    }

    /// Says that nobody waits for a reply any more.
    pub(super) fn cancel(&self, id: RequestId) {
        let mut state = self.lock();
        state.switchboard.cancel(id);
        if state.soloist == Some(id) {
            state.end_solo();
        }
        // Its place may be another's now.
        if state.switchboard.has_outgoing() {
            state.driver.wake_by_ref();
        }
    }

    /// Ends the connection. All who wait learn of it.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.switchboard.hang_up();
        state.transport = None;
        state.driver.wake_by_ref();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under the lock leaves the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Writes as much as the transport takes.
    fn write(&mut self, cx: &mut Context<'_>) {
        let Some(transport) = &mut self.transport else { return };
        while self.writable && self.switchboard.has_outgoing() {
            let (bytes, fds) = self.switchboard.outgoing();
            let written = match transport.poll_write(cx, bytes, fds) {
                Poll::Ready(Ok(0)) => Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(result) => result,
                Poll::Pending => Ok(0),
            };
            match written {
                Ok(written) => {
                    self.switchboard.written(written);
                    self.unflushed = true;
                    if written == 0 {
                        return;
                    }
                }
                Err(error) => return self.unwritable(error),
            }
        }
        if self.unflushed && self.writable {
            match transport.poll_flush(cx) {
                Poll::Ready(Ok(())) => self.unflushed = false,
                Poll::Ready(Err(error)) => self.unwritable(error),
                Poll::Pending => {}
            }
        }
    }

    fn unwritable(&mut self, error: io::Error) {
        self.writable = false;
        // What the server sent before it left is still to be read; that ends by itself.
        if !is_end(&error) {
            self.switchboard.end_of_input(Err(error));
        }
    }

    /// Reads what has come, and writes what may go out for that, for a while.
    fn read_turn(&mut self, cx: &mut Context<'_>) {
        for _ in 0..TURN {
            if self.poll_read(cx).is_pending() || self.switchboard.is_over() {
                return;
            }
            self.write(cx);
        }
        cx.waker().wake_by_ref();
    }

    /// Lets the driver read again: at once if anybody listens, else when it next looks after soloists. Between two calls
    /// of a task it mostly need not read at all.
    fn end_solo(&mut self) {
        let was_solo = self.soloist.take().is_some();
        if was_solo && (self.switchboard.has_listeners() || self.switchboard.is_over()) {
            self.driver.wake_by_ref();
        }
    }

    /// Has the driver look after a soloist that may not be polled any more.
    fn look_after_soloist(&mut self) {
        if self.seen_soloist.is_none() {
            self.seen_soloist = Some(None);
            self.alarm_at(::tokio::time::Instant::now().into_std() + PATIENCE);
        }
    }

    fn alarm_at(&mut self, at: Instant) {
        if self.alarm.is_none_or(|alarm| at < alarm) {
            self.alarm = Some(at);
            self.driver.wake_by_ref();
        }
    }

    /// Reads once, and delivers.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(transport) = &mut self.transport else { return Poll::Ready(()) };
        // Here and not in the connection: thousands of connections that wait take no memory for it.
        let mut space = [MaybeUninit::uninit(); READ_SIZE];
        let mut buffer = ReadBuf::uninit(&mut space);
        match std::task::ready!(transport.poll_read(cx, &mut buffer)) {
            Ok(()) if buffer.filled().is_empty() => self.switchboard.end_of_input(Ok(())),
            Ok(()) => self.switchboard.receive(buffer.filled()),
            Err(error) => self.switchboard.end_of_input(Err(error)),
        }
        Poll::Ready(())
    }
}

/// The task that reads and writes, and watches the time: a timer of each call's own would cost more than all else.
struct Driver {
    engine: Arc<Engine>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Future for Driver {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Self { engine, timer } = &mut *self;
        let mut state = engine.lock();
        state.driver.clone_from(cx.waker());
        state.watch_time(timer, cx);
        state.write(cx);
        if state.soloist.is_none() {
            state.read_turn(cx);
        }
        if state.switchboard.is_over() {
            state.transport = None;
            return Poll::Ready(());
        }
        Poll::Pending
    }
}

impl State {
    /// Ends calls whose deadline has passed.
    fn watch_time(&mut self, timer: &mut Option<Pin<Box<Sleep>>>, cx: &mut Context<'_>) {
        while let Some(alarm) = self.alarm {
            let timer = timer.get_or_insert_with(|| Box::pin(sleep_until(alarm.into())));
            if timer.deadline() != alarm.into() {
                timer.as_mut().reset(alarm.into());
            }
            if timer.as_mut().poll(cx).is_pending() {
                return;
            }
            // The runtime's clock, which is the timer's: it may be another than the system's in tests.
            let now = ::tokio::time::Instant::now().into_std();
            self.alarm = self.switchboard.expire(now);
            match (self.seen_soloist.take(), self.soloist) {
                (Some(seen), Some(soloist)) if seen == Some(soloist) => self.soloist = None,
                (Some(_), Some(soloist)) => {
                    self.seen_soloist = Some(Some(soloist));
                    self.alarm_at(now + PATIENCE);
                }
                _ => {}
            }
        }
    }
}
