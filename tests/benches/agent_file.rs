//! What reading a file of the guest costs beside a bare loop over the socket, against a real agent.
//!
//! ```sh
//! cargo bench --package integration-tests --bench agent_file
//! ```
//!
//! The bare loop writes requests for 64 KiB, reads up to a line end, and decodes what is between two quotes. The cases
//! take turns; the figure of a case is the median of its turns, and a ratio is the median of the ratios within the turns.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program to be looked at")]

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use integration_tests::agent::{Agent, installed};
use integration_tests::required;
use qmp_client::{Address, blocking, tokio};

const SIZE: usize = 10 << 20;
const TURNS: usize = 15;

/// How much slower than the bare loop the clients may be.
const LIMIT: f64 = 1.2;

fn main() {
    let Some(program) = required(installed()) else { return };
    let agent = Agent::start(&program);
    let path = agent.folder().join("file");
    let contents: Vec<u8> =
        (0..SIZE).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    std::fs::write(&path, &contents).unwrap();
    let path = path.to_str().unwrap();
    let runtime = ::tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    // An agent serves one client at a time.
    let time = |read: &dyn Fn() -> Vec<u8>| {
        let start = Instant::now();
        assert!(read() == contents);
        start.elapsed()
    };
    let turns: Vec<[Duration; 3]> = (0..TURNS)
        .map(|_| {
            [
                time(&|| bare_loop(&agent.address(), path)),
                time(&|| {
                    let client = blocking::Agent::connect(&agent.address()).unwrap();
                    let mut read = Vec::with_capacity(SIZE);
                    client.read_file(path, &mut read, |_| ()).unwrap();
                    read
                }),
                time(&|| {
                    runtime.block_on(async {
                        let client = tokio::Agent::connect(&agent.address()).await.unwrap();
                        let mut read = Vec::with_capacity(SIZE);
                        client.read_file(path, &mut read, |_| ()).await.unwrap();
                        read
                    })
                }),
            ]
        })
        .collect();

    println!("10 MiB, median of {TURNS} turns\n\n{:<18}{:>10}{:>10}{:>10}", "", "ms", "ratio", "limit");
    for (case, name) in ["bare loop", "blocking client", "tokio client"].into_iter().enumerate() {
        let milliseconds = median(turns.iter().map(|turn| turn[case].as_secs_f64() * 1e3));
        let ratio = median(turns.iter().map(|turn| turn[case].as_secs_f64() / turn[0].as_secs_f64()));
        println!("{name:<18}{milliseconds:>10.1}{ratio:>10.3}{LIMIT:>10}");
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn bare_loop(address: &Address, path: &str) -> Vec<u8> {
    let Address::Unix(socket) = address else { return Vec::new() };
    let mut stream = UnixStream::connect(socket).unwrap();
    let mut reader = BufReader::with_capacity(64 << 10, stream.try_clone().unwrap());
    let mut line = Vec::new();
    let mut execute = |request: String| {
        stream.write_all(request.as_bytes()).unwrap();
        line.clear();
        reader.read_until(b'\n', &mut line).unwrap();
        String::from_utf8(line.clone()).unwrap()
    };
    let opened =
        execute(format!(r#"{{"execute":"guest-file-open","arguments":{{"path":"{path}","mode":"rb"}}}}"#));
    let handle: i64 =
        opened.trim_end().trim_start_matches(r#"{"return": "#).trim_end_matches('}').parse().unwrap();
    let mut contents = Vec::with_capacity(SIZE);
    loop {
        let read = execute(format!(
            r#"{{"execute":"guest-file-read","arguments":{{"handle":{handle},"count":65536}}}}"#
        ));
        let (_, text) = read.split_once(r#""buf-b64": ""#).unwrap();
        let (text, _) = text.split_once('"').unwrap();
        STANDARD.decode_vec(text, &mut contents).unwrap();
        if read.contains(r#""eof": true"#) {
            execute(format!(r#"{{"execute":"guest-file-close","arguments":{{"handle":{handle}}}}}"#));
            return contents;
        }
    }
}
