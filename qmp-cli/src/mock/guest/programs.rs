//! The guest's programs. They are functions: nothing is run.

use std::collections::BTreeMap;

use qmp_types::ServerError;
use qmp_types::qga::commands::GuestExec;
use qmp_types::qga::types::{GuestExecCaptureOutput, GuestExecCaptureOutputMode, GuestExecStatus};

use super::files::{Files, decode, encode};
use crate::mock::machine::failed;

/// How many programs may have ended that nobody asked after.
const MAX_ENDED: usize = 100;

/// Programs that have ended, by the numbers of their processes.
#[derive(Debug, Default)]
pub(super) struct Programs {
    ended: BTreeMap<i64, GuestExecStatus>,
    last: i64,
}

/// What a program came to.
#[derive(Default)]
struct Ended {
    code: i64,
    out: Vec<u8>,
    err: Vec<u8>,
}

impl Programs {
    /// Runs a program to its end, and gives the number of its process.
    pub(super) fn run(&mut self, command: &GuestExec, files: &Files) -> Result<i64, ServerError> {
        let input = command.input_data.as_deref().map_or(Ok(Vec::new()), decode)?;
        let arguments: Vec<&str> = command.arg.iter().flatten().map(String::as_str).collect();
        let ended = run(&command.path, &arguments, input, files)?;
        if self.ended.len() >= MAX_ENDED {
            self.ended.pop_first();
        }
        self.last += 1;
        self.ended.insert(self.last, status(ended, command.capture_output.as_ref()));
        Ok(self.last)
    }

    /// How a program ended, which is told once.
    pub(super) fn status(&mut self, pid: i64) -> Result<GuestExecStatus, ServerError> {
        self.ended.remove(&pid).ok_or_else(|| failed(format_args!("there is no process {pid}")))
    }
}

fn run(path: &str, arguments: &[&str], input: Vec<u8>, files: &Files) -> Result<Ended, ServerError> {
    let name = ["/bin/", "/usr/bin/"].iter().find_map(|folder| path.strip_prefix(folder)).unwrap_or(path);
    let with = |code, out: Vec<u8>| Ended { code, out, ..Ended::default() };
    Ok(match (name, arguments) {
        ("true", _) => Ended::default(),
        ("false", _) => with(1, Vec::new()),
        ("echo", ["-n", words @ ..]) => with(0, words.join(" ").into()),
        ("echo", words) => with(0, format!("{}\n", words.join(" ")).into()),
        ("cat", []) => with(0, input),
        ("cat", paths) => cat(paths, files),
        ("wc", ["-c"]) => with(0, format!("{}\n", input.len()).into()),
        _ => {
            return Err(failed(format_args!(
                "there is no program '{path}' for such arguments; the mock has cat, echo, false, true and wc -c"
            )));
        }
    })
}

fn cat(paths: &[&str], files: &Files) -> Ended {
    let mut ended = Ended::default();
    for path in paths {
        match files.get(path) {
            Ok(content) => ended.out.extend_from_slice(content),
            Err(error) => {
                ended.code = 1;
                ended.err.extend_from_slice(format!("cat: {}\n", error.desc).as_bytes());
            }
        }
    }
    ended
}

fn status(ended: Ended, capture: Option<&GuestExecCaptureOutput>) -> GuestExecStatus {
    use GuestExecCaptureOutputMode as Mode;

    let Ended { code, mut out, mut err } = ended;
    match capture {
        Some(GuestExecCaptureOutput::Flag(true) | GuestExecCaptureOutput::Mode(Mode::Separated)) => {}
        Some(GuestExecCaptureOutput::Mode(Mode::Merged)) => out.append(&mut err),
        Some(GuestExecCaptureOutput::Mode(Mode::Stdout)) => err.clear(),
        Some(GuestExecCaptureOutput::Mode(Mode::Stderr)) => out.clear(),
        _ => {
            out.clear();
            err.clear();
        }
    }
    let mut status = GuestExecStatus::new(true).exitcode(code);
    status.out_data = (!out.is_empty()).then(|| encode(&out));
    status.err_data = (!err.is_empty()).then(|| encode(&err));
    status
}
