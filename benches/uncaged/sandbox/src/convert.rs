//! Between the logic's values and the sandbox's.

use sanchay_core::checklist;
use sanchay_sandbox::{
    BatchError, Checklist, Digest, Expectation, Fault, Promise,
};

pub(crate) fn value(digest: &[u8]) -> Result<Digest, Fault> {
    let lied = || Fault::Lied(format!("a digest of {} bytes", digest.len()));
    Digest::from_bytes(digest).ok_or_else(lied)
}

pub(crate) fn batch_error(error: BatchError) -> Fault {
    Fault::Batch(error)
}

pub(crate) fn checklist_of(
    found: checklist::Checklist,
) -> Result<Checklist, Fault> {
    let checklist::Checklist { lines, promises, malformed, separator } = found;
    let promises = promises
        .into_iter()
        .map(|promise| {
            let checklist::Promise { line, path, expected } = promise;
            Ok(Promise { line, path, expected: expectation_of(expected)? })
        })
        .collect::<Result<_, Fault>>()?;
    Ok(Checklist { lines, promises, malformed, separator })
}

fn expectation_of(
    expected: checklist::Expectation,
) -> Result<Expectation, Fault> {
    use checklist::Expectation as Logic;
    Ok(match expected {
        Logic::Named(algorithm, digest) => {
            Expectation::Named(algorithm, value(&digest)?)
        }
        Logic::Unnamed(digest) => Expectation::Unnamed(value(&digest)?),
        Logic::Partial(digest, chunk) => Expectation::Partial(digest, chunk),
    })
}
