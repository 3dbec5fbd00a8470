//! Schemas that are mostly right: most of what random bytes make never gets past the parser.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::choices::Choices;
use crate::files::Files;

/// The struct that has a member to tell branches by.
const TAGGED: &str = "Tagged";
/// The struct without conditional members, for arguments that are not boxed.
const PLAIN: &str = "Lamp";

/// What a definition defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Enum,
    Struct,
    Union,
    Alternate,
    Command,
    Event,
}

impl Kind {
    fn keyword(self) -> &'static str {
        match self {
            Self::Enum => "enum",
            Self::Struct => "struct",
            Self::Union => "union",
            Self::Alternate => "alternate",
            Self::Command => "command",
            Self::Event => "event",
        }
    }

    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Enum => &["Kind", "Mode", "__org.example_Level"],
            Self::Struct => &[PLAIN, TAGGED, "Room", "Point", "Empty"],
            Self::Union => &["Shape", "Node"],
            Self::Alternate => &["Choice", "LampOrName"],
            Self::Command => &["switch-on", "query-lamps", "x-stop", "old_name"],
            Self::Event => &["SWITCHED", "LAMP_BROKE"],
        }
    }
}

const KINDS: [Kind; 8] = [
    Kind::Enum,
    Kind::Struct,
    Kind::Command,
    Kind::Struct,
    Kind::Union,
    Kind::Event,
    Kind::Alternate,
    Kind::Enum,
];
const BUILTINS: [&str; 10] =
    ["str", "int", "bool", "number", "size", "uint8", "int64", "any", "null", "QType"];
/// Names that are no types, or types that a schema should not name.
const ODD_TYPES: [&str; 9] = [
    "Missing",
    "Lamb",
    "strList",
    "PointList",
    "q_empty",
    "q_obj_switch-on-arg",
    "q_obj_Shape-base",
    "switch-on",
    "",
];
const MEMBERS: [&str; 4] = ["id", "x-size", "type", "state"];
const ODD_MEMBERS: [&str; 5] = ["a_b", "Upper", "q_a", "kind", "-"];
/// The values that every enum has.
const FIRST_VALUES: [&str; 2] = ["on", "3d"];
const FURTHER_VALUES: [&str; 2] = ["off", "x-dim"];
const ODD_VALUES: [&str; 4] = ["Bright", "a_b", "on", ""];
const FEATURES: [&str; 4] = ["new", "newer", "unstable", "deprecated"];
/// Those of [`FEATURES`] that types may have.
const FEATURES_OF_TYPES: [&str; 2] = ["new", "newer"];
const PRAGMAS: [&str; 3] = [
    "{ 'pragma': { 'member-name-exceptions': [ 'Kind', 'Lamp' ] } }\n",
    "{ 'pragma': { 'command-returns-exceptions': [ 'query-lamps', 'x-stop' ] } }\n",
    "{ 'pragma': { 'documentation-exceptions': [ 'Lamp' ], 'doc-required': false } }\n",
];

/// The input of the target `resolve`.
///
/// Bytes that begin as a schema does, with a brace, a comment or white space, are one. All others are the choices of
/// which one is made.
#[derive(Debug)]
pub struct Schema {
    /// The files.
    pub files: Files,
}

impl<'a> Arbitrary<'a> for Schema {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let bytes = input.bytes(input.len())?;
        let is_text = bytes.first().is_none_or(|first| b"{# \n".contains(first));
        let files = if is_text { Files::cut(bytes) } else { Files::of_texts(generate(bytes)) };
        Ok(Self { files })
    }

    fn arbitrary_take_rest(mut input: Unstructured<'a>) -> Result<Self> {
        Self::arbitrary(&mut input)
    }
}

fn generate(bytes: &[u8]) -> Vec<String> {
    let mut choices = Choices::new(bytes);
    let has_faults = choices.once_in(2);
    let mut generator = Generator {
        choices,
        has_faults,
        defined: Vec::new(),
        members: Vec::new(),
        features: Vec::new(),
        has_conditions: true,
    };
    generator.decide();
    generator.texts()
}

