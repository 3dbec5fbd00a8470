//! The kinds of changes.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! codes {
    ($($(#[$docs:meta])* $name:ident, $code:literal, $predicate:literal;)*) => {
        /// The kind of a change. Displayed, it is a word for programs, which stays the same from release to release.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$docs])* $name,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The word for programs.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)*
                }
            }

            /// What is said of what changed.
            pub(super) fn predicate(self) -> &'static str {
                match self {
                    $(Self::$name => $predicate,)*
                }
            }
        }
    };
}

codes! {
    /// A command is new.
    CommandAdded, "command-added", "is new";
    /// A command is gone.
    CommandRemoved, "command-removed", "is gone";
    /// A command is defined in another module.
    CommandMoved, "command-moved", "moved to another module";
    /// An event is new.
    EventAdded, "event-added", "is new";
    /// An event is gone.
    EventRemoved, "event-removed", "is gone";
    /// A type is new.
    TypeAdded, "type-added", "is new";
    /// A type is gone.
    TypeRemoved, "type-removed", "is gone";
    /// A type is of another kind: a struct became an enum, say.
    TypeKindChanged, "type-kind-changed", "became something else";
    /// A struct got branches.
    StructBecameUnion, "struct-became-union", "became a union";
    /// A union lost its branches.
    UnionBecameStruct, "union-became-struct", "became a struct";
    /// A member that may be absent is new.
    OptionalMemberAdded, "optional-member-added", "is new and optional";
    /// A member that must be there is new.
    MandatoryMemberAdded, "mandatory-member-added", "is new and mandatory";
    /// A member that could be absent is gone.
    OptionalMemberRemoved, "optional-member-removed", "is gone, and was optional";
    /// A member that had to be there is gone.
    MandatoryMemberRemoved, "mandatory-member-removed", "is gone, and was mandatory";
    /// A member may be absent now.
    MemberMadeOptional, "member-made-optional", "is optional now";
    /// A member must be there now.
    MemberMadeMandatory, "member-made-mandatory", "is mandatory now";
    /// A member has another type.
    MemberTypeChanged, "member-type-changed", "has another type";
    /// A member is as it was, but was always there for the bindings and is not any more, or the other way round: for
    /// example, its documentation names another release as its first.
    MemberPresenceChanged, "member-presence-changed", "is a field of another type in the bindings";
    /// A command takes another type as its arguments, and one of the two is a union.
    ArgumentsTypeChanged, "arguments-type-changed", "takes arguments of another type";
    /// An event carries another type, and one of the two is a union.
    DataTypeChanged, "data-type-changed", "carries data of another type";
    /// A command returns another type.
    ReturnTypeChanged, "return-type-changed", "is of another type";
    /// A value of an enum is new.
    EnumValueAdded, "enum-value-added", "is new";
    /// A value of an enum is gone.
    EnumValueRemoved, "enum-value-removed", "is gone";
    /// Another member selects the branch of a union.
    TagChanged, "tag-changed", "has another tag";
    /// A branch of a union is new.
    BranchAdded, "branch-added", "is new";
    /// A branch of a union is gone, and so is the value that selects it.
    BranchRemoved, "branch-removed", "is gone";
    /// A branch of a union has another type.
    BranchTypeChanged, "branch-type-changed", "has another type";
    /// An alternative is new.
    AlternativeAdded, "alternative-added", "is new";
    /// An alternative is gone.
    AlternativeRemoved, "alternative-removed", "is gone";
    /// An alternative has another name.
    AlternativeRenamed, "alternative-renamed", "has another name";
    /// An alternative has another type of the same form.
    AlternativeTypeChanged, "alternative-type-changed", "has another type";
    /// A command may run out-of-band.
    OobAllowed, "oob-allowed", "may run out-of-band now";
    /// A command may not run out-of-band any more.
    OobForbidden, "oob-forbidden", "may not run out-of-band any more";
    /// A command is available before the machine is configured.
    PreconfigAllowed, "preconfig-allowed", "is available before the machine is configured now";
    /// A command is not available before the machine is configured any more.
    PreconfigForbidden, "preconfig-forbidden", "is not available before the machine is configured any more";
    /// A command is answered on success.
    SuccessResponseAdded, "success-response-added", "is answered on success now";
    /// A command is not answered on success any more.
    SuccessResponseRemoved, "success-response-removed", "is not answered on success any more";
    /// A command takes arguments that the schema does not list.
    ArgumentsOpened, "arguments-opened", "takes arguments that the schema does not list now";
    /// A command does not take arguments any more that the schema does not list.
    ArgumentsClosed, "arguments-closed", "takes no arguments any more but those that the schema lists";
    /// Something is deprecated.
    Deprecated, "deprecated", "is new";
    /// Something is not deprecated any more.
    Undeprecated, "undeprecated", "is gone";
    /// Something is unstable.
    Destabilized, "destabilized", "is new";
    /// Something is not unstable any more.
    Stabilized, "stabilized", "is gone";
    /// Something has a new feature.
    FeatureAdded, "feature-added", "is new";
    /// Something lost a feature.
    FeatureRemoved, "feature-removed", "is gone";
    /// Something depends on the build configuration.
    ConditionAdded, "condition-added", "is conditional now";
    /// Something does not depend on the build configuration any more.
    ConditionRemoved, "condition-removed", "is not conditional any more";
    /// Something depends on the build configuration in another way, and is there wherever it was.
    ConditionWidened, "condition-widened", "is there in more builds";
    /// Something depends on the build configuration in another way, and may be missing where it was.
    ConditionChanged, "condition-changed", "has another condition";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
