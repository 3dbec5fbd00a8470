//! The clients of the guest agent against a real one.

use std::time::Duration;

use integration_tests::agent::{Agent as Server, further_releases, installed};
use integration_tests::required;
use qmp_client::agent::{ExecOptions, ExitStatus};
use qmp_client::mock::{self, Profile};
use qmp_client::{CallOptions, Error, Options, blocking, tokio};
use qmp_types::ErrorClass;
use qmp_types::qga::SCHEMA;
use qmp_types::qga::commands::{GuestFileOpen, GuestGetOsinfo, GuestInfo, GuestPing, GuestShutdown};
use qmp_types::qga::types::GuestExecCaptureOutputMode;

/// A wait that is not meant to pass.
const LONG: Duration = Duration::from_secs(60);

/// A wait that is meant to pass.
const SHORT: Duration = Duration::from_millis(100);

fn patient() -> Options {
    Options::new().connect_timeout(LONG).call_timeout(LONG)
}

/// Runs a test with the agent of each release.
fn with_agent(test: impl Fn(&Server)) {
    for program in required(installed()).into_iter().chain(further_releases()) {
        test(&Server::start(&program));
    }
}

/// Runs a test of the blocking client.
fn blocking(test: impl Fn(&Server, blocking::Agent)) {
    with_agent(|server| {
        test(server, blocking::Agent::connect_with(&server.address(), &patient()).unwrap());
    });
}

fn on_tokio(test: &impl AsyncFn(&Server)) {
    with_agent(|server| {
        let runtime = ::tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(test(server));
    });
}