/// The entries of an object, as text.
type Entries = Vec<(&'static str, String)>;

struct Generator<'a> {
    choices: Choices<'a>,
    /// Whether something may be wrong with the schema.
    has_faults: bool,
    /// What the schema defines, in the order of its text.
    defined: Vec<(Kind, &'static str)>,
    /// The members or values of the definition that is being made: what its documentation may describe.
    members: Vec<String>,
    /// Its features and those of its members or values.
    features: Vec<&'static str>,
    /// Whether members may be conditional now.
    has_conditions: bool,
}

impl Generator<'_> {
    /// Whether to do something wrong now.
    fn fault(&mut self) -> bool {
        self.has_faults && self.choices.once_in(24)
    }

    /// Decides on what the schema defines, so that definitions can refer to those behind them.
    fn decide(&mut self) {
        for _ in 0..=self.choices.below(10) {
            let kind = self.choices.one_of(&KINDS);
            let definition = (kind, self.choices.one_of(kind.names()));
            if !self.defined.contains(&definition) || self.fault() {
                self.defined.push(definition);
            }
        }
        // What others need.
        for definition in [(Kind::Struct, PLAIN), (Kind::Enum, "Kind")] {
            if !self.defined.contains(&definition) && !self.fault() {
                self.defined.push(definition);
            }
        }
    }

    /// The names of the definitions of a kind.
    fn all(&self, wanted: Kind) -> Vec<&'static str> {
        self.defined.iter().filter(|(kind, _)| *kind == wanted).map(|(_, name)| *name).collect()
    }

    /// The texts of one or two files.
    fn texts(&mut self) -> Vec<String> {
        let mut root = self.choices.some_of(&PRAGMAS).concat();
        if !self.fault() {
            root.push_str("{ 'pragma': { 'command-name-exceptions': [ 'old_name' ] } }\n");
        }
        if self.fault() {
            root.push_str("{ 'pragma': { 'doc-required': true } }\n");
        }
        let mut part = String::new();
        let has_part = self.choices.once_in(4);
        for (index, (kind, name)) in self.defined.clone().into_iter().enumerate() {
            let text = self.definition(index, kind, name);
            let file = if has_part && self.choices.once_in(2) { &mut part } else { &mut root };
            file.push_str(&text);
        }
        if !has_part {
            return vec![root];
        }
        let include = "{ 'include': 'part/1.json' }\n";
        vec![if self.choices.once_in(2) { format!("{include}{root}") } else { root + include }, part]
    }

    fn definition(&mut self, index: usize, kind: Kind, name: &str) -> String {
        self.members.clear();
        self.features.clear();
        let mut entries = vec![(kind.keyword(), quoted(name))];
        match kind {
            Kind::Enum => self.enum_body(&mut entries),
            Kind::Struct => self.struct_body(index, name, &mut entries),
            Kind::Union => self.union_body(index, &mut entries),
            Kind::Alternate => entries.push(("data", self.alternatives())),
            Kind::Command => self.command_body(index, &mut entries),
            Kind::Event => self.data(index, &mut entries),
        }
        let is_type = !matches!(kind, Kind::Command | Kind::Event);
        let features = if is_type && !self.fault() { &FEATURES_OF_TYPES[..] } else { &FEATURES };
        self.annotate(&mut entries, features);
        if self.fault() {
            entries.push(("extra", "true".to_owned()));
        }
        let comment = self.comment(kind, name);
        format!("{comment}{}\n", object(&entries))
    }

    fn enum_body(&mut self, entries: &mut Entries) {
        let mut values = FIRST_VALUES.to_vec();
        values.extend(self.choices.some_of(&FURTHER_VALUES));
        if self.fault() {
            values.push(self.choices.one_of(&ODD_VALUES));
        }
        self.members.extend(values.iter().map(|&value| value.to_owned()));
        let values = values.into_iter().map(|value| self.annotated("name", quoted(value)));
        entries.push(("data", array(values)));
        if self.choices.once_in(8) {
            entries.push(("prefix", quoted("LAMP_KIND")));
        }
    }

    fn struct_body(&mut self, index: usize, name: &str, entries: &mut Entries) {
        // A struct further up can't lead back.
        let known = if self.fault() { self.defined.len() } else { index };
        let bases = self.defined[..known].iter().filter(|(kind, _)| *kind == Kind::Struct);
        let bases: Vec<&str> = bases.map(|(_, name)| *name).filter(|name| *name != TAGGED).collect();
        if !bases.is_empty() && ![PLAIN, TAGGED].contains(&name) && self.choices.once_in(2) {
            entries.push(("base", quoted(self.choices.one_of(&bases))));
        } else if self.fault() {
            entries.push(("base", self.type_ref()));
        }
        self.has_conditions = name != PLAIN || self.fault();
        let members = self.members(index, name == TAGGED);
        self.has_conditions = true;
        entries.push(("data", members));
    }

    fn union_body(&mut self, index: usize, entries: &mut Entries) {
        let is_named = self.all(Kind::Struct).contains(&TAGGED) && self.choices.once_in(3);
        let base = if is_named {
            quoted(TAGGED)
        } else if self.fault() {
            self.type_ref()
        } else {
            self.members(index, true)
        };
        entries.push(("base", base));
        let tag = if self.fault() { "id" } else { "kind" };
        entries.push(("discriminator", quoted(tag)));
        let mut values = self.choices.some_of(&FIRST_VALUES);
        if self.fault() {
            values.push("x-dim");
        }
        let branches = values.into_iter().map(|value| {
            let type_ref = match self.type_of(Kind::Struct) {
                _ if self.fault() => self.object_type(),
                // It has the same tag.
                TAGGED => quoted(PLAIN),
                name => quoted(name),
            };
            (value, self.conditional("type", type_ref))
        });
        entries.push(("data", object(&branches.collect::<Vec<_>>())));
    }

    /// Types that JSON and the command line tell apart, and seldom others.
    fn alternatives(&mut self) -> String {
        let element = quoted(self.type_of(Kind::Struct));
        let mut all =
            vec![("one", self.object_type()), ("many", array([element])), ("nothing", quoted("null"))];
        let is_text = self.choices.once_in(2);
        if is_text || self.fault() {
            let text = if self.choices.once_in(2) { self.type_of(Kind::Enum) } else { "str" };
            all.push(("text", quoted(text)));
        }
        if !is_text || self.fault() {
            let number = self.choices.one_of(&["int", "number", "size"]);
            all.extend([("number", quoted(number)), ("flag", quoted("bool"))]);
        }
        if self.fault() {
            all.push(("other", self.type_ref()));
        }
        let least = self.choices.below(all.len());
        let mut chosen = Vec::new();
        for (index, (name, type_ref)) in all.into_iter().enumerate() {
            if index == least || self.choices.once_in(3) {
                self.members.push(name.to_owned());
                chosen.push((name, self.conditional("type", type_ref)));
            }
        }
        object(&chosen)
    }

    fn command_body(&mut self, index: usize, entries: &mut Entries) {
        const FLAGS: [(&str, &str); 5] = [
            ("gen", "false"),
            ("success-response", "false"),
            ("allow-preconfig", "true"),
            ("allow-oob", "true"),
            ("coroutine", "true"),
        ];
        self.data(index, entries);
        if self.choices.once_in(2) {
            let object_type = self.object_type();
            let returns = if self.fault() {
                self.type_ref()
            } else if self.choices.once_in(2) {
                array([object_type])
            } else {
                object_type
            };
            entries.push(("returns", returns));
        }
        for (flag, value) in FLAGS {
            let is_excluded = flag == "coroutine" && entries.iter().any(|(key, _)| *key == "allow-oob");
            if self.choices.once_in(6) && (!is_excluded || self.fault()) {
                let value = if self.fault() { "'on'" } else { value };
                entries.push((flag, value.to_owned()));
            }
        }
    }

    /// The `data` of a command or an event.
    fn data(&mut self, index: usize, entries: &mut Entries) {
        match self.choices.below(5) {
            0 | 1 => {
                self.has_conditions = self.fault();
                let members = self.members(index, false);
                self.has_conditions = true;
                entries.push(("data", members));
            }
            2 => {
                let name = if self.fault() { self.object_type() } else { quoted(PLAIN) };
                entries.push(("data", name));
            }
            3 => {
                entries.push(("data", self.object_type()));
                entries.push(("boxed", "true".to_owned()));
            }
            _ => {}
        }
    }

    /// Members given on the spot, among them the one to tell branches by if it is asked for. Their names have the index
    /// of the definition in them, so that those of a base or branch are others.
    fn members(&mut self, index: usize, has_tag: bool) -> String {
        let mut members = Vec::new();
        if has_tag {
            let tag = quoted(self.type_of(Kind::Enum));
            self.members.push("kind".to_owned());
            members.push(("kind".to_owned(), tag));
        }
        for name in self.choices.some_of(&MEMBERS) {
            let name = if self.fault() {
                self.choices.one_of(&ODD_MEMBERS).to_owned()
            } else {
                format!("{name}-{index}")
            };
            self.members.push(name.clone());
            let star = if self.choices.once_in(3) { "*" } else { "" };
            let type_ref = self.type_ref();
            members.push((format!("{star}{name}"), self.annotated("type", type_ref)));
        }
        object(&members)
    }

    /// The name of a definition of a kind, or of something else if there is none.
    fn type_of(&mut self, wanted: Kind) -> &'static str {
        if self.fault() {
            return self.choices.one_of(&ODD_TYPES);
        }
        let all = self.all(wanted);
        match wanted {
            _ if !all.is_empty() => self.choices.one_of(&all),
            Kind::Union => self.type_of(Kind::Struct),
            _ => "str",
        }
    }

    /// The name of a struct or union.
    fn object_type(&mut self) -> String {
        let kind = self.choices.one_of(&[Kind::Struct, Kind::Union]);
        quoted(self.type_of(kind))
    }

    fn type_ref(&mut self) -> String {
        let name = match self.choices.below(6) {
            0..=2 => self.choices.one_of(&BUILTINS),
            3 => self.type_of(Kind::Enum),
            4 => self.type_of(Kind::Struct),
            _ => {
                let kind = self.choices.one_of(&[Kind::Alternate, Kind::Union]);
                self.type_of(kind)
            }
        };
        if self.choices.once_in(4) { array([quoted(name)]) } else { quoted(name) }
    }

    /// A value, or an object that has it under a key beside a condition.
    fn conditional(&mut self, key: &'static str, value: String) -> String {
        if !self.choices.once_in(8) {
            return value;
        }
        let condition = self.condition(3);
        object(&[(key, value), ("if", condition)])
    }

    /// A value, or an object that has it under a key beside a condition and features.
    fn annotated(&mut self, key: &'static str, value: String) -> String {
        if !self.choices.once_in(8) {
            return value;
        }
        let mut entries = vec![(key, value)];
        self.annotate(&mut entries, &FEATURES);
        object(&entries)
    }

    /// Adds a condition and some of the features, or one of them, or neither.
    fn annotate(&mut self, entries: &mut Entries, features: &[&'static str]) {
        if self.has_conditions && self.choices.once_in(4) {
            entries.push(("if", self.condition(3)));
        }
        if !self.choices.once_in(4) {
            return;
        }
        let mut names = self.choices.some_of(features);
        if self.fault() {
            names.push("Odd");
        }
        let features = names.iter().map(|name| self.conditional("name", quoted(name)));
        entries.push(("features", array(features)));
        names.retain(|name| !self.features.contains(name));
        self.features.extend(names);
    }

    fn condition(&mut self, depth: usize) -> String {
        if self.fault() {
            return quoted("config");
        }
        match self.choices.below(if depth == 0 { 2 } else { 5 }) {
            0 => quoted("CONFIG_A"),
            1 => quoted("HAVE_2"),
            2 => object(&[("not", self.condition(depth - 1))]),
            choice => {
                let operator = if choice == 3 { "all" } else { "any" };
                let parts = (0..=self.choices.below(3)).map(|_| self.condition(depth - 1));
                object(&[(operator, array(parts))])
            }
        }
    }

    /// The documentation of a definition, or none.
    fn comment(&mut self, kind: Kind, name: &str) -> String {
        const AGES: [&str; 3] = ["", " (since 1.1)", "\n#     and how (Since: 2.0.1)"];
        if !self.choices.once_in(3) {
            return String::new();
        }
        let name = if self.fault() { "Other" } else { name };
        let mut text = format!("\n##\n# @{name}:\n#\n");
        if self.choices.once_in(2) {
            text.push_str("# Some text about it.\n#\n");
        }
        for member in std::mem::take(&mut self.members) {
            let member = if self.fault() { "nobody".to_owned() } else { member };
            let age = self.choices.one_of(&AGES);
            text.push_str(&format!("# @{member}: what it is{age}\n#\n"));
        }
        if !self.features.is_empty() {
            text.push_str("# Features:\n#\n");
        }
        for feature in std::mem::take(&mut self.features) {
            text.push_str(&format!("# @{feature}: what it means\n#\n"));
        }
        if kind == Kind::Command && self.choices.once_in(2) {
            text.push_str("# Errors:\n#     - if it is dark\n#\n");
        }
        if self.choices.once_in(4) {
            text.push_str("# TODO: more light\n#\n");
        }
        if self.choices.once_in(2) {
            text.push_str("# Since: 1.0\n");
        }
        text + "##\n"
    }
}

fn quoted(text: &str) -> String {
    format!("'{text}'")
}

fn array(elements: impl IntoIterator<Item = String>) -> String {
    format!("[ {} ]", elements.into_iter().collect::<Vec<_>>().join(", "))
}

fn object<K: AsRef<str>>(entries: &[(K, String)]) -> String {
    let entries: Vec<String> =
        entries.iter().map(|(key, value)| format!("'{}': {value}", key.as_ref())).collect();
    format!("{{ {} }}", entries.join(", "))
}
