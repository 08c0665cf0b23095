//! The ignore files of a walk: which there are, in what order they count, and
//! how they are read. What their text means is decided in the sandbox.

mod above;
mod in_force;
mod user;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use sanchay_core::ignore::{
    EXCLUDE, Found, GIT, GITIGNORE, HEAD, IGNORE, MAX_TEXT, OF_REPOSITORY,
    Rank, RuleSetError,
};
use sanchay_names::OsStrExt as _;
use sanchay_sandbox::{IgnoreFile, Place};
use sanchay_storage::{
    Directory, EntryKind, File, Links, Listing, Metadata, Storage,
    StorageError,
};
use sanchay_sync::lock;

use self::in_force::Adding;
pub(crate) use self::in_force::InForce;
use super::{Open, RootEntry};
use crate::{
    error::{Action, Cause, EntryError, Error, Problem},
    inspect::Inspect,
    options::WalkOptions,
    pool::Pool,
};

/// How many bytes are read at once, at least.
const LEAST: usize = 4096;

/// What a run leaves out by ignore files.
#[derive(Debug)]
pub(crate) struct Ignoring {
    /// Whether ignore files in directories count.
    git: bool,
    /// The files that the caller named, in the order in which they count.
    named: Vec<Arc<IgnoreFile>>,
    /// The user's own file.
    user: Option<Arc<IgnoreFile>>,
    /// What is wrong with that, until it was said.
    complaint: Mutex<Option<EntryError>>,
    /// What is left out wherever git's files count: its own.
    own: Arc<IgnoreFile>,
}

impl Ignoring {
    /// Reads the files that do not lie in the trees that are walked. What is
    /// wrong with those that the caller named shows whatever is walked.
    pub(crate) fn read(
        options: &WalkOptions,
        storage: &dyn Storage,
        pool: &Pool,
    ) -> Result<Arc<Self>, Error> {
        let root = || Place::Below(Vec::new());
        let named = options.ignore_files.iter().map(|path| {
            let text = RootEntry::open_file(storage, path)
                .and_then(|(file, metadata)| read(&file, &metadata))
                .map_err(|cause| refused(path, cause))?;
            Ok(Arc::new(IgnoreFile::new(path.clone(), text, root())))
        });
        let named = named.collect::<Result<_, Error>>()?;
        let git = options.gitignore;
        let user = if git { user::path() } else { None };
        let (user, complaint) = match user.map(|path| user::read(&path)) {
            Some(Ok(Some((path, text)))) => {
                (Some(Arc::new(IgnoreFile::new(path, text, root()))), None)
            }
            None | Some(Ok(None)) => (None, None),
            Some(Err(error)) => (None, Some(error)),
        };
        let own = IgnoreFile::new(GIT.into(), GIT.into(), root());
        let complaint = Mutex::new(complaint);
        let own = Arc::new(own);
        let mut ignoring = Self { git, named, user, complaint, own };
        if !ignoring.named.is_empty() || ignoring.user.is_some() {
            let mut inspector = pool.inspector();
            let checked = ignoring.check(&mut *inspector);
            pool.give_back(inspector);
            checked?;
        }
        Ok(Arc::new(ignoring))
    }

    /// Whether there is anything to ignore.
    pub(super) fn is_active(&self) -> bool {
        self.git || !self.named.is_empty()
    }

    /// Has an inspector parse the files that the caller named, and the user's
    /// own, which is not used if it is refused.
    fn check(&mut self, inspector: &mut dyn Inspect) -> Result<(), Error> {
        if let Some(user) = &self.user
            && let Err(why) = inspector.add_rules(user)
        {
            let error = unusable(user.path().to_owned(), why.into());
            self.complaint = Mutex::new(Some(error));
            self.user = None;
        }
        for file in &self.named {
            let added = inspector.add_rules(file);
            added.map_err(|error| refused(file.path(), error.into()))?;
        }
        Ok(())
    }

    /// Reads the ignore files of a directory that was listed, whose path below
    /// the root is given; afterwards it knows all that apply to it.
    pub(super) fn enter(
        &self,
        open: &mut Open,
        listing: &Listing,
        directory: &[u8],
        inspector: &mut dyn Inspect,
        errors: &mut Vec<EntryError>,
    ) {
        let is_root = open.node.depth() == 0;
        let found = match self.git {
            true => {
                let kinds = listing.kinds().iter().copied();
                let entries = kinds.enumerate();
                Found::among(
                    entries.map(|(at, kind)| (listing.name(at), kind)),
                )
            }
            false => Found::default(),
        };
        let repository =
            found.repository && begins_repository(open.directory());
        let found = Found { repository, ..found };
        if !is_root && found.is_none() {
            return;
        }
        if is_root {
            errors.extend(lock(&self.complaint).take());
        }
        let mut adding = Adding::new(&open.ignoring, inspector, errors);
        if is_root {
            self.begin(open, found, &mut adding);
        }
        let place = || Place::Below(directory.to_vec());
        if found.repository {
            adding.begin_repository();
            if let Some(user) = &self.user {
                let user = match directory.is_empty() {
                    true => Arc::clone(user),
                    false => Arc::new(user.at(place())),
                };
                adding.add(Rank::User, user);
            }
            let text = read_exclude(open.directory());
            let path = exclude_path();
            let path = open.node.entry(path.as_os_str().as_bytes());
            adding.add_found(Rank::Exclude, text, path, place());
        }
        for (rank, name) in found.names() {
            let path = open.node.entry(name.as_bytes());
            let text = read_in(open.directory(), name);
            adding.add_found(rank, text, path, place());
        }
        open.ignoring = adding.finish();
    }

