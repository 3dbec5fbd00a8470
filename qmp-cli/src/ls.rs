//! `qmp ls`.

use std::io::{self, Write};
use std::thread;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use qmp_client::blocking::{Agent, Client};
use qmp_client::{Error, Options as ClientOptions};
use serde_json::json;

use crate::failure::Failure;
use crate::output::json::{Layout, coloured};
use crate::output::{self, text::visible};
use crate::target::{self, Found, Kind};

const AFTER_HELP: &str = "\
Names come from the file qmp/sockets in the folder of your configuration ($XDG_CONFIG_HOME, or ~/.config), from the sockets of
libvirt and Proxmox, and from $XDG_RUNTIME_DIR/qmp/NAME.qmp (.qga). Lines of the file are

  NAME ADDRESS            a monitor
  NAME ADDRESS agent      a guest agent
  * /srv/vms/*/qmp.sock   all that match, with what stands for * as their names";

#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Options {
    /// How long a server may take to answer, in seconds. One that serves another client takes all of it.
    #[arg(short, long, value_name = "SECONDS", default_value = "1", value_parser = target::seconds)]
    timeout: Duration,
    /// Print a line of JSON for each.
    #[arg(short, long)]
    json: bool,
}

/// How a server is.
struct State {
    word: &'static str,
    style: Style,
    /// Its version, or why there is none.
    detail: String,
}

pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let found = target::found()?;
    if found.is_empty() {
        output::warning("no server has a name; `qmp help ls` says where they are looked for");
    }
    let ask = |found| state_of(found, options.timeout);
    let states: Vec<State> = thread::scope(|scope| {
        let start = |found| thread::Builder::new().spawn_scoped(scope, move || ask(found));
        let asked: Vec<_> = found.iter().map(start).collect();
        let state = |thread: io::Result<thread::ScopedJoinHandle<'_, State>>| {
            let unknown = |why: &str| State { word: "unknown", style: Style::new(), detail: why.to_owned() };
            match thread {
                Ok(thread) => thread.join().unwrap_or_else(|_| unknown("a thread panicked")),
                Err(error) => unknown(&error.to_string()),
            }
        };
        asked.into_iter().map(state).collect()
    });
    if options.json {
        print_json(&found, &states)?
    } else {
        print_table(&found, &states)?
    }
    Ok(())
}

fn state_of(found: &Found, timeout: Duration) -> State {
    let options = ClientOptions::new().connect_timeout(timeout).call_timeout(timeout);
    let version = match found.kind {
        Kind::Monitor => Client::connect_with(&found.address, &options).map(|client| {
            let version = client.greeting().version.qemu;
            format!("QEMU {}.{}.{}", version.major, version.minor, version.micro)
        }),
        Kind::Agent => Agent::connect_with(&found.address, &options).map(|_| String::new()),
    };
    let (word, colour, detail) = match version {
        Ok(version) => ("answers", AnsiColor::Green, version),
        Err(Error::NoGreeting { .. } | Error::NoAgent { .. }) => {
            ("busy", AnsiColor::Yellow, "or it speaks another protocol".to_owned())
        }
        Err(Error::Connect { error, .. }) => match error.kind() {
            io::ErrorKind::ConnectionRefused => ("gone", AnsiColor::Red, "nobody listens".to_owned()),
            io::ErrorKind::NotFound => ("gone", AnsiColor::Red, "there is no socket".to_owned()),
            io::ErrorKind::PermissionDenied => ("closed", AnsiColor::Red, "you may not connect".to_owned()),
            _ => ("fails", AnsiColor::Red, error.to_string()),
        },
        Err(error) => ("fails", AnsiColor::Red, error.to_string()),
    };
    State { word, style: colour.on_default(), detail }
}

fn kind(found: &Found) -> &'static str {
    match found.kind {
        Kind::Monitor => "monitor",
        Kind::Agent => "agent",
    }
}

fn print_json(found: &[Found], states: &[State]) -> io::Result<()> {
    for (found, state) in found.iter().zip(states) {
        let line = json!({
            "name": found.name, "kind": kind(found), "address": found.address.to_string(),
            "state": state.word, "detail": state.detail,
        });
        output::line(&coloured(&line.to_string(), Layout::Compact))?;
    }
    Ok(())
}

fn print_table(found: &[Found], states: &[State]) -> io::Result<()> {
    let width = |text: &dyn Fn(&Found) -> String| {
        found.iter().map(|found| text(found).chars().count()).max().unwrap_or(0)
    };
    let name = |found: &Found| visible(&found.name).into_owned();
    let address = |found: &Found| visible(&found.address.to_string()).into_owned();
    let (names, addresses) = (width(&name), width(&address));
    let mut out = anstream::stdout().lock();
    for (found, state) in found.iter().zip(states) {
        let style = state.style;
        writeln!(
            out,
            "{:names$}  {:7}  {style}{:7}{style:#}  {:addresses$}  {}",
            name(found),
            kind(found),
            state.word,
            address(found),
            visible(&state.detail)
        )?;
    }
    out.flush()
}
