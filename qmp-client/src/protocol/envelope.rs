//! The envelope of a message: what kind it is and whose, with the payload still text.

mod blame;

use qmp_types::json::{self, FromJson, Reader};
use qmp_types::{ServerError, Timestamp};

use super::{EventRecord, Greeting, ProtocolError, RequestId};

pub(super) use self::blame::Blame;

/// A message from the server.
#[derive(Debug)]
pub(super) enum Message {
    Greeting(Greeting),
    Reply {
        /// `None` where the server could not tell, or where it is not an id that we give.
        id: Option<RequestId>,
        has_id: bool,
        outcome: Outcome,
    },
    Event(EventRecord),
}

/// What a command came to: its result as text, or the server's error.
pub(super) type Outcome = Result<Box<str>, ServerError>;

/// The members that a message may have, as text. Others are passed over: every release may add some.
struct Envelope<'a> {
    result: Option<&'a str>,
    id: Option<&'a str>,
    error: Option<&'a str>,
    event: Option<&'a str>,
    data: Option<&'a str>,
    timestamp: Option<&'a str>,
    greeting: Option<&'a str>,
}

impl Message {
    /// Reads a message.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, ProtocolError> {
        let text = str::from_utf8(bytes).map_err(|error| malformed(&error))?;
        let envelope = Envelope::read(text).map_err(|error| malformed(&error))?;
        envelope.into_message()
    }
}

/// Reads a result as QEMU writes it: nothing but the result and our id, in this order. It is most of what comes, and this
/// is the shortest way to read it.
pub(super) fn plain_result(line: &[u8]) -> Option<(RequestId, &str)> {
    let (id, result) = presumed_result(line)?;
    (Reader::new(result).raw().ok()? == result).then_some((id, result))
}

/// As [`plain_result`]; whether the result is JSON is for its reader to see. If it is not, the line may be anything.
pub(super) fn presumed_result(line: &[u8]) -> Option<(RequestId, &str)> {
    let content = line.strip_prefix(b"{\"return\": ")?.strip_suffix(b"}")?;
    let digits = content.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
    // Not so many that they could be another's.
    if !(1..=18).contains(&digits) {
        return None;
    }
    let (result, digits) = content.split_at(content.len() - digits);
    let result = result.strip_suffix(b", \"id\": ")?;
    let id = digits.iter().fold(0, |id, digit| 10 * id + u64::from(digit - b'0'));
    Some((RequestId(id), str::from_utf8(result).ok()?))
}

impl<'a> Envelope<'a> {
    fn read(text: &'a str) -> Result<Self, json::Error> {
        let mut reader = Reader::new(text);
        let envelope = reader.object(|members| {
            // In this order a reply is read in one go.
            Ok(Self {
                result: members.raw("return")?,
                id: members.raw("id")?,
                error: members.raw("error")?,
                event: members.raw("event")?,
                data: members.raw("data")?,
                timestamp: members.raw("timestamp")?,
                greeting: members.raw("QMP")?,
            })
        })?;
        reader.end()?;
        Ok(envelope)
    }

    fn into_message(self) -> Result<Message, ProtocolError> {
        match (self.greeting, self.event, self.result, self.error) {
            (Some(greeting), None, None, None) => payload(greeting).map(Message::Greeting),
            (None, Some(name), None, None) => self.event(name).map(Message::Event),
            (None, None, Some(result), None) => Ok(self.reply(Ok(result.into()))),
            (None, None, None, Some(error)) => Ok(self.reply(Err(payload(error)?))),
            _ => Err(malformed(&"neither a greeting, a reply nor an event")),
        }
    }

    fn reply(&self, outcome: Outcome) -> Message {
        let id = self.id.and_then(|id| json::from_str(id).ok()).map(RequestId);
        Message::Reply { id, has_id: self.id.is_some(), outcome }
    }

    fn event(&self, name: &str) -> Result<EventRecord, ProtocolError> {
        // Both numbers are -1 for a server without a clock; no timestamp at all says no more than that.
        let timestamp = self.timestamp.map_or(Ok(Timestamp::UNKNOWN), payload)?;
        let name: String = payload(name)?;
        Ok(EventRecord { name: name.into(), data: self.data.map(Box::from), timestamp })
    }
}

fn payload<T: FromJson>(text: &str) -> Result<T, ProtocolError> {
    json::from_str(text).map_err(|error| malformed(&error))
}

fn malformed(reason: &dyn std::fmt::Display) -> ProtocolError {
    ProtocolError::Malformed(reason.to_string())
}

#[cfg(test)]
mod tests {
    use qmp_types::ErrorClass;

    use super::{Message, Outcome, ProtocolError, plain_result, presumed_result};

    #[track_caller]
    fn reply(text: &str) -> (Option<u64>, bool, Outcome) {
        match Message::from_bytes(text.as_bytes()).unwrap() {
            Message::Reply { id, has_id, outcome } => (id.map(|id| id.0), has_id, outcome),
            other => panic!("not a reply: {other:?}"),
        }
    }

