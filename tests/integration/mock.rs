//! The mock answers as a real server does: with the same results, error classes and ids, in the same order.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use integration_tests::required;
use integration_tests::server::{Kind, Server};
use qmp_client::mock::{Builder, Profile};
use qmp_types::ServerError;
use qmp_types::qmp::handlers::{Handlers, Misc, Qom, RunState};
use qmp_types::qmp::{AnyCommand, commands, types};
use serde_json::{Value, json};

/// What is sent before the negotiation.
const EARLY: &[&[u8]] = &[
    br#"{"execute":"query-status"}"#,
    br#"{"execute":"foo","id":1}"#,
    br#"{"exec-oob":"query-status","id":1}"#,
    br#"{"execute":"qmp_capabilities","arguments":{"enable":["bogus"]}}"#,
    br#"{"execute":"qmp_capabilities","arguments":{"x":1},"id":2}"#,
    br#"{"id":7}"#,
    b"foo\r\n",
];

/// What is sent behind it. Of what makes real servers complain more than once in a way of their own there is none.
const LATE: &[&[u8]] = &[
    br#"{"execute":"qmp_capabilities"}"#,
    br#"{"execute":"qmp_capabilities","id":"c"}"#,
    b"foo\r\n",
    br#"{"execute":"query-status",}"#,
    b"[1,2]\r\n",
    br#"[{"execute":"query-status"}]"#,
    b"\"x\"\r\n12\r\nnull\r\n",
    b"{}",
    br#"{"id":7}"#,
    br#"{"execute":"query-status","foo":1,"id":"x"}"#,
    br#"{"execute":"query-status","execute":"query-name"}"#,
    br#"{"execute":5}"#,
    br#"{"execute":"query-status","arguments":[]}"#,
    br#"{"execute":"query-status","arguments":null}"#,
    br#"{"execute":"query-status","arguments":{}}"#,
    br#"{"execute":"foo","id":"x"}"#,
    br#"{"execute":"query-status","arguments":{"x":1}}"#,
    br#"{"execute":"qom-get","arguments":{"path":"/"}}"#,
    br#"{"execute":"qom-get","arguments":{"path":1,"property":"x"},"id":[1]}"#,
    br#"{"execute":"query-status","id":null}"#,
    br#"{"execute":"query-name","id":{"b":1,"a":[null]}}{"execute":"query-name","id":12345678901234567890}"#,
    br#"{"execute":"query-name","id":1.5}{"execute":"query-name","id":true}"#,
    b"{\"execute\":\"query-name\",\"id\":\"\\u00e9\xc3\xa9\\n\\ud83d\\ude00\"}",
    br#"{"execute":"query-name","id":1}{"execute":"query-status","id":1}{"execute":"query-name","id":3}"#,
    b"{\n \"execute\":\n  \"query-name\"\n}\n",
    b"\xff",
    b"\xff{\"execute\":\"query-name\",\"id\":\"x\"}\r\n",
    b"{\"execute\":\"query-na\xff{\"execute\":\"query-name\",\"id\":\"x\"}\r\n",
    b"\0{\"execute\":\"query-name\"}\r\n",
    b"{\"execute\":\"caf\xe9\",\"id\":\"x\"}",
    br#"{"execute":"\u0000"}"#,
    "{\"execute\":\"caf\u{e9}\u{20ac}\u{1f600}\"}".as_bytes(),
    br#"{"exec-oob":"query-status","id":"o"}"#,
    br#"{"execute":"query-name","exec-oob":"query-name","id":"o"}"#,
];

/// What is sent behind a negotiation of execution out-of-band.
const OUT_OF_BAND: &[&[u8]] = &[
    br#"{"exec-oob":"query-status","id":"o"}"#,
    br#"{"execute":"query-name","exec-oob":"query-name","id":"o"}"#,
    br#"{"execute":"query-name","id":"o"}"#,
    br#"{"exec-oob":5}"#,
];

#[derive(Debug)]
struct Machine;

impl Handlers for Machine {
    fn misc(&mut self) -> Option<&mut dyn Misc> {
        Some(self)
    }

    fn qom(&mut self) -> Option<&mut dyn Qom> {
        Some(self)
    }

    fn run_state(&mut self) -> Option<&mut dyn RunState> {
        Some(self)
    }
}

impl Misc for Machine {
    fn query_name(&mut self, _: commands::QueryName) -> Result<types::NameInfo, ServerError> {
        Ok(types::NameInfo::new())
    }
}

impl Qom for Machine {}

impl RunState for Machine {
    fn query_status(&mut self, _: commands::QueryStatus) -> Result<types::StatusInfo, ServerError> {
        Ok(types::StatusInfo::new(true, types::RunState::Running))
    }
}

/// A connection whose answers are read up to the answer to a request that is always understood.
struct Talk(BufReader<UnixStream>);

impl Talk {
    fn new(stream: UnixStream) -> Self {
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Self(BufReader::new(stream))
    }

    fn line(&mut self) -> Value {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        assert!(line.is_ascii() && line.ends_with("\r\n"), "{line:?}");
        serde_json::from_str(&line).unwrap()
    }

    /// What an input is answered, without the texts for humans and without what only older servers say.
    fn answers(&mut self, input: &[u8]) -> Vec<Value> {
        self.0.get_mut().write_all(input).unwrap();
        self.0.get_mut().write_all(br#"{"execute":"query-name","id":"alive"}"#).unwrap();
        let mut answers = Vec::new();
        while answers.last().is_none_or(|answer: &Value| answer["id"] != "alive") {
            let mut answer = self.line();
            if let Some(error) = answer.get_mut("error").and_then(Value::as_object_mut) {
                assert!(error.remove("desc").is_some_and(|desc| desc.is_string()));
            }
            if let Some(status) = answer.get_mut("return").and_then(Value::as_object_mut) {
                status.remove("singlestep");
            }
            answers.push(answer);
        }
        answers
    }
}

#[test]
fn a_mock_answers_as_a_real_server_does() {
    let Some(program) = required(Kind::System.installed()) else { return };
    for program in std::iter::once(program).chain(Kind::System.further_releases()) {
        answers_are_equal(&program, &json!({}), &[EARLY, LATE]);
        answers_are_equal(&program, &json!({"enable": ["oob"]}), &[EARLY, OUT_OF_BAND]);
    }
}

fn answers_are_equal(program: &Path, capabilities: &Value, [early, late]: &[&[&[u8]]; 2]) {
    let (_real, stream) = Server::start_unread(Kind::System, program);
    let mut real = Talk::new(stream);
    // The names of two commands that real servers have.
    let profile = Profile::monitor().out_of_band(["migrate-pause", "yank"]);
    let (_mock, stream) = Builder::handlers::<AnyCommand, _>(Machine).profile(profile).pair().unwrap();
    let mut mock = Talk::new(stream);

    let greetings = [&mut real, &mut mock].map(Talk::line);
    assert_eq!(greetings[0]["QMP"]["capabilities"], greetings[1]["QMP"]["capabilities"]);
    let negotiation = json!({"execute": "qmp_capabilities", "arguments": capabilities}).to_string();
    let inputs = early.iter().copied().chain([negotiation.as_bytes()]).chain(late.iter().copied());
    for input in inputs {
        assert_eq!(
            mock.answers(input),
            real.answers(input),
            "{}: {}",
            program.display(),
            input.escape_ascii()
        );
    }
}
