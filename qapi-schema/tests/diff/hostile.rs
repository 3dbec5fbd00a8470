//! Schemas that nobody writes: they are compared in bounded time, or it is said that they are not. No test looks at a clock: without
//! bounds they would not come to an end.

use qapi_schema::diff::{Options, compare_bounded};

use crate::{changes, schema};

fn listed(count: usize, element: impl Fn(usize) -> String) -> String {
    (0..count).map(element).collect::<Vec<_>>().join(", ")
}

#[test]
fn what_all_types_inherit_may_be_too_much() {
    let text = |kind: &str| {
        let members = listed(2_000, |at| format!("'*{kind}-{at}': 'int'"));
        let heirs: String = (0..2_000)
            .map(|at| format!("{{ 'struct': 'Heir{at}x', 'base': 'Base', 'data': {{ 'x': 'int' }} }}\n"))
            .collect();
        schema(&format!("{{ 'struct': 'Base', 'data': {{ {members} }} }}\n{heirs}"))
    };
    let error = compare_bounded(&text("old"), &text("new"), Options::default()).unwrap_err();
    assert!(error.to_string().contains("too large to be compared"));
}

#[test]
fn chains_of_changed_types_are_told() {
    let text = |member: &str| {
        let chain: String = (0..5_000)
            .map(|at| {
                let next = (at + 1) % 5_000;
                format!(
                    "{{ 'struct': 'Type{at}x', 'data': {{ '*next': 'Type{next}x', '*{member}': 'int' }} }}\n"
                )
            })
            .collect();
        chain + "{ 'command': 'go', 'data': 'Type0x' }"
    };
    assert_eq!(changes(&text("old"), &text("new")).len(), 10_000);
}

#[test]
fn other_types_in_the_place_of_many_are_taken_for_the_worst() {
    let text = |name: &str| {
        let chain: String = (0..3_000)
            .map(|at| {
                let next = (at + 1) % 3_000;
                format!("{{ 'struct': '{name}{at}x', 'data': {{ '*next': '{name}{next}x' }} }}\n")
            })
            .collect();
        format!("{chain} {{ 'command': 'go', 'data': {{ 'first': '{name}0x' }} }}")
    };
    let found = changes(&text("Old"), &text("New"));
    let first = found.iter().find(|it| it.path.to_string() == "command/go/argument/first").unwrap();
    assert_eq!(first.wire.unwrap().severity.as_str(), "breaking");
}
