//! What became of files between two snapshots, or a snapshot and the disk.
//!
//! Two snapshots of one series share the rows of all files that are the same
//! in both: only the others are looked at.

use std::{
    collections::HashMap, ops::ControlFlow, path::PathBuf, sync::Mutex,
};

use rusqlite::Connection;
use sanchay::{Content, Engine, EntryError, Summary, WalkOptions};
use sanchay_core::record::Change;

use crate::{
    catalog::Catalog,
    error::CatalogError,
    folders::{Paths, join},
    observe::{Base, Observation, Observed, Seen, Sink, Unknown},
    side::Side,
    snapshot::{Snapshot, SnapshotOptions, selection, shown, walk},
    version::{COLUMNS, FileVersion, bytes_of},
    wanted::Wanted,
};

/// How many bytes the paths of one side may take up.
const MOST_BYTES: usize = 2 << 30;

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// What became of it.
    pub change: Change,
    /// Its path: below the root where both sides have a single one, and else
    /// absolute. The one that it had where it was deleted.
    pub path: Vec<u8>,
    /// The path that it had, where it moved.
    pub from: Option<Vec<u8>>,
    /// What it is; what it was, where it was deleted.
    pub version: FileVersion,
    /// How many bytes it had before, where it was there.
    pub before: Option<u64>,
}

/// What a comparison came to.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Differences {
    /// What became of files, by path.
    pub all: Vec<Difference>,
    /// What was done on disk, if one side is there.
    pub summary: Option<Summary>,
    /// Which files a snapshot has, where others were asked for on disk.
    pub other_selection: Option<String>,
    /// How many files of a list the filter leaves out.
    pub left_out: u64,
    /// The paths that a list has several different digests of: nothing is
    /// told of these.
    pub contradictory: Vec<Vec<u8>>,
    /// What the paths of lists begin with and were taken without, as they are
    /// of another place than the other side.
    pub shortened: Vec<Vec<u8>>,
}

/// A file at its place.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    pub(crate) path: Vec<u8>,
    pub(crate) version: FileVersion,
}

impl Catalog {
    /// Compares two sides: what the filter of `options` lets through of each.
    /// Without a side on disk, hidden files and all kinds are compared unless
    /// the filter says otherwise. The rest of the walk is for what is on disk,
    /// and so is the hash; a file whose digest is known is not read for it if
    /// the engine has a cache.
    ///
    /// What cannot be read on one side is told as an error, and not as new or
    /// deleted.
    ///
    /// # Errors
    /// [`CatalogError::Incomparable`] for snapshots of different roots, unless
    /// they have one each; [`CatalogError::FiltersList`] and
    /// [`CatalogError::FiltersSnapshot`] for a filter of what a side does not
    /// tell.
    pub fn diff(
        &self,
        engine: &Engine,
        a: &Side,
        b: &Side,
        options: &SnapshotOptions,
        on_error: impl Fn(EntryError) -> ControlFlow<()> + Sync,
    ) -> Result<Differences, CatalogError> {
        let failed = |error| {
            CatalogError::sqlite(self.path(), "read a snapshot")(error)
        };
        let (roots_a, roots_b) = (a.roots(), b.roots());
        if roots_a != roots_b && roots_a.len().max(roots_b.len()) > 1 {
            let (a, b) = (describe(a), describe(b));
            return Err(CatalogError::Incomparable { a, b });
        }
        let lists = [a, b].map(|it| matches!(it, Side::Manifest(_)));
        if lists.contains(&true) {
            return self.diff_contents(engine, a, b, options, &on_error);
        }
        let other_selection = other_selection(a, b, &options.walk);
        let strip = |roots: &[PathBuf], files: Vec<Placed>| match roots {
            [root] => below(bytes_of(root), files),
            _ => files,
        };
        let both =
            |(gone, came)| (strip(&roots_a, gone), strip(&roots_b, came));
        let mut wanted = Wanted::new(engine, [a, b], &options.walk)?;
        let mut summary = None;
        let (mut gone, mut came) = match (a, b) {
            (Side::Snapshot(a), Side::Snapshot(b)) if a.series == b.series => {
                let read = |reader: &Connection| between(reader, a, b);
                both(self.shared().read(read).map_err(failed)?)
            }
            (Side::Snapshot(a), Side::Disk(_)) if roots_a == roots_b => {
                let base = Some(a.base());
                let found =
                    self.on_disk(engine, &roots_b, base, options, &on_error)?;
                summary = Some(found.summary);
                both((found.gone, found.came))
            }
            (Side::Disk(_), Side::Snapshot(b)) if roots_a == roots_b => {
                let base = Some(b.base());
                let found =
                    self.on_disk(engine, &roots_a, base, options, &on_error)?;
                summary = Some(found.summary);
                both((found.came, found.gone))
            }
            (a, b) => {
                let mut all = |side: &Side| -> Result<Read, CatalogError> {
                    let snapshot = match side {
                        Side::Snapshot(snapshot) => snapshot,
                        // These were compared by their contents.
                        Side::Manifest(_) => return Ok(Read::default()),
                        Side::Disk(root) => {
                            let roots = std::slice::from_ref(root);
                            let found = self.on_disk(
                                engine, roots, None, options, &on_error,
                            )?;
                            add(&mut summary, &found.summary);
                            let OnDisk { came: files, unknown, .. } = found;
                            return Ok(Read { files, unknown });
                        }
                    };
                    let read = |reader: &Connection| whole(reader, snapshot);
                    let files = self.shared().read(read).map_err(failed)?;
                    Ok(Read { files, unknown: Vec::new() })
                };
                let (mut gone, mut came) = (all(a)?, all(b)?);
                gone.files = strip(&roots_a, gone.files);
                came.files = strip(&roots_b, came.files);
                came.forget_unknown_of(&mut gone, &roots_b);
                gone.forget_unknown_of(&mut came, &roots_a);
                (gone.files, came.files)
            }
        };
        wanted.keep(a, &mut gone)?;
        wanted.keep(b, &mut came)?;
        let all = compare(gone, came);
        Ok(Differences {
            all,
            summary,
            other_selection,
            ..Differences::default()
        })
    }

