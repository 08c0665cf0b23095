//! How many requests a caller may make: a bucket for each, which fills at an
//! even rate and from which each request takes; and how often signing in may
//! fail.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use sanchay_sync::lock;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::problem::Problem;

/// How often signing in may fail within [`WINDOW`].
const MOST_FAILURES: u32 = 10;

/// How long failures count.
const WINDOW: Duration = Duration::from_secs(60);

/// How many callers and addresses are remembered.
const MOST: usize = 4096;

/// How much work of a kind that a request waits for is done at a time, for all
/// callers together. Each has one place of these.
const TOGETHER: usize = 2;

tokio::task_local! {
    /// The account of whoever sent the request that is being answered.
    pub(crate) static ACCOUNT: String;
}

/// The account of whoever sent the request that is being answered; empty where
/// nobody did.
pub(crate) fn account() -> String {
    ACCOUNT.try_with(Clone::clone).unwrap_or_default()
}

/// A place for work that takes time and memory. It is free again when the work
/// has ended, and not when nobody waits for it any more.
#[derive(Debug)]
pub(crate) struct WorkPlace {
    _own: OwnedSemaphorePermit,
    _shared: OwnedSemaphorePermit,
}

/// The limits.
#[derive(Debug)]
pub(crate) struct Limits {
    /// Requests a second; also how many may come at once.
    rate: f64,
    buckets: Mutex<HashMap<String, Bucket>>,
    failures: Mutex<HashMap<IpAddr, (Instant, u32)>>,
    places: Arc<Semaphore>,
    own_places: Mutex<HashMap<String, Arc<Semaphore>>>,
}

#[derive(Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

impl Limits {
    pub(crate) fn new(rate: u32) -> Self {
        Self {
            rate: f64::from(rate.max(1)),
            buckets: Mutex::default(),
            failures: Mutex::default(),
            places: Arc::new(Semaphore::new(TOGETHER)),
            own_places: Mutex::default(),
        }
    }

    /// A place for work of a request, as soon as there is one: first of the
    /// caller's own work, then of all. `None` when the service ends.
    pub(crate) async fn work_place(&self) -> Option<WorkPlace> {
        let own = {
            let mut all = lock(&self.own_places);
            if all.len() >= MOST {
                // Those that nobody waits for or holds.
                all.retain(|_, it| Arc::strong_count(it) > 1);
            }
            let own = all.entry(account());
            let own = own.or_insert_with(|| Arc::new(Semaphore::new(1)));
            Arc::clone(own)
        };
        let own = own.acquire_owned().await.ok()?;
        let shared = Arc::clone(&self.places).acquire_owned().await.ok()?;
        Some(WorkPlace { _own: own, _shared: shared })
    }

    /// Takes one request from a caller's bucket.
    ///
    /// # Errors
    /// 429 where it is empty.
    pub(crate) fn take(&self, caller: &str) -> Result<(), Problem> {
        let now = Instant::now();
        let mut buckets = lock(&self.buckets);
        if buckets.len() >= MOST {
            buckets.retain(|_, it| now - it.at < WINDOW);
        }
        let bucket = buckets
            .entry(caller.to_owned())
            .or_insert(Bucket { left: self.rate, at: now });
        let gained = (now - bucket.at).as_secs_f64() * self.rate;
        bucket.left = (bucket.left + gained).min(self.rate);
        bucket.at = now;
        if bucket.left < 1.0 {
            let why = "There are more requests than the service is set up \
                       for; wait a second.";
            return Err(Problem::too_many(why).retry_after(1));
        }
        bucket.left -= 1.0;
        Ok(())
    }

    /// Whether an address may try to sign in.
    ///
    /// # Errors
    /// 429 after too many failures.
    pub(crate) fn may_sign_in(&self, from: IpAddr) -> Result<(), Problem> {
        let failures = lock(&self.failures);
        match failures.get(&from) {
            Some((since, count))
                if since.elapsed() < WINDOW && *count >= MOST_FAILURES =>
            {
                let left = WINDOW.saturating_sub(since.elapsed());
                let why = "Signing in failed ten times; wait a minute.";
                let problem = Problem::too_many(why);
                Err(problem.retry_after(left.as_secs().max(1)))
            }
            _ => Ok(()),
        }
    }

    /// Notes that signing in failed.
    pub(crate) fn note_failure(&self, from: IpAddr) {
        let mut failures = lock(&self.failures);
        if failures.len() >= MOST {
            failures.retain(|_, (since, _)| since.elapsed() < WINDOW);
        }
        let entry = failures.entry(from).or_insert((Instant::now(), 0));
        if entry.0.elapsed() >= WINDOW {
            *entry = (Instant::now(), 0);
        }
        entry.1 = entry.1.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_gets_as_many_requests_as_the_bucket_holds() {
        let limits = Limits::new(5);
        let taken = (0..50).filter(|_| limits.take("a").is_ok()).count();
        assert!((5..50).contains(&taken), "{taken}");
        assert!(limits.take("b").is_ok());
        assert_eq!(limits.take("a").unwrap_err().status(), 429);
    }

    #[tokio::test]
    async fn a_caller_has_one_place_for_work_and_all_have_two() {
        let limits = Limits::new(5);
        let soon = Duration::from_millis(20);
        let place = |who: &str| {
            let work = ACCOUNT.scope(who.to_owned(), limits.work_place());
            tokio::time::timeout(soon, work)
        };
        let first = place("a").await.unwrap().unwrap();
        assert!(place("a").await.is_err());
        let second = place("b").await.unwrap().unwrap();
        assert!(place("c").await.is_err());
        drop(first);
        assert!(place("b").await.is_err());
        assert!(place("c").await.is_ok());
        drop(second);
        assert!(place("b").await.is_ok());
    }

    #[test]
    fn signing_in_may_fail_ten_times_a_minute_from_each_address() {
        let limits = Limits::new(5);
        let here = IpAddr::from([127, 0, 0, 1]);
        for _ in 0..10 {
            assert!(limits.may_sign_in(here).is_ok());
            limits.note_failure(here);
        }
        assert_eq!(limits.may_sign_in(here).unwrap_err().status(), 429);
        assert!(limits.may_sign_in(IpAddr::from([127, 0, 0, 2])).is_ok());
    }
}
