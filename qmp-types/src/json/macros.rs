//! What the generated code says about a type in order to read and write it.

/// serde's traits for a type with [`FromJson`](crate::json::FromJson) and [`ToJson`](crate::json::ToJson).
#[doc(hidden)]
#[macro_export]
macro_rules! impl_serde {
    ($type:ty) => {
        impl $crate::serde::Serialize for $type {
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::json::serialize(self, serializer)
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $type {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::json::deserialize(deserializer)
            }
        }
    };
}

/// Everything that follows from [`FromMembers`](crate::json::FromMembers) and
/// [`ToMembers`](crate::json::ToMembers).
#[doc(hidden)]
#[macro_export]
macro_rules! impl_object {
    ($type:ty) => {
        impl $crate::json::FromJson for $type {
            fn from_json(reader: &mut $crate::json::Reader<'_>) -> Result<Self, $crate::json::Error> {
                reader.object(<Self as $crate::json::FromMembers>::from_members)
            }
        }

        impl $crate::json::ToJson for $type {
            fn to_json(&self, writer: &mut $crate::json::Writer) {
                writer.members_of(self);
            }
        }

        $crate::impl_serde!($type);
    };
}

/// JSON for a struct: each field with the name of its member.
///
/// ```
/// use qmp_types::{json, json_struct};
///
/// #[derive(Debug, PartialEq)]
/// struct Greeting {
///     text: String,
///     language: Option<String>,
/// }
/// json_struct!(Greeting { required "text" => text, optional "x-language" => language });
///
/// let greeting: Greeting = json::from_str(r#"{"text": "hello", "unknown": 1}"#)?;
/// assert_eq!(greeting, Greeting { text: "hello".into(), language: None });
/// assert_eq!(json::to_string(&greeting), r#"{"text":"hello"}"#);
/// # Ok::<(), json::Error>(())
/// ```
///
/// A last `..field` takes the members that the type does not know; without it they are ignored.
#[macro_export]
macro_rules! json_struct {
    ($type:ident {}) => {
        impl $crate::json::FromMembers for $type {
            fn from_members(members: &mut $crate::json::Members<'_, '_>) -> Result<Self, $crate::json::Error> {
                members.ignore()?;
                Ok(Self {})
            }
        }

        impl $crate::json::ToMembers for $type {
            fn to_members(&self, _: &mut $crate::json::ObjectWriter<'_>) {}
        }

        $crate::impl_object!($type);
    };
    ($type:ident { $($presence:ident $name:literal => $field:ident),* $(,)? }) => {
        impl $crate::json::FromMembers for $type {
            fn from_members(members: &mut $crate::json::Members<'_, '_>) -> Result<Self, $crate::json::Error> {
                $(let mut $field = None;)*
                while let Some(name) = members.next_name()? {
                    match &*name {
                        $($name => members.fill(&mut $field, $name)?,)*
                        _ => members.other(&name)?,
                    }
                }
                Ok(Self { $($field: $crate::json_presence!($presence $field $name),)* })
            }
        }

        impl $crate::json::ToMembers for $type {
            fn to_members(&self, object: &mut $crate::json::ObjectWriter<'_>) {
                $($crate::json_write!($presence object $name, &self.$field);)*
            }
        }

        $crate::impl_object!($type);
    };
    ($type:ident { $($presence:ident $name:literal => $field:ident,)* ..$rest:ident }) => {
        impl $crate::json::FromMembers for $type {
            fn from_members(members: &mut $crate::json::Members<'_, '_>) -> Result<Self, $crate::json::Error> {
                $(let mut $field = None;)*
                let mut $rest = $crate::serde_json::Map::new();
                while let Some(name) = members.next_name()? {
                    match &*name {
                        $($name => members.fill(&mut $field, $name)?,)*
                        _ => members.other_into(name, &mut $rest)?,
                    }
                }
                Ok(Self { $($field: $crate::json_presence!($presence $field $name),)* $rest })
            }
        }

        impl $crate::json::ToMembers for $type {
            fn to_members(&self, object: &mut $crate::json::ObjectWriter<'_>) {
                $($crate::json_write!($presence object $name, &self.$field);)*
                // A member may stand in an object once.
                let known: &[&str] = &[$($name),*];
                for (name, value) in self.$rest.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
                    object.member(name, value);
                }
            }
        }

        $crate::impl_object!($type);
    };
}

/// The value of a field that was or was not read.
#[doc(hidden)]
#[macro_export]
macro_rules! json_presence {
    (required $field:ident $name:literal) => {
        $crate::json::required($field, $name)?
    };
    (optional $field:ident $name:literal) => {
        $field
    };
}

/// Writes a field.
#[doc(hidden)]
#[macro_export]
macro_rules! json_write {
    (required $object:ident $name:literal, $field:expr) => {
        $object.member($name, $field)
    };
    (optional $object:ident $name:literal, $field:expr) => {
        $object.optional($name, $field)
    };
}

