//! What happens in a test: made by proptest, and made smaller by it where a test fails.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use qmp_client::{CallOptions, Error};
use serde_json::value::{RawValue, to_raw_value};

/// Decisions, one behind the other and then from the start again. 0 is what a good server does.
#[derive(Debug, Clone)]
pub(crate) struct Decisions {
    all: Vec<u8>,
    next: usize,
}

impl Decisions {
    pub(crate) fn none() -> Self {
        Self { all: Vec::new(), next: 0 }
    }

    pub(crate) fn next(&mut self) -> u8 {
        let Some(&decision) = self.all.get(self.next) else { return 0 };
        self.next = (self.next + 1) % self.all.len();
        decision
    }
}

/// A call, in milliseconds.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// When, from the start.
    pub(crate) at: u64,
    pub(crate) out_of_band: bool,
    pub(crate) timeout: u64,
    /// After what time the caller loses its interest.
    pub(crate) given_up: Option<u64>,
}

impl Call {
    pub(crate) fn options(&self) -> CallOptions {
        let options = CallOptions::new().timeout(Duration::from_millis(self.timeout));
        if self.out_of_band { options.out_of_band() } else { options }
    }
}

/// How a connection breaks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cut {
    /// How many bytes the server has sent then.
    pub(crate) behind: usize,
    pub(crate) by_reset: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Schedule {
    pub(crate) decisions: Decisions,
    pub(crate) calls: Vec<Call>,
    pub(crate) cut: Option<Cut>,
    /// Whether the server may say what is not a message, which ends the connection.
    pub(crate) has_garbage: bool,
    /// How many of 16 requests the server answers without an id.
    pub(crate) refusals: u8,
}

pub(crate) fn schedules() -> impl Strategy<Value = Schedule> {
    let decisions = vec(any::<u8>(), 0..200).prop_map(|all| Decisions { all, next: 0 });
    let cut = proptest::option::weighted(0.2, (0..2000_usize, any::<bool>()));
    let has_garbage = proptest::bool::weighted(0.1);
    // Callers come one by one or all at once.
    let calls = prop_oneof![Just(0), Just(300_u64)].prop_flat_map(|until| vec(calls(until), 1..16));
    let refusals = prop_oneof![3 => 0..4_u8, 1 => 8..16_u8];
    (decisions, calls, cut, has_garbage, refusals).prop_map(
        |(decisions, calls, cut, has_garbage, refusals)| Schedule {
            decisions,
            calls,
            cut: cut.map(|(behind, by_reset)| Cut { behind, by_reset }),
            has_garbage,
            refusals,
        },
    )
}

fn calls(until: u64) -> impl Strategy<Value = Call> {
    let given_up = proptest::option::weighted(0.3, 0..200_u64);
    (0..=until, proptest::bool::weighted(0.2), 1..500_u64, given_up)
        .prop_map(|(at, out_of_band, timeout, given_up)| Call { at, out_of_band, timeout, given_up })
}

/// So many cases, unless the environment says otherwise; and always the same ones, unless it says otherwise.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(1);
    }
    config
}

/// The arguments by which the server tells one call from the other.
pub(crate) fn arguments(token: usize) -> Box<RawValue> {
    to_raw_value(&serde_json::json!({ "token": token, "x": "}{\"\\" })).unwrap()
}

/// A call's outcome is its own, and one that the server and the transport gave reason for.
pub(crate) fn check(
    schedule: &Schedule,
    token: usize,
    result: &Result<Box<RawValue>, Error>,
    refused: &[usize],
) {
    match result {
        Ok(value) => {
            let value: serde_json::Value = serde_json::from_str(value.get()).unwrap();
            assert_eq!(value["token"], token, "the reply to another");
        }
        Err(Error::Server { error, .. }) if error.desc == "refused" => {
            assert!(refused.contains(&token), "{token} was not refused, but {refused:?}");
        }
        Err(Error::Server { error, .. }) => assert_eq!(error.desc, format!("of {token}"), "another's error"),
        Err(Error::Timeout { .. }) => {}
        Err(error @ (Error::Closed | Error::Io(_))) => assert!(schedule.cut.is_some(), "{error}"),
        Err(error @ Error::Protocol(_)) => assert!(schedule.has_garbage, "{error}"),
        Err(error) => panic!("{error:?}"),
    }
}
