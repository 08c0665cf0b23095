//! Having the small files in a reader's buffer hashed, in one crossing.

use std::sync::atomic::Ordering::Relaxed;

use sanchay_sandbox::{Algorithm, Digest, Fault, Inspector, PartialDigest};

use super::{Content, Failure, Reader, Sum};
use crate::{error::Action, options::Method};

impl Reader<'_> {
    /// Has the files in the buffer hashed.
    pub(crate) fn flush(
        &mut self,
        inspector: &mut Inspector,
        method: Method,
        done: &mut dyn FnMut(usize, Result<Sum, Failure>),
    ) {
        if self.waiting.is_empty() {
            return;
        }
        let algorithm = match method {
            Method::Whole(algorithm) => algorithm,
            Method::Partial { .. } => Algorithm::Xxh64,
        };
        self.run.bytes.fetch_add(self.used as u64, Relaxed);
        self.digests.clear();
        let data = self.buffer.get(..self.used).unwrap_or_default();
        let batch = inspector.digest_batch(
            algorithm,
            data,
            &self.ends,
            &mut self.digests,
        );
        let single = batch.is_err();
        let mut start = 0;
        let mut next = 0;
        for file in &self.waiting {
            // If the batch failed, one file must not cost the others theirs.
            let mut part = |at: usize| -> Result<Digest, Fault> {
                let end = self.ends.get(at).map_or(start, |end| *end as usize);
                let from = std::mem::replace(&mut start, end);
                if single {
                    let bytes = data.get(from..end).unwrap_or_default();
                    return inspector.digest(algorithm, bytes);
                }
                self.digests.get(at).copied().ok_or_else(|| {
                    Fault::Lied("it returned too few digests".to_owned())
                })
            };
            let first = part(next);
            let last =
                if file.parts == 2 { part(next + 1) } else { first.clone() };
            next += file.parts;
            let result = first.and_then(|first| Ok((first, last?)));
            let result = result.map(|(first, last)| Sum {
                content: match method {
                    Method::Whole(_) => Content::Whole(algorithm, first),
                    Method::Partial { .. } => {
                        Content::Partial(ends_of(first, last, file.size))
                    }
                },
                size: file.size,
                modified: Some(file.metadata.modified),
                grew: file.grew,
            });
            done(
                file.index,
                result.map_err(|fault| (Action::Hash, fault.into())),
            );
        }
        self.waiting.clear();
        self.ends.clear();
        self.used = 0;
    }
}

fn ends_of(first: Digest, last: Digest, size: u64) -> PartialDigest {
    let number = |digest: Digest| {
        digest.as_bytes().try_into().map_or(0, u64::from_be_bytes)
    };
    PartialDigest { first: number(first), last: number(last), size }
}