/// JSON for a struct that is another type in all but name: a boxed command or event.
#[macro_export]
macro_rules! json_newtype {
    ($type:ident) => {
        impl $crate::json::FromMembers for $type {
            fn from_members(
                members: &mut $crate::json::Members<'_, '_>,
            ) -> Result<Self, $crate::json::Error> {
                $crate::json::FromMembers::from_members(members).map(Self)
            }
        }

        impl $crate::json::ToMembers for $type {
            fn to_members(&self, object: &mut $crate::json::ObjectWriter<'_>) {
                self.0.to_members(object);
            }
        }

        $crate::impl_object!($type);
    };
}

/// Text for an open enum: each variant with its value, and `Unrecognized` for all others.
#[macro_export]
macro_rules! json_enum {
    ($type:ident { $($value:literal => $variant:ident),* $(,)? }) => {
        impl $type {
            /// The values that these bindings know, in the order of the schema.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),*];

            /// The value as it stands on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Unrecognized(value) => value,
                }
            }
        }

        impl From<&str> for $type {
            fn from(value: &str) -> Self {
                match value {
                    $($value => Self::$variant,)*
                    _ => Self::Unrecognized(value.into()),
                }
            }
        }

        impl std::str::FromStr for $type {
            type Err = std::convert::Infallible;

            // Not `Self::Err`, which a variant may be called.
            fn from_str(value: &str) -> Result<Self, std::convert::Infallible> {
                Ok(Self::from(value))
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::json::FromJson for $type {
            fn from_json(reader: &mut $crate::json::Reader<'_>) -> Result<Self, $crate::json::Error> {
                Ok(Self::from(&*reader.string()?))
            }
        }

        impl $crate::json::ToJson for $type {
            fn to_json(&self, writer: &mut $crate::json::Writer) {
                self.as_str().to_json(writer);
            }
        }

        $crate::impl_serde!($type);
    };
}

/// JSON for a union: an enum with [`json_branches!`](crate::json_branches), or a struct whose tag field is such an enum.
#[macro_export]
macro_rules! json_union {
    ($type:ident, $tag:literal) => {
        impl $crate::json::FromMembers for $type {
            fn from_members(members: &mut $crate::json::Members<'_, '_>) -> Result<Self, $crate::json::Error> {
                let tag = members.tag($tag)?;
                let mut tag_again = None::<String>;
                members.branch(
                    &mut |name, reader| match name {
                        $tag => reader.fill(&mut tag_again, $tag).map(|()| true),
                        _ => Ok(false),
                    },
                    |members| $crate::json::Branches::from_branch(&tag, members),
                )
            }
        }

        impl $crate::json::ToMembers for $type {
            fn to_members(&self, object: &mut $crate::json::ObjectWriter<'_>) {
                object.member($tag, $crate::json::Branches::tag(self));
                $crate::json::Branches::branch_to_members(self, object);
            }
        }

        $crate::impl_object!($type);
    };
    ($type:ident { tag $tag:literal => $branches:ident $(, $presence:ident $name:literal => $field:ident)* $(,)? }) => {
        impl $crate::json::FromMembers for $type {
            fn from_members(members: &mut $crate::json::Members<'_, '_>) -> Result<Self, $crate::json::Error> {
                let tag = members.tag($tag)?;
                let mut tag_again = None::<String>;
                $(let mut $field = None;)*
                let $branches = members.branch(
                    &mut |name, reader| {
                        match name {
                            $tag => reader.fill(&mut tag_again, $tag)?,
                            $($name => reader.fill(&mut $field, $name)?,)*
                            _ => return Ok(false),
                        }
                        Ok(true)
                    },
                    |members| $crate::json::Branches::from_branch(&tag, members),
                )?;
                Ok(Self { $branches, $($field: $crate::json_presence!($presence $field $name),)* })
            }
        }

        impl $crate::json::ToMembers for $type {
            fn to_members(&self, object: &mut $crate::json::ObjectWriter<'_>) {
                object.member($tag, $crate::json::Branches::tag(&self.$branches));
                $($crate::json_write!($presence object $name, &self.$field);)*
                $crate::json::Branches::branch_to_members(&self.$branches, object);
            }
        }

        $crate::impl_object!($type);
    };
}

/// The branches of a union: the tag's values, each with its variant, which is `(_)` where it has members.
#[macro_export]
macro_rules! json_branches {
    ($type:ident { $($value:literal => $variant:ident $(($data:tt))?),* $(,)? }) => {
        impl $crate::json::Branches for $type {
            fn from_branch(
                tag: &str,
                members: &mut $crate::json::Members<'_, '_>,
            ) -> Result<Self, $crate::json::Error> {
                Ok(match tag {
                    $($value => $crate::json_branch_read!(members, $variant $(($data))?),)*
                    _ => Self::Unrecognized($crate::UnrecognizedBranch {
                        tag: tag.into(),
                        members: members.collect()?,
                    }),
                })
            }

            fn tag(&self) -> &str {
                match self {
                    $(Self::$variant { .. } => $value,)*
                    Self::Unrecognized(branch) => &branch.tag,
                }
            }

            fn branch_to_members(&self, object: &mut $crate::json::ObjectWriter<'_>) {
                match self {
                    $($crate::json_branch_pattern!(data, $variant $(($data))?) => {
                        $crate::json_branch_write!(object, data $(($data))?)
                    })*
                    Self::Unrecognized(branch) => {
                        for (name, value) in &branch.members {
                            object.member(name, value);
                        }
                    }
                }
            }
        }
    };
}

