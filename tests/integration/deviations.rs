//! What the bindings do not keep or do not read of what older servers send.

/// Members that the schema has no longer: they are passed over.
pub(crate) const LOST: &[&str] = &[
    // Block migration and compression, removed in 9.1.
    "MigrationInfo.compression",
    "MigrationInfo.disk",
    "MigrationParameters.block-incremental",
    "MigrationParameters.compress-level",
    "MigrationParameters.compress-threads",
    "MigrationParameters.compress-wait-thread",
    "MigrationParameters.decompress-threads",
    // Always 0 since long ago; removed in 9.1.
    "MigrationStats.skipped",
    // Superseded by `sections` in 7.0, removed in 8.0.
    "SgxInfo.section-size",
    // Renamed in 8.1 and removed in 9.0.
    "StatusInfo.singlestep",
    // Tracing of single CPUs, removed in 9.1.
    "TraceEventInfo.vcpu",
    // Extents were documented as images up to 7.2. VMDK never sent these members.
    "VmdkExtentInfo.actual-size",
    "VmdkExtentInfo.backing-filename",
    "VmdkExtentInfo.backing-filename-format",
    "VmdkExtentInfo.backing-image",
    "VmdkExtentInfo.dirty-flag",
    "VmdkExtentInfo.encrypted",
    "VmdkExtentInfo.format-specific",
    "VmdkExtentInfo.full-backing-filename",
    "VmdkExtentInfo.snapshots",
];

/// A reply that an older schema allows and the bindings refuse.
pub(crate) struct Refused {
    /// How the error ends.
    pub(crate) error: &'static str,
}

/// All of them.
pub(crate) const REFUSED: &[Refused] = &[
    // `query-sev` up to 9.0. There was one kind of SEV, and so no tag that says which.
    Refused { error: "member 'sev-type' is missing" },
    // `BlockDeviceInfo`, where it was optional up to 10.0. Servers send it all the same: a node without a name has
    // been given one since QEMU 2.5, which QEMU's commit 430e2be81e, that makes it required, gives as the reason.
    Refused { error: "member 'node-name' is missing" },
];
