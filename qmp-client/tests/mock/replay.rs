//! The server that answers from a recording.

use qmp_client::blocking::Client;
use qmp_client::mock::{Builder, Recording};
use qmp_client::{CallOptions, Error};
use qmp_types::ErrorClass;
use serde_json::value::RawValue;

const TEXT: &str = r#"
{ "execute": "qmp_capabilities", "id": "a-1" }

{ "return": {}, "id": "a-1" }

{ "execute": "query-version", "id": "a-2" }

{ "return": { "qemu": { "major": 8, "minor": 2, "micro": 1 }, "package": "p" }, "id": "a-2" }

{ "execute": "query-name", "id": "a-3" }

{ "return": { "name": "first" }, "id": "a-3" }

{ "execute": "qmp_capabilities", "id": "a-1" }

{ "return": {}, "id": "a-1" }

{ "execute": "query-name", "id": "a-2" }

{ "return": { "name": "second" }, "id": "a-2" }

{ "execute": "qom-get", "arguments": { "path": "/a", "property": "p" }, "id": "a-3" }

{ "return": 1, "id": "a-3" }

{ "execute": "qom-get", "arguments": { "path": "/b", "property": "p" }, "id": "a-4" }

{ "error": { "class": "DeviceNotFound", "desc": "no b" }, "id": "a-4" }
"#;

fn ask(client: &Client, name: &str, arguments: Option<&str>) -> Result<String, ErrorClass> {
    let arguments = arguments.map(|text| RawValue::from_string(text.to_owned()).unwrap());
    match client.execute_raw(name, arguments.as_deref(), &CallOptions::new()) {
        Ok(result) => Ok(result.get().to_owned()),
        Err(Error::Server { error, .. }) => Err(error.class),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn what_was_recorded_is_answered() {
    let recording: Recording = TEXT.parse().unwrap();
    let (_server, stream) = Builder::replay(recording).pair().unwrap();
    let client = Client::over(stream).unwrap();
    let version = &client.greeting().version;
    assert_eq!((version.qemu.major, version.package.as_str()), (8, "p"));

    let names = [0; 3].map(|_| ask(&client, "query-name", Some("{}")).unwrap());
    assert_eq!(names, [r#"{"name": "first"}"#, r#"{"name": "second"}"#, r#"{"name": "second"}"#]);
    let get = |client: &Client, path: &str| {
        ask(client, "qom-get", Some(&format!(r#"{{"property":"p","path":"{path}"}}"#)))
    };
    assert_eq!(get(&client, "/b"), Err(ErrorClass::DeviceNotFound));
    assert_eq!(get(&client, "/a"), Ok("1".to_owned()));
    assert_eq!(get(&client, "/a"), Ok("1".to_owned()));
    assert_eq!(get(&client, "/c"), Err(ErrorClass::CommandNotFound));
    assert_eq!(ask(&client, "query-block", None), Err(ErrorClass::CommandNotFound));
    assert!(ask(&client, "query-version", Some(r#"{"any": 1}"#)).is_ok());
}

#[test]
fn each_connection_replays_from_the_beginning() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qmp");
    let _server = Builder::replay(TEXT.parse().unwrap()).listen(&path).unwrap();
    let address = format!("unix:{}", path.display()).parse().unwrap();
    for _ in 0..2 {
        let client = Client::connect(&address).unwrap();
        assert_eq!(ask(&client, "query-name", None).unwrap(), r#"{"name": "first"}"#);
    }
}
