//! Uploads in parts: nothing is visible before the last part is there, and
//! what is not completed is aborted, also if the one who waits for it goes
//! away.

use std::future::Future;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use bytes::Bytes;
use object_store::path::Path;
use object_store::{Error, MultipartUpload, ObjectStore, PutResult};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::runtime;

/// What may be on its way at once, in bytes; one part may be, whatever its
/// size.
const IN_FLIGHT: usize = 40 << 20;

/// Parts an upload may have, by S3 and Google Cloud Storage.
const MOST_PARTS: usize = 10_000;

/// The smallest part, in bytes.
pub(super) const SMALLEST: usize = 8 << 20;

/// How large a part of an upload is whose size is not known, by its number:
/// 100 GB fit into parts of which five are small enough to be in memory at
/// once. `None` after the last.
pub(super) fn part_size(number: usize) -> Option<usize> {
    const MIB: usize = 1 << 20;
    match number {
        0..1000 => Some(SMALLEST),
        1000..8500 => Some(12 * MIB),
        8500..9000 => Some(64 * MIB),
        9000..MOST_PARTS => Some(256 * MIB),
        _ => None,
    }
}

/// How large the parts are of an upload of a known size.
pub(super) fn size_of_parts(whole: usize) -> usize {
    SMALLEST.max(whole.div_ceil(MOST_PARTS - 1))
}

/// An upload. Unless it is completed, it is aborted.
pub(super) struct Upload {
    target: Option<Box<dyn MultipartUpload>>,
    parts: JoinSet<Result<usize, Error>>,
    in_flight: usize,
    sent: usize,
}

impl Upload {
    /// Begins one of an object of a store.
    pub(super) async fn of_store(
        store: Arc<dyn ObjectStore>,
        path: Path,
    ) -> Result<Self, Error> {
        Self::begin(async move {
            store.put_multipart_opts(&path, Default::default()).await
        })
        .await
    }

    /// Begins one as this does.
    pub(super) async fn begin(
        begins: impl Future<Output = Result<Box<dyn MultipartUpload>, Error>>
        + Send
        + 'static,
    ) -> Result<Self, Error> {
        let (sender, receiver) = oneshot::channel();
        let pending = Pending::begin();
        runtime().spawn(async move {
            // Nobody may be waiting for it any more.
            if let Err(Ok(target)) = sender.send(begins.await) {
                abandon(target, JoinSet::new());
            }
            drop(pending);
        });
        let target = receiver.await.map_err(lost)??;
        Ok(Self {
            target: Some(target),
            parts: JoinSet::new(),
            in_flight: 0,
            sent: 0,
        })
    }

    /// How many parts were given.
    pub(super) fn parts(&self) -> usize {
        self.sent
    }

    /// Sends a part, as soon as few enough bytes are on their way.
    pub(super) async fn part(&mut self, data: Bytes) -> Result<(), Error> {
        let size = data.len();
        while self.in_flight > 0 && self.in_flight + size > IN_FLIGHT {
            self.one_has_arrived().await?;
        }
        let Some(target) = &mut self.target else { return Err(lost(())) };
        let part = target.put_part(data.into());
        self.in_flight += size;
        self.sent += 1;
        let arrives = async move { part.await.map(|()| size) };
        self.parts.spawn_on(arrives, runtime().handle());
        Ok(())
    }

    async fn one_has_arrived(&mut self) -> Result<(), Error> {
        match self.parts.join_next().await {
            Some(joined) => {
                self.in_flight -= joined.map_err(lost)??;
                Ok(())
            }
            None => {
                self.in_flight = 0;
                Ok(())
            }
        }
    }

    /// Waits for all parts and makes them the object.
    pub(super) async fn complete(mut self) -> Result<PutResult, Error> {
        while !self.parts.is_empty() {
            self.one_has_arrived().await?;
        }
        let Some(mut target) = self.target.take() else {
            return Err(lost(()));
        };
        // It goes on if nobody waits: whether the server has heard of it
        // cannot be told any more.
        let completes = runtime().spawn(async move {
            let completed = target.complete().await;
            if completed.is_err() {
                target.abort().await.ok();
            }
            completed
        });
        completes.await.map_err(lost)?
    }

    /// Aborts it, and waits for that.
    pub(super) async fn abort(mut self) {
        if let Some(target) = self.target.take() {
            let parts = std::mem::take(&mut self.parts);
            abandon(target, parts).await.ok();
        }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if let Some(target) = self.target.take() {
            let parts = std::mem::take(&mut self.parts);
            drop(abandon(target, parts));
        }
    }
}

/// Aborts an upload in the background.
fn abandon(
    mut target: Box<dyn MultipartUpload>,
    mut parts: JoinSet<Result<usize, Error>>,
) -> tokio::task::JoinHandle<()> {
    let pending = Pending::begin();
    runtime().spawn(async move {
        // A part that arrives later would stay.
        parts.shutdown().await;
        // What the server keeps although it was asked not to, a rule of the
        // bucket removes.
        target.abort().await.ok();
        drop(pending);
    })
}

fn lost<E>(_: E) -> Error {
    let source = "a task ended early".into();
    Error::Generic { store: "upload", source }
}

/// How many uploads are being aborted.
static ABORTING: Mutex<usize> = Mutex::new(0);
static ABORTED: Condvar = Condvar::new();

struct Pending;

impl Pending {
    fn begin() -> Self {
        *sanchay_sync::lock(&ABORTING) += 1;
        Self
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        *sanchay_sync::lock(&ABORTING) -= 1;
        ABORTED.notify_all();
    }
}

/// Waits until all uploads that were cancelled have been aborted, but no
/// longer than for a time; `false` if some have not. A program that is
/// interrupted calls it before it ends.
pub fn settle(time: Duration) -> bool {
    let aborting = sanchay_sync::lock(&ABORTING);
    let rest = sanchay_sync::wait_timeout_while(
        &ABORTED,
        aborting,
        time,
        |aborting| *aborting > 0,
    );
    *rest == 0
}

#[cfg(test)]
mod tests {
    use super::{IN_FLIGHT, MOST_PARTS, part_size, size_of_parts};

    #[test]
    fn a_hundred_gigabytes_go_through_64_mib() {
        let (mut sent, mut number) = (0, 0);
        while sent < 100_000_000_000_u64 {
            let size = part_size(number).unwrap();
            // What is on its way, what is gathered, and what is not yet a part.
            assert!(IN_FLIGHT + size + (1 << 20) <= 64 << 20);
            sent += size as u64;
            number += 1;
        }
        assert_eq!(part_size(MOST_PARTS), None);
    }

    #[test]
    fn what_has_a_known_size_has_few_enough_parts() {
        for whole in [0, 1, 8 << 20, 100 << 30, 4 << 40] {
            let parts = usize::div_ceil(whole, size_of_parts(whole));
            assert!(parts <= MOST_PARTS, "{whole}");
        }
    }
}
