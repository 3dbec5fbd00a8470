//! The server on tokio.

use qmp_client::Options;
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
    let patient = Options::new().connect_timeout(LONG).call_timeout(LONG);
    Client::connect_with(&address.parse().unwrap(), &patient).unwrap()
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
            let clients = [client(&address), client(&address)];
            let mut streams = clients.each_ref().map(Client::events);
            assert!(clients[0].execute(&commands::QueryStatus::new()).unwrap().running);
            clients[0].execute(&commands::Stop::new()).unwrap();
            assert_eq!(emitter.emit(&events::Resume::new()), 2);
            for stream in &mut streams {
                assert!(matches!(stream.next_of(LONG).unwrap().unwrap().event, AnyEvent::Stop(_)));
                assert!(matches!(stream.next_of(LONG).unwrap().unwrap().event, AnyEvent::Resume(_)));
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
            let clients: Vec<_> = (0..400).map(|_| client(&address)).collect();
            let mut streams: Vec<_> = clients.iter().map(Client::events).collect();
            assert_eq!(emitter.emit(&events::Stop::new()), clients.len());
            for stream in &mut streams {
                assert!(matches!(stream.next_of(LONG).unwrap().unwrap().event, AnyEvent::Stop(_)));
            }
            streams
        });
        let mut streams = clients.await.unwrap();
        server.stop().await;
        assert!(streams.iter_mut().all(|stream| stream.next(LONG).is_err()));
    });
}

#[test]
fn a_stream_of_any_kind_is_served() {
    runtime().block_on(async {
        let (server, stream) = Server::pair(machine()).unwrap();
        let stream = stream.into_std().unwrap();
        stream.set_nonblocking(false).unwrap();
        let running = spawn_blocking(move || {
            let client = Client::over(stream).unwrap();
            client.execute(&commands::QueryStatus::new()).unwrap().running
        });
        assert!(running.await.unwrap());
        server.wait().await;
    });
}
