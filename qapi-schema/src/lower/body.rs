//! The six kinds of definitions.

use qapi_parser::Diagnostic;
use qapi_parser::ast::{Expr, KeyValue, Object};
use smol_str::SmolStr;

use super::Lowering;
use crate::definition::{
    Body, BranchDefinition, CommandDefinition, Definition, Head, MemberDefinition, Members, Name, TypeRef,
    UnionDefinition, ValueDefinition,
};
use crate::model::{CommandFlags, Documentation, ModuleId, ReleaseSet};
use crate::suggest::suggest;

/// The keys that introduce a definition.
const KEYWORDS: [&str; 6] = ["enum", "struct", "union", "alternate", "command", "event"];

impl Lowering {
    /// Reads what a definition is and what it is called; `None` if that is malformed.
    pub(crate) fn head(
        &mut self,
        expr: &Object,
        module: ModuleId,
        documentation: Option<Box<Documentation>>,
    ) -> Option<Head> {
        let first = self.diagnostics.len();
        let found = self.keyword(expr);
        self.add_context(first, "a definition", expr);
        let (keyword, name) = found?;
        Some(Head { keyword, name, span: expr.span, module, documentation, releases: ReleaseSet::default() })
    }

    /// Reads the rest of a definition; `None` if it is malformed.
    pub(crate) fn definition(&mut self, expr: &Object, head: Head) -> Option<Definition> {
        let first = self.diagnostics.len();
        let condition = self.condition(expr);
        let features = self.features(expr);
        let body = self.body(expr, head.keyword);
        self.add_context(first, &head.describe(), expr);
        let Some(body) = body else {
            self.dropped.insert(head.name.text);
            return None;
        };
        Some(Definition { head, condition, features, body })
    }

    /// Says of the diagnostics from the `first` on which definition they belong to.
    fn add_context(&mut self, first: usize, description: &str, expr: &Object) {
        let found = self.diagnostics.split_off(first);
        let in_context = found.into_iter().map(|diagnostic| diagnostic.in_context(description, expr.span));
        self.diagnostics.extend(in_context);
    }

    /// What kind of definition an expression is, and of what.
    fn keyword(&mut self, expr: &Object) -> Option<(&'static str, Name)> {
        let found = KEYWORDS.iter().filter_map(|&keyword| Some((keyword, expr.get(keyword)?)));
        match found.collect::<Vec<_>>()[..] {
            [(keyword, member)] => {
                let name = self.string(&member.value, &format!("the name of a {keyword}"))?;
                Some((keyword, name.into()))
            }
            [] => {
                let message = "expected an object with one of the keys 'enum', 'struct', 'union', 'alternate', \
                               'command', 'event', 'include', 'pragma'";
                let diagnostic = Diagnostic::new("missing-keyword", expr.span, message);
                let first = expr.members.first().map_or("", |member| &*member.key.value);
                self.diagnostics.push(suggest(diagnostic, first, KEYWORDS.into_iter()));
                None
            }
            [(first, _), (second, member), ..] => {
                let message = format!("an object cannot be both '{first}' and '{second}'");
                self.error("two-keywords", member.key.span, message)
            }
        }
    }

    fn body(&mut self, expr: &Object, keyword: &'static str) -> Option<Body> {
        match keyword {
            "enum" => self.enum_body(expr),
            "struct" => self.struct_body(expr),
            "union" => self.union_body(expr),
            "alternate" => self.alternate_body(expr),
            "command" => self.command_body(expr),
            _ => self.event_body(expr),
        }
    }

    fn enum_body(&mut self, expr: &Object) -> Option<Body> {
        self.only_keys(expr, "the enum", &["enum", "data", "if", "features", "prefix"]);
        let data = self.required(expr, "the enum", "data")?;
        let data = self.array(&data.value, "the 'data' of an enum")?;
        let prefix = match expr.get("prefix") {
            Some(prefix) => Some(self.string(&prefix.value, "'prefix'")?.value.as_str().into()),
            None => None,
        };
        let mut values = Vec::with_capacity(data.elements.len());
        for element in &data.elements {
            values.push(self.value(element)?);
        }
        Some(Body::Enum { values, prefix })
    }

