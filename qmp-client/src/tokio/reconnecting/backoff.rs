//! How long to wait between tries to connect.

use std::time::Duration;

/// How long to wait between tries to connect, and when to give up.
///
/// A wait is shorter than its delay by a random part, unless stated otherwise up to half of it, so that the clients of
/// a server that comes back do not all come at the same moment.
///
/// ```
/// # use std::time::Duration;
/// use qmp_client::tokio::reconnecting::Backoff;
///
/// let backoff = Backoff::new().first(Duration::from_millis(50)).greatest(Duration::from_secs(2)).tries(20);
/// # let _ = backoff;
/// ```
#[derive(Debug, Clone)]
pub struct Backoff {
    first: Duration,
    factor: f64,
    greatest: Duration,
    jitter: f64,
    pub(super) settled: Duration,
    pub(super) tries: Option<u32>,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(100),
            factor: 2.0,
            greatest: Duration::from_secs(10),
            jitter: 0.5,
            settled: Duration::from_secs(10),
            tries: None,
        }
    }
}

impl Backoff {
    /// From 100 ms to 10 s, twice as long each time, for ever.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The delay behind the loss of a connection that held, and behind the first try; 100 ms by default.
    #[must_use]
    pub fn first(mut self, delay: Duration) -> Self {
        self.first = delay;
        self
    }

    /// By what the delay grows with each try; 2 by default. Below 1, and where it is no number, it is 1.
    #[must_use]
    pub fn factor(mut self, factor: f64) -> Self {
        self.factor = factor.max(1.0);
        self
    }

    /// What the delay grows to at most; 10 s by default.
    #[must_use]
    pub fn greatest(mut self, delay: Duration) -> Self {
        self.greatest = delay;
        self
    }

    /// By which share of a delay a wait may be shorter, from 0 to 1; 0.5 by default.
    #[must_use]
    pub fn jitter(mut self, share: f64) -> Self {
        self.jitter = share.clamp(0.0, 1.0);
        self
    }

    /// How long a connection has to last for delays and tries to begin anew; 10 s by default. One that ends earlier
    /// counts as a failed try: a server that crashes at its start is not to be hurried.
    #[must_use]
    pub fn settled(mut self, after: Duration) -> Self {
        self.settled = after;
        self
    }

    /// How many tries in a row may fail before the client gives up, at least 1; without end by default.
    #[must_use]
    pub fn tries(mut self, tries: u32) -> Self {
        self.tries = Some(tries.max(1));
        self
    }

    /// The wait behind as many failures in a row, from 0; `random` is from 0 to 1.
    pub(super) fn wait(&self, failures: u32, random: f64) -> Duration {
        let exponent = i32::try_from(failures).unwrap_or(i32::MAX);
        let grown = self.first.as_secs_f64() * self.factor.powi(exponent);
        // Nothing times infinity is no number, which is no delay to speak of either.
        let delay = grown.min(self.greatest.as_secs_f64()) * (1.0 - self.jitter * random);
        Duration::try_from_secs_f64(delay).unwrap_or(self.greatest)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::Backoff;

    #[test]
    fn delays_grow_up_to_the_greatest() {
        let backoff = Backoff::new().first(Duration::from_millis(100)).greatest(Duration::from_secs(1));
        let waits: Vec<_> = (0..6).map(|failures| backoff.wait(failures, 0.0).as_millis()).collect();
        assert_eq!(waits, [100, 200, 400, 800, 1000, 1000]);
        let waits: Vec<_> = (0..6).map(|failures| backoff.wait(failures, 1.0).as_millis()).collect();
        assert_eq!(waits, [50, 100, 200, 400, 500, 500]);
    }

    #[test]
    fn any_numbers_will_do() {
        for factor in [f64::NAN, f64::INFINITY, -1.0, 0.0] {
            for jitter in [f64::NAN, f64::INFINITY, -1.0, 2.0] {
                for first in [Duration::ZERO, Duration::MAX] {
                    let backoff = Backoff::new().factor(factor).jitter(jitter).first(first);
                    assert!(backoff.wait(u32::MAX, 0.5) <= Duration::from_secs(10));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn waits_are_within_bounds(
            first in 0..10_000u64,
            greatest in 0..100_000u64,
            factor in 1.0..10.0,
            jitter in 0.0..=1.0,
            failures: u32,
            random in 0.0..1.0,
        ) {
            let (first, greatest) = (Duration::from_millis(first), Duration::from_millis(greatest));
            let backoff = Backoff::new().first(first).greatest(greatest).factor(factor).jitter(jitter);
            let wait = backoff.wait(failures, random);
            let near = Duration::from_micros(1);
            prop_assert!(wait <= greatest + near);
            prop_assert!(wait + near >= first.min(greatest).mul_f64(1.0 - jitter));
        }
    }
}
