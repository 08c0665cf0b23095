//! Reading lists of digests, with every promise checked.

use super::Cage;
use super::Inspector;
use crate::{Algorithm, Checklist, Digest, Expectation, Fault, Promise, wire};

impl Inspector {
    /// Parses a text of whole lines, each ended by a newline but for the
    /// last, which may lack it. The text must fit into the memory that the
    /// instance may have, several times over; a long list is for several
    /// calls.
    ///
    /// # Errors
    ///
    /// Any [`Fault`] of the instance.
    pub fn parse_checklist(
        &mut self,
        text: &[u8],
    ) -> Result<Checklist, Fault> {
        let (answer,) = self.link.enter(|cage| {
            let Cage { store, exports, .. } = cage;
            exports.parse.call(store, (text,))
        })?;
        checked(answer, text).map_err(|what| self.link.lied(what))
    }
}

fn checked(
    answer: wire::Checklist,
    text: &[u8],
) -> Result<Checklist, &'static str> {
    let wire::Checklist { lines, promises, malformed } = answer;
    // Every line but an unfinished last one has a newline.
    if lines as usize > text.len() {
        return Err("more lines than bytes");
    }
    let promised = promises.iter().map(|promise| promise.line);
    if !ascend(promised, lines) || !ascend(malformed.iter().copied(), lines) {
        return Err("line numbers that cannot be");
    }
    let promises = promises
        .into_iter()
        .map(|promise| {
            let wire::Promise { line, path, expected } = promise;
            let possible = !path.is_empty()
                && path.len() <= text.len()
                && !path.contains(&0);
            if !possible {
                return Err("a path that cannot be");
            }
            Ok(Promise { line, path, expected: expectation(expected)? })
        })
        .collect::<Result<_, _>>()?;
    Ok(Checklist { lines, promises, malformed })
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
    match expected {
        wire::Expectation::Named(named) => {
            let algorithm = Algorithm::from(named.algorithm);
            Digest::from_bytes(&named.digest)
                .filter(|_| named.digest.len() == algorithm.digest_len())
                .map(|digest| Expectation::Named(algorithm, digest))
                .ok_or(wrong)
        }
        wire::Expectation::Unnamed(bytes) => Algorithm::ALL
            .iter()
            .any(|algorithm| algorithm.digest_len() == bytes.len())
            .then(|| Digest::from_bytes(&bytes))
            .flatten()
            .map(Expectation::Unnamed)
            .ok_or(wrong),
        wire::Expectation::Partial(digest) => {
            Ok(Expectation::Partial(digest.into()))
        }
    }
}

impl From<wire::Algorithm> for Algorithm {
    fn from(algorithm: wire::Algorithm) -> Self {
        match algorithm {
            wire::Algorithm::Xxh64 => Self::Xxh64,
            wire::Algorithm::Xxh3_64 => Self::Xxh3_64,
            wire::Algorithm::Xxh3_128 => Self::Xxh3_128,
            wire::Algorithm::Blake3 => Self::Blake3,
            wire::Algorithm::Sha256 => Self::Sha256,
        }
    }
}