    fn value(&mut self, expr: &Expr) -> Option<ValueDefinition> {
        let (name, object) = self.name_or_object(expr, "a value of an enum", &["name", "if", "features"])?;
        let condition = object.and_then(|object| self.condition(object));
        let features = object.map(|object| self.features(object)).unwrap_or_default();
        Some(ValueDefinition { name, condition, features, releases: ReleaseSet::default() })
    }

    fn struct_body(&mut self, expr: &Object) -> Option<Body> {
        self.only_keys(expr, "the struct", &["struct", "data", "base", "if", "features"]);
        let data = self.required(expr, "the struct", "data")?;
        let data = self.object(&data.value, "the 'data' of a struct")?;
        let members = self.members(data)?;
        let base = match expr.get("base") {
            Some(base) => Some(self.string(&base.value, "the 'base' of a struct")?.into()),
            None => None,
        };
        Some(Body::Struct { base, members })
    }

    fn union_body(&mut self, expr: &Object) -> Option<Body> {
        let keys = ["union", "base", "discriminator", "data", "if", "features"];
        self.only_keys(expr, "the union", &keys);
        let base = self.required(expr, "the union", "base")?;
        let base = self.named_or_inline(base)?;
        let discriminator = self.required(expr, "the union", "discriminator")?;
        let discriminator = self.string(&discriminator.value, "'discriminator'")?.into();
        let branches = self.branches(expr, "the union", false)?;
        Some(Body::Union(Box::new(UnionDefinition { base, discriminator, default_branch: None, branches })))
    }

    fn alternate_body(&mut self, expr: &Object) -> Option<Body> {
        self.only_keys(expr, "the alternate", &["alternate", "data", "if", "features"]);
        let alternatives = self.branches(expr, "the alternate", true)?;
        match alternatives.is_empty() {
            true => {
                self.error("empty-alternate", expr.span, "an alternate must have at least one alternative")
            }
            false => Some(Body::Alternate { alternatives }),
        }
    }

    fn command_body(&mut self, expr: &Object) -> Option<Body> {
        let keys = [
            "command",
            "data",
            "returns",
            "boxed",
            "gen",
            "success-response",
            "allow-oob",
            "allow-preconfig",
            "coroutine",
            "if",
            "features",
        ];
        self.only_keys(expr, "the command", &keys);
        let flags = CommandFlags {
            boxed: self.flag(expr, "boxed", false),
            generated: self.flag(expr, "gen", true),
            success_response: self.flag(expr, "success-response", true),
            allow_oob: self.flag(expr, "allow-oob", false),
            allow_preconfig: self.flag(expr, "allow-preconfig", false),
            coroutine: self.flag(expr, "coroutine", false),
        };
        if flags.allow_oob && flags.coroutine {
            let message = "flags 'allow-oob' and 'coroutine' exclude each other";
            self.diagnostics.push(Diagnostic::new("conflicting-flags", expr.span, message));
        }
        let arguments = self.data(expr, flags.boxed)?;
        let returns = match expr.get("returns") {
            Some(returns) => Some(self.type_ref(&returns.value, true)?),
            None => None,
        };
        Some(Body::Command(Box::new(CommandDefinition { arguments, returns, flags })))
    }

    fn event_body(&mut self, expr: &Object) -> Option<Body> {
        self.only_keys(expr, "the event", &["event", "data", "boxed", "if", "features"]);
        let boxed = self.flag(expr, "boxed", false);
        Some(Body::Event { data: self.data(expr, boxed)?, boxed })
    }

