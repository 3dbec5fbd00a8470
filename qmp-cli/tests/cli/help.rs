//! What the program says of itself.

use crate::support::{output, qmp};

#[test]
fn every_command_is_explained() {
    let help = output(&mut qmp(["--help"]));
    insta::assert_snapshot!(help);
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let commands =
        commands.take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
    for command in commands.filter(|command| *command != "help") {
        let help = output(&mut qmp([command, "--help"]));
        assert!(help.contains(&format!("Usage: qmp {command}")), "{help}");
    }
}

#[test]
fn manual_pages() {
    let folder = tempfile::tempdir().unwrap();
    output(&mut qmp(["man", folder.path().to_str().unwrap()]));
    let page = std::fs::read_to_string(folder.path().join("qmp-exec.1")).unwrap();
    assert!(page.contains("blockdev\\-add"), "{page}");
}
