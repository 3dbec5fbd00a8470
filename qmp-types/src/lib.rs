//! Typed commands, events and types of the QEMU Machine Protocol (QMP) and of the QEMU guest agent (QGA).
//!
//! [`qmp`] is what a running QEMU speaks on its monitor, [`qga`] what the agent in a guest speaks. Each has its
//! `types`, `commands` and (the monitor) `events`, three namespaces, for QEMU has `blockdev-backup`, a command,
//! beside `BlockdevBackup`, a type. Both are bindings of a range of releases, QEMU 7.2 to 10.2. The crate does no I/O:
//! `qmp-client` sends what is built here.
//!
//! # Building a command
//!
//! Names are QEMU's in Rust's casing. What is required is an argument of `new`, the rest has setters. A `blockdev-add`
//! of an encrypted image, which is a `qcow2` over a `file`, with the `secret` that opens it:
//!
//! ```
//! use qmp_types::qmp::commands::{BlockdevAdd, ObjectAdd};
//! use qmp_types::qmp::types::{
//!     BlockdevOptions, BlockdevOptionsBranch, BlockdevOptionsFile, BlockdevOptionsQcow2, ObjectOptions,
//!     QCryptoBlockOptionsLuks, SecretProperties,
//! };
//! use qmp_types::json;
//!
//! let secret = ObjectAdd::new(ObjectOptions::new(SecretProperties::new().file("/run/disk.key"), "key0"));
//! assert_eq!(json::to_string(&secret), r#"{"qom-type":"secret","id":"key0","file":"/run/disk.key"}"#);
//!
//! let file = BlockdevOptionsBranch::File(BlockdevOptionsFile::new("/images/disk.qcow2"));
//! let image = BlockdevOptionsQcow2::new(file).encrypt(QCryptoBlockOptionsLuks::new().key_secret("key0"));
//! let disk = BlockdevAdd::new(BlockdevOptions::new(image).node_name("disk0").read_only(true));
//! assert_eq!(
//!     json::to_string(&disk),
//!     r#"{"driver":"qcow2","node-name":"disk0","read-only":true,"#.to_owned()
//!         + r#""file":{"driver":"file","filename":"/images/disk.qcow2"},"#
//!         + r#""encrypt":{"format":"luks","key-secret":"key0"}}"#,
//! );
//! ```
//!
//! A network backend, and the device that uses it. A device has properties that the schema does not list:
//!
//! ```
//! use qmp_types::qmp::commands::{DeviceAdd, NetdevAdd};
//! use qmp_types::qmp::types::{Netdev, NetdevUserOptions, QapiString};
//! use qmp_types::json;
//!
//! let ssh = QapiString::new("tcp:127.0.0.1:2222-:22");
//! let backend = NetdevAdd::new(Netdev::new(NetdevUserOptions::new().ipv6(false).hostfwd([ssh]), "net0"));
//! assert_eq!(
//!     json::to_string(&backend),
//!     r#"{"type":"user","id":"net0","ipv6":false,"hostfwd":[{"str":"tcp:127.0.0.1:2222-:22"}]}"#,
//! );
//!
//! let device = DeviceAdd::new("virtio-net-pci")
//!     .id("nic0")
//!     .bus("pci.1")
//!     .argument("netdev", "net0")
//!     .argument("mac", "52:54:00:12:34:56")
//!     .argument("mq", true)
//!     .argument("vectors", 10)
//!     .argument("romfile", "");
//! assert_eq!(
//!     json::to_string(&device),
//!     r#"{"driver":"virtio-net-pci","bus":"pci.1","id":"nic0","mac":"52:54:00:12:34:56","mq":true,"#.to_owned()
//!         + r#""netdev":"net0","romfile":"","vectors":10}"#,
//! );
//! ```
//!
//! Absent, `null` and a value are different things where the schema allows null:
//!
//! ```
//! use qmp_types::qmp::commands::MigrateSetParameters;
//! use qmp_types::{Null, json};
//!
//! let parameters = MigrateSetParameters::new().tls_creds(Null).tls_hostname("").multifd_channels(4);
//! let text = r#"{"tls-creds":null,"tls-hostname":"","multifd-channels":4}"#;
//! assert_eq!(json::to_string(&parameters), text);
//! assert_eq!(json::from_str::<MigrateSetParameters>(text)?, parameters);
//! # Ok::<(), json::Error>(())
//! ```
//!
//! # Reading what a server sends
//!
//! ```
//! use qmp_types::json;
//! use qmp_types::qmp::types::{BlockdevOptions, BlockdevOptionsBranch, RunState, StatusInfo};
//!
//! let status: StatusInfo = json::from_str(r#"{"running": true, "status": "running", "new-in-12.0": [1]}"#)?;
//! assert_eq!(status.status, RunState::Running);
//!
//! // A value that these bindings do not know is kept, and written as it came.
//! let status: StatusInfo = json::from_str(r#"{"running": false, "status": "hibernated"}"#)?;
//! assert_eq!(status.status.as_str(), "hibernated");
//!
//! // A union's common members are fields; what differs is in an enum.
//! let node: BlockdevOptions = json::from_str(r#"{"size": 512, "driver": "null-co", "node-name": "n"}"#)?;
//! assert_eq!(node.node_name.as_deref(), Some("n"));
//! let BlockdevOptionsBranch::NullCo(options) = node.driver else { panic!() };
//! assert_eq!(options.size, Some(512));
//!
//! let error = json::from_str::<StatusInfo>(r#"{"running": "yes", "status": "running"}"#).unwrap_err();
//! assert_eq!(error.to_string(), "running: expected a boolean, found a string");
//! # Ok::<(), json::Error>(())
//! ```
//!
//! - **Enums, branches, events, error classes** are open: `Unrecognized` holds what is new.
//! - **Members** that are new are passed over. A required member that an older server (back to QEMU 6.2), or one
//!   built without some feature, does not send is an `Option`.
//! - **Absent, null and a value** are three states where the schema allows null: `None`, `Some(….::Null)`, `Some(…)`.
//! - **Unions** without common members besides the tag are enums; with some, a struct whose field of the tag's name
//!   is the enum, called after the union with `Branch` behind. A branch's data converts into the enum where only one
//!   branch has it, and into the union where nothing but the tag is required. Large data is in a box.
//! - **Alternates** are enums told apart by JSON type; text, null and the data of each convert into them.
//! - **Names**: a keyword is a raw identifier (`r#type`), a value that begins with a digit has `_` in front, a type
//!   that is called like something of Rust's prelude has `Qapi` in front.
//! - **Releases**: what any release of the range has is there, and is optional where a release lacks it. The documentation of each
//!   item says which releases have it, [`Command::RELEASES`] and [`Event::RELEASES`] do in code. What was removed is deprecated.
//! - **`deprecated`** in the schema is `#[deprecated]` here. All structs and most enums are `#[non_exhaustive]`: QEMU
//!   adds members in every release.
//!
//! # The other side of the socket
//!
//! Events are one enum, [`qmp::AnyEvent`]; a [`TimedEvent`] reads and writes them as messages. With the cargo feature
//! `server` commands are one too, `qmp::AnyCommand`, in a [`Request`], and each module of the schema has a trait with a
//! method for each of its commands, for a mock or for a machine of your own:
//!
//! ```
//! # #[cfg(feature = "server")]
//! # {
//! use qmp_types::qmp::handlers::{Handlers, RunState};
//! use qmp_types::qmp::{AnyCommand, commands, types};
//! use qmp_types::{Request, ServerError, json};
//!
//! struct Machine {
//!     running: bool,
//! }
//!
//! impl RunState for Machine {
//!     fn query_status(&mut self, _: commands::QueryStatus) -> Result<types::StatusInfo, ServerError> {
//!         Ok(types::StatusInfo::new(self.running, types::RunState::Running))
//!     }
//! }
//!
//! // The modules of which it serves commands: all others are not found.
//! impl Handlers for Machine {
//!     fn run_state(&mut self) -> Option<&mut dyn RunState> {
//!         Some(self)
//!     }
//! }
//!
//! let mut machine = Machine { running: true };
//! let mut serve = |request: &str| -> Result<String, json::Error> {
//!     let request: Request<AnyCommand> = json::from_str(request)?;
//!     Ok(request.serve(&mut machine).map(|response| json::to_string(&response)).unwrap_or_default())
//! };
//! assert_eq!(
//!     serve(r#"{"execute": "query-status", "id": 1}"#)?,
//!     r#"{"return":{"running":true,"status":"running"},"id":1}"#,
//! );
//! assert_eq!(
//!     serve(r#"{"execute": "query-block"}"#)?,
//!     r#"{"error":{"class":"CommandNotFound","desc":"The command query-block has not been found"}}"#,
//! );
//! # }
//! # Ok::<(), qmp_types::json::Error>(())
//! ```
//!
//! # serde
//!
//! Every type is also [`serde::Serialize`] and [`serde::Deserialize`], for `serde_json` and other formats.

// The macros and the generated code name this crate as its users do.
extern crate self as qmp_types;

#[doc(hidden)]
pub use {serde, serde_json};

mod command;
mod definition;
mod error;
mod event;
pub mod json;
mod macros;
pub mod metadata;
/// The guest agent: commands and types (cargo feature `qga`, on by default).
#[cfg(feature = "qga")]
#[rustfmt::skip]
pub mod qga;
/// The monitor: commands, events and types.
#[rustfmt::skip]
pub mod qmp;
mod releases;
mod request;
mod union;

pub use command::{Command, CommandSet, UnrecognizedCommand};
pub use definition::{Defined, Definition};
pub use error::{ErrorClass, ServerError};
pub use event::{Event, EventSet, TimedEvent, Timestamp, UnrecognizedEvent};
pub use json::Null;
pub use releases::Releases;
pub use request::{Request, Response, Served, ServedBy, served};
pub use union::UnrecognizedBranch;
