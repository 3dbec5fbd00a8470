//! Each rule of the merge on small schemas of releases 1, 2 and 3.

use qapi_schema::merge::{DefaultBranch, Replacement, Rules};

use super::{merged, shown};

#[track_caller]
fn case(texts: &[&str], expected: &str) {
    with_rules(texts, &Rules::default(), expected);
}

#[track_caller]
fn with_rules(texts: &[&str], rules: &Rules<'_>, expected: &str) {
    let schema = merged(texts, rules).unwrap_or_else(|error| panic!("{error}"));
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(shown(&schema), expected.join("\n"));
}

#[test]
fn what_any_release_has_is_there() {
    case(
        &[
            "{ 'command': 'old' } { 'command': 'both' } { 'event': 'GONE' }",
            "{ 'command': 'both' } { 'command': 'new' }",
            "{ 'command': 'old' } { 'command': 'both' } { 'command': 'new' }",
        ],
        "command both()
         command new [2-3]()
         command old [1, 3]()
         event GONE [1]()",
    );
}

#[test]
fn members_that_a_release_lacks_are_optional() {
    case(
        &[
            "{ 'struct': 'Ss', 'data': { 'gone': 'int', 'kept': 'int', '*was': 'int', 'is': 'int' } }
             { 'command': 'get', 'returns': 'Ss' }",
            "{ 'struct': 'Ss', 'data': { 'kept': 'int', 'was': 'int', '*is': 'int', 'new': 'int' } }
             { 'command': 'get', 'returns': 'Ss' }",
        ],
        "command get() -> Ss
         struct Ss { kept: int, *was: int, *is: int, *new: int [2], *gone: int [1] }",
    );
}

#[test]
fn arguments_are_mandatory_if_all_releases_with_the_command_want_them() {
    case(
        &[
            "{ 'command': 'old', 'data': { 'a': 'int' } }",
            "{ 'command': 'old', 'data': { 'a': 'int', 'b': 'int' } }
             { 'command': 'new', 'data': { 'a': 'int', 'b': 'int' } }",
            "{ 'command': 'old', 'data': { 'a': 'int', 'b': 'int' } }
             { 'command': 'new', 'data': { 'a': 'int', 'b': 'int' } }",
        ],
        "command new [2-3](a: int, b: int)
         command old(a: int, *b: int [2-3])",
    );
}

#[test]
fn facts_are_those_of_the_newest_release() {
    case(
        &[
            "{ 'command': 'c', 'features': [ 'gone', 'kept' ], 'data': { 'a': { 'type': 'int', 'features': [ 'x' ] } } }
             { 'enum': 'Ee', 'data': [ 'a', { 'name': 'b', 'features': [ 'deprecated' ] } ] }",
            "{ 'command': 'c', 'features': [ 'kept', 'new' ], 'data': { 'a': { 'type': 'int', 'features': [ 'y' ] } } }
             { 'enum': 'Ee', 'data': [ 'c', 'a' ] }",
        ],
        "command c #kept #new [2](a: int #y [2])
         enum Ee: c [2], a, b [1] #deprecated",
    );
}

#[test]
fn what_was_conditional_is_optional() {
    case(
        &[
            "{ 'struct': 'Ss', 'data': { 'a': { 'type': 'int', 'if': 'HAVE_A' }, 'b': { 'type': 'int', 'if': 'HAVE_B' } }, 'if': 'HAVE_B' }
             { 'command': 'get', 'returns': 'Ss', 'if': 'HAVE_B' }",
            "{ 'struct': 'Ss', 'data': { 'a': 'int', 'b': 'int' } } { 'command': 'get', 'returns': 'Ss' }",
        ],
        "command get() -> Ss
         struct Ss { *a: int, b: int }",
    );
}

#[test]
fn a_type_that_took_all_places_of_another_is_that_type() {
    case(
        &[
            "{ 'struct': 'SGXInfo', 'data': { 'parts': [ 'SGXPart' ], 'size': 'int' } }
             { 'struct': 'SGXPart', 'data': { 'at': 'int' } }
             { 'command': 'get', 'returns': 'SGXInfo' }",
            "{ 'struct': 'SgxInfo', 'data': { 'parts': [ 'SgxPart' ] } }
             { 'struct': 'SgxPart', 'data': { 'at': 'int', 'to': 'int' } }
             { 'command': 'get', 'returns': 'SgxInfo' }",
        ],
        "command get() -> SgxInfo
         struct SgxInfo { parts: [SgxPart], *size: int [1] }
         struct SgxPart { at: int, *to: int [2] }",
    );
}

#[test]
fn a_name_that_changed_twice_is_followed() {
    let text = |name| {
        format!("{{ 'enum': '{name}', 'data': [ 'a' ] }} {{ 'command': 'c', 'data': {{ 'x': '{name}' }} }}")
    };
    case(&[&text("Aa"), &text("Bb"), &text("Cc")], "command c(x: Cc)\nenum Cc: a");
}

