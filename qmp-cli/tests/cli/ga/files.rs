//! `qmp ga cat` and `put`.

use std::io::Write;
use std::process::Stdio;

use rustix::process::Signal;

use super::guest::{Guest, run, signal, until};
use crate::terminal::shown;

const HOSTILE: &[u8] = b"a\x1b[2Jb\xff\n";

#[test]
fn a_file_goes_as_it_is_but_to_a_terminal() {
    let guest = Guest::new();
    let _agent = guest.listen();
    for (words, expected) in
        [(vec!["cat", "f"], "a\\u{1b}[2Jb\\xff\n"), (vec!["cat", "--raw", "f"], "a\u{1b}[2Jb")]
    {
        // A character that is not complete yet, and its rest.
        let pieces = [HOSTILE, b"\xc3", b"\xa9\r", b"\n"].map(<[u8]>::to_vec).to_vec();
        guest.state.lock().unwrap().pieces = Some(pieces.clone());
        guest.qmp(words.iter().copied()).assert().success().stdout(pieces.concat());
        guest.state.lock().unwrap().pieces = Some(vec![expected.replace("\\u{1b}", "\u{1b}").into_bytes()]);
        let shown = shown(&mut guest.command(words));
        assert!(shown.contains(if expected.contains('\\') { "a\\u{1b}[2Jb" } else { expected }), "{shown:?}");
    }
    assert_eq!(guest.state.lock().unwrap().open, 0);
}

#[test]
fn several_files_follow_each_other() {
    let guest = Guest::new();
    let _agent = guest.listen();
    guest.state.lock().unwrap().pieces = Some([&b"a"[..], b"", b"b"].map(<[u8]>::to_vec).to_vec());
    guest.qmp(["cat", "f", "g"]).assert().success().stdout("ab");
}

#[test]
fn a_signal_ends_a_copy_and_closes_the_file() {
    let guest = Guest::new();
    let _agent = guest.listen();
    // A file without an end, and an input that nobody ends.
    for words in [&["cat", "f"][..], &["put", "-", "f"]] {
        let mut child = guest.spawn(words.iter().copied());
        let before = guest.state.lock().unwrap().moved;
        let mut input = child.stdin.take().unwrap();
        let output = child.stdout.take().unwrap();
        let reader = std::thread::spawn(move || std::io::copy(&mut { output }, &mut std::io::sink()));
        input.write_all(b"some").unwrap();
        until(|| guest.state.lock().unwrap().moved > before);
        signal(&child, Signal::INT);
        let ran = child.wait_with_output().unwrap();
        reader.join().unwrap().unwrap();
        drop(input);
        assert_eq!(ran.status.code(), Some(130));
        assert_eq!(String::from_utf8(ran.stderr).unwrap(), "error: interrupted\n");
        assert_eq!(guest.state.lock().unwrap().open, 0);
    }
}

#[test]
fn a_reader_who_has_enough_ends_a_copy_in_silence() {
    let guest = Guest::new();
    let _agent = guest.listen();
    let mut child = guest.spawn(["cat", "f"]);
    drop(child.stdout.take());
    let ran = child.wait_with_output().unwrap();
    assert_eq!((ran.status.code(), &*ran.stderr), (Some(0), &b""[..]));
    assert_eq!(guest.state.lock().unwrap().open, 0);
}

#[test]
fn an_output_that_is_full_is_told() {
    let guest = Guest::new();
    let _agent = guest.listen();
    let full = std::fs::File::create("/dev/full").unwrap();
    let ran = guest.command(["cat", "f"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(ran.status.code(), Some(2));
    assert!(String::from_utf8(ran.stderr).unwrap().starts_with("error: cannot write the output: No space"));
}

#[test]
fn what_cannot_be_read_costs_the_guest_nothing() {
    let guest = Guest::new();
    let _agent = guest.listen();
    for source in ["missing", "."] {
        let ran = run(&mut guest.qmp(["put", source, "f"]));
        assert_eq!(ran.code, Some(2));
        assert!(ran.stderr.starts_with(&format!("error: cannot read {source}: ")), "{ran:?}");
    }
    assert!(guest.state.lock().unwrap().asked.is_empty());
}

#[test]
fn how_far_a_copy_is_shows_on_a_terminal_only() {
    let guest = Guest::new();
    let _agent = guest.listen();
    std::fs::write(guest.folder.path().join("here"), vec![0; 100_000]).unwrap();
    let ran = run(&mut guest.qmp(["put", "here", "there"]));
    assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (Some(0), "", ""));
    let shown = shown(&mut guest.command(["put", "here", "there"]));
    assert!(shown.contains("of 97.66 KiB"), "{shown:?}");
}
