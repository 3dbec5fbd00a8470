//! `qmp mock`: a small QEMU that runs no guest, and the agent of the guest that it does not run.

mod block;
mod devices;
mod guest;
mod machine;
mod models;
mod monitor;
mod objects;
mod schema;

use std::io;
use std::path::{Path, PathBuf};

use qmp_client::mock::{Builder, Emitter, Profile, Server};
use qmp_types::{qga, qmp};

use self::guest::Guest;
use self::machine::Machine;
use crate::failure::Failure;
use crate::output;

const EXAMPLES: &str = "\
Examples:
  qmp mock /tmp/vm.qmp &
  qmp -s /tmp/vm.qmp info
  qmp -s /tmp/vm.qmp exec blockdev-add driver=file node-name=disk0 filename=/tmp/disk
  qmp -s /tmp/vm.qmp exec device-add driver=virtio-blk-pci drive=disk0 id=vd0
  qmp -s /tmp/vm.qmp exec quit
  qmp mock /tmp/vm.qmp --agent /tmp/vm.qga &
  qmp ga -s /tmp/vm.qga exec echo Hello";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// Where to listen: a unix socket, which must not exist.
    #[arg(value_name = "SOCKET")]
    socket: PathBuf,
    /// Where the agent of a guest listens too: another unix socket. Its files are in memory, its few programs (cat, echo, false, true,
    /// wc -c) are functions: nothing of this machine is read, run or changed.
    #[arg(long, value_name = "SOCKET")]
    agent: Option<PathBuf>,
    /// The machine's name.
    #[arg(long, default_value = "mock")]
    name: String,
}

pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let events = Emitter::new();
    let machine = Machine::new(&options.name, events.clone());
    let profile = Profile::monitor().out_of_band(["migrate-pause", "query-yank"]);
    let monitor = Builder::handlers::<qmp::AnyCommand, _>(machine).profile(profile).emitter(events);
    let monitor = listen(monitor, &options.socket)?;
    let agent = options.agent.as_deref().map(|path| {
        let agent = Builder::handlers::<qga::AnyCommand, _>(Guest::new(&options.name));
        listen(agent.profile(Profile::agent()), path)
    });
    // It serves for as long as the monitor does.
    let _agent = agent.transpose()?;
    tell("listening at", &options.socket)?;
    if let Some(path) = &options.agent {
        tell("guest agent at", path)?;
    }
    monitor.wait();
    Ok(())
}

fn listen(server: Builder, path: &Path) -> Result<Server, Failure> {
    server.listen(path).map_err(|error| {
        let hint =
            (error.kind() == io::ErrorKind::AddrInUse).then_some("; remove the file if nobody listens there");
        let path = path.display();
        Failure::usage(format_args!("cannot listen at {path}: {error}{}", hint.unwrap_or_default()))
    })
}

fn tell(what: &str, path: &Path) -> Result<(), Failure> {
    Ok(output::line(&output::text::visible(&format!("{what} {}", path.display())))?)
}
