//! The rows of a snapshot: one for each file, directory and link, as lines of
//! JSON. Their members are the fields of records.

use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Address, Damage};
use crate::json::JsonReader;
use crate::kind::EntryKind;
use crate::plan::{check_path, time};
use crate::time::Timestamp;

/// The longest row, in bytes.
pub const MAX_ROW: usize = 16 << 20;

/// How many lists of chunks, attributes and holes a row has at most.
const MAX_ITEMS: usize = 1 << 16;

/// A part of a file that takes no room on disk, and reads as zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hole {
    /// Where it begins.
    pub offset: u64,
    /// How long it is.
    pub length: u64,
}

/// An extended attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAttribute {
    /// Its name, with the part before the first dot.
    pub name: Vec<u8>,
    /// Its value.
    pub value: Vec<u8>,
}

/// What a snapshot keeps of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRow {
    /// The way to it from the top of the snapshot; empty for that itself.
    pub path: Vec<u8>,
    /// What it is: a file, a directory or a symbolic link.
    pub kind: EntryKind,
    /// How many bytes it has.
    pub size: u64,
    /// When its contents were last modified.
    pub modified: Timestamp,
    /// When it last changed in any way. Left out where that was so shortly
    /// before it was read that another change might not show.
    pub changed: Option<Timestamp>,
    /// Permissions: the last twelve bits of `st_mode`.
    pub mode: u32,
    /// The owner's number.
    pub uid: u32,
    /// The group's number.
    pub gid: u32,
    /// Its inode.
    pub inode: u64,
    /// The device that the inode is on, where it has several names.
    pub device: Option<u64>,
    /// How many names it has.
    pub links: u32,
    /// The BLAKE3 digest of a file's contents. Without `chunks` it is the
    /// object that has them.
    pub hash: Option<Address>,
    /// The objects that list the chunks of a large file.
    pub chunks: Vec<Address>,
    /// What a symbolic link says.
    pub target: Option<Vec<u8>>,
    /// Its extended attributes.
    pub attributes: Vec<StoredAttribute>,
    /// The holes of a sparse file, in their order.
    pub holes: Vec<Hole>,
}

/// The order of rows: that of the bytes of paths, but a slash comes before all
/// other bytes. So what is in a directory follows it at once.
#[must_use]
pub fn compare_paths(a: &[u8], b: &[u8]) -> Ordering {
    let differ = a.iter().zip(b).find(|(a, b)| a != b);
    match differ {
        Some((b'/', _)) => Ordering::Less,
        Some((_, b'/')) => Ordering::Greater,
        Some((a, b)) => a.cmp(b),
        None => a.len().cmp(&b.len()),
    }
}

/// Reads rows, a line each.
///
/// # Errors
/// A line is no row, or rows are not in their order.
pub fn parse_rows(text: &[u8]) -> Result<Vec<StoredRow>, Damage> {
    let Some(lines) = text.strip_suffix(b"\n") else {
        return match text {
            b"" => Ok(Vec::new()),
            _ => Err(Damage::Length),
        };
    };
    let mut rows: Vec<StoredRow> = Vec::new();
    for line in lines.split(|byte| *byte == b'\n') {
        if line.len() > MAX_ROW {
            return Err(Damage::TooLarge);
        }
        let row = StoredRow::parse(line)?;
        let before = rows.last().map(|before| &before.path);
        if before.is_some_and(|it| compare_paths(it, &row.path).is_ge()) {
            return Err(Damage::Order);
        }
        rows.push(row);
    }
    Ok(rows)
}

/// What a line can have.
#[derive(Default)]
struct Members {
    path: Option<Vec<u8>>,
    kind: Option<EntryKind>,
    size: Option<u64>,
    modified: Option<Timestamp>,
    changed: Option<Timestamp>,
    mode: Option<u32>,
    uid: Option<u32>,
    gid: Option<u32>,
    inode: Option<u64>,
    device: Option<u64>,
    links: Option<u32>,
    hash: Option<Address>,
    chunks: Vec<Address>,
    target: Option<Vec<u8>>,
    attributes: Vec<StoredAttribute>,
    holes: Vec<Hole>,
}

impl StoredRow {
    /// Reads a line, without its newline.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(line: &[u8]) -> Result<Self, Damage> {
        let mut json = JsonReader::new(line);
        let json = &mut json;
        let mut of = Members::default();
        let mut object = json.object()?;
        while let Some(key) = json.key(&mut object)? {
            match key.as_str() {
                "path" => of.path = Some(json.string()?.into_bytes()),
                "path_base64" => of.path = Some(bytes(json)?),
                "kind" => of.kind = EntryKind::named(&json.string()?),
                "size" => of.size = Some(json.unsigned()?),
                "modified" => of.modified = Some(when(json)?),
                "changed" => of.changed = Some(when(json)?),
                "mode" => of.mode = Some(octal(&json.string()?)?),
                "uid" => of.uid = Some(account(json)?),
                "gid" => of.gid = Some(account(json)?),
                "inode" => of.inode = Some(json.unsigned()?),
                "device" => of.device = Some(json.unsigned()?),
                "links" => of.links = Some(small(json)?),
                "hash" => of.hash = Some(hex(json)?),
                "chunks" => of.chunks = list(json, hex)?,
                "target" => of.target = Some(json.string()?.into_bytes()),
                "target_base64" => of.target = Some(bytes(json)?),
                "xattrs" => of.attributes = list(json, attribute)?,
                "holes" => of.holes = list(json, hole)?,
                _ => return Err(Damage::Member),
            }
        }
        json.end()?;
        of.row()
    }
}

