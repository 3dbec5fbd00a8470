//! Programs in the guest.

use std::fmt;
use std::time::Duration;

use qmp_types::qga::commands::GuestExec;
use qmp_types::qga::types::{GuestExecCaptureOutput, GuestExecStatus};

use super::files::{decode, encode};
use crate::Error;

/// The options of a program that runs in the guest.
///
/// ```
/// use std::time::Duration;
/// use qmp_client::agent::ExecOptions;
///
/// let options = ExecOptions::new().env("LC_ALL", "C").input("line\n").timeout(Duration::from_secs(120));
/// # let _ = options;
/// ```
#[derive(Clone)]
pub struct ExecOptions {
    env: Vec<String>,
    input: Option<Vec<u8>>,
    capture: GuestExecCaptureOutput,
    timeout: Option<Duration>,
}

impl Default for ExecOptions {
    fn default() -> Self {
        Self { env: Vec::new(), input: None, capture: true.into(), timeout: None }
    }
}

impl ExecOptions {
    /// The agent's environment, no input, both outputs kept apart, and the client's timeout.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A variable of the environment. A program that is given any has these and no others.
    #[must_use]
    pub fn env(mut self, name: impl fmt::Display, value: impl fmt::Display) -> Self {
        self.env.push(format!("{name}={value}"));
        self
    }

    /// What the program reads from its standard input, any bytes. They go in one message: QEMU's agent takes some 40 MB.
    #[must_use]
    pub fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = Some(input.into());
        self
    }

    /// What of the output is kept: `true` (both, apart) or `false`, or since QEMU 8.0 a mode such as
    /// [`Merged`](qmp_types::qga::types::GuestExecCaptureOutputMode::Merged). `true` by default.
    #[must_use]
    pub fn capture(mut self, capture: impl Into<GuestExecCaptureOutput>) -> Self {
        self.capture = capture.into();
        self
    }

    /// How long the program may run, with all that is said about it; the client's
    /// [`call_timeout`](crate::Options::call_timeout) by default. It runs on when the time is up.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    pub(crate) fn timeout_or(&self, default: Duration) -> Duration {
        self.timeout.unwrap_or(default)
    }
}

/// The environment and the input may hold secrets: only their sizes show.
impl fmt::Debug for ExecOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExecOptions")
            .field("env", &self.env.len())
            .field("input", &self.input.as_ref().map(Vec::len))
            .field("capture", &self.capture)
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// How much of each output QEMU's agent keeps (`GUEST_EXEC_MAX_OUTPUT` in `qga/commands.c`): 16 MiB.
const KEPT_OUTPUT: usize = 16 << 20;

/// What a program in the guest came to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExecOutput {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to its standard output, as far as that was captured. Bytes from the guest.
    pub stdout: Vec<u8>,
    /// What it wrote to its standard error, as far as that was captured. Bytes from the guest.
    pub stderr: Vec<u8>,
    /// Whether it may have written more to its standard output than the agent keeps (16 MiB).
    pub stdout_truncated: bool,
    /// Whether it may have written more to its standard error than the agent keeps (16 MiB).
    pub stderr_truncated: bool,
}

/// How a program in the guest ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExitStatus {
    /// By itself, with this code.
    Code(i64),
    /// By this signal, or on Windows by an exception that nothing handled.
    Signal(i64),
    /// The agent does not say.
    Unknown,
}

impl ExitStatus {
    /// Whether it ended by itself with the code 0.
    #[must_use]
    pub fn success(self) -> bool {
        self == Self::Code(0)
    }
}

/// The command that starts a program.
pub(crate) fn request<A: Into<String>>(
    path: &str,
    args: impl IntoIterator<Item = A>,
    options: &ExecOptions,
) -> GuestExec {
    let mut request = GuestExec::new(path).arg(args).capture_output(options.capture.clone());
    if !options.env.is_empty() {
        request = request.env(options.env.iter());
    }
    if let Some(input) = &options.input {
        request = request.input_data(encode(input));
    }
    request
}

/// What a program came to; `None` while it runs.
pub(crate) fn output(status: &GuestExecStatus) -> Result<Option<ExecOutput>, Error> {
    if !status.exited {
        return Ok(None);
    }
    let data =
        |data: &Option<String>, member| data.as_ref().map_or(Ok(Vec::new()), |data| decode(data, member));
    let stdout = data(&status.out_data, "out-data")?;
    let stderr = data(&status.err_data, "err-data")?;
    // An agent of QEMU 10.0 says that it dropped nothing when it did.
    let is_truncated = |flag: Option<bool>, kept: &[u8]| flag == Some(true) || kept.len() >= KEPT_OUTPUT;
    Ok(Some(ExecOutput {
        status: match (status.exitcode, status.signal) {
            (_, Some(signal)) => ExitStatus::Signal(signal),
            (Some(code), None) => ExitStatus::Code(code),
            (None, None) => ExitStatus::Unknown,
        },
        stdout_truncated: is_truncated(status.out_truncated, &stdout),
        stderr_truncated: is_truncated(status.err_truncated, &stderr),
        stdout,
        stderr,
    }))
}

/// How long to wait before a program is asked after: short programs are not held up, long ones not disturbed.
pub(crate) struct Interval(Duration);

impl Interval {
    const FIRST: Duration = Duration::from_millis(5);
    const LONGEST: Duration = Duration::from_secs(1);

    pub(crate) fn new() -> Self {
        Self(Self::FIRST)
    }

    pub(crate) fn next(&mut self) -> Duration {
        let next = self.0;
        self.0 = Self::LONGEST.min(next * 2);
        next
    }
}

#[cfg(test)]
mod tests {
    use qmp_types::json;
    use qmp_types::qga::types::GuestExecStatus;

    use super::{ExecOptions, ExitStatus, output, request};

    #[test]
    fn a_request_has_what_the_options_say() {
        let options = ExecOptions::new().env("A", 1).input([0xff]);
        assert_eq!(
            json::to_string(&request("/bin/x", ["-v"], &options)),
            r#"{"path":"/bin/x","arg":["-v"],"env":["A=1"],"input-data":"/w==","capture-output":true}"#
        );
        assert!(!format!("{options:?}").contains("A=1"));
    }

    #[test]
    fn a_program_ends_by_a_code_or_a_signal() {
        let status = |text| output(&json::from_str::<GuestExecStatus>(text).unwrap()).unwrap();
        assert_eq!(status(r#"{"exited":false}"#), None);
        let ended = |text| status(text).unwrap().status;
        assert_eq!(ended(r#"{"exited":true,"exitcode":3}"#), ExitStatus::Code(3));
        assert_eq!(ended(r#"{"exited":true,"signal":9}"#), ExitStatus::Signal(9));
        assert_eq!(ended(r#"{"exited":true}"#), ExitStatus::Unknown);
        let output =
            status(r#"{"exited":true,"exitcode":0,"out-data":"YQ==","err-truncated":true}"#).unwrap();
        assert_eq!((&*output.stdout, &*output.stderr), (&b"a"[..], &b""[..]));
        assert!(output.status.success() && output.stderr_truncated && !output.stdout_truncated);
    }
}
