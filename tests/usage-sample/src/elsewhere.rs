//! A module whose file is called otherwise.

use qmp_types::Command;

use crate::prelude::commands::DriveBackup;

#[must_use]
pub fn name() -> &'static str {
    DriveBackup::NAME //~ deprecated: command drive-backup //< deprecated: command drive-backup
}
