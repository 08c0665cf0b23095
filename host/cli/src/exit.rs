//! The exit codes, all in one place, as `--help` documents them.

use std::process;

use sanchay::Summary;

use crate::signals;

/// What the codes mean; the end of `sanchay --help` and of the manual page.
pub(crate) const HELP: &str = "\
Exit status:
  0    all done
  1    the answer is no: --check found a mismatch, a missing or
       unreadable file, or nothing to check
  2    wrong usage, or nothing could be done: no root could be
       read, or the output could not be written
  3    done, but some entries failed; each is named on standard
       error as sanchay: PATH: WHAT: WHY
  130  interrupted by Ctrl-C (SIGINT); 143 by SIGTERM, 129 by SIGHUP:
       the program dies of the signal, and a shell adds 128. What was
       printed until then is whole records; a FILE of --output is as
       it was. Signals that were ignored when it was started (nohup)
       stay ignored
  141  --check was not done when its reader closed the pipe, and had
       found nothing wrong until then; where it had, it is 1

Anything else whose reader closes the pipe early (| head) ends quietly,
with 0.";

/// How the program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// All that was asked for was done.
    Done = 0,
    /// The question that was asked is answered "no".
    No = 1,
    /// Wrong usage, or nothing could be done.
    Failed = 2,
    /// Done, but for some entries.
    Partly = 3,
    /// Ended by a signal: it is 128 and the signal's number.
    Interrupted = 130,
    /// Nobody read the answer to the question: 128 and the number of SIGPIPE.
    Unread = 141,
}

impl Exit {
    /// How a run over this many roots ended.
    pub(crate) fn of_run(summary: &Summary, roots: usize) -> Self {
        tracing::info!(?summary, "run finished");
        let all_roots_failed =
            u64::try_from(roots).is_ok_and(|n| summary.named_errors >= n);
        if summary.errors == 0 {
            Self::Done
        } else if all_roots_failed {
            Self::Failed
        } else {
            Self::Partly
        }
    }

    /// The code, as a shell tells it.
    pub(crate) fn code(self) -> i32 {
        i32::from(self as u8)
    }

    /// Ends the program.
    pub(crate) fn end(self) -> ! {
        match self {
            Self::Interrupted => signals::die_interrupted(),
            Self::Unread => signals::die_unread(),
            ended => process::exit(ended.code()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Exit, Summary};

    fn summary(errors: u64, named_errors: u64) -> Summary {
        let mut summary = Summary::default();
        summary.errors = errors;
        summary.named_errors = named_errors;
        summary
    }

    #[test]
    fn a_run_without_errors_is_done() {
        assert_eq!(Exit::of_run(&summary(0, 0), 2), Exit::Done);
    }

    #[test]
    fn a_run_is_failed_only_if_every_root_failed() {
        assert_eq!(Exit::of_run(&summary(2, 2), 2), Exit::Failed);
        assert_eq!(Exit::of_run(&summary(2, 1), 2), Exit::Partly);
        assert_eq!(Exit::of_run(&summary(9, 0), 2), Exit::Partly);
    }
}
