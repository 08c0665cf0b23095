//! The two sides of a comparison, as users name them: snapshots by name or
//! number, and what is on disk.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use sanchay::{Algorithm, Content, DigestList, Engine, WalkOptions};

use crate::{
    catalog::Catalog,
    error::CatalogError,
    snapshot::{EXPLICIT, Snapshot, absolute, selection, shown},
    version::bytes_of,
};

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Side {
    /// A snapshot.
    Snapshot(Box<Snapshot>),
    /// What is below a path now; the path is absolute.
    Disk(PathBuf),
    /// A list of digests.
    Manifest(Box<Manifest>),
}

/// A list of digests, as `sanchay manifest` and checksum programs write them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Manifest {
    /// The list's file, or `-`.
    pub path: PathBuf,
    /// The paths that it lists, as they are written, each with the digest of
    /// the whole file.
    pub files: Vec<(Vec<u8>, Content)>,
    /// How many lines have nothing that could be compared.
    pub malformed: u64,
}

impl Manifest {
    /// Reads a list, in any form that `hash --check` understands. Digests
    /// that may be of several functions are taken for those of `algorithm`, if
    /// it is one of them.
    ///
    /// # Errors
    /// [`CatalogError::NoList`] if there is something, and not one digest; and
    /// what [`Engine::read_digests`] returns.
    pub fn read(
        engine: &Engine,
        path: &Path,
        list: impl Read + Send,
        algorithm: Algorithm,
    ) -> Result<Self, CatalogError> {
        let path = path.to_owned();
        let DigestList { files, malformed, .. } =
            engine.read_digests(list, algorithm)?;
        match files.is_empty() && malformed > 0 {
            true => Err(CatalogError::NoList { path }),
            false => Ok(Self { path, files, malformed }),
        }
    }
}

impl Side {
    /// The same side, which is a list of digests if it is a file on disk.
    ///
    /// # Errors
    /// The file cannot be read, or is none: see [`Manifest::read`].
    pub fn or_list(
        self,
        engine: &Engine,
        algorithm: Algorithm,
    ) -> Result<Self, CatalogError> {
        let path = match self {
            Self::Disk(path) if path.is_file() => path,
            other => return Ok(other),
        };
        let list = File::open(&path).map_err(|source| {
            let (path, action) = (path.clone(), "open the list");
            CatalogError::Io { path, action, source }
        })?;
        let list = Manifest::read(engine, &path, list, algorithm)?;
        Ok(Self::Manifest(Box::new(list)))
    }

    /// Whether a name can only be that of a path, and not of a snapshot: it
    /// has a slash, or is `.` or `..`.
    #[must_use]
    pub fn is_path(name: &Path) -> bool {
        is_path(bytes_of(name))
    }

    /// The roots that it has.
    #[must_use]
    pub fn roots(&self) -> Vec<PathBuf> {
        match self {
            Self::Snapshot(snapshot) => snapshot.roots.clone(),
            Self::Disk(root) => vec![root.clone()],
            Self::Manifest(_) => Vec::new(),
        }
    }
}

impl Catalog {
    /// The side of that name: `latest`, `latest~N` for the Nth before it in
    /// its series, the name or number of a snapshot, or a path. What has a
    /// slash, and `.` and `..`, are paths; what follows `snapshot:` is a
    /// snapshot.
    ///
    /// `latest` is of the series that the `other` side tells: that of a
    /// snapshot, or the newest that has a path for its root, and of these the
    /// newest with the files of `walk` if there is one. Where it tells none,
    /// it is of the series of the newest snapshot.
    ///
    /// # Errors
    /// [`CatalogError::NoSnapshot`] if there is nothing of that name;
    /// [`CatalogError::Ambiguous`] if there is a snapshot and a path.
    pub fn side(
        &self,
        name: &Path,
        other: Option<&Path>,
        walk: &WalkOptions,
    ) -> Result<Side, CatalogError> {
        self.side_among(name, other, walk, |_| true)
    }

    /// The same where only those snapshots are there of which this is true:
    /// the others are neither found nor counted.
    ///
    /// # Errors
    /// As [`side`](Self::side).
    pub fn side_among(
        &self,
        name: &Path,
        other: Option<&Path>,
        walk: &WalkOptions,
        among: impl Fn(&Snapshot) -> bool,
    ) -> Result<Side, CatalogError> {
        let bytes = bytes_of(name);
        let unknown = || {
            let wanted = sanchay::escaped(bytes).to_string();
            CatalogError::NoSnapshot { wanted }
        };
        let disk = || {
            let roots = absolute(&[name.to_owned()]);
            let root = roots.into_iter().next();
            root.map(Side::Disk).ok_or_else(unknown)
        };
        let explicit = bytes.strip_prefix(EXPLICIT.as_bytes());
        if explicit.is_none() && is_path(bytes) {
            return disk();
        }
        let text = std::str::from_utf8(explicit.unwrap_or(bytes));
        let mut all = self.snapshots()?;
        all.retain(among);
        let series = other.and_then(|it| series_of(&all, it, walk));
        let found = text.ok().and_then(|text| find(&all, text, series));
        let is_there = explicit.is_none() && name.symlink_metadata().is_ok();
        match found {
            Some(_) if is_there => Err(CatalogError::Ambiguous {
                name: sanchay::escaped(bytes).to_string(),
            }),
            Some(snapshot) => Ok(Side::Snapshot(Box::new(snapshot.clone()))),
            None if is_there => disk(),
            None => Err(unknown()),
        }
    }

