//! Unions.

/// JSON for a union: an enum with [`json_branches!`](crate::json_branches), or a struct whose tag field is such an enum. The tag
/// may have a value that is meant where it is absent: `"kind" (or "plain")`.
#[macro_export]
macro_rules! json_union {
    ($type:ident, $tag:literal $((or $default:literal))?) => {
        impl $crate::json::FromMembers for $type {
            #[inline]
            fn from_members(members: &mut $crate::json::Members<'_, '_>) -> Result<Self, $crate::json::Error> {
                let tag = $crate::json_tag_read!(members, $tag $(, $default)?);
                $crate::json::Branches::from_branch(&tag, members)
            }
        }

        impl $crate::json::ToMembers for $type {
            #[inline]
            fn to_members(&self, object: &mut $crate::json::ObjectWriter<'_>) {
                object.member($tag, $crate::json::Branches::tag(self));
                $crate::json::Branches::branch_to_members(self, object);
            }
        }

        $crate::impl_serde!($type);
    };
    ($type:ident { tag $tag:literal $((or $default:literal))? => $branches:ident $(, $presence:ident $name:literal => $field:ident)* $(,)? }) => {
        impl $crate::json::FromMembers for $type {
            #[inline]
            fn from_members(members: &mut $crate::json::Members<'_, '_>) -> Result<Self, $crate::json::Error> {
                let tag = $crate::json_tag_read!(members, $tag $(, $default)?);
                Ok(Self {
                    $($field: $crate::json_read!($presence members $name),)*
                    // Last, for a branch that is not known takes what is left.
                    $branches: $crate::json::Branches::from_branch(&tag, members)?,
                })
            }
        }

        impl $crate::json::ToMembers for $type {
            #[inline]
            fn to_members(&self, object: &mut $crate::json::ObjectWriter<'_>) {
                object.member($tag, $crate::json::Branches::tag(&self.$branches));
                $(object.$presence($name, &self.$field);)*
                $crate::json::Branches::branch_to_members(&self.$branches, object);
            }
        }

        $crate::impl_serde!($type);
    };
}

/// The branches of a union: the tag's values, each with its variant, which is `(_)` where it has members.
#[macro_export]
macro_rules! json_branches {
    ($type:ident { $($value:literal => $variant:ident $(($data:tt))?),* $(,)? }) => {
        impl $crate::json::Branches for $type {
            #[inline]
            fn from_branch(
                tag: &str,
                members: &mut $crate::json::Members<'_, '_>,
            ) -> Result<Self, $crate::json::Error> {
                match tag {
                    $($value => $crate::json_branch_read!(members, $variant $(($data))?),)*
                    _ => {
                        let branch = |members| $crate::UnrecognizedBranch { tag: tag.into(), members };
                        members.rest().map(branch).map(Self::Unrecognized)
                    }
                }
            }

            fn tag(&self) -> &str {
                match self {
                    $(Self::$variant { .. } => $value,)*
                    Self::Unrecognized(branch) => &branch.tag,
                }
            }

            #[inline]
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

/// Reads the tag.
#[doc(hidden)]
#[macro_export]
macro_rules! json_tag_read {
    ($members:ident, $tag:literal) => {
        $members.tag($tag)?
    };
    ($members:ident, $tag:literal, $default:literal) => {
        $members.tag_or($tag, $default)?
    };
}

/// Reads one branch.
#[doc(hidden)]
#[macro_export]
macro_rules! json_branch_read {
    ($members:ident, $variant:ident) => {
        Ok(Self::$variant)
    };
    ($members:ident, $variant:ident ($data:tt)) => {
        $crate::json::FromMembers::from_members($members).map(Self::$variant)
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
