//! `qmp exec`.

mod answer;
mod arguments;
mod call;
mod fds;
mod many;
mod request;
mod script;
mod wait;

use clap_complete::engine::ArgValueCompleter;
use qmp_client::blocking::Client;

pub(crate) use self::answer::Options as AnswerOptions;
pub(crate) use self::call::{Call, Options as CallOptions};
pub(crate) use self::request::Request;
pub(crate) use self::script::{Lines, run_lines};
pub(crate) use self::wait::{Awaited, next};
use crate::completion;
use crate::failure::Failure;
use crate::session::Session;
use crate::target::{self, Kind};

const EXAMPLES: &str = "\
Examples:
  qmp exec query-status
  qmp exec blockdev-add driver=qcow2 node-name=disk0 file.driver=file file.filename=disk.qcow2
  qmp exec blockdev-add '{\"driver\": \"null-co\", \"node-name\": \"n\"}' size=4G
  qmp exec device-add driver=virtio-blk-pci drive=disk0 id=vd0
  qmp exec --wait DEVICE_DELETED,device=vd0 device_del id=vd0
  qmp exec set_password protocol=vnc password=@/run/vnc.password
  qmp exec --all '/run/vms/*.qmp' query-status
  printf '%s\\n' stop 'screendump filename=/tmp/a.ppm' cont | qmp exec -";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The command, or all of it as JSON: {"execute": …, "arguments": …}; or - for several, one a line of standard input, over one
    /// connection: COMMAND ARGUMENT…, quoted as in a shell, or JSON. It stops at the first that fails.
    #[arg(value_name = "COMMAND", add = ArgValueCompleter::new(completion::commands))]
    command: String,
    /// Its arguments: KEY=VALUE, of the type that the schema says, with dots in KEY for members (file.driver=…) and elements
    /// (a.0=…) of others; KEY:=JSON, a JSON value; a whole JSON object; @FILE or - (standard input) with one.
    ///
    /// Whole numbers may be 0x10 or 4G, truth values on or off. VALUE may be elsewhere, as passwords should be: @FILE, @- for
    /// standard input, @env:NAME. Two @ stand for one.
    #[arg(value_name = "ARGUMENT", add = ArgValueCompleter::new(completion::arguments))]
    arguments: Vec<String>,
    /// Go on with the next line when a command of several fails.
    #[arg(short, long)]
    keep_going: bool,
    #[command(flatten)]
    call: CallOptions,
    #[command(flatten)]
    answer: AnswerOptions,
    #[command(flatten)]
    many: many::Options,
}

pub(crate) fn run(target: &target::Options, options: &Options) -> Result<(), Failure> {
    let targets = options.many.targets(target)?;
    let call = options.call.call()?;
    let client_options = target.client_options(options.call.timeout);
    let connect = |address: &_| -> Result<Session, Failure> {
        Ok(Session::new(Client::connect_with(address, &client_options)?))
    };
    if options.command == "-" {
        if !options.arguments.is_empty() {
            return Err(Failure::usage("with - for the command, its arguments are on standard input too"));
        }
        let [target] = targets.as_slice() else {
            return Err(Failure::usage("several commands go to one server"));
        };
        let session = connect(&target.address)?;
        let execute = |request: &Request| options.answer.print(&call.make(&session, request)?);
        return run_lines(Lines::of_stdin(), options.keep_going, execute);
    }
    let words = [&options.command].into_iter().chain(&options.arguments).collect::<Vec<_>>();
    let request = Request::parse(&words)?;
    if let Some(target) = options.many.single(&targets) {
        return options.answer.print(&call.make(&connect(&target.address)?, &request)?);
    }
    options.many.run(&targets, |target| call.make(&connect(&target.address)?, &request))
}

/// The one session with the monitor that is meant.
///
/// # Errors
/// When it is not clear which, or there is no connection.
pub(crate) fn session(target: &target::Options, timeout: std::time::Duration) -> Result<Session, Failure> {
    let address = target.one(Kind::Monitor)?.address;
    Ok(Session::new(Client::connect_with(&address, &target.client_options(timeout))?))
}
