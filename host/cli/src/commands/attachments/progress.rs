//! How far a call is, shown as the runs of the engine are.

use std::{ops::ControlFlow, sync::Arc};

use sanchay::{Cancel, Phase, Progress as Shown};
use sanchay_attachments::{Progress, ScanProgress, TransferProgress, Watch};

use crate::messages::Messages;

/// How a call is watched, and ended by a signal.
pub(super) fn watch(messages: &Messages, cancel: &Cancel) -> Watch {
    let monitor = messages.monitor(cancel);
    let (callback, reading) = (monitor.progress, monitor.reading);
    let mut watch = unwatched(cancel);
    if let Some(callback) = callback {
        watch.progress = Some(Arc::new(move |progress: &Progress| {
            let Some((shown, path)) = shown(progress) else {
                return ControlFlow::Continue(());
            };
            if let (Some(reading), Some(path)) = (&reading, path) {
                reading(path.as_bytes());
            }
            callback(&shown)
        }));
    }
    watch
}

/// How one is ended of which nothing is shown.
pub(super) fn unwatched(cancel: &Cancel) -> Watch {
    Watch { cancel: cancel.clone(), progress: None }
}

/// Progress as the engine tells it, and what was dealt with last; `None` for
/// what is over in no time.
fn shown(progress: &Progress) -> Option<(Shown, Option<&str>)> {
    let mut shown = Shown::default();
    let path = match progress {
        Progress::Scan(ScanProgress {
            phase,
            current_path,
            files_processed,
            total_files,
            bytes_processed,
            total_bytes,
        }) => {
            shown.phase = match *phase {
                "Walking" => Phase::Walking,
                "Hashing" => Phase::Hashing,
                "Uploading" => Phase::Transferring,
                _ => return None,
            };
            (shown.files, shown.total_files) =
                (*files_processed, *total_files);
            (shown.bytes, shown.total_bytes) =
                (*bytes_processed, *total_bytes);
            current_path.as_deref()
        }
        Progress::Transfer(TransferProgress {
            current_key,
            overall_completed,
            overall_total,
            files_completed,
            files_total,
            ..
        }) => {
            shown.phase = Phase::Transferring;
            shown.files = *files_completed;
            shown.total_files = Some(*files_total);
            shown.bytes = *overall_completed;
            shown.total_bytes = Some(*overall_total);
            Some(current_key.as_str())
        }
    };
    Some((shown, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transfer_and_the_phases_of_a_submission_are_shown() {
        let transfer = TransferProgress {
            operation: "download",
            current_key: "k".to_owned(),
            current_bytes: 1,
            overall_completed: 2,
            overall_total: 3,
            files_completed: 4,
            files_total: 5,
        };
        let transfer = Progress::Transfer(transfer);
        let (seen, path) = shown(&transfer).unwrap();
        assert_eq!(seen.phase, Phase::Transferring);
        assert_eq!((seen.bytes, seen.total_bytes), (2, Some(3)));
        assert_eq!((seen.files, seen.total_files), (4, Some(5)));
        assert_eq!(path, Some("k"));
        for (phase, expected) in [
            ("Walking", Some(Phase::Walking)),
            ("Hashing", Some(Phase::Hashing)),
            ("Uploading", Some(Phase::Transferring)),
            ("Complete", None),
        ] {
            let scan = ScanProgress { phase, ..ScanProgress::default() };
            let scan = Progress::Scan(scan);
            let seen = shown(&scan).map(|(shown, _)| shown.phase);
            assert_eq!(seen, expected);
        }
    }
}
