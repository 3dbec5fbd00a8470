//! Launching, with a shell in the server's place.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use qmp_client::launch::{LaunchError, Launched, Launcher};

use crate::{LONG, SHORT};

fn shell(script: &str) -> Launcher {
    Launcher::program("sh").args(["-c", script])
}

/// Whose redirections know descriptors above 9.
fn bash(script: &str) -> Launcher {
    Launcher::program("bash").args(["-c", script])
}

#[test]
fn an_early_death_has_its_reasons() {
    let error = shell("echo \"it's: $1\" >&2; exit 3").args(["sh", "fd\t{fd}"]).launch(LONG).unwrap_err();
    let LaunchError::Ended { program, status, stderr } = &error else { panic!("{error}") };
    assert_eq!((program.as_path(), status.code()), (Path::new("sh"), Some(3)));
    let number = stderr.trim_end().strip_prefix("it's: fd\t").unwrap();
    assert!(number.parse::<u32>().unwrap() > 2);
    let expected = format!("sh ended before its monitor was ready (exit status: 3): it's: fd\\t{number}");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn its_surroundings_are_set() {
    let folder = tempfile::tempdir().unwrap();
    let launcher = shell("cat >&2; echo $SET $HOME {fd}0 >&2; pwd >&2; echo unseen; exit 0");
    let launcher = launcher.env("HOME", "x").env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    let launcher = launcher.env("GONE", "1").env_remove("GONE").env("SET", "set").current_dir(folder.path());
    let error = launcher.launch(LONG).unwrap_err();
    let LaunchError::Ended { stderr, .. } = error else { panic!("{error}") };
    let lines: Vec<&str> = stderr.lines().collect();
    let folder = folder.path().canonicalize().unwrap();
    assert!(lines[0].starts_with("set ") && lines[0].ends_with('0'), "{stderr}");
    assert_eq!(lines[1..], [folder.to_str().unwrap()]);
}

#[test]
fn only_the_end_of_what_it_says_is_kept() {
    let error = shell("echo 123456789 {fd} end >&2").stderr_limit(4).launch(LONG).unwrap_err();
    let LaunchError::Ended { stderr, .. } = error else { panic!("{error}") };
    assert_eq!(stderr, "end\n");
}

#[test]
fn a_silent_server_is_killed() {
    let error = shell("exec sleep 1000 # {fd}").launch(SHORT).unwrap_err();
    assert!(matches!(error, LaunchError::NoGreeting { .. }), "{error}");
    assert_eq!(error.to_string(), "no greeting from sh within 30ms");
}

/// It is no server any more, whatever else it does.
#[test]
fn who_closes_the_monitor_is_killed() {
    let error = bash("exec {fd}>&-; exec sleep 1000").launch(LONG).unwrap_err();
    let LaunchError::Ended { status, .. } = error else { panic!("{error}") };
    assert_eq!(status.signal(), Some(9));
}

#[test]
fn what_it_said_while_it_started_is_still_to_be_read() {
    let (mut server, mut socket) =
        bash("echo hello >&{fd}; read line <&{fd}; echo $line >&2").launch(LONG).unwrap();
    socket.set_read_timeout(Some(LONG)).unwrap();
    let mut line = String::new();
    BufReader::new(&socket).read_line(&mut line).unwrap();
    assert_eq!(line, "hello\n");
    socket.write_all(b"heard\n").unwrap();
    assert!(server.wait().unwrap().success());
    assert_eq!(server.stderr(), "heard\n");
}

#[test]
fn what_cannot_be_started() {
    let error = Launcher::qemu("/nonexistent/qemu").launch(LONG).unwrap_err();
    assert!(error.to_string().starts_with("cannot start /nonexistent/qemu: No such file"), "{error}");
    let error = shell("exit 0").launch(LONG).unwrap_err();
    assert_eq!(error.to_string(), "no argument of sh has the placeholder {fd}");
}

fn is_there(id: u32) -> bool {
    Path::new(&format!("/proc/{id}")).exists()
}

fn sleeper() -> Launched {
    shell("exec sleep 1000 # {fd}").spawn().unwrap().0
}

#[test]
fn dropping_kills() {
    let server = sleeper();
    let id = server.id();
    assert!(is_there(id));
    drop(server);
    assert!(!is_there(id));
}

#[test]
fn unless_it_is_to_be_left_alone() {
    let (mut server, socket) = shell("exec sleep 0.1 # {fd}").spawn().unwrap();
    server.kill_on_drop(false);
    let id = server.id();
    drop(server);
    assert!(is_there(id));
    // Closed when the server ends.
    socket.set_read_timeout(Some(LONG)).unwrap();
    assert_eq!(std::io::Read::read(&mut &socket, &mut [0]).unwrap(), 0);
}

#[test]
fn waiting_and_killing() {
    let mut server = sleeper();
    assert_eq!(server.try_wait().unwrap(), None);
    assert_eq!(server.wait_timeout(SHORT).unwrap(), None);
    server.kill().unwrap();
    let status = server.wait().unwrap();
    assert!(!status.success());
    assert_eq!(server.try_wait().unwrap(), Some(status));
    assert_eq!(server.wait_timeout(SHORT).unwrap(), Some(status));
    server.kill().unwrap();
}

#[cfg(feature = "tokio")]
#[tokio::test]
async fn on_a_runtime() {
    let error = shell("echo no >&2; exit 3 # {fd}").launch_tokio(LONG).await.unwrap_err();
    assert_eq!(error.to_string(), "sh ended before its monitor was ready (exit status: 3): no");
    let error = shell("exec sleep 1000 # {fd}").launch_tokio(SHORT).await.unwrap_err();
    assert_eq!(error.to_string(), "no greeting from sh within 30ms");
    let (mut server, _socket) = shell("echo said >&2 # {fd}").spawn().unwrap();
    assert!(server.wait_tokio().await.unwrap().success());
    assert_eq!(server.stderr(), "said\n");
}
