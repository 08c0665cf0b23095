//! Reading lists of digests, with every entry checked.

use super::Inspector;
use super::Instance;
use crate::{
    Algorithm, Checklist, ChecksumEntry, Digest, Expectation, Fault, Flaw,
    MAX_CHUNK, Malformed, Separator, wire,
};

impl Inspector {
    /// Parses a text of whole lines, each ended by a newline but for the last,
    /// which may lack it. The text must fit into the memory that the instance
    /// may have, several times over; a long list is for several calls, each
    /// with the separator that the one before it found. Lines that do not name
    /// their algorithm have digests of the one that is given, if one is.
    ///
    /// # Errors
    ///
    /// Any [`Fault`] of the instance.
    pub fn parse_checklist(
        &mut self,
        text: &[u8],
        algorithm: Option<Algorithm>,
        separator: Separator,
    ) -> Result<Checklist, Fault> {
        let (answer,) = self.caller.call(|instance| {
            let Instance { store, exports, .. } = instance;
            let algorithm = algorithm.map(Into::into);
            exports.parse.call(store, (text, algorithm, separator.into()))
        })?;
        checked(answer, text)
            .map_err(|what| self.caller.contract_violation(what))
    }
}

fn checked(
    answer: wire::Checklist,
    text: &[u8],
) -> Result<Checklist, &'static str> {
    let wire::Checklist { lines, entries, malformed, separator } = answer;
    // Every line but an unfinished last one has a newline.
    if lines as usize > text.len() {
        return Err("more lines than bytes");
    }
    let stated = entries.iter().map(|entry| entry.line);
    let not_understood = malformed.iter().map(|line| line.line);
    if !ascend(stated, lines) || !ascend(not_understood, lines) {
        return Err("line numbers that cannot be");
    }
    let entries = entries
        .into_iter()
        .map(|entry| {
            let wire::ChecksumEntry { line, path, expected } = entry;
            let possible = !path.is_empty()
                && path.len() <= text.len()
                && !path.contains(&0);
            if !possible {
                return Err("a path that cannot be");
            }
            Ok(ChecksumEntry { line, path, expected: expectation(expected)? })
        })
        .collect::<Result<_, _>>()?;
    let malformed = malformed
        .into_iter()
        .map(|wire::MalformedLine { line, flaw }| {
            let flaw = match flaw {
                wire::Flaw::Form => Flaw::Form,
                wire::Flaw::Algorithm => Flaw::Algorithm,
                wire::Flaw::Length(wrong) => Flaw::Length(
                    wrong.algorithm.map(Into::into),
                    wrong.digest_size,
                ),
            };
            Malformed { line, flaw }
        })
        .collect();
    let separator = separator.into();
    Ok(Checklist { lines, entries, malformed, separator })
}

/// Whether line numbers ascend strictly and stay below `lines`.
fn ascend(numbers: impl Iterator<Item = u32>, lines: u32) -> bool {
    let mut least = 0;
    for number in numbers {
        if number < least || number >= lines {
            return false;
        }
        // Cannot overflow: it is below `lines`.
        least = number.saturating_add(1);
    }
    true
}

fn expectation(
    expected: wire::Expectation,
) -> Result<Expectation, &'static str> {
    let wrong = "a digest whose length cannot be";
    let digest = |bytes: &[u8]| Digest::from_bytes(bytes).ok_or(wrong);
    match expected {
        wire::Expectation::Named(named) => {
            let algorithm = Algorithm::from(named.algorithm);
            if !algorithm.fits(named.digest.len()) {
                return Err(wrong);
            }
            Ok(Expectation::Named(algorithm, digest(&named.digest)?))
        }
        wire::Expectation::Unnamed(bytes) => {
            match Algorithm::of_digest_len(bytes.len()) {
                [] => Err(wrong),
                _ => Ok(Expectation::Unnamed(digest(&bytes)?)),
            }
        }
        wire::Expectation::Partial(stated) => {
            let wire::PartialChecksum { digest, chunk } = stated;
            if chunk.is_some_and(|it| it == 0 || it > MAX_CHUNK) {
                return Err("a chunk that cannot be");
            }
            Ok(Expectation::Partial(digest.into(), chunk))
        }
    }
}
