//! Schemas that keep a rule, where others of `refused/` break it; and rules that depend on the release.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::path::Path;

use qapi_parser::{Dialect, Memory, Options, Report, parse_files, parse_text};
use qapi_schema::{EntityId, Schema, TypeId, from_ast};

fn resolve_as(text: &str, dialect: Dialect, release: Option<&str>) -> Result<Schema, Box<Report>> {
    let options = Options { dialect, ..Options::default() };
    from_ast(parse_text(Path::new("schema.json"), text, &options).unwrap(), release)
}

fn resolve(text: &str) -> Result<Schema, Box<Report>> {
    resolve_as(text, Dialect::Modern, None)
}

fn type_id(schema: &Schema, name: &str) -> TypeId {
    let Some(EntityId::Type(id)) = schema.lookup(name) else { panic!("no type {name}") };
    id
}

const KIND: &str = "{ 'enum': 'Kind', 'data': [ 'a', 'b' ] }\n";

#[test]
fn rules_allow_what_they_do_not_refuse() {
    let node = "{ 'union': 'Node', 'base': { 'kind': 'Kind' }, 'discriminator': 'kind', 'data': {} }\n";
    for (rule, text) in [
        ("vendor names", "{ 'command': '__com.red-hat_x-do-it', 'data': { '__org.qemu_x-a': 'int' } }"),
        ("vendor types", "{ 'struct': '__com.red-hat_X-Thing', 'data': {} }"),
        ("vendor events", "{ 'event': '__COM.EXAMPLE_X-HAPPENED' }"),
        ("values may begin with a digit", "{ 'enum': 'Tone', 'data': [ '4-tone', '9p' ] }"),
        (
            "command names with an exception",
            "{ 'pragma': { 'command-name-exceptions': [ 'do_it' ] } } { 'command': 'do_it' }",
        ),
        (
            "member names with an exception",
            "{ 'struct': 'Old', 'data': { 'some_Name': 'int' } } { 'pragma': { 'member-name-exceptions': [ 'Old' ] } }",
        ),
        ("only members can't be called u", "{ 'enum': 'Letter', 'data': [ 'u', 'has-x' ] }"),
        (
            "a flag may have its one value",
            "{ 'command': 'go', 'gen': false, 'success-response': false, 'allow-oob': true }",
        ),
        ("coroutines", "{ 'command': 'go', 'coroutine': true, 'allow-preconfig': true }"),
        (
            "conditions nest",
            "{ 'struct': 'Thing', 'data': {}, 'if': { 'any': [ 'A', { 'all': [ 'B_1', { 'not': 'C' } ] } ] } }",
        ),
        (
            "long forms",
            "{ 'struct': 'Thing', 'data': { '*x': { 'type': [ 'int' ], 'if': 'X', 'features': [ { 'name': 'new' } ] } } }",
        ),
        (
            "members through members",
            "{ 'struct': 'Tree', 'data': { 'children': [ 'Tree' ], '*parent': 'Tree' } }",
        ),
        ("forward references", "{ 'command': 'go', 'returns': 'Later' } { 'struct': 'Later', 'data': {} }"),
        (
            "arrays by the name of their type",
            "{ 'struct': 'Thing', 'data': { 'x': 'strList', 'y': [ 'Thing' ], 'z': 'ThingList' } }",
        ),
        (
            "objects and their arrays are returned",
            "{ 'struct': 'Thing', 'data': {} } { 'command': 'all', 'returns': [ 'Thing' ] }",
        ),
        (
            "other returns with an exception",
            "{ 'pragma': { 'command-returns-exceptions': [ 'count' ] } } { 'command': 'count', 'returns': 'int' }",
        ),
        ("an empty object is no members", "{ 'command': 'go', 'data': {} } { 'event': 'GONE', 'data': {} }"),
        (
            "lists in alternates",
            "{ 'alternate': 'Some', 'data': { 'one': 'str', 'many': [ 'str' ], 'none': 'null' } }",
        ),
        (
            "enums beside what none of their values could be",
            "{ 'enum': 'Power', 'data': [ 'auto', 'high' ] } { 'alternate': 'Some', 'data': { 'e': 'Power', 'b': 'bool', 'n': 'int' } }",
        ),
        (
            "numbers and booleans",
            "{ 'alternate': 'Some', 'data': { 'b': 'bool', 'n': 'number', 'o': 'Empty' } } { 'struct': 'Empty', 'data': {} }",
        ),
        (
            "features of values need not be distinct",
            "{ 'enum': 'Odd', 'data': [ { 'name': 'a', 'features': [ 'x', 'x' ] } ] }",
        ),
        (
            "special features of what is no type",
            "{ 'command': 'go', 'features': [ 'deprecated', 'unstable' ], 'data': { 'x': { 'type': 'int', 'features': [ 'deprecated' ] } } }",
        ),
        (
            "conditional members of boxed arguments",
            "{ 'struct': 'Some', 'data': { 'x': { 'type': 'int', 'if': 'X' } } } { 'command': 'go', 'boxed': true, 'data': 'Some' }",
        ),
    ] {
        resolve(text).unwrap_or_else(|report| panic!("{rule}: {report}"));
    }
    for (rule, text) in [
        ("values without a branch", node.to_owned()),
        ("boxed unions", format!("{node} {{ 'event': 'ADDED', 'boxed': true, 'data': 'Node' }}")),
        (
            "unions as branches",
            format!(
                "{node} {{ 'union': 'Outer', 'base': {{ 'outer': 'Kind' }}, 'discriminator': 'outer', 'data': {{ 'a': 'Node', 'b': 'Node' }} }}"
            ),
        ),
        (
            "the same member in two branches",
            "{ 'struct': 'One', 'data': { 'x': 'int' } } { 'struct': 'Two', 'data': { 'x': 'str' } }
             { 'union': 'Node', 'base': { 'kind': 'Kind' }, 'discriminator': 'kind', 'data': { 'a': 'One', 'b': 'Two' } }"
                .to_owned(),
        ),
        (
            "a tag that is inherited",
            "{ 'struct': 'Base', 'data': { 'kind': 'Kind' } } { 'struct': 'Middle', 'base': 'Base', 'data': {} }
             { 'union': 'Node', 'base': 'Middle', 'discriminator': 'kind', 'data': { 'a': { 'type': 'Base2', 'if': 'X' } } }
             { 'struct': 'Base2', 'data': {} }"
                .to_owned(),
        ),
    ] {
        resolve(&format!("{KIND}{text}")).unwrap_or_else(|report| panic!("{rule}: {report}"));
    }
}

