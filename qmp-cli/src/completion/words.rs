//! The words of a command line that is being written.

use std::ffi::OsString;

/// The variable in which bash passes the line up to the cursor.
const BASH_LINE: &str = "_QMP_COMPLETE_LINE";

/// Options of `qmp exec` whose values are words of their own.
const VALUED: [&str; 11] = [
    "-s",
    "--socket",
    "-t",
    "--timeout",
    "-w",
    "--wait",
    "--connect-timeout",
    "--pass-fds",
    "--all",
    "-e",
    "--exec",
];

/// The words up to the cursor, the program first; the last is the one that is being written.
#[derive(Debug, Default)]
pub(super) struct Words(Vec<String>);

impl Words {
    /// Those of the command line that a shell asks about.
    pub(super) fn given() -> Self {
        match std::env::var(BASH_LINE) {
            Ok(line) => Self::of_line(&line),
            // The others pass the words behind `--`; the last is the one that is being written.
            Err(_) => Self(behind_dashes(std::env::args_os())),
        }
    }

    fn of_line(line: &str) -> Self {
        // A quote that is not closed yet is closed by whoever writes.
        let closed = ["", "'", "\""].iter().find_map(|quote| shlex::split(&format!("{line}{quote}")));
        let mut words = closed.unwrap_or_default();
        if line.is_empty() || line.ends_with(char::is_whitespace) {
            words.push(String::new());
        }
        Self(words)
    }

    /// The word that is being written.
    pub(super) fn current(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// The server that is named.
    pub(super) fn socket(&self) -> Option<&str> {
        self.0.iter().enumerate().find_map(|(index, word)| match word.as_str() {
            "-s" | "--socket" => self.0.get(index + 1).map(String::as_str),
            word => word.strip_prefix("--socket="),
        })
    }

    /// The command behind `exec`, and its arguments in front of the word that is being written.
    pub(super) fn command(&self) -> Option<(&str, &[String])> {
        let (_, done) = self.0.split_last()?;
        let exec = done.iter().position(|word| word == "exec")?;
        let mut index = exec + 1;
        while let Some(word) = done.get(index) {
            if !word.starts_with('-') || word == "-" {
                return Some((word, done.get(index + 1..).unwrap_or_default()));
            }
            index += if VALUED.contains(&word.as_str()) { 2 } else { 1 };
        }
        None
    }
}

fn behind_dashes(words: impl Iterator<Item = OsString>) -> Vec<String> {
    words.skip_while(|word| word != "--").skip(1).map(|word| word.to_string_lossy().into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn the_command_and_its_arguments() {
        let words = Words::of_line("qmp -s /a exec -t 3 --oob blockdev-add driver=raw 'file.dri");
        assert_eq!(words.socket(), Some("/a"));
        assert_eq!(words.command(), Some(("blockdev-add", &["driver=raw".to_owned()][..])));
        assert_eq!(words.current(), "file.dri");
        assert_eq!(Words::of_line("qmp exec ").command(), None);
        assert_eq!(Words::of_line("qmp exec stop ").current(), "");
        for line in ["", "'\"", "qmp exec -t", "qmp -s"] {
            let words = Words::of_line(line);
            let _ = (words.command(), words.socket(), words.current());
        }
    }
}
