//! How many commands a second a real QEMU answers, beside a bare loop over the socket with the same bytes.
//!
//! ```sh
//! cargo bench --package qmp-client --features tokio,launch --bench real_server
//! ```
//!
//! It starts a `qemu-system-x86_64` without a machine for each way to talk to it. They take turns; a ratio is the median
//! of the ratios within the turns.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program to be looked at")]

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use ::tokio::runtime::{Builder, Runtime};
use qmp_client::connect::TokioSocket;
use qmp_client::launch::{Launched, Launcher};
use qmp_client::{Options, blocking, tokio};
use qmp_types::qmp::commands::QueryStatus;

/// How many calls a turn has, and how many turns there are.
const CALLS: usize = 2_000;
const TURNS: usize = 15;
const IN_FLIGHT: usize = 8;

fn main() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    for out_of_band in [false, true] {
        let options = Options::new().out_of_band(out_of_band);
        let mut cases = Cases::new(&runtime, &options);
        let turns: Vec<[f64; 5]> = (0..TURNS).map(|_| cases.turn(&runtime)).collect();
        let median = |of: &dyn Fn(&[f64; 5]) -> f64| {
            let mut values: Vec<f64> = turns.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        println!("out-of-band execution {}", if out_of_band { "on" } else { "off" });
        println!("{:<30}{:>12}{:>10}{:>10}", "", "calls/s", "ratio", "limit");
        for (index, name, raw) in [
            (0, "raw loop", 0),
            (1, "blocking client", 0),
            (2, "tokio client", 0),
            (3, "raw loop, 8 in flight", 3),
            (4, "tokio client, 8 in flight", 3),
        ] {
            let ratio = median(&|turn| turn[index] / turn[raw]);
            let limit = if index == raw { "" } else { "0.95" };
            println!("{name:<30}{:>12.0}{ratio:>10.3}{limit:>10}", median(&|turn| turn[index]));
        }
    }
}

/// Ways to talk to a server, each with its own.
struct Cases {
    raw: Raw,
    blocking: blocking::Client,
    tokio: tokio::Client,
    _servers: [Launched; 3],
}

impl Cases {
    fn new(runtime: &Runtime, options: &Options) -> Self {
        let (first, raw) = server();
        let (second, blocking) = server();
        let (third, tokio) = server();
        tokio.set_nonblocking(true).unwrap();
        let _context = runtime.enter();
        let tokio = TokioSocket::Unix(::tokio::net::UnixStream::from_std(tokio).unwrap());
        let tokio = runtime.block_on(tokio::Client::over_socket(tokio, options)).unwrap();
        Self {
            raw: Raw::new(raw, tokio.has_out_of_band()),
            blocking: blocking::Client::over_with(blocking, options).unwrap(),
            tokio,
            _servers: [first, second, third],
        }
    }

    fn turn(&mut self, runtime: &Runtime) -> [f64; 5] {
        [
            a_second(|| self.raw.run(1)),
            a_second(|| {
                for _ in 0..CALLS {
                    assert!(self.blocking.execute(&QueryStatus::new()).unwrap().running);
                }
            }),
            a_second(|| runtime.block_on(callers(&self.tokio, 1))),
            a_second(|| self.raw.run(IN_FLIGHT)),
            a_second(|| runtime.block_on(callers(&self.tokio, IN_FLIGHT))),
        ]
    }
}

async fn callers(client: &tokio::Client, count: usize) {
    let callers: Vec<_> = (1..count).map(|_| ::tokio::spawn(calls(client.clone(), CALLS / count))).collect();
    calls(client.clone(), CALLS / count).await;
    for caller in callers {
        caller.await.unwrap();
    }
}

async fn calls(client: tokio::Client, calls: usize) {
    for _ in 0..calls {
        assert!(client.execute(&QueryStatus::new()).await.unwrap().running);
    }
}

/// A bare loop over a socket.
struct Raw {
    stream: UnixStream,
    buffer: Vec<u8>,
    next_id: usize,
}

impl Raw {
    fn new(stream: UnixStream, out_of_band: bool) -> Self {
        let mut raw = Self { stream, buffer: vec![0; 1 << 16], next_id: 1 };
        raw.read_lines(1);
        let enable = if out_of_band { r#","arguments":{"enable":["oob"]}"# } else { "" };
        raw.stream
            .write_all(format!(r#"{{"execute":"qmp_capabilities"{enable},"id":1}}"#).as_bytes())
            .unwrap();
        raw.read_lines(1);
        raw
    }

    /// Keeps as many requests on their way as said.
    fn run(&mut self, in_flight: usize) {
        (0..in_flight).for_each(|_| self.request());
        let (mut replies, mut sent) = (0, in_flight);
        while replies < CALLS {
            let read = self.read_lines(1);
            replies += read;
            for _ in 0..read.min(CALLS - sent) {
                self.request();
                sent += 1;
            }
        }
    }

    fn request(&mut self) {
        self.next_id += 1;
        let request = format!(r#"{{"execute":"query-status","id":{}}}"#, self.next_id);
        self.stream.write_all(request.as_bytes()).unwrap();
    }

    /// Reads until as many lines have come, and says how many did.
    fn read_lines(&mut self, least: usize) -> usize {
        let (mut lines, mut is_whole) = (0, false);
        while lines < least || !is_whole {
            let read = self.stream.read(&mut self.buffer).unwrap();
            assert_ne!(read, 0, "the server is gone");
            lines += self.buffer[..read].iter().filter(|&&byte| byte == b'\n').count();
            is_whole = self.buffer[read - 1] == b'\n';
        }
        lines
    }
}

fn a_second(run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    CALLS as f64 / start.elapsed().as_secs_f64()
}

fn server() -> (Launched, UnixStream) {
    let launcher =
        Launcher::qemu("qemu-system-x86_64").args(["-machine", "none", "-nodefaults", "-display", "none"]);
    launcher.launch(Duration::from_secs(30)).unwrap()
}
