//! How far a run is, on a terminal's standard error.
//!
//! Nothing is drawn until the library reports for the first time, so that a
//! short run shows nothing and pays nothing.

use std::{
    ops::ControlFlow,
    sync::{Arc, OnceLock},
};

use indicatif::{
    HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle,
};
use sanchay::{Phase, Progress, ProgressCallback};

/// A progress bar that appears when there is something to show.
#[derive(Debug)]
pub(crate) struct Meter {
    /// `None`: never shown.
    shown: Option<Arc<OnceLock<ProgressBar>>>,
    color: bool,
}

impl Meter {
    /// A meter that is shown or never is.
    pub(crate) fn new(shown: bool, color: bool) -> Self {
        Self { shown: shown.then(Arc::default), color }
    }

    /// What the library is to call, if anything.
    pub(crate) fn callback(&self) -> Option<ProgressCallback> {
        let shown = self.shown.clone()?;
        let color = self.color;
        Some(Arc::new(move |progress: &Progress| {
            let bar = shown.get_or_init(|| bar(color));
            show(bar, progress, color);
            ControlFlow::Continue(())
        }))
    }

    /// Does something while the bar is off the screen.
    pub(crate) fn aside<T>(&self, act: impl FnOnce() -> T) -> T {
        aside(self.bar(), act)
    }

    /// The same, for whoever outlives the borrow of this.
    pub(crate) fn apart(&self) -> impl Fn(&dyn Fn()) + Send + Sync + 'static {
        let shown = self.shown.clone();
        move |act| aside(shown.as_deref().and_then(OnceLock::get), act)
    }

    /// Takes the bar off the screen for good.
    pub(crate) fn clear(&self) {
        if let Some(bar) = self.bar() {
            bar.finish_and_clear();
        }
    }

    fn bar(&self) -> Option<&ProgressBar> {
        self.shown.as_ref()?.get()
    }
}

fn aside<T>(bar: Option<&ProgressBar>, act: impl FnOnce() -> T) -> T {
    match bar {
        Some(bar) => bar.suspend(act),
        None => act(),
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.clear();
    }
}

fn bar(color: bool) -> ProgressBar {
    let bar =
        ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_style(style(false, color));
    bar
}

fn show(bar: &ProgressBar, progress: &Progress, color: bool) {
    bar.set_message(message(progress));
    // The bytes to read are what takes the time; where only the number of
    // files is known, that has to do.
    let known = progress
        .total_bytes
        .filter(|total| *total > 0)
        .map(|total| (progress.bytes, total))
        .or(progress.total_files.map(|total| (progress.files, total)));
    if let Some((done, total)) = known {
        if bar.length().is_none() {
            bar.set_style(style(true, color));
        }
        bar.set_length(total);
        bar.set_position(done.min(total));
    } else {
        bar.tick();
    }
}

/// The words beside the bar.
fn message(progress: &Progress) -> String {
    let files = HumanCount(progress.files);
    let mut text = match (progress.phase, progress.total_files) {
        (Phase::Comparing, Some(total)) => {
            format!("comparing {files} of {} files", HumanCount(total))
        }
        (Phase::Comparing, None) => format!("comparing {files} files"),
        (Phase::Hashing, Some(total)) => {
            format!("hashing {files} of {} files", HumanCount(total))
        }
        _ => format!(
            "{files} files in {} directories",
            HumanCount(progress.directories)
        ),
    };
    text.push_str(&format!(", {}", HumanBytes(progress.bytes)));
    if progress.errors > 0 {
        text.push_str(&format!(", {} failed", HumanCount(progress.errors)));
    }
    text
}

fn style(total_known: bool, color: bool) -> ProgressStyle {
    let template = match (total_known, color) {
        (false, false) => "{spinner} {elapsed} {wide_msg}",
        (false, true) => "{spinner:.cyan} {elapsed} {wide_msg}",
        (true, false) => "{bar:24} {elapsed}/{duration} {wide_msg}",
        (true, true) => "{bar:24.cyan} {elapsed}/{duration} {wide_msg}",
    };
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress() -> Progress {
        let mut progress = Progress::default();
        progress.directories = 12;
        progress.files = 3456;
        progress.bytes = 1 << 20;
        progress
    }

    #[test]
    fn a_meter_that_is_not_shown_asks_for_no_reports() {
        assert!(Meter::new(false, true).callback().is_none());
        assert!(Meter::new(true, true).callback().is_some());
    }

    #[test]
    fn the_message_tells_the_phase_and_failures() {
        let mut progress = progress();
        assert_eq!(
            message(&progress),
            "3,456 files in 12 directories, 1.00 MiB"
        );
        progress.phase = Phase::Comparing;
        progress.total_files = Some(9999);
        progress.errors = 2;
        assert_eq!(
            message(&progress),
            "comparing 3,456 of 9,999 files, 1.00 MiB, 2 failed"
        );
    }

    #[test]
    fn every_template_is_valid() {
        for (known, color) in
            [(false, false), (false, true), (true, false), (true, true)]
        {
            let bar = ProgressBar::hidden();
            bar.set_style(style(known, color));
            show(&bar, &progress(), color);
        }
    }
}
