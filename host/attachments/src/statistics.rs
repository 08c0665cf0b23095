//! Sums of what was done.

use std::fmt;

use sanchay_core::attachments::summary_text;

/// What was done with files.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Statistics {
    /// Files looked at.
    pub processed_files: u64,
    /// Their bytes.
    pub processed_bytes: u64,
    /// Of these, files that were hashed, uploaded or downloaded.
    pub files_transferred: u64,
    /// Their bytes.
    pub bytes_transferred: u64,
    /// Files that were known, or there already.
    pub files_skipped: u64,
    /// Their bytes.
    pub bytes_skipped: u64,
    /// How long it took, in seconds.
    pub total_time: f64,
}

impl Statistics {
    pub(crate) fn transferred(&mut self, bytes: u64) {
        self.processed_files += 1;
        self.processed_bytes += bytes;
        self.files_transferred += 1;
        self.bytes_transferred += bytes;
    }

    pub(crate) fn skipped(&mut self, bytes: u64) {
        self.processed_files += 1;
        self.processed_bytes += bytes;
        self.files_skipped += 1;
        self.bytes_skipped += bytes;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.processed_files += other.processed_files;
        self.processed_bytes += other.processed_bytes;
        self.files_transferred += other.files_transferred;
        self.bytes_transferred += other.bytes_transferred;
        self.files_skipped += other.files_skipped;
        self.bytes_skipped += other.bytes_skipped;
        self.total_time += other.total_time;
    }

    /// Bytes transferred a second.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a rate, for people")]
    pub fn transfer_rate(&self) -> f64 {
        match self.total_time > 0.0 {
            true => self.bytes_transferred as f64 / self.total_time,
            false => 0.0,
        }
    }
}

impl fmt::Display for Statistics {
    /// In the words of the Python package.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&summary_text(
            (self.files_transferred, self.bytes_transferred),
            (self.files_skipped, self.bytes_skipped),
            self.total_time,
        ))
    }
}
