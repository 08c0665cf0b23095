//! Entries as their fields say them.

use alloc::borrow::ToOwned as _;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::list_of;
use crate::attachments::text::lossy;
use crate::attachments::value::{Lexer, Stop, Value};
use crate::attachments::{CHUNK, Content, Entry, EntryKind, Hash};

/// The fields of an entry that are known, of whatever type.
#[derive(Debug, Default)]
pub(super) struct Fields {
    path: Option<Value>,
    name: Option<Value>,
    hash: Option<Value>,
    size: Option<Value>,
    mtime: Option<Value>,
    chunks: Option<Chunks>,
    link: Option<Link>,
    runnable: Option<Value>,
    delete: Option<Value>,
}

/// What `chunkhashes` says.
#[derive(Debug)]
enum Chunks {
    Hashes(Vec<Value>),
    Something,
}

/// What `symlink` says.
#[derive(Debug)]
enum Link {
    To(Option<Value>),
    Something,
}

impl Fields {
    /// Reads an object.
    pub(super) fn read(lexer: &mut Lexer<'_>) -> Result<Self, Stop> {
        lexer.take(b'{')?;
        let mut fields = Self::default();
        let mut begun = false;
        while lexer.more(&mut begun, b'}')? {
            let key = lexer.key()?;
            let place = match &*key {
                b"path" => &mut fields.path,
                b"name" => &mut fields.name,
                b"hash" => &mut fields.hash,
                b"size" => &mut fields.size,
                b"mtime" => &mut fields.mtime,
                b"runnable" => &mut fields.runnable,
                b"delete" => &mut fields.delete,
                b"chunkhashes" => {
                    fields.chunks = Some(chunks(lexer)?);
                    continue;
                }
                b"symlink" => {
                    fields.link = Some(link(lexer)?);
                    continue;
                }
                _ => {
                    lexer.value()?;
                    continue;
                }
            };
            *place = Some(lexer.value()?);
        }
        Ok(fields)
    }

    /// An entry of 2023-03-03.
    pub(super) fn of_paths(
        self,
        odd_hash: &mut Option<String>,
    ) -> Result<Entry, String> {
        let (path, hash, size, mtime) =
            match (self.path, self.hash, self.size, self.mtime) {
                (Some(path), Some(hash), Some(size), Some(mtime)) => {
                    (path, hash, size, mtime)
                }
                (path, hash, size, mtime) => {
                    let fields = [
                        ("path", path.is_none()),
                        ("hash", hash.is_none()),
                        ("size", size.is_none()),
                        ("mtime", mtime.is_none()),
                    ];
                    let missing = fields.iter().filter(|(_, it)| *it);
                    let missing = list_of(missing.map(|(name, _)| *name));
                    return Err(format!(
                        "path is missing required field(s) [{missing}]"
                    ));
                }
            };
        let Value::Text(path) = path else {
            return Err("path must be a string".to_owned());
        };
        let Value::Text(hash) = hash else {
            return Err("hash must be a string".to_owned());
        };
        let size = whole("size", &size)?;
        let mtime = whole("mtime", &mtime)?;
        let content = Content::Whole(parse(&hash, &path, odd_hash));
        let kind = EntryKind::File { content, size, mtime, runnable: false };
        Ok(Entry { path: path.into(), kind })
    }

    /// The next directory of 2025-12-04-beta's index.
    pub(super) fn of_directory(
        self,
        index: &mut Vec<Box<[u8]>>,
    ) -> Result<Entry, String> {
        let path = full("dir", self.name.as_ref(), index)?;
        index.push(path.clone());
        let kind = match flag("delete", self.delete.as_ref())? {
            true => EntryKind::DeletedDirectory,
            false => EntryKind::Directory,
        };
        Ok(Entry { path, kind })
    }

    /// A file of 2025-12-04-beta, or a link.
    pub(super) fn of_file(
        self,
        index: &[Box<[u8]>],
        odd_hash: &mut Option<String>,
    ) -> Result<Entry, String> {
        let path = full("file", self.name.as_ref(), index)?;
        let runnable = flag("runnable", self.runnable.as_ref())?;
        let has_content = self.hash.is_some() || self.chunks.is_some();
        let has_facts = self.size.is_some() || self.mtime.is_some();
        if flag("delete", self.delete.as_ref())? {
            if has_content || has_facts || self.link.is_some() || runnable {
                return Err(format!(
                    "deleted file {} has fields beside its name",
                    lossy(&path)
                ));
            }
            return Ok(Entry { path, kind: EntryKind::Deleted });
        }
        if let Some(link) = self.link {
            if has_content || has_facts || runnable {
                return Err(format!(
                    "symlink {} has fields of a file",
                    lossy(&path)
                ));
            }
            let Link::To(target) = link else {
                return Err("symlink must be an object".to_owned());
            };
            let target = full("symlink", target.as_ref(), index)?;
            return Ok(Entry { path, kind: EntryKind::Link(target) });
        }
        let size = required("size", self.size.as_ref())?;
        let mtime = required("mtime", self.mtime.as_ref())?;
        let content = match (self.hash, self.chunks) {
            (Some(Value::Text(hash)), None) => {
                Content::Whole(parse(&hash, &path, odd_hash))
            }
            (Some(_), None) => return Err("hash must be a string".to_owned()),
            (None, Some(Chunks::Hashes(hashes))) => {
                chunked(hashes, size, &path, odd_hash)?
            }
            (None, Some(Chunks::Something)) => {
                return Err("chunkhashes must be a list".to_owned());
            }
            _ => {
                return Err(format!(
                    "file {} must have exactly one of hash, chunkhashes, \
                     symlink",
                    lossy(&path)
                ));
            }
        };
        let kind = EntryKind::File { content, size, mtime, runnable };
        Ok(Entry { path, kind })
    }
}

