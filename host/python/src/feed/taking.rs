//! The end of a feed that rows are taken from, and how long one waits there.

use std::{
    sync::PoisonError,
    time::{Duration, Instant},
};

use super::{Feed, State, WORTH_WAKING};
use crate::columns::Chunk;

/// What a consumer is content with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TakeMode {
    /// What is there at this moment.
    None,
    /// A whole chunk, or what is left at the end, if it is there.
    Whole,
    /// The next few rows, as soon as there are any.
    Some,
    /// A whole chunk, or what is left at the end.
    Full,
}

impl TakeMode {
    /// Whether it waits at all.
    pub(crate) fn waits(self) -> bool {
        matches!(self, Self::Some | Self::Full)
    }
}

/// What there was to take.
pub(crate) enum Taken<C> {
    /// Some rows.
    Chunk(C),
    /// Nothing yet.
    Nothing,
    /// Nothing, and nothing will come.
    End,
}

/// How long fewer of them wait.
const LINGER: Duration = Duration::from_millis(5);

impl<C: Chunk> Feed<C> {
    /// Waits until the run is over, which somebody ended; whether it is.
    pub(crate) fn wait_for_end(&self, limit: Duration) -> bool {
        let running = |state: &mut State<C>| state.ended.is_none();
        let waited =
            self.come.wait_timeout_while(self.state(), limit, running);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.ended.is_some()
    }

    /// Takes rows. If the mode waits, this waits until `limit`, or until there
    /// is progress to report.
    pub(crate) fn take(&self, mode: TakeMode, limit: Duration) -> Taken<C> {
        let until = Instant::now() + limit;
        let mut state = self.state();
        let mut lingers = None;
        loop {
            let enough = match mode {
                TakeMode::None => state.rows > 0,
                TakeMode::Some => {
                    state.rows >= WORTH_WAKING
                        || lingers.is_some_and(|end| Instant::now() >= end)
                }
                TakeMode::Whole | TakeMode::Full => state.chunks.len() > 1,
            };
            let over = state.ended.is_some() || state.closed;
            if (enough || over)
                && let Some(chunk) = state.chunks.pop_front()
            {
                state.rows = state.rows.saturating_sub(chunk.rows());
                drop(state);
                self.gone.notify_all();
                return Taken::Chunk(chunk);
            }
            if over {
                return Taken::End;
            }
            let now = Instant::now();
            if !mode.waits() || state.progress.is_some() || now >= until {
                return Taken::Nothing;
            }
            let mut end = until;
            if mode == TakeMode::Some && state.rows > 0 {
                end = end.min(*lingers.get_or_insert(now + LINGER));
            }
            state = self
                .come
                .wait_timeout(state, end.saturating_duration_since(now))
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}
