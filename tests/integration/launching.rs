//! Servers that are launched, or connect to a listener, or are reached by other addresses.

use std::io::{self, ErrorKind, Write};
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use integration_tests::required;
use integration_tests::server::{Kind, START_DEADLINE};
use qmp_client::Address;
use qmp_client::blocking::Client;
use qmp_client::connect::{Listener, Socket, connect, connect_tokio, pair};
use qmp_client::launch::{LaunchError, Launcher};
use qmp_types::qmp::commands;

const KINDS: [Kind; 2] = [Kind::StorageDaemon, Kind::System];

/// Runs a test for each kind that is installed.
fn on_each(test: impl Fn(Kind, &Path)) {
    for kind in KINDS {
        if let Some(program) = required(kind.installed()) {
            test(kind, &program);
        }
    }
}

fn quit(client: &Client) {
    client.execute(&commands::QueryVersion::new()).unwrap();
    client.execute(&commands::Quit::new()).unwrap();
}

#[test]
fn launched_servers_greet_and_end() {
    on_each(|kind, program| {
        let (mut server, socket) = kind.launcher(program).launch(START_DEADLINE).unwrap();
        assert_eq!(server.try_wait().unwrap(), None);
        quit(&Client::over(socket).unwrap());
        assert!(server.wait().unwrap().success());
        assert_eq!(server.stderr(), "");
    });
}

#[test]
fn the_connection_ends_with_the_server() {
    on_each(|kind, program| {
        let (mut server, socket) = kind.launcher(program).launch(START_DEADLINE).unwrap();
        let client = Client::over(socket).unwrap();
        server.kill().unwrap();
        assert!(!server.wait().unwrap().success());
        let error = client.execute(&commands::QueryVersion::new()).unwrap_err();
        assert_eq!(error.to_string(), "the connection is closed");
    });
}

#[test]
fn a_bad_option_is_told() {
    on_each(|kind, program| {
        let error = kind.launcher(program).arg("--no-such-option").launch(START_DEADLINE).unwrap_err();
        let LaunchError::Ended { status, stderr, .. } = &error else { panic!("{error}") };
        assert_eq!(status.code(), Some(1));
        assert!(stderr.contains("no-such-option"), "{stderr}");
        assert!(error.to_string().contains("no-such-option") && !error.to_string().contains('\n'), "{error}");
    });
}

/// Options that fail after the monitor was made: the greeting may or may not have been sent.
#[test]
fn a_late_failure_is_told() {
    let Some(program) = required(Kind::StorageDaemon.installed()) else { return };
    let launcher = Kind::StorageDaemon.launcher(&program).args(["--blockdev", "driver=nonesuch,node-name=n"]);
    let stderr = match launcher.launch(START_DEADLINE) {
        Err(LaunchError::Ended { stderr, .. }) => stderr,
        Err(error) => panic!("{error}"),
        Ok((mut server, socket)) => {
            assert!(Client::over(socket).is_err());
            assert!(!server.wait().unwrap().success());
            server.stderr()
        }
    };
    assert!(stderr.contains("nonesuch"), "{stderr}");
}

#[test]
fn any_program_is_told_its_descriptor() {
    let Some(program) = required(Kind::StorageDaemon.installed()) else { return };
    let launcher =
        Launcher::program(program).args(["--chardev", "socket,id=m,fd={fd}", "--monitor", "chardev=m"]);
    let (mut server, socket) = launcher.launch(START_DEADLINE).unwrap();
    quit(&Client::over(socket).unwrap());
    assert!(server.wait().unwrap().success());
}

#[tokio::test]
async fn launched_on_a_runtime() {
    for kind in KINDS {
        let Some(program) = required(kind.installed()) else { continue };
        let (mut server, socket) = kind.launcher(&program).launch_tokio(START_DEADLINE).await.unwrap();
        let socket = socket.into_std().unwrap();
        socket.set_nonblocking(false).unwrap();
        quit(&Client::over(socket).unwrap());
        assert!(server.wait_tokio().await.unwrap().success());

        let launcher = kind.launcher(&program).arg("--no-such-option");
        let error = launcher.launch_tokio(START_DEADLINE).await.unwrap_err();
        assert!(error.to_string().contains("no-such-option"), "{error}");
    }
}

