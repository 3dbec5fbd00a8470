//! Typed commands, events and types of the QEMU Machine Protocol (QMP) and of the QEMU guest agent (QGA).
//!
//! [`qmp`] is what a running QEMU speaks on its monitor, [`qga`] what the agent in a guest speaks. Each has its
//! `types`, `commands` and (the monitor) `events`, three namespaces, for QEMU has `blockdev-backup`, a command,
//! beside `BlockdevBackup`, a type. The crate does no I/O: `qmp-client` sends what is built here.
//!
//! # Building a command
//!
//! Names are QEMU's in Rust's casing. What is required is an argument of `new`, the rest has setters:
//!
//! ```
//! use qmp_types::qmp::commands::{BlockdevAdd, DeviceAdd};
//! use qmp_types::qmp::types::{BlockdevOptions, BlockdevOptionsBranch, BlockdevOptionsFile, BlockdevOptionsQcow2};
//! use qmp_types::{Command, json};
//!
//! let file = BlockdevOptionsBranch::File(BlockdevOptionsFile::new("/images/disk.qcow2"));
//! let disk = BlockdevOptionsQcow2::new(BlockdevOptions::new(file)).lazy_refcounts(true);
//! let command = BlockdevAdd::new(BlockdevOptions::new(disk).node_name("disk0").read_only(false));
//! assert_eq!(BlockdevAdd::NAME, "blockdev-add");
//! assert_eq!(
//!     json::to_string(&command),
//!     r#"{"driver":"qcow2","node-name":"disk0","read-only":false,"#.to_owned()
//!         + r#""file":{"driver":"file","filename":"/images/disk.qcow2"},"lazy-refcounts":true}"#,
//! );
//!
//! // A device has properties that the schema does not list.
//! let device = DeviceAdd::new("virtio-blk-pci").id("vda").argument("drive", "disk0").argument("num-queues", 4);
//! assert_eq!(
//!     json::to_string(&device),
//!     r#"{"driver":"virtio-blk-pci","id":"vda","drive":"disk0","num-queues":4}"#,
//! );
//! ```
//!
//! # Reading what a server sends
//!
//! ```
//! use qmp_types::json;
//! use qmp_types::qmp::types::{BlockdevOptionsBranch, BlockdevOptions, StatusInfo, RunState};
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
//!   branch has it.
//! - **Alternates** are enums told apart by JSON type; text, null and the data of each convert into them.
//! - **Names**: a keyword is a raw identifier (`r#type`), a value that begins with a digit has `_` in front, a type
//!   that is called like something of Rust's prelude has `Qapi` in front.
//! - **`deprecated`** in the schema is `#[deprecated]` here. All structs and most enums are `#[non_exhaustive]`: QEMU
//!   adds members in every release.
//!
//! Every type is also [`serde::Serialize`] and [`serde::Deserialize`], for `serde_json` and other formats.

// The macros and the generated code name this crate as its users do.
extern crate self as qmp_types;

#[doc(hidden)]
pub use {serde, serde_json};

mod command;
mod error;
mod event;
pub mod json;
mod macros;
/// The guest agent: commands and types (cargo feature `qga`, on by default).
#[cfg(feature = "qga")]
#[rustfmt::skip]
pub mod qga;
/// The monitor: commands, events and types.
#[rustfmt::skip]
pub mod qmp;
mod request;
mod union;

pub use command::{Command, CommandSet, UnrecognizedCommand};
pub use error::{ErrorClass, ServerError};
pub use event::{Event, EventSet, TimedEvent, Timestamp, UnrecognizedEvent};
pub use json::Null;
pub use request::{Request, Response, Served, ServedBy, served};
pub use union::UnrecognizedBranch;
