//! Structs.

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
            #[inline]
            fn from_members(_: &mut $crate::json::Members<'_, '_>) -> Result<Self, $crate::json::Error> {
                Ok(Self {})
            }
        }

        impl $crate::json::ToMembers for $type {
            #[inline]
            fn to_members(&self, _: &mut $crate::json::ObjectWriter<'_>) {}
        }

        $crate::impl_serde!($type);
    };
    ($type:ident { $($presence:ident $name:literal => $field:ident),* $(,)? }) => {
        impl $crate::json::FromMembers for $type {
            #[inline]
            fn from_members(members: &mut $crate::json::Members<'_, '_>) -> Result<Self, $crate::json::Error> {
                Ok(Self { $($field: $crate::json_read!($presence members $name),)* })
            }
        }

        impl $crate::json::ToMembers for $type {
            #[inline]
            fn to_members(&self, object: &mut $crate::json::ObjectWriter<'_>) {
                $(object.$presence($name, &self.$field);)*
            }
        }

        $crate::impl_serde!($type);
    };
    ($type:ident { $($presence:ident $name:literal => $field:ident,)* ..$rest:ident }) => {
        impl $crate::json::FromMembers for $type {
            #[inline]
            fn from_members(members: &mut $crate::json::Members<'_, '_>) -> Result<Self, $crate::json::Error> {
                Ok(Self { $($field: $crate::json_read!($presence members $name),)* $rest: members.rest()? })
            }
        }

        impl $crate::json::ToMembers for $type {
            #[inline]
            fn to_members(&self, object: &mut $crate::json::ObjectWriter<'_>) {
                $(object.$presence($name, &self.$field);)*
                // A member may stand in an object once.
                let known: &[&str] = &[$($name),*];
                for (name, value) in self.$rest.iter().filter(|(name, _)| !known.contains(&name.as_str())) {
                    object.member(name, value);
                }
            }
        }

        $crate::impl_serde!($type);
    };
}

/// Reads a field.
#[doc(hidden)]
#[macro_export]
macro_rules! json_read {
    (required $members:ident $name:literal) => {
        $members.required($name)?
    };
    (optional $members:ident $name:literal) => {
        $members.optional($name)
    };
}

/// JSON for a struct that is another type in all but name: a boxed command or event.
#[macro_export]
macro_rules! json_newtype {
    ($type:ident) => {
        impl $crate::json::FromMembers for $type {
            #[inline]
            fn from_members(
                members: &mut $crate::json::Members<'_, '_>,
            ) -> Result<Self, $crate::json::Error> {
                $crate::json::FromMembers::from_members(members).map(Self)
            }
        }

        impl $crate::json::ToMembers for $type {
            #[inline]
            fn to_members(&self, object: &mut $crate::json::ObjectWriter<'_>) {
                self.0.to_members(object);
            }
        }

        $crate::impl_serde!($type);
    };
}
