//! Descriptors that this program has inherited and passes on.

use std::io;
use std::os::fd::OwnedFd;

use rustix::io::Errno;
use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

use crate::failure::Failure;

/// Duplicates of inherited descriptors, by their numbers.
///
/// They are had through the kernel's view of this process, for which nothing need be trusted: a number that is not open
/// is an error. It takes Linux 5.6.
///
/// # Errors
/// When one is not open, or the system cannot.
pub(crate) fn inherited(numbers: &[u32]) -> Result<Vec<OwnedFd>, Failure> {
    let duplicate = |number: &u32| {
        let failed = |error: Errno| {
            let what = if error == Errno::BADF {
                "it is not open".to_owned()
            } else {
                io::Error::from(error).to_string()
            };
            Failure::usage(format_args!("descriptor {number}: {what}"))
        };
        let raw = i32::try_from(*number).map_err(|_| failed(Errno::BADF))?;
        let process = pidfd_open(getpid(), PidfdFlags::empty()).map_err(failed)?;
        pidfd_getfd(process, raw, PidfdGetfdFlags::empty()).map_err(failed)
    };
    numbers.iter().map(duplicate).collect()
}
