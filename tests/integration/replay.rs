//! A mock that replays what a real server said says the same.

use std::collections::BTreeMap;

use integration_tests::recording::recordings;
use integration_tests::required;
use qmp_client::blocking::Client;
use qmp_client::mock::{Builder, Recording};
use qmp_client::{CallOptions, Error};
use qmp_types::qmp::commands::QueryVersion;
use qmp_types::{ErrorClass, json};
use serde_json::Value;
use serde_json::value::RawValue;

#[test]
fn recorded_sessions_are_replayed() {
    let Some(recordings) = required(recordings()) else { return };
    for (name, text) in &recordings {
        let recording: Recording = text.parse().unwrap();
        let (_server, stream) = Builder::replay(recording.clone()).pair().unwrap();
        let client = Client::over(stream).unwrap();
        let mut answered: BTreeMap<bool, usize> = BTreeMap::new();
        for (sent, recorded) in recording.exchanges().filter(|(sent, _)| sent.name != "qmp_capabilities") {
            let arguments: Option<Box<RawValue>> = sent.arguments.as_ref().map(json::to_raw_value);
            let result = match client.execute_raw(&sent.name, arguments.as_deref(), &CallOptions::new()) {
                Ok(result) => Ok(serde_json::from_str::<Value>(result.get()).unwrap()),
                Err(Error::Server { error, .. }) => Err(serde_json::to_value(error).unwrap()),
                Err(error) => panic!("{name}: {}: {error}", sent.name),
            };
            assert_eq!(result.as_ref(), recorded, "{name}: {}", sent.name);
            *answered.entry(result.is_ok()).or_default() += 1;
        }
        println!("{name}: {answered:?}");
        assert!(answered.contains_key(&true), "{name}: nothing was replayed");

        let version = client.execute(&QueryVersion::new()).unwrap();
        assert_eq!(version.package, client.greeting().version.package);
        assert_eq!(version.qemu.major, i64::from(client.greeting().version.qemu.major));
        match client.execute_raw("query-what-nobody-asked", None, &CallOptions::new()) {
            Err(Error::Server { error, .. }) => assert_eq!(error.class, ErrorClass::CommandNotFound),
            other => panic!("{other:?}"),
        }
    }
}
