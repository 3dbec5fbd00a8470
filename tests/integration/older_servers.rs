//! The bindings read what servers of any release may send.

use std::collections::BTreeSet;

use integration_tests::arbitrary::{Generator, Sample, Surprises};
use integration_tests::bindings::{self, Binding, QGA, QMP, RoundTrip};
use integration_tests::pairs::Pairs;
use integration_tests::recording::{messages, recordings};
use integration_tests::required;
use integration_tests::shapes::{ShapeId, Shapes};
use integration_tests::values::{Difference, differences};
use qapi_schema::{SchemaName, snapshot};
use qmp_client::mock::Message;

use crate::deviations::LOST;

/// How many values there are of each type.
const CASES: usize = 12;

/// How many mistakes are shown.
const SHOWN: usize = 10;

/// The schema of a release, and the bindings of all of them.
struct Test<'s> {
    title: &'s str,
    older: &'s Shapes,
    all: &'s Shapes,
    bindings: &'static [Binding],
}

/// What became of the values of the older schema.
#[derive(Debug, Default)]
struct Tally {
    types: usize,
    returns: usize,
    events: usize,
    mistakes: Vec<String>,
}

impl Test<'_> {
    /// Reads values of everything that a server of the older schema sends.
    ///
    /// Each type is read as such too, for values of some are rare deep inside of a reply.
    fn run(&self) -> Tally {
        let Self { older, all, bindings, .. } = *self;
        let generator = Generator::new(older);
        let value = |id, number| generator.value(id, number, Surprises::None);
        let mut tally = Tally::default();
        for (older_id, id) in Pairs::of(older, all).types {
            let name = all.name(id);
            let is_type = |kind: &str| kind != "command" && kind != "event";
            let Some(binding) = bindings::find(bindings, is_type, name) else { continue };
            tally.types += 1;
            let cases = generator.choices(older_id).max(CASES);
            let samples = (0..cases).map(|number| value(older_id, number));
            self.read(&mut tally, name, Some(id), binding.round_trip, samples);
        }
        for (name, message) in &older.commands {
            let Some(returned) = bindings::command(bindings, name).and_then(|it| it.returned) else {
                continue;
            };
            let Some(id) = message.returns else { continue };
            tally.returns += 1;
            let samples = (0..CASES).map(|number| value(id, number));
            self.read(&mut tally, name, all.commands[name].returns, returned, samples);
        }
        for (name, message) in &older.events {
            let Some(event) = bindings::event(bindings, name) else { continue };
            tally.events += 1;
            let samples = (0..CASES).map(|number| generator.data(name, message, number, Surprises::None));
            self.read(&mut tally, name, all.events[name].data, event.round_trip, samples);
        }
        tally.mistakes.sort();
        tally
    }

    fn read(
        &self,
        tally: &mut Tally,
        what: &str,
        id: Option<ShapeId>,
        round_trip: RoundTrip,
        samples: impl Iterator<Item = Sample>,
    ) {
        for Sample { text, kept } in samples {
            let mistake = |mistake: &str| format!("{}: {what}: {mistake}: {text}", self.title);
            match round_trip(&text) {
                Ok(written) => {
                    let differences = differences(self.all, id, &kept, &written).into_iter();
                    tally.mistakes.extend(differences.filter_map(|difference| match difference {
                        Difference::UnknownMember(member) if LOST.contains(&member.as_str()) => None,
                        Difference::UnknownMember(member) => Some(mistake(&format!("{member} is lost"))),
                        Difference::Other(other) => Some(mistake(&other)),
                    }));
                }
                Err(error) => tally.mistakes.push(mistake(&error)),
            }
        }
    }
}

fn all_releases(name: SchemaName) -> Shapes {
    Shapes::of_schema(&snapshot::merged(name).unwrap())
}

#[test]
fn what_each_release_sends_is_read() {
    let mut dropped = BTreeSet::new();
    for (name, bindings) in [(SchemaName::Qmp, QMP), (SchemaName::Qga, QGA)] {
        let all = all_releases(name);
        for release in snapshot::releases(name) {
            let title = format!("{name} {release}");
            let older = Shapes::of_schema(&snapshot::find(release, name).unwrap().load().unwrap());
            let tally = Test { title: &title, older: &older, all: &all, bindings }.run();
            assert!(tally.mistakes.is_empty(), "{}", shown(&tally.mistakes));
            assert!(tally.types > 0 && tally.returns > 0, "{title}: nothing was read");
            println!("{title}: {} types, {} returns, {} events", tally.types, tally.returns, tally.events);
            dropped.extend(Pairs::of(&older, &all).dropped);
        }
    }
    // The table says what is so, and no more.
    let lost: BTreeSet<_> = LOST.iter().map(|member| (*member).to_owned()).collect();
    assert_eq!(dropped, lost);
}

/// Servers of further releases and architectures say what they may send.
#[test]
fn what_recorded_servers_may_send_is_read() {
    let Some(recordings) = required(recordings()) else { return };
    let all = all_releases(SchemaName::Qmp);
    for (name, text) in &recordings {
        let introspection = messages(text).into_iter().find_map(|message| match message {
            Message::Return { command: Some(sent), value } if sent.name == "query-qmp-schema" => Some(value),
            _ => None,
        });
        let Some(introspection) = introspection else { continue };
        let older = Shapes::of_introspection(&introspection);
        let tally = Test { title: name, older: &older, all: &all, bindings: QMP }.run();
        assert!(tally.mistakes.is_empty(), "{}", shown(&tally.mistakes));
        assert!(tally.types > 0 && tally.returns > 0, "{name}: nothing was read");
        let dropped: Vec<_> = Pairs::of(&older, &all).dropped.into_iter().collect();
        let unlisted: Vec<_> = dropped.iter().filter(|member| !LOST.contains(&member.as_str())).collect();
        assert!(unlisted.is_empty(), "{name}: members that the schema does not have: {unlisted:?}");
        println!("{name}: {} types, {} returns, {} events", tally.types, tally.returns, tally.events);
    }
}

fn shown(mistakes: &[String]) -> String {
    format!("{} mistakes, of which\n{}", mistakes.len(), mistakes[..mistakes.len().min(SHOWN)].join("\n"))
}
