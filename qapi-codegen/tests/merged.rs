//! Bindings of a range of releases.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::path::Path;

use qapi_codegen::{Builder, DocStyle, Inclusion};
use qapi_schema::merge::{DefaultBranch, Rules, merge};
use qapi_schema::{Schema, from_ast};

const OLD: &str = "
##
# @Lamp:
#
# @watts: power
#
# @socket: where it is (since 1.1)
#
# @colour: what it is like (since 8.2)
#
# Since: 1.0
##
{ 'struct': 'Lamp', 'data': { 'watts': 'int', 'socket': 'str', 'colour': 'str' } }
##
# @lamp:
#
# Since: 1.0
##
{ 'command': 'lamp', 'returns': 'Lamp' }
##
# @lamp-on:
#
# @brightness: from 0 to 100
#
# Since: 1.0
##
{ 'command': 'lamp-on', 'data': { 'brightness': 'int' } }
##
# @lamp-break:
#
# Since: 2.0
##
{ 'command': 'lamp-break' }
##
# @Fault:
#
# @burnt: no light
#
# @loose: little light
#
# Since: 1.0
##
{ 'enum': 'Fault', 'data': [ 'burnt', 'loose' ] }
##
# @LAMP_BROKE:
#
# @fault: why
#
# Since: 2.0
##
{ 'event': 'LAMP_BROKE', 'data': { 'fault': 'Fault' } }
";

const NEW: &str = "
##
# @LampKind:
#
# @bulb: with a wire
#
# @led: without
#
# Since: 8.2
##
{ 'enum': 'LampKind', 'data': [ 'bulb', 'led' ] }
##
# @Bulb:
#
# @watts: power
#
# Since: 8.2
##
{ 'struct': 'Bulb', 'data': { 'watts': 'int' } }
##
# @Lamp:
#
# @kind: its kind (since 8.2)
#
# @socket: where it is (since 1.1)
#
# @colour: what it is like (since 8.2)
#
# Since: 1.0
##
{ 'union': 'Lamp', 'base': { 'kind': 'LampKind', 'socket': 'str', 'colour': 'str' }, 'discriminator': 'kind',
  'data': { 'bulb': 'Bulb' } }
##
# @lamp:
#
# Since: 1.0
##
{ 'command': 'lamp', 'returns': 'Lamp' }
##
# @lamp-on:
#
# @dimmed: less light (since 8.2)
#
# Since: 1.0
##
{ 'command': 'lamp-on', 'data': { 'dimmed': 'bool' } }
##
# @Fault:
#
# @burnt: no light
#
# @flicker: light at times (since 8.2)
#
# Since: 1.0
##
{ 'enum': 'Fault', 'data': [ 'burnt', 'flicker' ] }
##
# @LAMP_BROKE:
#
# @fault: why
#
# Since: 2.0
##
{ 'event': 'LAMP_BROKE', 'data': { 'fault': 'Fault' } }
";

fn schema(release: &str, text: &str) -> Schema {
    let ast = qapi_parser::parse_text(Path::new("lamps.json"), text, &Default::default()).unwrap();
    from_ast(ast, Some(release)).unwrap_or_else(|report| panic!("{report}"))
}

/// The bindings of releases, with those below them back to 0.9.
fn generated(releases: [&str; 2]) -> String {
    let schemas = [schema(releases[0], OLD), schema(releases[1], NEW)];
    let rules = Rules {
        default_branches: &[DefaultBranch { union: "Lamp", branch: "bulb", reason: "there were no others" }],
        ..Rules::default()
    };
    let builder = Builder::new().docs(DocStyle::Links).oldest_server("1.0").metadata(Inclusion::Always);
    let bindings = builder.generate(&merge(&schemas, &rules).unwrap()).unwrap();
    bindings.files.into_iter().map(|file| file.contents).collect()
}

/// What is optional: what one of the releases does not have, and what is dated between 1.0 and the oldest of them (`socket`), but
/// not what is dated later and there all the same (`colour`).
#[test]
fn releases_that_follow_one_another() {
    insta::assert_snapshot!(generated(["8.1.0", "8.2.2"]));
}

/// What came or went may have done so in a release between.
#[test]
fn releases_between_which_there_are_others() {
    let bindings = generated(["7.2.0", "8.2.0"]);
    let told: Vec<&str> = bindings.lines().map(str::trim).filter(|line| line.contains("or before")).collect();
    insta::assert_snapshot!(told.join("\n"));
}
