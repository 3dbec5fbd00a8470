//! From what a server says of itself to the index.

use std::collections::HashMap;

use qmp_types::qmp::types::{
    SchemaInfo, SchemaInfoBranch, SchemaInfoEnumMember, SchemaInfoObject, SchemaInfoObjectMember,
};

use super::SchemaError;
use super::model::TypeId;
use super::store::{
    BranchEntry, CommandEntry, EventEntry, KindEntry, MemberEntry, ObjectEntry, Run, Store, Text, TypeEntry,
    ValueEntry, VariantsEntry,
};

/// First all types get their ids, for they come in any order and refer to each other; then each definition is taken in.
pub(super) fn build(infos: &[SchemaInfo]) -> Result<Store, SchemaError> {
    let mut builder = Builder { ids: number(infos)?, store: Store::default() };
    for info in infos {
        builder.add(info)?;
    }
    let mut store = builder.store;
    let text = std::mem::take(&mut store.text);
    let name = |name: Text| name.of(text.as_bytes());
    // By bytes, as `str` is ordered.
    store.commands.sort_by(|a, b| name(a.name).cmp(name(b.name)));
    store.events.sort_by(|a, b| name(a.name).cmp(name(b.name)));
    store.text = text;
    check_objects(&store)?;
    Ok(store)
}

/// The id of each type, `None` for commands and events, whose names none of them has.
fn number(infos: &[SchemaInfo]) -> Result<HashMap<&str, Option<TypeId>>, SchemaError> {
    let mut ids = HashMap::with_capacity(infos.len());
    let mut next = 0_u32;
    for info in infos {
        let id = match info.meta_type {
            SchemaInfoBranch::Command(_) | SchemaInfoBranch::Event(_) => None,
            _ => {
                let id = TypeId(next);
                next = next.checked_add(1).ok_or(SchemaError::TooLarge)?;
                Some(id)
            }
        };
        if ids.insert(&*info.name, id).is_some() {
            return Err(SchemaError::Duplicate { name: info.name.as_str().into() });
        }
    }
    Ok(ids)
}

struct Builder<'i> {
    ids: HashMap<&'i str, Option<TypeId>>,
    store: Store,
}

impl Builder<'_> {
    fn add(&mut self, info: &SchemaInfo) -> Result<(), SchemaError> {
        let user = info.name.as_str();
        let name = self.store.add_text(user)?;
        let features = self.features(info.features.as_deref())?;
        let kind = match &info.meta_type {
            SchemaInfoBranch::Command(command) => {
                let arguments = self.id(user, &command.arg_type)?;
                let returns = self.id(user, &command.ret_type)?;
                let allow_oob = command.allow_oob == Some(true);
                self.store.commands.push(CommandEntry { name, features, arguments, returns, allow_oob });
                return Ok(());
            }
            SchemaInfoBranch::Event(event) => {
                let data = self.id(user, &event.arg_type)?;
                self.store.events.push(EventEntry { name, features, data });
                return Ok(());
            }
            SchemaInfoBranch::Builtin(builtin) => KindEntry::Builtin(builtin.json_type.clone()),
            SchemaInfoBranch::Enum(it) => KindEntry::Enum(self.values(&it.members)?),
            SchemaInfoBranch::Array(it) => KindEntry::Array(self.id(user, &it.element_type)?),
            SchemaInfoBranch::Object(it) => KindEntry::Object(self.object(user, it)?),
            SchemaInfoBranch::Alternate(it) => {
                let start = self.store.choices.len();
                for member in &it.members {
                    let id = self.id(user, &member.r#type)?;
                    self.store.choices.push(id);
                }
                KindEntry::Alternate(Run::since(start, &self.store.choices)?)
            }
            other => KindEntry::Unrecognized(self.store.add_text(meta_type(other))?),
        };
        self.store.types.push(TypeEntry { name, features, kind });
        Ok(())
    }

    fn id(&self, user: &str, name: &str) -> Result<TypeId, SchemaError> {
        let id = self.ids.get(name).copied().flatten();
        id.ok_or_else(|| SchemaError::UnknownType { user: user.into(), name: name.into() })
    }

    fn features(&mut self, features: Option<&[String]>) -> Result<Run<Text>, SchemaError> {
        let start = self.store.features.len();
        for feature in features.unwrap_or_default() {
            let feature = self.store.add_text(feature)?;
            self.store.features.push(feature);
        }
        Run::since(start, &self.store.features)
    }

    fn values(&mut self, values: &[SchemaInfoEnumMember]) -> Result<Run<ValueEntry>, SchemaError> {
        let start = self.store.values.len();
        for value in values {
            let name = self.store.add_text(&value.name)?;
            let features = self.features(value.features.as_deref())?;
            self.store.values.push(ValueEntry { name, features });
        }
        Run::since(start, &self.store.values)
    }

    fn object(&mut self, user: &str, object: &SchemaInfoObject) -> Result<ObjectEntry, SchemaError> {
        let start = self.store.members.len();
        for member in &object.members {
            self.member(user, member)?;
        }
        let members = Run::since(start, &self.store.members)?;
        let branches = object.variants.as_deref().unwrap_or_default();
        let Some(tag) = &object.tag else {
            return match branches {
                [] => Ok(ObjectEntry { members, variants: None }),
                _ => Err(SchemaError::NoTag { name: user.into() }),
            };
        };
        let tag = object.members.iter().position(|member| member.name == *tag);
        let tag = tag.ok_or_else(|| SchemaError::NoTag { name: user.into() })?;
        let tag = u32::try_from(start + tag).map_err(|_| SchemaError::TooLarge)?;
        let start = self.store.branches.len();
        for branch in branches {
            let case = self.store.add_text(&branch.case)?;
            let data = self.id(user, &branch.r#type)?;
            self.store.branches.push(BranchEntry { case, data });
        }
        let branches = Run::since(start, &self.store.branches)?;
        Ok(ObjectEntry { members, variants: Some(VariantsEntry { tag, branches }) })
    }

    fn member(&mut self, user: &str, member: &SchemaInfoObjectMember) -> Result<(), SchemaError> {
        let name = self.store.add_text(&member.name)?;
        let member_type = self.id(user, &member.r#type)?;
        let features = self.features(member.features.as_deref())?;
        // There is a default, which can be nothing but null so far, where a member is optional.
        let is_optional = member.default.is_some();
        self.store.members.push(MemberEntry { name, member_type, is_optional, features });
        Ok(())
    }
}

/// What a definition says it is, if the bindings do not know it.
fn meta_type(branch: &SchemaInfoBranch) -> &str {
    match branch {
        SchemaInfoBranch::Unrecognized(branch) => &branch.tag,
        _ => "",
    }
}

/// What has to be an object type is one.
fn check_objects(store: &Store) -> Result<(), SchemaError> {
    let check = |user: Text, id: TypeId| {
        if store.object(id).is_some() {
            return Ok(());
        }
        let name = store.types.get(id.0 as usize).map_or("", |entry| store.text(entry.name));
        Err(SchemaError::NotAnObject { user: store.text(user).into(), name: name.into() })
    };
    store.commands.iter().try_for_each(|command| check(command.name, command.arguments))?;
    store.events.iter().try_for_each(|event| check(event.name, event.data))?;
    store.types.iter().try_for_each(|entry| match &entry.kind {
        KindEntry::Object(ObjectEntry { variants: Some(variants), .. }) => {
            variants.branches.of(&store.branches).iter().try_for_each(|branch| check(entry.name, branch.data))
        }
        _ => Ok(()),
    })
}
