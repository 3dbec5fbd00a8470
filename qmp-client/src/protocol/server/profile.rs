//! What kind of server it is.

use std::collections::BTreeSet;

use qmp_types::json;

use super::text::Layout;
use crate::protocol::{Capability, Greeting, QemuVersion, Version};

/// The longest request that is accepted unless stated otherwise: 64 MiB, QEMU's own limit.
const MAX_REQUEST_SIZE: usize = 64 << 20;

/// What kind of server it is, and what it says of itself.
///
/// ```
/// use qmp_client::protocol::server::Profile;
///
/// let profile = Profile::monitor().version(9, 2, 0).package("Debian").out_of_band(["migrate-pause"]);
/// # let _ = profile;
/// ```
#[derive(Debug, Clone)]
pub struct Profile {
    /// What it says first, unless it is an agent.
    pub(super) greeting: Option<Greeting>,
    /// The commands that may be executed out-of-band.
    pub(super) out_of_band: BTreeSet<Box<str>>,
    pub(super) layout: Layout,
    pub(super) max_message_size: usize,
}

impl Profile {
    /// A monitor: it greets, wants capabilities negotiated, and emits events. Its version is 10.2.2 and its package
    /// `mock`, unless stated otherwise.
    #[must_use]
    pub fn monitor() -> Self {
        let version =
            Version { qemu: QemuVersion { major: 10, minor: 2, micro: 2 }, package: "mock".to_owned() };
        Self {
            greeting: Some(Greeting { version, capabilities: Vec::new() }),
            out_of_band: BTreeSet::new(),
            layout: Layout { pretty: false, line_end: "\r\n" },
            max_message_size: MAX_REQUEST_SIZE,
        }
    }

    /// A guest agent: no greeting, no negotiation, no events, and `guest-sync` and `guest-sync-delimited` are
    /// answered without a handler.
    #[must_use]
    pub fn agent() -> Self {
        Self { greeting: None, layout: Layout { pretty: false, line_end: "\n" }, ..Self::monitor() }
    }

    /// The version in the greeting. An agent has none.
    #[must_use]
    pub fn version(mut self, major: u32, minor: u32, micro: u32) -> Self {
        if let Some(greeting) = &mut self.greeting {
            greeting.version.qemu = QemuVersion { major, minor, micro };
        }
        self
    }

    /// The package in the greeting. An agent has none.
    #[must_use]
    pub fn package(mut self, package: impl Into<String>) -> Self {
        if let Some(greeting) = &mut self.greeting {
            greeting.version.package = package.into();
        }
        self
    }

    /// Offers the capability `oob`, for these commands: `exec-oob` of others is refused, and of all where the client
    /// did not enable it. An agent has no capabilities.
    #[must_use]
    pub fn out_of_band<N: Into<Box<str>>>(mut self, commands: impl IntoIterator<Item = N>) -> Self {
        if let Some(greeting) = &mut self.greeting {
            greeting.capabilities = vec![Capability::Oob];
            self.out_of_band = commands.into_iter().map(Into::into).collect();
        }
        self
    }

    /// Whether messages span lines, as those of a monitor with `pretty=on`; they do not by default.
    #[must_use]
    pub fn pretty(mut self, pretty: bool) -> Self {
        self.layout.pretty = pretty;
        self
    }

    /// How many bytes a request may have; 64 MiB by default. A longer one ends the connection. It is the memory
    /// that a client can make the server use.
    #[must_use]
    pub fn max_message_size(mut self, bytes: usize) -> Self {
        self.max_message_size = bytes;
        self
    }

    /// Appends an event, given as JSON text of the whole message.
    pub fn append_event(&self, message: &str, out: &mut Vec<u8>) {
        self.layout.append(message, out);
    }

    /// Appends what the server says first.
    pub(super) fn append_greeting(&self, out: &mut Vec<u8>) {
        if let Some(greeting) = &self.greeting {
            self.layout.append(&format!(r#"{{"QMP":{}}}"#, json::to_string(greeting)), out);
        }
    }

    /// Whether capabilities are to be negotiated, and events may follow.
    pub(crate) fn negotiates(&self) -> bool {
        self.greeting.is_some()
    }

    /// Whether a capability is offered.
    pub(super) fn offers(&self, capability: &str) -> bool {
        let offered = self.greeting.iter().flat_map(|greeting| &greeting.capabilities);
        offered.into_iter().any(|offered| offered.as_str() == capability)
    }
}
