//! The server that serves on threads.

use std::collections::HashMap;
use std::io::{self, Read, Write};
#[cfg(unix)]
use std::os::unix::net::{UnixListener, UnixStream};
#[cfg(unix)]
use std::path::Path;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, JoinHandle, Thread};

use super::connection::{Connection, Next, Shared, append_events};
use super::emitter::{Outbox, locked};
use super::stream::{Listener, Stream};
use super::{Builder, Emitter};
use crate::protocol::server::Profile;

/// A server on threads of its own: one that accepts, two for each connection. Dropping it ends all connections, and
/// waits for the threads.
///
/// A command `quit` ends it, as a QEMU ends. A handler that panics ends its connection.
pub struct Server {
    control: Arc<Control>,
    accepting: Option<JoinHandle<()>>,
    /// The socket to be removed at the end.
    path: Option<PathBuf>,
}

/// What ends a server.
struct Control {
    shared: Arc<Shared>,
    listener: Option<Arc<dyn Listener>>,
    links: Mutex<Links>,
    changed: Condvar,
}

#[derive(Default)]
struct Links {
    stopped: bool,
    next: u64,
    open: HashMap<u64, (Arc<dyn Stream>, JoinHandle<()>)>,
}

impl Builder {
    /// Serves on a unix socket, which must not exist; it is removed with the server.
    ///
    /// # Errors
    /// When the socket cannot be made.
    #[cfg(unix)]
    pub fn listen(self, path: impl AsRef<Path>) -> io::Result<Server> {
        let listener = UnixListener::bind(path.as_ref())?;
        let mut server = self.accept(listener)?;
        server.path = Some(path.as_ref().to_owned());
        Ok(server)
    }

    /// Serves the connections that a listener accepts, of TCP or a unix socket.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub fn accept(self, listener: impl Listener) -> io::Result<Server> {
        let mut server = Server::new(self, Some(Arc::new(listener)));
        let control = Arc::clone(&server.control);
        let accepting = thread::Builder::new().name("qmp-mock-accept".to_owned());
        server.accepting = Some(accepting.spawn(move || control.accept())?);
        Ok(server)
    }

    /// Serves one connection.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub fn serve(self, stream: impl Stream) -> io::Result<Server> {
        let server = Server::new(self, None);
        server.control.serve(Arc::new(stream))?;
        Ok(server)
    }

    /// Serves one connection, and gives the client's end of it.
    ///
    /// # Errors
    /// When there can be no more sockets or threads.
    #[cfg(unix)]
    pub fn pair(self) -> io::Result<(Server, UnixStream)> {
        let (ours, theirs) = UnixStream::pair()?;
        Ok((self.serve(ours)?, theirs))
    }

    /// Serves one connection of any kind on the calling thread, until the client ends it or `quit` does.
    ///
    /// Events are written by another thread, for which it waits at the end: the writer has to fail when the client
    /// is gone.
    pub fn run(self, reader: impl Read + Send + 'static, writer: impl Write + Send + 'static) {
        let halves = Halves { reader: Mutex::new(reader), writer: Mutex::new(writer) };
        converse(&self.into_shared(), &halves);
    }
}

impl Server {
    fn new(builder: Builder, listener: Option<Arc<dyn Listener>>) -> Self {
        let shared = builder.into_shared();
        let control = Control { shared, listener, links: Mutex::default(), changed: Condvar::new() };
        Self { control: Arc::new(control), accepting: None, path: None }
    }

    /// What emits events to the server's connections.
    #[must_use]
    pub fn emitter(&self) -> &Emitter {
        &self.control.shared.emitter
    }

    /// Emits an event that happens now, as [`Emitter::emit`].
    pub fn emit<E: qmp_types::Event>(&self, event: &E) -> usize {
        self.emitter().emit(event)
    }

