//! `qmp ga`: the guest agent.

mod call;
mod exec;
mod files;
mod freeze;
mod power;
mod told;

use std::process::ExitCode;
use std::time::Duration;

use clap::Subcommand;
use qmp_client::blocking::Agent;

use crate::failure::Failure;
use crate::target::{self, Kind};

/// How long a command may take if the user does not say.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug, clap::Args)]
#[command(
    after_help = "The address is that of the socket behind the guest's port org.qemu.guest_agent.0. Without --socket, \
    the environment variable QGA_CLIENT_ADDRESS says it."
)]
pub(crate) struct Options {
    /// How long each command may take, in seconds [default: 30; freezing 60; suspending and shutting down 5], or with exec the program
    /// [default: no limit].
    #[arg(short, long, value_name = "SECONDS", value_parser = target::seconds, global = true)]
    timeout: Option<Duration>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Ask whether the agent answers.
    Ping,
    /// Print the agent's version, and which commands it carries out.
    Info(told::Options),
    /// Print files of the guest.
    Cat(files::Cat),
    /// Copy a file into the guest.
    Put(files::Put),
    /// Run a program in the guest.
    Exec(exec::Options),
    /// Print the guest's network interfaces and their addresses.
    Ifconfig(told::Options),
    /// Freeze and thaw the guest's filesystems.
    #[command(subcommand)]
    Fsfreeze(freeze::Command),
    /// Have the guest's filesystems give back blocks that they do not use.
    Fstrim(told::Fstrim),
    /// Suspend the guest.
    Suspend(power::Suspend),
    /// Shut the guest down and turn it off.
    #[command(visible_alias = "powerdown")]
    Shutdown,
    /// Stop the guest, without turning it off.
    Halt,
    /// Restart the guest.
    Reboot,
    /// Print the guest's time.
    Time(told::Options),
    /// Print who is logged in.
    Users(told::Options),
    /// Print the guest's disks.
    Disks(told::Options),
    /// Execute any command of the agent and print what it answers, as JSON.
    Call(call::Options),
}

/// How the agent is reached, for those who connect again.
#[derive(Debug, Clone, Copy)]
struct Reach<'o> {
    target: &'o target::Options,
    timeout: Option<Duration>,
}

impl Reach<'_> {
    /// Connects. A command may take as long as the user says, or `timeout`.
    ///
    /// # Errors
    /// When no agent is said, or none answers.
    fn connect(self, timeout: Duration) -> Result<Agent, Failure> {
        let target = self.target.one(Kind::Agent)?;
        let options = self.target.client_options(self.timeout.unwrap_or(timeout));
        Ok(Agent::connect_with(&target.address, &options)?)
    }
}

pub(crate) fn run(target: &target::Options, options: &Options) -> Result<ExitCode, Failure> {
    let reach = Reach { target, timeout: options.timeout };
    match &options.command {
        Command::Exec(options) => return Ok(exec::run(reach, options)),
        Command::Fsfreeze(command) => return freeze::run(reach, command),
        Command::Cat(options) => return files::cat(reach, options),
        Command::Put(options) => return files::put(reach, options),
        Command::Ping => told::ping(reach),
        Command::Info(options) => told::info(reach, *options),
        Command::Ifconfig(options) => told::ifconfig(reach, *options),
        Command::Fstrim(options) => told::fstrim(reach, options),
        Command::Time(options) => told::time(reach, *options),
        Command::Users(options) => told::users(reach, *options),
        Command::Disks(options) => told::disks(reach, *options),
        Command::Suspend(options) => power::suspend(reach, options),
        Command::Shutdown => power::shutdown(reach, "powerdown"),
        Command::Halt => power::shutdown(reach, "halt"),
        Command::Reboot => power::shutdown(reach, "reboot"),
        Command::Call(options) => call::run(reach, options),
    }?;
    Ok(ExitCode::SUCCESS)
}
