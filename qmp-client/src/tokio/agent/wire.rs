//! Moves the bytes of one connection to an agent.

use std::future::poll_fn;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use ::tokio::io::ReadBuf;
use ::tokio::sync::{Semaphore, SemaphorePermit};
use ::tokio::time::{Instant, timeout_at};

use crate::Error;
use crate::agent::{Call, Line};
use crate::switchboard::Outcome;
use crate::tokio::transport::Transport;

/// How much is read at a time: most of a piece of a file.
const READ_SIZE: usize = 64 << 10;

/// One connection that tasks share. The one whose turn it is moves the bytes: an agent says nothing unasked.
pub(super) struct Wire {
    /// Who has the permit has the turn. It is fair: permits are given in the order in which they are asked for.
    turn: Semaphore,
    state: Mutex<State>,
}

struct State {
    line: Line,
    /// Until the connection is closed.
    transport: Option<Box<dyn Transport>>,
    /// Whether the transport has been written to and not flushed.
    unflushed: bool,
    /// Whom to wake when the connection is closed.
    caller: Waker,
    /// Where is read to.
    buffer: Box<[u8]>,
}

impl Wire {
    pub(super) fn new(transport: Box<dyn Transport>, line: Line) -> Self {
        let state = State {
            line,
            transport: Some(transport),
            unflushed: false,
            caller: Waker::noop().clone(),
            buffer: vec![0; READ_SIZE].into(),
        };
        Self { turn: Semaphore::new(1), state: Mutex::new(state) }
    }

    /// Syncs; `false` when the deadline passed.
    pub(super) async fn sync(&self, deadline: Instant) -> Result<bool, Error> {
        self.lock().line.start_sync()?;
        let synced = timeout_at(deadline, self.run(Line::take_synced)).await;
        synced.map_or(Ok(false), |synced| synced.map(|()| true))
    }

    /// Carries out a call when its turn has come; `None` when the deadline passed.
    ///
    /// Dropped before its end, it leaves a line that is not ready: the next call syncs.
    pub(super) async fn call(
        &self,
        call: &mut Call<'_>,
        deadline: Instant,
    ) -> Result<Option<Outcome>, Error> {
        let Some(_turn) = self.turn(deadline).await? else { return Ok(None) };
        match timeout_at(deadline, self.run(|line| line.advance(call))).await {
            Ok(outcome) => outcome.map(Some),
            Err(_) => Ok(self.lock().line.give_up()),
        }
    }

    /// Waits behind all who came before; `None` when the deadline passed.
    async fn turn(&self, deadline: Instant) -> Result<Option<SemaphorePermit<'_>>, Error> {
        match timeout_at(deadline, self.turn.acquire()).await {
            Ok(Ok(turn)) => Ok(Some(turn)),
            Ok(Err(_)) => Err(Error::Closed),
            Err(_) => Ok(None),
        }
    }

    /// Writes and reads until `advance` has what it waits for.
    async fn run<T>(
        &self,
        mut advance: impl FnMut(&mut Line) -> Result<Option<T>, Error>,
    ) -> Result<T, Error> {
        poll_fn(|cx| {
            let mut state = self.lock();
            state.caller.clone_from(cx.waker());
            loop {
                if let Some(done) = advance(&mut state.line)? {
                    return Poll::Ready(Ok(done));
                }
                ready!(state.poll_move(cx));
            }
        })
        .await
    }

    /// Ends the connection. All who wait learn of it.
    pub(super) fn close(&self) {
        self.turn.close();
        let mut state = self.lock();
        state.transport = None;
        state.caller.wake_by_ref();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that runs under the lock leaves the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Writes as much as the transport takes, and reads once.
    fn poll_move(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let moved = match self.write(cx) {
            Ok(()) => ready!(self.poll_read(cx)),
            Err(error) => Err(error),
        };
        if let Err(error) = moved {
            self.line.end_of_input(Err(error));
        }
        Poll::Ready(())
    }

    fn write(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let Some(transport) = &mut self.transport else { return Ok(()) };
        while !self.line.outgoing().is_empty() {
            match transport.poll_write(cx, self.line.outgoing(), None)? {
                Poll::Ready(0) => return Err(io::ErrorKind::WriteZero.into()),
                Poll::Ready(written) => self.line.written(written),
                Poll::Pending => return Ok(()),
            }
            self.unflushed = true;
        }
        if self.unflushed && transport.poll_flush(cx)?.is_ready() {
            self.unflushed = false;
        }
        Ok(())
    }

    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(transport) = &mut self.transport else {
            self.line.end_of_input(Ok(()));
            return Poll::Ready(Ok(()));
        };
        let mut buffer = ReadBuf::new(&mut self.buffer);
        ready!(transport.poll_read(cx, &mut buffer))?;
        if buffer.filled().is_empty() {
            self.line.end_of_input(Ok(()));
        } else {
            self.line.receive(buffer.filled());
        }
        Poll::Ready(Ok(()))
    }
}
