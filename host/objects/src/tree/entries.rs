//! What is in a folder of a bucket, made of the keys that begin with its
//! prefix.

use std::collections::HashMap;
use std::sync::Arc;

use crate::ObjectListed;

/// The objects of a page that is the whole of what a prefix has, in the order
/// of their keys.
pub(super) type Whole = Arc<[ObjectListed]>;

/// Some of these, which are next to each other.
#[derive(Clone, Debug)]
pub(super) struct Slice {
    pub(super) all: Whole,
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Slice {
    pub(super) fn of(mut objects: Vec<ObjectListed>) -> Self {
        // Servers list in this order; what else they did would mix folders.
        if !objects.is_sorted_by(|a, b| a.key <= b.key) {
            objects.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        }
        let to = objects.len();
        Self { all: objects.into(), from: 0, to }
    }

    fn objects(&self) -> &[ObjectListed] {
        self.all.get(self.from..self.to).unwrap_or_default()
    }
}

/// An object as an entry of its folder.
#[derive(Clone, Debug)]
pub(super) struct FileEntry {
    pub(super) size: u64,
    /// Seconds since 1970.
    pub(super) modified: i64,
    pub(super) etag: Option<Box<str>>,
    pub(super) class: Option<&'static str>,
    pub(super) has_checksum: bool,
}

impl From<&ObjectListed> for FileEntry {
    fn from(object: &ObjectListed) -> Self {
        let class = object.storage_class.as_deref();
        Self {
            size: object.size,
            modified: object.modified.timestamp(),
            etag: object.etag.as_deref().map(Box::from),
            class: class.and_then(sanchay_storage::storage_class),
            has_checksum: object.has_checksum,
        }
    }
}

/// What is in a folder.
#[derive(Debug, Default)]
pub(super) struct Entries {
    /// Objects by name.
    pub(super) files: HashMap<Box<str>, FileEntry>,
    /// Folders by name, each with all that is in it, if that is known.
    pub(super) folders: HashMap<Box<str>, Option<Slice>>,
    /// Whether anything is there, be it only the folder's own mark.
    pub(super) exists: bool,
}

impl Entries {
    /// The first level of all that a prefix has.
    pub(super) fn of_whole(prefix: &str, slice: &Slice) -> Self {
        let mut entries = Self::default();
        let mut at = slice.from;
        while at < slice.to {
            let Some(object) = slice.all.get(at) else { break };
            let rest = object.key.get(prefix.len()..).unwrap_or_default();
            let Some((name, _)) = rest.split_once('/') else {
                entries.object(rest, object);
                at += 1;
                continue;
            };
            // All that is in the same folder.
            let length = prefix.len() + name.len() + 1;
            let folder = object.key.get(..length).unwrap_or_default();
            let same = slice
                .all
                .get(at..slice.to)
                .unwrap_or_default()
                .iter()
                .take_while(|it| it.key.starts_with(folder))
                .count();
            let to = at + same.max(1);
            let part = Slice { all: Arc::clone(&slice.all), from: at, to };
            entries.folders.insert(name.into(), Some(part));
            entries.exists = true;
            at = to;
        }
        entries
    }

    /// Takes an object of the first level by its name. The mark of the folder
    /// itself is no entry.
    pub(super) fn object(&mut self, name: &str, object: &ObjectListed) {
        self.exists = true;
        if !name.is_empty() || object.size > 0 {
            self.files.insert(name.into(), object.into());
        }
    }

    /// Takes a folder of the first level by its name.
    pub(super) fn folder(&mut self, name: &str) {
        self.exists = true;
        self.folders.insert(name.into(), None);
    }
}

impl Slice {
    /// Whether there is nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.objects().is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{Entries, Slice};
    use crate::ObjectListed;

    fn object(key: &str, size: u64) -> ObjectListed {
        ObjectListed {
            key: key.to_owned(),
            size,
            modified: chrono::DateTime::UNIX_EPOCH,
            etag: None,
            storage_class: None,
            has_checksum: false,
        }
    }

    fn sorted<'n>(names: impl Iterator<Item = &'n Box<str>>) -> Vec<&'n str> {
        let mut names: Vec<&str> = names.map(|it| &**it).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn keys_of_any_form_are_in_folders_and_none_is_lost() {
        let keys = [
            "p/", "p//", "p//x", "p/../y", "p/a", "p/a-b", "p/a/", "p/a/b",
            "p/a//c", "p/z",
        ];
        let objects = keys.iter().map(|key| object(key, key.len() as u64));
        let slice = Slice::of(objects.collect());
        let top = Entries::of_whole("p/", &slice);
        assert!(top.exists);
        assert_eq!(sorted(top.files.keys()), ["", "a", "a-b", "z"]);
        assert_eq!(sorted(top.folders.keys()), ["", "..", "a"]);
        let below = |name: &str| {
            let part = top.folders[name].clone().unwrap();
            Entries::of_whole(&format!("p/{name}/"), &part)
        };
        assert_eq!(sorted(below("").files.keys()), ["", "x"]);
        assert_eq!(sorted(below("..").files.keys()), ["y"]);
        assert_eq!(sorted(below("a").files.keys()), ["", "b"]);
        assert_eq!(sorted(below("a").folders.keys()), [""]);
    }

    #[test]
    fn the_mark_of_a_folder_is_no_file() {
        let slice = Slice::of(vec![object("p/", 0)]);
        let entries = Entries::of_whole("p/", &slice);
        assert!(entries.exists && entries.files.is_empty());
        let none = Entries::of_whole("p/", &Slice::of(Vec::new()));
        assert!(!none.exists);
    }
}
