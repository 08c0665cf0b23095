//! Real trees on a real file system, gone when the test is.

mod deep;

use std::{
    cell::RefCell,
    ffi::OsStr,
    fs::{self, File, Permissions},
    os::unix::{
        ffi::OsStrExt as _,
        fs::{PermissionsExt as _, symlink},
        net::UnixListener,
    },
    path::{Path, PathBuf},
    time::SystemTime,
};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;

/// A folder for one test, in which everything is named relative to it.
#[derive(Debug)]
pub struct Tree {
    root: TempDir,
    /// What [`Self::forbid`] took the permissions of.
    forbidden: RefCell<Vec<PathBuf>>,
    /// Chains that are too deep for the usual way of removing a tree.
    deep: RefCell<Vec<PathBuf>>,
}

impl Default for Tree {
    fn default() -> Self {
        Self::new()
    }
}

impl Tree {
    /// An empty folder that any user may read.
    #[must_use]
    pub fn new() -> Self {
        let root = tempfile::Builder::new()
            .prefix("sanchay-test-")
            .tempdir()
            .unwrap();
        set_mode(root.path(), 0o755);
        Self { root, forbidden: RefCell::default(), deep: RefCell::default() }
    }

    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// The whole path of something in it.
    pub fn path(&self, name: impl AsName) -> PathBuf {
        self.root().join(name.as_name())
    }

    /// Makes a directory and those above it.
    pub fn dir(&self, name: impl AsName) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(&path).unwrap();
        path
    }

    fn ready(&self, name: impl AsName) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    }

    /// Writes a file, and makes the directories above it.
    pub fn file(
        &self,
        name: impl AsName,
        content: impl AsRef<[u8]>,
    ) -> PathBuf {
        let path = self.ready(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// Makes a file of so many bytes that takes no room: all of it is a hole.
    pub fn sparse(&self, name: impl AsName, len: u64) -> PathBuf {
        let path = self.ready(name);
        File::create(&path).unwrap().set_len(len).unwrap();
        path
    }

    /// Makes a symbolic link to a target, which is taken as it is.
    pub fn link(
        &self,
        target: impl AsRef<Path>,
        name: impl AsName,
    ) -> PathBuf {
        let path = self.ready(name);
        if !crate::is_for_windows() {
            symlink(target, &path).unwrap();
        }
        path
    }

    /// Makes a second name of a file.
    pub fn hard_link(&self, file: impl AsName, name: impl AsName) -> PathBuf {
        let path = self.ready(name);
        fs::hard_link(self.path(file), &path).unwrap();
        path
    }

    /// Makes a FIFO, whose open waits for the other end.
    pub fn fifo(&self, name: impl AsName) -> PathBuf {
        let path = self.ready(name);
        let mode = Mode::from_raw_mode(0o644);
        if !crate::is_for_windows() {
            mknodat(CWD, &path, FileType::Fifo, mode, 0).unwrap();
        }
        path
    }

    /// Makes a socket that nobody listens at.
    pub fn socket(&self, name: impl AsName) -> PathBuf {
        let path = self.ready(name);
        if !crate::is_for_windows() {
            drop(UnixListener::bind(&path).unwrap());
        }
        path
    }

    /// Makes a device that never ends, like `/dev/zero`; false where this
    /// user or this machine may not.
    pub fn device(&self, name: impl AsName) -> bool {
        let path = self.ready(name);
        let mode = Mode::from_raw_mode(0o644);
        let zero = rustix::fs::makedev(1, 5);
        let made = mknodat(CWD, &path, FileType::CharacterDevice, mode, zero);
        made.is_ok()
    }

    /// Takes all permissions from a file or directory until the end.
    pub fn forbid(&self, name: impl AsName) -> PathBuf {
        let path = self.path(name);
        set_mode(&path, 0o000);
        self.forbidden.borrow_mut().push(path.clone());
        path
    }

    /// Sets when a file was last modified.
    pub fn touch(&self, name: impl AsName, modified: SystemTime) {
        let file = File::options().write(true).open(self.path(name)).unwrap();
        file.set_modified(modified).unwrap();
    }

    /// Makes a chain of directories, each in the one before, with a file
    /// `leaf` in the last; their paths may be longer than any system call
    /// takes.
    pub fn deep(&self, name: impl AsName, depth: usize, each: &str) {
        let top = self.dir(name);
        self.deep.borrow_mut().push(top.clone());
        deep::make(&top, depth, each, None, 0);
    }

    /// The same, and so many empty files in the last directory.
    pub fn deep_files(
        &self,
        name: impl AsName,
        depth: usize,
        each: &str,
        files: usize,
    ) {
        let top = self.dir(name);
        self.deep.borrow_mut().push(top.clone());
        deep::make(&top, depth, each, None, files);
    }

    /// The same, and in each of the directories another one, empty.
    pub fn comb(
        &self,
        name: impl AsName,
        depth: usize,
        each: &str,
        beside: &str,
    ) {
        let top = self.dir(name);
        self.deep.borrow_mut().push(top.clone());
        deep::make(&top, depth, each, Some(beside), 0);
    }

    /// Makes each of the odd names a file whose content is its name, in a
    /// directory with that name.
    pub fn odd_names(&self, below: &str) {
        for name in crate::odd_names() {
            let path = [below.as_bytes(), b"/", name].concat();
            self.file([&path[..], b"/", name].concat(), name);
        }
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        for path in self.forbidden.take() {
            set_mode(&path, 0o755);
        }
        for path in self.deep.take() {
            deep::remove(&path);
        }
    }
}

/// Sets the permissions of a file or directory.
pub fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// A name in a tree: text, or bytes that need not be text.
pub trait AsName {
    /// The name as a relative path.
    fn as_name(&self) -> &Path;
}

impl AsName for str {
    fn as_name(&self) -> &Path {
        Path::new(self)
    }
}

impl AsName for String {
    fn as_name(&self) -> &Path {
        Path::new(self)
    }
}

impl AsName for [u8] {
    fn as_name(&self) -> &Path {
        Path::new(OsStr::from_bytes(self))
    }
}

impl AsName for Vec<u8> {
    fn as_name(&self) -> &Path {
        self.as_slice().as_name()
    }
}

impl<T: AsName + ?Sized> AsName for &T {
    fn as_name(&self) -> &Path {
        (**self).as_name()
    }
}
