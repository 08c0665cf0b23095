//! Folders with what is known of each of them: sums are added where they
//! belong, and then to all that is above.

use std::collections::HashMap;

/// How many folders are told apart. What lies in others counts for the one
/// above that is known.
const MOST: usize = 200_000;

/// What can be added up.
pub(crate) trait Sum: Clone + Default {
    /// Adds another.
    fn add(&mut self, other: &Self);
}

/// A folder.
#[derive(Clone, Debug)]
pub(crate) struct Folder<V> {
    /// The number of the folder that it is in; that of the top is its own.
    pub(crate) parent: usize,
    /// Its name; of a root, the whole path.
    pub(crate) name: Box<[u8]>,
    /// What is directly in it.
    pub(crate) own: V,
    /// What is in it, at any depth.
    pub(crate) all: V,
}

/// Folders that are being filled.
#[derive(Debug)]
pub(crate) struct Filling<V> {
    folders: Vec<Folder<V>>,
    known: HashMap<(usize, Box<[u8]>), usize>,
    /// The folder that was asked for last.
    last: (Vec<u8>, usize),
    most: usize,
}

/// Folders that are complete: those above come before those in them.
#[derive(Debug)]
pub(crate) struct FolderTree<V> {
    folders: Vec<Folder<V>>,
    /// Which folders are in each.
    within: Vec<Vec<usize>>,
}

impl<V: Sum> Default for Filling<V> {
    fn default() -> Self {
        Self::with_room(MOST)
    }
}

impl<V: Sum> Filling<V> {
    fn with_room(most: usize) -> Self {
        let top = Folder {
            parent: 0,
            name: Box::default(),
            own: V::default(),
            all: V::default(),
        };
        Self {
            folders: vec![top],
            known: HashMap::new(),
            last: (Vec::new(), 0),
            most,
        }
    }

    /// Adds something to the folder of that path: that of a root, if it lies
    /// in one, or else one that begins at the top.
    pub(crate) fn add(&mut self, root: Option<&[u8]>, path: &[u8], what: &V) {
        let path = trimmed(path);
        if self.last.0 != path || path.is_empty() {
            let at = self.find_or_make(root.map(trimmed), path);
            self.last = (path.to_vec(), at);
        }
        if let Some(folder) = self.folders.get_mut(self.last.1) {
            folder.own.add(what);
        }
    }

    fn find_or_make(&mut self, root: Option<&[u8]>, path: &[u8]) -> usize {
        let below = root.and_then(|root| below(path, root));
        let (mut at, rest) = match (root, below) {
            (Some(root), Some(rest)) => (self.child(0, root), rest),
            _ => (Some(0), path),
        };
        for name in rest.split(|byte| *byte == b'/') {
            let Some(folder) = at else { break };
            if name.is_empty() {
                continue;
            }
            match self.child(folder, name) {
                Some(child) => at = Some(child),
                // There is no room for more: it counts here.
                None => break,
            }
        }
        at.unwrap_or(0)
    }

    /// A folder in a folder; `None` where there is no room for another.
    fn child(&mut self, parent: usize, name: &[u8]) -> Option<usize> {
        let key = (parent, Box::from(name));
        if let Some(known) = self.known.get(&key) {
            return Some(*known);
        }
        if self.folders.len() >= self.most {
            return None;
        }
        let number = self.folders.len();
        self.folders.push(Folder {
            parent,
            name: Box::from(name),
            own: V::default(),
            all: V::default(),
        });
        self.known.insert(key, number);
        Some(number)
    }

    /// The folders with all sums.
    pub(crate) fn finish(mut self) -> FolderTree<V> {
        let count = self.folders.len();
        let mut within = vec![Vec::new(); count];
        for number in (0..count).rev() {
            let Some(folder) = self.folders.get_mut(number) else { continue };
            let own = folder.own.clone();
            folder.all.add(&own);
            let (parent, all) = (folder.parent, folder.all.clone());
            if number == 0 {
                break;
            }
            if let Some(above) = self.folders.get_mut(parent) {
                above.all.add(&all);
            }
            if let Some(within) = within.get_mut(parent) {
                within.push(number);
            }
        }
        FolderTree { folders: self.folders, within }
    }
}

impl<V> FolderTree<V> {
    /// A folder; the top has the number 0.
    pub(crate) fn get(&self, number: usize) -> Option<&Folder<V>> {
        self.folders.get(number)
    }

    /// The folders in a folder.
    pub(crate) fn within(&self, number: usize) -> &[usize] {
        self.within.get(number).map_or(&[], Vec::as_slice)
    }

