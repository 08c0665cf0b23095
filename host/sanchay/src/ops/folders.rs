//! The folders of a plan, each held once: a root and the way down from it.

use std::collections::HashMap;

use super::error::OpsError;

/// A folder of a plan, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FolderId(pub(super) u32);

/// The folders of a plan.
#[derive(Clone, Debug, Default)]
pub(super) struct Folders {
    all: Vec<(u32, Box<[u8]>)>,
    known: HashMap<(u32, Box<[u8]>), FolderId>,
}

impl Folders {
    /// The number of a folder: a root, and the path below it, which is empty
    /// for the root itself.
    pub(super) fn add(
        &mut self,
        root: u32,
        path: &[u8],
    ) -> Result<FolderId, OpsError> {
        let key = (root, Box::from(path));
        if let Some(id) = self.known.get(&key) {
            return Ok(*id);
        }
        let id = u32::try_from(self.all.len());
        let id = FolderId(id.map_err(|_| OpsError::TooLarge)?);
        self.all.push(key.clone());
        self.known.insert(key, id);
        Ok(id)
    }

    /// The number of a folder that was added.
    pub(super) fn find(&self, root: u32, path: &[u8]) -> Option<FolderId> {
        self.known.get(&(root, Box::from(path))).copied()
    }

    /// The root of a folder and the path below it.
    pub(super) fn get(&self, id: FolderId) -> (u32, &[u8]) {
        let found = self.all.get(id.0 as usize);
        debug_assert!(found.is_some(), "{id:?} is unknown");
        found.map_or((0, &[]), |(root, path)| (*root, path))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// How many levels a folder is below its root.
    pub(super) fn depth(&self, id: FolderId) -> usize {
        match self.get(id).1 {
            b"" => 0,
            path => 1 + memchr::memchr_iter(b'/', path).count(),
        }
    }
}

/// A folder and a name, put together.
pub(super) fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    let mut path = Vec::with_capacity(folder.len() + name.len() + 1);
    path.extend_from_slice(folder);
    if !folder.is_empty() && !folder.ends_with(b"/") && !name.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}

/// A path's folder and its name.
pub(super) fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memrchr(b'/', path) {
        Some(at) => {
            let (folder, name) = path.split_at(at);
            (folder, name.get(1..).unwrap_or_default())
        }
        None => (b"", path),
    }
}

/// The folder that a path is in; none for the top, which is `/` or, on Windows,
/// that of a drive or a share, and for a name alone.
pub(super) fn parent(path: &[u8]) -> Option<&[u8]> {
    above(path, cfg!(windows))
}

/// The same, on a system with drives and shares or on another.
fn above(path: &[u8], has_drives: bool) -> Option<&[u8]> {
    let top = match path {
        [_, b':', b'/', ..] if has_drives => 3,
        [b'/', b'/', share @ ..] if has_drives => {
            // Without the slash behind the share, it is the top itself.
            2 + memchr::memchr_iter(b'/', share).nth(1)? + 1
        }
        [b'/', ..] => 1,
        _ => 0,
    };
    if path.len() <= top {
        return None;
    }
    let names = path.strip_suffix(b"/").unwrap_or(path);
    let at = memchr::memrchr(b'/', names)?;
    path.get(..at.max(top))
}

#[cfg(test)]
mod tests {
    use super::{Folders, above, join, split};

    #[test]
    fn the_way_up_ends_at_the_top() {
        for (path, expected) in [
            ("/a/b", Some("/a")),
            ("/a", Some("/")),
            ("/", None),
            ("a/b/", Some("a")),
            ("a", None),
        ] {
            let expected = expected.map(str::as_bytes);
            assert_eq!(above(path.as_bytes(), false), expected, "{path}");
            assert_eq!(above(path.as_bytes(), true), expected, "{path}");
        }
        assert_eq!(above(b"C:/a/b", true), Some(&b"C:/a"[..]));
        assert_eq!(above(b"C:/a", true), Some(&b"C:/"[..]));
        assert_eq!(above(b"C:/", true), None);
        assert_eq!(above(b"C:/a", false), Some(&b"C:"[..]));
        assert_eq!(above(b"//s/share/a/b", true), Some(&b"//s/share/a"[..]));
        assert_eq!(above(b"//s/share/a", true), Some(&b"//s/share/"[..]));
        assert_eq!(above(b"//s/share", true), None);
        assert_eq!(above(b"//s/share/", true), None);
        assert_eq!(above(b"//s", true), None);
    }

    #[test]
    fn a_folder_is_known_once() {
        let mut folders = Folders::default();
        let top = folders.add(0, b"").unwrap();
        let deep = folders.add(0, b"a/b").unwrap();
        assert_eq!(folders.add(0, b"a/b").unwrap(), deep);
        assert_eq!(folders.find(0, b"a/b"), Some(deep));
        assert_eq!((folders.depth(top), folders.depth(deep)), (0, 2));
        let other = folders.add(1, b"a/b").unwrap();
        assert_ne!(other, deep);
        assert_eq!(folders.get(other), (1, &b"a/b"[..]));
    }

    #[test]
    fn paths_are_split_and_joined() {
        for path in [&b"a"[..], b"a/b", b"a/b/c"] {
            let (folder, name) = split(path);
            assert_eq!(join(folder, name), path);
        }
        assert_eq!(join(b"/", b"a"), b"/a");
    }
}
