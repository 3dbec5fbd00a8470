//! The task that connects, and connects again.

use std::pin::Pin;
use std::sync::Arc;

use ::tokio::time::{Instant, sleep};
use tracing::debug;

use super::Backoff;
use super::shared::{End, Shared};
use crate::Error;
use crate::tokio::Client;

/// Makes a connection that is ready for commands.
pub(super) type Connector =
    Box<dyn FnMut() -> Pin<Box<dyn Future<Output = Result<Client, Error>> + Send>> + Send>;

/// Ends the client with the task: a task that is gone, since the runtime ends or the connector panicked, makes no
/// connections that anybody could wait for.
struct Ending(Arc<Shared>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.end(End::Closed);
    }
}

/// Connects until it has to give up. It is aborted when nobody wants connections any more.
pub(super) async fn drive(shared: Arc<Shared>, mut connect: Connector, backoff: Backoff) {
    let ending = Ending(shared);
    let shared = &ending.0;
    // Since a connection last held.
    let (mut tries, mut waits) = (0u32, 0);
    loop {
        tries = tries.saturating_add(1);
        let (why, has_held) = match connect().await {
            Ok(client) => follow(shared, client, &backoff).await,
            Err(error) => (error, false),
        };
        if has_held {
            (tries, waits) = (0, 0);
        }
        let why = Arc::new(why);
        debug!(tries, error = %why, "no connection");
        shared.lost(&why);
        if backoff.tries.is_some_and(|most| tries >= most) {
            return shared.end(End::GaveUp { tries, why });
        }
        sleep(backoff.wait(waits, fastrand::f64())).await;
        waits = waits.saturating_add(1);
        shared.connecting(tries.saturating_add(1));
    }
}

/// Has a connection used until its end: why it ended, and whether it held for long enough.
async fn follow(shared: &Shared, client: Client, backoff: &Backoff) -> (Error, bool) {
    debug!("connected");
    let since = Instant::now();
    shared.connected(&client);
    let why = client.ended().await;
    (why, since.elapsed() >= backoff.settled)
}
