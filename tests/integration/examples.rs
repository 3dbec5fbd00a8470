//! The examples in QEMU's documentation are read by the bindings, and written as they stand there.

use std::collections::BTreeSet;
use std::path::Path;

use integration_tests::protocol::{Outcome, Protocol};
use integration_tests::{required, shared};
use qapi_parser::ast::Item;
use qapi_parser::doc::{Block, DocComment, Speaker};
use qapi_parser::{Options, parse_file};
use qapi_schema::SchemaName;
use qmp_client::mock::{Message, Sent, Talk};
use serde_json::Value;

/// The release whose examples are read, and how many of its utterances are.
const RELEASE: &str = "qemu/10.2.2";
const READ: usize = 487;

/// An utterance that is not read, or written as something else: the definition that its comment documents, which
/// utterance of that comment it is, and what is wrong with it.
type Faulty = (&'static str, usize, Fault);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    /// Something is left out, so that it is not JSON.
    Shortened,
    /// A slip, so that it is not JSON.
    NotJson,
    /// The envelope of the reply is missing.
    NoEnvelope,
    /// It lacks a member that the schema requires.
    Lacks(&'static str),
    /// It has a member that the schema does not have.
    Has(&'static str),
    /// A value is not of the schema's type.
    WrongType(&'static str),
}

/// What is wrong in the documentation.
const FAULTY: &[Faulty] = &[
    ("free-form text", 1, Fault::Shortened),
    ("free-form text", 2, Fault::Shortened),
    ("query-rocker-of-dpa-flows", 2, Fault::Shortened),
    ("query-spice", 2, Fault::Shortened),
    ("query-commands", 2, Fault::Shortened),
    ("query-machines", 2, Fault::Shortened),
    // Commas are missing.
    ("query-blockstats", 2, Fault::NotJson),
    // The last brace is missing.
    ("query-cpus-fast", 2, Fault::NotJson),
    // A brace behind the name of the command, in front of its arguments.
    ("set-vcpu-dirty-limit", 1, Fault::NotJson),
    ("cancel-vcpu-dirty-limit", 1, Fault::NotJson),
    ("dumpdtb", 1, Fault::NotJson),
    ("query-dirty-rate", 1, Fault::NoEnvelope),
    ("query-dirty-rate", 2, Fault::NoEnvelope),
    // Older than members that came to be required.
    ("query-block", 2, Fault::Lacks("cache")),
    ("query-named-block-nodes", 2, Fault::Lacks("cache")),
    ("query-migrate", 4, Fault::Lacks("dirty-pages-rate")),
    ("query-migrate", 8, Fault::Lacks("dirty-pages-rate")),
    ("query-migrate", 10, Fault::Lacks("dirty-pages-rate")),
    ("query-iothreads", 2, Fault::Lacks("poll-max-ns")),
    ("query-pci", 2, Fault::Lacks("irq_pin")),
    // It has `disabled-legacy-check`.
    ("x-query-virtio-status", 4, Fault::Lacks("disable-legacy-check")),
    // The member is called `sections`.
    ("query-sgx-capabilities", 2, Fault::Has("SgxInfo.section")),
    // A hexadecimal number, in a string.
    ("migrate", 9, Fault::WrongType("channels[0].addr.offset: expected an integer, found a string")),
];

/// Something that client or server say in an example.
#[derive(Debug)]
struct Utterance {
    /// What the comment documents.
    definition: String,
    /// Which utterance of the comment it is, from 1.
    number: usize,
    text: String,
    said: Said,
}

/// What is said.
#[derive(Debug)]
enum Said {
    Message(Message),
    /// JSON that is not a message.
    Other,
    /// Not JSON, or not all of it.
    Incomplete,
}

/// All that is said in the examples of a schema.
fn utterances(root: &Path) -> Vec<Utterance> {
    let ast = parse_file(root, &Options::default()).unwrap();
    let comments = ast.items.iter().filter_map(|item| match item {
        Item::Definition(definition) => definition.doc.as_deref(),
        Item::FreeFormDoc(comment) => Some(&**comment),
        Item::Include(_) | Item::Pragma(_) => None,
    });
    comments.flat_map(utterances_in).collect()
}

fn utterances_in(comment: &DocComment) -> Vec<Utterance> {
    let definition = comment.symbol.as_ref().map_or("free-form text", |symbol| symbol.name.as_str());
    let mut found = Vec::new();
    for block in comment.sections.iter().flat_map(|section| section.blocks()) {
        let Block::Example(example) = block else { continue };
        // Replies belong to commands of the same example.
        let mut session = Talk::default();
        for part in example.parts.into_iter().filter(|part| part.speaker != Speaker::Narrator) {
            let said = match serde_json::from_str::<Value>(&part.text) {
                Ok(value) => session.message(&value).map_or(Said::Other, Said::Message),
                Err(_) => Said::Incomplete,
            };
            let said = match said {
                // The example has the reply alone, or a command that is not JSON.
                Said::Message(Message::Return { command: None, value }) => {
                    Said::Message(Message::Return { command: Some(sent(definition)), value })
                }
                said => said,
            };
            found.push(Utterance {
                definition: definition.to_owned(),
                number: found.len() + 1,
                text: part.text,
                said,
            });
        }
    }
    found
}

fn sent(name: &str) -> Sent {
    Sent { name: name.to_owned(), arguments: None }
}

impl Utterance {
    /// Whether it has the fault that is listed.
    fn has(&self, fault: Fault, outcome: Option<&Outcome>) -> bool {
        match (fault, &self.said, outcome) {
            (Fault::Shortened, Said::Incomplete, _) => self.text.contains("..."),
            (Fault::NotJson, Said::Incomplete, _) => !self.text.contains("..."),
            (Fault::NoEnvelope, Said::Other, _) => true,
            (Fault::Lacks(member), _, Some(Outcome::Mistake(mistake))) => {
                mistake.contains(&format!("member '{member}' is missing"))
            }
            (Fault::WrongType(error), _, Some(Outcome::Mistake(mistake))) => mistake.contains(error),
            (Fault::Has(member), _, Some(Outcome::Lost(lost))) => *lost == [member],
            _ => false,
        }
    }
}

#[test]
fn the_examples_of_the_documentation_stay_what_they_are() {
    let Some(tree) = required(shared::path(RELEASE)) else { return };
    let mut read = 0;
    let mut faulty = BTreeSet::new();
    for schema in [SchemaName::Qmp, SchemaName::Qga] {
        let protocol = Protocol::of_all_releases(schema);
        for utterance in utterances(&tree.join(schema.root_file())) {
            let outcome = match &utterance.said {
                Said::Message(message) => Some(protocol.read(message)),
                Said::Other | Said::Incomplete => None,
            };
            if outcome == Some(Outcome::Same) {
                read += 1;
                continue;
            }
            let Utterance { definition, number, text, .. } = &utterance;
            let listed = FAULTY.iter().find(|(of, which, _)| of == definition && which == number);
            let listed = listed.filter(|(.., fault)| utterance.has(*fault, outcome.as_ref()));
            let unexpected = || panic!("{schema}: {definition}, {number}: {outcome:?}\n{text}");
            faulty.insert(*listed.unwrap_or_else(unexpected));
        }
    }
    assert_eq!(read, READ);
    // An entry that no longer applies is to go.
    assert_eq!(faulty, FAULTY.iter().copied().collect());
}
