//! Random schemas, changed in one way: that change is found, and no other.

use std::collections::BTreeSet;
use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use qapi_schema::diff::Change;

use crate::changes;

const SCALARS: [&str; 6] = ["int", "str", "bool", "number", "uint8", "size"];

#[derive(Debug, Clone)]
struct Member {
    name: String,
    optional: bool,
    type_: String,
    /// Further keys.
    keys: String,
}

#[derive(Debug, Clone)]
struct Struct {
    name: String,
    base: Option<String>,
    members: Vec<Member>,
}

#[derive(Debug, Clone)]
struct Model {
    /// Each may refer to those before it.
    structs: Vec<Struct>,
    enums: Vec<(String, Vec<String>)>,
    /// Name, the struct that is an argument, the struct that is returned, further keys.
    commands: Vec<(String, String, String, String)>,
    /// Name, the struct that is its data.
    events: Vec<(String, String)>,
}

impl Model {
    fn text(&self) -> String {
        let mut text = String::new();
        for Struct { name, base, members } in &self.structs {
            let base = base.iter().map(|base| format!("'base': '{base}', ")).collect::<String>();
            let members: Vec<_> = members.iter().map(Member::text).collect();
            writeln!(text, "{{ 'struct': '{name}', {base}'data': {{ {} }} }}", members.join(", ")).unwrap();
        }
        for (name, values) in &self.enums {
            let values: Vec<_> = values.iter().map(|value| format!("'{value}'")).collect();
            writeln!(text, "{{ 'enum': '{name}', 'data': [ {} ] }}", values.join(", ")).unwrap();
        }
        for (name, argument, returned, keys) in &self.commands {
            let data = format!("{{ 'it': '{argument}' }}");
            writeln!(text, "{{ 'command': '{name}', 'data': {data}, 'returns': '{returned}'{keys} }}")
                .unwrap();
        }
        for (name, data) in &self.events {
            writeln!(text, "{{ 'event': '{name}', 'data': {{ 'it': '{data}' }} }}").unwrap();
        }
        text
    }
}

impl Member {
    fn text(&self) -> String {
        let star = if self.optional { "*" } else { "" };
        format!("'{star}{}': {{ 'type': {}{} }}", self.name, self.type_, self.keys)
    }
}

fn model() -> impl Strategy<Value = Model> {
    let member = (any::<bool>(), any::<Index>(), any::<bool>());
    let structs = vec((any::<Option<Index>>(), vec(member, 1..4)), 2..6);
    let enums = vec(2..4_usize, 1..3);
    let commands = vec((any::<Index>(), any::<Index>()), 1..4);
    let events = vec(any::<Index>(), 0..3);
    (structs, enums, commands, events).prop_map(|(structs, enums, commands, events)| {
        let enums: Vec<_> = enums
            .into_iter()
            .enumerate()
            .map(|(number, count)| {
                (format!("Enum{number}"), (0..count).map(|value| format!("v{value}")).collect())
            })
            .collect();
        let mut types: Vec<String> = SCALARS.map(str::to_owned).into();
        types.extend(enums.iter().map(|(name, _): &(String, Vec<String>)| name.clone()));
        let mut made: Vec<Struct> = Vec::new();
        for (base, members) in structs {
            let number = made.len();
            let base = base.filter(|_| !made.is_empty()).map(|base| base.get(&made).name.clone());
            let members = members.into_iter().enumerate().map(|(index, (optional, type_, array))| {
                let type_ = type_.get(&types);
                let type_ = if array { format!("[ '{type_}' ]") } else { format!("'{type_}'") };
                Member { name: format!("m{number}x{index}"), optional, type_, keys: String::new() }
            });
            made.push(Struct { name: format!("Struct{number}"), base, members: members.collect() });
            types.push(format!("Struct{number}"));
        }
        let name = |index: Index| index.get(&made).name.clone();
        let commands = commands.into_iter().enumerate().map(|(number, (argument, returned))| {
            (format!("command{number}"), name(argument), name(returned), String::new())
        });
        let events =
            events.into_iter().enumerate().map(|(number, data)| (format!("EVENT{number}"), name(data)));
        Model { enums, commands: commands.collect(), events: events.collect(), structs: made }
    })
}

/// What is done to a schema.
#[derive(Debug, Clone, Copy)]
enum Mutation {
    AddMember { optional: bool },
    RemoveMember,
    FlipMember,
    RetypeMember,
    DeprecateMember,
    AddValue,
    RemoveValue,
    AddCommand,
    AddEvent,
    AddType,
    RemoveCommand,
    KeyOfCommand { key: &'static str, code: &'static str },
}

fn mutation() -> impl Strategy<Value = Mutation> {
    use Mutation::*;
    let key = |key, code| KeyOfCommand { key, code };
    prop_oneof![
        any::<bool>().prop_map(|optional| AddMember { optional }),
        Just(RemoveMember),
        Just(FlipMember),
        Just(RetypeMember),
        Just(DeprecateMember),
        Just(AddValue),
        Just(RemoveValue),
        Just(AddCommand),
        Just(AddEvent),
        Just(AddType),
        Just(RemoveCommand),
        Just(key("'allow-oob': true", "oob-allowed")),
        Just(key("'success-response': false", "success-response-removed")),
        Just(key("'if': 'CONFIG_X'", "condition-added")),
        Just(key("'features': [ 'deprecated' ]", "deprecated")),
        Just(key("'features': [ 'unstable' ]", "destabilized")),
        Just(key("'features': [ 'fast' ]", "feature-added")),
    ]
}

