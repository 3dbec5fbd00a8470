//! `qmp completion`, and what shells are answered when they ask what may come next.
//!
//! Commands, arguments and their values come from the server that the command line or the environment names, if it answers at
//! once, and from the bindings otherwise.

mod arguments;
mod words;

use std::ffi::OsStr;
use std::io::Write;
use std::time::Duration;

use clap::CommandFactory;
use clap_complete::engine::CompletionCandidate;
use clap_complete::env::{CompleteEnv, Shells};
use qmp_client::Options as ClientOptions;
use qmp_client::blocking::Client;
use qmp_types::qmp::SCHEMA;

use self::words::Words;
use crate::cli::Cli;
use crate::failure::Failure;
use crate::session::Session;
use crate::target::{self, Kind};

/// The variable by which a shell asks.
const VARIABLE: &str = "_QMP_COMPLETE";

/// How long a server may take to say what it has: somebody is waiting at a keyboard.
const PATIENCE: Duration = Duration::from_millis(300);

/// A line of bash splits words at `=` and `:`, and says so to nobody: the whole line tells.
const BASH_WRAPPER: &str = r#"
_qmp() {
    local -x _QMP_COMPLETE_LINE="${COMP_LINE:0:COMP_POINT}"
    _clap_complete_qmp "$@"
    [[ "${COMPREPLY-}" == *. ]] && compopt -o nospace 2> /dev/null
    return 0
}
complete -o nospace -o bashdefault -F _qmp qmp
"#;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  source <(qmp completion bash)
  source <(qmp completion zsh)
  qmp completion fish | source")]
pub(crate) struct Options {
    /// The shell.
    #[arg(value_name = "SHELL", value_parser = ["bash", "zsh", "fish"])]
    shell: String,
}

/// Answers a shell that asks, and ends the program. Otherwise it does nothing.
pub(crate) fn answer_a_shell() {
    if std::env::var_os(VARIABLE).is_some() {
        CompleteEnv::with_factory(Cli::command).var(VARIABLE).complete();
    }
}

/// Prints what makes a shell ask.
pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let shells = Shells::builtins();
    let Some(completer) = shells.completer(&options.shell) else {
        return Err(Failure::usage(format_args!("there is no completion for {}", options.shell)));
    };
    let mut script = Vec::new();
    completer.write_registration(VARIABLE, "qmp", "qmp", "qmp", &mut script)?;
    if options.shell == "bash" {
        script.extend_from_slice(BASH_WRAPPER.as_bytes());
    }
    std::io::stdout().write_all(&script)?;
    Ok(())
}

/// The session with the server that the words name, if it answers at once.
fn session(words: &Words) -> Option<Session> {
    let options = ClientOptions::new().connect_timeout(PATIENCE).call_timeout(PATIENCE);
    let name = words.socket().map(str::to_owned).or_else(|| std::env::var(Kind::Monitor.variable()).ok())?;
    let address = target::resolve(&name, Kind::Monitor).ok()?.address;
    Some(Session::new(Client::connect_with(&address, &options).ok()?))
}

/// Names that begin as the word does.
fn beginning<'a>(current: &OsStr, names: impl IntoIterator<Item = &'a str>) -> Vec<CompletionCandidate> {
    let Some(current) = current.to_str() else { return Vec::new() };
    let fitting = names.into_iter().filter(|name| name.starts_with(current));
    fitting.map(CompletionCandidate::new).collect()
}

/// The commands of the server, or of the bindings.
pub(crate) fn commands(current: &OsStr) -> Vec<CompletionCandidate> {
    let schema = session(&Words::given()).and_then(|session| session.schema());
    match &schema {
        Some(schema) => beginning(current, schema.commands().map(|command| command.name())),
        None => beginning(current, SCHEMA.commands.iter().map(|command| command.name)),
    }
}

/// The events of the bindings: what a server has besides is rare, and asking takes time.
pub(crate) fn events(current: &OsStr) -> Vec<CompletionCandidate> {
    beginning(current, SCHEMA.events.iter().map(|event| event.name))
}

/// Commands, events and types.
pub(crate) fn definitions(current: &OsStr) -> Vec<CompletionCandidate> {
    let commands = SCHEMA.commands.iter().map(|command| command.name);
    let events = SCHEMA.events.iter().map(|event| event.name);
    beginning(current, commands.chain(events).chain(SCHEMA.types.iter().map(|type_| type_.name)))
}

/// The names of servers.
pub(crate) fn sockets(current: &OsStr) -> Vec<CompletionCandidate> {
    let found = target::found().unwrap_or_default();
    let mut candidates = beginning(current, found.iter().map(|found| &*found.name));
    let paths = clap_complete::engine::PathCompleter::any();
    candidates.extend(clap_complete::engine::ValueCompleter::complete(&paths, current));
    candidates
}

/// The arguments of the command that the words name, or the values of the one that is begun.
pub(crate) fn arguments(current: &OsStr) -> Vec<CompletionCandidate> {
    let words = Words::given();
    let Some((command, given)) = words.command() else { return Vec::new() };
    let session = session(&words);
    let candidates = arguments::candidates(session.as_ref(), command, given, words.current());
    // The shell replaces what it takes for the word, which may be the part behind a `=`.
    let whole = words.current();
    let kept = current.to_str().and_then(|current| whole.strip_suffix(current)).map_or(0, str::len);
    let shown = candidates.iter().filter_map(|candidate| candidate.get(kept..));
    shown.map(CompletionCandidate::new).collect()
}
