//! Servers that have names, and `qmp ls`.

use std::os::unix::net::UnixListener;

use assert_cmd::Command;

use crate::support::{Mock, failure, output, qmp, text};

struct Names {
    mock: Mock,
    folder: tempfile::TempDir,
}

impl Names {
    fn new(lines: &str) -> Self {
        let (mock, folder) = (Mock::agreeable(), tempfile::tempdir().unwrap());
        std::fs::create_dir(folder.path().join("qmp")).unwrap();
        let lines = lines.replace("MOCK", text(&mock.socket())).replace("FOLDER", text(folder.path()));
        std::fs::write(folder.path().join("qmp/sockets"), lines).unwrap();
        Self { mock, folder }
    }

    fn qmp<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = qmp(words);
        command.env("XDG_CONFIG_HOME", self.folder.path());
        command
    }
}

#[test]
fn a_name_stands_for_an_address() {
    let names = Names::new("web MOCK # comment\n\nweb FOLDER/agent agent\n");
    output(&mut names.qmp(["-s", "web", "exec", "stop"]));
    output(names.qmp(["exec", "stop"]).env("QMP_SOCKET", "web"));
    output(&mut names.qmp(["exec", "--all", "w*", "stop"]));
    assert_eq!(names.mock.requests(), ["stop"; 3]);
    let said = failure(&mut names.qmp(["-s", "wbe", "exec", "stop"]), 2);
    assert!(said.ends_with("hint: did you mean 'web'?"), "{said}");
}

#[test]
fn files_that_say_nothing_clear() {
    let names = Names::new("web MOCK\nweb\n");
    assert!(failure(&mut names.qmp(["ls"]), 2).ends_with("line 2: expected NAME ADDRESS, or * PATTERN"));
    assert_eq!(output(&mut qmp(["ls"])), "");
}

#[test]
fn a_list_says_which_answer() {
    let names = Names::new("web MOCK\n* FOLDER/vm-*\nghost FOLDER/nothing\n");
    let _busy = UnixListener::bind(names.folder.path().join("vm-busy")).unwrap();
    drop(UnixListener::bind(names.folder.path().join("vm-dead")).unwrap());
    let listed = output(&mut names.qmp(["ls", "--timeout", "0.3"]));
    let columns = |line: &str| line.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
    let listed: Vec<_> = listed.lines().map(columns).collect();
    assert_eq!(
        listed,
        ["web monitor answers", "busy monitor busy", "dead monitor gone", "ghost monitor gone"]
    );
    let json = output(&mut names.qmp(["ls", "--timeout", "0.3", "--json"]));
    assert_eq!(json.lines().filter(|line| line.contains(r#""state": "answers""#)).count(), 1);
}
