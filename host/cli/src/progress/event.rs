//! Progress as JSON objects, one a line, for programs.

use sanchay::Progress;
use serde::Serialize;

use super::{Rates, phase};

/// One report.
#[derive(Serialize)]
struct Event<'e> {
    r#type: &'static str,
    phase: &'static str,
    seconds: f64,
    directories: u64,
    files: u64,
    bytes: u64,
    errors: u64,
    total_files: Option<u64>,
    total_bytes: Option<u64>,
    files_per_second: f64,
    bytes_per_second: f64,
    seconds_left: Option<f64>,
    path: Option<&'e str>,
}

/// A report as a line.
pub(super) fn progress(
    progress: &Progress,
    rates: Rates,
    reading: &[u8],
) -> String {
    let path = String::from_utf8_lossy(reading);
    line(&Event {
        r#type: "progress",
        phase: phase(progress),
        seconds: rounded(rates.seconds),
        directories: progress.directories,
        files: progress.files,
        bytes: progress.bytes,
        errors: progress.errors,
        total_files: progress.total_files,
        total_bytes: progress.total_bytes,
        files_per_second: rounded(rates.files),
        bytes_per_second: rounded(rates.bytes),
        seconds_left: rates.left.map(rounded),
        path: Some(&*path).filter(|path| !path.is_empty()),
    })
}

/// An object as a line of its own.
pub(crate) fn line(object: &impl Serialize) -> String {
    let mut line = serde_json::to_string(object).unwrap_or_default();
    line.push('\n');
    line
}

/// A number with three digits behind the point.
pub(crate) fn rounded(number: f64) -> f64 {
    (number * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_report_is_an_object_on_a_line() {
        let mut report = Progress::default();
        (report.files, report.bytes) = (3, 1 << 20);
        report.total_bytes = Some(2 << 20);
        let rates = Rates {
            seconds: 0.123_456,
            files: 1.5,
            bytes: 7.0,
            left: Some(2.0),
        };
        let line = progress(&report, rates, b"a\n\xff");
        assert_eq!(line.matches('\n').count(), 1);
        let object: Value = serde_json::from_str(&line).unwrap();
        let expected = json!({
            "type": "progress",
            "phase": "walking",
            "seconds": 0.123,
            "directories": 0,
            "files": 3,
            "bytes": 1_048_576,
            "errors": 0,
            "total_files": null,
            "total_bytes": 2_097_152,
            "files_per_second": 1.5,
            "bytes_per_second": 7.0,
            "seconds_left": 2.0,
            "path": "a\n\u{fffd}",
        });
        assert_eq!(object, expected);
    }
}
