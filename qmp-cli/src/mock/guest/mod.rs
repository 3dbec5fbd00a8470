//! The agent of a guest that there is not. Nothing of this machine is read, run or changed.

mod files;
mod programs;

use std::time::{Duration, SystemTime};

use qmp_types::ServerError;
use qmp_types::qga::handlers::{Handlers, QapiSchema};
use qmp_types::qga::{SCHEMA, commands, types};

use self::files::Files;
use self::programs::Programs;
use super::machine::failed;

/// Where filesystems are mounted.
const MOUNTPOINTS: [&str; 3] = ["/", "/boot", "/home"];

/// Where it is written down that the guest was to shut down or to sleep.
const LOG: &str = "/var/log/power";

/// The commands that the agent carries out, but for those that synchronize.
const SERVED: [&str; 28] = [
    "guest-exec",
    "guest-exec-status",
    "guest-file-close",
    "guest-file-flush",
    "guest-file-open",
    "guest-file-read",
    "guest-file-seek",
    "guest-file-write",
    "guest-fsfreeze-freeze",
    "guest-fsfreeze-freeze-list",
    "guest-fsfreeze-status",
    "guest-fsfreeze-thaw",
    "guest-fstrim",
    "guest-get-disks",
    "guest-get-host-name",
    "guest-get-osinfo",
    "guest-get-time",
    "guest-get-users",
    "guest-info",
    "guest-network-get-interfaces",
    "guest-ping",
    "guest-set-time",
    "guest-shutdown",
    "guest-suspend-disk",
    "guest-suspend-hybrid",
    "guest-suspend-ram",
    "guest-sync",
    "guest-sync-delimited",
];

/// A guest that remembers what it is told.
#[derive(Debug)]
pub(super) struct Guest {
    name: String,
    files: Files,
    programs: Programs,
    /// How many filesystems are frozen.
    frozen: i64,
    /// How far its clock is ahead of this machine's, in nanoseconds.
    ahead: i64,
}

impl Guest {
    pub(super) fn new(name: &str) -> Self {
        let (files, programs) = (Files::new(), Programs::default());
        Self { name: name.to_owned(), files, programs, frozen: 0, ahead: 0 }
    }

    /// Refuses what a frozen guest cannot do.
    fn awake(&self) -> Result<(), ServerError> {
        if self.frozen == 0 { Ok(()) } else { Err(failed("the guest's filesystems are frozen")) }
    }

    fn freeze(&mut self, count: usize) -> Result<i64, ServerError> {
        self.awake()?;
        self.frozen = i64::try_from(count).map_err(failed)?;
        Ok(self.frozen)
    }
}

/// This machine's time, in nanoseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)
}

impl Handlers for Guest {
    fn qapi_schema(&mut self) -> Option<&mut dyn QapiSchema> {
        Some(self)
    }
}

impl QapiSchema for Guest {
    fn guest_ping(&mut self, _: commands::GuestPing) -> Result<(), ServerError> {
        Ok(())
    }

    fn guest_info(&mut self, _: commands::GuestInfo) -> Result<types::GuestAgentInfo, ServerError> {
        let command = |name: &str| {
            let is_answered = SCHEMA.command(name).is_none_or(|command| command.success_response);
            types::GuestAgentCommandInfo::new(name, true, is_answered)
        };
        Ok(types::GuestAgentInfo::new("10.2.2", SERVED.map(command)))
    }

    fn guest_get_osinfo(&mut self, _: commands::GuestGetOsinfo) -> Result<types::GuestOsInfo, ServerError> {
        Ok(types::GuestOsInfo::new().id("mock").name("Mock").pretty_name("Mock guest, which is none"))
    }

    fn guest_get_host_name(
        &mut self,
        _: commands::GuestGetHostName,
    ) -> Result<types::GuestHostName, ServerError> {
        Ok(types::GuestHostName::new(self.name.clone()))
    }

    fn guest_get_time(&mut self, _: commands::GuestGetTime) -> Result<i64, ServerError> {
        Ok(now().saturating_add(self.ahead))
    }

    fn guest_set_time(&mut self, command: commands::GuestSetTime) -> Result<(), ServerError> {
        self.ahead = command.time.map_or(0, |time| time.saturating_sub(now()));
        Ok(())
    }

    fn guest_get_users(&mut self, _: commands::GuestGetUsers) -> Result<Vec<types::GuestUser>, ServerError> {
        Ok(vec![types::GuestUser::new("alice", 1_767_225_600.0)])
    }

    /// Addresses that are set aside for documentation (RFC 5737, RFC 3849).
    fn guest_network_get_interfaces(
        &mut self,
        _: commands::GuestNetworkGetInterfaces,
    ) -> Result<Vec<types::GuestNetworkInterface>, ServerError> {
        let ipv4 = types::GuestIpAddress::new("192.0.2.15", types::GuestIpAddressType::Ipv4, 24);
        let ipv6 = types::GuestIpAddress::new("2001:db8::15", types::GuestIpAddressType::Ipv6, 64);
        let interface = types::GuestNetworkInterface::new("eth0").hardware_address("52:54:00:12:34:56");
        Ok(vec![interface.ip_addresses([ipv4, ipv6])])
    }

