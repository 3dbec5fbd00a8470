//! `qmp man`.

use std::path::PathBuf;

use clap::CommandFactory;

use crate::cli::Cli;
use crate::failure::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The folder to write them to: qmp.1, and a page for each command.
    #[arg(value_name = "FOLDER")]
    folder: PathBuf,
}

pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let folder = &options.folder;
    clap_mangen::generate_to(Cli::command(), folder)
        .map_err(|error| Failure::usage(format_args!("folder {}: {error}", folder.display())))
}
