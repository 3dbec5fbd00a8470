//! What a change means on the wire, for what is sent and for what is received
//! (`docs/devel/qapi-code-gen.rst`, section *Compatibility considerations*).

use super::change::Assessment;
use super::code::Code;

/// What a change means on the wire, by the direction of what it is in. `None` where it cannot be seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Effect {
    /// In what clients send.
    pub(super) sent: Option<Assessment>,
    /// In what clients receive.
    pub(super) received: Option<Assessment>,
}

impl Effect {
    const fn of(sent: Assessment, received: Assessment) -> Self {
        Self { sent: Some(sent), received: Some(received) }
    }

    /// The same in both directions.
    const fn both(assessment: Assessment) -> Self {
        Self::of(assessment, assessment)
    }

    /// The worse of two, in each direction.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            sent: Assessment::worse(self.sent, other.sent),
            received: Assessment::worse(self.received, other.received),
        }
    }

    /// What a change of types means, told without the details.
    pub(super) fn of_type_change(self) -> Self {
        use super::Severity::{Additive, Breaking, Warning};
        let told = |assessment: Option<Assessment>, [additive, warning, breaking]: [&'static str; 3]| {
            assessment.map(|it| match it.severity {
                Additive => Assessment::additive(additive),
                Warning => Assessment::warning(warning),
                Breaking => Assessment::breaking(breaking),
            })
        };
        Self { sent: told(self.sent, SENT), received: told(self.received, RECEIVED) }
    }
}

const SENT: [&str; 3] = [
    "what was accepted still is",
    "what was accepted still is, as long as no part of it is left out of the build or withdrawn",
    "what was accepted may be refused",
];

const RECEIVED: [&str; 3] = [
    "what comes can be read as before",
    "values may come that did not, or others stay away",
    "what comes may not be readable as before",
];

/// All that was possible still is, and more.
pub(super) const WIDER: Effect =
    Effect::of(Assessment::additive(SENT[0]), Assessment::warning("values may come that did not"));

/// Some of what was possible is not any more.
pub(super) const NARROWER: Effect =
    Effect::of(Assessment::breaking(SENT[2]), Assessment::additive(RECEIVED[0]));

/// Some of what was possible is not any more, and something else is.
pub(super) const SHIFTED: Effect =
    Effect::of(Assessment::breaking(SENT[2]), Assessment::warning("values may come that did not"));

/// Values may be of another JSON type too.
pub(super) const MORE_FORMS: Effect =
    Effect::of(Assessment::additive(SENT[0]), Assessment::breaking("values of another JSON type may come"));

/// Values are of another JSON type.
pub(super) const OTHER_FORM: Effect = Effect::both(Assessment::breaking("its JSON has another form"));

/// What a change of a kind means. Changes of types depend on the types, and changes that the bindings alone show mean nothing.
pub(super) fn effect(code: Code) -> Effect {
    let additive = Assessment::additive;
    let warning = Assessment::warning;
    let breaking = Assessment::breaking;
    match code {
        Code::CommandAdded | Code::EventAdded => {
            Effect::both(additive("clients that do not know it go on as before"))
        }
        Code::CommandRemoved => Effect::both(breaking("the command is not found")),
        Code::EventRemoved => Effect::both(breaking("who waits for it waits in vain")),
        Code::OptionalMemberAdded => Effect::of(
            additive("clients that do not know it leave it out"),
            additive("clients pass over members that they do not know"),
        ),
        Code::MandatoryMemberAdded => Effect::of(
            breaking("clients that do not know it leave it out, and are refused"),
            additive("clients pass over members that they do not know"),
        ),
        Code::OptionalMemberRemoved => Effect::of(
            breaking("clients that send it are refused"),
            warning("it could be absent before, and always is now"),
        ),
        Code::MandatoryMemberRemoved => Effect::of(
            breaking("clients that send it are refused, and all do"),
            breaking("clients rely on it being there"),
        ),
        Code::MemberMadeOptional => {
            Effect::of(additive("clients still may send it"), breaking("clients rely on it being there"))
        }
        Code::MemberMadeMandatory => Effect::of(
            breaking("clients that leave it out are refused"),
            additive("clients know that it may be there"),
        ),
        Code::EnumValueAdded => Effect::of(
            additive("clients that do not know it do not send it"),
            warning("a value may come that clients do not know"),
        ),
        Code::EnumValueRemoved => Effect::of(
            breaking("clients that send it are refused"),
            warning("clients may wait for a value that does not come"),
        ),
        Code::BranchAdded => Effect::of(
            additive("clients that do not know it do not send it"),
            warning("a branch may come that clients do not know"),
        ),
        Code::BranchRemoved => Effect::of(
            breaking("clients that send it are refused"),
            warning("clients may wait for a branch that does not come"),
        ),
        Code::TagChanged => Effect::both(breaking("another member selects the branch")),
        Code::AlternativeAdded => MORE_FORMS,
        Code::AlternativeRemoved => NARROWER,
        Code::OobAllowed | Code::PreconfigAllowed | Code::ArgumentsOpened => {
            Effect::both(additive("clients need not make use of it"))
        }
        Code::OobForbidden => Effect::both(breaking("it is refused out-of-band")),
        Code::PreconfigForbidden => Effect::both(breaking("it is refused before the machine is configured")),
        Code::SuccessResponseAdded => Effect::both(warning("a reply comes that clients do not wait for")),
        Code::SuccessResponseRemoved => Effect::both(breaking("clients wait for a reply that does not come")),
        Code::ArgumentsClosed => Effect::both(breaking("arguments that were accepted are refused")),
        Code::Deprecated => Effect::both(warning("it may be withdrawn in a later release")),
        Code::Destabilized => Effect::both(warning("it may change or be withdrawn in any release")),
        Code::Undeprecated | Code::Stabilized => Effect::both(additive("it is there to stay")),
        Code::FeatureAdded => Effect::both(additive("clients that do not look for it go on as before")),
        Code::FeatureRemoved => Effect::both(warning("clients that look for it do not find it")),
        Code::ConditionAdded => Effect::both(warning("servers may be built without it")),
        Code::ConditionChanged => {
            Effect::both(warning("servers may be built without it that were built with it"))
        }
        Code::ConditionRemoved | Code::ConditionWidened => {
            Effect::both(additive("no server is built without it that was built with it"))
        }
        Code::CommandMoved
        | Code::TypeAdded
        | Code::TypeRemoved
        | Code::MemberPresenceChanged
        | Code::AlternativeRenamed
        | Code::TypeKindChanged
        | Code::StructBecameUnion
        | Code::UnionBecameStruct
        | Code::MemberTypeChanged
        | Code::ArgumentsTypeChanged
        | Code::DataTypeChanged
        | Code::ReturnTypeChanged
        | Code::BranchTypeChanged
        | Code::AlternativeTypeChanged => Effect::default(),
    }
}
