//! What real servers answered is read by the bindings, and written as it came.

use std::collections::BTreeMap;

use integration_tests::protocol::{Outcome, Protocol};
use integration_tests::recording::{messages, recordings};
use integration_tests::required;
use qapi_schema::SchemaName;
use qmp_client::mock::Message;

use crate::deviations::LOST;

#[test]
fn recorded_replies_stay_what_they_are() {
    let Some(recordings) = required(recordings()) else { return };
    let protocol = Protocol::of_all_releases(SchemaName::Qmp);
    for (name, text) in &recordings {
        let mut read: BTreeMap<&str, usize> = BTreeMap::new();
        let mut skipped: BTreeMap<String, usize> = BTreeMap::new();
        let mut mistakes = Vec::new();
        for message in messages(text) {
            match protocol.read(&message) {
                Outcome::Same => *read.entry(kind(&message)).or_default() += 1,
                Outcome::Lost(members) => {
                    *read.entry(kind(&message)).or_default() += 1;
                    let unlisted = members.into_iter().filter(|member| !LOST.contains(&member.as_str()));
                    mistakes.extend(unlisted.map(|member| format!("the schema does not have {member}")));
                }
                // A server may be older or newer than all snapshots.
                Outcome::Unknown(command) => *skipped.entry(command).or_default() += 1,
                Outcome::Mistake(mistake) => mistakes.push(mistake),
            }
        }
        println!("{name}: {read:?}, skipped {skipped:?}");
        assert!(mistakes.is_empty(), "{name}: {}", mistakes.join("\n"));
        assert!(read.contains_key("return"), "{name}: no reply was found");
    }
}

fn kind(message: &Message) -> &'static str {
    match message {
        Message::Greeting(_) => "greeting",
        Message::Command(_) => "command",
        Message::Return { .. } => "return",
        Message::Error { .. } => "error",
        Message::Event { .. } => "event",
    }
}
