//! The server on tokio.

use qmp_client::blocking::Client;
use qmp_client::mock::tokio::Server;
use qmp_types::qmp::{AnyEvent, commands, events};
use tokio::runtime::{Builder, Runtime};
use tokio::task::spawn_blocking;

use crate::LONG;
use crate::machine::machine;

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_io().build().unwrap()
}

fn client(address: &str) -> Client {
    Client::builder().connect_timeout(LONG).call_timeout(LONG).connect(&address.parse().unwrap()).unwrap()
}

#[test]
fn commands_and_events_as_on_threads() {
    runtime().block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("qmp");
        let address = format!("unix:{}", path.display());
        let server = Server::listen(machine(), &path).unwrap();
        let emitter = server.emitter().clone();
        let threads = spawn_blocking(move || {
            let mut clients = [client(&address), client(&address)];
            assert!(clients[0].execute(&commands::QueryStatus::new()).unwrap().running);
            clients[0].execute(&commands::Stop::new()).unwrap();
            assert_eq!(emitter.emit(&events::Resume::new()), 2);
            for client in &mut clients {
                assert!(matches!(client.next_event(LONG).unwrap().unwrap().event, AnyEvent::Stop(_)));
                assert!(matches!(client.next_event(LONG).unwrap().unwrap().event, AnyEvent::Resume(_)));
            }
            clients[1].execute(&commands::Quit::new()).unwrap();
        });
        threads.await.unwrap();
        server.wait().await;
        drop(server);
        assert!(!path.exists());
    });
}

#[test]
fn many_connections_are_served_and_stopped() {
    let runtime = runtime();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("qmp");
        let address = format!("unix:{}", path.display());
        let server = Server::listen(machine(), &path).unwrap();
        let emitter = server.emitter().clone();
        let clients = spawn_blocking(move || {
            let mut clients: Vec<_> = (0..400).map(|_| client(&address)).collect();
            assert_eq!(emitter.emit(&events::Stop::new()), clients.len());
            for client in &mut clients {
                assert!(matches!(client.next_event(LONG).unwrap().unwrap().event, AnyEvent::Stop(_)));
            }
            clients
        });
        let mut clients = clients.await.unwrap();
        server.stop().await;
        assert!(clients.iter_mut().all(|client| client.next_raw_event(LONG).is_err()));
    });
}

#[test]
fn a_stream_of_any_kind_is_served() {
    runtime().block_on(async {
        let (server, stream) = Server::pair(machine()).unwrap();
        let stream = stream.into_std().unwrap();
        stream.set_nonblocking(false).unwrap();
        let running = spawn_blocking(move || {
            let mut client = Client::over(stream).unwrap();
            client.execute(&commands::QueryStatus::new()).unwrap().running
        });
        assert!(running.await.unwrap());
        server.wait().await;
    });
}
