//! The program `qmp` with real servers.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use integration_tests::required;
use integration_tests::server::{Kind, Server};
use integration_tests::tool::{ends, program, qmp};
use qmp_client::blocking::Client;
use qmp_client::launch::Launcher;
use qmp_types::qmp::commands::{Cont, QueryVersion, Quit, Stop};

/// A server that also listens at a socket, and a client on the monitor that it inherited.
pub(crate) struct Listening {
    _server: Server,
    client: Client,
    folder: tempfile::TempDir,
}

impl Listening {
    pub(crate) fn start(kind: Kind, program: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let chardev =
            format!("socket,id=second,path={},server=on,wait=off", folder.path().join("vm").display());
        // A machine that has none of the firmware that its package recommends, and does nothing.
        let firmware = folder.path().join("firmware");
        std::fs::write(&firmware, vec![0; 64 << 10]).unwrap();
        let launcher = match kind {
            Kind::StorageDaemon => {
                Launcher::storage_daemon(program).args(["--chardev", &chardev, "--monitor", "chardev=second"])
            }
            Kind::System => Launcher::qemu(program)
                .args(["-machine", "q35", "-accel", "tcg", "-S", "-m", "64"])
                .args(["-nodefaults", "-display", "none"])
                .args(["-device", "pcie-root-port,id=root0", "-name", "vm"])
                .arg("-bios")
                .arg(&firmware)
                .args(["-chardev", &chardev, "-mon", "chardev=second,mode=control"]),
        };
        let (server, socket) = Server::of(launcher);
        let client = Client::over(socket).unwrap();
        // It carries out commands when all of its monitors are made.
        client.execute(&QueryVersion::new()).unwrap();
        Self { _server: server, client, folder }
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join("vm")
    }

    /// Waits until a client is served, so that no other one is.
    fn wait_until_busy(&self) {
        let words = ["--connect-timeout", "0.2", "exec", "query-version"];
        let mut ask = qmp(&self.socket(), &words);
        ask.stderr(Stdio::null()).stdout(Stdio::null());
        while ask.status().unwrap().code() != Some(3) {}
    }

    /// What the program prints, and how it ends.
    #[track_caller]
    fn ends(&self, words: &[&str], code: i32) -> String {
        ends(&mut qmp(&self.socket(), words), code)
    }
}

/// A machine for each QEMU that there is.
fn on_machines(test: impl Fn(&Listening)) {
    let Some(program) = required(Kind::System.installed()) else { return };
    for program in [program].into_iter().chain(Kind::System.further_releases()) {
        test(&Listening::start(Kind::System, &program));
    }
}

fn storage_daemon() -> Option<Listening> {
    Some(Listening::start(Kind::StorageDaemon, &required(Kind::StorageDaemon.installed())?))
}

#[test]
fn commands_are_typed_as_the_server_wants_them() {
    on_machines(|vm| {
        assert_eq!(vm.ends(&["exec", "-r", "query-status"], 0).matches("prelaunch").count(), 1);
        let node = ["exec", "blockdev-add", "driver=null-co", "node-name=n10", "size=1G", "read-zeroes=on"];
        vm.ends(&node, 0);
        let file =
            ["exec", "blockdev-add", "driver=raw", "node-name=raw", "file.driver=null-co", "offset=0x200"];
        vm.ends(&file, 0);
        let object = ["exec", "object-add", "qom-type=memory-backend-ram", "id=true", "size=1M", "share=off"];
        vm.ends(&object, 0);
        vm.ends(&["exec", "netdev-add", "type=user", "id=net0", "restrict=on"], 0);
        let device = ["exec", "device-add", "driver=virtio-blk-pci", "drive=n10", "id=vd0", "bus=root0"];
        let properties = ["num-queues=2", "share-rw=on", "serial=77", "bootindex=3", "addr=00.0"];
        vm.ends(&[&device[..], &properties].concat(), 0);
        assert_eq!(
            vm.ends(&["exec", "-r", "qom-get", "path=/machine/peripheral/vd0", "property=serial"], 0),
            "\"77\"\n"
        );
        let wrong = vm.ends(&["exec", "device_add", "driver=virtio-blk-pci", "num-queues=many"], 2);
        assert!(wrong.contains("argument num-queues: expected a whole number"), "{wrong}");
        let info = vm.ends(&["info"], 0);
        for line in [
            "name         vm\n",
            "status       prelaunch\n",
            "accelerator  tcg\n",
            "(null-co, 1 GiB, writable)\n",
        ] {
            assert!(info.contains(line), "{info}");
        }
    });
}

