//! `qmp qom`: the objects of a server.

mod get;
mod list;
mod objects;
mod set;
mod tree;
mod types;

use std::time::Duration;

use clap::Subcommand;
use qmp_client::blocking::Client;

use crate::failure::Failure;
use crate::target::{self, Kind};

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// How long each command may take, in seconds.
    #[arg(short, long, value_name = "SECONDS", default_value = "30", value_parser = target::seconds, global = true)]
    timeout: Duration,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print the properties of an object, and the objects below it.
    List(list::Options),
    /// Print the value of a property.
    Get(get::Options),
    /// Give a property a value.
    Set(set::Options),
    /// Print all objects.
    Tree(tree::Options),
    /// Print the types of objects that the server has.
    Types(types::Types),
    /// Print the properties that the objects of a type have.
    Properties(types::Properties),
}

pub(crate) fn run(target: &target::Options, options: &Options) -> Result<(), Failure> {
    let monitor = || -> Result<Client, Failure> {
        let address = target.one(Kind::Monitor)?.address;
        Ok(Client::connect_with(&address, &target.client_options(options.timeout))?)
    };
    // What is wrong with the command line is said before there is a connection.
    match &options.command {
        Command::List(list) => list::run(&monitor()?, list),
        Command::Get(get) => {
            let property = get.property()?;
            get::run(&monitor()?, &property, get)
        }
        Command::Set(set) => {
            let (property, text) = set.property()?;
            set::run(&monitor()?, &property, text, set)
        }
        Command::Tree(tree) => tree::run(&monitor()?, tree),
        Command::Types(types) => types::types(&monitor()?, types),
        Command::Properties(properties) => types::properties(&monitor()?, properties),
    }
}

/// A property of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Property<'a> {
    path: &'a str,
    name: &'a str,
}

impl<'a> Property<'a> {
    /// Reads `PATH.PROPERTY`, as the tools of QEMU's tree have it: behind the last dot.
    ///
    /// # Errors
    /// When there is no dot, or nothing on one side of it.
    fn parse(text: &'a str) -> Result<Self, Failure> {
        let (path, name) =
            text.rsplit_once('.').filter(|(path, name)| !path.is_empty() && !name.is_empty()).ok_or_else(
                || Failure::usage(format_args!("'{text}': expected PATH PROPERTY or PATH.PROPERTY")),
            )?;
        Ok(Self { path, name })
    }
}

/// A name in pieces that order as people expect: `irq[2]` before `irq[10]`.
fn order_of(name: &str) -> Vec<(usize, &str)> {
    let is_same = |one: &u8, other: &u8| one.is_ascii_digit() == other.is_ascii_digit();
    let pieces = name.as_bytes().chunk_by(is_same).scan(0, |start, piece| {
        let text = name.get(*start..*start + piece.len());
        *start += piece.len();
        text
    });
    // Of numbers the longer one is the larger, as far as they have no zeros in front.
    pieces
        .map(|piece| (if piece.starts_with(|c: char| c.is_ascii_digit()) { piece.len() } else { 0 }, piece))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Property, order_of};

    #[test]
    fn names_are_in_the_order_of_their_numbers() {
        let mut names = ["irq[10]", "é2", "irq[2]", "irq", "", "a", "1", "irq[2].b", "10", "9"];
        names.sort_by(|one, other| order_of(one).cmp(&order_of(other)));
        assert_eq!(names, ["", "a", "irq", "irq[2]", "irq[2].b", "irq[10]", "é2", "1", "9", "10"]);
    }

    #[test]
    fn a_property_is_behind_the_last_dot() {
        let property = Property::parse("/machine/unattached/ich9.0.type").unwrap();
        assert_eq!(property, Property { path: "/machine/unattached/ich9.0", name: "type" });
        for text in ["", ".", "/machine", "/machine.", ".type"] {
            assert!(Property::parse(text).is_err(), "{text}");
        }
    }
}
