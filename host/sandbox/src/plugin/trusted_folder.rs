//! Opens a folder that nobody else could have put there.
//!
//! Who may write to a folder on the way can lead the path elsewhere: by a
//! link, or by another folder in the place of ours. So the path is followed
//! from `/`, one component at a time, each relative to the handle of the one
//! before it, and what was checked is what is used: nothing is looked up
//! twice.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Component, Path, PathBuf};

use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, Stat, fstat, mkdirat, open, openat,
    readlinkat, statat,
};
use rustix::io::Errno;
use rustix::process::Uid;

/// More links than this are not followed on the way, as the system has it.
const LINKS: usize = 40;

/// Folders on the way are only passed through, which needs no permission to
/// read them.
#[cfg(target_os = "linux")]
const THROUGH: OFlags = OFlags::PATH;
#[cfg(not(target_os = "linux"))]
const THROUGH: OFlags = OFlags::RDONLY;

/// Opens the folder at `path`, which is made where it is missing, for `user`.
/// Fails with the reason where anyone but that user and root could have
/// changed what the path leads to.
pub(super) fn open_trusted(path: &Path, user: Uid) -> io::Result<OwnedFd> {
    if !path.is_absolute() {
        return Err(io::Error::other("the path is relative"));
    }
    let root = root()?;
    check(&fstat(&root)?, user, Path::new("/"))?;
    // The way from the root to where we are, for `..` in links.
    let mut way = vec![root];
    let mut shown = PathBuf::from("/");
    let mut rest = components(path);
    let mut links = 0;
    while let Some(name) = rest.pop() {
        if name == ".." {
            if way.len() > 1 {
                way.pop();
                shown.pop();
            }
            continue;
        }
        let here = way.last().ok_or(Errno::NOENT)?;
        let next = shown.join(&name);
        match status(here, &name)? {
            Some(link) if kind(&link) == FileType::Symlink => {
                links += 1;
                if links > LINKS {
                    return Err(Errno::LOOP.into());
                }
                owned(&link, user, &next)?;
                let target = readlinkat(here, &*name, Vec::new())?;
                let target = OsString::from_vec(target.into_bytes());
                let target = PathBuf::from(target);
                if target.is_absolute() {
                    way.truncate(1);
                    shown = PathBuf::from("/");
                }
                rest.extend(components(&target));
                continue;
            }
            Some(_) => {}
            None => match mkdirat(here, &*name, Mode::RWXU) {
                // Another run was faster.
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(describe_error(&next, &error)),
            },
        }
        let flags =
            THROUGH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let folder = openat(here, &*name, flags, Mode::empty())
            .map_err(|error| describe_error(&next, &error))?;
        check(&fstat(&folder)?, user, &next)?;
        way.push(folder);
        shown = next;
    }
    let last = way.last().ok_or(Errno::NOENT)?;
    let status = fstat(last)?;
    if status.st_uid != user.as_raw() || status.st_mode & 0o022 != 0 {
        return Err(distrust(&shown, "it is not this user's alone"));
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Ok(openat(last, ".", flags, Mode::empty())?)
}

fn root() -> io::Result<OwnedFd> {
    let flags = THROUGH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Ok(open("/", flags, Mode::empty())?)
}

/// The components of a path, the last one first.
fn components(path: &Path) -> Vec<OsString> {
    let mut names: Vec<OsString> = path
        .components()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_owned()),
            Component::ParentDir => Some("..".into()),
            _ => None,
        })
        .collect();
    names.reverse();
    names
}

/// What a folder has under a name, links as they are.
fn status(folder: &OwnedFd, name: &OsStr) -> io::Result<Option<Stat>> {
    match statat(folder, name.as_bytes(), AtFlags::SYMLINK_NOFOLLOW) {
        Ok(status) => Ok(Some(status)),
        Err(Errno::NOENT) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Whether nobody but the user and root can change what is in a folder. In
/// one with the sticky bit others can add entries, and not change ours; whose
/// an entry is gets checked for each.
fn check(folder: &Stat, user: Uid, path: &Path) -> io::Result<()> {
    owned(folder, user, path)?;
    let others = folder.st_mode & 0o022 != 0;
    let sticky = folder.st_mode & 0o1000 != 0;
    match others && !sticky {
        true => Err(distrust(path, "others may write to it")),
        false => Ok(()),
    }
}

fn owned(status: &Stat, user: Uid, path: &Path) -> io::Result<()> {
    match status.st_uid == user.as_raw() || status.st_uid == 0 {
        true => Ok(()),
        false => Err(distrust(path, "it belongs to another user")),
    }
}

fn kind(status: &Stat) -> FileType {
    FileType::from_raw_mode(status.st_mode)
}

fn distrust(path: &Path, why: &str) -> io::Error {
    io::Error::other(format!("{}: {why}", path.display()))
}

fn describe_error(path: &Path, error: &Errno) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests;
