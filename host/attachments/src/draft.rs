//! Files that are not complete yet: under a temporary name, until they get
//! their own.
//!
//! The temporary name tells the content that is wanted, and a lock who is at
//! it: a run that finds the name and no lock goes on with what another left;
//! one that finds a lock begins anew under a name of its own. What another
//! user left there, or what has other permissions than a new file gets, is not
//! gone on with: the finished file would have them.

use std::{
    ffi::OsStr,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use sanchay::Timestamp;
use sanchay_core::attachments::copy_name;
use sanchay_names::OsStrExt as _;
use sanchay_storage::{
    Attributes, Directory, File, Links, StorageError, Temporary,
    TemporaryNames,
};

use crate::{
    AttachmentError, Conflict,
    locks::{Lock, lock_of},
    session::{Facts, facts_of},
};

/// How many names of copies are tried.
const MOST_COPIES: u64 = 1_000_000;

/// A file that is written under a temporary name, which is removed unless the
/// file is finished or what there is of it is to be kept.
pub(crate) struct Draft {
    path: PathBuf,
    directory: Arc<dyn Directory>,
    name: Vec<u8>,
    temporary: Option<Vec<u8>>,
    file: Arc<File>,
    /// How many bytes an earlier run left.
    left: u64,
    /// Whether what there is of it stays if it is not finished.
    keep: bool,
    /// Whether another run would find it.
    known: bool,
}

/// What became of a file that was finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Placed {
    /// It has its name, or that of a copy, and this is known of it.
    Named(PathBuf, Facts),
    /// The name was taken.
    Skipped,
}

impl Draft {
    pub(crate) fn begin(
        path: PathBuf,
        directory: Arc<dyn Directory>,
        name: Vec<u8>,
        temporary: Vec<u8>,
        size: u64,
        names: &TemporaryNames,
    ) -> Result<Self, AttachmentError> {
        let refused = AttachmentError::stored(path.clone(), "cannot create");
        let begun = match directory.create(&temporary) {
            Ok(file) => match lock_of(&file) {
                Lock::Mine => Some(Begun { file, left: 0 }),
                Lock::Another => None,
                Lock::Impossible => {
                    directory.remove_file(&temporary).ok();
                    None
                }
            },
            Err(error) if error.is(io::ErrorKind::AlreadyExists) => {
                Begun::by_another(&*directory, &temporary, names)
            }
            Err(error) => return Err(refused(error)),
        };
        let (begun, temporary, known) = match begun {
            Some(begun) => (begun, temporary, true),
            None => {
                let temporary = own_name(names);
                let file = directory.create(&temporary).map_err(refused)?;
                (Begun { file, left: 0 }, temporary, false)
            }
        };
        let Begun { file, left } = begun;
        let mut draft = Self {
            path,
            directory,
            name,
            temporary: Some(temporary),
            file: Arc::new(file),
            left,
            keep: false,
            known,
        };
        if left > size {
            draft.restart_at(0)?;
        }
        Ok(draft)
    }

    /// How many of its bytes are there since an earlier run.
    pub(crate) fn left(&self) -> u64 {
        self.left
    }