/// A type that was split has no one name: who has the same parts is it.
#[test]
fn of_several_new_types_the_one_that_is_alike_is_the_old_one() {
    case(
        &[
            "{ 'struct': 'Aa', 'data': { 'x': 'int' } }
             { 'command': 'c', 'data': { 'a': 'Aa', 'b': 'Aa' } }",
            "{ 'struct': 'Bb', 'data': { 'x': 'int' } } { 'struct': 'Cc', 'data': { 'x': 'int', 'y': 'int' } }
             { 'command': 'c', 'data': { 'a': 'Bb', 'b': 'Cc' } }",
        ],
        "command c(a: Bb, b: Cc)
         struct Bb { x: int }
         struct Cc [2] { x: int, *y: int }",
    );
}

#[test]
fn a_replacement_reads_what_it_replaces() {
    let old = "{ 'struct': 'Aa', 'data': { 'x': 'int', '*y': 'int' } }
        { 'struct': 'Holder', 'data': { 'a': 'Aa' } } { 'command': 'a', 'returns': 'Aa' }
        { 'command': 'b', 'returns': 'Holder' }";
    let new = "{ 'struct': 'Aa', 'data': { 'x': 'int', '*y': 'int' } }
        { 'struct': 'Bb', 'data': { 'x': 'int', 'z': 'int' } }
        { 'struct': 'Holder', 'data': { 'a': 'Bb' } } { 'command': 'a', 'returns': 'Aa' }
        { 'command': 'b', 'returns': 'Holder' }";
    let rules =
        Rules { replacements: &[Replacement { old: "Aa", new: "Bb", reason: "no y" }], ..Rules::default() };
    with_rules(
        &[old, new],
        &rules,
        "command a() -> Aa
         command b() -> Holder
         struct Aa { x: int, *y: int }
         struct Bb [2] { x: int, *z: int }
         struct Holder { a: Bb }",
    );
}

#[test]
fn types_are_the_newest_that_read_all() {
    case(
        &[
            "{ 'enum': 'Ee', 'data': [ 'a' ] } { 'struct': 'Ss', 'data': {} }
             { 'alternate': 'Alt', 'data': { 's': 'Ss', 't': 'str' } }
             { 'command': 'c', 'data': { 'wider': 'int8', 'narrower': 'int', 'unsigned': 'int', 'fraction': 'int',
               'named': 'str', 'unnamed': 'Ee', 'more': ['Ss'], 'less': 'Alt', 'any': 'Ss', 'some': 'any' } }",
            "{ 'enum': 'Ee', 'data': [ 'a' ] } { 'struct': 'Ss', 'data': {} }
             { 'alternate': 'Alt', 'data': { 's': 'Ss', 't': 'str' } }
             { 'command': 'c', 'data': { 'wider': 'int64', 'narrower': 'uint8', 'unsigned': 'size', 'fraction': 'number',
               'named': 'Ee', 'unnamed': 'str', 'more': ['Alt'], 'less': 'str', 'any': 'any', 'some': 'Ss' } }",
        ],
        "alternate Alt { s: Ss, t: str }
         command c(wider: int64, narrower: int, unsigned: size, fraction: number, named: Ee, unnamed: str, \
           more: [Alt], less: Alt, any: any, some: any)
         enum Ee: a
         struct Ss {  }",
    );
}

#[test]
fn alternatives_of_every_release_are_there() {
    case(
        &[
            "{ 'alternate': 'Aa', 'data': { 'text': 'str', 'object': 'Ss' } } { 'struct': 'Ss', 'data': { 'x': 'int' } }",
            "{ 'alternate': 'Aa', 'data': { 'nothing': 'null', 'renamed': 'Tt' } } { 'struct': 'Tt', 'data': {} }",
        ],
        "alternate Aa { nothing: null [2], renamed: Tt, text: str [1] }
         struct Tt { *x: int [1] }",
    );
}

#[test]
fn branches_of_every_release_are_there() {
    case(
        &[
            "{ 'enum': 'Kind', 'data': [ 'a', 'b', 'c' ] }
             { 'struct': 'Aa', 'data': { 'x': 'int' } } { 'struct': 'Bb', 'data': { 'y': 'int' } }
             { 'union': 'Uu', 'base': { 'kind': 'Kind', 'old': 'int' }, 'discriminator': 'kind',
               'data': { 'a': 'Aa', 'b': 'Bb' } } { 'command': 'get', 'returns': 'Uu' }",
            "{ 'enum': 'Kind', 'data': [ 'a', 'b', 'c', 'd' ] }
             { 'struct': 'Aa', 'data': { 'x': 'int' } } { 'struct': 'Cc', 'data': { 'z': 'int' } }
             { 'struct': 'Dd', 'data': { 'z': 'int' } }
             { 'union': 'Uu', 'base': { 'kind': 'Kind' }, 'discriminator': 'kind',
               'data': { 'a': 'Aa', 'c': 'Cc', 'd': 'Dd' } } { 'command': 'get', 'returns': 'Uu' }",
        ],
        // Where a value had no branch or has none now, nothing of the branch is sure.
        "command get() -> Uu
         enum Kind: a, b, c, d [2]
         struct Aa { x: int }
         struct Bb [1] { *y: int }
         struct Cc [2] { *z: int }
         struct Dd [2] { z: int }
         union Uu { kind: Kind, *old: int [1], a => Aa, c => Cc [2], d => Dd [2], b => Bb [1] }",
    );
}

