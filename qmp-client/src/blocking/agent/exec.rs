//! Running programs in the guest.

use std::thread;

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
        let request = request(path, args, options);
        let program = self.execute_with(&request, &CallOptions::new().timeout(after))?;
        let mut interval = Interval::new();
        loop {
            let remaining = deadline.remaining().ok_or_else(timed_out)?;
            let status = GuestExecStatus::new(program.pid);
            let status = self.execute_with(&status, &CallOptions::new().timeout(remaining))?;
            if let Some(output) = output(&status)? {
                return Ok(output);
            }
            let remaining = deadline.remaining().ok_or_else(timed_out)?;
            thread::sleep(interval.next().min(remaining));
        }
    }
}
