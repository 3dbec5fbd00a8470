//! Which type is which, which conditions hold, and what differs then.

use qapi_schema::diff::{Change, Options, compare};
use qapi_schema::introspection::{Aligned, align};
use qapi_schema::{EntityId, Schema};

use crate::{aligned, schema, server};

const OPTIONS: Options<'_> = Options { oldest_server: None, wire_only: true };

fn changes(aligned: &Aligned) -> Vec<Change> {
    compare(&aligned.server, &aligned.reference, OPTIONS)
}

/// What differs between a server of one text and another text.
fn drift(old: &str, symbols: &[&str], new: &str) -> Vec<String> {
    let aligned = aligned(old, symbols, new);
    let there = changes(&aligned).iter().map(|it| format!("{} {}", it.code, it.path)).collect();
    let back = compare(&aligned.reference, &aligned.server, OPTIONS);
    assert_eq!(back.is_empty(), changes(&aligned).is_empty(), "what differs one way differs the other way");
    there
}

const DISKS: &str = "
{ 'enum': 'Kind', 'data': [ 'file', 'nbd', { 'name': 'ssh', 'if': 'CONFIG_SSH' } ] }
{ 'struct': 'Common', 'data': { '*id': 'str', '*size': 'uint64' } }
{ 'struct': 'File', 'base': 'Common', 'data': { 'name': 'str' } }
{ 'struct': 'Nbd', 'base': 'Common', 'data': { 'ports': ['uint16'] }, 'features': [ 'fast' ] }
{ 'struct': 'Ssh', 'data': { 'host': 'str' }, 'if': 'CONFIG_SSH' }
{ 'union': 'Disk', 'base': { 'kind': 'Kind', '*parent': 'DiskRef' }, 'discriminator': 'kind',
  'data': { 'file': 'File', 'nbd': 'Nbd', 'ssh': { 'type': 'Ssh', 'if': 'CONFIG_SSH' } } }
{ 'alternate': 'DiskRef', 'data': { 'disk': 'Disk', 'name': 'str' } }
{ 'struct': 'Adding', 'data': { 'disk': 'Disk', '*fast': { 'type': 'bool', 'if': { 'not': 'CONFIG_SLOW' } } } }
{ 'command': 'add', 'data': 'Adding', 'boxed': true }
{ 'command': 'list', 'returns': [ 'Disk' ], 'allow-preconfig': true }
{ 'command': 'hosts', 'returns': 'Unused', 'if': { 'all': [ 'CONFIG_SSH', 'CONFIG_POSIX' ] } }
{ 'event': 'GONE', 'data': { 'id': 'str' }, 'if': { 'any': [ 'CONFIG_POSIX', 'CONFIG_WIN32' ] } }
{ 'struct': 'Unused', 'data': { 'x': 'int' } }
";

#[test]
fn a_server_does_not_differ_from_its_own_schema() {
    let builds: [&[&str]; 5] = [
        &[],
        &["CONFIG_SSH"],
        &["CONFIG_POSIX"],
        &["CONFIG_SSH", "CONFIG_POSIX"],
        &["CONFIG_SSH", "CONFIG_WIN32", "CONFIG_SLOW"],
    ];
    for symbols in builds {
        let aligned = aligned(DISKS, symbols, DISKS);
        assert_eq!(changes(&aligned), [], "{symbols:?}");
        assert_eq!(aligned.configuration.is_set("CONFIG_SSH"), Some(symbols.contains(&"CONFIG_SSH")));
        assert_eq!(aligned.configuration.is_set("CONFIG_SLOW"), Some(symbols.contains(&"CONFIG_SLOW")));
        let contradictory: Vec<&str> = aligned.configuration.contradictory().collect();
        assert_eq!(contradictory, [""; 0], "{symbols:?}");
        for name in ["Kind", "File", "Nbd", "Disk", "DiskRef", "Common"] {
            assert!(matches!(aligned.server.lookup(name), Some(EntityId::Type(_))), "{name}");
        }
    }
}

#[test]
fn what_is_inherited_differs_where_it_is_defined() {
    let new = DISKS.replace("'*size': 'uint64'", "'*size': 'uint64', '*age': 'int'");
    assert_eq!(drift(DISKS, &[], &new), ["optional-member-added type/Common/member/age"]);
    assert_eq!(drift(&new, &[], DISKS), ["optional-member-removed type/Common/member/age"]);
    let heirs = new.replace("'data': { 'name': 'str' }", "'data': { 'name': 'str', '*own': 'str' }");
    assert_eq!(
        drift(&heirs, &[], DISKS),
        ["optional-member-removed type/Common/member/age", "optional-member-removed type/File/member/own"]
    );
}

#[test]
fn what_a_build_leaves_out_is_no_drift() {
    let new = DISKS.replace("'host': 'str'", "'host': 'str', '*key': 'str'");
    assert_eq!(drift(DISKS, &[], &new), [""; 0]);
    assert_eq!(drift(DISKS, &["CONFIG_SSH"], &new), ["optional-member-added type/Ssh/member/key"]);
}

#[test]
fn what_depends_on_a_condition_that_holds_is_drift_where_it_is_missing() {
    let new = format!(
        "{DISKS} {{ 'command': 'keys', 'if': 'CONFIG_SSH' }} {{ 'command': 'other', 'if': 'CONFIG_OTHER' }}"
    );
    assert_eq!(drift(DISKS, &["CONFIG_SSH"], &new), ["command-added command/keys"]);
    let there = aligned(DISKS, &["CONFIG_SSH"], &new);
    assert_eq!(there.left_out.get("CONFIG_OTHER"), Some(&1));
    assert_eq!(drift(DISKS, &[], &new), [""; 0]);
}

