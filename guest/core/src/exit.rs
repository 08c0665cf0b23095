//! The exit codes, all in one place, as `--help` documents them.

/// What the codes mean; the end of `sanchay --help` and of the manual page.
pub const HELP: &str = "\
Exit status:
  0    all done
  1    the answer is no: --check found a mismatch, a missing or
       unreadable file, or nothing to check; or a command of --exec
       failed
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
pub enum Exit {
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
    /// How a run over `roots` roots ended, with `errors` errors, of which
    /// `root_errors` are errors of roots.
    ///
    /// ```
    /// use sanchay_core::exit::Exit;
    ///
    /// assert_eq!(Exit::of_run(2, 9, 1), Exit::Partly);
    /// assert_eq!(Exit::of_run(2, 2, 2), Exit::Failed);
    /// ```
    #[must_use]
    pub fn of_run(roots: usize, errors: u64, root_errors: u64) -> Self {
        let all_roots_failed =
            u64::try_from(roots).is_ok_and(|roots| root_errors >= roots);
        if errors == 0 {
            Self::Done
        } else if all_roots_failed {
            Self::Failed
        } else {
            Self::Partly
        }
    }

    /// The code, as a shell sees it.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}

#[cfg(test)]
mod tests {
    use super::Exit;

    #[test]
    fn a_run_without_errors_is_done() {
        assert_eq!(Exit::of_run(2, 0, 0), Exit::Done);
    }

    #[test]
    fn a_run_is_failed_only_if_every_root_failed() {
        assert_eq!(Exit::of_run(2, 2, 2), Exit::Failed);
        assert_eq!(Exit::of_run(2, 2, 1), Exit::Partly);
        assert_eq!(Exit::of_run(2, 9, 0), Exit::Partly);
    }
}
