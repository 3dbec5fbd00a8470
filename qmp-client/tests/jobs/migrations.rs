//! Migrations of all fates.

use std::sync::Mutex;
use std::time::Duration;

use qmp_client::blocking::migration::follow_migration;
use qmp_client::{Error, MigrationEnd, MigrationOptions};
use qmp_types::qmp::types::MigrationStatus;
use qmp_types::qmp::types::MigrationStatus::{
    Active, Cancelled, Cancelling, Completed, Device, Failed, PreSwitchover, Setup,
};

use crate::machine::Script;
use crate::{LONG, SHORT, client, options};

/// What came of it by each client: the same by all.
fn follow(
    script: &Script,
    follow_options: impl Fn() -> MigrationOptions<'static>,
) -> Result<MigrationEnd, Error> {
    let (_server, client) = client(script.machine().0, &options());
    let end = follow_migration(&client, follow_options());
    #[cfg(feature = "tokio")]
    {
        let end_too = crate::with_tokio(script.machine().0, &options(), async |client| {
            qmp_client::tokio::migration::follow_migration(&client, follow_options()).await
        });
        assert_eq!(format!("{end_too:?}"), format!("{end:?}"));
    }
    end
}

fn script(migration: &[MigrationStatus]) -> Script {
    Script { migration: migration.to_vec(), ..Script::default() }
}

/// It is looked at behind events only.
fn by_events() -> MigrationOptions<'static> {
    MigrationOptions::within(LONG).progress(LONG, |_| {})
}

#[test]
fn events_lead_to_the_end() {
    let end = follow(&script(&[Setup, Active, PreSwitchover, Device, Completed]), by_events).unwrap();
    let MigrationEnd::Completed(info) = end else { panic!("{end:?}") };
    assert_eq!(info.status, Some(Completed));
    let end = follow(&script(&[Active, Cancelling, Cancelled]), by_events).unwrap();
    assert_eq!(end, MigrationEnd::Cancelled);
}

#[test]
fn without_events_it_is_looked_at() {
    static SEEN: Mutex<Vec<MigrationStatus>> = Mutex::new(Vec::new());
    let script = Script { is_silent: true, ..script(&[Setup, Active, Completed]) };
    let end = follow(&script, || {
        SEEN.lock().unwrap().clear();
        MigrationOptions::within(LONG)
            .progress(Duration::from_millis(1), |info| SEEN.lock().unwrap().extend(info.status.clone()))
    });
    assert!(matches!(end, Ok(MigrationEnd::Completed(_))));
    assert_eq!(*SEEN.lock().unwrap(), [Setup, Active, Completed]);
}

#[test]
fn a_failure_is_told_in_the_words_of_the_server() {
    let script = Script { error: Some("no route"), ..script(&[Active, Failed]) };
    assert_eq!(follow(&script, by_events).unwrap_err().to_string(), "the migration failed: no route");
    let script = Script { error: None, ..script };
    let text = "the migration failed: the server does not say why";
    assert_eq!(follow(&script, by_events).unwrap_err().to_string(), text);
}

#[test]
fn the_wait_ends() {
    let script = Script { is_silent: true, ..script(&[]) };
    let error = follow(&script, || MigrationOptions::within(SHORT)).unwrap_err();
    assert_eq!(error.to_string(), "the migration has not ended within 20ms, and goes on");
}
