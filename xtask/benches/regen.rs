//! How long the bindings take to be made from the snapshots, and to be checked. Run with
//!
//! ```sh
//! cargo bench --package xtask --bench regen
//! ```
//!
//! The fastest of some runs of the whole program, beside the limit.

#![allow(clippy::print_stdout, reason = "its output")]

use std::io;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What either may take.
const LIMIT: Duration = Duration::from_millis(1500);

/// What else runs on the machine adds to a run and takes nothing away.
const RUNS: usize = 7;

fn main() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().to_string_lossy().into_owned();
    // All files are written, which without `--out` are those that changed.
    println!("{:>14}   {:>8}   {:>8}", "", "fastest", "limit");
    for (name, arguments) in [("regen", &["regen", "--out", &out][..]), ("check", &["check"])] {
        let mut fastest = Duration::MAX;
        for _ in 0..RUNS {
            fastest = fastest.min(run(arguments)?);
            // So that the next run writes all of them again.
            std::fs::remove_dir_all(folder.path())?;
            std::fs::create_dir(folder.path())?;
        }
        let verdict = if fastest <= LIMIT { "" } else { "   too slow" };
        println!("{name:>14}   {:>6.2} s   {:>6.2} s{verdict}", fastest.as_secs_f64(), LIMIT.as_secs_f64());
    }
    Ok(())
}

fn run(arguments: &[&str]) -> io::Result<Duration> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let status = command.status()?;
    let taken = start.elapsed();
    match status.success() {
        true => Ok(taken),
        false => Err(io::Error::other(format!("xtask {} failed", arguments.join(" ")))),
    }
}
