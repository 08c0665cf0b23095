//! The two sides of a comparison, as users name them: snapshots by name or
//! number, and what is on disk.

use std::path::{Path, PathBuf};

use crate::{
    catalog::Catalog,
    error::CatalogError,
    snapshot::{Snapshot, absolute, shown},
    version::{bytes_of, path_of},
};

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Side {
    /// A snapshot.
    Snapshot(Box<Snapshot>),
    /// What is below a path now; the path is absolute.
    Disk(PathBuf),
}

impl Side {
    /// The roots that it has.
    #[must_use]
    pub fn roots(&self) -> Vec<PathBuf> {
        match self {
            Self::Snapshot(snapshot) => snapshot.roots.clone(),
            Self::Disk(root) => vec![root.clone()],
        }
    }
}

impl Catalog {
    /// The side of that name: `latest`, `latest~N` for the Nth before it, the
    /// name or number of a snapshot, or a path. What has a slash, and `.` and
    /// `..`, are paths. `latest` is the newest snapshot of the roots that the
    /// `other` side has, if that is a path.
    ///
    /// # Errors
    /// [`CatalogError::NoSnapshot`] if there is nothing of that name.
    pub fn side(
        &self,
        name: &Path,
        other: Option<&Path>,
    ) -> Result<Side, CatalogError> {
        let unknown = || {
            let wanted = sanchay::escaped(bytes_of(name)).to_string();
            CatalogError::NoSnapshot { wanted }
        };
        let disk = || {
            let roots = absolute(&[name.to_owned()]);
            let root = roots.into_iter().next();
            root.map(Side::Disk).ok_or_else(unknown)
        };
        let bytes = bytes_of(name);
        let is_path = bytes.contains(&b'/') || bytes == b"." || bytes == b"..";
        if is_path {
            return disk();
        }
        let text = name.to_str().unwrap_or_default();
        let all = self.snapshots()?;
        match find(&all, text, other) {
            Some(snapshot) => Ok(Side::Snapshot(Box::new(snapshot.clone()))),
            None if path_of(bytes).exists() => disk(),
            None => Err(CatalogError::NoSnapshot { wanted: shown(text) }),
        }
    }
}

/// The snapshot of a name among all, the oldest of which comes first.
fn find<'s>(
    all: &'s [Snapshot],
    name: &str,
    other: Option<&Path>,
) -> Option<&'s Snapshot> {
    let back = match name {
        "latest" => Some(0),
        _ => name.strip_prefix("latest~").and_then(|it| it.parse().ok()),
    };
    let Some(back) = back else {
        let number: Option<u64> = name.parse().ok();
        return all.iter().find(|it| {
            it.name.as_deref() == Some(name) || Some(it.number) == number
        });
    };
    let other = other.map(|it| absolute(&[it.to_owned()]));
    let of_other = |it: &&Snapshot| Some(&it.roots) == other.as_ref();
    let newest = all.iter().rev().find(of_other).or_else(|| all.last())?;
    let same = |it: &&Snapshot| it.series == newest.series;
    all.iter().rev().filter(same).nth(back)
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
    fn latest_is_the_newest_of_the_same_roots() {
        let all = [
            snapshot(3, 1, None),
            snapshot(4, 2, Some("monday")),
            snapshot(7, 1, None),
            snapshot(9, 2, None),
        ];
        let number = |name: &str, other: Option<&str>| {
            find(&all, name, other.map(Path::new)).map(|it| it.number)
        };
        assert_eq!(number("latest", None), Some(9));
        assert_eq!(number("latest~1", None), Some(4));
        assert_eq!(number("latest~2", None), None);
        assert_eq!(number("latest", Some("/1")), Some(7));
        assert_eq!(number("latest~1", Some("/1")), Some(3));
        assert_eq!(number("latest", Some("/elsewhere")), Some(9));
        assert_eq!(number("monday", None), Some(4));
        assert_eq!(number("3", None), Some(3));
        assert_eq!(number("5", None), None);
        assert_eq!(number("latest~x", None), None);
    }
}
