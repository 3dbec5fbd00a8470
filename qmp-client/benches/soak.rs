//! A client that reconnects, for as long as one likes: storms of events from real QEMUs that are killed again and again,
//! with callers all the time. Prints what happened and the memory in use, ten times.
//!
//! ```sh
//! cargo bench --package qmp-client --features tokio,launch --bench soak -- --seconds 3600
//! ```
//!
//! It ends with an error when a call came to anything but its reply or the end of its connection.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program to be looked at")]

mod machine;

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ::tokio::time::{sleep, sleep_until};
use qmp_client::connect::TokioSocket;
use qmp_client::launch::Launched;
use qmp_client::tokio::reconnecting::Backoff;
use qmp_client::tokio::{Client, Reconnecting};
use qmp_client::{CallOptions, Error, Options};
use qmp_types::qmp::commands::{QueryName, QueryQmpSchema, QueryStatus};

/// How long a server storms, then is calm, before it storms once more and is killed.
const STORM: Duration = Duration::from_secs(3);
const CALM: Duration = Duration::from_secs(14);
const CALLERS: usize = 8;
const REPORTS: u32 = 10;

/// What happened so far.
#[derive(Default)]
struct Counts {
    calls: AtomicU64,
    disconnected: AtomicU64,
    other_errors: AtomicU64,
    events: AtomicU64,
    lost: AtomicU64,
    connections: AtomicU64,
}

fn main() -> ExitCode {
    let seconds = std::env::args().skip_while(|argument| argument != "--seconds").nth(1);
    let seconds = seconds.map_or(60, |seconds| seconds.parse().unwrap());
    let runtime =
        ::tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let counts = Arc::new(Counts::default());
    runtime.block_on(soak(Duration::from_secs(seconds), &counts));
    ExitCode::from(u8::from(counts.other_errors.load(Ordering::Relaxed) > 0))
}

async fn soak(duration: Duration, counts: &Arc<Counts>) {
    let server = Arc::new(Mutex::new(None));
    let backoff = Backoff::default().first(Duration::from_millis(10)).settled(Duration::from_millis(100));
    let starting = Arc::clone(&server);
    let client =
        Reconnecting::over(move |options| connect(options, Arc::clone(&starting)), &Options::new(), &backoff);

    ::tokio::spawn(watch(client.clone(), Arc::clone(counts)));
    for _ in 0..CALLERS {
        ::tokio::spawn(call(client.clone(), Arc::clone(counts)));
    }
    ::tokio::spawn(live_and_die(client.clone(), server));
    let start = Instant::now();
    for report in 1..=REPORTS {
        sleep_until((start + duration * report / REPORTS).into()).await;
        print(start.elapsed(), counts);
    }
}

/// The server of the present connection, and its files.
type Server = Arc<Mutex<Option<(Launched, tempfile::TempDir)>>>;

async fn live_and_die(client: Reconnecting, server: Server) {
    let own = CallOptions::new();
    loop {
        sleep(STORM).await;
        // Where that fails the server is gone already, which is what will be anyway.
        let _ = client.execute_raw("stop", None, &own).await;
        sleep(CALM).await;
        let _ = client.execute_raw("cont", None, &own).await;
        sleep(STORM).await;
        // In the middle of whatever it says.
        drop(server.lock().unwrap().take());
    }
}

/// Starts a machine that storms, and has it run.
async fn connect(options: Options, server: Server) -> Result<Client, Error> {
    let (launched, folder, stream) = machine::stormy();
    *server.lock().unwrap() = Some((launched, folder));
    stream.set_nonblocking(true).map_err(Error::Io)?;
    let stream = ::tokio::net::UnixStream::from_std(stream).map_err(Error::Io)?;
    let client = Client::over_socket(TokioSocket::Unix(stream), &options).await?;
    client.execute_raw("cont", None, &CallOptions::new()).await?;
    Ok(client)
}

async fn watch(client: Reconnecting, counts: Arc<Counts>) {
    let mut events = client.events();
    loop {
        match events.next(Duration::from_secs(60)).await {
            Ok(Some(_)) => counts.events.fetch_add(1, Ordering::Relaxed),
            Ok(None) => 0,
            Err(Error::EventsLost { count }) => counts.lost.fetch_add(count, Ordering::Relaxed),
            Err(Error::EventsMayBeMissed) => counts.connections.fetch_add(1, Ordering::Relaxed),
            Err(_) => counts.other_errors.fetch_add(1, Ordering::Relaxed),
        };
    }
}

async fn call(client: Reconnecting, counts: Arc<Counts>) {
    for number in 0_u64.. {
        let outcome = match number % 100 {
            0 => client.execute(&QueryQmpSchema::new()).await.map(drop),
            1 => client.execute(&QueryName::new()).await.map(drop),
            // A call that is given up, mostly before its reply.
            2 => {
                let command = QueryStatus::new();
                let given_up = ::tokio::time::timeout(Duration::from_micros(200), client.execute(&command));
                given_up.await.map_or(Ok(()), |outcome| outcome.map(drop))
            }
            _ => client.execute(&QueryStatus::new()).await.map(drop),
        };
        let count = match outcome {
            Ok(()) => &counts.calls,
            Err(error) if error.is_disconnected() => &counts.disconnected,
            Err(error) => {
                println!("{error}");
                &counts.other_errors
            }
        };
        count.fetch_add(1, Ordering::Relaxed);
        sleep(Duration::from_millis(20)).await;
    }
}

fn print(elapsed: Duration, counts: &Counts) {
    let count = |of: &AtomicU64| of.load(Ordering::Relaxed);
    println!(
        "{:>5} s: {} MiB; {} connections; {} calls, {} ended with their connection, {} other errors; {} events, {} reported as lost",
        elapsed.as_secs(),
        machine::memory() >> 20,
        count(&counts.connections) + 1,
        count(&counts.calls),
        count(&counts.disconnected),
        count(&counts.other_errors),
        count(&counts.events),
        count(&counts.lost),
    );
}
