//! More events than anybody wants: none is lost without being counted.

use std::time::Duration;

use integration_tests::required;
use integration_tests::server::{Kind, Server};
use qmp_client::{Error, Options};
use serde_json::json;

use super::{Client, Events, FLAVOURS, LONG, machine, on_each};

/// How many events may wait for their reader.
const CAPACITY: usize = 64;

/// How many events came: those that were there, and those that were lost.
#[derive(Debug, Default, Clone, Copy)]
struct Count {
    received: u64,
    lost: u64,
}

impl Count {
    fn total(self) -> u64 {
        self.received + self.lost
    }

    /// Takes an event, or learns of a loss; `false` if there was nothing.
    fn take(&mut self, events: &mut Events, wait: Duration) -> bool {
        match events.next(wait) {
            Ok(Some(_)) => self.received += 1,
            Ok(None) => return false,
            Err(Error::EventsLost { count }) => self.lost += count,
            Err(error) => panic!("{error}"),
        }
        true
    }

    /// Takes all that are there.
    fn take_all(&mut self, events: &mut Events) {
        while self.take(events, Duration::ZERO) {}
    }
}

#[test]
fn of_stop_and_cont() {
    const ROUNDS: u64 = 200;

    on_each(Kind::System, &Options::new().event_capacity(CAPACITY), |_, client| {
        let (mut eager, mut lazy) = (client.events(), client.events());
        let (mut taken, mut late) = (Count::default(), Count::default());
        for _ in 0..ROUNDS {
            for command in ["stop", "cont"] {
                client.call(command, &json!({})).unwrap();
                taken.take_all(&mut eager);
            }
        }
        late.take_all(&mut lazy);
        assert_eq!((taken.received, taken.lost), (2 * ROUNDS, 0));
        assert_eq!((late.received, late.total()), (CAPACITY as u64, 2 * ROUNDS));
    });
}

/// A boot sector that says without end that the guest has crashed.
fn boot_sector() -> [u8; 512] {
    const PROGRAM: [u8; 8] = [
        0xba, 0x05, 0x05, // mov dx, 0x505: the port of pvpanic
        0xb0, 0x02, // mov al, 2: crashed, and a crash kernel is loaded
        0xee, // out dx, al
        0xeb, 0xfd, // jmp to the last but one
    ];
    let mut sector = [0; 512];
    sector[..PROGRAM.len()].copy_from_slice(&PROGRAM);
    sector[510..].copy_from_slice(&[0x55, 0xaa]);
    sector
}

#[test]
fn of_a_guest_that_crashes_without_end() {
    let Some(program) = required(Kind::System.installed()) else { return };
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path().join("disk");
    std::fs::write(&disk, boot_sector()).unwrap();
    let drive = format!("if=ide,format=raw,file={}", disk.display());
    for flavour in FLAVOURS {
        let machine = machine(&program, "pc").args(["-device", "pvpanic", "-drive", &drive]);
        let (_server, socket) = Server::of(machine);
        storm(&Client::over(flavour, socket, &Options::new().event_capacity(CAPACITY)).unwrap());
    }
}

fn storm(client: &Client) {
    let (mut eager, mut lazy) = (client.events(), client.events());
    let (mut taken, mut late) = (Count::default(), Count::default());
    client.call("cont", &json!({})).unwrap();
    while taken.total() < 20_000 {
        assert!(taken.take(&mut eager, LONG), "the guest has stopped after {taken:?}");
        if taken.received % 1000 == 1 {
            assert_eq!(client.call("query-status", &json!({})).unwrap()["running"], true);
        }
    }
    client.call("stop", &json!({})).unwrap();
    taken.take_all(&mut eager);
    late.take_all(&mut lazy);
    // Nobody read it: it held as many as it may.
    assert_eq!(late.received, CAPACITY as u64);
    assert_eq!(taken.total(), late.total());
}
