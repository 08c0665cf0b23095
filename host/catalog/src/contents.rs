//! Comparing by contents alone, where one side is a list of digests: of the
//! files on it, nothing else is known.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use rusqlite::Connection;
use sanchay::{Algorithm, Content, Engine, EntryError, EntryKind, escaped};

use crate::{
    catalog::Catalog,
    diff::{Differences, Placed, below, compare, describe, whole},
    error::CatalogError,
    side::{Manifest, Side},
    snapshot::SnapshotOptions,
    version::{FileVersion, bytes_of, path_of},
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
        let mut algorithm = None;
        for side in [a, b] {
            if let Side::Manifest(list) = side {
                let first = list.files.first();
                let first = first.ok_or_else(|| CatalogError::NoList {
                    path: list.path.clone(),
                })?;
                algorithm = algorithm.or(of_whole(&first.1));
            }
        }
        let algorithm = algorithm.unwrap_or(Algorithm::Xxh3_128);
        let mut summary = None;
        let mut files = |side: &Side, other: &Side| {
            let found = match side {
                Side::Manifest(list) => list.beside(other),
                Side::Snapshot(snapshot) => {
                    let read = |reader: &Connection| whole(reader, snapshot);
                    let read = self.shared().read(read);
                    strip(
                        side,
                        read.map_err(|error| {
                            CatalogError::sqlite(
                                self.path(),
                                "read a snapshot",
                            )(error)
                        })?,
                    )
                }
                Side::Disk(root) => {
                    let hash = Some(algorithm);
                    let options = SnapshotOptions { hash, ..options.clone() };
                    let roots = std::slice::from_ref(root);
                    let found =
                        self.on_disk(engine, roots, None, &options, on_error)?;
                    summary = Some(found.summary);
                    strip(side, found.came)
                }
            };
            contents(side, algorithm, found)
        };
        let (gone, came) = (files(a, b)?, files(b, a)?);
        let all = compare(gone, came);
        Ok(Differences { all, summary, other_selection: None })
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

/// Files by their contents, which must be known by one function. What is no
/// regular file has none.
fn contents(
    side: &Side,
    algorithm: Algorithm,
    mut files: Vec<Placed>,
) -> Result<Vec<Placed>, CatalogError> {
    files.retain(|file| file.version.kind == EntryKind::File);
    for file in &mut files {
        let content = file.version.content();
        let same = |it: &Content| of_whole(it) == Some(algorithm);
        let Some(content) = content.filter(same) else {
            return Err(CatalogError::NoDigest {
                side: describe(side),
                algorithm,
                path: escaped(&file.path).to_string(),
            });
        };
        file.version = FileVersion::of_content(content);
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|b, a| {
        a.path == b.path && a.version.content() == b.version.content()
    });
    Ok(files)
}

impl Manifest {
    /// Its files, with paths as the other side has them: below its root. They
    /// are taken from the current directory, and if none of them is below the
    /// root then, from the root.
    fn beside(&self, other: &Side) -> Vec<Placed> {
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
            std::path::absolute(&path).unwrap_or(path)
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
        if is_from_here { strip(other, files) } else { files }
    }
}
