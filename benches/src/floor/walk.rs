//! A walk by bare system calls, in any number of threads.

use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{self, CWD, FileType, Mode, OFlags, RawDir};

use super::queue::{Piece, Queue};
use super::{CONTENTS, Tally, Work, touch};
use crate::problem::{Problem, Result};

/// Names of one directory that are handed to another thread together, in
/// bytes: about 500 of them. A flat tree is so shared by all threads.
const SHARE: usize = 8 * 1024;

/// The buffer of a directory's entries, in bytes.
const ENTRIES: usize = 64 * 1024;

/// Walks everything below the root and does the work on each regular file.
///
/// # Errors
///
/// The first call that failed.
pub(crate) fn walk(work: Work, threads: usize, root: &Path) -> Result<Tally> {
    let name = CString::new(root.as_os_str().as_bytes())
        .map_err(|_| Problem::new(format!("{root:?} holds a zero byte")))?;
    let queue = Queue::new(Piece::Directory(None, name));
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| Worker::new(work, &queue).run()))
            .collect();
        let mut sum = Tally::default();
        for worker in workers {
            let tally = worker
                .join()
                .map_err(|_| Problem::new("a thread of the floor died"))??;
            sum.files += tally.files;
            sum.bytes += tally.bytes;
        }
        Ok(sum)
    })
}

struct Worker<'a> {
    work: Work,
    queue: &'a Queue,
    entries: Vec<u8>,
    contents: Vec<u8>,
    tally: Tally,
}

impl<'a> Worker<'a> {
    fn new(work: Work, queue: &'a Queue) -> Self {
        Self {
            work,
            queue,
            entries: Vec::with_capacity(ENTRIES),
            contents: vec![0; CONTENTS],
            tally: Tally::default(),
        }
    }

    fn run(mut self) -> Result<Tally> {
        while let Some(piece) = self.queue.take() {
            let done = match piece {
                Piece::Directory(parent, name) => {
                    self.directory(parent.as_deref(), &name)
                }
                Piece::Files(directory, names) => {
                    self.files(&directory, &names)
                }
            };
            self.queue.finish();
            if let Err(problem) = done {
                self.queue.stop();
                return Err(problem);
            }
        }
        Ok(self.tally)
    }

    fn directory(
        &mut self,
        parent: Option<&OwnedFd>,
        name: &CStr,
    ) -> Result<()> {
        let flags = OFlags::RDONLY
            | OFlags::DIRECTORY
            | OFlags::NOFOLLOW
            | OFlags::CLOEXEC;
        let parent = parent.map_or(CWD, AsFd::as_fd);
        let directory = fs::openat(parent, name, flags, Mode::empty())
            .map_err(|errno| failed("open", name, errno))?;
        let directory = Arc::new(directory);
        let mut below = Vec::new();
        let mut names = Vec::new();
        let mut entries =
            RawDir::new(&*directory, self.entries.spare_capacity_mut());
        while let Some(entry) = entries.next() {
            let entry = entry.map_err(|errno| failed("list", name, errno))?;
            let child = entry.file_name();
            match entry.file_type() {
                FileType::RegularFile if self.work == Work::Names => {
                    self.tally.files += 1;
                }
                FileType::RegularFile => {
                    names.extend_from_slice(child.to_bytes_with_nul());
                    if names.len() >= SHARE {
                        let share = std::mem::take(&mut names);
                        let directory = Arc::clone(&directory);
                        below.push(Piece::Files(directory, share));
                    }
                }
                FileType::Directory if child != c"." && child != c".." => {
                    let directory = Arc::clone(&directory);
                    below.push(Piece::Directory(
                        Some(directory),
                        child.to_owned(),
                    ));
                }
                _ => {}
            }
        }
        if !below.is_empty() {
            self.queue.push(below);
        }
        self.files(&directory, &names)
    }

    fn files(&mut self, directory: &OwnedFd, names: &[u8]) -> Result<()> {
        let mut rest = names;
        while let Ok(name) = CStr::from_bytes_until_nul(rest) {
            touch(
                self.work,
                directory.as_fd(),
                name,
                &mut self.contents,
                &mut self.tally,
            )?;
            rest =
                rest.get(name.to_bytes_with_nul().len()..).unwrap_or_default();
        }
        Ok(())
    }
}

fn failed(action: &str, name: &CStr, errno: rustix::io::Errno) -> Problem {
    Problem::new(format!("cannot {action} directory {name:?}: {errno}"))
}
