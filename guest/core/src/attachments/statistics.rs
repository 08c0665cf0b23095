//! Sums in the words of the Python package.

use alloc::format;
use alloc::string::String;

/// A size for people: decimal units, two digits, as Python prints a number.
///
/// ```
/// use sanchay_core::attachments::human_size;
///
/// assert_eq!(human_size(999), "999 B");
/// assert_eq!(human_size(1000), "1.0 KB");
/// assert_eq!(human_size(999_995), "1.0 MB");
/// ```
#[must_use]
pub fn human_size(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    #[expect(clippy::cast_precision_loss, reason = "that is for people")]
    let mut size = bytes as f64;
    let mut shown = String::new();
    for unit in ["KB", "MB", "GB", "TB", "PB"] {
        size /= 1000.0;
        shown = rounded(size, 2);
        // What rounds to a thousand goes to the next unit.
        if !is_thousand(&shown) {
            return format!("{shown} {unit}");
        }
    }
    format!("{shown} PB")
}

fn is_thousand(number: &str) -> bool {
    number.find('.').is_some_and(|digits| digits > 3)
}

/// A number that is rounded, without zeros at the end, as Python prints it.
fn rounded(number: f64, digits: usize) -> String {
    let text = format!("{number:.digits$}");
    let cut = text.trim_end_matches('0');
    match cut.strip_suffix('.') {
        Some(whole) => format!("{whole}.0"),
        None => cut.into(),
    }
}

/// Seconds with five digits. Python prints less than a ten-thousandth with an
/// exponent.
fn seconds(time: f64) -> String {
    let text = rounded(time, 5);
    match text.strip_prefix("0.0000") {
        Some(digit) if !digit.is_empty() => format!("{digit}e-05"),
        _ => text,
    }
}

/// What was done, in three lines.
#[must_use]
pub fn summary_text(
    processed: (u64, u64),
    skipped: (u64, u64),
    time: f64,
) -> String {
    let (files, bytes) = processed;
    let rate = rate(bytes, time);
    format!(
        "Processed {files} file{} totaling {}.\nSkipped re-processing {} \
         files totaling {}.\nTotal processing time of {} seconds at {}/s.\n",
        plural(files),
        human_size(bytes),
        skipped.0,
        human_size(skipped.1),
        seconds(time),
        human_size(rate),
    )
}

/// How far something is: `Uploaded 1.0 KB / 2.0 KB of 3 files (Transfer rate:
/// 1.0 KB/s)`.
#[must_use]
pub fn progress_message(
    verb: &str,
    done: u64,
    total: u64,
    files: u64,
    rate_name: &str,
    rate: u64,
) -> String {
    format!(
        "{verb} {} / {} of {files} file{} ({rate_name}: {}/s)",
        human_size(done),
        human_size(total),
        plural(files),
        human_size(rate),
    )
}

const fn plural(number: u64) -> &'static str {
    match number {
        1 => "",
        _ => "s",
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "bytes a second, for people"
)]
fn rate(bytes: u64, time: f64) -> u64 {
    match time > 0.0 {
        true => (bytes as f64 / time) as u64,
        false => 0,
    }
}