/// Reads one branch.
#[doc(hidden)]
#[macro_export]
macro_rules! json_branch_read {
    ($members:ident, $variant:ident) => {{
        $members.ignore()?;
        Self::$variant
    }};
    ($members:ident, $variant:ident ($data:tt)) => {
        Self::$variant($crate::json::FromMembers::from_members($members)?)
    };
}

/// The pattern of one branch.
#[doc(hidden)]
#[macro_export]
macro_rules! json_branch_pattern {
    ($binding:ident, $variant:ident) => {
        Self::$variant
    };
    ($binding:ident, $variant:ident ($data:tt)) => {
        Self::$variant($binding)
    };
}

/// Writes one branch.
#[doc(hidden)]
#[macro_export]
macro_rules! json_branch_write {
    ($object:ident, $binding:ident) => {
        ()
    };
    ($object:ident, $binding:ident ($data:tt)) => {
        $crate::json::ToMembers::to_members($binding, $object)
    };
}

/// JSON for an alternate: the JSON types it accepts, each with its variant.
#[macro_export]
macro_rules! json_alternate {
    ($type:ident, $expected:literal { $($kind:ident => $variant:ident $(($data:tt))?),* $(,)? }) => {
        impl $crate::json::FromJson for $type {
            fn from_json(reader: &mut $crate::json::Reader<'_>) -> Result<Self, $crate::json::Error> {
                match reader.kind()? {
                    $($crate::json::Kind::$kind => $crate::json_alternative_read!(reader, $variant $(($data))?),)*
                    _ => Err(reader.unexpected($expected)),
                }
            }
        }

        impl $crate::json::ToJson for $type {
            fn to_json(&self, writer: &mut $crate::json::Writer) {
                match self {
                    $($crate::json_branch_pattern!(value, $variant $(($data))?) => {
                        $crate::json_alternative_write!(writer, value $(($data))?);
                    })*
                }
            }
        }

        $crate::impl_serde!($type);
    };
}

/// Reads one alternative.
#[doc(hidden)]
#[macro_export]
macro_rules! json_alternative_read {
    ($reader:ident, $variant:ident) => {
        <$crate::json::Null as $crate::json::FromJson>::from_json($reader).map(|_| Self::$variant)
    };
    ($reader:ident, $variant:ident ($data:tt)) => {
        $crate::json::FromJson::from_json($reader).map(Self::$variant)
    };
}

/// Writes one alternative.
#[doc(hidden)]
#[macro_export]
macro_rules! json_alternative_write {
    ($writer:ident, $binding:ident) => {
        $crate::json::ToJson::to_json(&$crate::json::Null, $writer)
    };
    ($writer:ident, $binding:ident ($data:tt)) => {
        $crate::json::ToJson::to_json($binding, $writer)
    };
}

/// A set of commands: an enum with a variant for each, named as its type.
#[macro_export]
macro_rules! command_set {
    ($type:ident, $module:ident { $($variant:ident),* $(,)? }) => {
        impl $crate::CommandSet for $type {
            fn from_parts(name: &str, arguments: Option<&str>) -> Result<Self, $crate::json::Error> {
                let arguments = arguments.unwrap_or("{}");
                Ok(match name {
                    $(<$module::$variant as $crate::Command>::NAME => Self::$variant($crate::json::from_str(arguments)?),)*
                    _ => Self::Unrecognized($crate::UnrecognizedCommand {
                        name: name.into(),
                        arguments: $crate::json::from_str(arguments)?,
                    }),
                })
            }

            fn name(&self) -> &str {
                match self {
                    $(Self::$variant(_) => <$module::$variant as $crate::Command>::NAME,)*
                    Self::Unrecognized(command) => &command.name,
                }
            }
        }
    };
}

/// A set of events: an enum with a variant for each, named as its type.
#[macro_export]
macro_rules! event_set {
    ($type:ident, $module:ident { $($variant:ident),* $(,)? }) => {
        impl $crate::EventSet for $type {
            fn from_parts(name: &str, data: Option<&str>) -> Result<Self, $crate::json::Error> {
                let data = data.unwrap_or("{}");
                Ok(match name {
                    $(<$module::$variant as $crate::Event>::NAME => Self::$variant($crate::json::from_str(data)?),)*
                    _ => Self::Unrecognized($crate::UnrecognizedEvent {
                        name: name.into(),
                        data: $crate::json::from_str(data)?,
                    }),
                })
            }

            fn name(&self) -> &str {
                match self {
                    $(Self::$variant(_) => <$module::$variant as $crate::Event>::NAME,)*
                    Self::Unrecognized(event) => &event.name,
                }
            }
        }
    };
}
