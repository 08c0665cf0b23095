//! Files that are hashed and uploaded: opened beneath the directory that they
//! were found in, name by name. A link that was put in their way since leads
//! nowhere.

use std::{
    collections::HashMap,
    io,
    path::{Component, Path, PathBuf},
    sync::{Arc, Mutex},
};

use sanchay_names::OsStrExt as _;
use sanchay_storage::{
    Directory, EntryKind, File, FileId, Links, LocalStorage, Metadata, Opened,
    Storage, StorageError,
};
use sanchay_sync::lock;

use crate::AttachmentError;

/// How many directories are kept open.
const OPEN: usize = 128;

/// Opens files beneath directories that the caller named.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    known: Mutex<Known>,
    /// Directories that are open, by their paths.
    open: Mutex<HashMap<PathBuf, Arc<dyn Directory>>>,
    /// Whether nothing else is opened at all.
    confined: bool,
}

#[derive(Debug, Default)]
struct Known {
    /// Directories that the caller named, open or to be opened.
    roots: HashMap<PathBuf, Option<Arc<dyn Directory>>>,
    /// Links that count for what is behind them, and where they led when they
    /// were looked at; `None` where they are followed wherever they lead.
    links: HashMap<PathBuf, Option<PathBuf>>,
}

/// Where a path is.
enum Place {
    /// Where the system says.
    Anywhere,
    /// Beneath a root: its path, its handle, and the names below it.
    Beneath(PathBuf, Option<Arc<dyn Directory>>, PathBuf),
}

impl Reader {
    /// Opens nothing yet.
    pub(crate) fn confined() -> Self {
        Self { confined: true, ..Self::default() }
    }

    /// Opens a directory, for what lies beneath it. `real` is its path without
    /// links.
    pub(crate) fn hold(
        &self,
        path: &Path,
        real: &Path,
    ) -> Result<(), AttachmentError> {
        let roots = &mut lock(&self.known).roots;
        if roots.contains_key(path) {
            return Ok(());
        }
        let handle = open_directory(path)
            .map_err(AttachmentError::stored(path, "cannot open"))?;
        roots.insert(real.to_owned(), Some(Arc::clone(&handle)));
        roots.insert(path.to_owned(), Some(handle));
        Ok(())
    }

    /// Follows no link beneath this directory from now on.
    pub(crate) fn root(&self, path: &Path) {
        lock(&self.known).roots.insert(path.to_owned(), None);
    }

    /// Follows a link, or whatever is at this path, wherever it leads.
    pub(crate) fn follow(&self, path: &Path) {
        lock(&self.known).links.insert(path.to_owned(), None);
    }

    /// Takes what a link led to for what is at its path.
    pub(crate) fn lead(&self, link: &Path, to: PathBuf) {
        lock(&self.known).links.insert(link.to_owned(), Some(to));
    }

    /// Opens a regular file.
    pub(crate) fn file(
        &self,
        path: &Path,
    ) -> Result<(File, Metadata), StorageError> {
        match self.open(path)? {
            Opened::File(file, metadata) => Ok((file, metadata)),
            Opened::Directory(..) => {
                Err(StorageError::NotRegular(EntryKind::Directory.describe()))
            }
            Opened::Special(_, kind) => {
                Err(StorageError::NotRegular(kind.describe()))
            }
        }
    }

    /// Finds the root that a path lies beneath, the nearest one. What is at or
    /// beneath a link is looked for where that led, once.
    fn place(
        &self,
        path: &Path,
        resolve: bool,
    ) -> Result<Place, StorageError> {
        let known = lock(&self.known);
        for above in path.ancestors() {
            let rest = path.strip_prefix(above).unwrap_or(Path::new(""));
            let link = known.links.get(above).filter(|_| resolve);
            if let Some(to) = link {
                let Some(to) = to else { return Ok(Place::Anywhere) };
                let mut whole = to.clone();
                whole.extend(rest);
                drop(known);
                return self.place(&whole, false);
            }
            if let Some(handle) = known.roots.get(above) {
                let (root, rest) = (above.to_owned(), rest.to_owned());
                return Ok(Place::Beneath(root, handle.clone(), rest));
            }
        }
        match self.confined {
            true => Err(StorageError::Outside),
            false => Ok(Place::Anywhere),
        }
    }

