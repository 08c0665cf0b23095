//! Folders by the numbers that a catalog has for them. Each is kept by its
//! name and its parent's number, so that no path is kept twice.

use std::{collections::HashMap, sync::Arc};

use rusqlite::{Connection, OptionalExtension as _, params};

/// The number of what has no parent: the roots of snapshots, whose names are
/// whole paths.
const NONE: i64 = 0;

/// How many folders are remembered at most.
const MOST: usize = 65_536;

/// How many bytes the paths take up at most that are remembered.
const MOST_BYTES: usize = 64 << 20;

/// How many folders lie in each other at most, and how long their paths are:
/// walks enter nothing whose path below its root is longer than 65,536 bytes.
const DEEPEST: usize = 65_536;
const LONGEST: usize = 128 << 10;

/// Of a chain of so many folders at most, all are remembered, and of a longer
/// one each of that many: the paths of all together grow with its square.
const SHORT: usize = 64;

/// Numbers of folders that were asked for before.
#[derive(Default)]
pub(crate) struct Folders {
    /// By the number of the folder above, and the name in it.
    known: HashMap<(i64, Box<[u8]>), Option<i64>>,
    last: Way,
}

/// The way to the folder that was asked for last. A walk goes from a folder to
/// one nearby: most of the way is the same.
#[derive(Default)]
struct Way {
    path: Vec<u8>,
    root: usize,
    /// Where each folder on the way ends in the path, and its number.
    steps: Vec<(usize, i64)>,
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
        let mut way = std::mem::take(&mut self.last);
        way.turn_to(folder);
        let path = &*folder.path;
        loop {
            let (end, above) = way.steps.last().copied().unwrap_or((0, NONE));
            let begin = match above {
                NONE => 0,
                _ => end + usize::from(path.get(end) == Some(&b'/')),
            };
            if above != NONE && begin >= path.len() {
                self.last = way;
                return Ok(Some(above));
            }
            let rest = path.get(begin..).unwrap_or_default();
            let length = match above {
                NONE => folder.root,
                _ => rest
                    .iter()
                    .position(|it| *it == b'/')
                    .unwrap_or(rest.len()),
            };
            let end = begin.saturating_add(length);
            let name = path.get(begin..end).unwrap_or_default();
            match self.child(connection, above, name, adds)? {
                Some(number) => way.steps.push((end, number)),
                None => {
                    self.last = way;
                    return Ok(None);
                }
            }
        }
    }

    /// The number of a folder in another one, as it is remembered or is in
    /// the database.
    fn child(
        &mut self,
        connection: &Connection,
        parent: i64,
        name: &[u8],
        adds: bool,
    ) -> rusqlite::Result<Option<i64>> {
        let place = (parent, Box::from(name));
        match self.known.get(&place) {
            Some(None) if adds => {}
            Some(known) => return Ok(*known),
            None => {}
        }
        let number = child(connection, parent, name, adds)?;
        if self.known.len() >= MOST {
            self.known.clear();
        }
        self.known.insert(place, number);
        Ok(number)
    }
}

impl Way {
    /// Keeps of the way what leads to another folder as well.
    fn turn_to(&mut self, folder: &Folder) {
        let path = &*folder.path;
        if self.root != folder.root {
            self.steps.clear();
        }
        let both = self.path.iter().zip(path);
        let same = both.take_while(|(a, b)| a == b).count();
        let is_name_end = |at: usize| {
            // The root directory ends in its slash.
            path.get(..at).is_some_and(|it| it.ends_with(b"/"))
                || matches!(path.get(at), None | Some(b'/'))
        };
        while let Some((end, _)) = self.steps.last()
            && (*end > same || !is_name_end(*end))
        {
            self.steps.pop();
        }
        self.path.truncate(same);
        self.path.extend_from_slice(path.get(same..).unwrap_or_default());
        self.root = folder.root;
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
    /// How many bytes those take up.
    bytes: usize,
}

impl Paths {
    /// A folder's path.
    ///
    /// Folders that lie in each other without end, or too deep for any walk,
    /// are damage.
    pub(crate) fn get(
        &mut self,
        connection: &Connection,
        number: i64,
    ) -> rusqlite::Result<Arc<[u8]>> {
        let mut below = Vec::new();
        let (mut at, mut length) = (number, 0_usize);
        let mut path: Vec<u8> = loop {
            if let Some(known) = self.known.get(&at) {
                if below.is_empty() {
                    return Ok(Arc::clone(known));
                }
                break known.to_vec();
            }
            let ask = "SELECT parent, name FROM folders WHERE id = ?1";
            let mut statement = connection.prepare_cached(ask)?;
            let (parent, name): (i64, Vec<u8>) = statement
                .query_row([at], |row| Ok((row.get(0)?, row.get(1)?)))?;
            length = length.saturating_add(name.len()).saturating_add(1);
            below.push((at, name));
            if parent == NONE {
                break Vec::new();
            }
            if below.len() > DEEPEST || length > LONGEST {
                return Err(endless());
            }
            at = parent;
        };
        let stride = if below.len() <= SHORT { 1 } else { SHORT };
        for (index, (number, name)) in below.into_iter().rev().enumerate() {
            if !path.is_empty() && !path.ends_with(b"/") {
                path.push(b'/');
            }
            path.extend_from_slice(&name);
            if index % stride == 0 {
                self.remember(number, path.as_slice().into());
            }
        }
        if path.len() > LONGEST {
            return Err(endless());
        }
        let path: Arc<[u8]> = path.into();
        self.remember(number, Arc::clone(&path));
        Ok(path)
    }

