//! Types of QEMU's schemas that took the place of others without having all of their members.

use crate::merge::Replacement;

/// All of them.
pub(super) const REPLACEMENTS: &[Replacement<'static>] = &[Replacement {
    old: "ImageInfo",
    new: "VmdkExtentInfo",
    reason: "Up to QEMU 7.2 the extents of a VMDK image were documented as images. What an extent does not have now was \
             never sent: block/vmdk.c sets the members that it has.",
}];
