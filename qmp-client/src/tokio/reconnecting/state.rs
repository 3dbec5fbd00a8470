//! The states that a client that reconnects is in.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use ::tokio::sync::watch;
use futures_core::Stream;

use super::shared::Status;
use crate::{Error, Greeting};

/// How it stands with the connection.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum State {
    /// A try to connect and to negotiate is under way.
    #[non_exhaustive]
    Connecting {
        /// The how manieth since a connection last held, from 1.
        attempt: u32,
    },
    /// There is a connection.
    #[non_exhaustive]
    Ready {
        /// What the server said first.
        greeting: Arc<Greeting>,
    },
    /// The connection was lost, or there came none of the try. The next try follows, unless it was the last.
    #[non_exhaustive]
    Lost {
        /// Why.
        why: Arc<Error>,
    },
    /// The client is closed, or has given up: there will be no further state.
    Closed,
}

type Change = (Option<(u64, State)>, watch::Receiver<Status>);

/// The present state, and then each change. See [`Reconnecting::states`](super::Reconnecting::states).
///
/// The latest 16 states are kept: who reads later misses the earlier ones, and never the last. It ends behind
/// [`State::Closed`], and does not keep the connection open.
///
/// It is a [`Stream`] too.
pub struct States {
    receiver: watch::Receiver<Status>,
    /// How many states are behind us.
    number: u64,
    /// The wait for the next one, where somebody began to.
    waiting: Option<Pin<Box<dyn Future<Output = Change> + Send + Sync>>>,
    is_over: bool,
}

impl fmt::Debug for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("States").field("number", &self.number).finish_non_exhaustive()
    }
}

impl States {
    pub(super) fn new(receiver: watch::Receiver<Status>) -> Self {
        let number = receiver.borrow().count().saturating_sub(1);
        Self { receiver, number, waiting: None, is_over: false }
    }

    /// The state that is not read yet, the present one at first, or waits for one; `None` behind [`State::Closed`].
    ///
    /// Dropped before it has a state, it takes none.
    pub async fn next(&mut self) -> Option<State> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

/// Waits for a state.
async fn change(mut receiver: watch::Receiver<Status>, number: u64) -> Change {
    let found = match receiver.wait_for(|status| status.count() > number).await {
        Ok(status) => status.state_from(number),
        // Nobody is left who could change it; the last state tells so, and may be unread.
        Err(_) => None,
    };
    let found = found.or_else(|| receiver.borrow().state_from(number));
    (found, receiver)
}

impl Stream for States {
    type Item = State;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<State>> {
        let this = &mut *self;
        if this.is_over {
            return Poll::Ready(None);
        }
        let waiting =
            this.waiting.get_or_insert_with(|| Box::pin(change(this.receiver.clone(), this.number)));
        let (found, receiver) = ready!(waiting.as_mut().poll(cx));
        this.waiting = None;
        this.receiver = receiver;
        let Some((number, state)) = found else {
            this.is_over = true;
            return Poll::Ready(None);
        };
        this.number = number + 1;
        this.is_over = matches!(state, State::Closed);
        Poll::Ready(Some(state))
    }
}
