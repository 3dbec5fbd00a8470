//! The client for tokio, in virtual time: what would hang fails at once.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use proptest::prelude::*;
use qmp_client::tokio::Client;
use qmp_client::{CallOptions, Error, Options};
use serde_json::value::RawValue;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::runtime::Builder;
use tokio::time::{Sleep, sleep, timeout};

use crate::schedule::{Call, Schedule, arguments, check, config, schedules};
use crate::server::{Server, Turn};

/// Longer than all of a schedule takes.
const LONG: Duration = Duration::from_secs(3600);

/// The client's end.
struct Stream {
    server: Arc<Mutex<Server>>,
    pause: Option<Pin<Box<Sleep>>>,
    reader: Waker,
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let turn = self.server.lock().unwrap().next(buffer.remaining());
            match turn {
                Turn::Bytes(bytes) => {
                    buffer.put_slice(&bytes);
                    return Poll::Ready(Ok(()));
                }
                Turn::Pause(time) => {
                    self.reader.clone_from(cx.waker());
                    let pause =
                        self.pause.get_or_insert_with(|| Box::pin(sleep(Duration::from_millis(time))));
                    ready!(pause.as_mut().poll(cx));
                    self.pause = None;
                    self.server.lock().unwrap().passed();
                }
                Turn::Again => {
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Turn::Idle => {
                    self.reader.clone_from(cx.waker());
                    return Poll::Pending;
                }
                Turn::End => return Poll::Ready(Ok(())),
                Turn::Reset => return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into())),
            }
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let mut server = self.server.lock().unwrap();
        if server.is_cut() {
            return Poll::Ready(Err(io::ErrorKind::BrokenPipe.into()));
        }
        let Some(length) = server.takes(bytes.len()) else {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        };
        server.hear(&bytes[..length]);
        self.reader.wake_by_ref();
        Poll::Ready(Ok(length))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// Makes a call; `None` where the caller gave it up.
async fn make(client: Client, token: usize, call: Call) -> Option<Result<Box<RawValue>, Error>> {
    sleep(Duration::from_millis(call.at)).await;
    let (arguments, options) = (arguments(token), call.options());
    let reply = client.execute_raw("query-token", Some(&arguments), &options);
    match call.given_up {
        Some(after) => timeout(Duration::from_millis(after), reply).await.ok(),
        None => Some(reply.await),
    }
}

async fn run(schedule: &Schedule) {
    let server = Arc::new(Mutex::new(Server::new(schedule)));
    let stream = Stream { server: Arc::clone(&server), pause: None, reader: Waker::noop().clone() };
    let client = match Client::over_with(stream, &Options::new()).await {
        Ok(client) => client,
        Err(error) => return assert!(schedule.cut.is_some(), "{error}"),
    };
    let mut calls = Vec::new();
    for (token, call) in schedule.calls.iter().enumerate() {
        calls.push(tokio::spawn(make(client.clone(), token, call.clone())));
    }
    for (token, call) in calls.into_iter().enumerate() {
        if let Some(result) = call.await.unwrap() {
            check(schedule, token, &result, &server.lock().unwrap().refused);
        }
    }
    if schedule.cut.is_none() && !schedule.has_garbage {
        is_usable(&client, &server, schedule).await;
    }
}

/// Whatever happened on a connection that was not cut, it goes on.
async fn is_usable(client: &Client, server: &Mutex<Server>, schedule: &Schedule) {
    server.lock().unwrap().mend();
    let token = schedule.calls.len();
    let (arguments, options) = (arguments(token), CallOptions::new().timeout(LONG));
    let reply = client.execute_raw("query-token", Some(&arguments), &options).await.unwrap();
    check(schedule, token, &Ok(reply), &[]);
}

proptest! {
    #![proptest_config(config(3000))]

    #[test]
    fn each_call_gets_its_own(schedule in schedules()) {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            timeout(2 * LONG, run(&schedule)).await.expect("everything ends");
        });
    }
}