    /// A directory beneath a root, by the names that lead to it.
    fn directory(
        &self,
        root: &Path,
        handle: Option<Arc<dyn Directory>>,
        way: &Path,
    ) -> Result<Arc<dyn Directory>, StorageError> {
        let mut path = root.to_owned();
        path.extend(way);
        if let Some(open) = lock(&self.open).get(&path) {
            return Ok(Arc::clone(open));
        }
        let names = way.components().map(|part| match part {
            Component::Normal(name) => Ok(name.as_bytes()),
            _ => Err(StorageError::Outside),
        });
        let names = names.collect::<Result<Vec<_>, _>>()?;
        let top = handle.map_or_else(|| open_directory(root), Ok)?;
        let found = match names.is_empty() {
            true => top,
            false => match top.open_descendant(&names) {
                Some(found) => found.into(),
                None => down(&*top, &names)?.into(),
            },
        };
        let mut open = lock(&self.open);
        if open.len() >= OPEN {
            open.clear();
        }
        open.insert(path, Arc::clone(&found));
        Ok(found)
    }
}

/// Opens a directory that the caller named.
fn open_directory(path: &Path) -> Result<Arc<dyn Directory>, StorageError> {
    match LocalStorage::new().open(path)? {
        Opened::Directory(directory, _) => Ok(directory.into()),
        _ => Err(io::Error::from(io::ErrorKind::NotADirectory).into()),
    }
}

/// Goes down by names of which none is a link's.
fn down(
    top: &dyn Directory,
    names: &[&[u8]],
) -> Result<Box<dyn Directory>, StorageError> {
    let mut at = top.try_clone()?;
    for name in names {
        at =
            at.open_dir(name, Links::Refuse).map_err(|error| match error {
                StorageError::Link => in_the_way(),
                error => error,
            })?;
    }
    Ok(at)
}

/// What is said of a link where a directory was.
pub(crate) fn in_the_way() -> StorageError {
    io::Error::other("a symbolic link is in the way").into()
}

impl Storage for Reader {
    fn open(&self, path: &Path) -> Result<Opened, StorageError> {
        let (root, handle, rest) = match self.place(path, true)? {
            Place::Anywhere => return LocalStorage::new().open(path),
            Place::Beneath(root, handle, rest) => (root, handle, rest),
        };
        let (Some(above), Some(name)) = (rest.parent(), rest.file_name())
        else {
            let directory = self.directory(&root, handle, Path::new(""))?;
            let id = directory.id()?;
            return Ok(Opened::Directory(directory.try_clone()?, id));
        };
        let directory = self.directory(&root, handle, above)?;
        let name = name.as_bytes();
        let error = match directory.open_file(name, Links::Refuse) {
            Ok((file, metadata)) => return Ok(Opened::File(file, metadata)),
            Err(error) => error,
        };
        match directory.stat(name, Links::Refuse) {
            Ok((EntryKind::Directory, _)) => {
                let opened = directory.open_dir(name, Links::Refuse)?;
                let id = opened.id()?;
                Ok(Opened::Directory(opened, id))
            }
            _ => Err(error),
        }
    }

    fn stat(
        &self,
        path: &Path,
    ) -> Result<(EntryKind, Metadata), StorageError> {
        let (root, handle, rest) = match self.place(path, true)? {
            Place::Anywhere => return LocalStorage::new().stat(path),
            Place::Beneath(root, handle, rest) => (root, handle, rest),
        };
        let (Some(above), Some(name)) = (rest.parent(), rest.file_name())
        else {
            let directory = self.directory(&root, handle, Path::new(""))?;
            let metadata = directory.as_file()?.metadata()?;
            return Ok((EntryKind::Directory, metadata));
        };
        let directory = self.directory(&root, handle, above)?;
        directory.stat(name.as_bytes(), Links::Refuse)
    }

    fn locate(&self, path: &Path) -> Result<(FileId, Vec<u8>), StorageError> {
        LocalStorage::new().locate(path)
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::symlink, path::PathBuf};

