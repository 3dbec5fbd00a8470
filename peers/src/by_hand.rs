//! The types of `query-qmp-schema` with serde's derives, as one writes them for a single command: closed enums, no member
//! that a client has no use for.

#![allow(missing_docs, reason = "QEMU documents them, under the same names")]

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "meta-type", rename_all = "kebab-case", rename_all_fields = "kebab-case")]
pub enum SchemaInfo {
    Builtin {
        name: String,
        json_type: JsonType,
    },
    Enum {
        name: String,
        members: Vec<EnumMember>,
        values: Vec<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        features: Vec<String>,
    },
    Array {
        name: String,
        element_type: String,
    },
    Object {
        name: String,
        members: Vec<ObjectMember>,
        #[serde(skip_serializing_if = "Option::is_none")]
        tag: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        variants: Vec<ObjectVariant>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        features: Vec<String>,
    },
    Alternate {
        name: String,
        members: Vec<AlternateMember>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        features: Vec<String>,
    },
    Command {
        name: String,
        arg_type: String,
        ret_type: String,
        #[serde(default)]
        allow_oob: bool,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        features: Vec<String>,
    },
    Event {
        name: String,
        arg_type: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        features: Vec<String>,
    },
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JsonType {
    String,
    Number,
    Int,
    Boolean,
    Null,
    Object,
    Array,
    Value,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EnumMember {
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ObjectMember {
    pub name: String,
    pub r#type: String,
    /// Present for an optional member; always `null` so far.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ObjectVariant {
    pub case: String,
    pub r#type: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AlternateMember {
    pub r#type: String,
}
