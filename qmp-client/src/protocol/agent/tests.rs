use qmp_types::ErrorClass;

use super::{Connection, Received};
use crate::protocol::{Arguments, ProtocolError};

const LIMIT: usize = 1 << 16;

/// What an agent says to the delimiter of a request.
const STRAY: &str = "{\"error\": {\"class\": \"GenericError\", \"desc\": \"JSON parse error\"}}\n";

fn take(connection: &mut Connection) -> Vec<String> {
    let mut taken = Vec::new();
    while let Some(received) = connection.next_message().unwrap() {
        taken.push(match received {
            Received::Synced => "synced".to_owned(),
            Received::Refused(error) => format!("refused: {}", error.desc),
            Received::Reply { id, outcome: Ok(result) } => format!("{id}: {result}"),
            Received::Reply { id, outcome: Err(error) } => format!("{id}: {}", error.desc),
            Received::Late => "late".to_owned(),
        });
    }
    taken
}

fn receive(connection: &mut Connection, bytes: impl AsRef<[u8]>) -> Vec<String> {
    connection.feed(bytes.as_ref());
    take(connection)
}

fn write(connection: &mut Connection) -> Vec<u8> {
    let bytes = connection.outgoing().to_vec();
    connection.written(bytes.len());
    bytes
}

/// The answer to the sync with a number, as agents give it.
fn answer(number: i64) -> Vec<u8> {
    let line = format!("{{\"return\": {number}, \"id\": {number}}}\n");
    [STRAY.as_bytes(), b"\xff", line.as_bytes()].concat()
}

fn sync(connection: &mut Connection) {
    let number = connection.sync().unwrap();
    write(connection);
    assert_eq!(receive(connection, answer(number)), ["synced"]);
}

fn synced() -> Connection {
    let mut connection = Connection::new(LIMIT);
    sync(&mut connection);
    connection
}

fn request(connection: &mut Connection, name: &str) {
    connection.request(name, &Arguments::none(), true).unwrap();
    write(connection);
}