    use sanchay_storage::{Opened, Storage as _, StorageError};

    use super::Reader;

    struct Tree(tempfile::TempDir);

    impl Tree {
        /// `root/d/x`, and `outside/x`.
        fn new() -> Self {
            let tree = Self(tempfile::tempdir().unwrap());
            fs::create_dir_all(tree.path("root/d")).unwrap();
            fs::create_dir_all(tree.path("outside")).unwrap();
            fs::write(tree.path("root/d/x"), "in").unwrap();
            fs::write(tree.path("outside/x"), "outside").unwrap();
            tree
        }

        fn path(&self, name: &str) -> PathBuf {
            self.0.path().join(name)
        }

        /// One of what lies beneath `root`.
        fn reader(&self) -> Reader {
            let (reader, root) = (Reader::confined(), self.path("root"));
            reader.hold(&root, &root.canonicalize().unwrap()).unwrap();
            reader
        }

        fn size(&self, reader: &Reader, name: &str) -> Option<u64> {
            let found = reader.file(&self.path(name)).ok();
            found.map(|(_, metadata)| metadata.size)
        }
    }

    #[test]
    fn a_link_that_is_put_in_the_way_leads_nowhere() {
        let tree = Tree::new();
        let reader = tree.reader();
        assert_eq!(tree.size(&reader, "root/d/x"), Some(2));
        assert_eq!(tree.size(&reader, "outside/x"), None);
        fs::rename(tree.path("root/d"), tree.path("root/was")).unwrap();
        symlink(tree.path("outside"), tree.path("root/d")).unwrap();
        symlink(tree.path("outside/x"), tree.path("root/x")).unwrap();
        // A directory that is open is still the one that it was.
        assert_eq!(tree.size(&reader, "root/d/x"), Some(2));
        let reader = tree.reader();
        let error = reader.file(&tree.path("root/d/x")).unwrap_err();
        assert!(error.to_string().contains("link is in the way"), "{error}");
        let error = reader.file(&tree.path("root/x")).unwrap_err();
        assert!(matches!(error, StorageError::Link), "{error}");
        for odd in ["root/../outside/x", "root/d/../../outside/x"] {
            assert_eq!(tree.size(&reader, odd), None, "{odd}");
        }
        let opened = reader.open(&tree.path("root/was")).unwrap();
        assert!(matches!(opened, Opened::Directory(..)));
    }

    #[test]
    fn a_link_that_was_looked_at_leads_to_what_was_found() {
        let tree = Tree::new();
        fs::create_dir(tree.path("root/e")).unwrap();
        fs::write(tree.path("root/e/y"), "yes").unwrap();
        symlink("d", tree.path("root/link")).unwrap();
        let reader = tree.reader();
        assert_eq!(tree.size(&reader, "root/link/x"), None);
        reader.lead(&tree.path("root/link"), tree.path("root/d"));
        assert_eq!(tree.size(&reader, "root/link/x"), Some(2));
        // Where it leads now does not matter.
        fs::remove_file(tree.path("root/link")).unwrap();
        symlink(tree.path("outside"), tree.path("root/link")).unwrap();
        assert_eq!(tree.size(&reader, "root/link/x"), Some(2));
        reader.lead(&tree.path("root/link"), tree.path("outside"));
        assert_eq!(tree.size(&reader, "root/link/x"), None);
    }

    #[test]
    fn what_the_caller_named_is_opened_as_it_was_named() {
        let tree = Tree::new();
        symlink(tree.path("outside"), tree.path("root/link")).unwrap();
        symlink(tree.path("root"), tree.path("named")).unwrap();
        let reader = Reader::default();
        assert_eq!(tree.size(&reader, "root/link/x"), Some(7));
        reader.root(&tree.path("named"));
        assert_eq!(tree.size(&reader, "named/d/x"), Some(2));
        assert_eq!(tree.size(&reader, "named/link/x"), None);
        assert_eq!(tree.size(&reader, "outside/x"), Some(7));
        reader.follow(&tree.path("named/link"));
        assert_eq!(tree.size(&reader, "named/link/x"), Some(7));
    }
}