    /// The snapshot of that name or number, or `latest`, or `latest~N`; with
    /// or without `snapshot:` before it.
    ///
    /// # Errors
    /// [`CatalogError::NoSnapshot`] if there is none.
    pub fn find_snapshot(&self, name: &str) -> Result<Snapshot, CatalogError> {
        let all = self.snapshots()?;
        let text = name.strip_prefix(EXPLICIT).unwrap_or(name);
        let found = find(&all, text, None).cloned();
        found.ok_or_else(|| CatalogError::NoSnapshot { wanted: shown(name) })
    }
}

/// Whether a side can only be a path.
fn is_path(name: &[u8]) -> bool {
    name.contains(&b'/') || name == b"." || name == b".."
}

/// How many snapshots before the newest one a name means.
fn back(name: &str) -> Option<usize> {
    match name {
        "latest" => Some(0),
        _ => name.strip_prefix("latest~")?.parse().ok(),
    }
}

/// The series that one side tells for the other.
fn series_of(
    all: &[Snapshot],
    side: &Path,
    walk: &WalkOptions,
) -> Option<i64> {
    let bytes = bytes_of(side);
    let explicit = bytes.strip_prefix(EXPLICIT.as_bytes());
    if explicit.is_some() || !is_path(bytes) {
        let text = std::str::from_utf8(explicit.unwrap_or(bytes)).ok()?;
        if back(text).is_some() {
            return None;
        }
        if let Some(snapshot) = find(all, text, None) {
            return Some(snapshot.series);
        }
    }
    let (roots, files) = (absolute(&[side.to_owned()]), selection(walk));
    let of_root = || all.iter().rev().filter(|it| it.roots == roots);
    let same = of_root().find(|it| it.selection == files);
    same.or_else(|| of_root().next()).map(|it| it.series)
}

/// The snapshot of a name among all, the oldest of which comes first; that of
/// a series where the name counts from the newest.
fn find<'s>(
    all: &'s [Snapshot],
    name: &str,
    series: Option<i64>,
) -> Option<&'s Snapshot> {
    let Some(back) = back(name) else {
        let number: Option<u64> = name.parse().ok();
        return all.iter().find(|it| {
            it.name.as_deref() == Some(name) || Some(it.number) == number
        });
    };
    let series = series.or_else(|| Some(all.last()?.series))?;
    all.iter().rev().filter(|it| it.series == series).nth(back)
}

#[cfg(test)]
mod tests {
    use sanchay::Timestamp;

    use super::*;

    fn snapshot(number: u64, series: i64, name: Option<&str>) -> Snapshot {
        Snapshot {
            number,
            name: name.map(str::to_owned),
            taken: Timestamp { seconds: 0, nanoseconds: 0 },
            roots: vec![PathBuf::from(format!("/{series}"))],
            selection: String::new(),
            files: 0,
            bytes: 0,
            errors: 0,
            series,
        }
    }

    #[test]
    fn latest_counts_within_the_series_that_the_other_side_tells() {
        let mut all = [
            snapshot(3, 1, None),
            snapshot(4, 2, Some("monday")),
            snapshot(7, 1, None),
            snapshot(8, 2, None),
            snapshot(9, 2, None),
        ];
        let walk = WalkOptions::default();
        let number = |all: &[Snapshot], name: &str, other: Option<&str>| {
            let other = other.map(Path::new);
            let series = other.and_then(|it| series_of(all, it, &walk));
            find(all, name, series).map(|it| it.number)
        };
        for (name, other, expected) in [
            ("latest", None, Some(9)),
            ("latest~1", None, Some(8)),
            ("latest~2", None, Some(4)),
            ("latest~3", None, None),
            ("latest~1", Some("latest"), Some(8)),
            ("latest", Some("/1"), Some(7)),
            ("latest~1", Some("/1"), Some(3)),
            ("latest", Some("3"), Some(7)),
            ("latest", Some("snapshot:3"), Some(7)),
            ("latest", Some("monday"), Some(9)),
            ("latest", Some("/elsewhere"), Some(9)),
            ("monday", None, Some(4)),
            ("3", None, Some(3)),
            ("5", None, None),
            ("latest~x", None, None),
        ] {
            assert_eq!(
                number(&all, name, other),
                expected,
                "{name} {other:?}"
            );
        }
        // Of several series with these roots, that of the same files.
        all[0].selection = selection(&walk);
        all[1].roots = all[0].roots.clone();
        all[3].roots = all[0].roots.clone();
        all[4].roots = all[0].roots.clone();
        assert_eq!(number(&all, "latest", Some("/1")), Some(7));
    }
}
