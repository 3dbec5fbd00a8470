//! Schemas that nobody writes: they may be refused, but never cost a panic, the stack, or more than linear time and memory. No
//! test looks at a clock: with quadratic time they would not come to an end.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::path::Path;

use qapi_parser::{MAX_MISTAKES, Options, Report, parse_text};
use qapi_schema::{EntityId, Schema, from_ast};

fn resolve(text: String) -> Result<Schema, Box<Report>> {
    from_ast(parse_text(Path::new("schema.json"), text, &Options::default()).unwrap(), None)
}

fn repeated(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

/// An object's members or the elements of an array, with commas between.
fn listed(count: usize, element: impl Fn(usize) -> String) -> String {
    (0..count).map(element).collect::<Vec<_>>().join(", ")
}

#[test]
fn many_definitions_are_resolved() {
    let structs = repeated(30_000, |at| {
        format!("{{ 'struct': 'Type{at}x', 'data': {{ 'next': 'Type{}x' }} }}\n", (at + 1) % 30_000)
    });
    assert_eq!(resolve(structs).unwrap().types().filter(|(_, type_)| !type_.implicit).count(), 30_000);
}

#[test]
fn what_is_derived_is_not_stored() {
    let values = listed(10_000, |at| format!("'value-{at}'"));
    let unions = repeated(10_000, |at| {
        format!(
            "{{ 'union': 'Union{at}', 'base': {{ 'tag': 'Kind' }}, 'discriminator': 'tag', 'data': {{}} }}\n"
        )
    });
    let schema = resolve(format!("{{ 'enum': 'Kind', 'data': [ {values} ] }}\n{unions}")).unwrap();
    let Some(EntityId::Type(last)) = schema.lookup("Union9999") else { panic!() };
    assert_eq!(schema.branches(last).len(), 10_000);

    let members = listed(10_000, |at| format!("'member-{at}': 'int'"));
    let derived = repeated(10_000, |at| {
        format!("{{ 'struct': 'Derived{at}', 'base': 'Base', 'data': {{ 'x': 'int' }} }}\n")
    });
    let schema = resolve(format!("{{ 'struct': 'Base', 'data': {{ {members} }} }}\n{derived}")).unwrap();
    let Some(EntityId::Type(last)) = schema.lookup("Derived9999") else { panic!() };
    assert_eq!(schema.members(last).len(), 10_001);
}

#[test]
fn a_large_type_may_be_the_base_of_many_unions() {
    let members = listed(10_000, |at| format!("'member-{at}': 'int'"));
    let unions = repeated(10_000, |at| {
        format!(
            "{{ 'union': 'Union{at}', 'base': 'Large', 'discriminator': 'tag', 'data': {{ 'a': 'Small' }} }}\n"
        )
    });
    let kind = "{ 'enum': 'Kind', 'data': [ 'a', 'b' ] } { 'struct': 'Small', 'data': { 'x': 'int' } }\n";
    let large = format!("{{ 'struct': 'Large', 'data': {{ {members}, 'tag': 'Kind' }} }}\n");
    resolve(format!("{kind}{large}{unions}")).unwrap();
}

#[test]
fn a_large_type_may_be_the_branch_of_many_unions() {
    let members = listed(10_000, |at| format!("'member-{at}': 'int'"));
    let unions = repeated(10_000, |at| {
        format!(
            "{{ 'union': 'Union{at}', 'base': {{ 'tag': 'Kind', 'own-{at}': 'int' }}, 'discriminator': 'tag',
                'data': {{ 'a': 'Large', 'b': 'Large' }} }}\n"
        )
    });
    let kind = "{ 'enum': 'Kind', 'data': [ 'a', 'b' ] }\n";
    resolve(format!("{kind}{{ 'struct': 'Large', 'data': {{ {members} }} }}\n{unions}")).unwrap();
}

#[test]
fn many_parts_of_one_definition_are_resolved() {
    let members = listed(30_000, |at| format!("'member-{at}': 'str'"));
    resolve(format!("{{ 'struct': 'Large', 'data': {{ {members} }} }}")).unwrap();
    let values = listed(30_000, |at| format!("'value-{at}'"));
    resolve(format!("{{ 'enum': 'Large', 'data': [ {values} ] }}")).unwrap();
    let features = listed(30_000, |at| format!("'feature-{at}'"));
    resolve(format!("{{ 'command': 'go', 'features': [ {features} ] }}")).unwrap();
    let symbols = listed(30_000, |at| format!("'SYMBOL_{at}'"));
    resolve(format!("{{ 'event': 'GONE', 'if': {{ 'any': [ {symbols} ] }} }}")).unwrap();
}

#[test]
fn many_mistakes_are_cut_short() {
    let unknown = |at| format!("{{ 'struct': 'Type{at}x', 'data': {{ 'a': 'Missing{at}' }} }}\n");
    assert_eq!(resolve(repeated(50_000, unknown)).unwrap_err().diagnostics.len(), MAX_MISTAKES);
    let same = "{ 'command': 'go' }\n".repeat(50_000);
    assert_eq!(resolve(same).unwrap_err().diagnostics.len(), MAX_MISTAKES);
    let clash = |at| format!("{{ 'struct': 'Type{at}x', 'data': {{ 'a': 'int', '*a': 'int' }} }}\n");
    assert_eq!(resolve(repeated(50_000, clash)).unwrap_err().diagnostics.len(), MAX_MISTAKES);
}

#[test]
fn chains_of_any_length_are_cut() {
    for order in [|at| at, |at| 50_000 - at] {
        let base = |at| {
            let at = order(at);
            match at {
                0 => "{ 'struct': 'Type0x', 'data': {} }\n".to_owned(),
                _ => format!("{{ 'struct': 'Type{at}x', 'base': 'Type{}x', 'data': {{}} }}\n", at - 1),
            }
        };
        let report = resolve(repeated(50_001, base)).unwrap_err();
        let codes: Vec<_> = report.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
        assert_eq!(codes, ["containment-too-deep"]);
    }
}

#[test]
fn cycles_of_any_length_are_found() {
    for length in [1, 2, 1_000, 50_000] {
        let base =
            |at| format!("{{ 'struct': 'Type{at}x', 'base': 'Type{}x', 'data': {{}} }}\n", (at + 1) % length);
        let report = resolve(repeated(length, base)).unwrap_err();
        let mut codes = report.diagnostics.iter().map(|diagnostic| diagnostic.code);
        assert!(codes.any(|code| code == "contains-itself"), "{length}");
    }
}
