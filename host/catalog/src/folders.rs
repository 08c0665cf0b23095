//! Folders by the numbers that a catalog has for them. Each is kept by its
//! name and its parent's number, so that no path is kept twice.

use std::{collections::HashMap, sync::Arc};

use rusqlite::{Connection, OptionalExtension as _, params};

/// The number of what has no parent: the roots of snapshots, whose names are
/// whole paths.
const NONE: i64 = 0;

/// How many folders are remembered at most.
const MOST: usize = 65_536;

/// Numbers of folders that were asked for before.
#[derive(Default)]
pub(crate) struct Folders {
    known: HashMap<Box<[u8]>, Option<i64>>,
}

/// A folder: its path, and how much of that is the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Folder {
    pub(crate) path: Arc<[u8]>,
    pub(crate) root: usize,
}

impl Folder {
    /// The folder of that path below a root. Neither ends in a slash, but for
    /// the root directory.
    pub(crate) fn new(path: &[u8], root: &[u8]) -> Self {
        let path = trimmed(path);
        let root = trimmed(root).len().min(path.len());
        Self { path: path.into(), root }
    }

    /// The folder that it is in, and its name there; `None` for a root.
    fn split(&self) -> Option<(Self, &[u8])> {
        if self.path.len() <= self.root {
            return None;
        }
        let (above, name) = split(&self.path)?;
        let above = above.get(..above.len().max(self.root))?;
        Some((Self { path: above.into(), root: self.root }, name))
    }
}

/// A path without the slash at its end.
pub(crate) fn trimmed(path: &[u8]) -> &[u8] {
    match path.strip_suffix(b"/") {
        Some(b"") | None => path,
        Some(rest) => rest,
    }
}

/// What precedes the last name of a path, and that name.
pub(crate) fn split(path: &[u8]) -> Option<(&[u8], &[u8])> {
    let slash = path.iter().rposition(|byte| *byte == b'/')?;
    let above = if slash == 0 { path.get(..1)? } else { path.get(..slash)? };
    Some((above, path.get(slash + 1..)?))
}

/// A folder's path with a name behind it.
pub(crate) fn join(folder: &[u8], name: &[u8]) -> Vec<u8> {
    match folder.ends_with(b"/") {
        true => [folder, name].concat(),
        false => [folder, b"/", name].concat(),
    }
}

impl Folders {
    /// A folder's number, if it was seen before.
    pub(crate) fn find(
        &mut self,
        connection: &Connection,
        folder: &Folder,
    ) -> rusqlite::Result<Option<i64>> {
        self.number(connection, folder, false)
    }

    /// A folder's number, which it is given if it has none.
    pub(crate) fn find_or_add(
        &mut self,
        connection: &Connection,
        folder: &Folder,
    ) -> rusqlite::Result<i64> {
        let number = self.number(connection, folder, true)?;
        number.ok_or(rusqlite::Error::QueryReturnedNoRows)
    }

    fn number(
        &mut self,
        connection: &Connection,
        folder: &Folder,
        adds: bool,
    ) -> rusqlite::Result<Option<i64>> {
        // From the folder up to one whose number is known, and down again.
        let mut below = Vec::new();
        let mut at = folder.clone();
        let mut number = loop {
            match self.known.get(&*at.path) {
                Some(None) if adds => {}
                Some(known) => break *known,
                None => {}
            }
            let Some((above, name)) = at.split() else {
                let number = child(connection, NONE, &at.path, adds)?;
                self.remember(&at.path, number);
                break number;
            };
            below.push((Arc::clone(&at.path), name.to_vec()));
            at = above;
        };
        for (path, name) in below.into_iter().rev() {
            number = match number {
                Some(parent) => child(connection, parent, &name, adds)?,
                None => None,
            };
            self.remember(&path, number);
        }
        Ok(number)
    }

    fn remember(&mut self, path: &[u8], number: Option<i64>) {
        if self.known.len() >= MOST {
            self.known.clear();
        }
        self.known.insert(path.into(), number);
    }
}

