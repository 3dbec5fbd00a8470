//! File descriptors that go with commands. The storage daemon has no command for them.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::net::TcpListener;
use std::os::fd::AsFd;
use std::path::Path;

use integration_tests::server::{Kind, Server};
use qmp_client::{CallOptions, Error, Options};
use serde_json::{Value, json};

use super::{Call, Client, FLAVOURS, on_each, programs};

const SECTOR: usize = 512;

/// A file of some sectors, open for reading and writing.
fn file(folder: &Path, sectors: usize) -> File {
    let path = folder.join(format!("{sectors}"));
    let mut file = OpenOptions::new().read(true).write(true).create_new(true).open(path).unwrap();
    file.write_all(&vec![0x5a; SECTOR * sectors]).unwrap();
    file
}

/// A call that takes the file along.
fn with(file: &File, name: &'static str, arguments: &Value) -> Call {
    Call { options: CallOptions::new().fds(&[file.as_fd()]).unwrap(), ..Call::new(name, arguments) }
}

/// A block device on the file of a set.
fn node(set: usize) -> Value {
    json!({"driver": "file", "node-name": format!("node-{set}"), "filename": format!("/dev/fdset/{set}"), "locking": "off"})
}

#[track_caller]
fn assert_size(client: &Client, set: usize, sectors: usize) {
    let nodes = client.call("query-named-block-nodes", &json!({"flat": true})).unwrap();
    let node =
        nodes.as_array().unwrap().iter().find(|node| node["node-name"] == format!("node-{set}")).unwrap();
    assert_eq!(node["image"]["virtual-size"], SECTOR * sectors, "{node}");
}

#[test]
fn descriptors_arrive_with_their_commands() {
    on_each(Kind::System, &Options::new(), |server, client| {
        let file = file(server.folder(), 3);
        client.make(&with(&file, "getfd", &json!({"fdname": "one"}))).unwrap();
        client.call("closefd", &json!({"fdname": "one"})).unwrap();
        assert!(client.call("closefd", &json!({"fdname": "one"})).is_err());
        let error = client.call("getfd", &json!({"fdname": "none"})).unwrap_err();
        assert!(matches!(error, Error::Server { .. }), "{error:?}");

        let added = client.make(&with(&file, "add-fd", &json!({"fdset-id": 7}))).unwrap();
        assert_eq!(added["fdset-id"], 7);
        client.call("blockdev-add", &node(7)).unwrap();
        assert_size(client, 7, 3);
    });
}

/// What reads it says so on the server's standard output, which is whole at its end.
#[test]
fn what_was_passed_is_read() {
    for program in programs(Kind::System) {
        for flavour in FLAVOURS {
            let folder = tempfile::tempdir().unwrap();
            let output = folder.path().join("output");
            let launcher = Kind::System.launcher(&program).stdout(File::create(&output).unwrap());
            let (mut server, socket) = Server::of(launcher);
            let client = Client::over(flavour, socket, &Options::new()).unwrap();
            let file = file(folder.path(), 4);
            client.make(&with(&file, "add-fd", &json!({"fdset-id": 1}))).unwrap();
            client.call("blockdev-add", &node(1)).unwrap();
            for pattern in ["0x5a", "0x5b"] {
                let line = format!("qemu-io node-1 \"read -P {pattern} 512 1024\"");
                client.call("human-monitor-command", &json!({"command-line": line})).unwrap();
            }
            client.call("quit", &json!({})).unwrap();
            assert!(server.wait().success());
            let output = std::fs::read_to_string(output).unwrap();
            assert_eq!(output.matches("read 1024/1024 bytes").count(), 2, "{output}");
            assert_eq!(output.matches("verification failed").count(), 1, "{output}");
        }
    }
}

/// A server keeps the latest descriptors only: a file for each caller, of a size of its own.
#[test]
fn descriptors_of_many_callers_are_not_mixed_up() {
    for out_of_band in [true, false] {
        on_each(Kind::System, &Options::new().out_of_band(out_of_band), |server, client| {
            let sets = 1..=24;
            let calls = sets.clone().flat_map(|set| {
                let file = file(server.folder(), set);
                [with(&file, "add-fd", &json!({"fdset-id": set})), Call::new("query-version", &json!({}))]
            });
            client.together(calls.collect()).into_iter().for_each(|result| drop(result.unwrap()));
            for set in sets {
                client.call("blockdev-add", &node(set)).unwrap();
                assert_size(client, set, set);
            }
        });
    }
}

#[test]
fn no_descriptors_go_over_tcp() {
    for program in programs(Kind::StorageDaemon) {
        for flavour in FLAVOURS {
            let mut address = None;
            let (server, first) = Server::listening(&program, |_| {
                // A port that was free a moment ago.
                let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
                let tcp: qmp_client::Address = format!("tcp:127.0.0.1:{port}").parse().unwrap();
                address.insert(tcp).clone()
            });
            first.close();
            let client = Client::connect(flavour, &address.unwrap(), &Options::new()).unwrap();
            let error = client.make(&with(&file(server.folder(), 1), "add-fd", &json!({}))).unwrap_err();
            assert!(
                matches!(&error, Error::FileDescriptors(error) if error.kind() == ErrorKind::Unsupported),
                "{error:?}"
            );
            assert!(error.to_string().contains("unix sockets") && !error.is_disconnected(), "{error}");
            client.assert_usable();
        }
    }
}
