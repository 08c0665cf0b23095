//! Open folders, found from their roots without following a link.

use std::{collections::HashMap, ffi::OsStr, io, path::Path, sync::Arc};

use sanchay_storage::{Directory, Links, Opened, Storage, StorageError};

use super::{
    error::OpsError,
    folders::join,
    places::{Places, Root},
    rows::Spot,
};

use sanchay_names::{OsStrExt as _, OsStringExt as _};

/// How many folders are kept open.
const OPEN: usize = 128;

/// Folders by their roots and the paths below these.
type Open = HashMap<(u32, Box<[u8]>), Arc<dyn Directory>>;

/// Open folders.
#[derive(Debug)]
pub(super) struct Handles {
    storage: Arc<dyn Storage>,
    roots: Vec<Root>,
    open: Open,
    /// The paths of roots without links in them.
    real: HashMap<u32, Vec<u8>>,
}

impl Handles {
    pub(super) fn new(storage: &Arc<dyn Storage>, roots: &[Root]) -> Self {
        let storage = Arc::clone(storage);
        let (open, real) = (HashMap::new(), HashMap::new());
        Self { storage, roots: roots.to_vec(), open, real }
    }

    /// Fails where a root is another directory than it was. One that cannot be
    /// opened is an error of the steps that need it.
    pub(super) fn check_roots(&self) -> Result<(), OpsError> {
        for root in self.roots.iter().filter(|root| root.id.is_some()) {
            let path = Path::new(OsStr::from_bytes(&root.path));
            if let Ok(Opened::Directory(_, id)) = self.storage.open(path)
                && root.id != Some(id)
            {
                return Err(OpsError::OtherRoot(path.to_owned()));
            }
        }
        Ok(())
    }

    /// The storage that they are in.
    pub(super) fn storage(&self) -> &Arc<dyn Storage> {
        &self.storage
    }

    /// How many roots there are.
    pub(super) fn roots(&self) -> u32 {
        u32::try_from(self.roots.len()).unwrap_or(u32::MAX)
    }

    /// A root's path.
    pub(super) fn root(&self, root: u32) -> &[u8] {
        let root = self.roots.get(root as usize);
        root.map_or(b"/", |root| &root.path)
    }

    /// What a symbolic link at a place says that leads to another: the way from
    /// the one to the other, where both are beneath one root, and the path
    /// from the top otherwise. Neither has a link in it.
    pub(super) fn text_of_link(
        &mut self,
        places: &Places,
        at: Spot,
        to: Spot,
    ) -> Vec<u8> {
        let (own, folder) = places.folders.get(at.folder);
        let (root, _) = places.folders.get(to.folder);
        let below = places.below(to);
        match own == root {
            true => way(folder, &below),
            false => join(self.real(root), &below),
        }
    }

    /// A root's path without links, as far as that is known.
    fn real(&mut self, root: u32) -> &[u8] {
        let path = self.roots.get(root as usize);
        let path = path.map_or(&b"/"[..], |root| &root.path);
        let storage = &self.storage;
        self.real.entry(root).or_insert_with(|| {
            let found = storage.canonical(Path::new(OsStr::from_bytes(path)));
            let real = found.map(|it| it.into_os_string().into_vec());
            real.unwrap_or_else(|_| path.to_vec())
        })
    }

    /// The folder below a root, open.
    pub(super) fn open(
        &mut self,
        root: u32,
        path: &[u8],
    ) -> Result<Arc<dyn Directory>, StorageError> {
        let key = (root, Box::from(path));
        if let Some(open) = self.open.get(&key) {
            return Ok(Arc::clone(open));
        }
        let directory = match path {
            b"" => self.open_root(root)?,
            path => self.descend(root, path)?,
        };
        if self.open.len() >= OPEN {
            self.open.clear();
        }
        self.open.insert(key, Arc::clone(&directory));
        Ok(directory)
    }

    /// Closes all but the roots: a folder has another path now.
    pub(super) fn forget(&mut self) {
        self.open.retain(|(_, path), _| path.is_empty());
    }

    fn open_root(
        &self,
        root: u32,
    ) -> Result<Arc<dyn Directory>, StorageError> {
        let path = Path::new(OsStr::from_bytes(self.root(root)));
        let known = self.roots.get(root as usize).and_then(|root| root.id);
        match self.storage.open(path)? {
            Opened::Directory(directory, id)
                if known.is_none_or(|known| known == id) =>
            {
                Ok(Arc::from(directory))
            }
            Opened::Directory(..) => {
                let why = "the root is another directory by now";
                Err(io::Error::other(why).into())
            }
            _ => Err(io::Error::from(io::ErrorKind::NotADirectory).into()),
        }
    }

    fn descend(
        &mut self,
        root: u32,
        path: &[u8],
    ) -> Result<Arc<dyn Directory>, StorageError> {
        let top = self.open(root, b"")?;
        let names: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
        if let Some(open) = top.open_descendant(&names) {
            return Ok(Arc::from(open));
        }
        // Name by name, to see why.
        let mut at = top;
        for name in names {
            at = Arc::from(at.open_dir(name, Links::Refuse)?);
        }
        Ok(at)
    }
}

/// The way from a folder to a place, both below the same directory.
fn way(folder: &[u8], place: &[u8]) -> Vec<u8> {
    let mut up: Vec<&[u8]> = folder.split(|byte| *byte == b'/').collect();
    if folder.is_empty() {
        up.clear();
    }
    let down: Vec<&[u8]> = place.split(|byte| *byte == b'/').collect();
    let folders = down.len().saturating_sub(1);
    let both = up.iter().zip(down.iter().take(folders));
    let same = both.take_while(|(one, other)| one == other).count();
    let up = std::iter::repeat_n(&b".."[..], up.len().saturating_sub(same));
    let names: Vec<&[u8]> = up.chain(down.into_iter().skip(same)).collect();
    names.join(&b'/')
}

#[cfg(test)]
mod tests {
    use super::way;

    #[test]
    fn a_link_says_the_way_from_its_folder() {
        for (folder, place, expected) in [
            ("", "a", "a"),
            ("", "a/b", "a/b"),
            ("d", "a", "../a"),
            ("d", "d/a", "a"),
            ("d/e", "d/a", "../a"),
            ("d/e", "d/f/a", "../f/a"),
            ("a/b", "a", "../../a"),
            ("d", "dd/a", "../dd/a"),
        ] {
            let found = way(folder.as_bytes(), place.as_bytes());
            assert_eq!(found, expected.as_bytes(), "{folder} {place}");
        }
    }
}
