//! Writing manifests in their one form.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt::{self, Write as _};

use hashbrown::HashMap;

use super::canonical::{write_key, write_number, write_string};
use super::text::{compare_utf16, lossy};
use super::{Content, Entry, EntryKind, Hash, Manifest, ManifestVersion};

/// What a format cannot express.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodeError {
    /// The path of the entry.
    pub path: String,
    /// What of it.
    pub what: &'static str,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, what } = self;
        write!(f, "{}: {what}", crate::escape::escaped(path.as_bytes()))
    }
}

impl core::error::Error for EncodeError {}

/// Encodes a manifest. Its entries need not be sorted.
///
/// # Errors
/// An entry is of a kind that the format does not have.
pub fn encode(manifest: &Manifest) -> Result<Vec<u8>, EncodeError> {
    match manifest.version {
        ManifestVersion::V2023_03_03 => encode_2023(manifest),
        ManifestVersion::V2025_12_04Beta => encode_2025(manifest),
    }
}

/// The entries in UTF-16's order of their paths.
fn sorted<'m>(entries: impl Iterator<Item = &'m Entry>) -> Vec<&'m Entry> {
    let mut sorted: Vec<_> = entries.collect();
    if !sorted.is_sorted_by(|a, b| compare_utf16(&a.path, &b.path).is_le()) {
        sorted.sort_by(|a, b| compare_utf16(&a.path, &b.path));
    }
    sorted
}

fn encode_2023(manifest: &Manifest) -> Result<Vec<u8>, EncodeError> {
    let mut out =
        Vec::with_capacity(manifest.entries.len().saturating_mul(128));
    out.extend_from_slice(
        b"{\"hashAlg\":\"xxh128\",\"manifestVersion\":\"2023-03-03\",\"paths\":[",
    );
    let mut begun = false;
    for entry in sorted(manifest.entries.iter()) {
        let refused = |what| EncodeError { path: lossy(&entry.path), what };
        let EntryKind::File { content, size, mtime, .. } = &entry.kind else {
            return Err(refused("2023-03-03 has regular files only"));
        };
        let Content::Whole(hash) = content else {
            return Err(refused("2023-03-03 has no hashes of parts"));
        };
        if core::mem::replace(&mut begun, true) {
            out.push(b',');
        }
        out.extend_from_slice(b"{\"hash\":");
        write_hash(hash, &mut out);
        out.extend_from_slice(b",\"mtime\":");
        write_number(*mtime, &mut out);
        out.extend_from_slice(b",\"path\":");
        write_string(&entry.path, &mut out);
        out.extend_from_slice(b",\"size\":");
        write_number(*size, &mut out);
        out.push(b'}');
    }
    out.extend_from_slice(b"],\"totalSize\":");
    write_number(manifest.total_size, &mut out);
    out.push(b'}');
    Ok(out)
}

fn write_hash(hash: &Hash, out: &mut Vec<u8>) {
    let mut text = String::with_capacity(34);
    // Letters and digits need no escapes.
    let _ = write!(text, "\"{hash}\"");
    out.extend_from_slice(text.as_bytes());
}

/// The index of directories: all that are listed, and those above anything.
struct Index<'m> {
    sorted: Vec<(&'m [u8], bool)>,
    by_path: HashMap<&'m [u8], usize>,
}

