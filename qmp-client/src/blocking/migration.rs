//! Migrations (`qapi/migration.json`), followed to their end.

use std::time::Instant;

use qmp_types::qmp::commands::QueryMigrate;
use qmp_types::qmp::events::Migration;

use super::Client;
use crate::migration::heard;
use crate::{Error, MigrationEnd, MigrationOptions};

/// Follows the migration that a command has started before, `migrate` or `migrate-incoming`, to its end.
///
/// It asks `query-migrate` when the server emits `MIGRATION`, which it does where the migration capability `events` is
/// on, and at an interval in any case. A server that was asked to migrate before remembers the earlier result until
/// the next migration starts: this is for behind the command's reply. Behind a failure, QEMU 10.0 may refuse the next
/// one for a moment.
///
/// A migration that pauses (`pre-switchover`, `postcopy-paused`) is waited for; the progress tells of it. When the
/// wait ends early, for whatever reason, the migration goes on.
///
/// ```no_run
/// use std::time::Duration;
///
/// use qmp_client::blocking::{Client, migration::follow_migration};
/// use qmp_client::{MigrationEnd, MigrationOptions};
/// use qmp_types::qmp::commands::Migrate;
///
/// let client = Client::connect(&"unix:/run/vm.qmp".parse()?)?;
/// client.execute(&Migrate::new().uri("tcp:other:4444"))?;
/// let options = MigrationOptions::within(Duration::from_secs(3600));
/// match follow_migration(&client, options)? {
///     MigrationEnd::Completed(info) => println!("{:?} ms, {:?} ms of them down", info.total_time, info.downtime),
///     end => println!("{end:?}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::Migration`] when it failed, with the server's words; [`Error::Unfinished`] when its time is up; those of
/// [`Client::execute`] for `query-migrate`, and [`Error::Decode`] for an event that is not of its type.
pub fn follow_migration(client: &Client, mut options: MigrationOptions<'_>) -> Result<MigrationEnd, Error> {
    let start = Instant::now();
    let mut events = client.subscribe::<Migration>();
    loop {
        let info = client.execute(&QueryMigrate::new())?;
        if let Some(end) = options.decide(info)? {
            return Ok(end);
        }
        heard(events.next(options.wait(start.elapsed())?))?;
    }
}
