//! Jobs of all fates.

use std::sync::Mutex;
use std::time::Duration;

use qmp_client::blocking::jobs::run_job;
use qmp_client::{Error, JobOptions, Options};
use qmp_types::qmp::commands::BlockdevCreate;
use qmp_types::qmp::types::BlockdevCreateOptionsFile;
use qmp_types::qmp::types::JobStatus::{
    Aborting, Concluded, Created, Pending, Ready, Running, Standby, Waiting,
};

use crate::machine::Script;
use crate::{LONG, SHORT, client, options};

const ORDINARY: [qmp_types::qmp::types::JobStatus; 5] = [Created, Running, Waiting, Pending, Concluded];

fn create() -> BlockdevCreate {
    BlockdevCreate::new("job", BlockdevCreateOptionsFile::new("image", 0))
}

/// What came of the job `id` by each client, and what was asked of the machine: the same by all.
fn run_with(
    script: &Script,
    id: &str,
    client_options: &Options,
    options: impl Fn() -> JobOptions<'static>,
) -> (Result<(), Error>, Vec<&'static str>) {
    let (machine, log) = script.machine();
    let (_server, client) = client(machine, client_options);
    let end = run_job(&client, &create(), id, options());
    let log = log.lock().unwrap().clone();
    #[cfg(feature = "tokio")]
    {
        let (machine, log_too) = script.machine();
        let end_too = crate::with_tokio(machine, client_options, async |client| {
            qmp_client::tokio::jobs::run_job(&client, &create(), id, options()).await
        });
        assert_eq!(format!("{end_too:?}"), format!("{end:?}"));
        assert_eq!(*log_too.lock().unwrap(), log);
    }
    (end, log)
}

fn run(script: &Script, options: impl Fn() -> JobOptions<'static>) -> (Result<(), Error>, Vec<&'static str>) {
    run_with(script, "job", &crate::options(), options)
}

fn patient() -> JobOptions<'static> {
    JobOptions::within(LONG)
}

fn ordinary() -> Script {
    // Pending is passed without stopping where the job finalizes itself.
    Script { statuses: vec![Created, Running, Waiting, Concluded], ..Script::default() }
}

#[test]
fn a_job_that_finalizes_itself_is_dismissed() {
    let (end, log) = run(&ordinary(), patient);
    end.unwrap();
    assert_eq!(log, ["dismiss"]);
}

#[test]
fn a_job_is_finalized_if_that_is_asked_for() {
    let script = Script { statuses: ORDINARY.into(), ..Script::default() };
    let (end, log) = run(&script, || patient().finalize(true));
    end.unwrap();
    assert_eq!(log, ["finalize", "dismiss"]);

    let (end, log) = run(&script, || JobOptions::within(SHORT));
    let error = end.unwrap_err();
    assert_eq!(error.to_string(), "job job has not ended within 20ms, and goes on");
    assert!(log.is_empty() && !error.is_disconnected());
}

#[test]
fn a_job_is_completed_once_if_that_is_asked_for() {
    let statuses = vec![Created, Running, Ready, Standby, Ready, Running, Concluded];
    // Ready again behind the command: it is not given twice, and this job would never end.
    let script = Script { statuses, ..Script::default() };
    let (end, log) = run(&script, || JobOptions::within(SHORT).complete(true));
    assert!(matches!(end, Err(Error::Unfinished { .. })));
    assert_eq!(log, ["complete"]);

    let script = Script { statuses: vec![Created, Running, Ready, Waiting, Pending, Concluded], ..script };
    let (end, log) = run(&script, || patient().complete(true).finalize(true));
    end.unwrap();
    assert_eq!(log, ["complete", "finalize", "dismiss"]);
}

#[test]
fn a_failure_is_told_in_the_words_of_the_server() {
    let statuses = vec![Created, Running, Aborting, Concluded];
    let script = Script { statuses, error: Some("no\nspace"), ..Script::default() };
    let (end, log) = run(&script, patient);
    assert_eq!(end.unwrap_err().to_string(), "job job failed: no\\nspace");
    assert_eq!(log, ["dismiss"]);
}

#[test]
fn a_command_that_fails_starts_no_job() {
    let (end, log) = run(&Script::default(), patient);
    assert!(matches!(end, Err(Error::Server { .. })));
    assert!(log.is_empty());
}

#[test]
fn jobs_that_dismiss_themselves() {
    let script = Script { dismisses_itself: true, ..ordinary() };
    let (end, _) = run(&script, patient);
    end.unwrap();
    let script = Script { statuses: vec![Created, Running, Aborting, Concluded], ..script };
    let (end, _) = run(&script, patient);
    let text = "job job failed: it was aborted, and its error is gone with it";
    assert_eq!(end.unwrap_err().to_string(), text);
}

#[test]
fn how_a_job_ended_may_be_lost() {
    let script = Script { dismisses_itself: true, noise: 10, ..ordinary() };
    let (end, _) = run_with(&script, "job", &options().event_capacity(1), patient);
    assert!(matches!(end, Err(Error::JobGone { .. })));
}

#[test]
fn somebody_else_dismisses_the_job() {
    let (end, _) = run(&Script { is_dismissed: true, ..ordinary() }, patient);
    end.unwrap();
}

#[test]
fn a_job_of_another_id_is_not_waited_for() {
    let (end, _) = run_with(&ordinary(), "another", &options(), patient);
    assert_eq!(
        end.unwrap_err().to_string(),
        "there is no job another any more, so how it ended is not known"
    );
}

#[test]
fn lost_events_are_made_up_for() {
    let few = options().event_capacity(1);
    let script = Script { noise: 10, ..ordinary() };
    let (end, log) = run_with(&script, "job", &few, patient);
    end.unwrap();
    assert_eq!(log, ["dismiss"]);
}

#[test]
fn progress_is_told_at_an_interval() {
    static SEEN: Mutex<Vec<i64>> = Mutex::new(Vec::new());
    // Nothing but the interval has the job looked at.
    let script = Script { is_silent: true, ..ordinary() };
    let (end, _) = run(&script, || {
        SEEN.lock().unwrap().clear();
        patient().progress(Duration::from_millis(1), |job| SEEN.lock().unwrap().push(job.current_progress))
    });
    end.unwrap();
    assert_eq!(*SEEN.lock().unwrap(), [10, 20, 30, 40]);
}

#[test]
fn the_end_of_the_connection_ends_the_wait() {
    let (machine, _) = ordinary().machine();
    let (_server, client) = client(machine.cut_reply(2), &options());
    assert!(run_job(&client, &create(), "job", patient()).unwrap_err().is_disconnected());
}
