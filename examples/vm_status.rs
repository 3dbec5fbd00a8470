//! Prints the status and the block devices of a running QEMU.
//!
//! ```text
//! qemu-system-x86_64 -machine q35 -display none -qmp unix:/tmp/vm.qmp,server=on,wait=off &
//! cargo run --package qmp-client --example vm_status -- unix:/tmp/vm.qmp
//! ```

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "what the program is for")]

use std::process::ExitCode;

use qmp_client::blocking::Client;
use qmp_types::qmp::commands::{QueryBlock, QueryStatus};
use qmp_types::qmp::types::BlockInfo;

fn main() -> ExitCode {
    let Some(address) = std::env::args().nth(1) else {
        eprintln!("usage: vm_status ADDRESS, for example vm_status unix:/tmp/vm.qmp");
        return ExitCode::from(2);
    };
    match print_status(&address) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print_status(address: &str) -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::connect(&address.parse()?)?;

    let version = client.greeting().version.qemu;
    println!("QEMU {}.{}.{}", version.major, version.minor, version.micro);

    let status = client.execute(&QueryStatus::new())?;
    println!("status: {}", status.status.as_str().escape_debug());

    for device in client.execute(&QueryBlock::new())? {
        println!("{}", describe(&device));
    }
    Ok(())
}

/// One line about a block device. What the server sends may hold anything, so it is escaped.
fn describe(device: &BlockInfo) -> String {
    let name =
        if device.device.is_empty() { device.qdev.as_deref().unwrap_or("unnamed") } else { &device.device };
    let name = name.escape_debug();
    let Some(medium) = &device.inserted else { return format!("{name}: no medium") };
    let size = medium.image.virtual_size;
    let access = if medium.ro { "read-only" } else { "writable" };
    format!("{name}: {} ({}, {size} bytes, {access})", medium.file.escape_debug(), medium.drv.escape_debug())
}