#[test]
fn the_other_commands() {
    on_machines(|vm| {
        assert_eq!(vm.ends(&["hmp", "info status"], 0).lines().count(), 1);
        assert_eq!(vm.ends(&["hmp", "print", "1 + 1"], 0), "0x2\n");
        assert!(vm.ends(&["schema", "query-status"], 0).starts_with("command query-status"));
        let resumed = vm.ends(&["exec", "--wait", "RESUME", "cont"], 0);
        assert!(resumed.contains("{\"event\": \"RESUME\""), "{resumed}");
        vm.ends(&["exec", "--oob", "query-yank"], 0);
        let json: serde_json::Value = serde_json::from_str(&vm.ends(&["info", "--json"], 0)).unwrap();
        assert_eq!(json["status"]["running"], true);

        let mut several = qmp(&vm.socket(), &["exec", "-"]);
        let mut child = several.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"stop\n'query-status'\n{\"execute\": \"cont\"}\n").unwrap();
        assert_eq!(child.wait_with_output().unwrap().stdout.split(|byte| *byte == b'\n').count(), 4);
    });
}

/// Runs while `events` are caused, until the program has seen enough.
fn while_events(vm: &Listening, mut child: Child) -> String {
    while child.try_wait().unwrap().is_none() {
        vm.client.execute(&Cont::new()).unwrap();
        vm.client.execute(&Stop::new()).unwrap();
        thread::sleep(Duration::from_millis(2));
    }
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn events_of_a_machine() {
    on_machines(|vm| {
        let words = ["events", "--regex", "^(stop|resume)$", "--count", "3"];
        let child = qmp(&vm.socket(), &words).stdout(Stdio::piped()).spawn().unwrap();
        let printed = while_events(vm, child);
        assert_eq!(printed.lines().count(), 3);
        assert!(printed.lines().all(|line| line == "STOP" || line == "RESUME"), "{printed}");
        assert!(
            vm.ends(&["events", "-t", "0.1", "-e", "RTC_CHANGE"], 4).contains("0 of 1 events within 100ms")
        );
    });
}

/// Ctrl-C ends the program; the machine and its monitor are there for the next.
#[test]
fn an_interrupt_leaves_the_monitor_clean() {
    on_machines(|vm| {
        let mut child = qmp(&vm.socket(), &["events", "--loop"]).spawn().unwrap();
        vm.wait_until_busy();
        let message = vm.ends(&["--connect-timeout", "0.2", "info"], 3);
        assert!(message.contains("the monitor is in use by another client"), "{message}");
        let interrupted = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(interrupted.unwrap().success());
        assert_eq!(child.wait().unwrap().code(), None);
        vm.ends(&["exec", "query-status"], 0);
    });
}

#[test]
fn a_storage_daemon() {
    let Some(daemon) = storage_daemon() else { return };
    daemon.ends(&["exec", "blockdev-add", "driver=null-co", "node-name=a", "size=64K"], 0);
    let folder = daemon.folder.path().join("actions");
    std::fs::write(&folder, "block-dirty-bitmap-add node=a name=1\nblock-dirty-bitmap-add node=a name=2\n")
        .unwrap();
    daemon.ends(&["transaction", folder.to_str().unwrap()], 0);
    let refused = daemon.ends(&["transaction", folder.to_str().unwrap()], 1);
    assert!(refused.contains("transaction: GenericError"), "{refused}");
    assert!(daemon.ends(&["exec", "query-named-block-nodes"], 0).contains("\"name\": \"2\""));
    let unknown = daemon.ends(&["exec", "query-status"], 1);
    assert!(unknown.contains("CommandNotFound"), "{unknown}");
    assert!(daemon.ends(&["schema"], 0).lines().all(|name| name != "query-status"));
    assert!(daemon.ends(&["info"], 0).contains("jobs         none"));
    daemon.ends(&["exec", "quit"], 0);
    daemon.ends(&["exec", "query-version"], 3);
}

#[test]
fn descriptors_are_passed_on() {
    on_machines(|vm| {
        let script = r#"exec "$0" exec --pass-fds 7 getfd fdname=f 7</dev/null"#;
        let mut shell = std::process::Command::new("/bin/sh");
        shell.args(["-c", script]).arg(program()).env("QMP_SOCKET", vm.socket());
        assert_eq!(ends(&mut shell, 0), "{\"return\": {}}\n");
        vm.ends(&["exec", "closefd", "fdname=f"], 0);
    });
}

#[test]
fn many_daemons_at_once() {
    let Some(program) = required(Kind::StorageDaemon.installed()) else { return };
    let daemons: Vec<_> = (0..3).map(|_| Listening::start(Kind::StorageDaemon, &program)).collect();
    let folder = tempfile::tempdir().unwrap();
    for (number, daemon) in daemons.iter().enumerate() {
        std::os::unix::fs::symlink(daemon.socket(), folder.path().join(number.to_string())).unwrap();
    }
    let pattern = format!("{}/*", folder.path().display());
    let printed = ends(&mut qmp(Path::new("/nonexistent"), &["exec", "--all", &pattern, "query-version"]), 0);
    assert_eq!(printed.lines().filter(|line| line.contains("\"return\": {\"qemu\"")).count(), 3);
}

#[test]
fn servers_are_launched() {
    for kind in [Kind::System, Kind::StorageDaemon] {
        let Some(program) = required(kind.installed()) else { continue };
        let program = program.to_str().unwrap();
        let launch = |options: &[&str], arguments: &[&str], code| {
            let words = [&["launch"], options, &["--", program], arguments].concat();
            ends(&mut qmp(Path::new("/nonexistent"), &words), code)
        };
        let machine: &[&str] =
            if kind == Kind::System { &["-machine", "none", "-display", "none", "-S"] } else { &[] };
        assert!(launch(&["-r", "-e", "query-version"], machine, 0).starts_with("{\"qemu\""));
        assert!(launch(&["-e", "no-such-command"], machine, 1).contains("CommandNotFound"));
        assert!(launch(&["-w", "RESUME", "-t", "0.2"], machine, 4).contains("no RESUME within 200ms"));
        let said = launch(&["-e", "query-version"], &["--no-such-option"], 3);
        assert!(
            said.contains("did not start (exit status: 1)\n") && said.contains("no-such-option"),
            "{said}"
        );
        if kind == Kind::System {
            let words = ["-e", "query-status", "-e", "cont", "--wait", "RESUME"];
            assert!(launch(&words, machine, 0).contains("\"event\": \"RESUME\""));
            // It ends with the machine.
            assert!(launch(&["-e", "quit", "--stay"], machine, 0).contains("\"return\""));
        }
    }
}

/// A server that ends while the program waits.
#[test]
fn a_server_that_goes_away() {
    on_machines(|vm| {
        let mut listen = qmp(&vm.socket(), &["events", "--loop"]);
        let child = listen.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        vm.wait_until_busy();
        vm.client.execute(&Quit::new()).unwrap();
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(3), "{}", String::from_utf8_lossy(&ended.stderr));
    });
}
