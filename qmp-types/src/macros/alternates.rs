//! Alternates.

/// JSON for an alternate: the JSON types it accepts, each with its variant.
#[macro_export]
macro_rules! json_alternate {
    ($type:ident, $expected:literal { $($kind:ident => $variant:ident $(($data:tt))?),* $(,)? }) => {
        impl $crate::json::FromJson for $type {
            #[inline]
            fn from_json(reader: &mut $crate::json::Reader<'_>) -> Result<Self, $crate::json::Error> {
                match reader.kind()? {
                    $($crate::json::Kind::$kind => $crate::json_alternative_read!(reader, $variant $(($data))?),)*
                    _ => Err(reader.unexpected($expected)),
                }
            }
        }

        impl $crate::json::ToJson for $type {
            #[inline]
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
