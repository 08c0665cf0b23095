//! Machine code of plugins, kept from one run to the next.
//!
//! Machine code is trusted: whoever can write it can do what this user can.
//! So a folder or file that anyone else could have put there is not used, and
//! what is damaged is not run. A cache that does not work costs time, never a
//! run: no error leaves this module.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{
    AtFlags, Dir, FileType, Mode, OFlags, Stat, Timespec, Timestamps,
    UTIME_NOW, fstat, openat, renameat, statat, unlinkat, utimensat,
};
use rustix::process::{geteuid, getpid};
use sha2::{Digest as _, Sha256};

use super::super::trusted_folder::open_trusted;

/// What is kept; those that were not used longest go first.
const KEPT: Room = Room { files: 32, bytes: 512 << 20 };

/// The largest file that is written or read, in bytes.
const FILE: u64 = 256 << 20;

/// What files of the cache end in, and such that are being written.
const SUFFIX: &str = ".code";
const UNFINISHED: &str = ".part";

/// How much is kept.
#[derive(Clone, Copy)]
struct Room {
    files: usize,
    bytes: u64,
}

/// An open cache.
pub(in crate::plugin) struct Cache(OwnedFd);

impl Cache {
    /// Opens a folder, or makes it. There is none where others could write,
    /// to it or to what leads to it.
    pub(in crate::plugin) fn open(path: &Path) -> Option<Self> {
        match open_trusted(path, geteuid()) {
            Ok(folder) => Some(Self(folder)),
            Err(error) => {
                let path = path.display();
                tracing::debug!(%path, %error, "no cache of plugins is used");
                None
            }
        }
    }

    /// What is kept under a key, undamaged.
    pub(in crate::plugin) fn get(&self, key: &str) -> Option<Vec<u8>> {
        let name = format!("{key}{SUFFIX}");
        let flags = OFlags::RDONLY
            | OFlags::NOFOLLOW
            | OFlags::NONBLOCK
            | OFlags::CLOEXEC;
        let file = openat(&self.0, &name, flags, Mode::empty()).ok()?;
        let status = fstat(&file).ok()?;
        if !is_ours(&status) || size(&status) > FILE {
            tracing::debug!(name, "not this user's alone, or too large");
            return None;
        }
        let mut kept = Vec::new();
        File::from(file).read_to_end(&mut kept).ok()?;
        let (digest, code) = kept.split_at_checked(32)?;
        if *Sha256::digest(code) != *digest {
            return None;
        }
        let code = code.to_vec();
        let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
        let times = Timestamps { last_access: now, last_modification: now };
        // It was used: not the next to go. If that cannot be noted, so be it.
        let _ = utimensat(&self.0, &name, &times, AtFlags::SYMLINK_NOFOLLOW);
        Some(code)
    }

    /// Keeps code under a key, if that works.
    pub(in crate::plugin) fn put(&self, key: &str, code: &[u8]) {
        if code.len() as u64 >= FILE {
            return;
        }
        let pid = getpid().as_raw_nonzero();
        let unfinished = format!("{key}.{pid}{UNFINISHED}");
        if self.write(&unfinished, code).is_some() {
            let name = format!("{key}{SUFFIX}");
            if renameat(&self.0, &unfinished, &self.0, &name).is_ok() {
                self.prune(KEPT);
                return;
            }
        }
        let _ = unlinkat(&self.0, &unfinished, AtFlags::empty());
    }

    fn write(&self, name: &str, code: &[u8]) -> Option<()> {
        let flags = OFlags::WRONLY
            | OFlags::CREATE
            | OFlags::EXCL
            | OFlags::NOFOLLOW
            | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        let mut file = File::from(openat(&self.0, name, flags, mode).ok()?);
        file.write_all(&Sha256::digest(code)).ok()?;
        file.write_all(code).ok()
    }

    /// Removes the files that were not used longest.
    fn prune(&self, room: Room) {
        let Ok(entries) = Dir::read_from(&self.0) else { return };
        let mut files: Vec<_> = entries
            .filter_map(Result::ok)
            .map(|entry| entry.file_name().to_owned())
            .filter(|name| {
                let name = name.to_bytes();
                name.ends_with(SUFFIX.as_bytes())
                    || name.ends_with(UNFINISHED.as_bytes())
            })
            .filter_map(|name| {
                let flags = AtFlags::SYMLINK_NOFOLLOW;
                let status = statat(&self.0, &name, flags).ok()?;
                let used = (status.st_mtime, status.st_mtime_nsec);
                Some((used, name, size(&status)))
            })
            .collect();
        files.sort_unstable();
        let mut bytes = 0_u64;
        for (count, (_, name, size)) in files.iter().rev().enumerate() {
            bytes = bytes.saturating_add(*size);
            if count >= room.files || bytes > room.bytes {
                let _ = unlinkat(&self.0, name, AtFlags::empty());
            }
        }
    }
}

/// Whether something is a file that belongs to this user, and nobody else may
/// write to it.
fn is_ours(status: &Stat) -> bool {
    FileType::from_raw_mode(status.st_mode) == FileType::RegularFile
        && status.st_uid == geteuid().as_raw()
        && status.st_mode & 0o022 == 0
}

/// The size of a file, in bytes.
fn size(status: &Stat) -> u64 {
    u64::try_from(status.st_size).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
