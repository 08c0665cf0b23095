//! A connection whose client may be slow, but not for ever: where it takes
//! less of an answer than some bytes a second for long, it ends.

use std::{
    future::Future as _,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep},
};

/// How long writing may wait for a client, in all. What is written gives some
/// of that back, at [`RATE`].
const LONGEST: Duration = Duration::from_secs(30);

/// How many bytes give back a second.
const RATE: u64 = 16 << 10;

/// A connection with a limit to how long writing may wait.
#[derive(Debug)]
pub(crate) struct Patient<S> {
    stream: S,
    /// Since when writing waits.
    waiting: Option<Instant>,
    /// How long it may wait yet.
    left: Duration,
    limit: Pin<Box<Sleep>>,
    longest: Duration,
    rate: u64,
}

impl<S> Patient<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self::with(stream, LONGEST, RATE)
    }

    fn with(stream: S, longest: Duration, rate: u64) -> Self {
        let limit = Box::pin(sleep(longest));
        let (waiting, left) = (None, longest);
        Self { stream, waiting, left, limit, longest, rate }
    }

    /// Counts the time for which writing has to wait; so many bytes were
    /// written where it had not to.
    fn bounded<T>(
        &mut self,
        context: &mut Context<'_>,
        polled: Poll<io::Result<T>>,
        written: impl Fn(&T) -> usize,
    ) -> Poll<io::Result<T>> {
        if let Poll::Ready(done) = &polled {
            if let Some(since) = self.waiting.take() {
                self.left = self.left.saturating_sub(since.elapsed());
            }
            let bytes = done.as_ref().map_or(0, written) as u64;
            let gained = bytes.saturating_mul(1_000_000) / self.rate.max(1);
            let gained = Duration::from_micros(gained);
            self.left = self.left.saturating_add(gained).min(self.longest);
            return polled;
        }
        if self.waiting.is_none() {
            let now = Instant::now();
            self.waiting = Some(now);
            self.limit.as_mut().reset(now + self.left);
        }
        ready!(self.limit.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.bounded(context, polled, |count| *count)
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_flush(context);
        self.bounded(context, polled, |()| 0)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_shutdown(context);
        self.bounded(context, polled, |()| 0)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    /// How long writing goes on, up to two seconds, whose reader takes so many
    /// bytes and then pauses.
    async fn lasts(bytes: usize, pause: Duration) -> Duration {
        let (near, mut far) = duplex(1024);
        let reader = tokio::spawn(async move {
            let mut some = vec![0; bytes];
            loop {
                sleep(pause).await;
                if far.read_exact(&mut some).await.is_err() {
                    return;
                }
            }
        });
        let begun = Instant::now();
        let longest = Duration::from_millis(300);
        let mut writer = Patient::with(near, longest, 1 << 20);
        let some = vec![0; 4096];
        while begun.elapsed() < Duration::from_secs(2) {
            if let Err(error) = writer.write_all(&some).await {
                assert_eq!(error.kind(), io::ErrorKind::TimedOut);
                break;
            }
        }
        reader.abort();
        begun.elapsed()
    }

    #[tokio::test]
    async fn a_client_that_takes_little_now_and_then_is_let_go() {
        let took = lasts(4096, Duration::from_millis(200)).await;
        assert!(took < Duration::from_secs(1), "{took:?}");
        assert!(took > Duration::from_millis(250), "{took:?}");
    }

    #[tokio::test]
    async fn a_client_that_is_slow_and_steady_gets_its_answer() {
        let took = lasts(256 << 10, Duration::from_millis(20)).await;
        assert!(took >= Duration::from_secs(2), "{took:?}");
    }
}