impl Mutation {
    /// Does it to something that `at` chooses; what is to be reported of it: code and path.
    fn apply(self, model: &mut Model, at: Index) -> (String, String) {
        let struct_ = at.index(model.structs.len());
        let command = at.index(model.commands.len());
        let enum_ = at.index(model.enums.len());
        let Struct { name, members, .. } = &mut model.structs[struct_];
        let owner = name.clone();
        let member = at.index(members.len());
        let of_member = |member: &Member| format!("type/{owner}/member/{}", member.name);
        let (code, path) = match self {
            Self::AddMember { optional } => {
                let added =
                    Member { name: "added".into(), optional, type_: "'int'".into(), keys: String::new() };
                let path = of_member(&added);
                members.insert(member, added);
                (if optional { "optional-member-added" } else { "mandatory-member-added" }, path)
            }
            Self::RemoveMember => {
                let member = members.remove(member);
                let code =
                    if member.optional { "optional-member-removed" } else { "mandatory-member-removed" };
                (code, of_member(&member))
            }
            Self::FlipMember => {
                let member = &mut members[member];
                member.optional = !member.optional;
                let code = if member.optional { "member-made-optional" } else { "member-made-mandatory" };
                (code, of_member(member))
            }
            Self::RetypeMember => {
                let member = &mut members[member];
                member.type_ = if member.type_ == "'null'" { "'any'" } else { "'null'" }.into();
                ("member-type-changed", of_member(member))
            }
            Self::DeprecateMember => {
                let member = &mut members[member];
                member.keys = ", 'features': [ 'deprecated' ]".into();
                ("deprecated", format!("{}/feature/deprecated", of_member(member)))
            }
            Self::AddValue => {
                let (name, values) = &mut model.enums[enum_];
                values.insert(0, "added".into());
                ("enum-value-added", format!("type/{name}/value/added"))
            }
            Self::RemoveValue => {
                let (name, values) = &mut model.enums[enum_];
                let value = values.remove(0);
                ("enum-value-removed", format!("type/{name}/value/{value}"))
            }
            Self::AddCommand => {
                model.commands.push(("added".into(), owner.clone(), owner, String::new()));
                ("command-added", "command/added".into())
            }
            Self::AddEvent => {
                model.events.push(("ADDED".into(), owner));
                ("event-added", "event/ADDED".into())
            }
            Self::AddType => {
                model.enums.push(("Added".into(), vec!["v".into()]));
                ("type-added", "type/Added".into())
            }
            Self::RemoveCommand => {
                let (name, ..) = model.commands.remove(command);
                ("command-removed", format!("command/{name}"))
            }
            Self::KeyOfCommand { key, code } => {
                let (name, _, _, keys) = &mut model.commands[command];
                *keys = format!(", {key}");
                let feature = ["deprecated", "unstable", "fast"]
                    .into_iter()
                    .find(|it| key.contains(&format!("'{it}'")));
                let feature = feature.map(|feature| format!("/feature/{feature}"));
                (code, format!("command/{name}{}", feature.unwrap_or_default()))
            }
        };
        (code.to_owned(), path)
    }
}

fn found(changes: &[Change]) -> Vec<(String, String)> {
    changes.iter().map(|change| (change.code.to_string(), change.path.to_string())).collect()
}

proptest! {
    #[test]
    fn a_mutation_is_found_and_nothing_else(model in model(), mutation in mutation(), at: Index) {
        let mut mutated = model.clone();
        let expected = mutation.apply(&mut mutated, at);
        let (old, new) = (model.text(), mutated.text());
        prop_assert_eq!(found(&changes(&old, &new)), [expected], "{}\n{}", old, new);
        prop_assert_eq!(changes(&new, &new), []);
    }

    #[test]
    fn order_and_where_members_are_inherited_from_mean_nothing(mut model in model(), at: Index) {
        let old = model.text();
        model.commands.reverse();
        for (_, values) in &mut model.enums {
            values.reverse();
        }
        for Struct { members, .. } in &mut model.structs {
            members.reverse();
        }
        let index = at.index(model.structs.len());
        let Struct { base, members, .. } = &mut model.structs[index];
        let moved = Struct { name: "Moved".into(), base: base.take(), members: vec![members.remove(0)] };
        *base = Some("Moved".into());
        model.structs.push(moved);
        let new = model.text();
        prop_assert_eq!(found(&changes(&old, &new)), [("type-added".into(), "type/Moved".into())]);
    }

    #[test]
    fn another_name_of_a_type_is_nothing_on_the_wire(model in model(), at: Index) {
        let old = model.text();
        let name = at.get(&model.structs).name.clone();
        let new = old.replace(&format!("'{name}'"), "'Renamed'");
        let changes = changes(&old, &new);
        prop_assert!(changes.iter().all(|change| change.wire.is_none()), "{:?}", changes);
        let codes: BTreeSet<_> = changes.iter().map(|change| change.code.as_str()).collect();
        let known = ["member-type-changed", "return-type-changed", "type-added", "type-removed"];
        prop_assert!(codes.iter().all(|code| known.contains(code)), "{:?}", codes);
        let told = changes.iter().filter(|change| change.code.as_str().starts_with("type-"));
        prop_assert_eq!(told.count(), 2);
    }

    #[test]
    fn what_is_added_one_way_is_removed_the_other(old in model(), new in model()) {
        let (old, new) = (old.text(), new.text());
        let by = |changes: &[Change], ending: &str| -> BTreeSet<(String, String)> {
            let found = found(changes).into_iter();
            found.filter_map(|(code, path)| Some((code.strip_suffix(ending)?.to_owned(), path))).collect()
        };
        let (there, back) = (changes(&old, &new), changes(&new, &old));
        prop_assert_eq!(by(&there, "-added"), by(&back, "-removed"));
        prop_assert_eq!(by(&there, "-removed"), by(&back, "-added"));
    }
}
