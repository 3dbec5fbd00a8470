//! A server that answers by handlers or from a recording, for tests and to try things without QEMU (cargo feature
//! `mock`; with `tokio`, on tokio too).
//!
//! It behaves as a real server does (see [`Session`](crate::protocol::server::Session)), over the handler traits that
//! the bindings have, those of QEMU or of a schema of your own:
//!
//! ```
//! use qmp_client::blocking::Client;
//! use qmp_client::mock::Builder;
//! use qmp_types::qmp::handlers::{Handlers, RunState};
//! use qmp_types::qmp::{AnyCommand, commands, types};
//! use qmp_types::ServerError;
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
//! let (_server, stream) = Builder::handlers::<AnyCommand, _>(Machine { running: true }).pair()?;
//! let client = Client::over(stream)?;
//! assert!(client.execute(&commands::QueryStatus::new())?.running);
//! assert!(client.execute(&commands::QueryBlock::new()).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Handlers that emit events own an [`Emitter`], and so may the test:
//!
//! ```
//! # use std::time::Duration;
//! # use qmp_client::{blocking::Client, mock::{Builder, Emitter}};
//! # use qmp_types::qmp::{AnyCommand, AnyEvent, commands, events, handlers};
//! use qmp_types::ServerError;
//!
//! struct Machine {
//!     events: Emitter,
//! }
//!
//! impl handlers::Misc for Machine {
//!     fn stop(&mut self, _: commands::Stop) -> Result<(), ServerError> {
//!         self.events.emit(&events::Stop::new()); // comes before the reply
//!         Ok(())
//!     }
//! }
//! # impl handlers::Handlers for Machine {
//! #     fn misc(&mut self) -> Option<&mut dyn handlers::Misc> {
//! #         Some(self)
//! #     }
//! # }
//!
//! let events = Emitter::new();
//! let machine = Machine { events: events.clone() };
//! let (_server, stream) = Builder::handlers::<AnyCommand, _>(machine).emitter(events).pair()?;
//! let client = Client::over(stream)?;
//! let mut stream = client.events();
//! client.execute(&commands::Stop::new())?;
//! let event = stream.next_of::<AnyEvent>(Duration::from_secs(10))?.map(|event| event.event);
//! assert!(matches!(event, Some(AnyEvent::Stop(_))));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What a mock does not do: values of enums that the schema does not have are not refused but handed to the handler
//! (`Unrecognized`), events are not throttled, and any number of clients is served at once.

mod builder;
mod connection;
mod emitter;
mod recording;
mod replay;
mod server;
mod service;
mod stream;
#[cfg(feature = "tokio")]
pub mod tokio;

pub use self::builder::Builder;
pub use self::emitter::Emitter;
pub use self::recording::{Message, Recording, RecordingError, Sent, Talk};
pub use self::server::Server;
pub use self::service::Service;
pub use self::stream::{Listener, Stream};
pub use crate::protocol::server::{Profile, Request};
