//! Changes of each kind, on small schemas.

use qapi_schema::diff::{Code, Options, compare};

use crate::{changes, schema, short};

/// What is both sent and received, what is sent, and what is received.
const USERS: &str = "
    { 'command': 'both', 'data': { 'it': 'It' }, 'returns': 'Result' } { 'struct': 'Result', 'data': { 'it': 'It' } }";

#[track_caller]
fn check(old: &str, new: &str, expected: &[&str]) {
    let found: Vec<_> = changes(old, new).iter().map(short).collect();
    assert_eq!(found, expected, "{old}\n{new}");
}

/// With a type `It` that is sent alone, received alone, and both.
#[track_caller]
fn check_directions(old: &str, new: &str, code_and_path: &str, severities: [&str; 3], api: &str) {
    let users = [
        "{ 'command': 'send', 'data': { 'it': 'It' } }",
        "{ 'event': 'RECEIVE', 'data': { 'it': 'It' } }",
        USERS,
    ];
    for (users, severity) in users.into_iter().zip(severities) {
        check(
            &format!("{old}{users}"),
            &format!("{new}{users}"),
            &[&format!("{code_and_path} {severity} {api}")],
        );
    }
}

const IT: &str = "{ 'struct': 'It', 'data': { 'x': 'int' } }";

#[test]
fn sending_and_receiving_follow_opposite_rules() {
    let more = |member: &str| format!("{{ 'struct': 'It', 'data': {{ 'x': 'int', {member} }} }}");
    let (optional, mandatory) = (more("'*y': 'int'"), more("'y': 'int'"));
    let at = |code: &str| format!("{code} type/It/member/y");
    let cases = [
        (IT, &*optional, "optional-member-added", ["additive", "additive", "additive"], "additive"),
        (IT, &mandatory, "mandatory-member-added", ["breaking", "additive", "breaking"], "breaking"),
        (&*optional, IT, "optional-member-removed", ["breaking", "warning", "breaking"], "breaking"),
        (&mandatory, IT, "mandatory-member-removed", ["breaking", "breaking", "breaking"], "breaking"),
        (&mandatory, &optional, "member-made-optional", ["additive", "breaking", "breaking"], "breaking"),
        (&optional, &mandatory, "member-made-mandatory", ["breaking", "additive", "breaking"], "breaking"),
    ];
    for (old, new, code, severities, api) in cases {
        check_directions(old, new, &at(code), severities, api);
    }
}

#[test]
fn values_and_alternatives_come_and_go() {
    let (few, many) = ("{ 'enum': 'It', 'data': [ 'a' ] }", "{ 'enum': 'It', 'data': [ 'b', 'a' ] }");
    let severities = ["additive", "warning", "warning"];
    check_directions(few, many, "enum-value-added type/It/value/b", severities, "additive");
    let severities = ["breaking", "warning", "breaking"];
    check_directions(many, few, "enum-value-removed type/It/value/b", severities, "breaking");

    let few = "{ 'alternate': 'It', 'data': { 'a': 'int', 'b': 'bool' } }";
    let many = "{ 'alternate': 'It', 'data': { 'a': 'int', 'b': 'bool', 'c': 'null' } }";
    let severities = ["additive", "breaking", "breaking"];
    check_directions(few, many, "alternative-added type/It/alternative/c", severities, "breaking");
    let severities = ["breaking", "additive", "breaking"];
    check_directions(many, few, "alternative-removed type/It/alternative/c", severities, "breaking");
    let renamed = few.replace("'b'", "'c'");
    check(few, &renamed, &["alternative-renamed type/It/alternative/b - breaking"]);
    let other = few.replace("'int'", "'int8'");
    let severities = ["breaking", "additive", "breaking"];
    check_directions(few, &other, "alternative-type-changed type/It/alternative/a", severities, "breaking");
}

