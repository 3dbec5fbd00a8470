//! What real servers do on the wire, met by both clients. What a client cannot be made to send is not here: its requests
//! are complete, so that an unclosed brace needs a raw socket.

mod descriptors;
mod endings;
mod errors;
mod opening;
mod order;
mod storms;

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use integration_tests::required;
use integration_tests::server::{Kind, Server};
use qmp_client::connect::TokioSocket;
use qmp_client::launch::Launcher;
use qmp_client::{Address, CallOptions, Error, EventRecord, Options, blocking, tokio};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

/// A wait that is not meant to pass: it only bounds a test that fails.
const LONG: Duration = Duration::from_secs(60);

/// A wait that is meant to pass.
const SHORT: Duration = Duration::from_millis(200);

/// Where the tokio clients live.
static RUNTIME: LazyLock<::tokio::runtime::Runtime> = LazyLock::new(|| {
    ::tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
});

/// Which client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flavour {
    Blocking,
    Tokio,
}

const FLAVOURS: [Flavour; 2] = [Flavour::Blocking, Flavour::Tokio];

/// Either client.
#[derive(Debug, Clone)]
enum Client {
    Blocking(blocking::Client),
    Tokio(tokio::Client),
}

/// A call by name.
#[derive(Debug)]
struct Call {
    name: &'static str,
    arguments: Box<RawValue>,
    options: CallOptions,
}

impl Call {
    fn new(name: &'static str, arguments: &Value) -> Self {
        Self { name, arguments: to_raw_value(arguments).unwrap(), options: CallOptions::new().timeout(LONG) }
    }

    fn text(name: &'static str, arguments: &str) -> Self {
        Self {
            arguments: RawValue::from_string(arguments.to_owned()).unwrap(),
            ..Self::new(name, &json!({}))
        }
    }

    fn timeout(mut self, timeout: Duration) -> Self {
        self.options = self.options.timeout(timeout);
        self
    }
}

fn read(result: Result<Box<RawValue>, Error>) -> Result<Value, Error> {
    result.map(|value| serde_json::from_str(value.get()).unwrap())
}

impl Client {
    fn over(flavour: Flavour, socket: UnixStream, options: &Options) -> Result<Self, Error> {
        Ok(match flavour {
            Flavour::Blocking => Self::Blocking(blocking::Client::over_with(socket, options)?),
            Flavour::Tokio => RUNTIME.block_on(async {
                socket.set_nonblocking(true).unwrap();
                let socket = ::tokio::net::UnixStream::from_std(socket).unwrap();
                tokio::Client::over_socket(TokioSocket::Unix(socket), options).await.map(Self::Tokio)
            })?,
        })
    }

    fn connect(flavour: Flavour, address: &Address, options: &Options) -> Result<Self, Error> {
        Ok(match flavour {
            Flavour::Blocking => Self::Blocking(blocking::Client::connect_with(address, options)?),
            Flavour::Tokio => Self::Tokio(RUNTIME.block_on(tokio::Client::connect_with(address, options))?),
        })
    }

    fn make(&self, call: &Call) -> Result<Value, Error> {
        read(match self {
            Self::Blocking(client) => client.execute_raw(call.name, Some(&call.arguments), &call.options),
            Self::Tokio(client) => {
                RUNTIME.block_on(client.execute_raw(call.name, Some(&call.arguments), &call.options))
            }
        })
    }

    fn call(&self, name: &'static str, arguments: &Value) -> Result<Value, Error> {
        self.make(&Call::new(name, arguments))
    }

    /// Makes all calls at the same time, each on a thread or a task of its own.
    fn together(&self, calls: Vec<Call>) -> Vec<Result<Value, Error>> {
        match self {
            Self::Blocking(_) => thread::scope(|scope| {
                let calls: Vec<_> = calls.iter().map(|call| scope.spawn(|| self.make(call))).collect();
                calls.into_iter().map(|call| call.join().unwrap()).collect()
            }),
            Self::Tokio(client) => {
                let spawn = |call: Call| {
                    let client = client.clone();
                    RUNTIME.spawn(async move {
                        read(client.execute_raw(call.name, Some(&call.arguments), &call.options).await)
                    })
                };
                let calls: Vec<_> = calls.into_iter().map(spawn).collect();
                calls.into_iter().map(|call| RUNTIME.block_on(call).unwrap()).collect()
            }
        }
    }

    fn events(&self) -> Events {
        match self {
            Self::Blocking(client) => Events::Blocking(client.events()),
            Self::Tokio(client) => Events::Tokio(client.events()),
        }
    }

    /// That it still does what it is for.
    fn assert_usable(&self) {
        let error = self.call("blockdev-del", &json!({"node-name": "nobody-1"})).unwrap_err().to_string();
        assert!(error.contains("nobody-1"), "{error}");
        assert!(self.call("query-version", &json!({})).unwrap()["qemu"]["major"].is_u64());
    }
}

#[derive(Debug)]
enum Events {
    Blocking(blocking::Events),
    Tokio(tokio::Events),
}

impl Events {
    fn next(&mut self, wait: Duration) -> Result<Option<EventRecord>, Error> {
        match self {
            Self::Blocking(events) => events.next(wait),
            Self::Tokio(events) => RUNTIME.block_on(events.next(wait)),
        }
    }
}

/// The program of a kind in all releases that are there.
fn programs(kind: Kind) -> Vec<PathBuf> {
    required(kind.installed()).into_iter().chain(kind.further_releases()).collect()
}

/// Runs a test with each client on each release of a kind.
fn on_each(kind: Kind, options: &Options, test: impl Fn(&mut Server, &Client)) {
    for program in programs(kind) {
        for flavour in FLAVOURS {
            let (mut server, socket) = Server::start_unread(kind, &program);
            let client = Client::over(flavour, socket, options).unwrap();
            test(&mut server, &client);
        }
    }
}

/// The same of both kinds.
fn on_both_kinds(options: &Options, test: impl Fn(&mut Server, &Client)) {
    for kind in [Kind::StorageDaemon, Kind::System] {
        on_each(kind, options, &test);
    }
}

/// A machine that waits to be started, to which arguments may add.
fn machine(program: &Path, machine: &str) -> Launcher {
    let machine = ["-machine", machine, "-accel", "tcg", "-S", "-m", "64", "-nodefaults", "-display", "none"];
    Launcher::qemu(program).args(machine)
}

/// A call whose result tells which one it was.
fn print(number: usize) -> Call {
    Call::new("human-monitor-command", &json!({"command-line": format!("print {number}")}))
}

fn assert_printed(result: Result<Value, Error>, number: usize) {
    let value = result.unwrap();
    let text = value.as_str().unwrap().trim().trim_start_matches("0x");
    assert_eq!(usize::from_str_radix(text, 16), Ok(number), "{value}");
}