    fn remember(&mut self, number: i64, path: Arc<[u8]>) {
        if self.bytes.saturating_add(path.len()) > MOST_BYTES {
            self.known.clear();
            self.bytes = 0;
        }
        self.bytes += path.len();
        if let Some(before) = self.known.insert(number, path) {
            self.bytes = self.bytes.saturating_sub(before.len());
        }
    }
}

/// Folders that cannot be.
fn endless() -> rusqlite::Error {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
    let why = "its folders lie in each other deeper than any walk goes";
    rusqlite::Error::SqliteFailure(code, Some(why.to_owned()))
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
    /// Folders that lie in each other, each with a name of one byte.
    fn chain(database: &Connection, count: i64) {
        let add = "INSERT INTO folders (parent, name) \
                   WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL \
                   SELECT i + 1 FROM n WHERE i + 1 < ?1) \
                   SELECT i, CASE i WHEN 0 THEN x'2f72' ELSE x'64' END FROM n";
        database.execute(add, [count]).unwrap();
    }

    #[test]
    fn folders_that_lie_deep_in_each_other_cost_no_more_than_their_paths() {
        let mut database = Connection::open_in_memory().unwrap();
        migrate(&mut database).unwrap();
        chain(&database, 30_000);
        let mut paths = Paths::default();
        let deepest = paths.get(&database, 30_000).unwrap();
        assert_eq!(deepest.len(), 2 + 2 * 29_999);
        for (number, length) in (1..=30_000).zip((2..).step_by(2)).step_by(99)
        {
            let path = paths.get(&database, number).unwrap();
            assert_eq!(path.len(), length);
        }
        assert!(paths.bytes <= MOST_BYTES);
        let mut folders = Folders::default();
        for (length, expected) in
            [(60_000, 30_000), (59_998, 29_999), (600, 300), (60_000, 30_000)]
        {
            let path = &deepest[..length];
            let number = folders.find(&database, &Folder::new(path, b"/r"));
            assert_eq!(number.unwrap(), Some(expected));
        }
        let new = Folder::new(&join(&deepest, b"e"), b"/r");
        assert_eq!(folders.find(&database, &new).unwrap(), None);
        let number = folders.find_or_add(&database, &new).unwrap();
        assert_eq!(folders.find(&database, &new).unwrap(), Some(number));
    }

    #[test]
    fn folders_deeper_than_any_walk_and_circles_are_damage() {
        let mut database = Connection::open_in_memory().unwrap();
        migrate(&mut database).unwrap();
        chain(&database, 200_000);
        let mut paths = Paths::default();
        let code = |found: rusqlite::Result<Arc<[u8]>>| {
            found.unwrap_err().sqlite_error_code()
        };
        let damage = Some(rusqlite::ErrorCode::DatabaseCorrupt);
        assert_eq!(code(paths.get(&database, 200_000)), damage);
        let circle = "UPDATE folders SET parent = 9 WHERE id = 1";
        database.execute_batch(circle).unwrap();
        assert_eq!(code(paths.get(&database, 9)), damage);
    }

    #[test]
    fn the_way_to_a_folder_does_not_lead_to_one_whose_name_only_begins_so() {
        let mut database = Connection::open_in_memory().unwrap();
        migrate(&mut database).unwrap();
        let mut folders = Folders::default();
        let paths: [&[u8]; 6] =
            [b"/r/ab/c", b"/r/ab", b"/r/a", b"/r/abc", b"/r/a/b", b"/r"];
        let mut numbers = Vec::new();
        for path in paths {
            let folder = Folder::new(path, b"/r");
            numbers.push(folders.find_or_add(&database, &folder).unwrap());
        }
        for (path, number) in paths.into_iter().zip(&numbers) {
            let back = Paths::default().get(&database, *number).unwrap();
            assert_eq!(&*back, path);
        }
        let top = folders.find_or_add(&database, &Folder::new(b"/", b"/"));
        assert!(!numbers.contains(&top.unwrap()));
        let below = Folder::new(b"/r/ab", b"/");
        let below = folders.find_or_add(&database, &below).unwrap();
        assert!(!numbers.contains(&below));
    }
}