impl<'m> Index<'m> {
    fn new(entries: &'m [Entry]) -> Self {
        let mut all: HashMap<&[u8], bool> = HashMap::new();
        for entry in entries {
            let mut above = |path: &'m [u8]| {
                let mut path = path;
                while let Some(slash) = path.iter().rposition(|it| *it == b'/')
                {
                    path = path.get(..slash).unwrap_or_default();
                    if path.is_empty() || all.contains_key(path) {
                        return;
                    }
                    all.insert(path, false);
                }
            };
            above(&entry.path);
            if let EntryKind::Link(target) = &entry.kind {
                above(target);
            }
        }
        for entry in entries {
            match entry.kind {
                EntryKind::Directory => {
                    all.entry(&entry.path).or_insert(false);
                }
                EntryKind::DeletedDirectory => {
                    all.insert(&entry.path, true);
                }
                _ => {}
            }
        }
        let mut sorted: Vec<_> = all.into_iter().collect();
        sorted.sort_unstable();
        let by_path = sorted
            .iter()
            .enumerate()
            .map(|(number, (path, _))| (*path, number))
            .collect();
        Self { sorted, by_path }
    }

    /// Appends the name of a path: `$N/last`, where N is its directory.
    fn write_name(&self, path: &[u8], out: &mut Vec<u8>) {
        let slash = path.iter().rposition(|it| *it == b'/');
        let at = slash.unwrap_or_default();
        let directory = path.get(..at).unwrap_or_default();
        match (slash, self.by_path.get(directory)) {
            (Some(_), Some(number)) => {
                let last = path.get(at..).unwrap_or_default();
                let mut name = Vec::with_capacity(last.len() + 8);
                name.push(b'$');
                name.extend_from_slice(number.to_string().as_bytes());
                name.extend_from_slice(last);
                write_string(&name, out);
            }
            _ => write_string(path, out),
        }
    }
}

fn encode_2025(manifest: &Manifest) -> Result<Vec<u8>, EncodeError> {
    let index = Index::new(&manifest.entries);
    let mut out =
        Vec::with_capacity(manifest.entries.len().saturating_mul(112));
    out.extend_from_slice(b"{\"dirs\":[");
    for (number, (path, deleted)) in index.sorted.iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        out.push(b'{');
        let mut first = true;
        if *deleted {
            write_key("delete", &mut first, &mut out);
            out.extend_from_slice(b"true");
        }
        write_key("name", &mut first, &mut out);
        index.write_name(path, &mut out);
        out.push(b'}');
    }
    out.extend_from_slice(b"],\"files\":[");
    let is_file = |entry: &&Entry| {
        !matches!(
            entry.kind,
            EntryKind::Directory | EntryKind::DeletedDirectory
        )
    };
    let files = sorted(manifest.entries.iter().filter(is_file));
    for (number, entry) in files.into_iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        write_file(entry, &index, &mut out)?;
    }
    out.extend_from_slice(
        b"],\"hashAlg\":\"xxh128\",\"manifestVersion\":\"2025-12-04-beta\"",
    );
    if let Some(parent) = &manifest.parent {
        out.extend_from_slice(b",\"parentManifestHash\":");
        write_string(parent.as_bytes(), &mut out);
    }
    out.extend_from_slice(b",\"totalSize\":");
    write_number(manifest.total_size, &mut out);
    out.push(b'}');
    Ok(out)
}

fn write_file(
    entry: &Entry,
    index: &Index<'_>,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    // A name that the index does not have would be taken for a reference.
    let is_root = !entry.path.contains(&b'/');
    if is_root && entry.path.is_empty() {
        let what = "an entry without a name";
        return Err(EncodeError { path: lossy(&entry.path), what });
    }
    out.push(b'{');
    let mut first = true;
    let name = |first: &mut bool, out: &mut Vec<u8>| {
        write_key("name", first, out);
        index.write_name(&entry.path, out);
    };
    match &entry.kind {
        EntryKind::File { content, size, mtime, runnable } => {
            match content {
                Content::Whole(hash) => {
                    write_key("hash", &mut first, out);
                    write_hash(hash, out);
                }
                Content::Chunks(hashes) => {
                    write_key("chunkhashes", &mut first, out);
                    write_hashes(hashes, out);
                }
            }
            write_key("mtime", &mut first, out);
            write_number(*mtime, out);
            name(&mut first, out);
            if *runnable {
                write_key("runnable", &mut first, out);
                out.extend_from_slice(b"true");
            }
            write_key("size", &mut first, out);
            write_number(*size, out);
        }
        EntryKind::Link(target) => {
            name(&mut first, out);
            write_key("symlink", &mut first, out);
            out.extend_from_slice(b"{\"name\":");
            index.write_name(target, out);
            out.push(b'}');
        }
        _ => {
            write_key("delete", &mut first, out);
            out.extend_from_slice(b"true");
            name(&mut first, out);
        }
    }
    out.push(b'}');
    Ok(())
}

fn write_hashes(hashes: &[Hash], out: &mut Vec<u8>) {
    out.push(b'[');
    for (number, hash) in hashes.iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        write_hash(hash, out);
    }
    out.push(b']');
}
