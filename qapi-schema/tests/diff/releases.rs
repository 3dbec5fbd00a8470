//! QEMU's own releases.

use std::collections::{BTreeSet, HashMap};

use qapi_schema::diff::{Change, Code, Options, compare};
use qapi_schema::snapshot::find;
use qapi_schema::{Schema, SchemaName};

use crate::short;

const RELEASES: [&str; 2] = ["7.2.0", "10.2.2"];
const OPTIONS: Options<'_> = Options { oldest_server: Some("6.2"), wire_only: false };

fn snapshot(release: &str, name: SchemaName) -> Schema {
    find(release, name).unwrap().load().unwrap()
}

fn drift(name: SchemaName) -> Vec<Change> {
    compare(&snapshot("7.2.0", name), &snapshot("10.2.2", name), OPTIONS)
}

#[test]
fn a_schema_does_not_differ_from_itself() {
    for release in RELEASES {
        for name in SchemaName::ALL {
            let (one, other) = (snapshot(release, name), snapshot(release, name));
            assert_eq!(compare(&one, &other, OPTIONS), [], "{release} {name}");
        }
    }
}

#[test]
fn what_was_added_is_removed_on_the_way_back() {
    let by = |changes: &[Change], ending: &str| -> BTreeSet<String> {
        let words = changes.iter().filter(|change| change.code.as_str().ends_with(ending));
        words.map(|it| format!("{} {}", it.code.as_str().trim_end_matches(ending), it.path)).collect()
    };
    for name in SchemaName::ALL {
        let there = drift(name);
        let back = compare(&snapshot("10.2.2", name), &snapshot("7.2.0", name), OPTIONS);
        assert_eq!(by(&there, "-added"), by(&back, "-removed"), "{name}");
        assert_eq!(by(&there, "-removed"), by(&back, "-added"), "{name}");
        assert_eq!(by(&there, "-made-optional"), by(&back, "-made-mandatory"), "{name}");
        assert!(!by(&there, "-added").is_empty(), "{name}");
    }
}

#[test]
fn what_changed_is_classified_as_by_hand() {
    let changes = drift(SchemaName::Qmp);
    let found: HashMap<String, String> =
        changes.iter().map(|it| (format!("{} {}", it.code, it.path), short(it))).collect();
    assert_eq!(found.len(), changes.len(), "a change is told once");
    let table = include_str!("7.2.0-10.2.2.txt").lines().filter(|line| !line.starts_with('#'));
    let mut codes = BTreeSet::new();
    for row in table {
        let mut words = row.splitn(5, ' ');
        let [code, path, wire, api, reason] = [(); 5].map(|()| words.next().unwrap());
        let expected = format!("{code} {path} {wire} {api}");
        assert_eq!(found.get(&format!("{code} {path}")), Some(&expected), "{reason}");
        codes.insert(code);
    }
    let unchecked = changes.iter().map(|change| change.code.as_str()).find(|code| !codes.contains(code));
    assert_eq!(unchecked, None, "the table has each kind of change");
}

#[test]
fn a_shared_cause_is_told_once_with_whom_it_reaches() {
    let changes = drift(SchemaName::Qmp);
    let by_path = |path: &str| changes.iter().find(|change| change.path.to_string() == path).unwrap();
    let names = |messages: &[qapi_schema::diff::Message]| -> Vec<String> {
        messages.iter().map(|message| message.name.to_string()).collect()
    };
    let shared = by_path("type/BackupCommon/member/discard-source");
    assert_eq!(names(&shared.sent), ["blockdev-backup", "drive-backup", "transaction"]);
    assert_eq!(names(&shared.received), [""; 0]);
    let of_all = changes.iter().filter(|change| change.path.to_string().ends_with("/discard-source"));
    assert_eq!(of_all.count(), 1);
    let inside = &by_path("type/QCryptoBlockInfoLUKS/member/hash-alg").inside;
    assert_eq!(inside, &["value sm3 of enum QCryptoHashAlgo is new"]);
    let gone = by_path("command/x-query-rdma");
    assert_eq!((gone.code, &gone.formerly[..]), (Code::CommandRemoved, &["unstable".into()][..]));
}
