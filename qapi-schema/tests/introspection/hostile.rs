//! Replies that no server sends: they may be refused, but never cost a panic, the stack, or time without bound. No test looks at a
//! clock: without bounds they would not come to an end.

use qapi_schema::diff::{Options, compare};
use qapi_schema::introspection::{Introspection, align};

use crate::schema;

fn listed(count: usize, element: impl Fn(usize) -> String) -> String {
    (0..count).map(element).collect::<Vec<_>>().join(",")
}

/// Reads a reply, and compares it with itself and with a schema.
fn compared(entities: &str) {
    let server = Introspection::read(&format!("[{entities}]")).unwrap();
    let reference = schema(
        "{ 'struct': 'Thing', 'data': { '*next': 'Thing', '*a': 'str' } } { 'command': 'go', 'data': 'Thing' }",
    );
    let aligned = align(&server, &reference);
    let changes =
        compare(&aligned.server, &aligned.reference, Options { wire_only: true, ..Options::default() });
    assert!(!changes.is_empty());
    let itself = align(&server, &aligned.server);
    assert_eq!(compare(&itself.server, &itself.reference, Options::default()), []);
}

#[test]
fn types_that_contain_themselves_are_read() {
    compared(
        r#"{"name": "go", "meta-type": "command", "arg-type": "a", "ret-type": "a"},
           {"name": "a", "meta-type": "object", "members": [{"name": "next", "type": "a"}, {"name": "kind", "type": "k"}],
            "tag": "kind", "variants": [{"case": "x", "type": "a"}]},
           {"name": "k", "meta-type": "enum", "values": ["x"]}"#,
    );
}

#[test]
fn chains_of_any_length_are_walked() {
    let chain = listed(20_000, |at| {
        let next = (at + 1) % 20_000;
        format!(
            r#"{{"name": "{at}", "meta-type": "object", "members": [{{"name": "next", "type": "{next}"}}]}}"#
        )
    });
    compared(&format!(
        r#"{{"name": "go", "meta-type": "command", "arg-type": "0", "ret-type": "0"}},{chain}"#
    ));
}

#[test]
fn one_type_in_the_place_of_many_is_not_compared_with_all() {
    // Each member of the one stands where each member of the other does, and both are recursive.
    let members = listed(60, |at| format!(r#"{{"name": "m{at}", "type": "{at}"}}"#));
    let types = listed(60, |at| {
        format!(
            r#"{{"name": "{at}", "meta-type": "object", "members": [{members}, {{"name": "own{at}", "type": "s"}}]}}"#
        )
    });
    let text = format!(
        r#"[{{"name": "go", "meta-type": "command", "arg-type": "0", "ret-type": "0"}},
            {{"name": "s", "meta-type": "builtin", "json-type": "string"}},{types}]"#
    );
    let server = Introspection::read(&text).unwrap();
    // The same members lead elsewhere.
    let shifted = (0..60).map(|at| {
        let members = (0..60).map(|member| format!("'m{member}': 'T{}x'", (member + at) % 60));
        format!(
            "{{ 'struct': 'T{at}x', 'data': {{ {} }} }}\n",
            members.map(|it| format!("'*{}", &it[1..])).collect::<Vec<_>>().join(", ")
        )
    });
    let reference = schema(&(shifted.collect::<String>() + "{ 'command': 'go', 'data': 'T0x' }"));
    assert_eq!(align(&server, &reference).server.commands().len(), 1);
}

#[test]
fn many_conditions_are_weighed() {
    let commands: String = (0..2_000)
        .map(|at| {
            format!("{{ 'command': 'go-{at}', 'if': {{ 'any': ['S{at}', {{ 'not': 'S{}' }}] }} }}\n", at + 1)
        })
        .collect();
    let present = listed(1_000, |at| {
        format!(r#"{{"name": "go-{}", "meta-type": "command", "arg-type": "0", "ret-type": "0"}}"#, at * 2)
    });
    let text = format!(r#"[{present},{{"name": "0", "meta-type": "object", "members": []}}]"#);
    let aligned = align(&Introspection::read(&text).unwrap(), &schema(&commands));
    assert_eq!(aligned.reference.commands().len(), aligned.server.commands().len());
}
