//! Waits that end.

use std::time::{Duration, Instant};

/// The shortest wait.
pub(super) const SHORTEST: Duration = Duration::from_millis(1);

/// The longest wait at a stretch; a wait without end is many of them.
pub(super) const LONGEST: Duration = Duration::from_secs(3600);

/// A point in time beyond which nobody waits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline {
    /// `None` where it lies beyond what the clock can say.
    at: Option<Instant>,
}

impl Deadline {
    /// The deadline after a wait of `timeout`.
    pub(super) fn after(timeout: Duration) -> Self {
        Self { at: Instant::now().checked_add(timeout) }
    }

    /// How long to wait at a stretch, or `None` when the deadline has passed.
    pub(super) fn remaining(&self) -> Option<Duration> {
        let Some(at) = self.at else { return Some(LONGEST) };
        let remaining = at.saturating_duration_since(Instant::now());
        if remaining.is_zero() { None } else { Some(remaining.min(LONGEST)) }
    }
}