    /// What is on disk and not in a snapshot, and the other way round.
    pub(crate) fn on_disk(
        &self,
        engine: &Engine,
        roots: &[PathBuf],
        base: Option<Base>,
        options: &SnapshotOptions,
        on_error: &(impl Fn(EntryError) -> ControlFlow<()> + Sync),
    ) -> Result<OnDisk, CatalogError> {
        let failed = |error| {
            CatalogError::sqlite(self.path(), "read a snapshot")(error)
        };
        let sink = Collected::default();
        let observation = Observation::new(self.shared(), base, sink);
        let observation = observation.map_err(failed)?;
        let walked = walk(engine, roots, options, &observation, on_error);
        let (observed, sink) = observation.finish().map_err(failed)?;
        let summary = walked?;
        let came = sanchay_sync::into_inner(sink.0);
        let unknown = observed.unknown.clone();
        let gone = match base {
            Some(base) => self
                .shared()
                .read(|reader| not_there(reader, base, &observed))
                .map_err(failed)?,
            None => Vec::new(),
        };
        Ok(OnDisk { gone, came, unknown, summary })
    }
}

/// The files of one side.
#[derive(Default)]
pub(crate) struct Read {
    pub(crate) files: Vec<Placed>,
    /// The whole paths of what could not be looked at.
    pub(crate) unknown: Vec<PathBuf>,
}

impl Read {
    /// Drops from the other side what could not be looked at on this one,
    /// whose roots these are: it is neither new nor gone.
    pub(crate) fn forget_unknown_of(
        &self,
        other: &mut Self,
        roots: &[PathBuf],
    ) {
        if self.unknown.is_empty() {
            return;
        }
        let mut unknown = self.unknown.clone();
        if let [root] = roots {
            if unknown.contains(root) {
                other.files.clear();
                return;
            }
            for path in &mut unknown {
                if let Ok(rest) = path.strip_prefix(root) {
                    *path = rest.to_owned();
                }
            }
        }
        let unknown = Unknown::new(&unknown);
        other.files.retain(|file| !unknown.has(&file.path));
    }
}

/// Adds what was done for one side to what was done for the other.
pub(crate) fn add(all: &mut Option<Summary>, more: &Summary) {
    let all = all.get_or_insert_default();
    all.files += more.files;
    all.directories += more.directories;
    all.bytes = all.bytes.saturating_add(more.bytes);
    all.errors += more.errors;
    all.named_errors += more.named_errors;
}

/// What a look at the disk came to.
pub(crate) struct OnDisk {
    pub(crate) gone: Vec<Placed>,
    pub(crate) came: Vec<Placed>,
    /// What could not be looked at.
    pub(crate) unknown: Vec<PathBuf>,
    pub(crate) summary: Summary,
}

/// Keeps what is new or different.
#[derive(Default)]
struct Collected(Mutex<Vec<Placed>>);

impl Sink for Collected {
    fn take(&self, seen: Vec<Seen>) -> rusqlite::Result<()> {
        let placed = seen.into_iter().map(|it| Placed {
            path: join(&it.folder.path, &it.name),
            version: it.version,
        });
        sanchay_sync::lock(&self.0).extend(placed);
        Ok(())
    }

    fn learn(&self, _: i64, _: &FileVersion) -> rusqlite::Result<()> {
        Ok(())
    }
}