fn chunks(lexer: &mut Lexer<'_>) -> Result<Chunks, Stop> {
    if lexer.next()? != b'[' {
        lexer.value()?;
        return Ok(Chunks::Something);
    }
    lexer.take(b'[')?;
    let (mut hashes, mut begun) = (Vec::new(), false);
    while lexer.more(&mut begun, b']')? {
        hashes.push(lexer.value()?);
    }
    Ok(Chunks::Hashes(hashes))
}

fn link(lexer: &mut Lexer<'_>) -> Result<Link, Stop> {
    if lexer.next()? != b'{' {
        lexer.value()?;
        return Ok(Link::Something);
    }
    lexer.take(b'{')?;
    let (mut target, mut begun) = (None, false);
    while lexer.more(&mut begun, b'}')? {
        let is_it = lexer.key()? == b"name";
        let value = lexer.value()?;
        if is_it {
            target = Some(value);
        }
    }
    Ok(Link::To(target))
}

/// The parts of a file, of which there are as many as its size needs.
fn chunked(
    hashes: Vec<Value>,
    size: i64,
    path: &[u8],
    odd_hash: &mut Option<String>,
) -> Result<Content, String> {
    let needed = u64::try_from(size).unwrap_or_default().div_ceil(CHUNK);
    if needed < 2 || hashes.len() as u64 != needed {
        return Err(format!(
            "file {} has {} chunkhashes for {size} bytes",
            lossy(path),
            hashes.len(),
        ));
    }
    let hashes = hashes.into_iter().map(|hash| match hash {
        Value::Text(hash) => Ok(parse(&hash, path, odd_hash)),
        _ => Err("chunkhashes must be strings".to_owned()),
    });
    Ok(Content::Chunks(hashes.collect::<Result<_, _>>()?))
}

/// A hash. What is none is noted, and told in the end.
fn parse(hash: &[u8], path: &[u8], odd: &mut Option<String>) -> Hash {
    Hash::parse(hash).unwrap_or_else(|| {
        odd.get_or_insert_with(|| {
            format!(
                "The hash {} for path {} is not alphanumeric",
                lossy(hash),
                lossy(path)
            )
        });
        Hash::xxh128([0; 16])
    })
}

fn whole(name: &str, value: &Value) -> Result<i64, String> {
    match value {
        // Python's numbers have no bounds.
        Value::Huge => Err(format!("{name} is beyond 64 bits")),
        value => {
            value.integer().ok_or_else(|| format!("{name} must be an integer"))
        }
    }
}

fn required(name: &str, value: Option<&Value>) -> Result<i64, String> {
    match value {
        Some(value) => whole(name, value),
        None => Err(format!("file is missing required field(s) ['{name}']")),
    }
}

fn flag(name: &str, value: Option<&Value>) -> Result<bool, String> {
    match value {
        None => Ok(false),
        Some(Value::Boolean(true)) => Ok(true),
        Some(_) => Err(format!("{name} field must be true or omitted")),
    }
}

/// The full path of a name, whose directory the index has.
fn full(
    what: &str,
    name: Option<&Value>,
    index: &[Box<[u8]>],
) -> Result<Box<[u8]>, String> {
    let name = match name {
        Some(Value::Text(name)) => name,
        Some(_) => return Err("name must be a string".to_owned()),
        None => {
            return Err(format!(
                "{what} is missing required field(s) ['name']"
            ));
        }
    };
    let Some(slash) = name.iter().position(|byte| *byte == b'/') else {
        return Ok(name.as_slice().into());
    };
    let (before, last) = name.split_at(slash);
    let last = last.get(1..).unwrap_or_default();
    let malformed = || {
        format!(
            "Invalid path format '{}': paths with '/' must use $N/ reference",
            lossy(name)
        )
    };
    if last.contains(&b'/') {
        return Err(malformed());
    }
    if before.is_empty() {
        return Ok(name.as_slice().into());
    }
    let digits = before.strip_prefix(b"$").ok_or_else(malformed)?;
    let fit = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let number = core::str::from_utf8(digits).ok().filter(|_| fit);
    let number = number.ok_or_else(malformed)?;
    let directory = number.parse().ok().and_then(|it: usize| index.get(it));
    let directory = directory.ok_or_else(|| {
        format!(
            "Invalid directory reference '{}': index {number} not found",
            lossy(name)
        )
    })?;
    Ok([directory, b"/".as_slice(), last].concat().into())
}