/// Every byte, several pieces, and no whole number of them.
fn contents() -> Vec<u8> {
    (0..300_001_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

#[test]
fn an_agent_introduces_itself() {
    blocking(|_, agent| {
        let info = agent.execute(&GuestInfo::new()).unwrap();
        assert!(
            info.supported_commands.iter().any(|command| command.name == "guest-ping" && command.enabled)
        );
        assert!(agent.execute(&GuestGetOsinfo::new()).unwrap().kernel_release.is_some());
        let error = agent.execute_raw("guest-nothing", None, &CallOptions::new()).unwrap_err();
        let Error::Server { error, .. } = error else { panic!("{error}") };
        assert_eq!(error.class, ErrorClass::CommandNotFound);
    });
    on_tokio(&async |server| {
        let agent = tokio::Agent::connect_with(&server.address(), &patient()).await.unwrap();
        assert!(agent.execute(&GuestGetOsinfo::new()).await.unwrap().kernel_release.is_some());
        agent.close();
    });
}

#[test]
fn a_command_that_is_not_allowed_is_not_found() {
    blocking(|_, agent| {
        let is_blocked = |error: Error| {
            let Error::Server { error, .. } = error else { panic!("{error}") };
            assert_eq!(error.class, ErrorClass::CommandNotFound);
        };
        // It is not answered on success: the error is told all the same.
        is_blocked(agent.execute(&GuestShutdown::new()).unwrap_err());
        is_blocked(agent.freeze().unwrap_err());
        agent.execute(&GuestPing::new()).unwrap();
    });
}

#[test]
fn arguments_that_the_parser_refuses_fail_their_call_only() {
    blocking(|_, agent| {
        for arguments in [r#"{"handle": 1, "handle": 2}"#, r#"{"handle": "\ud800"}"#, r#"{"handle": 1e400}"#]
        {
            let arguments = serde_json::from_str(arguments).unwrap();
            let error = agent.execute_raw("guest-file-close", Some(arguments), &CallOptions::new());
            assert!(matches!(error, Err(Error::Server { .. })), "{error:?}");
            agent.execute(&GuestPing::new()).unwrap();
        }
    });
}

#[test]
fn files_of_any_bytes_go_both_ways() {
    blocking(|server, agent| {
        let path = server.folder().join("file");
        let path = path.to_str().unwrap();
        for contents in [contents(), vec![0; 64 << 10], Vec::new()] {
            let (mut sent, mut got, mut read) = (0, 0, Vec::new());
            let total = agent.write_file(path, &*contents, |bytes| sent = bytes).unwrap();
            assert_eq!((total, sent), (contents.len() as u64, contents.len() as u64));
            assert_eq!(std::fs::read(path).unwrap(), contents);
            let total = agent.read_file(path, &mut read, |bytes| got = bytes).unwrap();
            assert_eq!((total, got), (contents.len() as u64, contents.len() as u64));
            assert!(read == contents);
        }
        let missing = server.folder().join("missing");
        let error = agent.read_file(missing.to_str().unwrap(), Vec::new(), |_| ()).unwrap_err();
        assert!(matches!(error, Error::Server { .. }), "{error}");
    });
    on_tokio(&async |server| {
        let agent = tokio::Agent::connect_with(&server.address(), &patient()).await.unwrap();
        let path = server.folder().join("file");
        let path = path.to_str().unwrap();
        for contents in [contents(), Vec::new()] {
            let (mut got, mut read) = (0, Vec::new());
            assert_eq!(agent.write_file(path, &*contents, |_| ()).await.unwrap(), contents.len() as u64);
            assert_eq!(std::fs::read(path).unwrap(), contents);
            agent.read_file(path, &mut read, |bytes| got = bytes).await.unwrap();
            assert!(read == contents && got == contents.len() as u64);
        }
    });
}

/// A sink that takes nothing, or a source that has nothing to give.
struct Broken;

impl std::io::Write for Broken {
    fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
        Err(std::io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_file_is_closed_behind_an_error() {
    blocking(|server, agent| {
        let path = server.folder().join("file");
        std::fs::write(&path, contents()).unwrap();
        let path = path.to_str().unwrap();
        let handle = || agent.execute(&GuestFileOpen::new(path)).unwrap();
        let before = handle();
        let error = agent.read_file(path, Broken, |_| ()).unwrap_err();
        assert!(matches!(error, Error::Copy(_)) && !error.is_disconnected(), "{error}");
        let read = |handle| agent.execute(&qmp_types::qga::commands::GuestFileRead::new(handle).count(1));
        read(before).unwrap();
        // Handles are numbered: the copy had the next.
        assert!(matches!(read(before + 1), Err(Error::Server { .. })));
        assert_eq!(handle(), before + 2);
    });
}

#[test]
fn programs_run_in_the_guest() {
    blocking(|_, agent| {
        let shell =
            |script: &str, options: &ExecOptions| agent.exec("/bin/sh", ["-c", script], options).unwrap();
        let options = ExecOptions::new();
        let output =
            shell("cat; echo err >&2; echo $X; exit 3", &options.clone().env("X", "x y").input([0, 0xff]));
        assert_eq!((&*output.stdout, &*output.stderr), (&b"\0\xffx y\n"[..], &b"err\n"[..]));
        assert_eq!(output.status, ExitStatus::Code(3));
        assert!(!output.stdout_truncated && !output.stderr_truncated);
        assert_eq!(shell("kill -9 $$", &options).status, ExitStatus::Signal(9));
        assert_eq!(shell("echo x", &options.clone().capture(false)).stdout, b"");
        let merged = options.clone().capture(GuestExecCaptureOutputMode::Merged);
        let merged = agent.exec("/bin/sh", ["-c", "echo x >&2; echo y"], &merged);
        // Agents before QEMU 8.0 know no more than whether to capture.
        match agent.execute(&GuestInfo::new()).unwrap().version.split_once('.') {
            Some(("7", _)) => assert!(matches!(merged, Err(Error::Server { .. })), "{merged:?}"),
            _ => assert_eq!(merged.unwrap().stdout, b"x\ny\n"),
        }
        assert!(agent.exec("/bin/true", [""; 0], &options).unwrap().status.success());

        let error = agent.exec("/nonexistent/program", [""; 0], &options).unwrap_err();
        assert!(matches!(error, Error::Server { .. }), "{error}");
        let error = agent.exec("/bin/sleep", ["30"], &ExecOptions::new().timeout(SHORT)).unwrap_err();
        assert!(matches!(error, Error::Timeout { .. }), "{error}");
        agent.execute(&GuestPing::new()).unwrap();
    });
    on_tokio(&async |server| {
        let agent = tokio::Agent::connect_with(&server.address(), &patient()).await.unwrap();
        let output = agent.exec("/bin/echo", ["x"], &ExecOptions::new()).await.unwrap();
        assert!(output.status.success() && output.stdout == b"x\n");
        let sleep = agent.exec("/bin/sleep", ["30"], &ExecOptions::new().timeout(SHORT)).await;
        assert!(matches!(sleep, Err(Error::Timeout { .. })), "{sleep:?}");
    });
}

#[test]
fn a_program_that_is_not_waited_for_is_asked_after() {
    blocking(|_, agent| {
        let pid = agent.spawn("/bin/sh", ["-c", "cat; exit 5"], &ExecOptions::new().input("x")).unwrap();
        let output = loop {
            if let Some(output) = agent.try_wait(pid).unwrap() {
                break output;
            }
        };
        assert_eq!((output.status, &*output.stdout), (ExitStatus::Code(5), &b"x"[..]));
        assert!(matches!(agent.try_wait(pid), Err(Error::Server { .. })));
    });
    on_tokio(&async |server| {
        let agent = tokio::Agent::connect_with(&server.address(), &patient()).await.unwrap();
        let pid = agent.spawn("/bin/true", [""; 0], &ExecOptions::new()).await.unwrap();
        while agent.try_wait(pid).await.unwrap().is_none() {}
    });
}

#[test]
fn output_beyond_what_the_agent_keeps_is_truncated() {
    blocking(|_, agent| {
        let script = "head -c 20000000 /dev/zero";
        let output = agent.exec("/bin/sh", ["-c", script], &ExecOptions::new()).unwrap();
        assert!(output.stdout_truncated && output.stdout.len() < 20_000_000 && !output.stdout.is_empty());
    });
}

#[test]
fn a_second_client_hears_nothing_until_the_first_is_gone() {
    blocking(|server, first| {
        let impatient = Options::new().connect_timeout(SHORT);
        let error = blocking::Agent::connect_with(&server.address(), &impatient).unwrap_err();
        assert!(matches!(error, Error::NoAgent { address: Some(_), .. }), "{error}");
        assert!(error.to_string().contains("in use by another client"), "{error}");
        first.execute(&GuestPing::new()).unwrap();
        first.close();
        let second = blocking::Agent::connect_with(&server.address(), &patient()).unwrap();
        second.execute(&GuestPing::new()).unwrap();
    });
}

#[test]
fn what_an_earlier_client_left_unfinished_disturbs_nobody() {
    with_agent(|server| {
        let qmp_client::Address::Unix(path) = server.address() else { panic!("not a path") };
        let mut earlier = std::os::unix::net::UnixStream::connect(path).unwrap();
        std::io::Write::write_all(&mut earlier, br#"{"execute":"guest-info"}{"execute":"gue"#).unwrap();
        let agent = blocking::Agent::over_with(earlier, &patient()).unwrap();
        agent.execute(&GuestPing::new()).unwrap();
    });
}

#[test]
fn threads_and_tasks_share_an_agent() {
    blocking(|_, agent| {
        std::thread::scope(|scope| {
            for number in 0..4 {
                let agent = &agent;
                scope.spawn(move || {
                    for _ in 0..20 {
                        let text = format!("{number}");
                        let output = agent.exec("/bin/echo", [&*text], &ExecOptions::new()).unwrap();
                        assert_eq!(output.stdout, format!("{number}\n").as_bytes());
                    }
                });
            }
        });
    });
    on_tokio(&async |server| {
        let agent = tokio::Agent::connect_with(&server.address(), &patient()).await.unwrap();
        let tasks: Vec<_> = (0..20)
            .map(|number| {
                let agent = agent.clone();
                ::tokio::spawn(async move {
                    let text = number.to_string();
                    let output = agent.exec("/bin/echo", [&*text], &ExecOptions::new()).await.unwrap();
                    assert_eq!(output.stdout, format!("{number}\n").as_bytes());
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
}

#[test]
fn calls_that_are_dropped_shift_no_reply() {
    on_tokio(&async |server| {
        let agent = tokio::Agent::connect_with(&server.address(), &patient()).await.unwrap();
        for round in 0..200 {
            let command = GuestInfo::new();
            ::tokio::select! {
                biased;
                info = agent.execute(&command) => drop(info.unwrap()),
                () = yields(round % 5) => {}
            }
            agent.execute(&GuestPing::new()).await.unwrap();
        }
    });
}

async fn yields(count: usize) {
    for _ in 0..count {
        ::tokio::task::yield_now().await;
    }
}

/// An agent that carries out everything and answers nothing but syncs.
fn obeys_in_silence() -> mock::Builder {
    mock::Builder::service(|| |_: &mock::Request| -> qmp_types::Served { Ok(None) }).profile(Profile::agent())
}

#[test]
fn commands_that_are_not_answered_are_known_by_name() {
    let silent: Vec<_> = SCHEMA.commands.iter().filter(|command| !command.success_response).collect();
    assert_eq!(silent.len(), 4);
    let (_server, stream) = obeys_in_silence().pair().unwrap();
    let agent = blocking::Agent::over_with(stream, &patient()).unwrap();
    for command in silent {
        agent.execute_raw(command.name, None, &CallOptions::new()).unwrap();
    }
    let soon = CallOptions::new().timeout(SHORT);
    assert!(matches!(agent.execute_with(&GuestPing::new(), &soon), Err(Error::Timeout { .. })));
}
