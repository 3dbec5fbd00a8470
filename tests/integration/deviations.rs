//! What the bindings do not keep of what older servers send.

/// Members that the bindings do not have: they are passed over. The reason is that of the rule in
/// `qapi-schema/src/snapshot/replacements.rs`.
pub(crate) const LOST: &[&str] = &[
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