#[test]
fn pragmas_are_of_the_whole_schema_and_the_last_one_counts() {
    let files = |last: &str| {
        Memory::new()
            .with(
                "root.json",
                "{ 'include': 'names.json' } { 'include': 'pragmas.json' } { 'include': './names.json' }",
            )
            .with("names.json", "{ 'command': 'do_it' } { 'command': 'do_that' }")
            .with(
                "pragmas.json",
                format!("{{ 'pragma': {{ 'command-name-exceptions': [ 'do_it' ] }} }} {last}"),
            )
    };
    let resolve = |last| {
        from_ast(parse_files(&files(last), Path::new("root.json"), &Options::default()).unwrap(), None)
    };
    assert!(resolve("{ 'pragma': { 'command-name-exceptions': [ 'do_that', 'do_it' ] } }").is_ok());
    let report = resolve("{ 'pragma': { 'command-name-exceptions': [ 'do_that' ] } }").unwrap_err();
    let [mistake] = &report.diagnostics[..] else { panic!("{report}") };
    assert!(mistake.message.contains("'do_it'"), "{report}");
}

#[test]
fn values_without_a_branch_get_an_empty_one() {
    let schema = resolve(
        "{ 'enum': 'Kind', 'data': [ 'a', { 'name': 'b', 'if': 'CONFIG_B' }, 'c' ] } { 'struct': 'Cc', 'data': {} }
         { 'union': 'Node', 'base': { 'kind': 'Kind' }, 'discriminator': 'kind', 'data': { 'c': 'Cc' } }",
    )
    .unwrap();
    let branches = schema.branches(type_id(&schema, "Node"));
    let facts: Vec<_> = branches
        .iter()
        .map(|branch| {
            let type_name = schema.type_of(branch.type_id).entity.name.as_str();
            (branch.name.as_str(), type_name, branch.explicit, branch.condition.is_some())
        })
        .collect();
    assert_eq!(
        facts,
        [("c", "Cc", true, false), ("a", "q_empty", false, false), ("b", "q_empty", false, true)]
    );
}

