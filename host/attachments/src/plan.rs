//! What manifests come to beneath their roots, before anything is written.

use std::{collections::HashMap, path::Path};

use sanchay_core::attachments::{
    Content, Entry, EntryKind, Hash, Manifest, hashed_name, human_size, text,
};

use crate::{
    AttachmentError, Conflict,
    hashing::microseconds,
    location::{path_of, way_below},
    snapshot::no_name,
    target::Target,
    upload::negative,
    ways::{check_length, check_ways},
    writer::same_time,
};
use sanchay_names::OsStrExt as _;
use sanchay_storage::EntryKind as Kind;

/// What a manifest comes to beneath a root.
pub(crate) struct Plan<'m> {
    pub(crate) root: &'m Path,
    pub(crate) files: Vec<Wanted>,
    pub(crate) links: Vec<(Vec<Vec<u8>>, Vec<u8>)>,
    pub(crate) directories: Vec<Vec<Vec<u8>>>,
    pub(crate) bytes: u64,
}

/// A file that is wanted.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// The names on the way to it, with slashes between.
    pub(crate) path: Vec<u8>,
    pub(crate) content: Content,
    pub(crate) size: u64,
    pub(crate) mtime: i64,
    pub(crate) runnable: bool,
}

impl Wanted {
    /// The names of the directories on the way to it, and its own.
    pub(crate) fn names(&self) -> (Vec<Vec<u8>>, Vec<u8>) {
        let names = self.path.split(|byte| *byte == b'/');
        let mut names: Vec<_> = names.map(<[u8]>::to_vec).collect();
        let name = names.pop().unwrap_or_default();
        (names, name)
    }

    /// For messages.
    pub(crate) fn shown(&self) -> String {
        sanchay::escaped(&self.path).to_string()
    }

    /// What it is called until it is complete: the same in every run that
    /// wants this content at this place, so that one goes on where another
    /// was ended.
    pub(crate) fn temporary(&self) -> Vec<u8> {
        let (_, name) = self.names();
        let mut what = format!("\0{}", self.size).into_bytes();
        for hash in self.content.hashes() {
            what.extend_from_slice(format!(",{hash}").as_bytes());
        }
        let mark = hashed_name(&name, &what);
        [BEGINNING, mark.as_bytes(), ENDING].concat()
    }
}

/// What temporary names begin and end with.
const BEGINNING: &[u8] = b".sanchay-";
const ENDING: &[u8] = b".part";

/// Whether a name is one that a file has while it is downloaded.
pub(crate) fn is_temporary(name: &[u8]) -> bool {
    name.starts_with(BEGINNING) && name.ends_with(ENDING)
}

impl<'m> Plan<'m> {
    /// Of a path that is listed twice the last entry counts.
    ///
    /// # Errors
    /// A path leads out of the root, is longer than the system takes, or
    /// leads through what is no directory.
    pub(crate) fn new(
        manifest: &'m Manifest,
        root: &'m Path,
    ) -> Result<Self, AttachmentError> {
        let mut plan = Self {
            root,
            files: Vec::with_capacity(manifest.entries.len()),
            links: Vec::new(),
            directories: Vec::new(),
            bytes: 0,
        };
        for entry in &manifest.entries {
            let names = names(root, entry)?;
            match &entry.kind {
                EntryKind::File { content, size, mtime, runnable } => {
                    let Ok(size) = u64::try_from(*size) else {
                        return Err(negative(entry));
                    };
                    plan.files.push(Wanted {
                        path: names.join(&b'/'),
                        content: content.clone(),
                        size,
                        mtime: *mtime,
                        runnable: *runnable,
                    });
                }
                EntryKind::Link(target) => {
                    let says = link_text(root, &names, target, entry)?;
                    plan.links.push((names, says));
                }
                EntryKind::Directory => plan.directories.push(names),
                EntryKind::Deleted | EntryKind::DeletedDirectory => {}
            }
        }
        // What is listed later stays behind in the order.
        plan.files.sort_by(|a, b| a.path.cmp(&b.path));
        plan.files.dedup_by(|later, earlier| {
            let same = later.path == earlier.path;
            if same {
                std::mem::swap(later, earlier);
            }
            same
        });
        plan.bytes = sum(plan.files.iter().map(|file| file.size));
        check_ways(&plan)?;
        Ok(plan)
    }
}

fn sum(sizes: impl Iterator<Item = u64>) -> u64 {
    sizes.fold(0, u64::saturating_add)
}

