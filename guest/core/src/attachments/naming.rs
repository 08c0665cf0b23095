//! What manifests are called, in S3 and beside it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::canonical::write_string;
use super::text::lossy;
use super::value::Lexer;
use crate::digest::Digest;
use crate::hashing::{Algorithm, digest};

/// XXH3-128 of a root's path, after the name of its location if that counts:
/// what manifests of the root are called, before `_input` or `_output`.
///
/// ```
/// use sanchay_core::attachments::hashed_name;
///
/// assert_eq!(hashed_name(b"", b"/tmp"), "a0271fe0c8b1c1f99b82b442cd878122");
/// ```
#[must_use]
pub fn hashed_name(location: &[u8], root: &[u8]) -> String {
    let whole = [location, root].concat();
    Digest::of(&digest(Algorithm::Xxh3_128, &whole)).to_string()
}

/// The name of a manifest on disk: `NAME-HASH-TIME.manifest`, where NAME is
/// made of the root if none is given. `time` is `2026-01-31T12-00-00`.
#[must_use]
pub fn local_name(name: Option<&str>, root: &[u8], time: &str) -> String {
    let name = name.filter(|name| !name.is_empty()).map_or_else(
        || {
            let flat = lossy(root).replace(['/', '\\', ':'], "_");
            match flat.strip_prefix('_') {
                Some(rest) => rest.to_string(),
                None => flat,
            }
        },
        ToString::to_string,
    );
    format!("{name}-{}-{time}.manifest", hashed_name(b"", root))
}

/// Whole seconds and the microseconds after them, both cut off and not
/// rounded, as the Python package does.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "to cut off is what is wanted; the precision is that of Python"
)]
pub fn session_time_parts(time: f64) -> (i64, i64) {
    let seconds = time as i64;
    let microseconds = ((time - seconds as f64) * 1_000_000.0) as i64;
    (seconds, microseconds)
}

/// A time in seconds since 1970 as keys of outputs have it:
/// `2023-11-14T22:13:20.500000Z`. `None` beyond the calendar.
#[must_use]
pub fn iso_time(time: f64) -> Option<String> {
    let (seconds, microseconds) = session_time_parts(time);
    let seconds = seconds.checked_add(microseconds.div_euclid(1_000_000))?;
    let microseconds = microseconds.rem_euclid(1_000_000);
    let moment = jiff::Timestamp::from_second(seconds).ok()?;
    let clock = moment.strftime("%Y-%m-%dT%H:%M:%S");
    Some(format!("{clock}.{microseconds:06}Z"))
}

/// What the metadata of an output manifest says of its root.
#[must_use]
pub fn asset_root_metadata(
    root: &[u8],
    location: Option<&[u8]>,
) -> Vec<(String, String)> {
    let mut metadata = Vec::new();
    // What a header takes as it is.
    let plain = root.iter().all(|byte| matches!(byte, 0x20..=0x7e))
        && !root.starts_with(b" ")
        && !root.ends_with(b" ");
    if plain {
        metadata.push(("asset-root".to_string(), lossy(root)));
    } else {
        let mut json = Vec::new();
        write_string(root, &mut json);
        let json = lossy(&json);
        metadata.push(("asset-root-json".to_string(), json.clone()));
        metadata.push(("asset-root".to_string(), json));
    }
    if let Some(location) = location.filter(|it| !it.is_empty()) {
        let name = "file-system-location-name".to_string();
        metadata.push((name, lossy(location)));
    }
    metadata
}

/// The root that metadata names, by the value of a key.
#[must_use]
pub fn asset_root_of_metadata<'v>(
    value: impl Fn(&str) -> Option<&'v str>,
) -> Option<Vec<u8>> {
    match value("asset-root-json") {
        Some(json) => {
            let mut lexer = Lexer::new(json.as_bytes(), true);
            let root = lexer.string().ok()?;
            lexer.peek().is_none().then_some(root)
        }
        None => value("asset-root").map(|root| root.as_bytes().to_vec()),
    }
}