    /// The path that it gets, for messages.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn file(&self) -> Arc<File> {
        Arc::clone(&self.file)
    }

    /// Forgets what there is of it from an offset on.
    pub(crate) fn restart_at(
        &mut self,
        offset: u64,
    ) -> Result<(), AttachmentError> {
        self.left = offset.min(self.left);
        let cut = self.file.set_size(self.left);
        cut.map_err(AttachmentError::file(&*self.path, "cannot write"))
    }

    /// Whether what there is of it stays if it is not finished, for the next
    /// run to go on with.
    pub(crate) fn keep(&mut self, keep: bool) {
        self.keep = keep && self.known;
    }

    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), AttachmentError> {
        let written = self.file.write_all_at(bytes, 0);
        written.map_err(AttachmentError::file(&*self.path, "cannot write"))
    }

    /// Gives it its time and its name.
    pub(crate) fn finish(
        mut self,
        modified: Timestamp,
        runnable: bool,
        conflict: Conflict,
    ) -> Result<Placed, AttachmentError> {
        let mode = match runnable {
            true => {
                let metadata = self.file.metadata().map_err(
                    AttachmentError::file(&*self.path, "cannot look at"),
                )?;
                // Those who may read it may execute it.
                let readers = metadata.mode & 0o444;
                Some(metadata.mode & 0o777 | readers >> 2)
            }
            false => None,
        };
        let attributes = Attributes {
            accessed: Some(modified),
            modified: Some(modified),
            mode,
            ..Attributes::default()
        };
        self.file.set_attributes(&attributes).map_err(
            AttachmentError::file(&*self.path, "cannot set the time of"),
        )?;
        let facts = self
            .file
            .metadata()
            .map_err(AttachmentError::file(&*self.path, "cannot look at"))?;
        let facts = facts_of(&facts);
        let Some(temporary) = self.temporary.clone() else {
            return Ok(Placed::Skipped);
        };
        let named = self.take_name(&temporary, conflict);
        let named = named
            .map_err(AttachmentError::stored(&*self.path, "cannot name"))?;
        let Some(name) = named else {
            // What was written is dropped.
            self.keep = false;
            return Ok(Placed::Skipped);
        };
        self.temporary = None;
        let name = OsStr::from_bytes(&name);
        Ok(Placed::Named(self.path.with_file_name(name), facts))
    }

    /// The name that it got; `None` if that was taken.
    fn take_name(
        &self,
        temporary: &[u8],
        conflict: Conflict,
    ) -> Result<Option<Vec<u8>>, StorageError> {
        let directory = &*self.directory;
        let taken =
            |error: &StorageError| error.is(io::ErrorKind::AlreadyExists);
        let mut name = self.name.clone();
        if conflict == Conflict::Overwrite {
            directory.replace(temporary, directory, &name)?;
            return Ok(Some(name));
        }
        let mut number = 0;
        loop {
            match directory.rename(temporary, directory, &name) {
                Err(error) if taken(&error) => match conflict {
                    Conflict::Skip => return Ok(None),
                    _ if number >= MOST_COPIES => return Err(error),
                    _ => {
                        number += 1;
                        name = copy_name(&self.name, number);
                    }
                },
                named => return named.map(|()| Some(name)),
            }
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let Some(temporary) = self.temporary.as_deref() else { return };
        let is_empty = || self.file.metadata().is_ok_and(|it| it.size == 0);
        if !self.keep || is_empty() {
            self.directory.remove_file(temporary).ok();
        }
    }
}

/// A name that no other run finds.
fn own_name(names: &TemporaryNames) -> Vec<u8> {
    [names.next_name(), b".part".to_vec()].concat()
}

/// A file under the temporary name that tells its content, locked.
struct Begun {
    file: File,
    /// How many bytes an earlier run left.
    left: u64,
}

impl Begun {
    /// Goes on with what an earlier run left, or makes a new file in place of
    /// what this one would not have made; `None` if another is at it.
    fn by_another(
        directory: &dyn Directory,
        name: &[u8],
        names: &TemporaryNames,
    ) -> Option<Self> {
        let file = directory.reopen(name).ok()?;
        if lock_of(&file) != Lock::Mine {
            return None;
        }
        // Who had it may just have given it its own name.
        let (_, named) = directory.stat(name, Links::Refuse).ok()?;
        let found = file.metadata().ok()?;
        if named.id != found.id || found.links != 1 {
            return None;
        }
        // Owner and permissions are those of a file that is made here now.
        let own_name = own_name(names);
        let new = directory.create(&own_name).ok()?;
        let own = Temporary::new(directory, own_name);
        let made = new.metadata().ok()?;
        if (found.uid, found.mode) == (made.uid, made.mode) {
            return Some(Self { file, left: found.size });
        }
        // No run gives or takes the name as long as the lock is held.
        directory.remove_file(name).ok()?;
        if lock_of(&new) != Lock::Mine {
            return None;
        }
        own.rename(name).ok()?;
        Some(Self { file: new, left: 0 })
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        io::{self, Write as _},
        os::unix::fs::{MetadataExt as _, PermissionsExt as _},
        path::Path,
        sync::Arc,
    };

