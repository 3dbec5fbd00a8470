//! A machine that storms: it boots from a sector that does nothing but tell QEMU, by the device pvpanic, that the guest has
//! crashed. Each time is an event, which nothing throttles.

#![allow(dead_code, reason = "each program uses a part")]

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use qmp_client::launch::{Launched, Launcher};

/// The memory of this process that is in use, in bytes.
pub(crate) fn memory() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    let resident: usize = pages.split(' ').nth(1).unwrap().parse().unwrap();
    resident * rustix::param::page_size()
}

/// A machine that is about to storm: it waits for `cont`.
pub(crate) fn stormy() -> (Launched, tempfile::TempDir, UnixStream) {
    let folder = tempfile::tempdir().unwrap();
    let sector = folder.path().join("sector");
    std::fs::write(&sector, boot_sector()).unwrap();
    let (server, stream) = launcher(&sector).launch(Duration::from_secs(30)).unwrap();
    (server, folder, stream)
}

fn launcher(sector: &Path) -> Launcher {
    let drive = format!("if=floppy,format=raw,readonly=on,file={}", sector.display());
    let options =
        ["-machine", "pc", "-accel", "tcg", "-m", "64", "-display", "none", "-nodefaults", "-no-user-config"];
    Launcher::qemu("qemu-system-x86_64").args(options).args(["-S", "-device", "pvpanic", "-drive", &drive])
}

/// `mov dx, 0x505; mov al, 2; again: out dx, al; jmp again`: 2 says that a crash kernel is loaded, for which QEMU does not
/// stop the machine.
fn boot_sector() -> [u8; 512] {
    let mut sector = [0; 512];
    let code = [0xba, 0x05, 0x05, 0xb0, 0x02, 0xee, 0xeb, 0xfd];
    sector[..code.len()].copy_from_slice(&code);
    sector[510..].copy_from_slice(&[0x55, 0xaa]);
    sector
}
