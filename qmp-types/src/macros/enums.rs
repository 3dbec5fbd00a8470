//! Enums.

/// Text for an open enum: each variant with its value, and `Unrecognized` for all others.
#[macro_export]
macro_rules! json_enum {
    ($type:ident { $($value:literal => $variant:ident),* $(,)? }) => {
        impl $type {
            /// The values that these bindings know, in the order of the schema.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),*];

            /// The value as it stands on the wire.
            #[must_use]
            #[inline]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $value,)*
                    Self::Unrecognized(value) => value,
                }
            }
        }

        impl From<&str> for $type {
            #[inline]
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
            #[inline]
            fn from_str(value: &str) -> Result<Self, std::convert::Infallible> {
                Ok(Self::from(value))
            }
        }

        // Not derived: this is less for the compiler to do, and a value is the same whether or not these bindings
        // know it.
        impl PartialEq for $type {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl Eq for $type {}

        impl PartialOrd for $type {
            #[inline]
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $type {
            #[inline]
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                self.as_str().cmp(other.as_str())
            }
        }

        impl std::hash::Hash for $type {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl std::fmt::Display for $type {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl $crate::json::FromJson for $type {
            #[inline]
            fn from_json(reader: &mut $crate::json::Reader<'_>) -> Result<Self, $crate::json::Error> {
                Ok(Self::from(&*reader.string()?))
            }
        }

        impl $crate::json::ToJson for $type {
            #[inline]
            fn to_json(&self, writer: &mut $crate::json::Writer) {
                self.as_str().to_json(writer);
            }
        }

        $crate::impl_serde!($type);
    };
}
