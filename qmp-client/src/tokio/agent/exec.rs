//! Running programs in the guest.

use ::tokio::time::{Instant, sleep};
use qmp_types::qga::commands::GuestExecStatus;

use super::{Agent, deadline};
use crate::agent::{ExecOptions, ExecOutput, Interval, output, request};
use crate::{CallOptions, Error};

impl Agent {
    /// Runs a program in the guest, and waits for its end. No shell reads `path` or `args`.
    ///
    /// Between questions whether it has ended (after 5 ms at first, up to a second later) others may use the agent. Dropped,
    /// it lets the program run on.
    ///
    /// # Errors
    /// As [`execute`](Self::execute); [`Error::Timeout`] when it did not end in time. It runs on then.
    pub async fn exec<A: Into<String>>(
        &self,
        path: &str,
        args: impl IntoIterator<Item = A>,
        options: &ExecOptions,
    ) -> Result<ExecOutput, Error> {
        let after = options.timeout_or(self.shared.options.call_timeout);
        let deadline = deadline(after);
        let request = request(path, args, options);
        let program = self.execute_with(&request, &CallOptions::new().timeout(after)).await?;
        let status = GuestExecStatus::new(program.pid);
        let mut interval = Interval::new();
        loop {
            let remaining = deadline.saturating_duration_since(Instant::now());
            if remaining.is_zero() {
                return Err(Error::Timeout { command: "guest-exec".into(), after });
            }
            let answer = self.execute_with(&status, &CallOptions::new().timeout(remaining)).await?;
            if let Some(output) = output(&answer)? {
                return Ok(output);
            }
            sleep(interval.next().min(deadline.saturating_duration_since(Instant::now()))).await;
        }
    }
}