#[test]
fn a_struct_becomes_a_union_by_its_tag() {
    case(
        &[
            "{ 'struct': 'Job', 'data': { 'type': 'str', 'done': 'bool', 'gone': 'int' } }
             { 'command': 'get', 'returns': 'Job' }",
            "{ 'enum': 'Kind', 'data': [ 'a', 'b' ] } { 'struct': 'Aa', 'data': { 'done': 'bool', 'new': 'bool' } }
             { 'union': 'Job', 'base': { 'type': 'Kind' }, 'discriminator': 'type', 'data': { 'a': 'Aa' } }
             { 'command': 'get', 'returns': 'Job' }",
        ],
        "command get() -> Job
         enum Kind [2]: a, b
         struct Aa [2] { done: bool, *new: bool }
         union Job { type: Kind, *gone: int [1], a => Aa [2] }",
    );
}

#[test]
fn a_struct_without_the_tag_is_the_branch_that_a_rule_names() {
    let rules = Rules {
        default_branches: &[DefaultBranch { union: "Sev", branch: "sev", reason: "there was one kind" }],
        ..Rules::default()
    };
    with_rules(
        &[
            "{ 'struct': 'Sev', 'data': { 'on': 'bool', 'policy': 'int' } } { 'command': 'get', 'returns': 'Sev' }",
            "{ 'enum': 'Kind', 'data': [ 'sev', 'snp' ] } { 'struct': 'One', 'data': { 'policy': 'int', 'x': 'int' } }
             { 'struct': 'Two', 'data': { 'policy': 'int' } }
             { 'union': 'Sev', 'base': { 'on': 'bool', 'kind': 'Kind' }, 'discriminator': 'kind',
               'data': { 'sev': 'One', 'snp': 'Two' } } { 'command': 'get', 'returns': 'Sev' }",
        ],
        &rules,
        "command get() -> Sev
         enum Kind [2]: sev, snp
         struct One [2] { policy: int, *x: int }
         struct Two [2] { policy: int }
         union Sev { on: bool, kind: Kind [2], sev or nothing => One [2], snp => Two [2] }",
    );
}

#[test]
fn data_and_results_may_come_and_go() {
    case(
        &[
            "{ 'struct': 'Ss', 'data': { 'x': 'int' } } { 'command': 'named', 'data': 'Ss' } { 'event': 'EVENT' }
             { 'command': 'less', 'data': { 'a': 'int' } } { 'command': 'gone', 'returns': 'Ss' }
             { 'command': 'came' }",
            "{ 'struct': 'Tt', 'data': { 'y': 'int' } } { 'command': 'named', 'data': { 'x': 'int', '*z': 'int' } }
             { 'event': 'EVENT', 'data': { 'd': 'int' } } { 'command': 'less' } { 'command': 'gone' }
             { 'command': 'came', 'returns': 'Tt' }",
            "{ 'struct': 'Tt', 'data': { 'y': 'int' } } { 'command': 'named', 'data': { 'x': 'int', '*z': 'int' } }
             { 'event': 'EVENT', 'data': { 'd': 'int' } } { 'command': 'less' } { 'command': 'gone' }
             { 'command': 'came', 'returns': 'Tt' }",
        ],
        "command came() -> Tt
         command gone() -> Ss
         command less(*a: int [1])
         command named(x: int, *z: int [2-3])
         event EVENT(*d: int [2-3])
         struct Ss [1] { *x: int }
         struct Tt [2-3] { *y: int }",
    );
}

/// Members move between a type and what it inherits from; what is sent stays the same.
#[test]
fn what_is_inherited_is_compared_as_a_whole() {
    case(
        &[
            "{ 'struct': 'Aa', 'data': { 'x': 'int', 'y': 'int' } }
             { 'struct': 'Base', 'data': { 'k': 'int' } } { 'struct': 'Heir', 'base': 'Base', 'data': { 'l': 'int' } }",
            "{ 'struct': 'Common', 'data': { 'x': 'int' } } { 'struct': 'Aa', 'base': 'Common', 'data': { 'y': 'int' } }
             { 'struct': 'Late', 'base': 'Base', 'data': {} }
             { 'struct': 'Base', 'data': { 'm': 'int' } } { 'struct': 'Heir', 'base': 'Base', 'data': { 'l': 'int' } }",
        ],
        "struct Aa { x: int, y: int }
         struct Base { *m: int [2], *k: int [1] }
         struct Common [2] { x: int }
         struct Heir of Base { *m: int [2], *k: int [1], l: int }
         struct Late [2] { m: int }",
    );
}
