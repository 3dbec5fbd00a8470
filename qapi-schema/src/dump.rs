//! The resolved schema as JSON: facts and documentation, for any tool.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use qapi_parser::doc::{DocComment, SectionKind};
use qapi_parser::source::Span;
use qapi_parser::visible_json;
use serde_json::{Map, Value as Json, json};

use crate::folder::Folder;
use crate::model::{
    Alternative, Branch, Builtin, Command, Condition, Entity, EntityId, Event, Feature, Inclusion, JsonType,
    Member, ModuleId, Object, Schema, TypeId, TypeKind, Value,
};
use crate::resolve::documented_parts;

/// The version of the format.
const FORMAT: u32 = 1;

/// Writes a schema as JSON.
///
/// `name` is what it is called in the output, and paths are named as seen from `folder`.
///
/// One object with these keys:
///
/// - `entities`, one a line, sorted by name: every type (implicit ones and those of the language too), command and event.
///   - All have `name`, `meta` (`builtin`, `enum`, `struct`, `union`, `alternate`, `array`, `command` or `event`), `module`,
///     `loc` (`file` and `line`), `if`, `features`, `implicit` and `doc`; types have `json-type`.
///   - Objects have `base`, `local-members`, `all-members` (inherited ones first; `defined-in` says where), and unions `tag`
///     and `variants`, of which those with `explicit: false` are filled in for a value without a branch.
///   - Enums have `values` and `prefix`, arrays `element-type`, alternates `alternatives`.
///   - Commands have `arg-type`, `ret-type` and `flags`, events `arg-type` and `flags`.
/// - `definition-order`: the names of all entities in the order of definition.
/// - `modules`: the files, each with its entities and includes in that order; `includes`: the `include` directives.
/// - `pragma`, `feature-names`, `freeform-docs`, and `qemu`, `schema`, `root`, which say what schema it is.
///
/// Conditions are `null`, a string, or an object with `all`, `any` or `not`. Texts are those of the comments, without their
/// indentation. In `doc`, an argument with `stub: true` has no description; `since-inline` is the release in a remark such as
/// `(since 9.1)`.
///
/// # Errors
/// When writing fails.
pub fn dump(schema: &Schema, name: &str, folder: &Path, out: &mut dyn Write) -> io::Result<()> {
    let dump = Dump { schema, folder: Folder::new(folder) };
    let field = |out: &mut dyn Write, key: &str, value: &Json| {
        write!(out, "{}:{}", json!(key), visible_json(&value.to_string()))
    };
    writeln!(out, "{{")?;
    field(out, "definition-order", &dump.definition_order())?;
    write!(out, ",\n\"entities\":[")?;
    for (index, id) in dump.sorted().into_iter().enumerate() {
        let separator = if index == 0 { "\n" } else { ",\n" };
        write!(out, "{separator}{}", visible_json(&Json::from(dump.entity(id)).to_string()))?;
    }
    write!(out, "\n]")?;
    let root = schema.sources().iter().next().map(|(_, source)| dump.folder.name(source.path()));
    for (key, value) in [
        ("feature-names", dump.feature_names()),
        ("format", json!(FORMAT)),
        ("freeform-docs", dump.free_form_docs()),
        ("includes", schema.inclusions.iter().map(|inclusion| dump.inclusion(inclusion)).collect()),
        ("modules", dump.modules()),
        ("pragma", dump.pragma()),
        ("qemu", json!(schema.release())),
        ("root", json!(root)),
        ("schema", json!(name)),
    ] {
        writeln!(out, ",")?;
        field(out, key, &value)?;
    }
    writeln!(out, "\n}}")
}

struct Dump<'s> {
    schema: &'s Schema,
    folder: Folder,
}

