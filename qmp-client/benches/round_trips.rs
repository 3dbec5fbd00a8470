//! What a call costs beside a bare loop over a socket, each case with its limit.
//!
//! ```sh
//! cargo bench --package qmp-client --features tokio --bench round_trips
//! ```
//!
//! The server, a process of its own, answers each request at once. A bare loop writes the bytes of a request that is made
//! once, and reads until the line end of the reply; it neither watches the time nor looks at what it read. The cases take
//! turns, many times over; the figure of a case is the median of its turns, and a ratio is the median of the ratios
//! within the turns.
//!
//! Where the kernel puts the two processes decides more than all else, and changes from run to run. So they are put: first
//! both on one core, where all that the client does adds to the time, and nothing of it is hidden by the server's work
//! or by the waking of a core; then on a core each, as they mostly run. It takes Linux.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program to be looked at")]

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use ::tokio::io::{AsyncReadExt, AsyncWriteExt};
use ::tokio::runtime::{Builder, Runtime};
use qmp_client::connect::TokioSocket;
use qmp_client::{Options, blocking, tokio};
use qmp_types::qmp::commands::QueryStatus;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};

const GREETING: &str = "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 2, \"minor\": 0, \"major\": 10}, \
    \"package\": \"\"}, \"capabilities\": []}}\r\n";
const REQUEST: &[u8] = br#"{"execute":"query-status","id":12345}"#;
const RESULT: &str = r#"{"status": "running", "running": true}"#;

/// How many calls a turn has, and how many turns there are.
const CALLS: usize = 512;
const TURNS: usize = 101;
const IN_FLIGHT: usize = 64;

fn main() {
    match std::env::args().skip_while(|argument| argument != "--serve").nth(1) {
        Some(path) => serve(Path::new(&path)),
        None => measure(),
    }
}

fn measure() {
    println!("a call, median of {TURNS} turns of {CALLS} calls; ratios by the wall's clock");
    let cores = cores();
    let (first, last) = (cores[0], cores[cores.len() - 1]);
    measure_on("client and server on one core", first, first);
    if last != first {
        measure_on("client and server on a core each", first, last);
    }
}

