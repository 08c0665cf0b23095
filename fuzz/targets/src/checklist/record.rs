//! Lines that are records: what they are taken for is what another reader of
//! JSON finds in them.

use sanchay_core::checklist::{Checklist, Expectation, Separator, parse};
use sanchay_core::hashing::Algorithm;
use serde_json::Value;

/// Whether a line is read as a record.
pub(super) fn is_one(line: &[u8]) -> bool {
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    line.iter().find(|byte| !blank(byte)) == Some(&b'{')
}

/// What a line is read as, by itself.
pub(super) fn read(line: &[u8], algorithm: Option<Algorithm>) -> Checklist {
    let found = parse(line, algorithm, Separator::Undecided);
    assert_eq!(found.separator, Separator::Undecided);
    assert_eq!(found.entries.len() + found.malformed.len(), 1);
    let text = line.trim_ascii();
    let text = text.strip_suffix(b",").unwrap_or(text);
    // This program passes over values that it has no use for, and is not
    // particular about what is in them.
    let value = serde_json::from_slice::<Value>(text);
    if let (Ok(value), Some(entry)) = (value, found.entries.first()) {
        if let Some(path) = value["path"].as_str() {
            assert_eq!(entry.path, path.as_bytes());
        }
        let hash = value["hash"].as_str().unwrap().to_ascii_lowercase();
        let hex = |bytes: &[u8]| -> String {
            bytes.iter().map(|byte| format!("{byte:02x}")).collect()
        };
        match &entry.expected {
            Expectation::Named(function, bytes) => {
                assert_eq!(hex(bytes), hash);
                if let Some(name) = value["algorithm"].as_str() {
                    assert_eq!(function.name(), name);
                }
            }
            Expectation::Unnamed(bytes) => assert_eq!(hex(bytes), hash),
            Expectation::Partial(digest, _) => {
                assert!(hash.starts_with("xxh64:"));
                assert!(hash.contains(&format!("{:016x}", digest.first)));
            }
        }
    }
    found
}
