//! Running programs in the guest.

use std::thread;
use std::time::Duration;

use qmp_types::qga::commands::GuestExecStatus;

use super::Agent;
use crate::agent::{ExecOptions, ExecOutput, Interval, output, request};
use crate::deadline::Deadline;
use crate::{CallOptions, Error};

impl Agent {
    /// Runs a program in the guest, and waits for its end. No shell reads `path` or `args`.
    ///
    /// Between questions whether it has ended (after 5 ms at first, up to a second later) others may use the agent.
    ///
    /// # Errors
    /// As [`execute`](Self::execute); [`Error::Timeout`] when it did not end in time. It runs on then.
    pub fn exec<A: Into<String>>(
        &self,
        path: &str,
        args: impl IntoIterator<Item = A>,
        options: &ExecOptions,
    ) -> Result<ExecOutput, Error> {
        let after = options.timeout_or(self.shared.options.call_timeout);
        let deadline = Deadline::after(after);
        let timed_out = || Error::Timeout { command: "guest-exec".into(), after };
        let pid = self.spawn(path, args, options)?;
        let mut interval = Interval::new();
        loop {
            let remaining = deadline.remaining().ok_or_else(timed_out)?;
            if let Some(output) = self.ask_after(pid, remaining)? {
                return Ok(output);
            }
            let remaining = deadline.remaining().ok_or_else(timed_out)?;
            thread::sleep(interval.next().min(remaining));
        }
    }

    /// Starts a program in the guest, and gives the number of its process, for [`try_wait`](Self::try_wait). No shell reads
    /// `path` or `args`. The timeout of the options bounds the start alone.
    ///
    /// # Errors
    /// As [`execute`](Self::execute).
    pub fn spawn<A: Into<String>>(
        &self,
        path: &str,
        args: impl IntoIterator<Item = A>,
        options: &ExecOptions,
    ) -> Result<i64, Error> {
        let after = options.timeout_or(self.shared.options.call_timeout);
        let request = request(path, args, options);
        Ok(self.execute_with(&request, &CallOptions::new().timeout(after))?.pid)
    }

    /// Asks what a program came to that was started by [`spawn`](Self::spawn); `None` while it runs. The agent tells once:
    /// then it forgets the program.
    ///
    /// # Errors
    /// As [`execute`](Self::execute). A program that the agent did not start, or has told about, is an [`Error::Server`].
    pub fn try_wait(&self, pid: i64) -> Result<Option<ExecOutput>, Error> {
        self.ask_after(pid, self.shared.options.call_timeout)
    }

    fn ask_after(&self, pid: i64, timeout: Duration) -> Result<Option<ExecOutput>, Error> {
        output(&self.execute_with(&GuestExecStatus::new(pid), &CallOptions::new().timeout(timeout))?)
    }
}
