//! A few commands and events, as bindings define them.

use qmp_types::json::{self, FromJson, Reader, ToJson, Writer};
use qmp_types::{Command, Event, UnrecognizedEvent, event_set, json_struct};

macro_rules! command {
    ($type:ident -> $return:ty, $name:literal $(, $flag:ident = $value:literal)?) => {
        impl Command for $type {
            type Return = $return;
            const NAME: &'static str = $name;
            const MODULE: &'static str = "test";
            $(const $flag: bool = $value;)?
        }
    };
}

#[derive(Debug)]
pub(crate) struct QueryName {}
json_struct!(QueryName {});
command!(QueryName -> Name, "query-name");

#[derive(Debug, PartialEq)]
pub(crate) struct Name {
    pub(crate) name: Option<String>,
}
json_struct!(Name { optional "name" => name });

#[derive(Debug)]
pub(crate) struct SetPassword {
    pub(crate) password: String,
}
json_struct!(SetPassword { required "password" => password });
command!(SetPassword -> (), "set_password");

#[derive(Debug)]
pub(crate) struct QueryBlock {}
json_struct!(QueryBlock {});
command!(QueryBlock -> Vec<Block>, "query-block");

#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) device: String,
    pub(crate) inserted: Option<Inserted>,
}
json_struct!(Block { required "device" => device, optional "inserted" => inserted });

#[derive(Debug)]
pub(crate) struct Inserted {
    pub(crate) ro: bool,
}
json_struct!(Inserted { required "ro" => ro });

/// A command whose result is read by a type with a mistake.
#[derive(Debug)]
pub(crate) struct QueryMistake {}
json_struct!(QueryMistake {});
command!(QueryMistake -> Mistaken, "query-mistake");

#[derive(Debug)]
pub(crate) struct Mistaken;
#[allow(clippy::panic, reason = "that is the mistake")]
impl FromJson for Mistaken {
    fn from_json(_: &mut Reader<'_>) -> Result<Self, json::Error> {
        panic!("a mistake in a type of the caller's");
    }
}
impl ToJson for Mistaken {
    fn to_json(&self, _: &mut Writer) {}
}

#[derive(Debug)]
pub(crate) struct Quit {}
json_struct!(Quit {});
command!(Quit -> (), "quit");

#[derive(Debug)]
pub(crate) struct Shutdown {}
json_struct!(Shutdown {});
command!(Shutdown -> (), "guest-shutdown", SUCCESS_RESPONSE = false);

#[derive(Debug, PartialEq)]
pub(crate) struct Stop {}
json_struct!(Stop {});
impl Event for Stop {
    const NAME: &'static str = "STOP";
    const MODULE: &'static str = "test";
}

#[derive(Debug, PartialEq)]
pub(crate) struct DeviceDeleted {
    pub(crate) path: String,
}
json_struct!(DeviceDeleted { required "path" => path });
impl Event for DeviceDeleted {
    const NAME: &'static str = "DEVICE_DELETED";
    const MODULE: &'static str = "test";
}

#[derive(Debug, PartialEq)]
pub(crate) enum Events {
    Stop(Stop),
    DeviceDeleted(DeviceDeleted),
    Unrecognized(UnrecognizedEvent),
}
event_set!(Events, self { Stop, DeviceDeleted });
