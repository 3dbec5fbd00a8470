//! The examples of the README, with `qmp mock`.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::support::{failure, output, qmp, text};

#[test]
fn a_newcomer_needs_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("vm.qmp");
    let mut mock = Command::new(env!("CARGO_BIN_EXE_qmp"))
        .args(["mock", text(&socket), "--name", "web"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(mock.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert_eq!(line, format!("listening at {}\n", socket.display()));

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
    assert!(mock.wait().unwrap().success());
}