#[test]
fn servers_connect_to_a_listener() {
    let folder = tempfile::tempdir().unwrap();
    let name = format!("qmp-launching-{}", folder.path().display());
    let addresses = [
        Address::Unix(folder.path().join("a,b c")),
        Address::Abstract(name),
        Address::Tcp { host: "localhost".into(), port: 0 },
    ];
    on_each(|kind, program| {
        for address in &addresses {
            let listener = Listener::bind(address).unwrap();
            let mut command = Command::new(program);
            let chardev = listener.chardev("m").unwrap();
            match kind {
                Kind::StorageDaemon => command.arg("--chardev").arg(chardev).args(["--monitor", "chardev=m"]),
                Kind::System => command
                    .args(["-machine", "none", "-nodefaults", "-display", "none", "-chardev"])
                    .arg(chardev)
                    .args(["-mon", "chardev=m,mode=control"]),
            };
            let mut server = command.stdin(Stdio::null()).spawn().unwrap();
            let socket = listener.accept(START_DEADLINE).unwrap();
            drop(listener);
            quit(&Client::over(socket).unwrap());
            assert!(server.wait().unwrap().success());
        }
    });
}

#[test]
fn a_connection_that_was_inherited() {
    let Some(program) = required(Kind::StorageDaemon.installed()) else { return };
    let (mut server, inherited) = Kind::StorageDaemon.launcher(&program).launch(START_DEADLINE).unwrap();
    let address = Address::Fd(inherited.as_raw_fd().unsigned_abs());
    quit(&Client::connect(&address).unwrap());
    assert!(server.wait().unwrap().success());
}

#[test]
fn a_monitor_on_standard_input_and_output() {
    let Some(program) = required(Kind::StorageDaemon.installed()) else { return };
    let (ours, theirs) = pair().unwrap();
    let mut command = Command::new(program);
    command.args(["--chardev", "stdio,id=m", "--monitor", "chardev=m"]);
    command.stdin(theirs.try_clone().unwrap()).stdout(theirs);
    let mut server = command.spawn().unwrap();
    drop(command);
    quit(&Client::over(ours).unwrap());
    assert!(server.wait().unwrap().success());
}

/// Not required of a machine: few have a way from themselves to themselves.
#[tokio::test]
async fn vsock() {
    const PROBE: Duration = Duration::from_millis(500);

    let any = Address::Vsock { cid: u32::MAX, port: u32::MAX };
    let there = Listener::bind(&any).and_then(|listener| {
        let Address::Vsock { port, .. } = *listener.address() else { return Err(ErrorKind::Other.into()) };
        let address = Address::Vsock { cid: 1, port };
        let client = connect(&address, PROBE)?;
        let accepted = listener.accept(PROBE)?;
        Ok((address, listener, client, accepted))
    });
    let (address, listener, client, accepted) = match there {
        Ok(there) => there,
        Err(error) => {
            writeln!(io::stderr(), "skipped: no vsock to this machine itself: {error}").unwrap();
            return;
        }
    };
    ping(client, accepted);
    assert_eq!(listener.chardev("m"), None);
    let (client, accepted) = tokio::join!(connect_tokio(&address, PROBE), listener.accept_tokio(PROBE));
    let blocking = |socket| {
        let qmp_client::connect::TokioSocket::Unix(stream) = socket else { panic!("{socket:?}") };
        let stream = stream.into_std().unwrap();
        stream.set_nonblocking(false).unwrap();
        Socket::from(stream)
    };
    ping(blocking(client.unwrap()), blocking(accepted.unwrap()));
}

fn ping(mut one: Socket, mut other: Socket) {
    one.write_all(b"ping").unwrap();
    let mut read = [0; 4];
    io::Read::read_exact(&mut other, &mut read).unwrap();
    assert_eq!(&read, b"ping");
}
