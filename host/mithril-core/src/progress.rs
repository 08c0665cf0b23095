//! Telling how far work has come.

use std::fmt;
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressStyle};

/// What is told how far work has come. The unit is the caller's: bytes, or
/// objects.
pub trait ProgressReporter: Send + Sync {
    /// How much there is to do.
    fn set_total(&self, total: u64);

    /// That so much more is done.
    fn increment(&self, amount: u64);

    /// What is being done.
    fn set_message(&self, message: &str);

    /// That all is done.
    fn finish(&self);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoopProgress;

impl ProgressReporter for NoopProgress {
    fn set_total(&self, _: u64) {}

    fn increment(&self, _: u64) {}

    fn set_message(&self, _: &str) {}

    fn finish(&self) {}
}

/// A bar on the terminal; nothing if the standard error output is none.
#[derive(Clone, Debug)]
pub struct ConsoleProgress {
    bar: ProgressBar,
}

impl Default for ConsoleProgress {
    fn default() -> Self {
        Self::new()
    }
}

impl ConsoleProgress {
    /// A bar, which appears with the first that it is told.
    #[must_use]
    pub fn new() -> Self {
        let bar = ProgressBar::no_length();
        let style = ProgressStyle::with_template(
            "{spinner} {msg} {wide_bar} {pos}/{len} {eta}",
        );
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self { bar }
    }
}

impl ProgressReporter for ConsoleProgress {
    fn set_total(&self, total: u64) {
        self.bar.set_length(total);
    }

    fn increment(&self, amount: u64) {
        self.bar.inc(amount);
    }

    fn set_message(&self, message: &str) {
        // What controls a terminal is none of a message's business.
        let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
        let message: String = message.chars().map(plain).collect();
        self.bar.set_message(message);
    }

    fn finish(&self) {
        self.bar.finish();
    }
}

/// Calls a function with what is done, the total (0 if it is not known) and the
/// message, each time that one of them changes, and once more when all is done.
/// Calls do not overlap.
pub struct CallbackProgress<F: Fn(u64, u64, &str)> {
    callback: F,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    done: u64,
    total: u64,
    message: String,
}

impl<F: Fn(u64, u64, &str)> CallbackProgress<F> {
    /// Calls this function. It must not report progress here itself.
    pub fn new(callback: F) -> Self {
        Self { callback, state: Mutex::default() }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = sanchay_sync::lock(&self.state);
        change(&mut state);
        (self.callback)(state.done, state.total, &state.message);
    }
}

impl<F: Fn(u64, u64, &str) + Send + Sync> ProgressReporter
    for CallbackProgress<F>
{
    fn set_total(&self, total: u64) {
        self.change(|state| state.total = total);
    }

    fn increment(&self, amount: u64) {
        self.change(|state| state.done = state.done.saturating_add(amount));
    }

    fn set_message(&self, message: &str) {
        self.change(|state| message.clone_into(&mut state.message));
    }

    fn finish(&self) {
        self.change(|_| {});
    }
}

impl<F: Fn(u64, u64, &str)> fmt::Debug for CallbackProgress<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackProgress").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::{
        CallbackProgress, ConsoleProgress, NoopProgress, ProgressReporter,
    };

    fn report(progress: &dyn ProgressReporter) {
        progress.set_total(10);
        progress.increment(3);
        progress.set_message("reading\x1b[2J");
        progress.increment(7);
        progress.finish();
    }

    #[test]
    fn a_callback_hears_of_every_change() {
        let heard = Mutex::new(Vec::new());
        let callback = |done, total, message: &str| {
            heard.lock().unwrap().push((done, total, message.to_owned()));
        };
        report(&CallbackProgress::new(callback));
        let message = "reading\x1b[2J".to_owned();
        let expected = [
            (0, 10, String::new()),
            (3, 10, String::new()),
            (3, 10, message.clone()),
            (10, 10, message.clone()),
            (10, 10, message),
        ];
        assert_eq!(*heard.lock().unwrap(), expected);
    }

    #[test]
    fn increments_of_many_threads_add_up() {
        let last = Mutex::new(0);
        let progress = CallbackProgress::new(|done, _, _: &str| {
            *last.lock().unwrap() = done;
        });
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    (0..1000).for_each(|_| progress.increment(1));
                });
            }
        });
        assert_eq!(*last.lock().unwrap(), 8000);
    }

    #[test]
    fn a_console_takes_what_a_callback_takes() {
        let console = ConsoleProgress::new();
        report(&console);
        assert_eq!(console.bar.position(), 10);
        assert_eq!(console.bar.length(), Some(10));
        assert_eq!(console.bar.message(), "reading\u{fffd}[2J");
        assert!(console.bar.is_finished());
        report(&NoopProgress);
    }
}
