//! Comparing by contents alone, where one side is a list of digests: of the
//! files on it, nothing else is known.

use std::{
    collections::HashSet,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use rusqlite::Connection;
use sanchay::{Algorithm, Content, Engine, EntryError, EntryKind, escaped};

use crate::{
    catalog::Catalog,
    diff::{Differences, Placed, Read, add, below, compare, describe, whole},
    error::CatalogError,
    side::{Manifest, Side},
    snapshot::SnapshotOptions,
    version::{FileVersion, bytes_of, path_of},
    wanted::Wanted,
};

impl Catalog {
    /// Compares two sides, one of which is a list at least.
    pub(crate) fn diff_contents(
        &self,
        engine: &Engine,
        a: &Side,
        b: &Side,
        options: &SnapshotOptions,
        on_error: &(impl Fn(EntryError) -> ControlFlow<()> + Sync),
    ) -> Result<Differences, CatalogError> {
        let mut wanted = Wanted::new(engine, [a, b], &options.walk)?;
        let lists = [a, b].map(list_of).into_iter().flatten();
        let listed = lists.flat_map(|list| list.files.first());
        let algorithm = listed.filter_map(|it| of_whole(&it.1)).next();
        let mut summary = None;
        let mut is_placed = false;
        let mut read = |side: &Side, other: &Side| {
            let mut read = match side {
                Side::Manifest(list) => {
                    let (files, is_from_here) = list.beside(other);
                    is_placed |= is_from_here;
                    Read { files, unknown: Vec::new() }
                }
                Side::Snapshot(snapshot) => {
                    let read = |reader: &Connection| whole(reader, snapshot);
                    let read = self.shared().read(read);
                    let files = read.map_err(|error| {
                        let action = "read a snapshot";
                        CatalogError::sqlite(self.path(), action)(error)
                    })?;
                    let files = strip(side, files);
                    Read { files, unknown: Vec::new() }
                }
                Side::Disk(root) => {
                    let hash = algorithm.or(options.hash);
                    let hash = Some(hash.unwrap_or(Algorithm::Xxh3_128));
                    let options = SnapshotOptions { hash, ..options.clone() };
                    let roots = std::slice::from_ref(root);
                    let found =
                        self.on_disk(engine, roots, None, &options, on_error)?;
                    add(&mut summary, &found.summary);
                    let files = strip(side, found.came);
                    Read { files, unknown: found.unknown }
                }
            };
            contents(side, algorithm, &mut read.files)?;
            Ok::<Read, CatalogError>(read)
        };
        let (mut gone, mut came) = (read(a, b)?, read(b, a)?);
        let mut shortened = match is_placed {
            true => Vec::new(),
            false => align((a, &mut gone.files), (b, &mut came.files)),
        };
        shortened.retain(|it| !it.is_empty());
        came.forget_unknown_of(&mut gone, &b.roots());
        gone.forget_unknown_of(&mut came, &a.roots());
        let (mut gone, mut came) = (gone.files, came.files);
        let mut left_out = 0;
        for (side, files) in [(a, &mut gone), (b, &mut came)] {
            let all = files.len();
            wanted.keep(side, files)?;
            if list_of(side).is_some() {
                left_out += all.saturating_sub(files.len()) as u64;
            }
        }
        let contradictory = contradictions([&mut gone, &mut came]);
        Ok(Differences {
            all: compare(gone, came),
            summary,
            other_selection: None,
            left_out,
            contradictory,
            shortened,
        })
    }
}

fn list_of(side: &Side) -> Option<&Manifest> {
    match side {
        Side::Manifest(list) => Some(list),
        Side::Snapshot(_) | Side::Disk(_) => None,
    }
}

/// The function of a digest of a whole file.
fn of_whole(content: &Content) -> Option<Algorithm> {
    match content {
        Content::Whole(algorithm, _) => Some(*algorithm),
        Content::Partial(_) => None,
    }
}

/// Paths below the root, where there is one.
fn strip(side: &Side, files: Vec<Placed>) -> Vec<Placed> {
    match side.roots().as_slice() {
        [root] => below(bytes_of(root), files),
        _ => files,
    }
}

/// Files by their contents, which must be known by one function: this one, if
/// there is one. What is no regular file has none.
fn contents(
    side: &Side,
    algorithm: Option<Algorithm>,
    files: &mut Vec<Placed>,
) -> Result<(), CatalogError> {
    files.retain(|file| file.version.kind == EntryKind::File);
    let mut algorithm = algorithm;
    for file in files {
        let content = file.version.content();
        let made = content.as_ref().and_then(of_whole);
        let known = content.filter(|_| match algorithm {
            Some(algorithm) => made == Some(algorithm),
            None => made.is_some(),
        });
        let Some(content) = known else {
            return Err(CatalogError::NoDigest {
                side: describe(side),
                algorithm: algorithm.unwrap_or(Algorithm::Xxh3_128),
                path: escaped(&file.path).to_string(),
            });
        };
        algorithm = made;
        file.version = FileVersion::of_content(content);
    }
    Ok(())
}

/// Drops what is listed more than once: once where it is listed the same, and
/// altogether where the digests are different. Returns the paths of these.
fn contradictions(sides: [&mut Vec<Placed>; 2]) -> Vec<Vec<u8>> {
    let content = |file: &Placed| file.version.content();
    let mut contradictory: Vec<Vec<u8>> = Vec::new();
    let [gone, came] = sides;
    for files in [&mut *gone, &mut *came] {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.dedup_by(|b, a| a.path == b.path && content(a) == content(b));
        let twice = files.chunk_by(|a, b| a.path == b.path);
        let twice = twice.filter_map(|same| match same {
            [one, _, ..] => Some(one.path.clone()),
            _ => None,
        });
        contradictory.extend(twice);
    }
    contradictory.sort_unstable();
    contradictory.dedup();
    if !contradictory.is_empty() {
        for files in [gone, came] {
            files.retain(|it| contradictory.binary_search(&it.path).is_err());
        }
    }
    contradictory
}

impl Manifest {
    /// Its files, with paths as the other side has them: below its root. They
    /// are taken from the current directory, and if none of them is below the
    /// root then, as they are. Whether they were taken from there.
    fn beside(&self, other: &Side) -> (Vec<Placed>, bool) {
        let roots = other.roots();
        let placed = |path: Vec<u8>, content: &Content| Placed {
            path,
            version: FileVersion::of_content(*content),
        };
        let plain = |path: &[u8]| {
            let rest = path.strip_prefix(b"./").unwrap_or(path);
            rest.to_vec()
        };
        let whole = |path: &[u8]| -> PathBuf {
            let path = path_of(path);
            sanchay::storage::absolute(&path).unwrap_or(path)
        };
        let within = |path: &Path| match roots.as_slice() {
            [root] => path.starts_with(root),
            roots => !roots.is_empty(),
        };
        let is_from_here =
            self.files.iter().any(|(path, _)| within(&whole(path)));
        let files = self.files.iter().map(|(path, content)| {
            let path = match is_from_here {
                true => bytes_of(&whole(path)).to_vec(),
                false => plain(path),
            };
            placed(path, content)
        });
        let files = files.collect();
        match is_from_here {
            true => (strip(other, files), true),
            false => (files, false),
        }
    }
}

/// How many of the folders that all paths of a list share may be left out.
const MOST_FOLDERS: usize = 64;

/// Makes the paths of lists those of the other side, where a list was made of
/// another place: of the folders that all its paths share, it leaves out as
/// many as make most of the paths those of files of the other side. Returns
/// what it left out.
fn align(
    (a, gone): (&Side, &mut Vec<Placed>),
    (b, came): (&Side, &mut Vec<Placed>),
) -> Vec<Vec<u8>> {
    let fits = match (list_of(a), list_of(b)) {
        (Some(_), None) => return fit(gone, came).into_iter().collect(),
        (None, Some(_)) => return fit(came, gone).into_iter().collect(),
        _ => fit(gone, came).or_else(|| fit(came, gone)),
    };
    if let Some(left_out) = fits {
        return vec![left_out];
    }
    // Two lists, each of a folder of another name.
    let (short_gone, short_came) = (shared(gone), shared(came));
    let paths: HashSet<&[u8]> =
        came.iter().map(|it| without(&it.path, short_came)).collect();
    if !gone.iter().any(|it| paths.contains(without(&it.path, short_gone))) {
        return Vec::new();
    }
    drop(paths);
    vec![shorten(gone, short_gone), shorten(came, short_came)]
}

/// The folders, of those that all paths of a list share, that are left out so
/// that most of them are those of files of the other side; `None` where none
/// ever is.
fn fit(list: &mut [Placed], others: &[Placed]) -> Option<Vec<u8>> {
    let paths: HashSet<&[u8]> =
        others.iter().map(|it| it.path.as_slice()).collect();
    let begin = list.first().map_or(&[][..], |it| &it.path);
    let begin = begin.split_at_checked(shared(list));
    let begin = begin.map_or(&[][..], |it| it.0).iter().enumerate();
    let slashes = begin.filter(|(_, byte)| **byte == b'/');
    let ends = slashes.map(|(at, _)| at + 1).take(MOST_FOLDERS);
    let (mut best, mut most) = (0, 0);
    for end in std::iter::once(0).chain(ends) {
        let is_there = |it: &&Placed| paths.contains(without(&it.path, end));
        let count = list.iter().filter(is_there).count();
        if count > most {
            (best, most) = (end, count);
        }
    }
    (most > 0).then(|| shorten(list, best))
}

/// The length of the folders that all paths share, with a slash at the end.
fn shared(files: &[Placed]) -> usize {
    let folder = |path: &[u8]| {
        let slash = path.iter().rposition(|byte| *byte == b'/');
        slash.map_or(0, |at| at + 1)
    };
    let Some(first) = files.first().map(|it| it.path.as_slice()) else {
        return 0;
    };
    files.iter().fold(folder(first), |length, file| {
        let same = first.iter().zip(&file.path).take(length);
        let same = same.take_while(|(a, b)| a == b).count();
        first.get(..same).map_or(0, folder)
    })
}

fn without(path: &[u8], folders: usize) -> &[u8] {
    path.get(folders..).unwrap_or(path)
}

/// Leaves out folders, and returns what these were.
fn shorten(files: &mut [Placed], folders: usize) -> Vec<u8> {
    let first = files.first().and_then(|it| it.path.get(..folders));
    let left_out = first.unwrap_or_default().to_vec();
    if folders > 0 {
        for file in files {
            file.path = without(&file.path, folders).to_vec();
        }
    }
    left_out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::tests::version;

    fn files(paths: &[&str]) -> Vec<Placed> {
        let placed = |path: &&str| Placed {
            path: path.as_bytes().to_vec(),
            version: version(1, 5, 10, None),
        };
        paths.iter().map(placed).collect()
    }

    fn fitted(list: &[&str], others: &[&str]) -> Vec<String> {
        let mut list = files(list);
        fit(&mut list, &files(others));
        let paths = list.into_iter().map(|it| it.path);
        paths.map(|it| String::from_utf8(it).unwrap()).collect()
    }

    #[test]
    fn as_many_folders_are_left_out_as_make_most_paths_fit() {
        let list = ["photos/2024/a", "photos/2024/b", "photos/c"];
        assert_eq!(fitted(&list, &["2024/a", "c"]), ["2024/a", "2024/b", "c"]);
        assert_eq!(fitted(&list, &["photos/c", "x"]), list);
        assert_eq!(fitted(&list, &["x"]), list);
        // Only what all of them share.
        assert_eq!(fitted(&list, &["a", "b"]), list);
        let whole = ["/mnt/card/a", "/mnt/card/d/b"];
        assert_eq!(fitted(&whole, &["a", "d/b"]), ["a", "d/b"]);
        assert_eq!(fitted(&whole, &["card/a"]), ["card/a", "card/d/b"]);
        assert_eq!(fitted(&[], &["x"]), [""; 0]);
    }
}
