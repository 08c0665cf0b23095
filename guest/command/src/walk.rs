//! Walking a directory and all that lies below it, without following links:
//! every directory and file is opened by a name of one component, relative to
//! the handle of the directory that listed it.

use alloc::string::String;
use alloc::vec::{self, Vec};

use sanchay_arguments::WalkOptions;
use sanchay_core::filter::Matcher;
use sanchay_core::problem::MAX_PATH;
use wasi::filesystem::types::{Descriptor, ErrorCode, PathFlags};

use crate::failure::{Action, Cause, EntryError, Failure, Problem};
use crate::folders::{Folders, Named};
use crate::ignoring::{Ignoring, Rules};
use crate::listing::{Item, Lister};
use crate::opening::{descend, join, open_directory};
use crate::output::OutputFile;
use crate::stat::Stat;

/// How many directories of the way down are held open. Those above are opened
/// again when the walk comes back to them.
const OPEN: usize = 64;

/// From a directory no more than so many levels above, the way down is gone
/// without anything on it being held open.
const NEAR: usize = 32;

/// An entry that a walk found.
pub(crate) struct Found<'w> {
    /// Its directory.
    pub(crate) folder: &'w Descriptor,
    /// What precedes the name in its path: empty, or ending in a slash.
    pub(crate) parent: &'w str,
    /// The length of the root's path in that, with its slash.
    pub(crate) root: usize,
    /// Its name.
    pub(crate) name: &'w str,
    /// Its metadata, where it was asked for.
    pub(crate) stat: Option<Stat>,
}

/// What a walk is for.
pub(crate) trait Visitor {
    /// Whether to list a directory; it is open.
    fn enters(&mut self, _folder: &Descriptor) -> bool {
        true
    }

    /// A root is a directory, which is walked next.
    fn root(&mut self, _path: &str) {}

    /// A root is a file that is wanted.
    fn named(
        &mut self,
        path: &str,
        file: &Descriptor,
        stat: &Stat,
    ) -> Result<(), Failure>;

    /// A file was found.
    fn file(&mut self, file: &Found<'_>) -> Result<(), Failure>;

    /// An entry failed.
    fn error(&mut self, error: &EntryError) -> Result<(), Failure>;
}

/// A directory on the way down.
struct Level {
    /// Its handle; `None` while it is not needed and others are.
    folder: Option<Descriptor>,
    name: String,
    /// The ignore files that apply to it.
    rules: Rules,
    /// What is left to be dealt with.
    items: vec::IntoIter<Item>,
}

/// What walks have in common, whatever their roots.
pub(crate) struct Walker<'w> {
    folders: &'w Folders,
    lister: Lister,
    max_depth: Option<usize>,
    /// The file that is written meanwhile, which is not found.
    leave_out: OutputFile,
}

impl<'w> Walker<'w> {
    /// A walker of what the options want. `measured` asks for the metadata of
    /// every entry.
    pub(crate) fn new(
        folders: &'w Folders,
        options: WalkOptions,
        measured: bool,
        leave_out: OutputFile,
    ) -> Result<Self, Failure> {
        let program = options.filter.program().map_err(Failure::Filter)?;
        let matcher = Matcher::compile(&program).map_err(Failure::Program)?;
        let ignoring = Ignoring::read(&options, folders)?;
        let lister = Lister::new(matcher, ignoring, measured);
        Ok(Self { folders, lister, max_depth: options.max_depth, leave_out })
    }

    /// Shows a visitor a file that the user named, or what lies below a
    /// directory.
    pub(crate) fn root(
        &self,
        path: &str,
        visitor: &mut dyn Visitor,
    ) -> Result<(), Failure> {
        match self.folders.open(path) {
            Ok(Named::Directory(folder)) => {
                visitor.root(path);
                self.walk(folder, path, visitor)
            }
            Ok(Named::File(file, stat)) => {
                match self.lister.wants_named(&stat) {
                    true => visitor.named(path, &file, &stat),
                    false => Ok(()),
                }
            }
            Err(cause) => {
                let action = Action::Open;
                visitor.error(&EntryError::named(path, action, cause))
            }
        }
    }

    fn walk(
        &self,
        folder: Descriptor,
        path: &str,
        visitor: &mut dyn Visitor,
    ) -> Result<(), Failure> {
        let mut path = String::from(path);
        if !path.is_empty() && !path.ends_with('/') {
            path.push('/');
        }
        let root = path.len();
        let mut walk = Walk { walker: self, levels: Vec::new(), path, root };
        if self.max_depth != Some(0) {
            walk.enter(folder, String::new(), visitor)?;
        }
        while let Some(level) = walk.levels.last_mut() {
            match level.items.next() {
                Some(item) => walk.item(&item, visitor)?,
                None => walk.leave(),
            }
        }
        Ok(())
    }
}

