//! Errors that a server answers with.

use std::fmt;

use crate::{json_enum, json_struct};

/// The class of a [`ServerError`].
///
/// The set is open: treat what you do not know as [`GenericError`](Self::GenericError).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum ErrorClass {
    /// No class of its own.
    GenericError,
    /// The server does not have the command, or not now.
    CommandNotFound,
    /// The device is not active.
    DeviceNotActive,
    /// There is no such device.
    DeviceNotFound,
    /// KVM lacks a capability.
    KvmMissingCap,
    /// A class that these bindings do not know.
    Unrecognized(Box<str>),
}

json_enum!(ErrorClass {
    "GenericError" => GenericError,
    "CommandNotFound" => CommandNotFound,
    "DeviceNotActive" => DeviceNotActive,
    "DeviceNotFound" => DeviceNotFound,
    "KVMMissingCap" => KvmMissingCap,
});

/// The server's answer to a command that failed (QEMU's `docs/interop/qmp-spec.rst`, section *Error*).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerError {
    /// What kind of error; the only part that a program may act on.
    pub class: ErrorClass,
    /// What happened, for humans. Text from the server: it displays with control characters escaped.
    pub desc: String,
}

json_struct!(ServerError { required "class" => class, required "desc" => desc });

impl ServerError {
    /// An error of a class.
    #[must_use]
    pub fn new(class: ErrorClass, desc: impl Into<String>) -> Self {
        Self { class, desc: desc.into() }
    }

    /// An error of no class of its own.
    #[must_use]
    pub fn generic(desc: impl Into<String>) -> Self {
        Self::new(ErrorClass::GenericError, desc)
    }

    /// The error that the server does not have a command.
    #[must_use]
    pub fn command_not_found(name: &str) -> Self {
        Self::new(ErrorClass::CommandNotFound, format!("The command {name} has not been found"))
    }
}

impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", EscapeControls(self.class.as_str()), EscapeControls(&self.desc))
    }
}

impl std::error::Error for ServerError {}

/// Displays text from outside so that a terminal takes none of it as a command.
struct EscapeControls<'a>(&'a str);

impl fmt::Display for EscapeControls<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| {
            if character.is_control() {
                write!(f, "{}", character.escape_default())
            } else {
                write!(f, "{character}")
            }
        })
    }
}