impl Dump<'_> {
    fn definition_order(&self) -> Json {
        let order = self.schema.definition_order().iter();
        order.map(|&id| json!(self.schema.entity(id).name.as_str())).collect()
    }

    fn sorted(&self) -> Vec<EntityId> {
        let mut ids = self.schema.definition_order().to_vec();
        ids.sort_by_key(|&id| &self.schema.entity(id).name);
        ids
    }

    fn feature_names(&self) -> Json {
        let mut names = BTreeSet::new();
        let mut add =
            |features: &[Feature]| names.extend(features.iter().map(|feature| feature.name.clone()));
        for &id in self.schema.definition_order() {
            add(&self.schema.entity(id).features);
            let EntityId::Type(id) = id else { continue };
            match &self.schema.type_of(id).kind {
                TypeKind::Enum(values) => values.values.iter().for_each(|value| add(&value.features)),
                TypeKind::Object(object) => object.local_members.iter().for_each(|it| add(&it.features)),
                _ => {}
            }
        }
        names.iter().map(|name| json!(name.as_str())).collect()
    }

    fn free_form_docs(&self) -> Json {
        let docs = self.schema.free_form_docs.iter();
        docs.map(|doc| json!({ "loc": self.place(Some(doc.span)), "text": body(doc) })).collect()
    }

    fn inclusion(&self, inclusion: &Inclusion) -> Json {
        json!({ "loc": self.place(Some(inclusion.span)), "module": self.module_name(inclusion.included) })
    }

    fn module_name(&self, id: ModuleId) -> &str {
        &self.schema.module_of(id).name
    }

    /// Every module with its entities and its includes, in the order of definition.
    fn modules(&self) -> Json {
        let mut contents = vec![Vec::new(); self.schema.modules().len()];
        let mut inclusions = self.schema.inclusions.iter().peekable();
        let mut include_before = |definitions: usize, contents: &mut Vec<Vec<Json>>| {
            while let Some(inclusion) = inclusions.next_if(|it| it.definitions_before <= definitions) {
                let included = self.module_name(inclusion.included);
                contents[inclusion.module.0 as usize].push(json!(format!("include {included}")));
            }
        };
        let mut definitions = 0;
        for &id in self.schema.definition_order() {
            let entity = self.schema.entity(id);
            if entity.span.is_some() {
                include_before(definitions, &mut contents);
            }
            contents[entity.module.0 as usize].push(json!(entity.name.as_str()));
            let is_implicit = matches!(id, EntityId::Type(id) if self.schema.type_of(id).implicit);
            definitions += usize::from(!is_implicit);
        }
        include_before(usize::MAX, &mut contents);
        let modules = self.schema.modules().iter().zip(contents);
        modules.map(|(module, entities)| json!({ "name": module.name, "entities": entities })).collect()
    }

    fn pragma(&self) -> Json {
        let pragmas = &self.schema.pragmas;
        let names =
            |names: &crate::pragma::Names| names.iter().map(|name| json!(name.as_str())).collect::<Json>();
        let mut pragma = json!({
            "command-name-exceptions": names(&pragmas.command_name_exceptions),
            "command-returns-exceptions": names(&pragmas.command_returns_exceptions),
            "doc-required": pragmas.doc_required,
            "member-name-exceptions": names(&pragmas.member_name_exceptions),
        });
        // Older releases do not know this one.
        if self.schema.rules.modern_documentation || !pragmas.documentation_exceptions.is_empty() {
            pragma["documentation-exceptions"] = names(&pragmas.documentation_exceptions);
        }
        pragma
    }

    /// File and line of the beginning of a span.
    fn place(&self, span: Option<Span>) -> Json {
        let Some(span) = span else { return Json::Null };
        let source = self.schema.sources().get(span.source);
        json!({ "file": self.folder.name(source.path()), "line": source.line(span.start) })
    }

    fn entity(&self, id: EntityId) -> Map<String, Json> {
        let entity = self.schema.entity(id);
        let mut facts = Map::new();
        let mut set = |key: &str, value: Json| facts.insert(key.to_owned(), value);
        set("name", json!(entity.name.as_str()));
        set("module", json!(self.module_name(entity.module)));
        set("loc", self.place(entity.span));
        set("if", condition(entity.condition.as_deref()));
        set("features", features(&entity.features));
        set("implicit", json!(false));
        set("doc", self.documentation(id, entity));
        match id {
            EntityId::Command(index) => self.command(&self.schema.commands()[index as usize], &mut facts),
            EntityId::Event(index) => self.event(&self.schema.events()[index as usize], &mut facts),
            EntityId::Type(id) => self.type_facts(id, &mut facts),
        }
        facts
    }

    fn command(&self, command: &Command, facts: &mut Map<String, Json>) {
        let flags = command.flags;
        let flags = json!({
            "boxed": flags.boxed,
            "gen": flags.generated,
            "success-response": flags.success_response,
            "allow-oob": flags.allow_oob,
            "allow-preconfig": flags.allow_preconfig,
            "coroutine": flags.coroutine,
        });
        facts.insert("meta".to_owned(), json!("command"));
        facts.insert("arg-type".to_owned(), self.optional_type(command.arguments));
        facts.insert("ret-type".to_owned(), self.optional_type(command.returns));
        facts.insert("flags".to_owned(), flags);
    }

    fn event(&self, event: &Event, facts: &mut Map<String, Json>) {
        facts.insert("meta".to_owned(), json!("event"));
        facts.insert("arg-type".to_owned(), self.optional_type(event.data));
        facts.insert("flags".to_owned(), json!({ "boxed": event.boxed }));
    }

    fn type_facts(&self, id: TypeId, facts: &mut Map<String, Json>) {
        let type_ = self.schema.type_of(id);
        let mut set = |key: &str, value: Json| facts.insert(key.to_owned(), value);
        set("implicit", json!(type_.implicit));
        let (meta, json_type) = match &type_.kind {
            TypeKind::Builtin(builtin) => ("builtin", builtin_json_type(*builtin)),
            TypeKind::Enum(values) => {
                set("prefix", json!(values.prefix));
                set("values", values.values.iter().map(value).collect());
                ("enum", "string")
            }
            TypeKind::Array(element) => {
                set("element-type", self.type_name(*element));
                ("array", "array")
            }
            TypeKind::Alternate(alternate) => {
                let alternatives = alternate.alternatives.iter();
                set("alternatives", alternatives.map(|it| self.alternative(it)).collect());
                ("alternate", "value")
            }
            TypeKind::Object(object) => {
                self.object(id, object, &mut set);
                (if object.variants.is_some() { "union" } else { "struct" }, "object")
            }
        };
        set("meta", json!(meta));
        set("json-type", json!(json_type));
    }

    fn object(&self, id: TypeId, object: &Object, set: &mut impl FnMut(&str, Json) -> Option<Json>) {
        let defined = |it: &Member| {
            let mut member = self.member(it);
            member["defined-in"] = self.type_name(it.defined_in);
            member
        };
        set("base", self.optional_type(object.base));
        set("local-members", object.local_members.iter().map(|it| self.member(it)).collect());
        set("all-members", self.schema.members(id).into_iter().map(defined).collect());
        set("tag", json!(object.variants.as_ref().map(|variants| variants.tag.as_str())));
        let branches = || self.schema.branches(id).iter().map(|it| self.branch(it)).collect::<Json>();
        set("variants", object.variants.as_ref().map_or(Json::Null, |_| branches()));
    }

    fn member(&self, member: &Member) -> Json {
        json!({
            "name": member.name.as_str(),
            "type": self.type_name(member.type_id),
            "optional": member.optional,
            "if": condition(member.condition.as_deref()),
            "features": features(&member.features),
        })
    }

    fn branch(&self, branch: &Branch) -> Json {
        json!({
            "case": branch.name.as_str(),
            "type": self.type_name(branch.type_id),
            "if": condition(branch.condition.as_deref()),
            "explicit": branch.explicit,
        })
    }

    fn alternative(&self, alternative: &Alternative) -> Json {
        json!({
            "name": alternative.name.as_str(),
            "type": self.type_name(alternative.type_id),
            "if": condition(alternative.condition.as_deref()),
            "qtype": qtype(alternative.json_type),
        })
    }

    fn type_name(&self, id: TypeId) -> Json {
        json!(self.schema.type_of(id).entity.name.as_str())
    }

    fn optional_type(&self, id: Option<TypeId>) -> Json {
        id.map_or(Json::Null, |id| self.type_name(id))
    }

    fn documentation(&self, id: EntityId, entity: &Entity) -> Json {
        let Some(comment) = entity.comment() else { return Json::Null };
        let mut args = Vec::new();
        let mut described = BTreeSet::new();
        let mut features = Vec::new();
        let mut sections = Vec::new();
        for section in &comment.sections {
            match &section.kind {
                SectionKind::Body => {}
                SectionKind::Member(symbol) => {
                    let name = symbol.name.as_str();
                    let since = entity.member_since(name);
                    described.insert(name);
                    args.push(
                        json!({ "name": name, "text": section.text, "stub": false, "since-inline": since }),
                    );
                }
                SectionKind::Feature(symbol) => {
                    features.push(json!({ "name": symbol.name.as_str(), "text": section.text }));
                }
                kind => sections.push(json!({ "kind": kind_name(kind), "text": section.text })),
            }
        }
        let stubs = documented_parts(self.schema, id);
        let stubs = stubs.iter().filter(|part| !described.contains(part.name));
        args.extend(
            stubs.map(|part| json!({ "name": part.name, "text": "", "stub": true, "since-inline": null })),
        );
        let first = |kind| comment.sections.iter().find(|section| section.kind == kind);
        let first = |kind| first(kind).map(|section| &*section.text);
        json!({
            "symbol": comment.symbol.as_ref().map(|symbol| symbol.name.as_str()),
            "loc": self.place(Some(comment.span)),
            "body": body(comment),
            "args": args,
            "features": features,
            "sections": sections,
            "returns": first(SectionKind::Returns),
            "errors": first(SectionKind::Errors),
            "since": first(SectionKind::Since),
        })
    }
}

