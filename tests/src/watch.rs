//! Whether anyone opens or reads files that nobody may: the kernel tells
//! (inotify), so that reads without a record show, too.

use std::{fs, mem::MaybeUninit, os::fd::OwnedFd, path::Path};

use rustix::{
    fs::inotify::{self, CreateFlags, Reader, WatchFlags},
    io::Errno,
};

/// Watches directories and what lies in them.
#[derive(Debug)]
pub struct Watch(OwnedFd);

impl Watch {
    /// Watches a directory and all those in it, for as long as none is made
    /// or moved.
    #[must_use]
    pub fn below(directory: &Path) -> Self {
        let flags = CreateFlags::NONBLOCK | CreateFlags::CLOEXEC;
        let watch = Self(inotify::init(flags).unwrap());
        watch.add(directory);
        // The walk that found the directories was seen, as any other is.
        assert!(!watch.opened().is_empty(), "nothing is seen here");
        watch
    }

    fn add(&self, directory: &Path) {
        let events = WatchFlags::OPEN | WatchFlags::ACCESS;
        inotify::add_watch(&self.0, directory, events).unwrap();
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.symlink_metadata().unwrap().is_dir() {
                self.add(&path);
            }
        }
    }

    /// What was opened or read since this was last asked: names, empty where
    /// it was a watched directory itself.
    ///
    /// # Panics
    /// If there were more events than the kernel keeps.
    #[must_use]
    pub fn opened(&self) -> Vec<String> {
        let mut space = [MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(&self.0, &mut space);
        let mut names = Vec::new();
        loop {
            match reader.next() {
                Ok(event) => {
                    let name = event.file_name().map(|name| {
                        String::from_utf8_lossy(name.to_bytes()).into_owned()
                    });
                    names.push(name.unwrap_or_default());
                }
                Err(Errno::AGAIN) => return names,
                Err(errno) => panic!("inotify: {errno}"),
            }
        }
    }
}
