//! The typed API against real servers.

use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use integration_tests::required;
use integration_tests::server::{Kind, Server};
use qmp_client::blocking::Client;
use qmp_client::blocking::jobs::run_job;
use qmp_client::{Address, Error, JobOptions};
use qmp_types::qmp::events::JobStatusChange;
use qmp_types::qmp::types::{
    BlockDeviceInfo, BlockdevCreateOptions, BlockdevCreateOptionsFile, BlockdevCreateOptionsQcow2,
    BlockdevOptions, BlockdevOptionsBranch, BlockdevOptionsFile, BlockdevOptionsNull, BlockdevOptionsQcow2,
    JobStatus, JobType,
};
use qmp_types::qmp::{AnyEvent, commands};
use qmp_types::{Command, ErrorClass};

const MIB: i64 = 1024 * 1024;

/// Runs a test against the installed server of a kind.
fn on_installed(kind: Kind, test: impl Fn(&mut Server, &Client)) {
    let Some(program) = required(kind.installed()) else { return };
    let (mut server, client) = Server::start(kind, &program);
    test(&mut server, &client);
}

#[test]
fn storage_daemon_introduces_itself() {
    on_installed(Kind::StorageDaemon, |_, client| introduces_itself(client));
}

#[test]
fn system_emulator_introduces_itself() {
    on_installed(Kind::System, |_, client| {
        introduces_itself(client);
        let status = client.execute(&commands::QueryStatus::new()).unwrap();
        assert!(status.running, "{status:?}");
        assert_eq!(client.execute(&commands::QueryBlock::new()).unwrap(), []);
    });
}

#[test]
fn further_releases() {
    for kind in [Kind::StorageDaemon, Kind::System] {
        for program in kind.further_releases() {
            let (mut server, client) = Server::start(kind, &program);
            introduces_itself(&client);
            block_devices(&mut server, &client);
            client.execute(&commands::Quit::new()).unwrap();
            assert!(server.wait().success());
        }
    }
}

/// The greeting, the version and the commands agree with each other and with the bindings.
fn introduces_itself(client: &Client) {
    let greeted = client.greeting().version.qemu;
    let version = client.execute(&commands::QueryVersion::new()).unwrap().qemu;
    assert_eq!(
        (version.major, version.minor, version.micro),
        (greeted.major.into(), greeted.minor.into(), greeted.micro.into())
    );

    let known = client.execute(&commands::QueryCommands::new()).unwrap();
    for name in [commands::Quit::NAME, commands::BlockdevAdd::NAME, commands::QueryJobs::NAME] {
        assert!(known.iter().any(|command| command.name == name), "{name}");
    }
    let schema = client.execute(&commands::QueryQmpSchema::new()).unwrap();
    assert!(schema.len() > 300, "{} entities", schema.len());
}

#[test]
fn storage_daemon_block_devices() {
    on_installed(Kind::StorageDaemon, block_devices);
}

#[test]
fn system_emulator_block_devices() {
    on_installed(Kind::System, block_devices);
}

fn block_devices(server: &mut Server, client: &Client) {
    null_node(client);
    let image = server.folder().join("image.qcow2");
    qcow2_over_file(client, &image);
    unknown_node(client);
}

fn null_node(client: &Client) {
    let options = BlockdevOptionsBranch::NullCo(BlockdevOptionsNull::new().size(MIB).read_zeroes(true));
    let options = BlockdevOptions::new(options).node_name("null").read_only(true);
    client.execute(&commands::BlockdevAdd::new(options)).unwrap();
    let node = named_node(client, "null");
    assert_eq!((node.drv.as_str(), node.ro), ("null-co", true));
    assert_eq!(node.image.virtual_size, MIB);
    client.execute(&commands::BlockdevDel::new("null")).unwrap();
}

