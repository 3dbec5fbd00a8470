//! How connections begin.

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::thread;

use integration_tests::server::{Kind, Server};
use qmp_client::launch::Launcher;
use qmp_client::{Address, Error, Options};
use serde_json::json;

use super::{Client, FLAVOURS, LONG, SHORT, programs};

const GREETING: &[u8] = b"{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 2, \"minor\": 0, \"major\": 10}, \"package\": \"\"}, \"capabilities\": []}}\r\n";

fn patient() -> Options {
    Options::new().connect_timeout(LONG).call_timeout(LONG)
}

/// A client that half-closes while a long reply is on its way: 10.0 says the rest of it to the next one.
#[test]
fn what_a_half_closed_client_did_not_read() {
    for program in programs(Kind::StorageDaemon) {
        for flavour in FLAVOURS {
            let (server, first) = Server::listening(&program, |folder| Address::Unix(folder.join("monitor")));
            first.close();
            let path = server.folder().join("monitor");
            let mut raw = UnixStream::connect(&path).unwrap();
            raw.set_read_timeout(Some(LONG)).unwrap();
            raw.write_all(br#"{"execute":"qmp_capabilities"}{"execute":"query-qmp-schema"}"#).unwrap();
            let mut some = [0; 4096];
            raw.read_exact(&mut some).unwrap();
            raw.shutdown(Shutdown::Write).unwrap();
            let rest = raw.read_to_end(&mut Vec::new());
            assert!(rest.is_ok() || rest.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset));
            let client = Client::connect(flavour, &Address::Unix(path), &patient()).unwrap();
            client.assert_usable();
        }
    }
}

/// The same from a script, since not every release does it.
#[test]
fn stale_bytes_and_events_before_the_greeting() {
    let schema = format!("{{\"name\": \"v2\", \"x\": \"{}\\\"}}}}\"}}", "{[".repeat(8000));
    let stale = format!("ummy\"}}, {schema}], \"id\": 3}}\r\n{{\"event\": \"STOP\"}}\r\n");
    for flavour in FLAVOURS {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        theirs.set_read_timeout(Some(LONG)).unwrap();
        let stale = stale.clone();
        let server = thread::spawn(move || {
            theirs.write_all(stale.as_bytes()).unwrap();
            theirs.write_all(GREETING).unwrap();
            theirs.read_exact(&mut [0; 37]).unwrap();
            theirs.write_all(b"{\"return\": {}, \"id\": 1}\r\n").unwrap();
        });
        Client::over(flavour, ours, &patient()).unwrap();
        server.join().unwrap();
    }
}

#[test]
fn pretty_printing_monitors() {
    for kind in [Kind::StorageDaemon, Kind::System] {
        let args: &[&str] = match kind {
            Kind::StorageDaemon => &["--chardev", "socket,id=m,fd={fd}", "--monitor", "chardev=m,pretty=on"],
            Kind::System => &[
                "-machine",
                "none",
                "-nodefaults",
                "-display",
                "none",
                "-chardev",
                "socket,id=m,fd={fd}",
                "-mon",
                "chardev=m,mode=control,pretty=on",
            ],
        };
        for program in programs(kind) {
            for flavour in FLAVOURS {
                let launcher = Launcher::program(&program).args(args.iter().copied());
                let (_server, socket) = Server::of(launcher);
                let client = Client::over(flavour, socket, &patient()).unwrap();
                client.assert_usable();
                assert!(client.call("query-qmp-schema", &json!({})).unwrap().as_array().unwrap().len() > 300);
            }
        }
    }
}

#[test]
fn a_busy_monitor_serves_the_next_client_when_the_first_leaves() {
    for program in programs(Kind::StorageDaemon) {
        for flavour in FLAVOURS {
            let (server, first) = Server::listening(&program, |folder| Address::Unix(folder.join("monitor")));
            let address = Address::Unix(server.folder().join("monitor"));
            let error =
                Client::connect(flavour, &address, &Options::new().connect_timeout(SHORT)).unwrap_err();
            assert!(matches!(error, Error::NoGreeting { .. }), "{error:?}");
            assert!(error.to_string().contains("in use"), "{error}");
            first.close();
            Client::connect(flavour, &address, &patient()).unwrap().assert_usable();
        }
    }
}