    use sanchay::Timestamp;
    use sanchay_storage::{
        LocalStorage, Opened, Storage as _, TemporaryNames,
    };

    use super::{Draft, Placed};
    use crate::Conflict;

    const PART: &str = ".sanchay-0.part";

    fn begin(folder: &Path) -> Draft {
        let opened = LocalStorage::new().open(folder).unwrap();
        let Opened::Directory(directory, _) = opened else { panic!() };
        Draft::begin(
            folder.join("a"),
            Arc::from(directory),
            b"a".to_vec(),
            PART.as_bytes().to_vec(),
            100,
            &TemporaryNames::new("test-"),
        )
        .unwrap()
    }

    fn finish(draft: Draft) -> fs::Metadata {
        let time = Timestamp { seconds: 5, nanoseconds: 0 };
        let placed = draft.finish(time, false, Conflict::Overwrite).unwrap();
        let Placed::Named(path, _) = placed else { panic!() };
        fs::metadata(path).unwrap()
    }

    #[test]
    fn what_was_left_is_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let mut draft = begin(folder.path());
        draft.write(b"left").unwrap();
        draft.keep(true);
        drop(draft);
        let draft = begin(folder.path());
        assert_eq!(draft.left(), 4);
        assert_eq!(finish(draft).len(), 4);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_finished_file_has_the_mode_of_a_new_one_whatever_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let usual = folder.path().join("usual");
        fs::write(&usual, "").unwrap();
        let usual = fs::metadata(&usual).unwrap();
        let part = folder.path().join(PART);
        for mode in [0o4777, 0o2755, 0o666, 0o600, 0o400, 0o000] {
            if usual.mode() & 0o7777 == mode {
                continue;
            }
            fs::write(&part, "planted").unwrap();
            let planted = fs::Permissions::from_mode(mode);
            fs::set_permissions(&part, planted).unwrap();
            let draft = begin(folder.path());
            assert_eq!(draft.left(), 0, "{mode:o}");
            let done = finish(draft);
            assert_eq!(done.mode(), usual.mode(), "{mode:o}");
            assert_eq!((done.uid(), done.len()), (usual.uid(), 0));
            // What nobody could open stays.
            fs::remove_file(&part).ok();
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        }
    }

    #[test]
    fn what_is_begun_in_place_of_what_was_planted_can_be_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let part = folder.path().join(PART);
        fs::write(&part, "planted").unwrap();
        let planted = fs::Permissions::from_mode(0o4777);
        fs::set_permissions(&part, planted).unwrap();
        let mut draft = begin(folder.path());
        draft.write(b"mine").unwrap();
        draft.keep(true);
        drop(draft);
        assert_eq!(fs::read(&part).unwrap(), b"mine");
        assert_eq!(begin(folder.path()).left(), 4);
    }

    #[test]
    fn a_finished_file_is_not_the_one_of_another_user() {
        if sanchay_system::accounts::user() != Some(0) {
            // Not by a macro: what those print is shown of failed tests alone.
            let _ = writeln!(
                io::stderr(),
                "skipped: only root makes files of another user"
            );
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let part = folder.path().join(PART);
        fs::write(&part, "planted").unwrap();
        std::os::unix::fs::chown(&part, Some(65534), None).unwrap();
        let draft = begin(folder.path());
        assert_eq!(draft.left(), 0);
        assert_eq!(finish(draft).uid(), 0);
    }
}