fn qcow2_over_file(client: &Client, image: &Path) {
    let path = image.to_str().unwrap();
    run_create_job(client, "create-file", BlockdevCreateOptionsFile::new(path, 0));
    let file = BlockdevOptionsBranch::File(BlockdevOptionsFile::new(path));
    client.execute(&commands::BlockdevAdd::new(BlockdevOptions::new(file).node_name("file"))).unwrap();

    let qcow2 = BlockdevCreateOptionsQcow2::new("file", 64 * MIB.unsigned_abs()).cluster_size(65536);
    run_create_job(client, "create-qcow2", qcow2);
    let qcow2 = BlockdevOptionsQcow2::new("file").lazy_refcounts(true);
    client.execute(&commands::BlockdevAdd::new(BlockdevOptions::new(qcow2).node_name("disk"))).unwrap();

    let nodes = client.execute(&commands::QueryNamedBlockNodes::new()).unwrap();
    let mut names: Vec<_> = nodes.iter().filter_map(|node| node.node_name.as_deref()).collect();
    names.sort_unstable();
    assert_eq!(names, ["disk", "file"]);
    let disk = named_node(client, "disk");
    assert_eq!((disk.drv.as_str(), disk.image.cluster_size), ("qcow2", Some(65536)));
    assert_eq!(disk.image.virtual_size, 64 * MIB);
    assert!(disk.image.format_specific.is_some());

    for node in ["disk", "file"] {
        client.execute(&commands::BlockdevDel::new(node)).unwrap();
    }
    assert_eq!(client.execute(&commands::QueryNamedBlockNodes::new()).unwrap(), []);
}

fn named_node(client: &Client, name: &str) -> BlockDeviceInfo {
    let nodes = client.execute(&commands::QueryNamedBlockNodes::new()).unwrap();
    nodes.into_iter().find(|node| node.node_name.as_deref() == Some(name)).unwrap()
}

fn run_create_job(client: &Client, id: &str, options: impl Into<BlockdevCreateOptions>) {
    let mut events = client.subscribe::<JobStatusChange>();
    let options_of_job =
        JobOptions::within(Duration::from_secs(30)).progress(Duration::from_secs(30), |job| {
            assert_eq!((&*job.id, &job.r#type), (id, &JobType::Create));
        });
    run_job(client, &commands::BlockdevCreate::new(id, options), id, options_of_job).unwrap();
    assert_eq!(client.execute(&commands::QueryJobs::new()).unwrap(), []);

    // The same by events. A job that was dismissed earlier may still have something to say.
    let mut seen = Vec::new();
    while seen.last() != Some(&JobStatus::Concluded) {
        let change = events.next(Duration::from_secs(30)).unwrap();
        let change = change.unwrap_or_else(|| panic!("job {id} came as far as {seen:?}"));
        assert!(change.timestamp.seconds > 0);
        if change.event.id == id {
            seen.push(change.event.status);
        }
    }
    assert_eq!(seen.first(), Some(&JobStatus::Created));
}

fn unknown_node(client: &Client) {
    let error = client.execute(&commands::BlockdevDel::new("nobody")).unwrap_err();
    let Error::Server { command, error } = error else { panic!("{error}") };
    assert_eq!((&*command, &error.class), ("blockdev-del", &ErrorClass::GenericError));
    assert!(error.desc.contains("nobody"), "{error}");
}

#[test]
fn an_unknown_command_is_a_typed_error() {
    // The storage daemon has no machine, and so no status.
    on_installed(Kind::StorageDaemon, |_, client| {
        let error = client.execute(&commands::QueryStatus::new()).unwrap_err();
        let Error::Server { error, .. } = error else { panic!("{error}") };
        assert_eq!(error.class, ErrorClass::CommandNotFound);
    });
}

#[test]
fn events_are_typed() {
    on_installed(Kind::System, |_, client| {
        let mut events = client.events();
        client.execute(&commands::Stop::new()).unwrap();
        client.execute(&commands::Cont::new()).unwrap();
        let mut next = || events.next_of::<AnyEvent>(Duration::from_secs(30)).unwrap().unwrap().event;
        assert!(matches!(next(), AnyEvent::Stop(_)));
        assert!(matches!(next(), AnyEvent::Resume(_)));
    });
}

#[test]
fn servers_listen_on_unix_sockets_and_tcp() {
    let Some(program) = required(Kind::StorageDaemon.installed()) else { return };
    let unix = |folder: &Path| Address::Unix(folder.join("monitor"));
    let tcp = |_: &Path| {
        // A port that was free a moment ago.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        format!("tcp:127.0.0.1:{port}").parse().unwrap()
    };
    for address in [Box::new(unix) as Box<dyn FnOnce(&Path) -> Address>, Box::new(tcp)] {
        let (mut server, client) = Server::listening(&program, address);
        introduces_itself(&client);
        client.execute(&commands::Quit::new()).unwrap();
        assert!(server.wait().success());
    }
}

#[test]
fn quit_ends_the_server() {
    for kind in [Kind::StorageDaemon, Kind::System] {
        on_installed(kind, |server, client| {
            client.execute(&commands::Quit::new()).unwrap();
            assert!(server.wait().success());
        });
    }
}
