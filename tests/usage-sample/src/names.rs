//! How things can be named.

use qmp_types as bindings;
use qmp_types::qmp::commands as c;
use qmp_types::qmp::types::{BlockdevDriver as Driver, MigrationCapability};
use qmp_types::qmp::{AnyEvent, events};
use qmp_types::{Command, Event};

type Mirror = c::BlockdevMirror;

#[derive(Debug, Default)]
pub struct BlockCommit {
    /// A field of a type of this crate, which is called like a deprecated one of QEMU's.
    pub base: Option<String>,
}

pub fn own(commit: &BlockCommit) -> Option<&str> {
    commit.base.as_deref()
}

pub fn drivers() -> [Driver; 2] {
    [Driver::Gluster, Driver::Qcow2] //~ deprecated: value gluster of enum BlockdevDriver
}

pub fn capability(capability: &MigrationCapability) -> bool {
    match capability {
        MigrationCapability::MappedRam => true, //< newer: value mapped-ram of enum MigrationCapability
        MigrationCapability::XColo => false, //~ unstable: value x-colo of enum MigrationCapability //< unstable: value x-colo of enum MigrationCapability
        _ => matches!(capability, MigrationCapability::ZeroBlocks), //~ deprecated: value zero-blocks of enum MigrationCapability
    }
}

pub fn wire_names() -> Vec<&'static str> {
    use qmp_types::qga::commands::GuestGetLoad; // of 10.0
    vec![
        <c::XQueryIrq as Command>::NAME, //~ unstable: command x-query-irq //< unstable: command x-query-irq
        bindings::qmp::commands::DeviceSyncConfig::NAME, //~ unstable: command device-sync-config //< newer: command device-sync-config
        Mirror::NAME,
        GuestGetLoad::NAME, //< newer: command guest-get-load
        events::VfuClientHangup::NAME,
    ]
}

pub fn event(event: &AnyEvent) -> &str {
    match event {
        AnyEvent::BlockJobCompleted(job) => &job.device,
        AnyEvent::NetdevVhostUserConnected(it) => &it.netdev_id, //< newer: event NETDEV_VHOST_USER_CONNECTED //< newer: member netdev-id of event NETDEV_VHOST_USER_CONNECTED
        _ => "",
    }
}
