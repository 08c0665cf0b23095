//! What a list of digests says, without a look at the files: for comparing
//! lists with each other, or with what is known of files from elsewhere.

use std::io::Read;

use sanchay_core::content::Content;
use sanchay_sandbox::{Algorithm, Expectation};

use super::blocks::Blocks;
use crate::{error::Error, pool::Pool};

/// What a list says of its files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DigestList {
    /// The paths, as they are listed, each with the digest of the whole file.
    pub files: Vec<(Vec<u8>, Content)>,
    /// How many lines have nothing that could be compared: no digest, a
    /// partial one, or only the beginning of one.
    pub malformed: u64,
}

impl DigestList {
    /// Reads a list in the sandbox. Where a digest of that length may be of
    /// several algorithms and the line names none, it is taken for one of
    /// `algorithm` if that is among them.
    pub(crate) fn read(
        pool: &Pool,
        list: &mut (dyn Read + Send),
        algorithm: Algorithm,
    ) -> Result<Self, Error> {
        let mut all = Self::default();
        let mut blocks = Blocks::new(list);
        let mut inspector = pool.inspector();
        while let Some(block) = blocks.next().map_err(Error::Checklist)? {
            let parsed = inspector
                .parse_checklist(&block.text, None, block.separator)
                .map_err(Error::Sandbox)?;
            blocks.note(&parsed);
            all.malformed += parsed.malformed.len() as u64;
            for entry in parsed.entries {
                match content(&entry.expected, algorithm) {
                    Some(content) => all.files.push((entry.path, content)),
                    None => all.malformed += 1,
                }
            }
        }
        pool.give_back(inspector);
        Ok(all)
    }
}

/// The digest of a whole file.
fn content(expected: &Expectation, likely: Algorithm) -> Option<Content> {
    let (algorithm, digest) = match expected {
        Expectation::Named(algorithm, digest) => (*algorithm, *digest),
        Expectation::Unnamed(digest) => {
            let length = digest.as_bytes().len();
            let possible = Algorithm::of_digest_len(length);
            let is_likely = possible.contains(&likely);
            let first = possible.first().copied();
            (Some(likely).filter(|_| is_likely).or(first)?, *digest)
        }
        Expectation::Partial(..) => return None,
    };
    let is_whole = digest.as_bytes().len() == algorithm.digest_len();
    is_whole.then_some(Content::Whole(algorithm, digest))
}
