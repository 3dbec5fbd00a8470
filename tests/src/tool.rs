//! The program `qmp`, as its users run it.

use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// The program, compiled if it is not.
///
/// # Panics
/// When it cannot be compiled.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "qmp-cli", "--message-format", "json"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stderr(Stdio::inherit())
            .output()
            .expect("cargo runs");
        let executable = |line: String| {
            let message: serde_json::Value = serde_json::from_str(&line).ok()?;
            Some(PathBuf::from(message.get("executable")?.as_str()?))
        };
        let lines = built.stdout.lines().map_while(Result::ok);
        lines.filter_map(executable).last().expect("the program qmp is compiled")
    })
}

/// The program, without anything of this user's in its environment, for the server at a socket.
///
/// # Panics
/// When it cannot be compiled.
#[must_use]
pub fn qmp(socket: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.env_clear().env("HOME", "/nonexistent").env("QMP_SOCKET", socket).args(words);
    // Servers that it starts are found where this test finds them.
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command.stdin(Stdio::null());
    command
}

/// What it printed.
///
/// # Panics
/// When it ends otherwise than with this code.
#[track_caller]
#[must_use]
pub fn ends(command: &mut Command, code: i32) -> String {
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    let (printed, said) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert_eq!(status.code(), Some(code), "{command:?} printed {printed} and said {said}");
    assert!(!said.contains("panicked"), "{said}");
    format!("{printed}{said}")
}
