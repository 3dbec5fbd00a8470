//! A terminal that shows what a program prints.

use std::fs::File;
use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;

use rustix::pty::{OpenptFlags, grantpt, ioctl_tiocgptpeer, openpt, unlockpt};

/// Runs a program whose input, output and errors are a terminal, and gives what that got to show.
pub(crate) fn shown(command: &mut Command) -> String {
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
    let ours = openpt(flags).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let theirs = File::from(ioctl_tiocgptpeer(&ours, flags).unwrap());
    let end = || Stdio::from(theirs.try_clone().unwrap());
    let mut child = command.stdin(end()).stdout(end()).stderr(end()).spawn().unwrap();
    // It must not be full before the program ends. Reading fails when nobody has the other end any more.
    let reader = thread::spawn(move || {
        let mut text = Vec::new();
        let _ = File::from(ours).read_to_end(&mut text);
        String::from_utf8(text).unwrap()
    });
    // The command has other ends.
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    drop(theirs);
    child.wait().unwrap();
    reader.join().unwrap().replace("\r\n", "\n")
}
