//! The examples of the README, with `qmp mock`.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::support::{failure, output, qmp, text};

/// A mock that runs, which ends with its test, whatever that comes to.
struct Mock(Child);

impl Drop for Mock {
    fn drop(&mut self) {
        // It has ended already if all went well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts a mock, and reads what it says of its sockets.
fn start(words: &[&str], lines: usize) -> (Mock, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_qmp"));
    let mut mock = command.arg("mock").args(words).stdout(Stdio::piped()).spawn().unwrap();
    let mut told = String::new();
    let mut stdout = BufReader::new(mock.stdout.take().unwrap());
    for _ in 0..lines {
        stdout.read_line(&mut told).unwrap();
    }
    (Mock(mock), told)
}

/// The commands of the README's section on the tool, and what is printed below each.
fn examples() -> Vec<(String, String)> {
    let readme = include_str!("../../../README.md");
    let (_, section) = readme.split_once("\n## A tool for a running QEMU\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let mut examples: Vec<(String, String)> = Vec::new();
    let mut blocks = section.split("```");
    while let (Some(_), Some(block)) = (blocks.next(), blocks.next()) {
        for line in block.strip_prefix("console\n").unwrap_or_default().lines() {
            match line.strip_prefix("$ ") {
                Some(command) => examples.push((command.to_owned(), String::new())),
                None => writeln!(examples.last_mut().unwrap().1, "{line}").unwrap(),
            }
        }
    }
    examples
}

/// What is printed, but for when it was.
fn timeless(text: &str) -> String {
    let line = |line: &str| line.split("\"timestamp\"").next().unwrap_or_default().to_owned() + "\n";
    text.lines().map(line).collect()
}

#[test]
fn the_examples_of_the_readme_are_true() {
    let folder = tempfile::tempdir().unwrap();
    let here = |text: &str| text.replace("/tmp/", &format!("{}/", folder.path().display()));
    let mut examples = examples().into_iter();
    let (command, expected) = examples.next().unwrap();
    let words = here(command.strip_prefix("qmp mock ").unwrap().strip_suffix(" &").unwrap());
    let (mut mock, told) = start(&words.split(' ').collect::<Vec<_>>(), expected.lines().count());
    assert_eq!(told, here(&expected));

    // One shell for all, for they lean on each other's variables and exit codes; a line that is in no output is between them.
    let (commands, expected): (Vec<_>, Vec<_>) = examples.unzip();
    let mut script = "exec 2>&1\n".to_owned();
    for command in &commands {
        writeln!(script, "{}\ncode=$?; echo =====; (exit $code)", here(command)).unwrap();
    }
    let bin = Path::new(env!("CARGO_BIN_EXE_qmp")).parent().unwrap();
    let path = format!("{}:{}", text(bin), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).current_dir(folder.path()).stdin(Stdio::null());
    shell.env_clear().env("HOME", "/nonexistent").env("PATH", path);
    let printed = String::from_utf8(shell.output().unwrap().stdout).unwrap();
    let printed: Vec<_> = printed.split("=====\n").collect();
    assert_eq!(printed.len(), commands.len() + 1, "{printed:?}");
    for ((command, printed), expected) in commands.iter().zip(printed).zip(expected) {
        assert_eq!(timeless(printed), timeless(&here(&expected)), "{command}");
    }
    output(&mut qmp(["-s", &here("/tmp/vm.qmp"), "exec", "quit"]));
    assert!(mock.0.wait().unwrap().success());
}

#[test]
fn what_took_the_place_of_other_tools_can_be_tried() {
    let folder = tempfile::tempdir().unwrap();
    let (socket, agent) = (folder.path().join("vm.qmp"), folder.path().join("vm.qga"));
    let (mut mock, _) = start(&[text(&socket), "--agent", text(&agent)], 2);
    let run = |line: &str| {
        let mut command = qmp(line.split(' '));
        command.env("QMP_SOCKET", &socket).env("QGA_CLIENT_ADDRESS", &agent);
        command
    };
    for line in [
        "exec blockdev-add driver=null-co node-name=d",
        "exec block_resize device=d size=10G",
        "exec --pretty query-block",
        "ga ping",
        "ga info",
        "ga ifconfig",
        "ga cat /etc/hostname",
        "ga fstrim 1M",
        "ga fsfreeze freeze",
        "ga fsfreeze thaw",
        "ga suspend ram",
        "ga suspend hybrid",
        "ga suspend disk",
        "ga powerdown",
        "ga halt",
        "ga reboot",
        "ga call guest-get-osinfo",
        "ga users",
        "ga disks",
        "ga time",
        "qom list --values /machine",
        "qom types --implements device",
        "qom properties virtio-blk-pci",
        "qom tree --values /",
        "exec object-add qom-type=memory-backend-ram id=m size=1M",
        "qom set /objects/m size 2M",
    ] {
        output(&mut run(line));
    }
    assert_eq!(output(&mut run("hmp info block")), "d: null-co\n");
    assert_eq!(output(&mut run("qom get /objects/m.size")), "2097152\n");
    let log = "suspend to memory\nsuspend to memory and disk\nsuspend to disk\npowerdown\nhalt\nreboot\n";
    assert_eq!(output(&mut run("ga cat /var/log/power")), log);
    assert_eq!(output(&mut run("ga exec -n echo -n a b")), "a b");
    assert_eq!(output(&mut run("schema RunState")).lines().next(), Some("enum RunState"));
    for line in [
        "ga cat /none",
        "ga call guest-file-open path=/x mode=x",
        "ga call guest-file-read handle=1",
        "ga call guest-exec-status pid=1",
        "ga call guest-shutdown mode=x",
        "ga call guest-network-get-route",
        "qom set /objects/m type x",
        "qom set /machine/peripheral x 1",
        "qom properties none",
        "qom list /objects/none",
        "exec object-del id=none",
        "exec block_resize device=none size=1",
    ] {
        failure(&mut run(line), 1);
    }
    output(&mut run("ga fsfreeze freeze"));
    failure(&mut run("ga cat /etc/hostname"), 1);
    failure(&mut run("ga fsfreeze freeze"), 1);
    failure(&mut run("ga exec -n true"), 255);
    output(&mut run("exec quit"));
    assert!(mock.0.wait().unwrap().success());
    assert!(!agent.exists());
}

#[test]
fn a_newcomer_needs_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("vm.qmp");
    let (mut mock, told) = start(&[text(&socket), "--name", "web"], 1);
    assert_eq!(told, format!("listening at {}\n", socket.display()));

    let run = |words: &[&str]| {
        let mut command = qmp(words.iter().copied());
        command.env("QMP_SOCKET", &socket);
        command
    };
    let node = ["exec", "blockdev-add", "driver=null-co", "node-name=disk0", "size=4G", "read-only=on"];
    assert_eq!(output(&mut run(&node)), "{\"return\": {}}\n");
    let device = ["exec", "device-add", "driver=virtio-blk-pci", "drive=disk0", "id=vd0", "num-queues=4"];
    assert_eq!(output(&mut run(&device)), "{\"return\": {}}\n");
    insta::assert_snapshot!(output(&mut run(&["info"])));

    let refused = r#"{"driver": "virtio-blk-pci", "num-queues": "4"}"#;
    let said = failure(&mut run(&["exec", "device_add", refused]), 1);
    assert_eq!(said, "device_add: GenericError: property 'num-queues' is of type uint16");
    let printed = output(&mut run(&["exec", "-w", "DEVICE_DELETED,device=vd0", "device_del", "id=vd0"]));
    assert!(printed.lines().nth(1).unwrap().starts_with("{\"event\": \"DEVICE_DELETED\""), "{printed}");
    assert_eq!(output(&mut run(&["hmp", "info", "status"])), "VM status: running\n");
    let same = output(&mut run(&["schema", "check"]));
    assert!(same.trim_end().ends_with("0 breaking, 0 warning, 0 additive"), "{same}");
    for (words, code) in [
        (&["exec", "blockdev-del", "node-name=none"][..], 1),
        (&["exec", "device_add", "driver=none"], 1),
        (&["exec", "device_del", "id=none"], 1),
        (&["exec", "qom-get", "path=/none", "property=x"], 1),
        (&["exec", "blockdev-add", "driver=null-co"], 1),
    ] {
        failure(&mut run(words), code);
    }
    failure(&mut qmp(["mock", text(&socket)]), 2);
    output(&mut run(&["exec", "quit"]));
    assert!(mock.0.wait().unwrap().success());
}