/// Refuses what does not fit: files of several roots on one file system have
/// to share its room, and those that are there take up no more of it.
pub(crate) fn check_space(
    plans: &[Plan<'_>],
    targets: &[impl AsRef<Target>],
    conflict: Conflict,
) -> Result<(), AttachmentError> {
    type Needed<'p, 'm> = (Option<u64>, u64, Vec<&'p Plan<'m>>);
    let mut devices: HashMap<u64, Needed<'_, '_>> = HashMap::new();
    for (plan, target) in plans.iter().zip(targets) {
        let target = target.as_ref();
        let free = target.free();
        let device = devices.entry(target.device()?);
        let (_, needed, all) = device.or_insert((free, 0, Vec::new()));
        *needed = needed.saturating_add(plan.bytes);
        all.push(plan);
    }
    for (free, needed, plans) in devices.into_values() {
        let Some(free) = free.filter(|free| *free < needed) else { continue };
        let there = |plan: &Plan<'_>| {
            sum(plan.files.iter().map(|file| there(plan.root, file, conflict)))
        };
        let needed = needed.saturating_sub(sum(plans.into_iter().map(there)));
        if free < needed {
            return Err(AttachmentError::DiskSpace(format!(
                "Error occurred while attempting to sync input files: Total \
                 file size required for download ({}) is larger than \
                 available disk space ({})",
                human_size(needed),
                human_size(free),
            )));
        }
    }
    Ok(())
}

/// How many bytes of a file seem to be there.
fn there(root: &Path, file: &Wanted, conflict: Conflict) -> u64 {
    let path = root.join(path_of(file.path.clone()));
    let is_there = match (conflict, sanchay_storage::stat(&path)) {
        (Conflict::CreateCopy, _) | (_, Err(_)) => false,
        (Conflict::Skip, Ok(metadata)) => metadata.kind == Kind::File,
        (Conflict::Overwrite, Ok(metadata)) => {
            let time = microseconds(metadata.modified);
            metadata.size == file.size && same_time(time, file.mtime)
        }
    };
    if is_there {
        return file.size;
    }
    let begun = path.with_file_name(path_of(file.temporary()));
    let begun = sanchay_storage::stat(&begun).map_or(0, |it| it.allocated);
    begun.min(file.size)
}

/// The way to an entry, beneath the root.
fn names(root: &Path, entry: &Entry) -> Result<Vec<Vec<u8>>, AttachmentError> {
    let name = text::to_name(&entry.path).ok_or_else(|| no_name(entry))?;
    let root = root.as_os_str().as_bytes();
    let names = way_below(root, &name).ok_or_else(|| outside(&entry.path))?;
    check_length(root, &names)?;
    Ok(names)
}

pub(crate) fn outside(path: &[u8]) -> AttachmentError {
    AttachmentError::Manifest(format!(
        "The provided path is not under the root directory: {}",
        sanchay::escaped(text::lossy(path).as_bytes())
    ))
}

/// What a link says: the way from its directory to where it leads, which lies
/// beneath the root.
fn link_text(
    root: &Path,
    names: &[Vec<u8>],
    target: &[u8],
    entry: &Entry,
) -> Result<Vec<u8>, AttachmentError> {
    let to_name = text::to_name(target).ok_or_else(|| no_name(entry))?;
    let root = root.as_os_str().as_bytes();
    let to = way_below(root, &to_name).ok_or_else(|| outside(target))?;
    let from = names.split_last().map_or(&[][..], |(_, way)| way);
    let same = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    // The last name is where it leads, even if the link lies beneath it.
    let same = same.min(to.len().saturating_sub(1));
    let up = from.iter().skip(same).map(|_| b"..".to_vec());
    let down = to.iter().skip(same).cloned();
    let way: Vec<_> = up.chain(down).collect();
    Ok(way.join(&b'/'))
}

/// What is said of content that is not what the manifest says.
pub(crate) fn wrong_size(
    file: &Wanted,
    got: u64,
    size: u64,
) -> AttachmentError {
    AttachmentError::Damaged(format!(
        "File from S3 for {} had incorrect size {got}. Required size: {size}",
        file.shown(),
    ))
}

/// The same of its hash.
pub(crate) fn wrong_hash(
    file: &Wanted,
    hash: &Hash,
    key: &str,
) -> AttachmentError {
    AttachmentError::Damaged(format!(
        "File from S3 for {} does not have the hash {hash}: the object {} is \
         damaged, and nothing was kept of it",
        file.shown(),
        sanchay::escaped(key.as_bytes()),
    ))
}

#[cfg(test)]
mod tests {
    use sanchay_core::attachments::{Content, Hash};

    use super::{Wanted, is_temporary};

    fn wanted(path: &str, size: u64, hash: u8) -> Wanted {
        let content = Content::Whole(Hash::xxh128([hash; 16]));
        let path = path.as_bytes().to_vec();
        Wanted { path, content, size, mtime: 5, runnable: false }
    }

    #[test]
    fn a_temporary_name_is_that_of_one_content_at_one_place() {
        let name = wanted("d/a", 7, 1).temporary();
        assert!(is_temporary(&name));
        assert!(name.len() < 64, "{name:?}");
        assert_eq!(
            name,
            Wanted { mtime: 9, ..wanted("e/a", 7, 1) }.temporary()
        );
        for other in [wanted("d/b", 7, 1), wanted("d/a", 8, 1)] {
            assert_ne!(name, other.temporary());
        }
        assert_ne!(name, wanted("d/a", 7, 2).temporary());
        assert!(!is_temporary(b".sanchay-session"));
        assert_eq!(
            wanted("d/e/f", 1, 1).names(),
            (vec![b"d".to_vec(), b"e".to_vec()], b"f".to_vec())
        );
    }
}
