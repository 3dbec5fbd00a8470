//! The types of the mock's objects.

use qmp_types::metadata::TypeKind;
use qmp_types::qmp::SCHEMA;
use qmp_types::qmp::types::ObjectTypeInfo;
use serde_json::Value;

/// The names and types of properties.
pub(super) type Properties = &'static [(&'static str, &'static str)];

/// A device model: its name and its properties.
pub(super) type Model = (&'static str, Properties);

pub(super) const MACHINE: &str = "mock-machine";
pub(super) const CONTAINER: &str = "container";
pub(super) const CHARDEV: &str = "chardev-socket";

/// What can be set of the machine.
pub(super) const SETTINGS: Properties = &[("graphics", "bool"), ("max-fw-size", "size")];

pub(super) const MODELS: [Model; 3] = [
    (
        "virtio-blk-pci",
        &[
            ("addr", "str"),
            ("bootindex", "int32"),
            ("drive", "str"),
            ("num-queues", "uint16"),
            ("share-rw", "bool"),
        ],
    ),
    (
        "virtio-net-pci",
        &[("addr", "str"), ("mac", "str"), ("mq", "bool"), ("netdev", "str"), ("vectors", "uint32")],
    ),
    ("pvpanic", &[("events", "uint8"), ("ioport", "uint16")]),
];

/// Types and their parents, but for device models and what users make.
const TYPES: [(&str, &str); 5] = [
    (CHARDEV, "chardev"),
    (CONTAINER, "object"),
    ("device", "object"),
    ("machine", "object"),
    (MACHINE, "machine"),
];

/// Those of [`TYPES`] of which there are no objects.
const ABSTRACT: [&str; 2] = ["device", "machine"];

/// The interface of objects that `object-add` makes.
const USER_CREATABLE: &str = "user-creatable";

/// All types.
pub(super) fn types() -> impl Iterator<Item = ObjectTypeInfo> {
    let fixed = TYPES.iter().map(|(name, parent)| {
        let info = ObjectTypeInfo::new(*name).parent(*parent);
        if ABSTRACT.contains(name) { info.r#abstract(true) } else { info }
    });
    let models = MODELS.iter().map(|(name, _)| ObjectTypeInfo::new(*name).parent("device"));
    let made = made().map(|name| ObjectTypeInfo::new(name).parent("object"));
    fixed.chain(models).chain(made)
}

/// The types of objects that users make.
fn made() -> impl Iterator<Item = &'static str> {
    let values = match SCHEMA.type_named("ObjectType").map(|type_| type_.kind) {
        Some(TypeKind::Enum(values)) => values,
        _ => &[],
    };
    values.iter().map(|value| value.name)
}

/// Whether a type is another one, or is derived from it.
pub(super) fn is_a(type_: &ObjectTypeInfo, other: &str) -> bool {
    let parent = type_.parent.as_deref();
    // No type is further from `object` than that.
    type_.name == other
        || parent == Some(other)
        || other == "object"
        || (other == USER_CREATABLE && made().any(|name| name == type_.name))
}

/// What a property is if nobody sets it.
pub(super) fn default(type_name: &str) -> Value {
    match type_name {
        "bool" => false.into(),
        "str" => "".into(),
        _ => 0.into(),
    }
}
