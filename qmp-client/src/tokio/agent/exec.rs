//! Running programs in the guest.

use std::time::Duration;

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
        let pid = self.spawn(path, args, options).await?;
        let mut interval = Interval::new();
        loop {
            let remaining = deadline.saturating_duration_since(Instant::now());
            if remaining.is_zero() {
                return Err(Error::Timeout { command: "guest-exec".into(), after });
            }
            if let Some(output) = self.ask_after(pid, remaining).await? {
                return Ok(output);
            }
            sleep(interval.next().min(deadline.saturating_duration_since(Instant::now()))).await;
        }
    }

    /// Starts a program in the guest, and gives the number of its process, for [`try_wait`](Self::try_wait). No shell reads
    /// `path` or `args`. The timeout of the options bounds the start alone.
    ///
    /// # Errors
    /// As [`execute`](Self::execute).
    pub async fn spawn<A: Into<String>>(
        &self,
        path: &str,
        args: impl IntoIterator<Item = A>,
        options: &ExecOptions,
    ) -> Result<i64, Error> {
        let after = options.timeout_or(self.shared.options.call_timeout);
        let request = request(path, args, options);
        Ok(self.execute_with(&request, &CallOptions::new().timeout(after)).await?.pid)
    }

    /// Asks what a program came to that was started by [`spawn`](Self::spawn); `None` while it runs. The agent tells once:
    /// then it forgets the program.
    ///
    /// # Errors
    /// As [`execute`](Self::execute). A program that the agent did not start, or has told about, is an [`Error::Server`].
    pub async fn try_wait(&self, pid: i64) -> Result<Option<ExecOutput>, Error> {
        self.ask_after(pid, self.shared.options.call_timeout).await
    }

    async fn ask_after(&self, pid: i64, timeout: Duration) -> Result<Option<ExecOutput>, Error> {
        let status = GuestExecStatus::new(pid);
        output(&self.execute_with(&status, &CallOptions::new().timeout(timeout)).await?)
    }
}
