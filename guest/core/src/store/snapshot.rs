//! Snapshots: what a tree was at a time. One line of JSON says when and of
//! what, and names the objects that have the rows; a second line is the digest
//! of the first.

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::row::{hex, when};
use super::{Address, Damage, VERSION};
use crate::json::JsonReader;
use crate::time::Timestamp;

/// A snapshot, without its rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SnapshotDocument {
    /// What wrote it.
    pub made_by: String,
    /// When it was begun.
    pub time: Timestamp,
    /// The name that it was given; empty for none.
    pub name: String,
    /// The machine that it was made on.
    pub host: String,
    /// What was stored: absolute paths without links.
    pub roots: Vec<Vec<u8>>,
    /// Which entries: an expression; empty for all.
    pub filter: String,
    /// How many files it has.
    pub files: u64,
    /// How many directories.
    pub directories: u64,
    /// How many symbolic links.
    pub links: u64,
    /// How many bytes its files have.
    pub bytes: u64,
    /// How many entries could not be stored.
    pub errors: u64,
    /// The objects that have its rows, in their order.
    pub rows: Vec<Address>,
}

/// Reads a snapshot.
///
/// # Errors
/// It is none, or was cut or changed.
pub fn parse_snapshot(text: &[u8]) -> Result<SnapshotDocument, Damage> {
    let at = text.len().checked_sub(65).ok_or(Damage::Length)?;
    let (body, digest) = text.split_at_checked(at).ok_or(Damage::Length)?;
    let said = digest.strip_suffix(b"\n").and_then(Address::from_hex);
    let is_whole = said == Some(Address::of(body));
    let mut json = JsonReader::new(body);
    let json = &mut json;
    let mut of = SnapshotDocument::default();
    let (mut format, mut version) = (None, None);
    let (mut time, mut rows) = (None, None);
    let mut object = json.object()?;
    while let Some(key) = json.key(&mut object)? {
        match key.as_str() {
            "format" => format = Some(json.string()?),
            "version" => {
                version = Some(json.unsigned()?);
                // A newer version may say more.
                if let Some(newer) = version.filter(|it| *it > VERSION) {
                    return Err(Damage::Version(newer));
                }
            }
            "made_by" => of.made_by = json.string()?,
            "time" => time = Some(when(json)?),
            "name" => of.name = json.string()?,
            "host" => of.host = json.string()?,
            "roots" => of.roots = roots(json)?,
            "filter" => of.filter = json.string()?,
            "files" => of.files = json.unsigned()?,
            "directories" => of.directories = json.unsigned()?,
            "links" => of.links = json.unsigned()?,
            "bytes" => of.bytes = json.unsigned()?,
            "errors" => of.errors = json.unsigned()?,
            "rows" => {
                let mut all = Vec::new();
                let mut members = json.list()?;
                while json.item(&mut members)? {
                    all.push(hex(json)?);
                }
                rows = Some(all);
            }
            _ => return Err(Damage::Member),
        }
    }
    json.end()?;
    if format.as_deref() != Some("sanchay-snapshot") {
        return Err(Damage::Format);
    }
    if !is_whole {
        return Err(Damage::Digest);
    }
    version.ok_or(Damage::Missing)?;
    of.time = time.ok_or(Damage::Missing)?;
    of.rows = rows.ok_or(Damage::Missing)?;
    Ok(of)
}

/// A list of `{"path": …}` or `{"path_base64": …}`.
fn roots(json: &mut JsonReader<'_>) -> Result<Vec<Vec<u8>>, Damage> {
    let mut roots = Vec::new();
    let mut items = json.list()?;
    while json.item(&mut items)? {
        let mut object = json.object()?;
        let path = match json.key(&mut object)?.as_deref() {
            Some("path") => json.string()?.into_bytes(),
            Some("path_base64") => {
                let text = json.string()?;
                STANDARD.decode(text).map_err(|_| Damage::Value)?
            }
            _ => return Err(Damage::Member),
        };
        match json.key(&mut object)? {
            None => roots.push(path),
            Some(_) => return Err(Damage::Member),
        }
    }
    Ok(roots)
}