impl Members {
    fn row(self) -> Result<StoredRow, Damage> {
        let missing = Damage::Missing;
        let row = StoredRow {
            path: self.path.ok_or(missing)?,
            kind: self.kind.ok_or(missing)?,
            size: self.size.unwrap_or(0),
            modified: self.modified.ok_or(missing)?,
            changed: self.changed,
            mode: self.mode.ok_or(missing)?,
            uid: self.uid.ok_or(missing)?,
            gid: self.gid.ok_or(missing)?,
            inode: self.inode.unwrap_or(0),
            device: self.device,
            links: self.links.unwrap_or(1),
            hash: self.hash,
            chunks: self.chunks,
            target: self.target,
            attributes: self.attributes,
            holes: self.holes,
        };
        let fits = match row.kind {
            EntryKind::File => row.hash.is_some() && row.target.is_none(),
            EntryKind::Symlink => row.hash.is_none() && row.target.is_some(),
            EntryKind::Directory => row.hash.is_none() && row.target.is_none(),
            _ => false,
        };
        if !fits || row.kind != EntryKind::File && !row.chunks.is_empty() {
            return Err(Damage::Value);
        }
        if !row.path.is_empty() {
            check_path(&row.path).map_err(|_| Damage::Path)?;
        } else if row.kind != EntryKind::Directory {
            return Err(Damage::Path);
        }
        row.check_contents()?;
        row.check_holes()?;
        Ok(row)
    }
}

impl StoredRow {
    /// Whether it says of a file what another row does that calls itself a
    /// name of the same file: all but the path, and when it changed.
    #[must_use]
    pub fn is_same_file(&self, other: &Self) -> bool {
        let of = |row: &Self| {
            (
                (row.kind, row.size, row.modified, row.mode, row.uid, row.gid),
                (row.device, row.inode, row.hash),
            )
        };
        of(self) == of(other)
            && self.chunks == other.chunks
            && self.attributes == other.attributes
            && self.holes == other.holes
    }

    /// An empty file has the digest of nothing, and no chunks.
    fn check_contents(&self) -> Result<(), Damage> {
        let Some(hash) = self.hash else { return Ok(()) };
        let empty = hash == Address::of(b"");
        match empty == (self.size == 0) && !(empty && !self.chunks.is_empty())
        {
            true => Ok(()),
            false => Err(Damage::Value),
        }
    }

    fn check_holes(&self) -> Result<(), Damage> {
        let mut behind = 0;
        for hole in &self.holes {
            let end = hole.offset.checked_add(hole.length);
            let end = end.filter(|end| *end <= self.size);
            if hole.offset < behind || hole.length == 0 {
                return Err(Damage::Order);
            }
            behind = end.ok_or(Damage::Value)?;
        }
        Ok(())
    }
}

fn bytes(json: &mut JsonReader<'_>) -> Result<Vec<u8>, Damage> {
    STANDARD.decode(json.string()?).map_err(|_| Damage::Value)
}

pub(super) fn when(json: &mut JsonReader<'_>) -> Result<Timestamp, Damage> {
    time::parse(&json.string()?).ok_or(Damage::Value)
}

/// The number of a user or a group; the largest one means none to systems.
fn account(json: &mut JsonReader<'_>) -> Result<u32, Damage> {
    let number = small(json)?;
    match number == u32::MAX {
        true => Err(Damage::Value),
        false => Ok(number),
    }
}

fn small(json: &mut JsonReader<'_>) -> Result<u32, Damage> {
    u32::try_from(json.unsigned()?).map_err(|_| Damage::Value)
}

pub(super) fn hex(json: &mut JsonReader<'_>) -> Result<Address, Damage> {
    Address::from_hex(json.string()?.as_bytes()).ok_or(Damage::Value)
}

/// Four octal digits.
fn octal(text: &str) -> Result<u32, Damage> {
    let digits = text.len() == 4 && text.bytes().all(|it| it.is_ascii_digit());
    let mode = u32::from_str_radix(text, 8).ok().filter(|_| digits);
    mode.ok_or(Damage::Value)
}

/// A list of at most so many items.
fn list<T>(
    json: &mut JsonReader<'_>,
    read: fn(&mut JsonReader<'_>) -> Result<T, Damage>,
) -> Result<Vec<T>, Damage> {
    let mut items = Vec::new();
    let mut members = json.list()?;
    while json.item(&mut members)? {
        if items.len() == MAX_ITEMS {
            return Err(Damage::TooLarge);
        }
        items.push(read(json)?);
    }
    Ok(items)
}

fn hole(json: &mut JsonReader<'_>) -> Result<Hole, Damage> {
    let mut numbers = json.list()?;
    let mut next = |json: &mut JsonReader<'_>| match json.item(&mut numbers)? {
        true => Ok(json.unsigned()?),
        false => Err(Damage::Missing),
    };
    let (offset, length) = (next(json)?, next(json)?);
    match json.item(&mut numbers)? {
        true => Err(Damage::Value),
        false => Ok(Hole { offset, length }),
    }
}

fn attribute(json: &mut JsonReader<'_>) -> Result<StoredAttribute, Damage> {
    let (mut name, mut value) = (None, None);
    let mut object = json.object()?;
    while let Some(key) = json.key(&mut object)? {
        match key.as_str() {
            "name" => name = Some(String::into_bytes(json.string()?)),
            "name_base64" => name = Some(bytes(json)?),
            "value_base64" => value = Some(bytes(json)?),
            _ => return Err(Damage::Member),
        }
    }
    match (name, value) {
        (Some(name), Some(value))
            if !name.is_empty() && !name.contains(&0) =>
        {
            Ok(StoredAttribute { name, value })
        }
        _ => Err(Damage::Value),
    }
}
