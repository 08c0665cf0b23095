//! Digests that were taken for those of an algorithm by their length alone.
//! Where not one of many matches, the list may be of another algorithm, and
//! its files as they should be.

use std::collections::BTreeMap;

use sanchay::{Algorithm, CheckStatus};

use crate::messages::Messages;

/// Of how many digests it is remarkable that none matches: one file is more
/// likely to have changed.
const MANY: u64 = 2;

/// How many of a list's digests matched and did not, by their lengths in
/// bytes.
#[derive(Debug, Default)]
pub(super) struct Guesses(BTreeMap<usize, [u64; 2]>);

impl Guesses {
    /// Takes note of a verdict on a digest, of this length if it was guessed
    /// what made it.
    pub(super) fn note(
        &mut self,
        guessed: Option<usize>,
        verdict: &CheckStatus,
    ) {
        let Some(len) = guessed else { return };
        let [matched, mismatched] = self.0.entry(len).or_default();
        match verdict {
            CheckStatus::Match => *matched += 1,
            CheckStatus::Mismatch => *mismatched += 1,
            CheckStatus::Failed(_) => {}
        }
    }

    /// Tells what may have been guessed wrongly.
    pub(super) fn doubt(&self, list: &str, messages: &Messages) {
        for (len, [matched, mismatched]) in &self.0 {
            if *matched > 0 || *mismatched < MANY {
                continue;
            }
            let taken: Vec<_> = Algorithm::of_digest_len(*len)
                .iter()
                .map(|algorithm| algorithm.name())
                .collect();
            messages.say(format_args!(
                "{list}: none of {mismatched} digests of {} hexadecimal \
                 digits matched: they were taken for {}, and may be of \
                 another algorithm",
                2 * len,
                taken.join(" or "),
            ));
        }
    }
}