#[test]
fn what_cannot_be_decided_is_no_drift() {
    // Either of two may hold; what depends on one alone is not known.
    let old = "{ 'command': 'a', 'if': { 'any': [ 'X', 'Y' ] } }";
    let new = "{ 'command': 'a', 'if': { 'any': [ 'X', 'Y' ] } } { 'command': 'b', 'if': 'X' } { 'command': 'c', 'if': 'Y' }
               { 'command': 'd', 'if': { 'any': [ 'X', 'Y' ] } }";
    let there = aligned(old, &["X"], new);
    let codes: Vec<String> = changes(&there).iter().map(|it| it.path.to_string()).collect();
    assert_eq!(codes, ["command/d"], "the whole condition is known to hold");
    let contradictory: Vec<&str> = there.configuration.contradictory().collect();
    assert_eq!(contradictory, ["X", "Y"]);
    assert_eq!(there.left_out.values().sum::<usize>(), 2);
}

#[test]
fn a_condition_that_is_new_is_no_drift_where_the_server_has_it() {
    let old = "{ 'command': 'a' } { 'command': 'b' } { 'command': 'c', 'if': 'OLD' }";
    let new = "{ 'command': 'a', 'if': 'NEW' } { 'command': 'b', 'if': { 'not': 'NEW' } } { 'command': 'c' }";
    assert_eq!(drift(old, &["OLD"], new), [""; 0]);
    assert_eq!(drift(old, &[], new), ["command-added command/c"]);
}

#[test]
fn types_of_other_names_are_told_by_what_they_are() {
    // Where one type was are two now, and the other way round.
    let one = "{ 'struct': 'Point', 'data': { 'x': 'int', 'y': 'int' } }
               { 'command': 'from', 'returns': 'Point' } { 'command': 'to', 'returns': 'Point' }";
    let two = "{ 'struct': 'Point', 'data': { 'x': 'int', 'y': 'int' } } { 'struct': 'Target', 'data': { 'x': 'int', 'y': 'int' } }
               { 'command': 'from', 'returns': 'Point' } { 'command': 'to', 'returns': 'Target' }";
    assert_eq!(drift(one, &[], two), [""; 0]);
    assert_eq!(drift(two, &[], one), [""; 0]);
    let other = two.replace("'Target', 'data': {", "'Target', 'data': { '*z': 'int',");
    assert_eq!(drift(one, &[], &other), ["return-type-changed command/to/returns"]);
}

#[test]
fn types_without_a_counterpart_are_named_by_where_they_are() {
    let old = "{ 'struct': 'Gone', 'data': { 'x': 'Kind' } } { 'enum': 'Kind', 'data': ['a'] } { 'command': 'go', 'returns': ['Gone'] }
               { 'command': 'ask', 'data': { 'x': 'int' } }";
    let new = "{ 'command': 'ask', 'data': { 'x': 'str' } }";
    let there = aligned(old, &[], new);
    let names: Vec<&str> = there.server.types().map(|(_, it)| it.entity.name.as_str()).collect();
    assert!(names.contains(&"(result of go)") && names.contains(&"(result of go x)"), "{names:?}");
    let told: Vec<String> = changes(&there).iter().map(Change::summary).collect();
    assert_eq!(told, ["argument x of command ask has another type: int -> str", "command go is gone"]);
}

#[test]
fn two_servers_are_compared_by_the_names_of_a_third() {
    let new = DISKS.replace("'data': { 'name': 'str' }", "'data': { 'name': 'str', '*cache': 'bool' }");
    let named = align(&server(&new, &[]), &schema("{ 'command': 'nothing' }")).server;
    let aligned = align(&server(DISKS, &[]), &named);
    let told: Vec<String> = changes(&aligned).iter().map(Change::summary).collect();
    assert_eq!(told, ["member cache of struct (arguments of add disk file) is new and optional: bool"]);
}

#[test]
fn nothing_but_what_introspection_shows_is_compared() {
    let old = "{ 'command': 'a', 'data': { 'x': 'int8' }, 'allow-preconfig': true } { 'command': 'b', 'gen': false }
               { 'command': 'c', 'success-response': false } { 'command': 'd', 'allow-oob': true, 'features': ['f'] }";
    let new = "{ 'command': 'a', 'data': { 'x': 'size' } } { 'command': 'b' } { 'command': 'c' } { 'command': 'd' }";
    assert_eq!(drift(old, &[], new), ["oob-forbidden command/d", "feature-removed command/d/feature/f"]);
}

#[test]
fn a_snapshot_is_what_its_own_server_tells() {
    for release in ["7.2.0", "10.2.2"] {
        let load = || -> Schema {
            qapi_schema::snapshot::find(release, qapi_schema::SchemaName::Qmp).unwrap().load().unwrap()
        };
        let reply = qapi_schema::introspection::answer(&load(), &|_| true).to_string();
        let server = qapi_schema::introspection::Introspection::read(&reply).unwrap();
        let aligned = align(&server, &load());
        assert_eq!(changes(&aligned), [], "{release}");
        let names = aligned.server.types().map(|(_, it)| it.entity.name.as_str());
        // An object without members is nowhere: it stands for nothing.
        let unnamed: Vec<&str> =
            names.filter(|name| name.starts_with('(') && *name != "(out of reach)").collect();
        assert_eq!(unnamed, [""; 0], "{release}");
    }
}
