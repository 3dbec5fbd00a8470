//! What real servers tell of their schemas, beside the schemas of their releases.

use std::collections::BTreeSet;

use integration_tests::recording::recordings;
use integration_tests::server::{Kind, Server};
use integration_tests::{required, shared};
use qapi_schema::diff::{Change, EntityKind, Options, compare};
use qapi_schema::introspection::{Introspection, align, answer};
use qapi_schema::{EntityId, Schema, SchemaName, Tree, snapshot};
use qmp_client::CallOptions;
use serde_json::Value;

const RELEASES: [&str; 2] = ["7.2.0", "10.2.2"];
const WIRE: Options<'_> = Options { oldest_server: None, wire_only: true };

fn snapshot(release: &str, name: SchemaName) -> Schema {
    snapshot::find(release, name).unwrap().load().unwrap()
}

/// Compares a server with both releases. Nothing may differ but what differs between the two.
fn differs_only_in_what_changed(server: &Introspection, name: SchemaName, who: &str) {
    let [old, new] = RELEASES.map(|release| snapshot(release, name));
    let changed: BTreeSet<(EntityKind, String)> =
        compare(&old, &new, Options::default()).iter().map(entity).collect();
    let is_shared = |(kind, name): &(EntityKind, String)| {
        let is_of_kind = |id| match id {
            EntityId::Command(_) => *kind == EntityKind::Command,
            EntityId::Event(_) => *kind == EntityKind::Event,
            EntityId::Type(_) => *kind == EntityKind::Type,
        };
        [&old, &new].iter().all(|schema| schema.lookup(name).is_some_and(is_of_kind))
    };
    for (release, reference) in RELEASES.iter().zip([&old, &new]) {
        let aligned = align(server, reference);
        let changes = compare(&aligned.server, &aligned.reference, WIRE);
        println!("{who} against {name} of {release}: {} changes", changes.len());
        // Of another release, conditions may be others too, and contradict each other.
        if release.starts_with("7.2.") && who.contains("7.2.") {
            let contradictory: Vec<&str> = aligned.configuration.contradictory().collect();
            assert_eq!((contradictory, changes.as_slice()), (Vec::new(), &[][..]), "{who} {release}");
        }
        for change in &changes {
            let what = entity(change);
            let is_expected = changed.contains(&what) || !is_shared(&what);
            assert!(is_expected, "{who} {release}: {} {}", change.code, change.path);
        }
    }
}

fn entity(change: &Change) -> (EntityKind, String) {
    (change.path.kind, change.path.name.to_string())
}

fn reply_of(kind: Kind, program: &std::path::Path) -> (String, Introspection) {
    let (_server, client) = Server::start(kind, program);
    let version = client.greeting().version.qemu;
    let reply = client.execute_raw("query-qmp-schema", None, &CallOptions::new()).unwrap();
    let who = format!("{}.{}.{}", version.major, version.minor, version.micro);
    (who, Introspection::read(reply.get()).unwrap())
}

#[test]
fn running_servers_differ_from_both_releases_in_what_changed() {
    for (kind, name) in [(Kind::StorageDaemon, SchemaName::StorageDaemon), (Kind::System, SchemaName::Qmp)] {
        let Some(program) = required(kind.installed()) else { return };
        for program in [program].into_iter().chain(kind.further_releases()) {
            let (version, server) = reply_of(kind, &program);
            differs_only_in_what_changed(&server, name, &format!("{kind:?} {version}"));
        }
    }
}

#[test]
fn recorded_servers_differ_from_both_releases_in_what_changed() {
    let Some(recordings) = required(recordings()) else { return };
    for (file, text) in recordings {
        let server = Introspection::read(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        // An older one differs in what changed before the older release, too.
        if ["_6.", "_7.0.", "_7.1."].iter().any(|older| file.contains(older)) {
            continue;
        }
        differs_only_in_what_changed(&server, SchemaName::Qmp, &file);
    }
}

/// What the server of a schema answers is what it was recorded to answer, entity by entity, numbers of types included: so is what
/// is concluded of its build.
#[test]
fn a_schema_tells_what_its_server_told() {
    let Some(tree) = required(shared::path("qemu/7.2.0")) else { return };
    let Some(text) = required(shared::path("replies/caps_7.2.0_ppc.replies")) else { return };
    let schema = Tree::open(&tree).unwrap().load(SchemaName::Qmp).unwrap();
    let text = std::fs::read_to_string(text).unwrap();
    let aligned = align(&Introspection::read(&text).unwrap(), &schema);
    let told = answer(&schema, &|condition| aligned.configuration.holds(condition) == Some(true));
    let mut messages = serde_json::Deserializer::from_str(&text).into_iter::<Value>().map(Result::unwrap);
    assert!(messages.any(|message| message["execute"] == "query-qmp-schema"));
    let recorded = messages.next().unwrap();
    assert_eq!(told.as_array().unwrap().len(), 1037);
    assert!(told == recorded["return"]);
    assert_eq!(compare(&aligned.server, &aligned.reference, WIRE), []);
}
