//! All commands or events of a schema as one type.

/// A set of commands: an enum with a variant for each, named as its type.
#[macro_export]
macro_rules! command_set {
    ($type:ident, $module:ident { $($variant:ident),* $(,)? }) => {
        impl $crate::CommandSet for $type {
            fn from_parts(name: &str, arguments: Option<&str>) -> Result<Self, $crate::json::Error> {
                let arguments = $crate::json::Part { kind: $crate::json::MessageKind::Arguments, name, text: arguments };
                match name {
                    $(<$module::$variant as $crate::Command>::NAME => arguments.read().map(Self::$variant),)*
                    _ => {
                        let command = |arguments| $crate::UnrecognizedCommand { name: name.into(), arguments };
                        arguments.read().map(command).map(Self::Unrecognized)
                    }
                }
            }

            fn name(&self) -> &str {
                match self {
                    $(Self::$variant(_) => <$module::$variant as $crate::Command>::NAME,)*
                    Self::Unrecognized(command) => &command.name,
                }
            }

            fn arguments(&self) -> &dyn $crate::json::ToJson {
                match self {
                    $(Self::$variant(command) => command,)*
                    Self::Unrecognized(command) => &command.arguments,
                }
            }
        }

        impl $crate::json::FromJson for $type {
            fn from_json(reader: &mut $crate::json::Reader<'_>) -> Result<Self, $crate::json::Error> {
                $crate::Request::from_json(reader).map(|request| request.command)
            }
        }

        impl $crate::json::ToJson for $type {
            fn to_json(&self, writer: &mut $crate::json::Writer) {
                writer.message(["execute", "arguments"], $crate::CommandSet::name(self), $crate::CommandSet::arguments(self));
            }
        }

        $crate::impl_serde!($type);
    };
}

/// A set of events: an enum with a variant for each, named as its type.
#[macro_export]
macro_rules! event_set {
    ($type:ident, $module:ident { $($variant:ident),* $(,)? }) => {
        impl $crate::EventSet for $type {
            fn from_parts(name: &str, data: Option<&str>) -> Result<Self, $crate::json::Error> {
                let data = $crate::json::Part { kind: $crate::json::MessageKind::Event, name, text: data };
                match name {
                    $(<$module::$variant as $crate::Event>::NAME => data.read().map(Self::$variant),)*
                    _ => {
                        let event = |data| $crate::UnrecognizedEvent { name: name.into(), data };
                        data.read().map(event).map(Self::Unrecognized)
                    }
                }
            }

            fn name(&self) -> &str {
                match self {
                    $(Self::$variant(_) => <$module::$variant as $crate::Event>::NAME,)*
                    Self::Unrecognized(event) => &event.name,
                }
            }

            fn data(&self) -> &dyn $crate::json::ToJson {
                match self {
                    $(Self::$variant(event) => event,)*
                    Self::Unrecognized(event) => &event.data,
                }
            }
        }

        impl $crate::json::FromJson for $type {
            fn from_json(reader: &mut $crate::json::Reader<'_>) -> Result<Self, $crate::json::Error> {
                $crate::TimedEvent::from_json(reader).map(|timed| timed.event)
            }
        }

        impl $crate::json::ToJson for $type {
            fn to_json(&self, writer: &mut $crate::json::Writer) {
                writer.message(["event", "data"], $crate::EventSet::name(self), $crate::EventSet::data(self));
            }
        }

        $crate::impl_serde!($type);
    };
}

/// Who serves each command of a set: the handler of a module, and its method.
#[macro_export]
macro_rules! served_commands {
    ($type:ident, $handlers:ident, $commands:ident { $($variant:ident => $module:ident.$method:ident $(($boxed:tt))?),* $(,)? }) => {
        impl<H: $handlers> $crate::ServedBy<H> for $type {
            fn serve(self, handlers: &mut H) -> $crate::Served {
                self.serve_by(handlers)
            }
        }

        impl $type {
            // Apart from the above to be compiled once.
            fn serve_by(self, handlers: &mut dyn $handlers) -> $crate::Served {
                match self {
                    $(Self::$variant(command) => {
                        let handler = handlers.$module();
                        let command = $crate::unboxed!(command $(, $boxed)?);
                        $crate::served::<$commands::$variant>(handler.map(|handler| handler.$method(command)))
                    })*
                    Self::Unrecognized(command) => Err($crate::ServerError::command_not_found(&command.name)),
                }
            }
        }
    };
}

/// A command out of its box.
#[doc(hidden)]
#[macro_export]
macro_rules! unboxed {
    ($command:ident) => {
        $command
    };
    ($command:ident, $boxed:tt) => {
        *$command
    };
}
