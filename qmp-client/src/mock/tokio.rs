//! The server that serves on tokio (cargo features `mock` and `tokio`).

use std::future::poll_fn;
use std::io;
#[cfg(unix)]
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Poll, ready};

use ::tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use ::tokio::net::{TcpListener, TcpStream};
#[cfg(unix)]
use ::tokio::net::{UnixListener, UnixStream};
use ::tokio::task::JoinSet;

use super::connection::{Connection, Next, Shared};
use super::emitter::locked;
use super::{Builder, Emitter};

/// A server in tasks: one that accepts, and one for each connection. Dropping it ends all connections, as soon as
/// the runtime gets to it.
///
/// A connection on which nothing happens holds no buffers. A command `quit` ends the server, as a QEMU ends. A
/// handler blocks its task; one that panics ends its connection.
///
/// ```
/// use qmp_client::mock::{Builder, Request, tokio::Server};
/// use qmp_types::{Served, ServerError};
///
/// # async fn start() -> std::io::Result<()> {
/// let builder = Builder::service(|| |request: &Request| -> Served {
///     Err(ServerError::command_not_found(&request.name))
/// });
/// let (_server, stream) = Server::pair(builder)?;
/// # drop(stream);
/// # Ok(())
/// # }
/// ```
pub struct Server {
    shared: Arc<Shared>,
    tasks: Arc<Mutex<Tasks>>,
    /// The socket to be removed at the end.
    #[cfg(unix)]
    path: Option<PathBuf>,
}

/// All tasks of a server.
#[derive(Default)]
struct Tasks {
    running: JoinSet<()>,
    stopped: bool,
}

impl Tasks {
    fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        // Those that have ended are kept until somebody asks for them.
        while self.running.try_join_next().is_some() {}
        if !self.stopped {
            self.running.spawn(task);
        }
    }

    fn stop(&mut self) {
        self.stopped = true;
        self.running.abort_all();
    }
}

/// Where connections come from.
pub trait Listener: Send + Sync + 'static {
    /// A connection.
    type Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static;

    /// Waits for a connection.
    ///
    /// # Errors
    /// When none will come any more.
    fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<Self::Stream>>;
}

#[cfg(unix)]
impl Listener for UnixListener {
    type Stream = UnixStream;

    fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<UnixStream>> {
        Self::poll_accept(self, context).map_ok(|(stream, _)| stream)
    }
}

impl Listener for TcpListener {
    type Stream = TcpStream;

    fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<TcpStream>> {
        let (stream, _) = ready!(Self::poll_accept(self, context))?;
        // A reply is one write: waiting for more only delays it.
        Poll::Ready(stream.set_nodelay(true).map(|()| stream))
    }
}

/// Each of the ways to start one panics outside of a tokio runtime that drives I/O.
impl Server {
    /// Serves on a unix socket, which must not exist; it is removed with the server.
    ///
    /// # Errors
    /// When the socket cannot be made.
    #[cfg(unix)]
    pub fn listen(builder: Builder, path: impl AsRef<Path>) -> io::Result<Self> {
        let listener = UnixListener::bind(path.as_ref())?;
        let mut server = Self::accept(builder, listener);
        server.path = Some(path.as_ref().to_owned());
        Ok(server)
    }

    /// Serves the connections that a listener accepts, of TCP or a unix socket.
    #[must_use]
    pub fn accept(builder: Builder, listener: impl Listener) -> Self {
        let server = Self::new(builder);
        let accepting = accept(Arc::clone(&server.shared), Arc::downgrade(&server.tasks), listener);
        locked(&server.tasks).spawn(accepting);
        server
    }

