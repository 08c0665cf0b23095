//! Ignore files: read where they lie, below the roots. What is above a root
//! lies in no folder that was given.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use sanchay_arguments::WalkOptions;
use sanchay_core::ignore::{
    EXCLUDE, Found, GIT, HEAD, InForce, MAX_TEXT, OF_REPOSITORY, Place, Rank,
    RuleSet, RuleSetError, weight,
};
use sanchay_core::reading::{File as _, Source as _};
use wasi::filesystem::types::{
    Descriptor, DescriptorType, ErrorCode, PathFlags,
};

use crate::failure::{Action, Cause, Failure, Problem};
use crate::folders::{Folders, Named};
use crate::listing::OnError;
use crate::opening::{descend, open_directory, open_file};
use crate::source::OpenFile;
use crate::stat::Stat;

/// What a run leaves out by ignore files.
pub(crate) struct Ignoring {
    /// Whether ignore files in directories count.
    git: bool,
    /// The files that the user named, in the order in which they count.
    named: Vec<Rc<IgnoreFile>>,
}

/// An ignore file.
pub(crate) struct IgnoreFile {
    /// Its path, for messages.
    pub(crate) path: String,
    pub(crate) rules: RuleSet,
    weight: usize,
}

/// The ignore files that apply to a directory, which shares them with the one
/// above if it has none of its own.
#[derive(Clone, Default)]
pub(crate) struct Rules(Option<Rc<InForce<Rc<IgnoreFile>>>>);

impl Rules {
    /// The files, the one that counts the most last.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Rc<IgnoreFile>> {
        self.0.iter().flat_map(|files| files.files())
    }
}

impl Ignoring {
    /// Reads the files that the user named.
    pub(crate) fn read(
        options: &WalkOptions,
        folders: &Folders,
    ) -> Result<Self, Failure> {
        let named = options.ignore_files.iter().map(|path| {
            let opened = folders.open(path).and_then(|named| match named {
                Named::File(file, stat) => read(&file, &stat),
                Named::Directory(_) => {
                    Err(Problem::NotRegular("a directory").into())
                }
            });
            let file = opened.and_then(|text| {
                IgnoreFile::new(path, &text, Place::Below(Vec::new()))
            });
            file.map(Rc::new).map_err(|cause| Failure::IgnoreFile {
                path: path.clone(),
                cause,
            })
        });
        let named = named.collect::<Result<_, Failure>>()?;
        Ok(Self { git: options.gitignore, named })
    }

    /// Whether there is anything to ignore.
    pub(crate) fn is_active(&self) -> bool {
        self.git || !self.named.is_empty()
    }

    /// What applies to a root before its own files do.
    pub(crate) fn of_root(&self) -> Rules {
        let mut files = InForce::default();
        for file in &self.named {
            files.add(Rank::Named, file.weight, Rc::clone(file));
        }
        let root = Place::Below(Vec::new());
        if self.git
            && let Ok(own) = IgnoreFile::new(GIT, GIT.as_bytes(), root)
        {
            files.add(Rank::Own, own.weight, Rc::new(own));
        }
        Rules((!files.is_empty()).then(|| Rc::new(files)))
    }

