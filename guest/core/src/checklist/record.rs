//! One line of a list of digests that is a record: an object of JSON, as the
//! formats `ndjson` and `json` have it. What it says besides path and digest
//! is passed over.

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::line::{hexadecimal, named, partial, unnamed};
use super::{Expectation, Flaw};
use crate::hashing::{Algorithm, MAX_CHUNK};
use crate::json::{JsonReader, Unexpected};

/// What a record says of a file.
#[derive(Default)]
struct Record {
    path: Option<Vec<u8>>,
    algorithm: Option<String>,
    hash: Option<String>,
    chunk: Option<u64>,
}

/// The path and the digest of a record. A line of a list in JSON ends in a
/// comma.
pub(super) fn parse(
    line: &[u8],
    algorithm: Option<Algorithm>,
) -> Result<(Vec<u8>, Expectation), Flaw> {
    let line = line.trim_ascii_end();
    let line = line.strip_suffix(b",").unwrap_or(line);
    let record = read(line).map_err(|_| Flaw::Form)?;
    let (Some(path), Some(hash)) = (record.path, record.hash) else {
        return Err(Flaw::Form);
    };
    if let Some(ends) = hash.strip_prefix("xxh64:") {
        let Some(Expectation::Partial(digest, own)) = partial(ends.as_bytes())
        else {
            return Err(Flaw::Form);
        };
        let chunk = match record.chunk {
            Some(bytes) => {
                let chunk = u32::try_from(bytes).ok();
                let fits = |it: &u32| (1..=MAX_CHUNK).contains(it);
                Some(chunk.filter(fits).ok_or(Flaw::Form)?)
            }
            None => own,
        };
        return Ok((path, Expectation::Partial(digest, chunk)));
    }
    let digest = hexadecimal(hash.as_bytes()).ok_or(Flaw::Form)?;
    let algorithm = match record.algorithm {
        Some(name) => {
            let mut all = Algorithm::ALL.into_iter();
            Some(all.find(|it| it.name() == name).ok_or(Flaw::Algorithm)?)
        }
        None => algorithm,
    };
    let expected = match algorithm {
        Some(algorithm) => named(algorithm, digest)?,
        None => unnamed(digest)?,
    };
    Ok((path, expected))
}

fn read(line: &[u8]) -> Result<Record, Unexpected> {
    let mut json = JsonReader::new(line);
    let mut members = json.object()?;
    let mut record = Record::default();
    while let Some(key) = json.key(&mut members)? {
        // There is either a path or its bytes, and the other is null.
        if json.null() {
            continue;
        }
        let is_new = match key.as_str() {
            "path" => {
                let path = json.string()?.into_bytes();
                record.path.replace(path).is_none()
            }
            "path_base64" => {
                let text = json.string()?;
                let bytes = STANDARD.decode(text.as_bytes());
                let path = bytes.map_err(|_| json.unexpected())?;
                record.path.replace(path).is_none()
            }
            "algorithm" => record.algorithm.replace(json.string()?).is_none(),
            "hash" => record.hash.replace(json.string()?).is_none(),
            "chunk" => record.chunk.replace(json.unsigned()?).is_none(),
            _ => {
                json.skip()?;
                true
            }
        };
        // Said twice, it could be read in two ways.
        if !is_new {
            return Err(json.unexpected());
        }
    }
    json.end()?;
    Ok(record)
}
