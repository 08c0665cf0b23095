//! Where to look: the roots that are named on the command line, and those
//! that lists name.
//!
//! (An empty one, such as an unset variable of a script becomes, is refused by
//! the parser: it is not the current directory.)

use std::{
    ffi::OsString,
    fs::File,
    io,
    path::{Path, PathBuf},
};

use clap::{Args, ValueHint};
use sanchay_names::OsStringExt as _;

use crate::{failure::Failure, standard_streams::is_stdin};

/// Lists of roots.
#[derive(Args, Clone, Debug, Default, PartialEq)]
pub(crate) struct ListArgs {
    /// Also look at the paths that FILE lists, one a line; - is standard input
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    files_from: Vec<PathBuf>,

    /// The same, each path ended by a zero byte
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    files0_from: Vec<PathBuf>,
}

impl ListArgs {
    /// Whether there is a list.
    pub(crate) fn is_given(&self) -> bool {
        !self.files_from.is_empty() || !self.files0_from.is_empty()
    }

    /// Whether standard input is one of them.
    pub(crate) fn read_stdin(&self) -> bool {
        self.files().any(|(file, _)| is_stdin(file))
    }

    /// The lists, each with what ends a path in it.
    fn files(&self) -> impl Iterator<Item = (&Path, u8)> {
        let lines = self.files_from.iter().map(|it| (it.as_path(), b'\n'));
        lines.chain(self.files0_from.iter().map(|it| (it.as_path(), 0)))
    }

    /// The lists that are files.
    pub(crate) fn named(&self) -> impl Iterator<Item = &Path> {
        let files = self.files().map(|(file, _)| file);
        files.filter(|file| !is_stdin(file))
    }

    /// The paths that the lists name.
    pub(crate) fn paths(&self) -> Result<Vec<PathBuf>, Failure> {
        let mut all = Vec::new();
        for (file, end) in self.files() {
            let bytes = read(file, end).map_err(|source| Failure::List {
                path: file.to_owned(),
                source,
            })?;
            let paths = bytes.split(|byte| *byte == end);
            all.extend(paths.filter(|path| !path.is_empty()).map(listed));
        }
        Ok(all)
    }

    /// The roots that were named, then those that were listed. Where there is
    /// neither, the current directory, for which the library takes an empty
    /// path: what lies in it is then reported without `./`.
    pub(crate) fn or_current(
        &self,
        named: &[PathBuf],
    ) -> Result<Vec<PathBuf>, Failure> {
        if named.is_empty() && !self.is_given() {
            return Ok(vec![PathBuf::new()]);
        }
        let all = [named, &self.paths()?].concat();
        Ok(all.into_iter().map(sanchay_names::with_slashes).collect())
    }
}

/// What a list says whose paths are ended by `end`.
fn read(file: &Path, end: u8) -> io::Result<Vec<u8>> {
    let mut list: Box<dyn io::Read> = match is_stdin(file) {
        true => Box::new(io::stdin().lock()),
        false => Box::new(File::open(file)?),
    };
    if end == b'\n' {
        list = Box::new(sanchay_names::lines_of(list));
    }
    let mut bytes = Vec::new();
    list.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A path of a list, where `-` is a file of that name.
fn listed(path: &[u8]) -> PathBuf {
    let path = PathBuf::from(OsString::from_vec(path.to_vec()));
    match is_stdin(&path) {
        true => Path::new(".").join(path),
        false => path,
    }
}
