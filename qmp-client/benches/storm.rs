//! How a command fares in a storm of events from a real QEMU: beside a bare loop over the socket.
//!
//! ```sh
//! cargo bench --package qmp-client --features tokio,launch --bench storm
//! ```
//!
//! The machine boots from a sector that does nothing but tell QEMU, by the device pvpanic, that the guest has crashed:
//! each time is an event, which nothing throttles.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program to be looked at")]

mod machine;

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use qmp_client::{Error, Options, blocking, tokio};
use qmp_types::qmp::commands::QueryStatus;

/// How long a storm is watched, and how often a command is sent into it.
const SECONDS: u64 = 5;
const PAUSE: Duration = Duration::from_millis(50);
const CAPACITY: usize = 1024;

fn main() {
    let raw = raw();
    raw.print("raw loop", None);
    blocking_client().print("blocking client", Some(&raw));
    tokio_client().print("tokio client", Some(&raw));
    println!("limit: the slowest command at most 50 ms behind that of the raw loop");
}

/// What came of a storm.
struct Storm {
    received: u64,
    lost: u64,
    /// How long each command took, sorted.
    commands: Vec<Duration>,
}

impl Storm {
    fn print(&self, name: &str, raw: Option<&Self>) {
        let slowest = *self.commands.last().unwrap();
        let median = self.commands[self.commands.len() / 2];
        println!(
            "{name}: {} events a second, {} received and {} reported as lost; {} commands, median {median:.1?}, slowest {slowest:.1?}",
            (self.received + self.lost) / SECONDS,
            self.received,
            self.lost,
            self.commands.len(),
        );
        if let Some(raw) = raw {
            println!(
                "  slowest behind that of the raw loop: {:.1?}",
                slowest.saturating_sub(*raw.commands.last().unwrap())
            );
        }
    }

    fn sorted(mut self) -> Self {
        self.commands.sort();
        self
    }
}

fn raw() -> Storm {
    let (_server, _folder, mut stream) = machine::stormy();
    let mut buffer = vec![0; 1 << 16];
    stream.write_all(br#"{"execute":"qmp_capabilities"}{"execute":"cont"}"#).unwrap();
    let (start, mut storm) = (Instant::now(), Storm { received: 0, lost: 0, commands: Vec::new() });
    let (mut sent, mut next) = (None, start + PAUSE);
    // The end of the last piece, in which what is looked for may begin.
    let mut kept = Vec::new();
    while start.elapsed() < Duration::from_secs(SECONDS) {
        if sent.is_none() && Instant::now() >= next {
            stream.write_all(br#"{"execute":"query-status","id":1}"#).unwrap();
            sent = Some(Instant::now());
        }
        let read = stream.read(&mut buffer).unwrap();
        storm.received += buffer[..read].iter().filter(|&&byte| byte == b'\n').count() as u64;
        kept.extend_from_slice(&buffer[..read]);
        if kept.windows(7).any(|window| window == b"\"id\": 1") {
            storm.commands.extend(sent.take().map(|sent| sent.elapsed()));
            next = Instant::now() + PAUSE;
            kept.clear();
        }
        kept.drain(..kept.len().saturating_sub(6));
    }
    storm.sorted()
}

fn blocking_client() -> Storm {
    let (_server, _folder, stream) = machine::stormy();
    let client = blocking::Client::over_with(stream, &options()).unwrap();
    let mut events = client.events();
    let counter = std::thread::spawn(move || {
        let (mut received, mut lost) = (0, 0);
        loop {
            match events.next(Duration::from_secs(10)) {
                Ok(Some(_)) => received += 1,
                Err(Error::EventsLost { count }) => lost += count,
                Ok(None) | Err(_) => return (received, lost),
            }
        }
    });
    client.execute_raw("cont", None, &qmp_client::CallOptions::new()).unwrap();
    let mut commands = Vec::new();
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(SECONDS) {
        std::thread::sleep(PAUSE);
        let sent = Instant::now();
        client.execute(&QueryStatus::new()).unwrap();
        commands.push(sent.elapsed());
    }
    client.close();
    let (received, lost) = counter.join().unwrap();
    Storm { received, lost, commands }.sorted()
}

fn tokio_client() -> Storm {
    let runtime =
        ::tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (_server, _folder, stream) = machine::stormy();
    stream.set_nonblocking(true).unwrap();
    runtime.block_on(async {
        let stream = ::tokio::net::UnixStream::from_std(stream).unwrap();
        let client = tokio::Client::over_with(stream, &options()).await.unwrap();
        let mut events = client.events();
        let counter = ::tokio::spawn(async move {
            let (mut received, mut lost) = (0, 0);
            loop {
                match events.next(Duration::from_secs(10)).await {
                    Ok(Some(_)) => received += 1,
                    Err(Error::EventsLost { count }) => lost += count,
                    Ok(None) | Err(_) => return (received, lost),
                }
            }
        });
        client.execute_raw("cont", None, &qmp_client::CallOptions::new()).await.unwrap();
        let mut commands = Vec::new();
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(SECONDS) {
            ::tokio::time::sleep(PAUSE).await;
            let sent = Instant::now();
            client.execute(&QueryStatus::new()).await.unwrap();
            commands.push(sent.elapsed());
        }
        client.close();
        let (received, lost) = counter.await.unwrap();
        Storm { received, lost, commands }.sorted()
    })
}

fn options() -> Options {
    Options::new().event_capacity(CAPACITY)
}