    /// What applies to a directory: what applies above it, and what its own
    /// ignore files say, which show among what it lists. `path` is its path
    /// below the root, and `shown` what precedes names in messages.
    pub(crate) fn enter(
        &self,
        above: &Rules,
        folder: &Descriptor,
        found: Found,
        (path, shown): (&str, &str),
        on_error: OnError<'_>,
    ) -> Rules {
        if !self.git || found.is_none() {
            return above.clone();
        }
        let mut files = above.0.as_deref().cloned().unwrap_or_default();
        let repository = found.repository && begins_repository(folder);
        let found = Found { repository, ..found };
        if found.repository {
            files.begin_repository();
        }
        let place = || Place::Below(path.as_bytes().to_vec());
        let mut add = |rank, name: &str, text: Result<_, Cause>| {
            let file = text.and_then(|text: Option<Vec<u8>>| {
                let Some(text) = text else { return Ok(None) };
                if !files.has_room(weight(text.len())) {
                    return Err(Problem::TooManyIgnoreFiles.into());
                }
                let path = format!("{shown}{name}");
                IgnoreFile::new(&path, &text, place()).map(Some)
            });
            match file {
                Ok(Some(file)) => files.add(rank, file.weight, Rc::new(file)),
                Ok(None) => {}
                Err(cause) => on_error(name, Action::Ignore, cause),
            }
        };
        if found.repository {
            let [info, exclude] = EXCLUDE;
            let text = match descend(folder, [GIT, info].into_iter()) {
                Ok(Some(below)) => read_in(&below, exclude),
                Ok(None) => Ok(None),
                // Not every repository has it.
                Err(cause) => none_or(cause),
            };
            add(Rank::Exclude, &format!("{GIT}/{info}/{exclude}"), text);
        }
        for (rank, name) in found.names() {
            add(rank, name, read_in(folder, name));
        }
        Rules((!files.is_empty()).then(|| Rc::new(files)))
    }
}

impl IgnoreFile {
    fn new(path: &str, text: &[u8], place: Place) -> Result<Self, Cause> {
        let rules = RuleSet::parse(text, place)
            .map_err(|error| Cause::from(Problem::IgnoreRules(error)))?;
        Ok(Self { path: path.into(), rules, weight: weight(text.len()) })
    }
}

/// Whether a repository begins in a folder, as git has it. What a file or a
/// link leads to lies elsewhere, and is not looked at.
fn begins_repository(folder: &Descriptor) -> bool {
    use DescriptorType::{Directory, RegularFile, SymbolicLink};
    let kind = |folder: &Descriptor, name: &str| {
        let stat = folder.stat_at(PathFlags::empty(), name);
        stat.map(|stat| stat.type_)
    };
    match kind(folder, GIT) {
        Ok(RegularFile | SymbolicLink) => true,
        Ok(Directory) => open_directory(folder, GIT).is_ok_and(|git| {
            let is_folder = |name: &&str| {
                matches!(kind(&git, name), Ok(Directory | SymbolicLink))
            };
            matches!(kind(&git, HEAD), Ok(RegularFile | SymbolicLink))
                && OF_REPOSITORY.iter().all(is_folder)
        }),
        _ => false,
    }
}

/// Reads an ignore file in a directory. `None` where there is no regular file
/// of that name: as in git, a link is not followed.
fn read_in(folder: &Descriptor, name: &str) -> Result<Option<Vec<u8>>, Cause> {
    match open_file(folder, name) {
        Ok((file, stat)) => read(&file, &stat).map(Some),
        Err(cause) => none_or(cause),
    }
}

/// That there is no such file, or why it cannot be opened.
fn none_or(cause: Cause) -> Result<Option<Vec<u8>>, Cause> {
    match cause {
        Cause::Host(ErrorCode::NoEntry | ErrorCode::NotDirectory)
        | Cause::Problem(Problem::BecameLink | Problem::NotRegular(_)) => {
            Ok(None)
        }
        cause => Err(cause),
    }
}

/// Reads an open ignore file, which must not be too long.
fn read(file: &Descriptor, stat: &Stat) -> Result<Vec<u8>, Cause> {
    let most = u64::try_from(MAX_TEXT).unwrap_or(u64::MAX);
    let too_long = || Cause::from(Problem::IgnoreRules(RuleSetError::TooLong));
    if stat.size > most {
        return Err(too_long());
    }
    // It may grow meanwhile.
    let mut text = Vec::new();
    let file = OpenFile(file);
    let mut source = file.from(0);
    loop {
        let bytes = source.read(most)?;
        if bytes.is_empty() {
            return Ok(text);
        }
        text.extend_from_slice(&bytes);
        if text.len() > MAX_TEXT {
            return Err(too_long());
        }
    }
}
