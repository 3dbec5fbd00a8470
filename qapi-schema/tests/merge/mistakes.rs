//! What cannot be merged is refused, with both places.

use qapi_schema::merge::{DefaultBranch, MergeError, Replacement, Rules, merge};

use super::{merged, schemas};

#[track_caller]
fn refused(texts: &[&str], expected: &str) {
    let error = merged(texts, &Rules::default()).expect_err("a conflict").to_string();
    assert_eq!(error, expected);
}

#[test]
fn json_of_another_kind_is_a_conflict() {
    refused(
        &["{ 'command': 'c', 'data': { 'x': 'int' } }", "\n{ 'command': 'c',\n'data': { 'x': 'str' } }"],
        "can't merge the type of member 'x' of 'q_obj_c-arg': 'int' in QEMU 1.0 (1.json:1) and 'str' in QEMU 2.0 \
         (2.json:3)",
    );
    refused(
        &["{ 'command': 'c', 'data': { 'x': 'uint64' } }", "{ 'command': 'c', 'data': { 'x': 'int' } }"],
        "can't merge the type of member 'x' of 'q_obj_c-arg': 'uint64' in QEMU 1.0 (1.json:1) and 'int' in QEMU 2.0 \
         (2.json:1)",
    );
    refused(
        &["{ 'struct': 'Ss', 'data': {} } { 'command': 'c', 'returns': ['Ss'] }", "{ 'command': 'c' }"],
        "can't merge what command 'c' returns: ['Ss'] in QEMU 1.0 (1.json:1) and nothing in QEMU 2.0 (2.json:1)",
    );
}

#[test]
fn a_name_for_something_else_is_a_conflict() {
    refused(
        &["{ 'struct': 'Xx', 'data': {} }", "{ 'struct': 'Xx', 'data': {} }", "{ 'enum': 'Xx', 'data': [] }"],
        "can't merge 'Xx': a struct in QEMU 2.0 (2.json:1) and an enum in QEMU 3.0 (3.json:1)",
    );
}

const STRUCT: &str = "{ 'struct': 'Uu', 'data': { 'x': 'int' } } { 'command': 'get', 'returns': 'Uu' }";
const UNION: &str = "{ 'enum': 'Kind', 'data': [ 'a' ] } { 'struct': 'Aa', 'data': {} }
    { 'union': 'Uu', 'base': { 'kind': 'Kind', 'x': 'int' }, 'discriminator': 'kind', 'data': { 'a': 'Aa' } }
    { 'command': 'get', 'returns': 'Uu' }";

#[test]
fn a_union_needs_a_tag() {
    refused(
        &[STRUCT, UNION],
        "can't merge member 'kind' of 'Uu', which selects the branch: not there in QEMU 1.0 (1.json:1) and always there \
         in QEMU 2.0 (2.json:2)",
    );
    refused(
        &[UNION, STRUCT],
        "can't merge 'Uu': a union by 'kind' in QEMU 1.0 (1.json:2) and a struct in QEMU 2.0 (2.json:1)",
    );
}

#[test]
fn a_replacement_that_lacks_something_is_a_conflict() {
    refused(
        &[
            "{ 'struct': 'Aa', 'data': { 'x': 'int', 'y': 'int' } } { 'command': 'a', 'returns': 'Aa' }
             { 'command': 'b', 'returns': 'Aa' }",
            "{ 'struct': 'Aa', 'data': { 'x': 'int' } } { 'command': 'a', 'returns': 'Aa' }
             { 'struct': 'Bb', 'data': { 'x': 'int' } } { 'command': 'b', 'returns': 'Bb' }",
        ],
        "can't merge 'Bb', which took the place of 'Aa': with y in QEMU 1.0 (1.json:1) and without in QEMU 2.0 (2.json:2)",
    );
}

#[test]
fn rules_about_nothing_are_told() {
    let rules = Rules {
        default_branches: &[DefaultBranch { union: "Uu", branch: "a", reason: "none" }],
        replacements: &[Replacement { old: "Aa", new: "Bb", reason: "none" }],
    };
    let error = merged(&[UNION, UNION], &rules).expect_err("unused rules").to_string();
    assert_eq!(error, "rules that resolve nothing: default branch a of Uu, Bb in the place of Aa");
    let wrong = Rules {
        default_branches: &[DefaultBranch { union: "Uu", branch: "b", reason: "none" }],
        ..Rules::default()
    };
    let error = merged(&[STRUCT, UNION], &wrong).expect_err("no such branch").to_string();
    assert_eq!(
        error,
        "can't merge 'Uu', of which a rule names the branch 'b': a struct in QEMU 1.0 (1.json:1) and a union by 'kind' in \
         QEMU 2.0 (2.json:2)"
    );
}

#[test]
fn releases_are_known_and_in_order() {
    assert!(matches!(merge(&[], &Rules::default()), Err(MergeError::Nothing)));
    let mut schemas = schemas(&["{ 'command': 'a' }", "{ 'command': 'b' }"]);
    schemas.reverse();
    let error = merge(&schemas, &Rules::default()).unwrap_err().to_string();
    assert_eq!(error, "releases are merged from the oldest to the newest, and 1.0 comes behind 2.0");
    let many: Vec<_> = std::iter::repeat_n(schemas[0].clone(), 65).collect();
    assert!(matches!(merge(&many, &Rules::default()), Err(MergeError::TooMany(65))));
    let ast = qapi_parser::parse_text("x.json".as_ref(), "{ 'command': 'a' }", &Default::default()).unwrap();
    let unknown = qapi_schema::from_ast(ast, None).unwrap();
    assert!(matches!(merge(&[unknown], &Rules::default()), Err(MergeError::NoRelease)));
}

/// What each release may have alone, both have together: QEMU's C code could not be.
#[test]
fn names_that_clash_in_c_are_refused_with_their_places() {
    let old = "{ 'struct': 'Ss', 'data': { 'a-b': 'int' } }";
    let new =
        "{ 'pragma': { 'member-name-exceptions': [ 'Ss' ] } } { 'struct': 'Ss', 'data': { 'a_b': 'int' } }";
    let error = merged(&[old, new], &Rules::default()).expect_err("a clash").to_string();
    assert!(error.contains("1.json:1:") && error.contains("2.json:1:"), "{error}");
}