/// Requests `guest-shutdown`, and gives the number of the sync behind it.
fn shut_down(connection: &mut Connection) -> String {
    connection.request("guest-shutdown", &Arguments::none(), false).unwrap();
    let written = String::from_utf8(write(connection)).unwrap();
    let (shutdown, sync) = written.split_once('}').unwrap();
    assert_eq!(shutdown, r#"{"execute":"guest-shutdown","id":1"#);
    let number = sync.rsplit_once(':').unwrap().1.trim_end_matches('}').to_owned();
    let expected = r#"{"execute":"guest-sync-delimited","arguments":{"id":N},"id":N}"#;
    assert_eq!(sync, expected.replace('N', &number));
    number
}

#[test]
fn the_pieces_in_which_an_answer_comes_do_not_matter() {
    let number = 1 << 40;
    let stale = b"gar\xc3\x28bage {\"x\": \xff{\"return\": 7}\n\xff{\"return\": \xff\xff\n";
    let reply = b"{\"return\": {}, \"id\": 1}\n";
    let stream = [&stale[..], &answer(number), reply].concat();
    for split in 0..=stream.len() {
        let mut connection = Connection::new(LIMIT);
        connection.stage = super::Stage::Syncing(super::Search::new(number));
        let mut received = receive(&mut connection, &stream[..split]);
        received.extend(receive(&mut connection, &stream[split..]));
        // Nobody has asked for what stands behind.
        assert_eq!(received, ["synced", "late"], "split at {split}");
    }
    let mut connection = Connection::new(LIMIT);
    connection.stage = super::Stage::Syncing(super::Search::new(number));
    let received: Vec<_> = stream.iter().flat_map(|&byte| receive(&mut connection, [byte])).collect();
    assert_eq!(received, ["synced", "late"]);
}

#[test]
fn a_sync_is_a_delimiter_and_a_random_number() {
    let mut connection = Connection::new(LIMIT);
    let numbers = [(); 2].map(|()| {
        let number = connection.sync().unwrap();
        assert!(number > 0);
        let expected = r#"{"execute":"guest-sync-delimited","arguments":{"id":N},"id":N}"#;
        let expected = [b"\xff", expected.replace('N', &number.to_string()).as_bytes()].concat();
        assert_eq!(write(&mut connection), expected);
        number
    });
    assert_ne!(numbers[0], numbers[1]);
    assert_eq!(receive(&mut connection, answer(numbers[0])), [""; 0]);
    assert_eq!(receive(&mut connection, answer(numbers[1])), ["synced"]);
}

#[test]
fn only_what_stands_behind_a_delimiter_answers() {
    let mut connection = Connection::new(LIMIT);
    let number = connection.sync().unwrap();
    assert_eq!(receive(&mut connection, format!("{{\"return\": {number}}}\n")), [""; 0]);
    // Without an id, as old agents do it, and without a line end.
    let delimited = [b"\xff", format!("{{\"return\": {number}}}").as_bytes()].concat();
    assert_eq!(receive(&mut connection, delimited), ["synced"]);
    request(&mut connection, "guest-ping");
    assert_eq!(receive(&mut connection, b"\n{\"return\": {}}\n"), ["1: {}"]);
}

#[test]
fn a_refusal_is_known_by_its_id() {
    let mut connection = Connection::new(LIMIT);
    let number = connection.sync().unwrap();
    let error = |id: i64| {
        format!("{{\"error\": {{\"class\": \"CommandNotFound\", \"desc\": \"disabled\"}}, \"id\": {id}}}\n")
    };
    assert_eq!(receive(&mut connection, error(1)), [""; 0]);
    assert_eq!(receive(&mut connection, STRAY), [""; 0]);
    connection.feed(error(number).as_bytes());
    let Some(Received::Refused(refused)) = connection.next_message().unwrap() else { panic!() };
    assert_eq!(refused.class, ErrorClass::CommandNotFound);
    assert!(!connection.is_ready());
}

#[test]
fn long_lines_are_passed_over() {
    let mut connection = Connection::new(LIMIT);
    let number = connection.sync().unwrap();
    let reply = format!("{{\"return\": \"{}\"}}\n", "x".repeat(1 << 20));
    for piece in reply.as_bytes().chunks(1000) {
        assert_eq!(receive(&mut connection, piece), [""; 0]);
    }
    assert_eq!(receive(&mut connection, answer(number)), ["synced"]);
}

#[test]
fn a_late_reply_is_passed_over_by_the_next_sync() {
    let mut connection = synced();
    request(&mut connection, "guest-get-time");
    assert!(connection.abandon().is_none());
    let error = connection.request("guest-ping", &Arguments::none(), true).unwrap_err();
    assert_eq!(error, ProtocolError::NotReady);
    let number = connection.sync().unwrap();
    write(&mut connection);
    assert_eq!(receive(&mut connection, "{\"return\": 1, \"id\": 1}\n"), [""; 0]);
    assert_eq!(receive(&mut connection, answer(number)), ["synced"]);
    request(&mut connection, "guest-get-time");
    assert_eq!(receive(&mut connection, "{\"return\": 1, \"id\": 1}\n"), ["late"]);
    assert_eq!(receive(&mut connection, "{\"return\": 2, \"id\": 2}\n"), ["2: 2"]);
    assert!(connection.is_ready());
}

#[test]
fn a_request_of_which_nothing_is_written_is_not_made() {
    let mut connection = synced();
    connection.request("guest-ping", &Arguments::none(), true).unwrap();
    assert!(connection.abandon().is_none());
    assert!(connection.is_ready() && connection.outgoing().is_empty());
    connection.request("guest-ping", &Arguments::none(), true).unwrap();
    connection.written(1);
    assert!(connection.abandon().is_none());
    assert!(!connection.is_ready());
    sync(&mut connection);
}

#[test]
fn behind_an_error_without_id_more_may_come() {
    let mut connection = synced();
    request(&mut connection, "guest-ping");
    assert_eq!(receive(&mut connection, STRAY), ["1: JSON parse error"]);
    assert!(!connection.is_ready());
}

#[test]
fn what_is_not_a_message_is_passed_over_by_the_next_sync() {
    for bytes in ["console noise", "{\"event\": \"X\"}", "{\"return\": inf}"] {
        let mut connection = synced();
        request(&mut connection, "guest-ping");
        connection.feed(bytes.as_bytes());
        assert!(matches!(connection.next_message(), Err(ProtocolError::Malformed(_))), "{bytes}");
        assert!(!connection.is_ready());
        sync(&mut connection);
    }
}

#[test]
fn a_message_beyond_the_limit_closes() {
    let mut connection = synced();
    connection.feed(&[b' '; LIMIT]);
    assert_eq!(take(&mut connection), [""; 0]);
    connection.feed(&[b"{".to_vec(), vec![b' '; LIMIT]].concat());
    assert_eq!(connection.next_message().unwrap_err(), ProtocolError::MessageTooLong { limit: LIMIT });
    assert_eq!(connection.sync(), Err(ProtocolError::Closed));
}

/// The answer to the sync behind a command.
fn answer_behind(number: &str) -> Vec<u8> {
    [b"\xff", format!("{{\"return\": {number}}}\n").as_bytes()].concat()
}

#[test]
fn a_command_without_reply_is_answered_by_the_sync_behind_it() {
    let mut connection = synced();
    let number = shut_down(&mut connection);
    assert_eq!(receive(&mut connection, answer_behind(&number)), ["1: {}"]);
    assert!(connection.is_ready());
}

#[test]
fn a_command_without_reply_has_failed_when_the_answer_to_the_sync_behind_it_is_read_too() {
    let error = "{\"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}, \"id\": 1}\n";
    for error in [error.to_owned(), error.replace(", \"id\": 1", ""), format!("{error}{error}")] {
        let mut connection = synced();
        let number = shut_down(&mut connection);
        assert_eq!(receive(&mut connection, &error), [""; 0]);
        assert_eq!(receive(&mut connection, answer_behind(&number)), ["1: no"]);
        assert!(connection.is_ready());

        let mut connection = synced();
        shut_down(&mut connection);
        assert_eq!(receive(&mut connection, &error), [""; 0]);
        assert!(matches!(connection.abandon(), Some(Err(_))));
        assert!(!connection.is_ready());

        let mut connection = synced();
        shut_down(&mut connection);
        assert_eq!(receive(&mut connection, &error), [""; 0]);
        assert!(matches!(connection.end_of_input(), Some(Received::Reply { outcome: Err(_), .. })));
    }
}

#[test]
fn a_command_without_reply_succeeds_by_the_end_and_by_silence() {
    let mut connection = synced();
    shut_down(&mut connection);
    assert!(matches!(connection.end_of_input(), Some(Received::Reply { outcome: Ok(_), .. })));

    let mut connection = synced();
    shut_down(&mut connection);
    assert!(matches!(connection.abandon(), Some(Ok(_))));
    assert!(!connection.is_ready());
    sync(&mut connection);

    // But only if it is on its way.
    let command = br#"{"execute":"guest-shutdown","id":1}"#.len();
    for (written, succeeded) in [(0, false), (command - 1, false), (command, true)] {
        let mut connection = synced();
        connection.request("guest-shutdown", &Arguments::none(), false).unwrap();
        connection.written(written);
        assert_eq!(connection.abandon().is_some(), succeeded, "{written}");
        let mut connection = synced();
        connection.request("guest-shutdown", &Arguments::none(), false).unwrap();
        connection.written(written);
        assert_eq!(connection.end_of_input().is_some(), succeeded, "{written}");
    }
}