/// A walk below one root.
struct Walk<'w> {
    walker: &'w Walker<'w>,
    levels: Vec<Level>,
    /// The path of the deepest level, with a slash at its end unless empty.
    path: String,
    root: usize,
}

impl Walk<'_> {
    /// Lists a directory and makes it the deepest level.
    fn enter(
        &mut self,
        folder: Descriptor,
        name: String,
        visitor: &mut dyn Visitor,
    ) -> Result<(), Failure> {
        if !visitor.enters(&folder) {
            return Ok(());
        }
        if !name.is_empty() {
            self.path.push_str(&name);
            self.path.push('/');
        }
        let depth = self.levels.len();
        let mut errors = Vec::new();
        let mut on_error = |name: &str, action, cause: Cause| {
            errors.push(EntryError::new(self.join(name), action, cause));
        };
        let below = self.path.get(self.root..).unwrap_or_default();
        let lister = &self.walker.lister;
        let mut rules = match self.levels.last() {
            Some(above) => above.rules.clone(),
            None => lister.rules_of_root(),
        };
        let paths = (below, self.path.as_str());
        let mut items = lister.list(&folder, paths, &mut rules, &mut on_error);
        for mut error in errors {
            // A root without metadata counts as missing.
            let refused = matches!(error.cause, Cause::Host(_));
            error.named = refused && depth == 0 && items.is_empty();
            visitor.error(&error)?;
        }
        if self.walker.max_depth.is_some_and(|max| depth + 1 >= max) {
            items.retain(|item| !item.enter);
        }
        let items = items.into_iter();
        self.levels.push(Level { folder: Some(folder), name, rules, items });
        // The root stays open: all ways begin there.
        let crowded = self.levels.len().checked_sub(OPEN + 1);
        if let Some(index) = crowded.filter(|index| *index > 0)
            && let Some(level) = self.levels.get_mut(index)
        {
            level.folder = None;
        }
        Ok(())
    }

    fn leave(&mut self) {
        if let Some(level) = self.levels.pop()
            && !level.name.is_empty()
        {
            let length = self.path.len().saturating_sub(level.name.len() + 1);
            self.path.truncate(length);
        }
    }

    fn item(
        &mut self,
        item: &Item,
        visitor: &mut dyn Visitor,
    ) -> Result<(), Failure> {
        let below = self.path.len().saturating_sub(self.root);
        let length = below.saturating_add(item.name.len());
        let opened = match item.enter && length >= MAX_PATH {
            true => Err(Problem::PathTooLong.into()),
            false => self.open().and_then(|folder| match item.enter {
                true => open_directory(folder, &item.name).map(Some),
                false => Ok(None),
            }),
        };
        match opened {
            Ok(Some(child)) => self.enter(child, item.name.clone(), visitor),
            Ok(None) => match self.levels.last() {
                Some(Level { folder: Some(folder), .. })
                    if self.is_left_out(folder, &item.name) =>
                {
                    Ok(())
                }
                Some(Level { folder: Some(folder), .. }) => {
                    visitor.file(&Found {
                        folder,
                        parent: &self.path,
                        root: self.root,
                        name: &item.name,
                        stat: item.stat,
                    })
                }
                _ => Ok(()),
            },
            Err(cause) => {
                let path = self.join(&item.name);
                let action = match item.enter {
                    true => Action::OpenDirectory,
                    false => Action::Open,
                };
                visitor.error(&EntryError::new(path, action, cause))
            }
        }
    }

    /// The deepest level's handle, opened again if it was closed. Of a long
    /// way down, the levels half way, half of the rest of the way and so on
    /// are held open, too: the walk comes back to them.
    fn open(&mut self) -> Result<&Descriptor, Cause> {
        let closed = |level: &&Level| level.folder.is_none();
        loop {
            let reopen = self.levels.iter().rev().take_while(closed).count();
            let hop = match reopen {
                0 => break,
                far if far > NEAR => far.div_ceil(2),
                near => near,
            };
            let kept = self.levels.len().saturating_sub(reopen);
            let (above, below) = self.levels.split_at_mut(kept);
            let below = below.get_mut(..hop).unwrap_or_default();
            let names = below.iter().map(|level| level.name.as_str());
            let from = above.last().and_then(|level| level.folder.as_ref());
            let folder =
                descend(from.ok_or(ErrorCode::BadDescriptor)?, names)?;
            match below.last_mut() {
                Some(level) => level.folder = folder,
                None => break,
            }
        }
        let deepest = self.levels.last().and_then(|it| it.folder.as_ref());
        Ok(deepest.ok_or(ErrorCode::BadDescriptor)?)
    }

    fn is_left_out(&self, folder: &Descriptor, name: &str) -> bool {
        let Some(own) = self.walker.leave_out.get() else { return false };
        let found = folder.metadata_hash_at(PathFlags::empty(), name);
        found.is_ok_and(|it| (it.lower, it.upper) == own)
    }

    fn join(&self, name: &str) -> String {
        join(&self.path, name)
    }
}
