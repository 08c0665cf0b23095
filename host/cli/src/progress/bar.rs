//! Progress as a bar on a terminal.

use std::time::Duration;

use indicatif::{
    HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget,
    ProgressStyle,
};
use sanchay::{Phase, Progress, escaped};

use super::{Rates, pace::known, phase};

/// A bar that is not on the screen yet.
pub(super) fn new(color: bool) -> ProgressBar {
    let bar =
        ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    bar.set_style(style(false, color));
    bar
}

/// Draws how far a run is.
pub(super) fn show(
    bar: &ProgressBar,
    progress: &Progress,
    rates: Rates,
    reading: &[u8],
    color: bool,
) {
    let mut text = message(progress);
    text.push_str(&pace(progress, rates));
    if !reading.is_empty() {
        text.push_str(&format!(": {}", escaped(reading)));
    }
    bar.set_message(text);
    if let Some((done, total)) = known(progress) {
        if bar.length().is_none() {
            bar.set_style(style(true, color));
        }
        bar.set_length(total);
        bar.set_position(done.min(total));
    } else {
        bar.tick();
    }
}

/// What was done.
fn message(progress: &Progress) -> String {
    let files = HumanCount(progress.files);
    let doing = phase(progress);
    let mut text = match (progress.phase, progress.total_files) {
        (Phase::Walking, _) => format!(
            "{files} files in {} directories",
            HumanCount(progress.directories)
        ),
        (_, Some(total)) => {
            format!("{doing} {files} of {} files", HumanCount(total))
        }
        (_, None) => format!("{doing} {files} files"),
    };
    text.push_str(&format!(", {}", HumanBytes(progress.bytes)));
    if progress.errors > 0 {
        text.push_str(&format!(", {} failed", HumanCount(progress.errors)));
    }
    text
}

/// How fast it goes, and how long it will take.
fn pace(progress: &Progress, rates: Rates) -> String {
    let mut text = match progress.phase {
        // A walk reads no file.
        Phase::Walking => format!(", {}/s", HumanCount(whole(rates.files))),
        _ => format!(", {}/s", HumanBytes(whole(rates.bytes))),
    };
    if let Some(left) = rates.left {
        let left = Duration::try_from_secs_f64(left).unwrap_or(Duration::MAX);
        text.push_str(&format!(", {} left", HumanDuration(left)));
    }
    text
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate is positive, and one beyond the range is as good as its \
              end"
)]
pub(crate) fn whole(rate: f64) -> u64 {
    rate as u64
}

fn style(total_known: bool, color: bool) -> ProgressStyle {
    let template = match (total_known, color) {
        (false, false) => "{spinner} {elapsed} {wide_msg}",
        (false, true) => "{spinner:.cyan} {elapsed} {wide_msg}",
        (true, false) => "{bar:24} {elapsed} {wide_msg}",
        (true, true) => "{bar:24.cyan} {elapsed} {wide_msg}",
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
        progress.phase = Phase::Transferring;
        progress.errors = 0;
        assert_eq!(
            message(&progress),
            "transferring 3,456 of 9,999 files, 1.00 MiB"
        );
    }

    #[test]
    fn the_pace_is_that_of_what_takes_the_time() {
        let mut progress = progress();
        let rates = Rates {
            seconds: 1.0,
            files: 3456.7,
            bytes: 1024.0,
            left: Some(45.0),
        };
        let slow = Rates { left: None, ..rates };
        assert_eq!(pace(&progress, slow), ", 3,456/s");
        progress.phase = Phase::Hashing;
        assert_eq!(pace(&progress, rates), ", 1.00 KiB/s, 45 seconds left");
    }

    #[test]
    fn every_template_is_valid() {
        for (known, color) in
            [(false, false), (false, true), (true, false), (true, true)]
        {
            let bar = ProgressBar::hidden();
            bar.set_style(style(known, color));
            show(&bar, &progress(), Rates::default(), b"a\x1b", color);
            assert!(!bar.message().contains('\x1b'));
        }
    }
}
