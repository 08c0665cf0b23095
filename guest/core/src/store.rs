//! The formats of the content-addressed store: what its files are called, and
//! how their bytes are read. `docs/STORE.md` describes them to the byte, and
//! `sanchay-output` writes the lines of snapshots.
//!
//! Whoever reads a store reads what others may have written or damaged. So
//! every length is checked before it is used, every count is bounded by the
//! bytes that are there, and nothing is taken for granted that a digest does
//! not show.

mod address;
mod chunker;
mod condemned;
mod damage;
mod index;
mod key;
mod list;
mod object;
mod pack;
mod row;
mod snapshot;
#[cfg(test)]
mod tests;

pub use self::address::Address;
pub use self::chunker::{AVERAGE_CHUNK, Chunker, MAX_CHUNK, MIN_CHUNK};
pub use self::condemned::{parse_condemned, push_condemned};
pub use self::damage::Damage;
pub use self::index::{IndexedPack, parse_index, push_index};
pub use self::key::{Key, StampedName};
pub use self::list::{MAX_LIST, parse_chunks, push_chunk};
pub use self::object::{
    Coding, MAX_OBJECT, OBJECT_HEADER, object_header, parse_object,
};
pub use self::pack::{
    ENTRY, Entry, MAX_PACK, PACK_HEADER, PACK_TRAILER, PackTrailer,
    begins_pack, pack_header, parse_table, push_table,
};
pub use self::row::{
    Hole, MAX_ROW, StoredAttribute, StoredRow, compare_paths, parse_rows,
};
pub use self::snapshot::{SnapshotDocument, parse_snapshot};

/// The version of the format that is written, and the newest that is read.
pub const VERSION: u64 = 1;

/// The file that says that a folder is a store, and of which version.
pub const FORMAT_KEY: &str = "sanchay-store";

/// What that file says.
pub const FORMAT: &str = "{\"format\":\"sanchay-store\",\"version\":1,\
                          \"digest\":\"blake3\"}\n";

/// Reads what [`FORMAT_KEY`] says: the version of the store.
///
/// # Errors
/// It is no such file, or a newer version's.
pub fn parse_format(text: &[u8]) -> Result<u64, Damage> {
    let mut json = crate::json::JsonReader::new(text);
    let mut members = json.object()?;
    let (mut format, mut version, mut digest) = (None, None, None);
    while let Some(key) = json.key(&mut members)? {
        match key.as_str() {
            "format" => format = Some(json.string()?),
            "version" => version = Some(json.unsigned()?),
            "digest" => digest = Some(json.string()?),
            _ => return Err(Damage::Member),
        }
        // A newer version may say more.
        if let Some(newer) = version.filter(|it| *it > VERSION) {
            return Err(Damage::Version(newer));
        }
    }
    let known = format.as_deref() == Some("sanchay-store")
        && digest.as_deref() == Some("blake3");
    match version {
        Some(1..=VERSION) if known => Ok(VERSION),
        _ => Err(Damage::Format),
    }
}