    /// Adds what applies to a root before its own files do.
    fn begin(&self, open: &Open, found: Found, adding: &mut Adding<'_>) {
        for file in &self.named {
            adding.add(Rank::Named, Arc::clone(file));
        }
        if !self.git {
            return;
        }
        adding.add(Rank::Own, Arc::clone(&self.own));
        // A repository of its own has nothing to do with what is above it.
        let above = match found.repository {
            true => Vec::new(),
            false => above::levels(open.node.tree()),
        };
        let place = |way: &[u8]| Place::Above(way.to_vec());
        let top = above.last();
        if let Some(user) = &self.user {
            let user = match top {
                Some(top) => Arc::new(user.at(place(&top.way))),
                None => Arc::clone(user),
            };
            adding.add(Rank::User, user);
        }
        if let Some(top) = top {
            let text = read_exclude(&*top.directory);
            let path = top.path.join(exclude_path());
            adding.add_found(Rank::Exclude, text, path, place(&top.way));
        }
        for level in above.iter().rev() {
            for (rank, name) in [(Rank::Git, GITIGNORE), (Rank::Other, IGNORE)]
            {
                let text = read_in(&*level.directory, name);
                let path = level.path.join(name);
                adding.add_found(rank, text, path, place(&level.way));
            }
        }
    }
}

/// Whether a repository begins in a directory, as git has it. What a file or
/// a link leads to lies elsewhere, and is not looked at.
fn begins_repository(directory: &dyn Directory) -> bool {
    let kind = |directory: &dyn Directory, name: &str| {
        let found = directory.stat(name.as_bytes(), Links::Refuse);
        found.map(|(kind, _)| kind)
    };
    match kind(directory, GIT) {
        Ok(EntryKind::File | EntryKind::Symlink) => true,
        Ok(EntryKind::Directory) => {
            let git = directory.open_dir(GIT.as_bytes(), Links::Refuse);
            git.is_ok_and(|git| {
                let is_head = |kind| {
                    matches!(kind, EntryKind::File | EntryKind::Symlink)
                };
                let is_folder = |name: &&str| {
                    kind(&*git, name).is_ok_and(|it| {
                        it == EntryKind::Directory || it == EntryKind::Symlink
                    })
                };
                kind(&*git, HEAD).is_ok_and(is_head)
                    && OF_REPOSITORY.iter().all(is_folder)
            })
        }
        _ => false,
    }
}

/// The path of a repository's [`EXCLUDE`] below its topmost directory.
fn exclude_path() -> PathBuf {
    [GIT].iter().chain(&EXCLUDE).collect()
}

/// Reads what a repository ignores without saying so in its tree.
fn read_exclude(top: &dyn Directory) -> Result<Option<Vec<u8>>, Cause> {
    let [info, exclude] = EXCLUDE;
    let below = top
        .open_dir(GIT.as_bytes(), Links::Refuse)
        .and_then(|git| git.open_dir(info.as_bytes(), Links::Refuse));
    match below {
        Ok(below) => read_in(&*below, exclude),
        // Not every repository has it, and a work tree's `.git` is a file.
        Err(error) => none_or(error),
    }
}

/// Reads an ignore file in a directory. `None` where there is no regular file
/// of that name: as in git, a link is not followed.
fn read_in(
    directory: &dyn Directory,
    name: &str,
) -> Result<Option<Vec<u8>>, Cause> {
    match directory.open_file(name.as_bytes(), Links::Refuse) {
        Ok((file, metadata)) => read(&file, &metadata).map(Some),
        Err(error) => none_or(error),
    }
}

/// That there is no such file, or why it cannot be opened.
fn none_or(error: StorageError) -> Result<Option<Vec<u8>>, Cause> {
    match error {
        StorageError::Link | StorageError::NotRegular(_) => Ok(None),
        StorageError::Io(error) if is_missing(&error) => Ok(None),
        error => Err(error.into()),
    }
}

/// Whether an error says that there is no such file.
fn is_missing(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    matches!(error.kind(), NotFound | NotADirectory)
}

/// Reads an open ignore file, which must not be too long.
fn read(file: &File, metadata: &Metadata) -> Result<Vec<u8>, Cause> {
    let too_long = || Problem::IgnoreRules(RuleSetError::TooLong).into();
    if metadata.size > MAX_TEXT as u64 {
        return Err(too_long());
    }
    // It may grow meanwhile.
    let size = usize::try_from(metadata.size).unwrap_or(MAX_TEXT);
    let mut space = vec![0; size.max(LEAST) + 1];
    let mut text = Vec::new();
    loop {
        let len = file.read_at(&mut space, text.len() as u64)?;
        text.extend_from_slice(space.get(..len).unwrap_or_default());
        if text.len() > MAX_TEXT {
            return Err(too_long());
        }
        if len == 0 || text.len() as u64 == metadata.size {
            return Ok(text);
        }
    }
}

/// The error of a file that the caller named.
fn refused(path: &Path, cause: Cause) -> Error {
    Error::IgnoreFile { path: path.to_owned(), cause }
}

/// The error of one that was found.
fn unusable(path: PathBuf, cause: Cause) -> EntryError {
    EntryError::new(path, Action::Ignore, cause)
}