    #[track_caller]
    fn malformed(bytes: &[u8], reason: &str) {
        match Message::from_bytes(bytes) {
            Err(ProtocolError::Malformed(found)) => assert!(found.contains(reason), "{found}"),
            other => panic!("not malformed: {other:?}"),
        }
    }

    #[test]
    fn members_come_in_any_order_with_others_among_them() {
        let (id, has_id, outcome) = reply("{\"new\": {}, \"id\": 7,\r\n \"return\": {\"a\": [ null ]}}");
        assert_eq!((id, has_id), (Some(7), true));
        assert_eq!(&*outcome.unwrap(), "{\"a\": [ null ]}");
        assert_eq!(reply(r#"{"return": null}"#).2.unwrap().as_ref(), "null");
    }

    #[test]
    fn a_plain_result_is_read_as_by_the_long_way() {
        for line in [r#"{"return": {}, "id": 7}"#, r#"{"return": [1, {"id": 2}, "}"], "id": 18}"#] {
            let (id, has_id, outcome) = reply(line);
            let (plain_id, result) = plain_result(line.as_bytes()).unwrap();
            assert_eq!((Some(plain_id.0), true, result), (id, has_id, &*outcome.unwrap()));
        }
        for other in [
            r#"{"return": {}, "id": "7"}"#,
            r#"{"return": {}, "id": -7}"#,
            r#"{"return": {}, "id": }"#,
            r#"{"return": {}, "id": 18446744073709551615}"#,
            r#"{"return": {}, "id": 7, "x": 1}"#,
            r#"{"return": {}, "id": 7}}"#,
            r#"{"return": {}, "id": 7"#,
            r#"{"return": , "id": 7}"#,
            r#"{"return": {}, "id": 7}{"return": {}, "id": 8}"#,
            r#"{"return": {}, "id": 7, "id": 8}"#,
            r#"{"return": {}"#,
            r#"{"id": 7, "return": {}}"#,
            r#"{"event": "STOP"}"#,
        ] {
            assert_eq!(plain_result(other.as_bytes()), None, "{other}");
        }
        assert_eq!(plain_result(b"{\"return\": \"\xff\", \"id\": 7}"), None);
    }

    #[test]
    fn a_presumed_result_is_one_if_it_is_json() {
        let presumed = |line| presumed_result(line).map(|(id, result)| (id.0, result));
        assert_eq!(presumed(br#"{"return": {"a": 1}, "id": 7}"#), Some((7, r#"{"a": 1}"#)));
        let two = br#"{"return": {}, "id": 7}{"return": {}, "id": 8}"#;
        assert_eq!(presumed(two), Some((8, r#"{}, "id": 7}{"return": {}"#)));
    }

    #[test]
    fn an_error_has_class_and_description() {
        let (id, has_id, outcome) = reply(r#"{"error": {"class": "New", "desc": "d\u0007"}}"#);
        assert_eq!((id, has_id), (None, false));
        let error = outcome.unwrap_err();
        assert_eq!(error.class, ErrorClass::Unrecognized("New".into()));
        assert_eq!(error.desc, "d\u{7}");
    }

    #[test]
    fn ids_that_are_not_ours_are_seen_as_such() {
        for id in ["null", "\"1\"", "-1", "1.5", "{}", "18446744073709551616"] {
            let (number, has_id, _) = reply(&format!(r#"{{"return": {{}}, "id": {id}}}"#));
            assert_eq!((number, has_id), (None, true), "{id}");
        }
    }

    #[test]
    fn an_event_may_lack_data_and_clock() {
        let Message::Event(event) = Message::from_bytes(
            br#"{"timestamp": {"seconds": -1, "microseconds": -1}, "event": "ST\u004fP"}"#,
        )
        .unwrap() else {
            panic!("not an event")
        };
        assert_eq!((event.name(), event.data(), event.timestamp().seconds), ("STOP", None, -1));
        let Message::Event(event) = Message::from_bytes(br#"{"event": "X", "data": {"a":1}}"#).unwrap()
        else {
            panic!("not an event")
        };
        assert_eq!((event.data(), event.timestamp().seconds), (Some(r#"{"a":1}"#), -1));
    }

    #[test]
    fn what_is_no_message_is_malformed() {
        malformed(b"{}", "neither");
        malformed(br#"{"return": {}, "error": {"class": "c", "desc": "d"}}"#, "neither");
        malformed(br#"{"event": "X", "return": {}}"#, "neither");
        malformed(br#"{"return": 1, "return": 2}"#, "twice");
        malformed(br#"{"return": inf}"#, "");
        malformed(b"{\"return\": \"\x80\"}", "");
        malformed(br#"{"error": {"class": "c"}}"#, "member 'desc' is missing");
        malformed(br#"{"event": 1}"#, "expected a string");
        malformed(br#"{"QMP": {}}"#, "member 'version' is missing");
    }
}
