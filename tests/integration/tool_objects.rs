//! `qmp qom` with real servers.

use integration_tests::required;
use integration_tests::server::Kind;
use integration_tests::tool::{ends, qmp};

use crate::tool::Listening;

/// Runs a test with each release that there is, and a way to ask it.
fn with_machines(test: impl Fn(&dyn Fn(&[&str], i32) -> String)) {
    let Some(installed) = required(Kind::System.installed()) else { return };
    for program in [installed].into_iter().chain(Kind::System.further_releases()) {
        let machine = Listening::start(Kind::System, &program);
        test(&|words, code| {
            let words: Vec<_> = ["qom"].into_iter().chain(words.iter().copied()).collect();
            ends(&mut qmp(&machine.socket(), &words), code)
        });
    }
}

#[test]
fn properties_are_read_and_set() {
    with_machines(|qom| {
        assert!(qom(&["get", "/machine.type"], 0).starts_with("pc-q35-"));
        assert!(qom(&["get", "/machine", "type", "--json"], 0).starts_with("\"pc-q35-"));
        assert!(qom(&["list"], 0).contains("machine/  "));
        assert!(qom(&["list", "/machine"], 0).lines().any(|line| line.starts_with("@memory-backend/ ")));
        let listed = qom(&["list", "--values", "/machine/peripheral/root0"], 0);
        assert!(listed.lines().any(|line| line.split_whitespace().eq(["port", "uint8", "0"])), "{listed}");
        assert!(listed.contains("@parent_bus/"), "{listed}");

        // A truth value, a number of bytes, one whose type has a name of its own, an enum, a string, an object.
        for (property, text, value) in [
            ("graphics", "off", "false\n"),
            ("max-fw-size", "9M", "9437184\n"),
            ("bus-lock-ratelimit", "7", "7\n"),
            ("smm", "off", "off\n"),
            ("firmware", "1", "1\n"),
        ] {
            assert_eq!(qom(&["set", "/machine", property, text], 0), "");
            assert_eq!(qom(&["get", "/machine", property], 0), value);
        }
        assert_eq!(qom(&["set", "--json", "/machine.graphics", "true"], 0), "");
        assert_eq!(qom(&["get", "/machine.graphics"], 0), "true\n");
    });
}

#[test]
fn what_cannot_be_read_or_set_is_told() {
    with_machines(|qom| {
        for words in [
            &["get", "/machine", "nothing"][..],
            &["get", "/nowhere.type"],
            &["list", "/nowhere"],
            &["tree", "/nowhere"],
            &["set", "/nowhere", "x", "y"],
            &["set", "/machine", "type", "x"],
            &["properties", "nothing"],
        ] {
            assert!(qom(words, 1).starts_with("error: qom-"));
        }
        assert!(qom(&["set", "/machine", "graphic", "on"], 1).contains("did you mean 'graphics'?"));
        for words in [
            &["set", "/machine", "graphics", "maybe"][..],
            &["set", "/machine", "max-fw-size", "much"],
            &["set", "/machine", "peripheral", "x"],
            &["set", "--json", "/machine", "graphics", "maybe"],
            &["get", "/machine"],
        ] {
            assert!(qom(words, 2).starts_with("error: "));
        }
    });
}

#[test]
fn types_and_trees() {
    with_machines(|qom| {
        let types = qom(&["types", "--implements", "bus"], 0);
        assert!(types.lines().any(|line| line.split_whitespace().eq(["PCIE", "PCI"])), "{types}");
        assert!(qom(&["properties", "virtio-rng-pci"], 0).contains("max-bytes"));
        assert!(qom(&["properties", "/machine"], 0).contains("graphics"));

        let tree = qom(&["tree"], 0);
        assert!(tree.starts_with("/\n") && tree.contains("\n      /root0 (pcie-root-port)\n"), "{tree}");
        assert!(tree.lines().count() > 100);
        let first = "  /machine (pc-q35-";
        assert!(qom(&["tree", "--depth", "1"], 0).lines().any(|line| line.starts_with(first)));
        let valued = qom(&["tree", "-v", "/machine/peripheral"], 0);
        assert!(valued.contains("\n    port: 0 (uint8)\n"), "{valued}");
        // Every value is there, or the server says why not.
        let json: serde_json::Value = serde_json::from_str(&qom(&["tree", "-v", "--json"], 0)).unwrap();
        let objects = json.as_array().unwrap();
        assert_eq!(objects.len(), tree.lines().count());
        let properties = objects.iter().flat_map(|object| object["properties"].as_array().unwrap());
        assert!(properties.clone().count() > 500);
        for property in properties {
            assert!(property.get("value").is_some() || property.get("error").is_some(), "{property}");
        }
    });
}
