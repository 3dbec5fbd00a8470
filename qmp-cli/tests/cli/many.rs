//! One command to many servers.

use std::sync::{Arc, Barrier};

use crate::support::{Mock, output, qmp, text};

#[test]
fn answers_are_lines_in_order() {
    let mocks = [Mock::agreeable(), Mock::new(|_| None)];
    let sockets: Vec<_> = mocks.iter().map(Mock::socket).collect();
    let words = ["exec", "-s", text(&sockets[0]), "-s", "/nowhere", "-s", text(&sockets[1]), "stop"];
    let done = qmp(words).assert().code(3).stderr("");
    let printed = String::from_utf8(done.get_output().stdout.clone()).unwrap();
    let expected = format!(
        "{{\"socket\": \"{}\", \"return\": {{}}}}\n\
         {{\"socket\": \"/nowhere\", \"error\": \"cannot connect to unix:/nowhere: No such file or directory (os error 2)\", \"exit-code\": 3}}\n\
         {{\"socket\": \"{}\", \"error\": \"stop: CommandNotFound: The command stop has not been found\\nhint: did you mean 'stop'?\", \"exit-code\": 1}}\n",
        sockets[0].display(),
        sockets[1].display(),
    );
    assert_eq!(
        printed.replace("\\nhint: did you mean 'stop'?", ""),
        expected.replace("\\nhint: did you mean 'stop'?", "")
    );
}

/// A hundred servers, none of which answers before all are asked.
#[test]
fn all_are_asked_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let barrier = Arc::new(Barrier::new(100));
    let servers: Vec<_> = (0..100)
        .map(|number| {
            let barrier = Arc::clone(&barrier);
            let mock = Mock::new(move |_| {
                barrier.wait();
                Some("{}".to_owned())
            });
            std::os::unix::fs::symlink(mock.socket(), folder.path().join(format!("{number:02}"))).unwrap();
            mock
        })
        .collect();
    let printed = output(&mut qmp(["exec", "--all", &format!("{}/*", text(folder.path())), "query-status"]));
    assert_eq!(printed.lines().count(), servers.len());
    assert!(printed.lines().all(|line| line.ends_with("\"return\": {}}")), "{printed}");
}
