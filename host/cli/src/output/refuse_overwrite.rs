//! Whether an output would overwrite what a command reads: the files that are
//! named, plugins, modules, and standard input where that is a file.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};

use sanchay::{EntryKind, FileId, Metadata, storage};
use sanchay_system::streams;

use crate::options::{plugin::PluginArgs, walk::WalkArgs};

/// What a command reads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inputs<'a> {
    /// The files, and directories, that are named.
    pub(crate) named: &'a [PathBuf],
    /// The files that options name.
    pub(crate) others: Vec<PathBuf>,
    /// Whether standard input is read.
    pub(crate) stdin: bool,
}

impl<'a> Inputs<'a> {
    /// What is named, and what the options of a walk read.
    pub(crate) fn of_walk(
        named: &'a [PathBuf],
        walk: &WalkArgs,
        plugin: &PluginArgs,
    ) -> Self {
        Self::of_roots(named, walk).and(plugin.paths())
    }

    /// The same for a command without plugins.
    pub(crate) fn of_roots(named: &'a [PathBuf], walk: &WalkArgs) -> Self {
        Self { named, others: walk.inputs(), stdin: false }
    }

    /// The files of a catalog, and no more.
    #[cfg(feature = "catalog")]
    pub(crate) fn of_catalog(
        catalog: &crate::options::catalog::OpenCatalog,
    ) -> Self {
        Self::default().and(catalog.paths())
    }

    /// With other files that are read.
    pub(crate) fn and(
        mut self,
        others: impl IntoIterator<Item = PathBuf>,
    ) -> Self {
        self.others.extend(others);
        self
    }

    /// Whether a regular file is one of them.
    pub(super) fn have(&self, file: FileId) -> bool {
        let mut paths = self.named.iter().chain(&self.others);
        let is_it = |found: &Metadata| id(found) == Some(file);
        paths.any(|path| storage::stat(path).is_ok_and(|it| is_it(&it)))
            || self.stdin && standard_input().is_some_and(|it| is_it(&it))
    }
}

/// Whether a path leads to one of these files.
pub(crate) fn leads_to(path: &Path, files: &[FileId]) -> bool {
    let found = || id(&storage::stat(path).ok()?);
    !files.is_empty() && found().is_some_and(|it| files.contains(&it))
}

fn standard_input() -> Option<Metadata> {
    storage::stat_open(&streams::standard_input().ok()?).ok()
}

/// Who a regular file is; `None` for anything else.
pub(super) fn id(found: &Metadata) -> Option<FileId> {
    (found.kind == EntryKind::File).then_some(found.id)
}

/// Who an open file is, if it is a regular one.
pub(super) fn id_of(file: &File) -> io::Result<Option<FileId>> {
    Ok(id(&storage::stat_open(file)?))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_is_the_same_under_another_name_and_a_missing_one_never_is() {
        let folder = tempfile::tempdir().unwrap();
        let [a, b, c] = ["a", "b", "c"].map(|name| folder.path().join(name));
        fs::write(&a, "").unwrap();
        fs::hard_link(&a, &b).unwrap();
        let a = id(&storage::stat(&a).unwrap()).unwrap();
        let have = |path: PathBuf| {
            Inputs { named: &[path], ..Inputs::default() }.have(a)
        };
        assert!(have(b));
        assert!(!have(c));
        assert!(!have(folder.path().to_owned()));
        assert_eq!(id(&storage::stat(folder.path()).unwrap()), None);
    }
}
