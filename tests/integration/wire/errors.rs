//! What servers refuse.

use integration_tests::server::Kind;
use qmp_client::protocol::ProtocolError;
use qmp_client::{CallOptions, Error, Options};
use qmp_types::ErrorClass;
use serde_json::json;

use super::{Call, SHORT, on_both_kinds, on_each};

/// Arguments that are JSON, and that QEMU's parser refuses without saying whose they were.
fn refused() -> [Call; 2] {
    ["{\"a\":1,\"a\":2}", "{\"a\":\"\\uD800\"}"].map(|text| Call::text("query-version", text))
}

/// Arguments that nest so deep, the object around them included.
fn nested(levels: usize) -> Call {
    Call::text("query-version", &format!("{{\"a\":{}{}}}", "[".repeat(levels - 1), "]".repeat(levels - 1)))
}

#[test]
fn errors_without_id_are_those_of_the_only_call() {
    on_both_kinds(&Options::new(), |_, client| {
        for call in refused() {
            let error = client.make(&call).unwrap_err();
            let Error::Server { error, .. } = error else { panic!("{error}") };
            assert_eq!(error.class, ErrorClass::GenericError);
            client.assert_usable();
        }
    });
}

/// Beyond what QEMU takes it answers each bracket, and with out-of-band execution (7.2 and 10.0) it sometimes counts more
/// errors than its queue of requests has places for, and aborts.
#[test]
fn arguments_nest_as_deep_as_servers_take_and_no_deeper() {
    on_both_kinds(&Options::new(), |_, client| {
        let error = client.make(&nested(1000)).unwrap_err();
        assert!(matches!(error, Error::Server { .. }), "{error:?}");
        let error = client.make(&nested(1001)).unwrap_err();
        assert!(matches!(error, Error::Protocol(ProtocolError::TooDeep { limit: 1000 })), "{error:?}");
        client.assert_usable();
    });
}

/// Nobody can tell whose they are, so that all may wait in vain; but what comes behind them does not.
#[test]
fn errors_without_id_among_many_calls_leave_the_connection_usable() {
    for out_of_band in [true, false] {
        on_each(Kind::StorageDaemon, &Options::new().out_of_band(out_of_band), |_, client| {
            let calls = (0..4).flat_map(|_| refused()).map(|call| call.timeout(SHORT)).collect();
            for result in client.together(calls) {
                assert!(matches!(result, Err(Error::Server { .. } | Error::Timeout { .. })), "{result:?}");
            }
            client.assert_usable();
        });
    }
}

#[test]
fn classes_are_told_apart() {
    on_each(Kind::System, &Options::new(), |_, client| {
        let class = |name, arguments| match client.call(name, &arguments) {
            Err(Error::Server { error, .. }) => error.class,
            other => panic!("{other:?}"),
        };
        assert_eq!(class("no-such-command", json!({})), ErrorClass::CommandNotFound);
        assert_eq!(class("qmp_capabilities", json!({})), ErrorClass::CommandNotFound);
        assert_eq!(class("device_del", json!({"id": "nobody"})), ErrorClass::DeviceNotFound);
        assert_eq!(class("query-version", json!({"x": 1})), ErrorClass::GenericError);
        assert_eq!(class("human-monitor-command", json!({"command-line": 1})), ErrorClass::GenericError);
    });
}

#[test]
fn what_may_not_be_executed_out_of_band_is_refused() {
    let out_of_band =
        || Call { options: CallOptions::new().out_of_band(), ..Call::new("query-version", &json!({})) };
    on_both_kinds(&Options::new(), |_, client| {
        let error = client.make(&out_of_band()).unwrap_err();
        assert!(matches!(error, Error::Server { .. }), "{error:?}");
        client.assert_usable();
    });
    on_both_kinds(&Options::new().out_of_band(false), |_, client| {
        let error = client.make(&out_of_band()).unwrap_err();
        assert!(matches!(error, Error::Protocol(ProtocolError::OutOfBandNotEnabled)), "{error:?}");
        assert!(!error.is_disconnected());
        client.assert_usable();
    });
}