#[test]
fn types_are_compared_by_what_they_hold() {
    let with = |type_: &str, more: &str| format!("{{ 'struct': 'It', 'data': {{ 'x': {type_} }} }}{more}");
    let same = "
        { 'struct': 'One', 'data': { 'n': 'int' } } { 'struct': 'Two', 'data': { 'n': 'int' } }
        { 'struct': 'More', 'data': { 'n': 'int', '*m': 'int' } }
        { 'enum': 'En', 'data': [ 'p' ] } { 'alternate': 'IntOrBool', 'data': { 'i': 'int', 'b': 'bool' } }";
    let breaking = ["breaking", "breaking", "breaking"];
    let wider = ["additive", "warning", "warning"];
    let narrower = ["breaking", "additive", "breaking"];
    let forms = ["additive", "breaking", "breaking"];
    let cases = [
        ("'One'", "'Two'", ["-", "-", "-"]),
        ("[ 'One' ]", "[ 'Two' ]", ["-", "-", "-"]),
        ("'One'", "'More'", ["additive", "additive", "additive"]),
        ("[ 'More' ]", "[ 'One' ]", ["breaking", "warning", "breaking"]),
        ("'int'", "'str'", breaking),
        ("'int'", "[ 'int' ]", breaking),
        ("'int8'", "'int16'", wider),
        ("'int16'", "'int8'", narrower),
        ("'int'", "'uint64'", ["breaking", "warning", "breaking"]),
        ("'int'", "'number'", forms),
        ("'number'", "'int'", narrower),
        ("'En'", "'str'", wider),
        ("'str'", "'En'", narrower),
        ("'int'", "'any'", forms),
        ("'any'", "'int'", narrower),
        ("'int'", "'IntOrBool'", forms),
        ("'IntOrBool'", "'bool'", narrower),
        ("'str'", "'IntOrBool'", breaking),
    ];
    for (old, new, severities) in cases {
        let at = "member-type-changed type/It/member/x";
        check_directions(&with(old, same), &with(new, same), at, severities, "breaking");
    }
    // The same on the wire and in Rust.
    check(&with("'int'", USERS), &with("'int64'", USERS), &[]);
    check(&with("[ 'size' ]", USERS), &with("[ 'uint64' ]", USERS), &[]);
}

#[test]
fn types_that_refer_to_themselves_are_compared() {
    let list = |name: &str, member: &str| {
        format!(
            "{{ 'struct': '{name}', 'data': {{ {member}'*next': '{name}' }} }}
             {{ 'struct': 'It', 'data': {{ 'list': '{name}' }} }} {USERS}"
        )
    };
    let removed = "type-removed type/One - breaking";
    let added = "type-added type/Two - additive";
    let same = ["member-type-changed type/It/member/list - breaking", removed, added];
    check(&list("One", ""), &list("Two", ""), &same);
    let more = "member-type-changed type/It/member/list breaking breaking";
    check(&list("One", ""), &list("Two", "'m': 'int', "), &[more, removed, added]);
}

#[test]
fn where_a_member_is_inherited_from_does_not_matter() {
    let flat = format!("{{ 'struct': 'It', 'data': {{ 'x': 'int', 'y': 'int' }} }}{USERS}");
    let base = "{ 'struct': 'Base', 'data': { 'y': 'int' } }";
    let derived = format!("{{ 'struct': 'It', 'base': 'Base', 'data': {{ 'x': 'int' }} }}{USERS}");
    check(&flat, &format!("{base}{derived}"), &["type-added type/Base - additive"]);
    // A member of the base is told there, and reaches where the heirs are.
    let more = "{ 'struct': 'Base', 'data': { 'y': 'int', 'z': 'int' } }";
    let found = changes(&format!("{base}{derived}"), &format!("{more}{derived}"));
    assert_eq!(
        found.iter().map(short).collect::<Vec<_>>(),
        ["mandatory-member-added type/Base/member/z breaking breaking"]
    );
    assert_eq!((found[0].sent.len(), found[0].received.len()), (1, 1));
    // A member that moves to the base is new to those who did not have it.
    let two = |base: &str, own: &str| {
        format!(
            "{{ 'struct': 'Base', 'data': {{ {base} }} }}
             {{ 'struct': 'It', 'base': 'Base', 'data': {{ {own} }} }}
             {{ 'struct': 'Other', 'base': 'Base', 'data': {{}} }}
             {{ 'event': 'OTHER', 'data': {{ 'other': 'Other' }} }} {USERS}"
        )
    };
    let found = changes(&two("", "'y': 'int'"), &two("'y': 'int'", ""));
    assert_eq!(
        found.iter().map(short).collect::<Vec<_>>(),
        ["mandatory-member-added type/Base/member/y additive breaking"]
    );
    assert_eq!((found[0].sent.len(), found[0].received.len()), (0, 1));
}

/// Unions: the text of the union, and what is beside it.
fn union(values: &str, base: &str, branches: &str) -> String {
    format!(
        "{{ 'enum': 'Kind', 'data': [ {values} ] }}
         {{ 'union': 'It', 'base': {{ 'kind': 'Kind'{base} }}, 'discriminator': 'kind', 'data': {{ {branches} }} }}
         {{ 'struct': 'One', 'data': {{ 'n': 'int' }} }} {{ 'struct': 'Two', 'data': {{ 'm': 'int' }} }}
         {{ 'struct': 'Empty', 'data': {{ }} }} {{ 'event': 'E', 'data': {{ 'it': 'It' }} }}"
    )
}

