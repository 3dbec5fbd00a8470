//! Deeper modules, globs and re-exports.

use super::super::prelude::*;

#[must_use]
pub fn backup(backup: DriveBackup) -> TransactionAction {
    let action = TransactionAction::DriveBackup(DriveBackupWrapper::new(backup).into()); //~ deprecated: branch drive-backup of union TransactionAction //< deprecated: branch drive-backup of union TransactionAction
    assert!(!matches!(action, TransactionAction::Abort(_)));
    action
}
