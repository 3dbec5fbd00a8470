//! Waits that end.

use std::time::{Duration, Instant};

/// A point in time beyond which nobody waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    /// `None` where it lies beyond what the clock can say.
    at: Option<Instant>,
}

impl Deadline {
    /// The longest wait at a stretch; a wait without end is many of them.
    pub(crate) const LONGEST: Duration = Duration::from_secs(3600);

    /// The shortest wait: a deadline that has passed before the first look would never find what is there.
    pub(crate) const SHORTEST: Duration = Duration::from_millis(1);

    /// The deadline after a wait of `timeout`, at least a millisecond.
    pub(crate) fn after(timeout: Duration) -> Self {
        Self { at: Instant::now().checked_add(timeout.max(Self::SHORTEST)) }
    }

    /// How long to wait at a stretch, or `None` when the deadline has passed.
    pub(crate) fn remaining(&self) -> Option<Duration> {
        let Some(at) = self.at else { return Some(Self::LONGEST) };
        let remaining = at.saturating_duration_since(Instant::now());
        if remaining.is_zero() { None } else { Some(remaining.min(Self::LONGEST)) }
    }
}