    /// Waits until a client ended the server by `quit` or, where it does not listen, its connection.
    pub fn wait(&self) {
        let mut links = locked(&self.control.links);
        while !links.open.is_empty() || (self.control.listener.is_some() && !links.stopped) {
            links = match self.control.changed.wait(links) {
                Ok(links) => links,
                Err(poisoned) => poisoned.into_inner(),
            };
        }
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.control.stop();
        // A thread that panicked has said so itself.
        let join = |thread: JoinHandle<()>| {
            drop((thread.thread().id() != thread::current().id()).then(|| thread.join()))
        };
        self.accepting.take().map(join);
        let open = std::mem::take(&mut locked(&self.control.links).open);
        open.into_values().for_each(|(_, thread)| join(thread));
        if let Some(path) = &self.path {
            // Somebody else may have removed it.
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Control {
    fn accept(self: &Arc<Self>) {
        let Some(listener) = &self.listener else { return };
        loop {
            match listener.accept().and_then(|stream| self.serve(stream)) {
                Ok(true) => {}
                Err(error) if is_passing(&error) && !locked(&self.links).stopped => {}
                Ok(false) | Err(_) => return,
            }
        }
    }

    /// Serves a connection on a thread, unless the server has stopped.
    fn serve(self: &Arc<Self>, stream: Arc<dyn Stream>) -> io::Result<bool> {
        // Held until the connection is among the others, for its thread takes it out.
        let mut links = locked(&self.links);
        if links.stopped {
            stream.shutdown();
            return Ok(false);
        }
        links.next += 1;
        let id = links.next;
        let (control, thread_stream) = (Arc::clone(self), Arc::clone(&stream));
        let thread = thread::Builder::new().name("qmp-mock".to_owned()).spawn(move || {
            let leave = Leave { control, id };
            if converse(&leave.control.shared, &*thread_stream) == Next::Quit {
                leave.control.stop();
            }
        });
        links.open.insert(id, (stream, thread?));
        Ok(true)
    }

    fn stop(&self) {
        let mut links = locked(&self.links);
        links.stopped = true;
        links.open.values().for_each(|(stream, _)| stream.shutdown());
        drop(links);
        if let Some(listener) = &self.listener {
            listener.shutdown();
        }
        self.changed.notify_all();
    }
}

fn is_passing(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::ConnectionAborted)
}

/// Takes a connection out when its thread ends, by a panic too.
struct Leave {
    control: Arc<Control>,
    id: u64,
}

impl Drop for Leave {
    fn drop(&mut self) {
        let link = locked(&self.control.links).open.remove(&self.id);
        drop(link);
        self.control.changed.notify_all();
    }
}

/// Serves a connection until it ends.
fn converse(shared: &Shared, stream: &dyn Stream) -> Next {
    let (mut connection, greeting) = Connection::new(shared);
    let outbox = Arc::clone(&connection.outbox);
    // Whoever takes events holds it until they are written: they stay in order.
    let writing = Mutex::new(stream);
    thread::scope(|scope| {
        // Behind a panic, too: the scope waits for the thread that writes events.
        let _hang_up = HangUp { outbox: &outbox, stream };
        if shared.profile.negotiates() {
            scope.spawn(|| write_events(&outbox, &shared.profile, &writing));
        }
        answer(&mut connection, &writing, &greeting)
    })
}

/// Ends a connection and the wait for its events.
struct HangUp<'a> {
    outbox: &'a Outbox,
    stream: &'a dyn Stream,
}

impl Drop for HangUp<'_> {
    fn drop(&mut self) {
        self.outbox.end();
        self.stream.shutdown();
    }
}

/// Reads requests and answers them.
fn answer(connection: &mut Connection, writing: &Mutex<&dyn Stream>, greeting: &[u8]) -> Next {
    let stream = *locked(writing);
    if stream.write_all(greeting).is_err() {
        return Next::Close;
    }
    let mut buffer = [0; 8 << 10];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return Next::Close,
            Ok(length) => connection.feed(&buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Next::Close,
        }
        while let Some((bytes, next)) = connection.step() {
            let stream = locked(writing);
            let is_written = stream.write_all(&connection.with_events(&bytes)).is_ok();
            if next != Next::Continue {
                return next;
            }
            if !is_written {
                return Next::Close;
            }
        }
    }
}

/// Writes events as they come.
fn write_events(outbox: &Outbox, profile: &Profile, writing: &Mutex<&dyn Stream>) {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let context = Context::from_waker(&waker);
    loop {
        match outbox.poll(&context) {
            Poll::Pending => thread::park(),
            Poll::Ready(false) => return,
            Poll::Ready(true) => {
                let stream = locked(writing);
                let mut out = Vec::new();
                append_events(outbox, profile, &mut out);
                if stream.write_all(&out).is_err() {
                    outbox.end();
                }
            }
        }
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// A connection whose two directions are apart.
struct Halves<R, W> {
    reader: Mutex<R>,
    writer: Mutex<W>,
}

impl<R: Read + Send + 'static, W: Write + Send + 'static> Stream for Halves<R, W> {
    fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        locked(&self.reader).read(buffer)
    }

    fn write_all(&self, bytes: &[u8]) -> io::Result<()> {
        let mut writer = locked(&self.writer);
        writer.write_all(bytes)?;
        writer.flush()
    }

    fn shutdown(&self) {}
}