#[test]
fn branches_come_and_go_and_change() {
    let one = union("'a', 'b'", "", "'a': 'One'");
    let three = "'a', 'b', 'c'";
    let value_added = "enum-value-added type/Kind/value/c warning additive";
    let value_removed = "enum-value-removed type/Kind/value/c warning breaking";
    check(
        &one,
        &union(three, "", "'a': 'One', 'c': 'Two'"),
        &["branch-added type/It/branch/c warning additive", value_added],
    );
    // The enum of branches does not convert from data that two branches have.
    check(
        &one,
        &union(three, "", "'a': 'One', 'c': 'One'"),
        &["branch-added type/It/branch/c warning breaking", value_added],
    );
    check(
        &union(three, "", "'a': 'One', 'c': 'Two'"),
        &one,
        &["branch-removed type/It/branch/c warning breaking", value_removed],
    );
    // Without a branch of its own, a value selects one without members.
    check(&one, &union(three, "", "'a': 'One'"), &[value_added]);
    check(&one, &union("'a', 'b'", "", "'a': 'One', 'b': 'Empty'"), &[]);
    check(
        &one,
        &union("'a', 'b'", "", "'a': 'One', 'b': 'Two'"),
        &["branch-type-changed type/It/branch/b additive breaking"],
    );
    check(
        &one,
        &union("'a', 'b'", "", "'a': 'Two'"),
        &["branch-type-changed type/It/branch/a breaking breaking"],
    );
    // The first member beside the tag makes the enum a struct.
    check(
        &one,
        &union("'a', 'b'", ", '*id': 'str'", "'a': 'One'"),
        &["optional-member-added type/It/member/id additive breaking"],
    );
    check(
        &union("'a', 'b'", ", '*id': 'str'", "'a': 'One'"),
        &union("'a', 'b'", ", '*id': 'str', '*x': 'str'", "'a': 'One'"),
        &["optional-member-added type/It/member/x additive additive"],
    );
    // What had no data has it now.
    let empty = union("'a', 'b'", "", "'a': 'One', 'b': 'Empty'");
    check(
        &empty,
        &empty.replace("'Empty', 'data': { }", "'Empty', 'data': { '*o': 'int' }"),
        &["optional-member-added type/Empty/member/o additive breaking"],
    );
}

#[test]
fn conditions_of_values_are_not_told_again_at_their_branches() {
    let old = union("'a', 'b'", "", "'a': 'One'");
    let value = "{ 'name': 'a', 'if': 'CONFIG_A' }, 'b'";
    let branch = "'a': { 'type': 'One', 'if': 'CONFIG_A' }";
    check(&old, &union(value, "", branch), &["condition-added type/Kind/value/a warning -"]);
    check(&old, &union("'a', 'b'", "", branch), &["condition-added type/It/branch/a warning -"]);
}

#[test]
fn a_struct_may_become_a_union_and_the_union_have_another_tag() {
    let union = union("'a', 'b'", "", "'a': 'One'");
    let plain = union.replace(
        "{ 'union': 'It', 'base': { 'kind': 'Kind' }, 'discriminator': 'kind', 'data': { 'a': 'One' } }",
        "{ 'struct': 'It', 'data': { 'kind': 'Kind' } }",
    );
    check(&plain, &union, &["struct-became-union type/It additive breaking"]);
    check(&union, &plain, &["union-became-struct type/It breaking breaking"]);
    let other = union.replace("'kind'", "'sort'");
    let found = changes(&union, &other);
    assert!(found.iter().any(|change| change.code == Code::TagChanged), "{found:?}");
    let kinds = changes(
        &plain,
        &plain.replace("{ 'struct': 'It', 'data': { 'kind': 'Kind' } }", "{ 'enum': 'It', 'data': [ ] }"),
    );
    assert_eq!(kinds.iter().map(short).collect::<Vec<_>>(), ["type-kind-changed type/It breaking breaking"]);
}