    fn guest_get_disks(
        &mut self,
        _: commands::GuestGetDisks,
    ) -> Result<Vec<types::GuestDiskInfo>, ServerError> {
        let controller = types::GuestPciAddress::new(0, 0, 4, 0);
        let address = types::GuestDiskAddress::new(controller, types::GuestDiskBusType::Virtio, 0, 0, 0);
        let disk = types::GuestDiskInfo::new("/dev/vda", false).address(address);
        let partition = |name: &str| types::GuestDiskInfo::new(name, true).dependencies(["/dev/vda"]);
        Ok(vec![disk, partition("/dev/vda1"), partition("/dev/vda2")])
    }

    fn guest_fstrim(
        &mut self,
        command: commands::GuestFstrim,
    ) -> Result<types::GuestFilesystemTrimResponse, ServerError> {
        self.awake()?;
        let minimum = command.minimum.unwrap_or_default();
        let trimmed = |path| types::GuestFilesystemTrimResult::new(path).trimmed(0).minimum(minimum);
        Ok(types::GuestFilesystemTrimResponse::new(MOUNTPOINTS.map(trimmed)))
    }

    fn guest_fsfreeze_status(
        &mut self,
        _: commands::GuestFsfreezeStatus,
    ) -> Result<types::GuestFsfreezeStatus, ServerError> {
        let is_frozen = self.frozen > 0;
        Ok(if is_frozen { types::GuestFsfreezeStatus::Frozen } else { types::GuestFsfreezeStatus::Thawed })
    }

    fn guest_fsfreeze_freeze(&mut self, _: commands::GuestFsfreezeFreeze) -> Result<i64, ServerError> {
        self.freeze(MOUNTPOINTS.len())
    }

    fn guest_fsfreeze_freeze_list(
        &mut self,
        command: commands::GuestFsfreezeFreezeList,
    ) -> Result<i64, ServerError> {
        let is_meant =
            |path: &&str| command.mountpoints.as_ref().is_none_or(|it| it.iter().any(|it| it == path));
        self.freeze(MOUNTPOINTS.iter().filter(|path| is_meant(path)).count())
    }

    fn guest_fsfreeze_thaw(&mut self, _: commands::GuestFsfreezeThaw) -> Result<i64, ServerError> {
        Ok(std::mem::take(&mut self.frozen))
    }

    fn guest_file_open(&mut self, command: commands::GuestFileOpen) -> Result<i64, ServerError> {
        self.awake()?;
        self.files.open(command.path, command.mode.as_deref())
    }

    fn guest_file_close(&mut self, command: commands::GuestFileClose) -> Result<(), ServerError> {
        self.files.close(command.handle)
    }

    fn guest_file_flush(&mut self, command: commands::GuestFileFlush) -> Result<(), ServerError> {
        self.awake()?;
        self.files.flush(command.handle)
    }

    fn guest_file_read(
        &mut self,
        command: commands::GuestFileRead,
    ) -> Result<types::GuestFileRead, ServerError> {
        self.awake()?;
        self.files.read(command.handle, command.count)
    }

    fn guest_file_write(
        &mut self,
        command: commands::GuestFileWrite,
    ) -> Result<types::GuestFileWrite, ServerError> {
        self.awake()?;
        self.files.write(command.handle, &command.buf_b64, command.count)
    }

    fn guest_file_seek(
        &mut self,
        command: commands::GuestFileSeek,
    ) -> Result<types::GuestFileSeek, ServerError> {
        self.awake()?;
        self.files.seek(command.handle, command.offset, &command.whence)
    }

    fn guest_exec(&mut self, command: commands::GuestExec) -> Result<types::GuestExec, ServerError> {
        self.awake()?;
        Ok(types::GuestExec::new(self.programs.run(&command, &self.files)?))
    }

    fn guest_exec_status(
        &mut self,
        command: commands::GuestExecStatus,
    ) -> Result<types::GuestExecStatus, ServerError> {
        self.programs.status(command.pid)
    }

    fn guest_shutdown(&mut self, command: commands::GuestShutdown) -> Result<(), ServerError> {
        match command.mode.as_deref().unwrap_or("powerdown") {
            mode @ ("halt" | "powerdown" | "reboot") => self.files.log(LOG, mode),
            mode => {
                Err(failed(format_args!("there is no mode '{mode}'; there are halt, powerdown and reboot")))
            }
        }
    }

    fn guest_suspend_disk(&mut self, _: commands::GuestSuspendDisk) -> Result<(), ServerError> {
        self.files.log(LOG, "suspend to disk")
    }

    fn guest_suspend_hybrid(&mut self, _: commands::GuestSuspendHybrid) -> Result<(), ServerError> {
        self.files.log(LOG, "suspend to memory and disk")
    }

    fn guest_suspend_ram(&mut self, _: commands::GuestSuspendRam) -> Result<(), ServerError> {
        self.files.log(LOG, "suspend to memory")
    }
}
