//! Several commands, a line for each.

use std::io::{self, BufRead};

use super::request::Request;
use crate::failure::Failure;

/// The longest line that is read: what QEMU accepts in a message.
const MAX_LINE: u64 = 64 << 20;

/// Lines with their numbers, without those that are empty or begin with `#`.
pub(crate) struct Lines<R> {
    reader: R,
    number: usize,
}

impl Lines<io::StdinLock<'static>> {
    /// The lines of standard input.
    pub(crate) fn of_stdin() -> Self {
        Self::new(io::stdin().lock())
    }
}

impl<R: BufRead> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, number: 0 }
    }

    fn read(&mut self) -> io::Result<Option<String>> {
        loop {
            let mut line = String::new();
            self.number += 1;
            if io::Read::take(&mut self.reader, MAX_LINE).read_line(&mut line)? == 0 {
                return Ok(None);
            }
            if u64::try_from(line.len()).is_ok_and(|length| length == MAX_LINE) && !line.ends_with('\n') {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "it is longer than 64 MiB"));
            }
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                return Ok(Some(line.to_owned()));
            }
        }
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = Result<(usize, String), Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let line =
            self.read().map_err(|error| Failure::usage(error).at(format_args!("line {}", self.number)));
        line.map(|line| line.map(|line| (self.number, line))).transpose()
    }
}

/// Executes the command in each line, until one fails.
///
/// With `keep_going`, each failure is told, the others follow, and the first failure's exit code is that of all.
///
/// # Errors
/// The first failure, with the number of its line.
pub(crate) fn run_lines(
    lines: impl Iterator<Item = Result<(usize, String), Failure>>,
    keep_going: bool,
    mut execute: impl FnMut(&Request) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut first = None;
    for line in lines {
        let (number, line) = line?;
        let done = Request::parse_line(&line).and_then(|request| execute(&request));
        match done.map_err(|failure| failure.at(format_args!("line {number}"))) {
            Ok(()) => {}
            Err(failure) if keep_going && failure.leaves_a_connection() => {
                failure.report();
                first.get_or_insert(failure.code());
            }
            Err(failure) => return Err(failure),
        }
    }
    first.map_or(Ok(()), |code| Err(Failure::silent(code)))
}