#[test]
fn commands_and_events_change() {
    let with = |key: &str| {
        format!(
            "{{ 'command': 'go', 'data': {{ 'x': 'int' }}{key} }} {{ 'struct': 'Ret', 'data': {{ 'a': 'int' }} }}"
        )
    };
    let old = &*with("");
    let cases = [
        ("'allow-oob': true", "oob-allowed command/go additive -", "oob-forbidden command/go breaking -"),
        (
            "'allow-preconfig': true",
            "preconfig-allowed command/go additive -",
            "preconfig-forbidden command/go breaking -",
        ),
        (
            "'success-response': false",
            "success-response-removed command/go breaking -",
            "success-response-added command/go warning -",
        ),
        (
            "'gen': false",
            "arguments-opened command/go additive additive",
            "arguments-closed command/go breaking breaking",
        ),
        (
            "'features': [ 'deprecated' ]",
            "deprecated command/go/feature/deprecated warning warning",
            "undeprecated command/go/feature/deprecated additive -",
        ),
        (
            "'features': [ 'unstable' ]",
            "destabilized command/go/feature/unstable warning -",
            "stabilized command/go/feature/unstable additive -",
        ),
        (
            "'features': [ 'fast' ]",
            "feature-added command/go/feature/fast additive -",
            "feature-removed command/go/feature/fast warning -",
        ),
        (
            "'if': 'CONFIG_GO'",
            "condition-added command/go warning -",
            "condition-removed command/go additive -",
        ),
        (
            "'returns': 'Ret'",
            "return-type-changed command/go/returns additive breaking",
            "return-type-changed command/go/returns breaking breaking",
        ),
        ("'coroutine': true", "", ""),
    ];
    for (key, there, back) in cases {
        let new = with(&format!(", {key}"));
        let expected = |text: &'static str| if text.is_empty() { Vec::new() } else { vec![text] };
        check(old, &new, &expected(there));
        check(&new, old, &expected(back));
    }
    check("", old, &["command-added command/go additive additive", "type-added type/Ret - additive"]);
    check(old, "", &["command-removed command/go breaking breaking", "type-removed type/Ret - breaking"]);
    let event = "{ 'event': 'GONE' }";
    check("", event, &["event-added event/GONE additive additive"]);
    check(event, "", &["event-removed event/GONE breaking breaking"]);
}

#[test]
fn what_arguments_are_called_does_not_matter() {
    let with = |data: &str| {
        format!("{{ 'command': 'go', 'data': {data} }} {{ 'struct': 'Xs', 'data': {{ 'x': 'int' }} }}")
    };
    let (inline, boxed) = (&*with("{ 'x': 'int' }"), with("'Xs', 'boxed': true"));
    check(inline, &boxed, &[]);
    let more = with("{ 'x': 'int', '*y': 'int' }");
    check(&boxed, &more, &["optional-member-added command/go/argument/y additive additive"]);
}

#[test]
fn conditions_are_compared_by_what_they_ask_for() {
    let with = |condition: &str| format!("{{ 'command': 'go', 'if': {condition} }}");
    let (a, both) = (with("'CONFIG_A'"), with("{ 'all': [ 'CONFIG_A', 'CONFIG_B' ] }"));
    check(&both, &a, &["condition-widened command/go additive -"]);
    check(&a, &both, &["condition-changed command/go warning -"]);
    // A mandatory member that a build may lack is an `Option`.
    let conditional = IT.replace("'int'", "{ 'type': 'int', 'if': 'CONFIG_A' }");
    check(IT, &conditional, &["condition-added type/It/member/x - breaking"]);
}

#[test]
fn members_younger_than_the_oldest_server_are_optional_where_they_are_received() {
    let text = |more: &str, since: &str| {
        schema(&format!(
            "##\n# @It:\n#\n# @x: x\n{since}#\n# Since: 1.0\n##\n
             {{ 'struct': 'It', 'data': {{ 'x': 'int'{more} }} }}
             ##\n# @E:\n#\n# @it: it\n#\n# Since: 1.0\n##\n{{ 'event': 'E', 'data': {{ 'it': 'It' }} }}"
        ))
    };
    let old = text("", "");
    let new = text(", 'y': 'int'", "#\n# @y: y (since 8.0)\n");
    let found = |oldest_server| {
        compare(&old, &new, Options { oldest_server, wire_only: false }).iter().map(short).collect::<Vec<_>>()
    };
    assert_eq!(found(Some("6.2")), ["mandatory-member-added type/It/member/y additive additive"]);
    assert_eq!(found(Some("8.0")), ["mandatory-member-added type/It/member/y additive breaking"]);
    assert_eq!(found(None), ["mandatory-member-added type/It/member/y additive breaking"]);
    let undated = text(", 'y': 'int'", "#\n# @y: y\n");
    let changes = compare(&new, &undated, Options { oldest_server: Some("6.2"), wire_only: false });
    assert_eq!(
        changes.iter().map(short).collect::<Vec<_>>(),
        ["member-presence-changed type/It/member/y - breaking"]
    );
}

#[test]
fn what_is_used_in_one_of_the_schemas_alone_is_none_of_a_clients_business() {
    let user = "{ 'command': 'new', 'data': { 'it': 'It' } }";
    let more = IT.replace("'int'", "'int', 'y': 'int'");
    check(
        IT,
        &format!("{more}{user}"),
        &[
            "command-added command/new additive additive",
            "mandatory-member-added type/It/member/y - breaking",
        ],
    );
}
