//! The standard input and output of a child.

use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout};

/// The standard input and output of a child as one stream: what is read comes from its output, what is written goes
/// to its input.
///
/// Pipes have no timeouts: a read waits until the child writes or ends. On unix systems a [`pair()`](super::pair())
/// in the place of both pipes has them.
#[derive(Debug)]
pub struct ChildStdio {
    stdin: ChildStdin,
    stdout: ChildStdout,
}

impl ChildStdio {
    /// Joins both.
    #[must_use]
    pub fn new(stdin: ChildStdin, stdout: ChildStdout) -> Self {
        Self { stdin, stdout }
    }

    /// Takes both from a child; `None`, and nothing is taken, unless both are pipes
    /// ([`Stdio::piped`](std::process::Stdio::piped)) that nobody took.
    pub fn take(child: &mut Child) -> Option<Self> {
        match (child.stdin.take(), child.stdout.take()) {
            (Some(stdin), Some(stdout)) => Some(Self { stdin, stdout }),
            (stdin, stdout) => {
                child.stdin = stdin;
                child.stdout = stdout;
                None
            }
        }
    }

    /// Both, apart again.
    #[must_use]
    pub fn into_parts(self) -> (ChildStdin, ChildStdout) {
        (self.stdin, self.stdout)
    }
}

impl Read for ChildStdio {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stdout.read(buffer)
    }
}

impl Write for ChildStdio {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stdin.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdin.flush()
    }
}