    /// Serves one connection.
    #[must_use]
    pub fn serve(builder: Builder, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Self {
        let server = Self::new(builder);
        let serving = converse(Arc::clone(&server.shared), Arc::downgrade(&server.tasks), stream);
        locked(&server.tasks).spawn(serving);
        server
    }

    /// Serves one connection, and gives the client's end of it.
    ///
    /// # Errors
    /// When there can be no more sockets.
    #[cfg(unix)]
    pub fn pair(builder: Builder) -> io::Result<(Self, UnixStream)> {
        let (ours, theirs) = UnixStream::pair()?;
        Ok((Self::serve(builder, ours), theirs))
    }

    fn new(builder: Builder) -> Self {
        Self {
            shared: builder.into_shared(),
            tasks: Arc::default(),
            #[cfg(unix)]
            path: None,
        }
    }

    /// What emits events to the server's connections.
    #[must_use]
    pub fn emitter(&self) -> &Emitter {
        &self.shared.emitter
    }

    /// Emits an event that happens now, as [`Emitter::emit`].
    pub fn emit<E: qmp_types::Event>(&self, event: &E) -> usize {
        self.emitter().emit(event)
    }

    /// Waits until a client ended the server by `quit` or, where it does not listen, its connection.
    pub async fn wait(&self) {
        poll_fn(|context| {
            let mut tasks = locked(&self.tasks);
            while ready!(tasks.running.poll_join_next(context)).is_some() {}
            Poll::Ready(())
        })
        .await;
    }

    /// Ends all connections, and waits until they have ended.
    pub async fn stop(self) {
        locked(&self.tasks).stop();
        self.wait().await;
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        locked(&self.tasks).stop();
        #[cfg(unix)]
        if let Some(path) = &self.path {
            // Somebody else may have removed it.
            let _ = std::fs::remove_file(path);
        }
    }
}

/// Accepts connections until there are no more.
async fn accept<L: Listener>(shared: Arc<Shared>, tasks: Weak<Mutex<Tasks>>, listener: L) {
    loop {
        let stream = match poll_fn(|context| listener.poll_accept(context)).await {
            Ok(stream) => stream,
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
            Err(_) => return,
        };
        let Some(all) = tasks.upgrade() else { return };
        locked(&all).spawn(converse(Arc::clone(&shared), Weak::clone(&tasks), stream));
    }
}

/// Serves a connection until it ends.
async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
    shared: Arc<Shared>,
    tasks: Weak<Mutex<Tasks>>,
    mut stream: S,
) {
    let (mut connection, greeting) = Connection::new(&shared);
    // A connection that failed has ended.
    let next = match write_all(&mut stream, greeting).await {
        Ok(()) => answer(&mut connection, &mut stream).await.unwrap_or(Next::Close),
        Err(_) => return,
    };
    // As bytes that the client has sent may be unread, the connection ends before the others.
    drop(stream);
    if next == Next::Quit
        && let Some(tasks) = tasks.upgrade()
    {
        locked(&tasks).stop();
    }
}

/// Reads requests and answers them, and writes events as they come.
async fn answer<S: AsyncRead + AsyncWrite + Unpin>(
    connection: &mut Connection,
    stream: &mut S,
) -> io::Result<Next> {
    while poll_fn(|context| poll_progress(connection, stream, context)).await? {
        while let Some((bytes, next)) = connection.step() {
            write_all(stream, connection.with_events(&bytes)).await?;
            if next != Next::Continue {
                return Ok(next);
            }
        }
        write_all(stream, connection.with_events(&[])).await?;
    }
    Ok(Next::Close)
}

/// Waits until there is something to do: bytes came, or events. False at the end.
fn poll_progress<S: AsyncRead + Unpin>(
    connection: &mut Connection,
    stream: &mut S,
    context: &mut Context<'_>,
) -> Poll<io::Result<bool>> {
    // On the stack of this call, not in the task: a connection that waits has no buffer.
    let mut bytes = [0; 4 << 10];
    let mut buffer = ReadBuf::new(&mut bytes);
    match Pin::new(stream).poll_read(context, &mut buffer) {
        Poll::Ready(Ok(())) => {
            connection.feed(buffer.filled());
            Poll::Ready(Ok(!buffer.filled().is_empty()))
        }
        Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
        Poll::Pending => connection.outbox.poll(context).map(Ok),
    }
}

async fn write_all<S: AsyncWrite + Unpin>(stream: &mut S, bytes: Vec<u8>) -> io::Result<()> {
    let mut rest = bytes.as_slice();
    while !rest.is_empty() {
        let written = poll_fn(|context| Pin::new(&mut *stream).poll_write(context, rest)).await?;
        rest = rest.get(written..).filter(|_| written > 0).ok_or(io::ErrorKind::WriteZero)?;
    }
    Ok(())
}
