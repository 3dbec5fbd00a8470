//! `qmp mock`: a small QEMU that runs no guest.

mod block;
mod devices;
mod machine;
mod monitor;
mod schema;

use std::io;
use std::path::PathBuf;

use qmp_client::mock::{Builder, Emitter, Profile};
use qmp_types::qmp::AnyCommand;

use self::machine::Machine;
use crate::failure::Failure;
use crate::output;

const EXAMPLES: &str = "\
Examples:
  qmp mock /tmp/vm.qmp &
  qmp -s /tmp/vm.qmp info
  qmp -s /tmp/vm.qmp exec blockdev-add driver=file node-name=disk0 filename=/tmp/disk
  qmp -s /tmp/vm.qmp exec device-add driver=virtio-blk-pci drive=disk0 id=vd0
  qmp -s /tmp/vm.qmp exec quit";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// Where to listen: a unix socket, which must not exist.
    #[arg(value_name = "SOCKET")]
    socket: PathBuf,
    /// The machine's name.
    #[arg(long, default_value = "mock")]
    name: String,
}

pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let events = Emitter::new();
    let machine = Machine::new(&options.name, events.clone());
    let profile = Profile::monitor().out_of_band(["migrate-pause", "query-yank"]);
    let server = Builder::handlers::<AnyCommand, _>(machine).profile(profile).emitter(events);
    let path = options.socket.display();
    let server = server.listen(&options.socket).map_err(|error| {
        let hint =
            (error.kind() == io::ErrorKind::AddrInUse).then_some("; remove the file if nobody listens there");
        Failure::usage(format_args!("cannot listen at {path}: {error}{}", hint.unwrap_or_default()))
    })?;
    output::line(&output::text::visible(&format!("listening at {path}")))?;
    server.wait();
    Ok(())
}
