//! The data sets: made once, the same on every machine.
//!
//! Each set has a folder and, beside it, a file that says by which version of
//! this generator it was made. A set that was made by another version, or
//! whose making was broken off, is made anew.

pub(crate) mod big;
mod content;
pub(crate) mod ignored;
mod layout;
pub(crate) mod media;
mod names;
mod objects;
mod random;
pub(crate) mod small;

use std::fs;
use std::io::{BufWriter, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use walkdir::WalkDir;

use crate::problem::{Problem, Result, Trying};

/// Where the data sets go unless another place is named.
pub(crate) const DEFAULT: &str = "/var/tmp/sanchay-bench";

/// Changes whenever the generator makes other data.
const VERSION: &str = "sanchay-bench data, version 1, seed 20261121\n";

/// Which data sets are wanted.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct Wanted {
    /// A tree of this many small files (may be given more than once)
    #[arg(long, value_name = "FILES")]
    small: Vec<u64>,
    /// 10,000 sparse files of 8 GiB
    #[arg(long)]
    media: bool,
    /// Three random files of 1 GiB
    #[arg(long)]
    big: bool,
}

/// A data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Set {
    /// This many small files.
    Small(u64),
    /// This many files, a part of which is ignored.
    Ignored(u64),
    /// Sparse files, as great as films.
    Media,
    /// Three great files.
    Big,
    /// Ten thousand files of 64 KiB.
    Objects,
    /// A folder with nothing in it.
    Empty,
}

impl Set {
    /// The folder of the set, below that of all sets.
    pub(crate) fn folder(self, sets: &Path) -> PathBuf {
        sets.join(match self {
            Self::Small(files) => format!("small-{files}"),
            Self::Ignored(files) => format!("ignored-{files}"),
            Self::Media => "media".to_owned(),
            Self::Big => "big".to_owned(),
            Self::Objects => "objects".to_owned(),
            Self::Empty => "empty".to_owned(),
        })
    }

    /// The paths of the set's regular files, each ended by a zero byte.
    pub(crate) fn list(self, sets: &Path) -> PathBuf {
        beside(&self.folder(sets), "names")
    }

    /// Makes the set unless it is there already.
    pub(crate) fn make(self, sets: &Path) -> Result<()> {
        let folder = self.folder(sets);
        let made = beside(&folder, "made");
        if fs::read_to_string(&made).is_ok_and(|text| text == VERSION) {
            return Ok(());
        }
        clear(&folder, &made)?;
        let started = Instant::now();
        eprintln!("making {folder:?}, once");
        match self {
            Self::Small(files) => small::make(&folder, files)?,
            Self::Ignored(files) => ignored::make(&folder, files)?,
            Self::Media => media::make(&folder)?,
            Self::Big => big::make(&folder)?,
            Self::Objects => objects::make(&folder)?,
            Self::Empty => fs::create_dir(&folder).trying("make", &folder)?,
        }
        list(&folder, &self.list(sets))?;
        fs::write(&made, VERSION).trying("write", &made)?;
        let seconds = started.elapsed().as_secs_f64();
        eprintln!("made {folder:?} in {seconds:.1} s");
        Ok(())
    }
}

/// Makes the sets that are wanted; all of them where none is named.
pub(crate) fn make(sets: &Path, wanted: &Wanted) -> Result<()> {
    let mut list: Vec<Set> =
        wanted.small.iter().map(|&files| Set::Small(files)).collect();
    if wanted.media {
        list.push(Set::Media);
    }
    if wanted.big {
        list.push(Set::Big);
    }
    if list.is_empty() {
        list = vec![
            Set::Small(100_000),
            Set::Small(1_000_000),
            Set::Media,
            Set::Big,
        ];
    }
    prepare(sets)?;
    list.into_iter().try_for_each(|set| set.make(sets))
}

/// Makes the folder of all sets, which must not lie in the checkout.
pub(crate) fn prepare(sets: &Path) -> Result<()> {
    fs::create_dir_all(sets).trying("make", sets)?;
    let place = fs::canonicalize(sets).trying("resolve", sets)?;
    let checkout = checkout();
    if place.starts_with(&checkout) {
        return Err(Problem::new(format!(
            "{place:?} lies in the checkout {checkout:?}: give the data \
             sets a folder outside it (SANCHAY_BENCH_DIR)"
        )));
    }
    Ok(())
}

/// The checkout that this program was compiled from.
pub(crate) fn checkout() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package).to_owned()
}

/// Removes what an earlier generator, or a broken one, left; and only that.
fn clear(folder: &Path, made: &Path) -> Result<()> {
    let making = beside(folder, "making");
    if folder.exists() {
        if !made.exists() && !making.exists() {
            return Err(Problem::new(format!(
                "{folder:?} is there, but was not made by this program: \
                 move it away"
            )));
        }
        eprintln!("removing {folder:?}, which is old or incomplete");
        fs::write(&making, VERSION).trying("write", &making)?;
        fs::remove_dir_all(folder).trying("remove", folder)?;
    }
    fs::write(&making, VERSION).trying("write", &making)?;
    match fs::remove_file(made) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).trying("remove", made)
        }
        _ => Ok(()),
    }
}

/// Writes the list of the regular files, for programs that take one.
fn list(folder: &Path, list: &Path) -> Result<()> {
    let file = fs::File::create(list).trying("create", list)?;
    let mut file = BufWriter::new(file);
    for entry in WalkDir::new(folder) {
        let entry = entry.trying("walk", folder)?;
        if entry.file_type().is_file() {
            file.write_all(entry.path().as_os_str().as_bytes())
                .and_then(|()| file.write_all(&[0]))
                .trying("write", list)?;
        }
    }
    file.flush().trying("write", list)
}

fn beside(folder: &Path, extension: &str) -> PathBuf {
    let mut name = folder.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}
