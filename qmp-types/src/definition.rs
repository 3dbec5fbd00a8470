//! What commands and events have in common: a server's schema lists both by name.

use crate::Command;

/// A command or an event, for who asks a server which of them it has.
///
/// Every [`Command`] is one. An event says so itself, for no trait can be implemented for all commands and for all events; the
/// generated ones do.
///
/// ```
/// use qmp_types::qmp::{commands, events};
/// use qmp_types::{Defined, Definition};
///
/// assert_eq!(commands::DeviceDel::DEFINITION, Definition::Command("device_del"));
/// assert_eq!(events::DeviceDeleted::DEFINITION, Definition::Event("DEVICE_DELETED"));
/// ```
#[diagnostic::on_unimplemented(message = "`{Self}` is neither a command nor an event")]
pub trait Defined {
    /// Which of both, and its name.
    const DEFINITION: Definition;
}

/// What a server's schema lists by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Definition {
    /// A command, by its name on the wire.
    Command(&'static str),
    /// An event, by its name on the wire.
    Event(&'static str),
}

impl<C: Command> Defined for C {
    const DEFINITION: Definition = Definition::Command(C::NAME);
}
