//! What a caller can ask for, as plain structs with defaults.

mod link_policy;

use std::{path::PathBuf, sync::Arc};

use sanchay_core::filter::{Filter, Program};
use sanchay_core::grouping::GroupOrder;
pub use sanchay_core::reading::Method;
pub use sanchay_core::shard::PathRange;
use sanchay_sandbox::Algorithm;
use sanchay_storage::{FileId, LocalStorage, Storage, Timestamp};

pub(crate) use self::link_policy::LinkPolicy;
use crate::{error::Error, plugins::Plugins};

/// Where a walk goes and which files it reports.
///
/// ```
/// use sanchay::{Filter, WalkOptions};
///
/// let options = WalkOptions {
///     filter: Filter::default().extension("mkv").min_size(1 << 20),
///     ..Default::default()
/// };
/// ```
#[derive(Clone, Debug, Default)]
pub struct WalkOptions {
    /// Which entries are wanted.
    pub filter: Filter,
    /// Whether to follow symbolic links. Each real directory is then visited
    /// once and each real file that a link leads to is reported once, under
    /// the shortest (fewest components), then least, of the paths that lead
    /// to it. A root that is a link is always followed.
    pub follow: bool,
    /// With `follow`: refuse links that lead out of the root. Without
    /// `follow` no link is ever followed, and this changes nothing.
    pub beneath: bool,
    /// How deep to go: a root's own entries have depth 1. `None`: all the
    /// way.
    pub max_depth: Option<usize>,
    /// Of the paths below each root only some: a shard. It does not go
    /// together with `follow`. `None`: all of them.
    pub range: Option<PathRange>,
    /// Where the files are; `None`: on this machine, and relative paths are
    /// taken from the directory that the process has at the time.
    pub storage: Option<Arc<dyn Storage>>,
    /// Files that are not reported, by what identifies them, wherever they
    /// are found: the one that a list is written to, say. What the caller
    /// names is not filtered.
    pub leave_out: Vec<FileId>,
    /// The directories that have these files, where they are in no others:
    /// metadata is not read elsewhere on their account. Empty: they may be in
    /// any.
    pub leave_out_within: Vec<FileId>,
    /// Whether to stay on the file systems of the roots: no directory is
    /// entered that lies on another. Pseudo file systems (`/proc`, `/sys`) are
    /// never entered on the way from another, whatever this says; as a root
    /// they are.
    pub one_file_system: bool,
    /// Whether to leave out what git ignores: by `.gitignore` and `.ignore`
    /// in the directories of the walk, `.git/info/exclude`, the user's own
    /// excludes file, and, where a root lies in a repository, the files above
    /// it up to the repository's top. `.git` is left out, too.
    pub gitignore: bool,
    /// Files of ignore rules for all roots, whose paths the rules are matched
    /// with. Rules of later files count more, and those that `gitignore`
    /// finds count more than these.
    pub ignore_files: Vec<PathBuf>,
    /// Whether to read what the symbolic links that are found say.
    pub read_links: bool,
    /// How directories are listed.
    pub walker: Walker,
    /// Plugins: filters, which must want an entry as well, and extractors,
    /// whose values go with each file. What the caller names is not filtered.
    pub plugins: Plugins,
}

impl WalkOptions {
    /// The program that decides which entries are wanted: that of the filter,
    /// which may test columns of the plugins.
    ///
    /// # Errors
    /// [`Error::Filter`] if the filter makes no sense.
    pub fn program(&self) -> Result<Program, Error> {
        let columns = self.plugins.value_columns();
        self.filter.program_with(&columns).map_err(Error::Filter)
    }

    /// Refuses a range where links are followed: which of its paths a file is
    /// reported under is only known to who sees them all.
    pub(crate) fn check_range(&self) -> Result<(), Error> {
        let several = self.range.as_ref().is_some_and(|it| !it.is_whole());
        match self.follow && several {
            true => Err(Error::Option {
                option: "range",
                why: "links are not followed in a part of a tree".to_owned(),
            }),
            false => Ok(()),
        }
    }

    /// Where the files are.
    pub(crate) fn storage(&self) -> Arc<dyn Storage> {
        match &self.storage {
            Some(storage) => Arc::clone(storage),
            None => Arc::new(LocalStorage::new()),
        }
    }

    /// What to do with symbolic links.
    pub(crate) fn link_policy(&self) -> LinkPolicy {
        match (self.follow, self.beneath) {
            (false, _) => LinkPolicy::Refuse,
            (true, false) => LinkPolicy::Follow,
            (true, true) => LinkPolicy::Beneath,
        }
    }
}

