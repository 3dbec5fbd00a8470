//! One connection that tasks share.
//!
//! A task of its own, the driver, reads and writes. Calls leave their requests in a buffer, which the driver
//! writes at once for all that run before it; only a call that is alone writes itself, to spare the detour.

use std::future::Future;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use ::tokio::io::ReadBuf;
use ::tokio::time::{Sleep, sleep_until};

use super::transport::Transport;
use crate::Error;
use crate::protocol::RequestId;
use crate::switchboard::{Call, Outcome, Switchboard, is_end};

/// How much is read at a time.
const READ_SIZE: usize = 16 << 10;

/// How many reads the driver makes before it lets other tasks run.
const TURN: usize = 16;

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
        let is_earliest =
            call.deadline.is_some_and(|deadline| state.alarm.is_none_or(|alarm| deadline < alarm));
        if is_earliest {
            state.alarm = call.deadline;
            state.driver.wake_by_ref();
        }
        if is_alone {
            // Should the transport not take it all, the driver is to go on.
            let driver = std::mem::replace(&mut state.driver, Waker::noop().clone());
            state.write(&mut Context::from_waker(&driver));
            state.driver = driver;
        } else {
            state.driver.wake_by_ref();
        }
        Ok(id)
    }

    pub(super) fn poll_call(&self, id: RequestId, cx: &Context<'_>) -> Poll<Result<Option<Outcome>, Error>> {
        self.lock().switchboard.poll_call(id, cx.waker())
    }

    /// Says that nobody waits for a reply any more.
    pub(super) fn cancel(&self, id: RequestId) {
        let mut state = self.lock();
        state.switchboard.cancel(id);
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
        for _ in 0..TURN {
            state.write(cx);
            let read = state.poll_read(cx);
            if state.switchboard.is_over() {
                state.transport = None;
                return Poll::Ready(());
            }
            if read.is_pending() {
                return Poll::Pending;
            }
        }
        cx.waker().wake_by_ref();
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
            self.alarm = self.switchboard.expire(::tokio::time::Instant::now().into_std());
        }
    }
}
