//! All commands or events of a schema as one type.

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
