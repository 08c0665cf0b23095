//! Chains of directories deeper than a path can tell: made and removed by
//! names of one component.

use std::{os::fd::OwnedFd, path::Path};

use rustix::{
    fs::{AtFlags, CWD, Mode, OFlags, mkdirat, openat, renameat, unlinkat},
    io::Errno,
};

fn open(parent: &OwnedFd, name: &str) -> Result<OwnedFd, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW;
    openat(parent, name, flags | OFlags::CLOEXEC, Mode::empty())
}

fn open_top(top: &Path) -> OwnedFd {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    openat(CWD, top, flags, Mode::empty()).unwrap()
}

/// Makes a chain below `top`, with a file `leaf` in the last directory and
/// so many empty ones beside it, and perhaps another directory in each.
pub(super) fn make(
    top: &Path,
    depth: usize,
    each: &str,
    beside: Option<&str>,
    files: usize,
) {
    let mut current = open_top(top);
    for _ in 0..depth {
        for name in beside.into_iter().chain([each]) {
            mkdirat(&current, name, Mode::from_raw_mode(0o755)).unwrap();
        }
        current = open(&current, each).unwrap();
    }
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::CLOEXEC;
    let mode = Mode::from_raw_mode(0o644);
    let leaf = openat(&current, "leaf", flags, mode).unwrap();
    rustix::io::write(&leaf, b"leaf").unwrap();
    for number in 0..files {
        let _ = openat(&current, format!("{number}"), flags, mode).unwrap();
    }
}

/// Empties `top` of chains: the directories in it are removed, and what is in
/// them is moved up to be removed in turn.
pub(super) fn remove(top: &Path) {
    let root = open_top(top);
    let mut moved = 0;
    while let Some(name) = first_entry(&root) {
        if unlinkat(&root, &name, AtFlags::empty()).is_ok() {
            continue;
        }
        let child = open(&root, &name).unwrap();
        while let Some(inner) = first_entry(&child) {
            moved += 1;
            let aside = format!("{moved} moved up");
            renameat(&child, &inner, &root, aside).unwrap();
        }
        unlinkat(&root, &name, AtFlags::REMOVEDIR).unwrap();
    }
}

fn first_entry(dir: &OwnedFd) -> Option<String> {
    rustix::fs::Dir::read_from(dir).unwrap().find_map(|entry| {
        let name = entry.unwrap().file_name().to_str().unwrap().to_owned();
        (name != "." && name != "..").then_some(name)
    })
}
