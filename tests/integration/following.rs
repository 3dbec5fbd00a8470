//! Jobs and migrations of real servers, followed to their end.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::Duration;

use integration_tests::required;
use integration_tests::server::{Kind, START_DEADLINE, Server};
use qmp_client::blocking::Client;
use qmp_client::blocking::jobs::run_job;
use qmp_client::blocking::migration::follow_migration;
use qmp_client::{Error, JobOptions, MigrationEnd, MigrationOptions};
use qmp_types::qmp::commands;
use qmp_types::qmp::types::{
    BlockdevCreateOptionsFile, BlockdevOptions, BlockdevOptionsBranch, BlockdevOptionsNull, JobStatus,
    MigrationCapability, MigrationCapabilityStatus, MirrorSyncMode,
};

/// A wait that is not meant to pass: it only bounds a test that fails.
const LONG: Duration = Duration::from_secs(60);

/// The server of a kind, of each release that there is.
fn releases(kind: Kind) -> impl Iterator<Item = PathBuf> {
    required(kind.installed()).into_iter().chain(kind.further_releases())
}

fn patient<'p>() -> JobOptions<'p> {
    JobOptions::within(LONG)
}

fn ids(client: &Client) -> Vec<String> {
    client.execute(&commands::QueryJobs::new()).unwrap().into_iter().map(|job| job.id).collect()
}

#[test]
fn a_job_that_fails_says_why() {
    for program in releases(Kind::StorageDaemon) {
        let (server, client) = Server::start(Kind::StorageDaemon, &program);
        let path = server.folder().join("missing").join("image");
        let create = BlockdevCreateOptionsFile::new(path.to_str().unwrap(), 0);
        let create = commands::BlockdevCreate::new("create", create);
        let error = run_job(&client, &create, "create", patient()).unwrap_err();
        let Error::Job { id, error } = error else { panic!("{error}") };
        assert_eq!(&*id, "create");
        assert!(error.contains("No such file"), "{error}");
        assert!(ids(&client).is_empty());
    }
}

fn null_node(client: &Client, name: &str) {
    let null = BlockdevOptionsNull::new().size(1 << 20).read_zeroes(true);
    let options = BlockdevOptions::new(BlockdevOptionsBranch::NullCo(null)).node_name(name);
    client.execute(&commands::BlockdevAdd::new(options)).unwrap();
}

fn mirror(id: &str) -> commands::BlockdevMirror {
    commands::BlockdevMirror::new("source", "target", MirrorSyncMode::Full).job_id(id)
}

#[test]
fn a_mirror_is_completed_and_finalized() {
    for program in releases(Kind::StorageDaemon) {
        let (_server, client) = Server::start(Kind::StorageDaemon, &program);
        null_node(&client, "source");
        null_node(&client, "target");
        let mut seen = Vec::new();
        let options = patient().complete(true).finalize(true).progress(LONG, |job| {
            assert!(job.current_progress <= job.total_progress);
            seen.push(job.status.clone());
        });
        let command = mirror("copy").auto_finalize(false).auto_dismiss(false);
        run_job(&client, &command, "copy", options).unwrap();
        assert!(seen.contains(&JobStatus::Ready) && seen.contains(&JobStatus::Pending), "{seen:?}");
        assert_eq!(seen.last(), Some(&JobStatus::Concluded));
        assert!(ids(&client).is_empty());
    }
}

#[test]
fn a_mirror_that_dismisses_itself_is_completed() {
    for program in releases(Kind::StorageDaemon) {
        let (_server, client) = Server::start(Kind::StorageDaemon, &program);
        null_node(&client, "source");
        null_node(&client, "target");
        run_job(&client, &mirror("copy"), "copy", patient().complete(true)).unwrap();
    }
}

#[test]
fn a_mirror_that_is_cancelled_is_an_error() {
    for program in releases(Kind::StorageDaemon) {
        let (_server, client) = Server::start(Kind::StorageDaemon, &program);
        null_node(&client, "source");
        null_node(&client, "target");
        // Slow enough to be cancelled on its way.
        let command = mirror("copy").auto_dismiss(false).speed(1);
        let canceller = client.clone();
        let has_cancelled = Mutex::new(false);
        let options = patient().progress(LONG, |job| {
            let mut has_cancelled = has_cancelled.lock().unwrap();
            if job.status == JobStatus::Running && !*has_cancelled {
                *has_cancelled = true;
                canceller.execute(&commands::JobCancel::new("copy")).unwrap();
            }
        });
        let error = run_job(&client, &command, "copy", options).unwrap_err();
        assert!(matches!(error, Error::Job { .. }), "{error}");
        assert!(ids(&client).is_empty());
    }
}

/// What comes of a migration of nothing but memory.
fn migrate(program: &Path, uri: &str, with_events: bool) -> Result<MigrationEnd, Error> {
    let launcher = Kind::System.launcher(program).args(["-S", "-m", "64"]);
    let (_server, socket) = launcher.launch(START_DEADLINE).unwrap();
    let client = Client::over(socket).unwrap();
    // Where events are on, it is they who have it looked at.
    let interval = if with_events { LONG } else { Duration::from_millis(1) };
    if with_events {
        let events = MigrationCapabilityStatus::new(MigrationCapability::Events, true);
        client.execute(&commands::MigrateSetCapabilities::new([events])).unwrap();
    }
    client.execute(&commands::Migrate::new().uri(uri)).unwrap();
    follow_migration(&client, MigrationOptions::within(LONG).progress(interval, |_| {}))
}

#[test]
fn migrations_are_followed_to_their_end() {
    for program in releases(Kind::System) {
        for with_events in [false, true] {
            let error = migrate(&program, "exec:exit 1", with_events).unwrap_err();
            let Error::Migration { error } = error else { panic!("{error}") };
            assert_ne!(&*error, "the server does not say why");

            let end = migrate(&program, "exec:cat > /dev/null", with_events).unwrap();
            let MigrationEnd::Completed(info) = end else { panic!("{end:?}") };
            assert!(info.total_time.is_some() && info.ram.is_some(), "{info:?}");
        }
    }
}
