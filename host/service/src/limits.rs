//! How many requests a caller may make: a bucket for each, which fills at an
//! even rate and from which each request takes; and how often signing in may
//! fail.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::Mutex,
    time::{Duration, Instant},
};

use sanchay_sync::lock;

use crate::problem::Problem;

/// How often signing in may fail within [`WINDOW`].
const MOST_FAILURES: u32 = 10;

/// How long failures count.
const WINDOW: Duration = Duration::from_secs(60);

/// How many callers and addresses are remembered.
const MOST: usize = 4096;

/// The limits.
#[derive(Debug)]
pub(crate) struct Limits {
    /// Requests a second; also how many may come at once.
    rate: f64,
    buckets: Mutex<HashMap<String, Bucket>>,
    failures: Mutex<HashMap<IpAddr, (Instant, u32)>>,
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
        }
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
