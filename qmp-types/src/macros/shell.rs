//! What follows from the traits that a type implements.

/// serde's traits for a type with [`FromJson`](crate::json::FromJson) and [`ToJson`](crate::json::ToJson).
#[doc(hidden)]
#[macro_export]
macro_rules! impl_serde {
    ($({$($generics:tt)*})? $type:ty) => {
        impl $(<$($generics)*>)? $crate::serde::Serialize for $type {
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::json::serialize(self, serializer)
            }
        }

        impl<'de $(, $($generics)*)?> $crate::serde::Deserialize<'de> for $type {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::json::deserialize(deserializer)
            }
        }
    };
}