fn body(comment: &DocComment) -> &str {
    let body = comment.sections.iter().find(|section| section.kind == SectionKind::Body);
    body.map_or("", |section| &section.text)
}

/// What QEMU's own front end calls a kind of section.
fn kind_name(kind: &SectionKind) -> &'static str {
    match kind {
        SectionKind::Returns => "Returns",
        SectionKind::Errors => "Errors",
        SectionKind::Since => "Since",
        SectionKind::Todo => "Todo",
        SectionKind::Note => "Note",
        SectionKind::Notes => "Notes",
        SectionKind::Example => "Example",
        SectionKind::Examples => "Examples",
        SectionKind::Plain | SectionKind::Body => "Plain",
        SectionKind::Member(_) => "Member",
        SectionKind::Feature(_) => "Feature",
    }
}

fn value(value: &Value) -> Json {
    json!({
        "name": value.name.as_str(),
        "if": condition(value.condition.as_deref()),
        "features": features(&value.features),
    })
}

fn features(features: &[Feature]) -> Json {
    let feature =
        |it: &Feature| json!({ "name": it.name.as_str(), "if": condition(it.condition.as_deref()) });
    features.iter().map(feature).collect()
}

fn condition(when: Option<&Condition>) -> Json {
    let list = |parts: &[Condition]| parts.iter().map(|part| condition(Some(part))).collect::<Json>();
    match when {
        None => Json::Null,
        Some(Condition::Symbol(symbol)) => json!(symbol.as_str()),
        Some(Condition::All(parts)) => json!({ "all": list(parts) }),
        Some(Condition::Any(parts)) => json!({ "any": list(parts) }),
        Some(Condition::Not(part)) => json!({ "not": condition(Some(part)) }),
    }
}

fn builtin_json_type(builtin: Builtin) -> &'static str {
    match builtin {
        Builtin::Str => "string",
        Builtin::Number => "number",
        Builtin::Bool => "boolean",
        Builtin::Any => "value",
        Builtin::Null => "null",
        _ => "int",
    }
}

fn qtype(json_type: JsonType) -> &'static str {
    match json_type {
        JsonType::String => "QTYPE_QSTRING",
        JsonType::Number => "QTYPE_QNUM",
        JsonType::Bool => "QTYPE_QBOOL",
        JsonType::Object => "QTYPE_QDICT",
        JsonType::Array => "QTYPE_QLIST",
        JsonType::Null => "QTYPE_QNULL",
    }
}
