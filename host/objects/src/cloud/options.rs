//! How long to wait for a server, and how often to ask it again.

use std::time::Duration;

use object_store::{BackoffConfig, RetryConfig};

/// How long to wait for a server, and how often to ask it again.
///
/// A request is sent again if the server does not answer, if the connection
/// breaks, and after the answers 408, 429 and 5xx, each time after a longer
/// pause, or after the time that the server asks for (`Retry-After`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// How often a request is sent again.
    pub retries: u32,
    /// No request is sent again this long after it was first sent.
    pub total: Duration,
    /// How long to wait for a connection.
    pub connect: Duration,
    /// How long to wait for the beginning of an answer, and for each further
    /// piece of it.
    pub answer: Duration,
    /// How many bytes a second a request is sent at, at least: so much longer
    /// its answer is waited for.
    pub slowest: u64,
    /// The first pause; each further one is up to twice as long as the one
    /// before, and none longer than a hundred times this.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            retries: 8,
            total: Duration::from_secs(120),
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(30),
            slowest: 64 << 10,
            pause: Duration::from_millis(100),
        }
    }
}

impl Patience {
    pub(super) fn longest_pause(&self) -> Duration {
        self.pause.saturating_mul(100)
    }

    pub(super) fn retry(&self) -> RetryConfig {
        RetryConfig {
            backoff: BackoffConfig {
                init_backoff: self.pause,
                max_backoff: self.longest_pause(),
                base: 2.0,
            },
            max_retries: usize::try_from(self.retries).unwrap_or(usize::MAX),
            retry_timeout: self.total,
        }
    }
}