#[test]
fn members_are_inherited_in_order() {
    let schema = resolve(
        "{ 'struct': 'Last', 'base': 'Middle', 'data': { 'c': 'int' } } { 'struct': 'Middle', 'base': 'First', 'data': { 'b': 'int' } }
         { 'struct': 'First', 'data': { 'a': 'int' } }",
    )
    .unwrap();
    let members = schema.members(type_id(&schema, "Last"));
    let defined_in = |id| schema.type_of(id).entity.name.as_str();
    let facts: Vec<_> = members.iter().map(|it| (it.name.as_str(), defined_in(it.defined_in))).collect();
    assert_eq!(facts, [("a", "First"), ("b", "Middle"), ("c", "Last")]);
}

#[test]
fn older_releases_have_other_rules() {
    let unions = format!(
        "{KIND}{{ 'union': 'Node', 'base': {{ 'kind': 'Kind' }}, 'discriminator': 'kind', 'data': {{}} }}
         {{ 'union': 'Outer', 'base': {{ 'outer': 'Kind' }}, 'discriminator': 'outer', 'data': {{ 'a': 'Node' }} }}"
    );
    let conditional = "{ 'command': 'go', 'data': { 'x': { 'type': 'int', 'if': 'X' } } }";
    let undocumented = "##\n# @Kind:\n#\n# @a: the first\n##\n".to_owned() + KIND;
    let void = "##\n# @go:\n#\n# Returns: nothing\n##\n{ 'command': 'go' }\n";
    let is_accepted = |text: &str, dialect, release| resolve_as(text, dialect, release).is_ok();
    for (text, in_7_2, in_legacy) in [
        (unions.as_str(), false, true),
        (conditional, true, true),
        (&undocumented, true, true),
        (void, true, true),
    ] {
        assert_eq!(is_accepted(text, Dialect::Legacy, Some("7.2.0")), in_7_2, "{text}");
        assert_eq!(is_accepted(text, Dialect::Legacy, None), in_legacy, "{text}");
        let is_modern = text == unions;
        assert_eq!(is_accepted(text, Dialect::Modern, Some("10.2.2")), is_modern, "{text}");
        assert_eq!(is_accepted(text, Dialect::Modern, None), is_modern, "{text}");
    }
    // The release that brought exceptions from it wants members to be documented.
    let excepted = format!("{{ 'pragma': {{ 'documentation-exceptions': [ 'Other' ] }} }}\n{undocumented}");
    assert!(!is_accepted(&excepted, Dialect::Legacy, Some("9.0.0")));
    assert!(is_accepted(&excepted.replace("Other", "Kind"), Dialect::Modern, None));
}

#[test]
fn a_schema_is_dumped_with_everything_in_it() {
    let files =
        Memory::new().with("qapi/part.json", "{ 'event': 'PART', 'if': { 'not': 'CONFIG_X' } }").with(
            "qapi/root.json",
            "##
# = Title
##

{ 'pragma': { 'documentation-exceptions': [ 'Either' ] } }
{ 'enum': 'Kind', 'prefix': 'KIND', 'data': [ 'a', { 'name': 'b', 'features': [ 'odd' ] } ] }
{ 'include': 'part.json' }
##
# @Node:
#
# A node.
#
# @kind: what it is
#     (since 1.2)
#
# Features:
#
# @new: it is new
#
# Since: 1.1
##
{ 'union': 'Node', 'base': { 'kind': 'Kind' }, 'discriminator': 'kind', 'features': [ 'new' ],
  'data': { 'b': 'Thing' } }
{ 'struct': 'Thing', 'data': { '*many': [ 'Node' ] } }
##
# @Either:
##
{ 'alternate': 'Either', 'data': { 'node': 'Node', 'name': 'str' } }
{ 'command': 'go', 'data': { 'to': 'Either' }, 'returns': [ 'Thing' ] }
",
        );
    let ast = parse_files(&files, Path::new("qapi/root.json"), &Options::default()).unwrap();
    let schema = from_ast(ast, Some("10.0.0")).unwrap_or_else(|report| panic!("{report}"));
    let mut text = Vec::new();
    qapi_schema::dump(&schema, "root", Path::new(""), &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    // What the language provides is the same in every schema.
    let own: Vec<&str> = text.lines().filter(|line| !line.contains(r#""module":"./builtin""#)).collect();
    insta::assert_snapshot!(own.join("\n"));
}
