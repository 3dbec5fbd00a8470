//! What the agent tells of the guest.

use std::fmt::Write as _;

use jiff::Timestamp;
use qapi_parser::printable;
use qmp_client::CallOptions;
use qmp_types::qga::commands::{
    GuestFstrim, GuestGetDisks, GuestGetTime, GuestGetUsers, GuestInfo, GuestNetworkGetInterfaces, GuestPing,
};
use qmp_types::qga::types::{GuestAgentInfo, GuestFilesystemTrimResponse, GuestNetworkInterface};
use qmp_types::{Command, json};
use serde_json::value::RawValue;

use super::{PATIENCE, Reach};
use crate::failure::{Code, Failure};
use crate::output;
use crate::output::table::table;

#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct Options {
    /// Print what the agent returned, as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Fstrim {
    /// The shortest run of unused blocks that is worth it, in bytes; the agent decides if it is not given.
    #[arg(value_name = "BYTES", value_parser = bytes)]
    minimum: Option<i64>,
    #[command(flatten)]
    options: Options,
}

fn bytes(text: &str) -> Result<i64, String> {
    let bytes = crate::typing::scalars::size(text).and_then(|bytes| bytes.as_i64());
    bytes
        .filter(|&bytes| bytes >= 0)
        .ok_or_else(|| "expected a number of bytes, such as 4096 or 4K".to_owned())
}

/// Executes a command and prints its result: as JSON if that is asked for, else by `text`.
fn tell<C: Command>(
    reach: Reach<'_>,
    command: &C,
    options: Options,
    text: impl FnOnce(C::Return) -> String,
) -> Result<(), Failure> {
    let agent = reach.connect(PATIENCE)?;
    if options.json {
        let arguments = RawValue::from_string(json::to_string(command)).map_err(Failure::usage)?;
        let returned = agent.execute_raw(C::NAME, Some(&arguments), &CallOptions::new())?;
        return Ok(output::json::print(returned.get())?);
    }
    let text = text(agent.execute(command)?);
    if text.is_empty() { Ok(()) } else { Ok(output::line(&text)?) }
}

pub(super) fn ping(reach: Reach<'_>) -> Result<(), Failure> {
    tell(reach, &GuestPing::new(), Options { json: false }, |()| "the agent answers".to_owned())
}

pub(super) fn info(reach: Reach<'_>, options: Options) -> Result<(), Failure> {
    tell(reach, &GuestInfo::new(), options, |info| info_text(&info))
}

fn info_text(info: &GuestAgentInfo) -> String {
    let names = |is_enabled: bool| {
        let commands = info.supported_commands.iter().filter(|command| command.enabled == is_enabled);
        let mut names: Vec<_> = commands.map(|command| format!("\n  {}", printable(&command.name))).collect();
        names.sort();
        if names.is_empty() { " none".to_owned() } else { names.concat() }
    };
    format!("version: {}\nenabled:{}\ndisabled:{}", printable(&info.version), names(true), names(false))
}

pub(super) fn ifconfig(reach: Reach<'_>, options: Options) -> Result<(), Failure> {
    tell(reach, &GuestNetworkGetInterfaces::new(), options, |interfaces| {
        interfaces.iter().map(interface_text).collect::<Vec<_>>().join("\n")
    })
}

fn interface_text(interface: &GuestNetworkInterface) -> String {
    let mut text = format!("{}:", printable(&interface.name));
    for address in interface.ip_addresses.iter().flatten() {
        let family = if address.ip_address_type.as_str() == "ipv6" { "inet6" } else { "inet" };
        // Writing to a string cannot fail.
        let _ = write!(text, "\n  {family} {}/{}", printable(&address.ip_address), address.prefix);
    }
    if let Some(hardware) = interface.hardware_address.as_deref().filter(|text| *text != "00:00:00:00:00:00")
    {
        let _ = write!(text, "\n  ether {}", printable(hardware));
    }
    text
}

pub(super) fn users(reach: Reach<'_>, options: Options) -> Result<(), Failure> {
    tell(reach, &GuestGetUsers::new(), options, |users| {
        let rows = users.into_iter().map(|user| {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "microseconds, as the agent has them; out of range, none"
            )]
            let login = Timestamp::from_microsecond((user.login_time * 1e6).round() as i64);
            [
                user.user,
                login.map_or_else(|_| String::new(), |time| time.to_string()),
                user.domain.unwrap_or_default(),
            ]
        });
        table(["USER", "SINCE", "DOMAIN"], rows)
    })
}

pub(super) fn disks(reach: Reach<'_>, options: Options) -> Result<(), Failure> {
    tell(reach, &GuestGetDisks::new(), options, |disks| {
        let rows = disks.into_iter().map(|disk| {
            let kind = if disk.partition { "partition" } else { "disk" };
            let (bus, serial) = disk.address.map_or_else(Default::default, |address| {
                (address.bus_type.as_str().to_owned(), address.serial.unwrap_or_default())
            });
            let on = disk.dependencies.unwrap_or_default().join(" ");
            [disk.name, kind.to_owned(), bus, serial, on, disk.alias.unwrap_or_default()]
        });
        table(["NAME", "KIND", "BUS", "SERIAL", "ON", "ALIAS"], rows)
    })
}

pub(super) fn time(reach: Reach<'_>, options: Options) -> Result<(), Failure> {
    tell(reach, &GuestGetTime::new(), options, |nanoseconds| {
        let time = Timestamp::from_nanosecond(nanoseconds.into());
        // An i64 of nanoseconds is some year between 1677 and 2262.
        time.map_or_else(|_| nanoseconds.to_string(), |time| time.to_string())
    })
}

pub(super) fn fstrim(reach: Reach<'_>, options: &Fstrim) -> Result<(), Failure> {
    let mut command = GuestFstrim::new();
    command.minimum = options.minimum;
    let mut failed = false;
    tell(reach, &command, options.options, |response| {
        failed = response.paths.iter().any(|path| path.error.is_some());
        trimmed_text(response)
    })?;
    // Each was told in its place.
    if failed { Err(Failure::silent(Code::Server)) } else { Ok(()) }
}

fn trimmed_text(response: GuestFilesystemTrimResponse) -> String {
    let number = |number: Option<i64>| number.map_or_else(String::new, |number| number.to_string());
    let rows = response
        .paths
        .into_iter()
        .map(|path| [path.path, number(path.trimmed), number(path.minimum), path.error.unwrap_or_default()]);
    table(["PATH", "TRIMMED", "MINIMUM", "ERROR"], rows)
}