fn measure_on(title: &str, client: usize, server: usize) {
    println!("\n{title}");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("server");
    // What is started is where its parent is.
    stay_on(server);
    let mut server = Command::new(std::env::current_exe().unwrap())
        .arg("--serve")
        .arg(&path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // It says when it listens.
    server.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    stay_on(client);
    compare(&path);
    server.kill().unwrap();
    server.wait().unwrap();
}

/// The cores that this process may use.
fn cores() -> Vec<usize> {
    let set = sched_getaffinity(None).unwrap();
    (0..CpuSet::MAX_CPU).filter(|&core| set.is_set(core)).collect()
}

fn stay_on(core: usize) {
    let mut set = CpuSet::new();
    set.set(core);
    sched_setaffinity(None, &set).unwrap();
}

fn compare(server: &Path) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let mut cases = Cases::new(&runtime, server);
    let mut turns: Vec<Times> = (0..TURNS).map(|_| cases.turn(&runtime)).collect();
    // Caches and frequencies settle.
    turns.drain(..TURNS / 10);

    println!("{:<30}{:>10}{:>10}{:>10}{:>10}", "", "ns", "cpu ns", "ratio", "limit");
    let median = |of: &dyn Fn(&Times) -> f64| {
        let mut values: Vec<f64> = turns.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let row = |name: &str, of: &dyn Fn(&Times) -> Time, raw: &dyn Fn(&Times) -> Time, limit: &str| {
        let wall = median(&|turn| of(turn).wall);
        let cpu = median(&|turn| of(turn).cpu);
        let ratio = median(&|turn| of(turn).wall / raw(turn).wall);
        println!("{name:<30}{wall:>10.0}{cpu:>10.0}{ratio:>10.3}{limit:>10}");
    };
    row("raw blocking loop", &|t| t.raw_blocking, &|t| t.raw_blocking, "");
    row("blocking client", &|t| t.blocking, &|t| t.raw_blocking, "1.05");
    row("raw tokio loop", &|t| t.raw_tokio, &|t| t.raw_tokio, "");
    row("tokio client", &|t| t.tokio, &|t| t.raw_tokio, "1.10");
    row("raw tokio loop, batches of 64", &|t| t.raw_batches, &|t| t.raw_batches, "");
    row("tokio client, 64 in flight", &|t| t.in_flight, &|t| t.raw_batches, "2000 ns");
}

/// Nanoseconds a call: on the wall's clock, and of the processor for the calling thread.
#[derive(Clone, Copy)]
struct Time {
    wall: f64,
    cpu: f64,
}

struct Times {
    raw_blocking: Time,
    blocking: Time,
    raw_tokio: Time,
    tokio: Time,
    raw_batches: Time,
    in_flight: Time,
}

struct Cases {
    raw_blocking: UnixStream,
    blocking: blocking::Client,
    raw_tokio: ::tokio::net::UnixStream,
    tokio: tokio::Client,
}

impl Cases {
    fn new(runtime: &Runtime, server: &Path) -> Self {
        let connect = || UnixStream::connect(server).unwrap();
        let raw = || {
            let mut stream = connect();
            let mut buffer = [0; 4096];
            assert_eq!(stream.read(&mut buffer).unwrap(), GREETING.len());
            stream
        };
        let raw_tokio = raw();
        raw_tokio.set_nonblocking(true).unwrap();
        let stream = connect();
        stream.set_nonblocking(true).unwrap();
        let _context = runtime.enter();
        Self {
            raw_blocking: raw(),
            blocking: blocking::Client::over(connect()).unwrap(),
            raw_tokio: ::tokio::net::UnixStream::from_std(raw_tokio).unwrap(),
            tokio: runtime
                .block_on(tokio::Client::over_socket(
                    TokioSocket::Unix(::tokio::net::UnixStream::from_std(stream).unwrap()),
                    &Options::new(),
                ))
                .unwrap(),
        }
    }

    fn turn(&mut self, runtime: &Runtime) -> Times {
        Times {
            raw_blocking: timed(|| self.raw_blocking()),
            blocking: timed(|| self.blocking()),
            raw_tokio: timed(|| runtime.block_on(self.raw_tokio(1))),
            tokio: timed(|| runtime.block_on(self.tokio())),
            raw_batches: timed(|| runtime.block_on(self.raw_tokio(IN_FLIGHT))),
            in_flight: timed(|| runtime.block_on(self.in_flight())),
        }
    }

    fn raw_blocking(&mut self) {
        let mut buffer = [0; 4096];
        for _ in 0..CALLS {
            self.raw_blocking.write_all(REQUEST).unwrap();
            let mut length = 0;
            while !buffer[..length].ends_with(b"\n") {
                length += self.raw_blocking.read(&mut buffer[length..]).unwrap();
            }
        }
    }

    fn blocking(&self) {
        for _ in 0..CALLS {
            assert!(self.blocking.execute(&QueryStatus::new()).unwrap().running);
        }
    }

    async fn raw_tokio(&mut self, batch: usize) {
        let mut buffer = [0; 65536];
        let requests = REQUEST.repeat(batch);
        for _ in 0..CALLS / batch {
            self.raw_tokio.write_all(&requests).await.unwrap();
            let (mut replies, mut length) = (0, 0);
            while replies < batch {
                let read = self.raw_tokio.read(&mut buffer[length..]).await.unwrap();
                replies += buffer[length..length + read].iter().filter(|&&byte| byte == b'\n').count();
                length += read;
            }
        }
    }

    async fn tokio(&self) {
        for _ in 0..CALLS {
            assert!(self.tokio.execute(&QueryStatus::new()).await.unwrap().running);
        }
    }

    async fn in_flight(&self) {
        let callers: Vec<_> = (0..IN_FLIGHT)
            .map(|_| {
                let client = self.tokio.clone();
                ::tokio::spawn(async move {
                    for _ in 0..CALLS / IN_FLIGHT {
                        assert!(client.execute(&QueryStatus::new()).await.unwrap().running);
                    }
                })
            })
            .collect();
        for caller in callers {
            caller.await.unwrap();
        }
    }
}

fn timed(run: impl FnOnce()) -> Time {
    let (start, cpu) = (Instant::now(), cpu_time());
    run();
    let a_call = |time: Duration| time.as_secs_f64() * 1e9 / CALLS as f64;
    Time { wall: a_call(start.elapsed()), cpu: a_call(cpu_time() - cpu) }
}

/// How long this thread has had the processor.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

/// Serves until the process is killed, each connection on a thread.
fn serve(path: &Path) {
    let listener = UnixListener::bind(path).unwrap();
    println!();
    for stream in listener.incoming() {
        let stream = stream.unwrap();
        std::thread::spawn(move || answer(stream));
    }
}

/// Answers each request at once, until the client leaves.
fn answer(mut stream: UnixStream) {
    stream.write_all(GREETING.as_bytes()).unwrap();
    let (mut buffer, mut start, mut end) = ([0; 65536], 0, 0);
    let mut replies = Vec::new();
    while let Ok(read @ 1..) = stream.read(&mut buffer[end..]) {
        end += read;
        while let Some(length) = buffer[start..end].iter().position(|&byte| byte == b'}') {
            let request = &buffer[start..start + length];
            let id = request.rsplit(|&byte| byte == b':').next().unwrap();
            replies.extend_from_slice(b"{\"return\": ");
            replies.extend_from_slice(RESULT.as_bytes());
            replies.extend_from_slice(b", \"id\": ");
            replies.extend_from_slice(id);
            replies.extend_from_slice(b"}\r\n");
            start += length + 1;
        }
        if stream.write_all(&replies).is_err() {
            return;
        }
        replies.clear();
        buffer.copy_within(start..end, 0);
        (start, end) = (0, end - start);
    }
}