    /// The folder of a path; the top for an empty one.
    pub(crate) fn find(&self, path: &[u8]) -> Option<usize> {
        let path = trimmed(path);
        if path.is_empty() {
            return Some(0);
        }
        // What is in the top may be a root, whose name is a path.
        let tops = self.within(0).iter().filter_map(|number| {
            let name = &self.get(*number)?.name;
            Some((*number, name.len(), below(path, name)?))
        });
        let (mut at, _, rest) = tops.max_by_key(|(_, length, _)| *length)?;
        for name in rest.split(|byte| *byte == b'/') {
            if name.is_empty() {
                continue;
            }
            let child = self.within(at).iter().copied().find(|child| {
                self.get(*child).is_some_and(|it| *it.name == *name)
            });
            at = child?;
        }
        Some(at)
    }

    /// The path of a folder; empty for the top.
    pub(crate) fn path(&self, number: usize) -> Vec<u8> {
        let mut names = Vec::new();
        let mut at = number;
        while at != 0
            && let Some(folder) = self.get(at)
        {
            names.push(&*folder.name);
            at = folder.parent;
        }
        let mut path = Vec::new();
        for name in names.into_iter().rev() {
            if !path.is_empty() && !path.ends_with(b"/") {
                path.push(b'/');
            }
            path.extend_from_slice(name);
        }
        path
    }
}

/// What follows a folder in a path, if the path is that folder or lies in it.
fn below<'p>(path: &'p [u8], folder: &[u8]) -> Option<&'p [u8]> {
    let rest = path.strip_prefix(folder)?;
    (rest.is_empty() || rest.starts_with(b"/") || folder.ends_with(b"/"))
        .then_some(rest)
}

/// The folder of a path; nothing for a name alone.
pub(crate) fn folder_of(path: &[u8]) -> &[u8] {
    let slash = path.iter().rposition(|byte| *byte == b'/');
    slash.and_then(|at| path.get(..at.max(1))).unwrap_or_default()
}

/// A path without the slash at its end, but for the root directory.
fn trimmed(path: &[u8]) -> &[u8] {
    match path.strip_suffix(b"/") {
        None | Some(b"") => path,
        Some(rest) => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Sum for u64 {
        fn add(&mut self, other: &Self) {
            *self += other;
        }
    }

    #[test]
    fn sums_of_folders_have_all_that_is_below() {
        let mut filling = Filling::<u64>::default();
        let root = Some(&b"/srv/a"[..]);
        for (path, value) in [
            ("/srv/a", 1),
            ("/srv/a/x/y", 10),
            ("/srv/a/x", 100),
            ("/srv/a/x/y/", 1000),
            ("/srv/a/x2", 5),
        ] {
            filling.add(root, path.as_bytes(), &value);
        }
        filling.add(Some(b"/"), b"/etc", &7);
        filling.add(None, b"rel/ative", &2);
        let tree = filling.finish();
        let all = |path: &str| {
            let number = tree.find(path.as_bytes())?;
            assert_eq!(tree.path(number), path.as_bytes());
            tree.get(number).map(|it| (it.own, it.all))
        };
        assert_eq!(all(""), Some((0, 1125)));
        assert_eq!(all("/srv/a"), Some((1, 1116)));
        assert_eq!(all("/srv/a/x"), Some((100, 1110)));
        assert_eq!(all("/srv/a/x/y"), Some((1010, 1010)));
        assert_eq!(all("/srv/a/x2"), Some((5, 5)));
        assert_eq!(all("/etc"), Some((7, 7)));
        assert_eq!(all("rel"), Some((0, 2)));
        assert_eq!(all("/srv"), None);
        assert_eq!(all("/srv/a/z"), None);
    }

    #[test]
    fn without_room_for_a_folder_the_one_above_has_what_is_in_it() {
        let mut filling = Filling::<u64>::with_room(3);
        for path in ["/r/a", "/r/b/c", "/r/a/d"] {
            filling.add(Some(b"/r"), path.as_bytes(), &1);
        }
        let tree = filling.finish();
        let own =
            |path: &[u8]| tree.get(tree.find(path).unwrap()).unwrap().own;
        assert_eq!((own(b"/r"), own(b"/r/a")), (1, 2));
        assert_eq!(tree.get(0).unwrap().all, 3);
    }

    #[test]
    fn the_folder_of_a_path_is_what_is_above_its_name() {
        for (path, folder) in
            [("a/b", "a"), ("a", ""), ("/a", "/"), ("/a/b/c", "/a/b")]
        {
            assert_eq!(folder_of(path.as_bytes()), folder.as_bytes());
        }
    }
}
