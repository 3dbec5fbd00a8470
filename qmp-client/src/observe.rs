//! A command, as those who watch the client see it.

use std::time::Instant;

use tracing::{Span, debug, debug_span, field};

use crate::Error;

/// A command that is watched, if anybody watches.
pub(crate) struct Observed(Option<(Span, Instant)>);

impl Observed {
    pub(crate) fn start(name: &str) -> Self {
        let span = debug_span!("command", name, outcome = field::Empty, microseconds = field::Empty);
        Self((!span.is_disabled()).then(|| (span, Instant::now())))
    }

    /// The command came to this.
    pub(crate) fn end<T>(self, result: Result<T, Error>) -> Result<T, Error> {
        if let Some((span, start)) = self.0 {
            let microseconds = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
            span.record("microseconds", microseconds);
            match &result {
                Ok(_) => span.record("outcome", "ok"),
                Err(error) => span.record("outcome", field::display(error)),
            };
            debug!(parent: &span, microseconds, "done");
        }
        result
    }
}
