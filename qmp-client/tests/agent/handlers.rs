//! An agent of handlers, with files in memory and filesystems that freeze.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use qmp_client::agent::{ExecOptions, ExitStatus};
use qmp_client::blocking::Agent;
use qmp_client::mock::{Builder, Profile, Server};
use qmp_client::{CallOptions, Error};
use qmp_types::ServerError;
use qmp_types::qga::handlers::{Handlers, QapiSchema};
use qmp_types::qga::{AnyCommand, commands, types};

use crate::patient;

/// What a guest has, and what was done to it.
#[derive(Default)]
pub(crate) struct Guest {
    pub(crate) file: Vec<u8>,
    position: usize,
    pub(crate) open: i64,
    /// How much the agent reads or writes at a time at most.
    pub(crate) piece: usize,
    pub(crate) fails_to_write: bool,
    pub(crate) frozen: i64,
    pub(crate) thaws: usize,
    /// How many thaws fail.
    pub(crate) stuck: usize,
    asked: usize,
}

impl QapiSchema for Guest {
    fn guest_file_open(&mut self, command: commands::GuestFileOpen) -> Result<i64, ServerError> {
        if command.mode.as_deref() == Some("wb") {
            self.file.clear();
        }
        self.position = 0;
        self.open += 1;
        Ok(7)
    }

    fn guest_file_close(&mut self, _: commands::GuestFileClose) -> Result<(), ServerError> {
        self.open -= 1;
        Ok(())
    }

    fn guest_file_flush(&mut self, _: commands::GuestFileFlush) -> Result<(), ServerError> {
        Ok(())
    }

    fn guest_file_read(
        &mut self,
        read: commands::GuestFileRead,
    ) -> Result<types::GuestFileRead, ServerError> {
        let rest = &self.file[self.position..];
        let length = rest.len().min(self.piece).min(read.count.unwrap_or(4096) as usize);
        let text = STANDARD.encode(&rest[..length]);
        self.position += length;
        Ok(types::GuestFileRead::new(length as i64, text, length == 0))
    }

    fn guest_file_write(
        &mut self,
        write: commands::GuestFileWrite,
    ) -> Result<types::GuestFileWrite, ServerError> {
        if self.fails_to_write {
            return Err(ServerError::generic(format!("cannot write {}", write.buf_b64)));
        }
        let bytes = STANDARD.decode(write.buf_b64).unwrap();
        let length = bytes.len().min(self.piece);
        self.file.extend_from_slice(&bytes[..length]);
        Ok(types::GuestFileWrite::new(length as i64, false))
    }

    fn guest_exec(&mut self, _: commands::GuestExec) -> Result<types::GuestExec, ServerError> {
        Ok(types::GuestExec::new(99))
    }

    fn guest_exec_status(
        &mut self,
        _: commands::GuestExecStatus,
    ) -> Result<types::GuestExecStatus, ServerError> {
        self.asked += 1;
        let mut status = types::GuestExecStatus::new(self.asked > 3);
        status.exitcode = status.exited.then_some(4);
        Ok(status)
    }

    fn guest_fsfreeze_freeze(&mut self, _: commands::GuestFsfreezeFreeze) -> Result<i64, ServerError> {
        if self.frozen > 0 {
            return Err(ServerError::generic("frozen already"));
        }
        self.frozen = 3;
        Ok(3)
    }

    fn guest_fsfreeze_freeze_list(
        &mut self,
        command: commands::GuestFsfreezeFreezeList,
    ) -> Result<i64, ServerError> {
        self.frozen = command.mountpoints.unwrap().len() as i64;
        Ok(self.frozen)
    }

    fn guest_fsfreeze_thaw(&mut self, _: commands::GuestFsfreezeThaw) -> Result<i64, ServerError> {
        self.thaws += 1;
        if self.stuck > 0 {
            self.stuck -= 1;
            return Err(ServerError::generic("stuck"));
        }
        Ok(std::mem::take(&mut self.frozen))
    }
}

impl Handlers for Guest {
    fn qapi_schema(&mut self) -> Option<&mut dyn QapiSchema> {
        Some(self)
    }
}

pub(crate) type Shared = Arc<Mutex<Guest>>;

pub(crate) fn guest() -> (Shared, Builder) {
    let guest = Arc::new(Mutex::new(Guest { piece: 1000, ..Guest::default() }));
    let builder = Builder::shared_handlers::<AnyCommand, _>(Arc::clone(&guest)).profile(Profile::agent());
    (guest, builder)
}

pub(crate) fn agent() -> (Shared, Server, Agent) {
    let (guest, builder) = guest();
    let (server, stream) = builder.pair().unwrap();
    (guest, server, Agent::over_with(stream, &patient()).unwrap())
}

#[test]
fn what_the_agent_takes_only_in_part_is_sent_in_parts() {
    let (guest, _server, agent) = agent();
    let contents: Vec<u8> = (0..150_000_u32).map(|number| (number % 251) as u8).collect();
    let mut steps = Vec::new();
    assert_eq!(agent.write_file("f", &*contents, |bytes| steps.push(bytes)).unwrap(), 150_000);
    assert!(guest.lock().unwrap().file == contents);
    assert!(steps.is_sorted() && steps.len() >= 150 && steps.last() == Some(&150_000));
    let mut read = Vec::new();
    assert_eq!(agent.read_file("f", &mut read, |_| ()).unwrap(), 150_000);
    assert!(read == contents);
    assert_eq!(guest.lock().unwrap().open, 0);
}

#[test]
fn an_error_closes_the_file_and_says_nothing_of_what_is_in_it() {
    let (guest, _server, agent) = agent();
    guest.lock().unwrap().fails_to_write = true;
    let error = agent.write_file("f", &b"top secret"[..], |_| ()).unwrap_err();
    assert_eq!(error.to_string(), "guest-file-write: GenericError: cannot write ***");
    assert_eq!(guest.lock().unwrap().open, 0);
}

#[test]
fn a_program_is_asked_after_until_it_ends() {
    let (guest, _server, agent) = agent();
    let output = agent.exec("x", [""; 0], &ExecOptions::new()).unwrap();
    assert_eq!(output.status, ExitStatus::Code(4));
    assert_eq!(guest.lock().unwrap().asked, 4);
}

#[test]
fn a_command_that_times_out_while_it_is_carried_out_shifts_no_reply() {
    let (guest, _server, agent) = agent();
    let held = guest.lock().unwrap();
    let soon = CallOptions::new().timeout(Duration::from_millis(20));
    let error = agent.execute_with(&commands::GuestFsfreezeFreeze::new(), &soon).unwrap_err();
    assert!(matches!(error, Error::Timeout { .. }), "{error}");
    drop(held);
    let opened = agent.execute(&commands::GuestFileOpen::new("x")).unwrap();
    assert_eq!(opened, 7);
}
