//! What many connections cost: a thousand clients in one process, each of which executes a command a second.
//!
//! ```sh
//! cargo bench --package qmp-client --features tokio,mock --bench scale
//! ```
//!
//! The servers are mocks in a process of their own. What is printed is of the process of the clients alone.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program to be looked at")]

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use ::tokio::runtime::Builder;
use ::tokio::time::{MissedTickBehavior, interval};
use qmp_client::{Address, mock, tokio};
use qmp_types::ServerError;
use qmp_types::qmp::handlers::{Handlers, RunState};
use qmp_types::qmp::{AnyCommand, commands, types};
use rustix::process::{Resource, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

const CONNECTIONS: usize = 1_000;
const SECONDS: u32 = 10;
/// Bytes of an idle connection.
const LIMIT: usize = 32 << 10;

fn main() {
    allow_files();
    match std::env::args().skip_while(|argument| argument != "--serve").nth(1) {
        Some(path) => serve(Path::new(&path)),
        None => measure(),
    }
}

/// As many open files as the system lets this process have.
fn allow_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
}

fn measure() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("qmp");
    let mut servers = Command::new(std::env::current_exe().unwrap())
        .arg("--serve")
        .arg(&path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // It says when it listens.
    servers.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();

    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(clients(Address::Unix(path)));
    servers.kill().unwrap();
    servers.wait().unwrap();
}

async fn clients(address: Address) {
    // The runtime and the allocator have what they need before it is counted.
    drop(connected(&address, 10).await);
    let before = memory();
    let clients = connected(&address, CONNECTIONS).await;
    let idle = (memory() - before) / CONNECTIONS;
    println!("{CONNECTIONS} idle connections: {idle} bytes of memory each (limit {LIMIT})");

    let cpu = cpu_time();
    let tasks: Vec<_> =
        clients.into_iter().map(|client| ::tokio::spawn(a_command_a_second(client))).collect();
    for task in tasks {
        task.await.unwrap();
    }
    let cpu = (cpu_time() - cpu) / SECONDS;
    let of_each = cpu / u32::try_from(CONNECTIONS).unwrap();
    let active = (memory() - before) / CONNECTIONS;
    println!(
        "a command a second on each: {:.1} % of a processor, {of_each:?} a command",
        cpu.as_secs_f64() * 100.0
    );
    println!("behind that: {active} bytes of memory each");
}

async fn connected(address: &Address, count: usize) -> Vec<tokio::Client> {
    let mut clients = Vec::new();
    for _ in 0..count {
        clients.push(tokio::Client::connect(address).await.unwrap());
    }
    clients
}

async fn a_command_a_second(client: tokio::Client) -> tokio::Client {
    let mut ticks = interval(Duration::from_secs(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for _ in 0..SECONDS {
        ticks.tick().await;
        assert!(client.execute(&commands::QueryStatus::new()).await.unwrap().running);
    }
    client
}

/// The memory of this process that is in use, in bytes.
fn memory() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    let resident: usize = pages.split(' ').nth(1).unwrap().parse().unwrap();
    resident * rustix::param::page_size()
}

fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

struct Machine;

impl RunState for Machine {
    fn query_status(&mut self, _: commands::QueryStatus) -> Result<types::StatusInfo, ServerError> {
        Ok(types::StatusInfo::new(true, types::RunState::Running))
    }
}

impl Handlers for Machine {
    fn run_state(&mut self) -> Option<&mut dyn RunState> {
        Some(self)
    }
}

/// Serves until the process is killed.
fn serve(path: &Path) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let builder = mock::Builder::handlers::<AnyCommand, _>(Machine);
        let server = mock::tokio::Server::listen(builder, path).unwrap();
        println!();
        server.wait().await;
    });
}