/// What a snapshot was taken of, where a walk is of something else: the
/// snapshot may lack what the walk finds.
fn other_selection(a: &Side, b: &Side, walk: &WalkOptions) -> Option<String> {
    let files = selection(walk);
    let of = |side: &Side| match side {
        Side::Snapshot(snapshot) => Some(snapshot.selection.clone()),
        Side::Disk(_) | Side::Manifest(_) => None,
    };
    if of(a).is_some() && of(b).is_some() {
        return None;
    }
    of(a).into_iter().chain(of(b)).find(|it| *it != files)
}

pub(crate) fn describe(side: &Side) -> String {
    match side {
        Side::Manifest(list) => {
            sanchay::escaped(bytes_of(&list.path)).to_string()
        }
        Side::Disk(root) => sanchay::escaped(bytes_of(root)).to_string(),
        Side::Snapshot(snapshot) => match &snapshot.name {
            Some(name) => shown(name),
            None => snapshot.number.to_string(),
        },
    }
}

/// Paths below a root, by what follows it.
pub(crate) fn below(root: &[u8], mut files: Vec<Placed>) -> Vec<Placed> {
    for file in &mut files {
        let rest = file.path.strip_prefix(root).unwrap_or(&file.path);
        let rest = rest.strip_prefix(b"/").unwrap_or(rest);
        // A root that is a file itself keeps its name.
        if !rest.is_empty() {
            file.path = rest.to_vec();
        }
    }
    files
}

/// The files of rows.
fn placed(
    reader: &Connection,
    condition: &str,
    parameters: &[i64],
    wanted: impl Fn(i64) -> bool,
) -> rusqlite::Result<Vec<Placed>> {
    let ask = format!(
        "SELECT id, folder, name, {COLUMNS} FROM versions WHERE {condition}"
    );
    let mut statement = reader.prepare(&ask)?;
    let parameters = rusqlite::params_from_iter(parameters);
    let mut rows = statement.query(parameters)?;
    let (mut all, mut paths) = (Vec::new(), Paths::default());
    let mut bytes = 0_usize;
    while let Some(row) = rows.next()? {
        if !wanted(row.get(0)?) {
            continue;
        }
        let folder = paths.get(reader, row.get(1)?)?;
        let path = join(&folder, row.get_ref(2)?.as_blob()?);
        bytes = bytes.saturating_add(path.len());
        if bytes > MOST_BYTES {
            let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_TOOBIG);
            let why = "the paths of what is different take more than 2 GiB";
            let why = Some(why.to_owned());
            return Err(rusqlite::Error::SqliteFailure(code, why));
        }
        all.push(Placed { path, version: FileVersion::read(row, 3)? });
    }
    Ok(all)
}

/// All files of a snapshot.
pub(crate) fn whole(
    reader: &Connection,
    snapshot: &Snapshot,
) -> rusqlite::Result<Vec<Placed>> {
    let Base { series, snapshot } = snapshot.base();
    let condition = "series = ?1 AND first <= ?2 AND last >= ?2";
    placed(reader, condition, &[series, snapshot], |_| true)
}

/// What is in one of two snapshots of a series only.
fn between(
    reader: &Connection,
    a: &Snapshot,
    b: &Snapshot,
) -> rusqlite::Result<(Vec<Placed>, Vec<Placed>)> {
    let series = a.series;
    let (a, b) = (a.number.cast_signed(), b.number.cast_signed());
    let (earlier, later) = (a.min(b), a.max(b));
    let ended = "series = ?1 AND last >= ?2 AND last < ?3 AND first <= ?2";
    let begun = "series = ?1 AND first > ?2 AND first <= ?3 AND last >= ?3";
    let of = [series, earlier, later];
    let ended = placed(reader, ended, &of, |_| true)?;
    let begun = placed(reader, begun, &of, |_| true)?;
    Ok(if a <= b { (ended, begun) } else { (begun, ended) })
}

/// The files of a snapshot that a walk did not find as they were.
fn not_there(
    reader: &Connection,
    base: Base,
    observed: &Observed,
) -> rusqlite::Result<Vec<Placed>> {
    let condition = "series = ?1 AND last >= ?2 AND first <= ?2";
    let of = [base.series, base.snapshot];
    let missing = |row| !observed.has(row);
    let mut all = placed(reader, condition, &of, missing)?;
    let unknown = Unknown::new(&observed.unknown);
    all.retain(|file| !unknown.has(&file.path));
    Ok(all)
}

