//! Filesystems of the guest, frozen.

use std::time::Duration;

use crate::Error;

/// How long a guard that is dropped may take to thaw, for each of two attempts. A client with a shorter timeout of its
/// own takes no longer than that.
pub(crate) const ON_DROP: Duration = Duration::from_secs(5);

/// Whether filesystems may be frozen behind a freeze that failed. An agent that says that it failed has thawed what it
/// had frozen, or did not freeze because they were frozen before, by somebody else.
pub(crate) fn may_be_frozen(error: &Error) -> bool {
    !matches!(error, Error::Server { .. })
}

/// Whether thawing is worth another attempt, behind a sync.
pub(crate) fn is_worth_another(error: &Error) -> bool {
    !error.is_disconnected()
}

/// Nobody can be told but those who watch.
pub(crate) fn tell(result: &Result<i64, Error>) {
    if let Err(error) = result {
        tracing::error!(%error, "the guest's filesystems may still be frozen");
    }
}
