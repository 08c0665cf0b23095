//! The folders that the host gave, and the way to a path in one of them.
//!
//! WASI has no root and no current directory: there are open folders, each
//! with the name that the host gave it (`--dir HOST::NAME`). A path is looked
//! up in the folder whose name is the longest that it begins with. A relative
//! path is looked up in the folders with relative names first (`--dir .`),
//! then from the current directory where the host tells one, and then from
//! the root, as the C library of WASI does.

use alloc::string::String;
use alloc::vec::Vec;

use wasi::cli::environment::initial_cwd;
use wasi::filesystem::preopens::get_directories;
use wasi::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorType, OpenFlags, PathFlags,
};

use crate::failure::Cause;
use crate::stat::{Stat, not_regular};

/// The folders that the host gave.
pub(crate) struct Folders {
    given: Vec<Given>,
    current: Option<String>,
}

struct Given {
    folder: Descriptor,
    absolute: bool,
    name: Vec<String>,
}

/// A way to a path: from a folder, by a path relative to it.
pub(crate) struct Way<'f> {
    folder: &'f Descriptor,
    rest: String,
}

/// What a path that the user named leads to.
pub(crate) enum Named {
    /// A directory, open.
    Directory(Descriptor),
    /// A regular file, open.
    File(Descriptor, Stat),
}

impl Folders {
    /// Asks the host.
    pub(crate) fn given() -> Self {
        let given = get_directories()
            .into_iter()
            .map(|(folder, name)| Given {
                folder,
                absolute: name.starts_with('/'),
                name: components(&name).map(String::from).collect(),
            })
            .collect();
        Self { given, current: initial_cwd() }
    }

    /// The way to a path; an empty one is the current directory.
    pub(crate) fn way(&self, path: &str) -> Result<Way<'_>, Cause> {
        let way = if path.starts_with('/') {
            self.search(true, &[], path)
        } else {
            let current = self.current.as_deref().unwrap_or("/");
            let current: Vec<&str> = components(current).collect();
            self.search(false, &[], path)
                .or_else(|| self.search(true, &current, path))
        };
        way.ok_or(Cause::NotGiven)
    }

    fn search(
        &self,
        absolute: bool,
        current: &[&str],
        path: &str,
    ) -> Option<Way<'_>> {
        let whole: Vec<&str> =
            current.iter().copied().chain(components(path)).collect();
        let best = self
            .given
            .iter()
            .filter(|given| given.absolute == absolute)
            .filter(|given| begins(&whole, &given.name))
            .max_by_key(|given| given.name.len())?;
        let mut rest =
            whole.get(best.name.len()..).unwrap_or_default().join("/");
        if rest.is_empty() {
            rest.push('.');
        } else if path.ends_with('/') {
            // Only a directory has one.
            rest.push('/');
        }
        Some(Way { folder: &best.folder, rest })
    }

    /// Opens what the user named, to be read. Links are followed: the user
    /// meant what they lead to.
    pub(crate) fn open(&self, path: &str) -> Result<Named, Cause> {
        let way = self.way(path)?;
        let found = way.stat()?;
        match found.kind {
            DescriptorType::Directory => {
                let folder = way.open(OpenFlags::DIRECTORY)?;
                Ok(Named::Directory(folder))
            }
            DescriptorType::RegularFile => {
                let file = way.open(OpenFlags::empty())?;
                let found = Stat::of(&file)?;
                match found.kind {
                    DescriptorType::RegularFile => {
                        Ok(Named::File(file, found))
                    }
                    other => Err(not_regular(other).into()),
                }
            }
            other => Err(not_regular(other).into()),
        }
    }
}

impl Folders {
    /// The directory that a named path lies in, and the name in it; `None` if
    /// it is unknown, or the name is that of a link.
    pub(crate) fn place(&self, path: &str) -> Option<((u64, u64), String)> {
        let way = self.way(path).ok()?;
        let here = PathFlags::empty();
        let found = Stat::at(way.folder, &way.rest, here).ok()?;
        if found.kind != DescriptorType::RegularFile {
            return None;
        }
        let (parent, name) = way.split();
        let parent = Way { folder: way.folder, rest: parent };
        Some((parent.identity()?, name.into()))
    }
}

impl Way<'_> {
    /// The metadata of what the path leads to.
    pub(crate) fn stat(&self) -> Result<Stat, Cause> {
        Stat::at(self.folder, &self.rest, PathFlags::SYMLINK_FOLLOW)
    }

    /// Who it is that the path leads to.
    pub(crate) fn identity(&self) -> Option<(u64, u64)> {
        let flags = PathFlags::SYMLINK_FOLLOW;
        let hash = self.folder.metadata_hash_at(flags, &self.rest).ok()?;
        Some((hash.lower, hash.upper))
    }

    fn open(&self, flags: OpenFlags) -> Result<Descriptor, Cause> {
        let follow = PathFlags::SYMLINK_FOLLOW;
        let read = DescriptorFlags::READ;
        Ok(self.folder.open_at(follow, &self.rest, flags, read)?)
    }

    /// Opens a file that is there, to be written.
    pub(crate) fn open_to_write(&self) -> Result<Descriptor, Cause> {
        let follow = PathFlags::SYMLINK_FOLLOW;
        let (none, write) = (OpenFlags::empty(), DescriptorFlags::WRITE);
        Ok(self.folder.open_at(follow, &self.rest, none, write)?)
    }

    /// Opens the directory that the path names something in; with the name.
    pub(crate) fn open_parent(&self) -> Result<(Descriptor, String), Cause> {
        let (parent, name) = self.split();
        let parent = Way { folder: self.folder, rest: parent };
        Ok((parent.open(OpenFlags::DIRECTORY)?, name.into()))
    }

    fn split(&self) -> (String, &str) {
        match self.rest.rsplit_once('/') {
            Some((parent, name)) => (parent.into(), name),
            None => (String::from("."), &*self.rest),
        }
    }
}

/// The components of a path, but for those that lead nowhere.
fn components(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|part| !part.is_empty() && *part != ".")
}

fn begins(path: &[&str], with: &[String]) -> bool {
    path.len() >= with.len() && path.iter().zip(with).all(|(a, b)| a == b)
}
