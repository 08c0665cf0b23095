//! Asks an extractor about a file that is nothing but bytes in memory.

use std::io;

use sanchay_sandbox::Fault;
use sanchay_sandbox::plugin::{
    ExtractError, Extractor, Plugin, Sample, Timestamp, Value,
};

/// A file of that name and size.
pub(crate) fn sample(name: &[u8], size: u64) -> Sample<'_> {
    let (modified, mode) = (Timestamp::default(), 0o100_640);
    Sample { directory: b"d/", name, size, modified, mode }
}

/// Reads a file that has these bytes.
pub(crate) fn reader(
    content: &[u8],
) -> impl FnMut(u64, usize, &mut Vec<u8>) -> io::Result<()> {
    |from, length, space| {
        let from = usize::try_from(from).unwrap();
        let end = content.len().min(from + length);
        space.extend_from_slice(&content[from..end]);
        Ok(())
    }
}

/// What an extractor answers: values, a complaint, or a fault.
pub(crate) type Answer = Result<Result<(), String>, Fault>;

/// What an instance says to a file of these bytes.
pub(crate) fn ask(
    instance: &mut Extractor,
    content: &[u8],
    values: &mut Vec<Option<Value>>,
) -> Answer {
    let sample = sample(b"f", content.len() as u64);
    match instance.extract(&sample, Some(&mut reader(content)), values) {
        Ok(()) => Ok(Ok(())),
        Err(ExtractError::Complaint(complaint)) => Ok(Err(complaint)),
        Err(ExtractError::Fault(fault)) => Err(fault),
        Err(error) => panic!("{error}"),
    }
}

/// What an extractor says to a file, and the values.
pub(crate) fn extract(
    plugin: &Plugin,
    content: &[u8],
) -> (Answer, Vec<Option<Value>>) {
    let mut values = Vec::new();
    let mut instance = plugin.extractor().unwrap();
    (ask(&mut instance, content, &mut values), values)
}