fn child(
    connection: &Connection,
    parent: i64,
    name: &[u8],
    adds: bool,
) -> rusqlite::Result<Option<i64>> {
    let ask = "SELECT id FROM folders WHERE parent = ?1 AND name = ?2";
    let mut statement = connection.prepare_cached(ask)?;
    let found = statement.query_row(params![parent, name], |row| row.get(0));
    if let Some(number) = found.optional()? {
        return Ok(Some(number));
    }
    if !adds {
        return Ok(None);
    }
    let add = "INSERT INTO folders (parent, name) VALUES (?1, ?2)";
    connection.prepare_cached(add)?.execute(params![parent, name])?;
    Ok(Some(connection.last_insert_rowid()))
}

/// The paths of folders, by their numbers.
#[derive(Default)]
pub(crate) struct Paths {
    known: HashMap<i64, Arc<[u8]>>,
}

impl Paths {
    /// A folder's path.
    pub(crate) fn get(
        &mut self,
        connection: &Connection,
        number: i64,
    ) -> rusqlite::Result<Arc<[u8]>> {
        let mut below = Vec::new();
        let mut at = number;
        let mut path: Arc<[u8]> = loop {
            if let Some(known) = self.known.get(&at) {
                break Arc::clone(known);
            }
            let ask = "SELECT parent, name FROM folders WHERE id = ?1";
            let mut statement = connection.prepare_cached(ask)?;
            let (parent, name): (i64, Vec<u8>) = statement
                .query_row([at], |row| Ok((row.get(0)?, row.get(1)?)))?;
            below.push((at, name));
            if parent == NONE || below.len() > MOST {
                break Arc::from(&b""[..]);
            }
            at = parent;
        };
        for (number, name) in below.into_iter().rev() {
            path = match path.is_empty() {
                true => name.into(),
                false => join(&path, &name).into(),
            };
            self.known.insert(number, Arc::clone(&path));
        }
        Ok(path)
    }
}

/// The numbers of all folders that have a path: one below each root that it
/// lies in.
pub(crate) fn all_of_path(
    connection: &Connection,
    path: &[u8],
) -> rusqlite::Result<Vec<i64>> {
    let mut found = Vec::new();
    let mut folders = Folders::default();
    let mut root = trimmed(path);
    loop {
        let folder = Folder { path: trimmed(path).into(), root: root.len() };
        // Numbers depend on the root: what is remembered is of another one.
        folders.known.clear();
        found.extend(folders.find(connection, &folder)?);
        match split(root) {
            Some((above, _)) if above.len() < root.len() => root = above,
            _ => return Ok(found),
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;
    use crate::schema::migrate;

    #[test]
    fn folders_have_one_number_each_and_their_paths_come_back() {
        let mut database = Connection::open_in_memory().unwrap();
        migrate(&mut database).unwrap();
        let mut folders = Folders::default();
        let mut numbers = Vec::new();
        let all: [(&[u8], &[u8]); 7] = [
            (b"/r", b"/r"),
            (b"/r/a", b"/r"),
            (b"/r/a/b\xff", b"/r/"),
            (b"/", b"/"),
            (b"/r", b"/"),
            (b"/r/a/", b"/"),
            (b"/r/a", b"/r/a"),
        ];
        for (path, root) in all {
            // Roots that lie in each other are of different snapshots.
            folders.known.clear();
            let folder = Folder::new(path, root);
            assert_eq!(folders.find(&database, &folder).unwrap(), None);
            let number = folders.find_or_add(&database, &folder).unwrap();
            let again = folders.find(&database, &folder).unwrap();
            assert_eq!(again, Some(number));
            let mut paths = Paths::default();
            let back = paths.get(&database, number).unwrap();
            assert_eq!(&*back, trimmed(path));
            assert!(!numbers.contains(&number));
            numbers.push(number);
        }
        let of_path = all_of_path(&database, b"/r/a").unwrap();
        assert_eq!(of_path, [6, 1, 5].map(|at| numbers[at]));
        assert!(all_of_path(&database, b"/r/c").unwrap().is_empty());
    }
}