/// What became of files, by path.
pub(crate) fn compare(
    mut gone: Vec<Placed>,
    mut came: Vec<Placed>,
) -> Vec<Difference> {
    gone.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    came.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    let mut all = Vec::new();
    let mut deleted = Vec::new();
    let mut new = Vec::new();
    let (mut gone, mut came) =
        (gone.into_iter().peekable(), came.into_iter().peekable());
    loop {
        let order = match (gone.peek(), came.peek()) {
            (Some(a), Some(b)) => a.path.cmp(&b.path),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (None, None) => break,
        };
        match order {
            std::cmp::Ordering::Less => deleted.extend(gone.next()),
            std::cmp::Ordering::Greater => new.extend(came.next()),
            std::cmp::Ordering::Equal => {
                let (Some(before), Some(now)) = (gone.next(), came.next())
                else {
                    break;
                };
                if let Some(change) = now.version.change_since(&before.version)
                {
                    let Placed { path, version } = now;
                    let (from, before) = (None, Some(before.version.size));
                    all.push(Difference {
                        change,
                        path,
                        from,
                        version,
                        before,
                    });
                }
            }
        }
    }
    all.extend(moves(deleted, new));
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

/// Tells those that moved from those that are new or deleted. Each file that
/// is gone is the former one of one that came at most; the first by path.
fn moves(gone: Vec<Placed>, came: Vec<Placed>) -> Vec<Difference> {
    let mut by_inode: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut by_content: HashMap<Content, Vec<usize>> = HashMap::new();
    for (at, file) in gone.iter().enumerate().rev() {
        by_inode.entry(file.version.inode).or_default().push(at);
        if let Some(content) = file.version.content() {
            by_content.entry(content).or_default().push(at);
        }
    }
    let mut gone: Vec<Option<Placed>> = gone.into_iter().map(Some).collect();
    let mut take = |places: Option<&mut Vec<usize>>, now: &FileVersion| {
        let places = places?;
        places.retain(|at| gone.get(*at).is_some_and(Option::is_some));
        let at = places.iter().rposition(|at| {
            let before = gone.get(*at).and_then(Option::as_ref);
            before.is_some_and(|it| now.is_moved(&it.version))
        })?;
        gone.get_mut(places.remove(at))?.take()
    };
    let mut all = Vec::new();
    let mut left = Vec::new();
    // What has the same inode goes first: of several equal files, the one
    // that moved is that.
    for file in came {
        let places = match file.version.is_content_only() {
            true => None,
            false => by_inode.get_mut(&file.version.inode),
        };
        match take(places, &file.version) {
            Some(before) => all.push(moved(before, file)),
            None => left.push(file),
        }
    }
    for file in left {
        let content = file.version.content();
        let places = content.and_then(|it| by_content.get_mut(&it));
        all.push(match take(places, &file.version) {
            Some(before) => moved(before, file),
            None => {
                let Placed { path, version } = file;
                let (change, from) = (Change::New, None);
                Difference { change, path, from, version, before: None }
            }
        });
    }
    let deleted = gone.into_iter().flatten();
    all.extend(deleted.map(|Placed { path, version }| {
        let (change, from) = (Change::Deleted, None);
        let before = Some(version.size);
        Difference { change, path, from, version, before }
    }));
    all
}

fn moved(before: Placed, now: Placed) -> Difference {
    let Placed { path, version } = now;
    let (change, from) = (Change::Moved, Some(before.path));
    let before = Some(before.version.size);
    Difference { change, path, from, version, before }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::tests::version;

    fn file(path: &str, inode: u64, digest: Option<u8>) -> Placed {
        let path = path.as_bytes().to_vec();
        Placed { path, version: version(inode, 5, 10, digest) }
    }

    fn told(all: Vec<Difference>) -> Vec<(Change, String, Option<String>)> {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        all.into_iter()
            .map(|it| (it.change, text(it.path), it.from.map(text)))
            .collect()
    }

    #[test]
    fn what_moved_is_neither_new_nor_deleted() {
        let gone = vec![
            file("a", 1, None),
            file("b", 2, Some(7)),
            file("c", 3, Some(7)),
            file("d", 4, None),
        ];
        let came = vec![
            // The file itself.
            file("x", 3, Some(7)),
            // A copy, whose original is gone.
            file("y", 9, Some(7)),
            file("z", 10, Some(7)),
            file("e", 1, None),
        ];
        let expected = [
            (Change::Deleted, "d", None),
            (Change::Moved, "e", Some("a")),
            (Change::Moved, "x", Some("c")),
            (Change::Moved, "y", Some("b")),
            (Change::New, "z", None),
        ];
        let expected = expected.map(|(change, path, from)| {
            (change, path.to_owned(), from.map(str::to_owned))
        });
        assert_eq!(told(compare(gone, came)), expected);
    }

    #[test]
    fn paths_are_below_a_single_root() {
        let files = vec![file("/r/a", 1, None), file("/r", 2, None)];
        let paths = below(b"/r", files).into_iter().map(|it| it.path);
        assert_eq!(paths.collect::<Vec<_>>(), [&b"a"[..], b"/r"]);
        let files = below(b"/", vec![file("/a/b", 1, None)]);
        assert_eq!(files.first().unwrap().path, b"a/b");
    }
}
