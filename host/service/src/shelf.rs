//! What takes long to make and is asked for again: made once, by whoever asks
//! first, while the others wait for the same; and kept until there are too
//! many, or nobody asks for it any more.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use sanchay_sync::lock;
use tokio::{
    sync::{Semaphore, watch},
    task::spawn_blocking,
    time::timeout,
};

use crate::problem::Problem;

/// Things by their keys.
pub(crate) struct Shelf<V> {
    all: Mutex<HashMap<String, Arc<Slot<V>>>>,
    /// How many are kept at most.
    most: usize,
    /// How long one is kept that nobody asks for.
    kept: Duration,
    /// How many are made at a time.
    places: Arc<Semaphore>,
}

/// One of them, which may still be in the making.
pub(crate) struct Slot<V> {
    state: watch::Sender<Made<V>>,
    used: Mutex<Instant>,
}

/// How far it is.
enum Made<V> {
    Making,
    Ready(Arc<V>),
    Failed(Box<Problem>),
}

impl<V> fmt::Debug for Shelf<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelf").field("most", &self.most).finish()
    }
}

impl<V> fmt::Debug for Slot<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").finish_non_exhaustive()
    }
}

impl<V: Send + Sync + 'static> Shelf<V> {
    pub(crate) fn new(most: usize, kept: Duration, together: usize) -> Self {
        Self {
            all: Mutex::default(),
            most,
            kept,
            places: Arc::new(Semaphore::new(together)),
        }
    }

    /// What a key stands for. Where it is not there, `make` makes it, in a
    /// thread that may wait; one that failed is made again.
    pub(crate) fn get(
        &self,
        key: &str,
        make: impl FnOnce() -> Result<V, Problem> + Send + 'static,
    ) -> Arc<Slot<V>> {
        let slot = {
            let mut all = lock(&self.all);
            if let Some(slot) = all.get(key)
                && !slot.has_failed()
            {
                *lock(&slot.used) = Instant::now();
                return Arc::clone(slot);
            }
            self.make_room(&mut all);
            let slot = Arc::new(Slot {
                state: watch::Sender::new(Made::Making),
                used: Mutex::new(Instant::now()),
            });
            all.insert(key.to_owned(), Arc::clone(&slot));
            slot
        };
        let (theirs, places) = (Arc::clone(&slot), Arc::clone(&self.places));
        tokio::spawn(async move {
            let _place = places.acquire_owned().await;
            let made = match spawn_blocking(make).await {
                Ok(Ok(made)) => Made::Ready(Arc::new(made)),
                Ok(Err(problem)) => Made::Failed(Box::new(problem)),
                Err(error) => {
                    tracing::error!(%error, "something cannot be made");
                    let why = "The request hit a defect; the log has it.";
                    Made::Failed(Box::new(Problem::internal(why)))
                }
            };
            theirs.state.send_replace(made);
        });
        slot
    }

    /// Drops what nobody asked for any more, and what was asked for longest
    /// ago.
    fn make_room(&self, all: &mut HashMap<String, Arc<Slot<V>>>) {
        all.retain(|_, slot| {
            !slot.has_failed() && lock(&slot.used).elapsed() < self.kept
        });
        while all.len() >= self.most {
            let oldest = all
                .iter()
                .min_by_key(|(_, slot)| *lock(&slot.used))
                .map(|(key, _)| key.clone());
            let Some(oldest) = oldest else { return };
            all.remove(&oldest);
        }
    }
}

impl<V> Slot<V> {
    fn has_failed(&self) -> bool {
        matches!(*self.state.borrow(), Made::Failed(_))
    }

    /// It, if it is there by now.
    pub(crate) fn now(&self) -> Option<Arc<V>> {
        match &*self.state.borrow() {
            Made::Ready(made) => Some(Arc::clone(made)),
            Made::Making | Made::Failed(_) => None,
        }
    }

    /// It, as soon as it is made, but not after more than that time.
    ///
    /// # Errors
    /// 503 where it takes longer, and why it cannot be made.
    pub(crate) async fn ready(
        &self,
        longest: Duration,
    ) -> Result<Arc<V>, Problem> {
        let mut state = self.state.subscribe();
        let made = state.wait_for(|it| !matches!(it, Made::Making));
        let Ok(Ok(made)) = timeout(longest, made).await else {
            return Err(building());
        };
        match &*made {
            Made::Ready(made) => Ok(Arc::clone(made)),
            Made::Failed(problem) => Err((**problem).clone()),
            Made::Making => Err(building()),
        }
    }
}

/// What is told where something takes longer than a request may wait.
pub(crate) fn building() -> Problem {
    let why = "The records are still being looked at; ask again in a moment.";
    Problem::unavailable(why).of_kind("building").retry_after(2)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn what_many_ask_for_is_made_once() {
        let shelf = Shelf::new(2, LONG, 4);
        let made = Arc::new(AtomicUsize::new(0));
        let slots: Vec<_> = (0..9)
            .map(|_| {
                let made = Arc::clone(&made);
                shelf.get("a", move || Ok(made.fetch_add(1, Relaxed)))
            })
            .collect();
        for slot in slots {
            assert_eq!(*slot.ready(LONG).await.unwrap(), 0);
        }
        assert_eq!(made.load(Relaxed), 1);
    }

    #[tokio::test]
    async fn what_failed_is_tried_again_and_the_oldest_makes_room() {
        let shelf = Shelf::new(2, LONG, 1);
        let no = shelf.get("a", || Err(Problem::not_found("none")));
        assert_eq!(no.ready(LONG).await.unwrap_err().status(), 404);
        for key in ["a", "b", "c"] {
            let slot = shelf.get(key, move || Ok(key));
            assert_eq!(*slot.ready(LONG).await.unwrap(), key);
        }
        assert_eq!(lock(&shelf.all).len(), 2);
        assert!(!lock(&shelf.all).contains_key("a"));
    }

    #[tokio::test]
    async fn who_cannot_wait_is_told_to_ask_again() {
        let shelf = Shelf::new(2, LONG, 1);
        let (sender, receiver) = std::sync::mpsc::channel::<()>();
        let slot = shelf.get("a", move || {
            let _ = receiver.recv();
            Ok(1)
        });
        let late = slot.ready(Duration::from_millis(1)).await.unwrap_err();
        assert_eq!(late.status(), 503);
        assert!(slot.now().is_none());
        drop(sender);
        assert_eq!(*slot.ready(LONG).await.unwrap(), 1);
        assert_eq!(slot.now().as_deref(), Some(&1));
    }
}