/// How directories are listed. The answers are the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Walker {
    /// The fastest this system offers.
    #[default]
    Native,
    /// The C library's way, `readdir`: that of systems without a native
    /// walker.
    Portable,
}

/// What to hash, and how.
///
/// ```
/// use sanchay::{Algorithm, HashOptions, Method};
///
/// let options = HashOptions {
///     method: Method::Whole(Algorithm::Blake3),
///     ..Default::default()
/// };
/// ```
#[derive(Clone, Debug, Default)]
pub struct HashOptions {
    /// Which files of the directories that are named.
    pub walk: WalkOptions,
    /// How a file's content is identified.
    pub method: Method,
}

impl HashOptions {
    /// The program that decides which files are wanted. Its filter may test
    /// digests, by the name `hash`.
    ///
    /// # Errors
    /// [`Error::Filter`] if the filter makes no sense.
    pub fn program(&self) -> Result<Program, Error> {
        let columns = self.walk.plugins.value_columns().with_digest();
        self.walk.filter.program_with(&columns).map_err(Error::Filter)
    }
}

/// Which files to compare, and how. By default hard links are one file, and
/// XXH3 with 128 bits decides what is equal.
///
/// ```
/// use sanchay::{DuplicateOptions, Filter, WalkOptions};
///
/// let filter = Filter::default().min_size(4096);
/// let options = DuplicateOptions {
///     walk: WalkOptions { filter, ..Default::default() },
///     ..Default::default()
/// };
/// ```
#[derive(Clone, Debug)]
pub struct DuplicateOptions {
    /// Which files. Unless a least size is given, empty files are left out.
    pub walk: WalkOptions,
    /// Whether identical folders are found, and of each group of them the
    /// files of one only. Links are not followed then.
    pub folders: bool,
    /// Whether hard links of one file count as duplicates of each other.
    pub hardlinks: bool,
    /// The digest that equal files share. CRC-32, whose 32 bits are too few
    /// for that, is refused.
    pub algorithm: Algorithm,
    /// Directories and files that the roots are compared with: only groups
    /// that have a file of these count, and their files are references, which
    /// stay.
    pub against: Vec<PathBuf>,
    /// Directories and files whose files are references: they are compared,
    /// and stay. A group of nothing but references is none.
    pub references: Vec<PathBuf>,
    /// Whether only files on one device are in one group.
    pub same_device: bool,
    /// How many files a group has at least; less than two means two.
    pub min_group: usize,
    /// Whether equal files are compared byte by byte as well. One that differs
    /// is an error, and in no group.
    pub verify: bool,
    /// The order of the groups: by default those come first of which most can
    /// be reclaimed.
    pub order: GroupOrder,
}

impl Default for DuplicateOptions {
    fn default() -> Self {
        Self {
            walk: WalkOptions::default(),
            folders: false,
            hardlinks: false,
            algorithm: Algorithm::Xxh3_128,
            against: Vec::new(),
            references: Vec::new(),
            same_device: false,
            min_group: 2,
            verify: false,
            order: GroupOrder::default(),
        }
    }
}

/// What a summary tells of which files.
///
/// ```
/// use sanchay::SummaryOptions;
///
/// let options = SummaryOptions { depth: 1, ..Default::default() };
/// assert_eq!(options.top, 10);
/// ```
#[derive(Clone, Debug)]
pub struct SummaryOptions {
    /// Which files.
    pub walk: WalkOptions,
    /// How deep the sums by folder go: 0 for the roots alone.
    pub depth: u32,
    /// How many entries each list has at most.
    pub top: usize,
    /// Whether to tell kinds of content, for which every file is opened and
    /// its first bytes are read.
    pub content: bool,
    /// What ages are reckoned from; `None`: when the run begins.
    pub now: Option<Timestamp>,
}

impl Default for SummaryOptions {
    fn default() -> Self {
        let walk = WalkOptions::default();
        Self { walk, depth: 2, top: 10, content: false, now: None }
    }
}

/// How a list of digests is checked.
///
/// ```
/// use sanchay::{Algorithm, CheckOptions};
///
/// let options = CheckOptions {
///     algorithm: Some(Algorithm::Sha256),
///     ..Default::default()
/// };
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct CheckOptions {
    /// The algorithm of lines that do not name theirs; `None`: guessed from
    /// the digest's length, and where two are possible (SHA-256 and BLAKE3,
    /// XXH3-128 and MD5), either will do.
    pub algorithm: Option<Algorithm>,
    /// The chunk of partial digests whose lines do not have theirs, in bytes;
    /// `None`: [`DEFAULT_CHUNK`](crate::DEFAULT_CHUNK).
    pub chunk: Option<u32>,
}