    /// The `data` of a command or event: `None` if it is malformed.
    fn data(&mut self, expr: &Object, boxed: bool) -> Option<Option<Members>> {
        let Some(data) = expr.get("data") else {
            return match boxed {
                true => self.error("boxed-without-data", expr.span, "'boxed' requires 'data'"),
                false => Some(None),
            };
        };
        match self.named_or_inline(data)? {
            Members::Inline(_) if boxed => {
                self.error("boxed-inline", data.value.span(), "'boxed' requires the name of a type as 'data'")
            }
            members => Some(Some(members)),
        }
    }

    fn named_or_inline(&mut self, member: &KeyValue) -> Option<Members> {
        match &member.value {
            Expr::String(name) => Some(Members::Named(name.into())),
            Expr::Object(object) => self.members(object).map(Members::Inline),
            value => {
                let message = format!("'{}' must be the name of a type or an object", member.key.value);
                self.error("expected-members", value.span(), message)
            }
        }
    }

    fn members(&mut self, object: &Object) -> Option<Vec<MemberDefinition>> {
        let mut members = Vec::with_capacity(object.members.len());
        for member in &object.members {
            members.push(self.member(member)?);
        }
        Some(members)
    }

    fn member(&mut self, member: &KeyValue) -> Option<MemberDefinition> {
        let mut name = Name::from(&member.key);
        let unmarked = name.text.strip_prefix('*').map(SmolStr::from);
        let is_optional = unmarked.is_some();
        name.text = unmarked.unwrap_or(name.text);
        let (type_ref, object) =
            self.type_or_object(&member.value, "a member", &["type", "if", "features"], true)?;
        Some(MemberDefinition {
            name,
            optional: is_optional,
            type_ref,
            condition: object.and_then(|object| self.condition(object)),
            features: object.map(|object| self.features(object)).unwrap_or_default(),
            releases: ReleaseSet::default(),
        })
    }

    fn branches(&mut self, expr: &Object, what: &str, arrays: bool) -> Option<Vec<BranchDefinition>> {
        let data = self.required(expr, what, "data")?;
        let data = self.object(&data.value, "the branches in 'data'")?;
        let mut branches = Vec::with_capacity(data.members.len());
        for member in &data.members {
            branches.push(self.branch(member, arrays)?);
        }
        Some(branches)
    }

    fn branch(&mut self, member: &KeyValue, arrays: bool) -> Option<BranchDefinition> {
        let (type_ref, object) = self.type_or_object(&member.value, "a branch", &["type", "if"], arrays)?;
        let condition = object.and_then(|object| self.condition(object));
        let name = (&member.key).into();
        Some(BranchDefinition { name, type_ref, condition, releases: ReleaseSet::default() })
    }

    /// A type by itself, or an object that has it under `type`.
    fn type_or_object<'a>(
        &mut self,
        expr: &'a Expr,
        what: &str,
        keys: &[&str],
        arrays: bool,
    ) -> Option<(TypeRef, Option<&'a Object>)> {
        match expr {
            Expr::Object(object) => {
                self.only_keys(object, what, keys);
                let member = self.required(object, what, "type")?;
                Some((self.type_ref(&member.value, arrays)?, Some(object)))
            }
            _ => Some((self.type_ref(expr, arrays)?, None)),
        }
    }

    /// The name of a type, or an array of it.
    fn type_ref(&mut self, expr: &Expr, arrays: bool) -> Option<TypeRef> {
        match expr {
            Expr::String(name) => Some(TypeRef { name: name.into(), is_array: false }),
            Expr::Array(array) if arrays => match &*array.elements {
                [Expr::String(name)] => Some(TypeRef { name: name.into(), is_array: true }),
                _ => {
                    let message = "an array type is written as the name of its elements' type in brackets";
                    self.error("invalid-array-type", array.span, message)
                }
            },
            _ if arrays => {
                self.error("expected-type", expr.span(), "expected the name of a type, alone or in brackets")
            }
            _ => self.error("expected-type", expr.span(), "expected the name of a type"),
        }
    }
}
