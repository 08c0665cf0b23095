//! Digests that are known from earlier runs. The engine asks; what keeps them
//! is somebody else's business.

use std::time::{Duration, SystemTime};

use sanchay_storage::{FileId, FileSystemId, Metadata, Timestamp};

use sanchay_core::content::Content;

use crate::options::Method;

/// How long before it is opened a file must have changed for its digest to be
/// kept. The clocks of file systems tick as slowly as every two seconds: a
/// file that changes twice within a tick has the same times after both
/// changes.
const SETTLED: Duration = Duration::from_secs(2);

/// What of a file's metadata changes whenever its contents do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileState {
    /// What identifies the file.
    pub id: FileId,
    /// Its size in bytes.
    pub size: u64,
    /// When its contents were last modified.
    pub modified: Timestamp,
    /// When its contents or metadata last changed.
    pub changed: Timestamp,
}

impl From<&Metadata> for FileState {
    fn from(metadata: &Metadata) -> Self {
        let Metadata { size, modified, changed, id, .. } = *metadata;
        Self { id, size, modified, changed }
    }
}

/// What a digest is known by: all that changes when a file does, and how the
/// digest was made.
///
/// The change time is the one that counts. A program may set back a file's
/// modification time, and its change time only by setting the system's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileKey {
    /// The file system that the file is on.
    pub file_system: FileSystemId,
    /// What identifies the file.
    pub id: FileId,
    /// Its size in bytes.
    pub size: u64,
    /// When its contents were last modified.
    pub modified: Timestamp,
    /// When its contents or metadata last changed.
    pub changed: Timestamp,
    /// How the digest was made.
    pub method: Method,
}

impl FileKey {
    /// The key of a file.
    #[must_use]
    pub fn new(
        file_system: FileSystemId,
        state: &FileState,
        method: Method,
    ) -> Self {
        let FileState { id, size, modified, changed } = *state;
        Self { file_system, id, size, modified, changed, method }
    }

    /// What it says of the file's metadata.
    #[must_use]
    pub fn state(&self) -> FileState {
        let Self { id, size, modified, changed, .. } = *self;
        FileState { id, size, modified, changed }
    }

    /// Whether the file changed so long before it was opened, and was not
    /// changed since, that a change after that would show in its times.
    #[must_use]
    pub fn is_settled(&self, opened: SystemTime) -> bool {
        let changed = SystemTime::try_from(self.changed).ok();
        changed
            .and_then(|at| at.checked_add(SETTLED))
            .is_some_and(|settled| settled <= opened)
    }
}

/// Keeps digests from one run to the next. A file whose digest it knows is
/// neither opened nor read.
///
/// It is only asked about files on file systems that keep inode numbers and
/// change times: not on network file systems, FUSE or FAT.
///
/// It is asked from several threads at once, for each file that is to be
/// hashed or compared. Files that are checked against a list are always read.
///
/// ```
/// use std::{collections::HashMap, sync::{Arc, Mutex}};
/// use sanchay::{Content, DigestCache, Engine, FileKey};
///
/// #[derive(Default)]
/// struct InMemory(Mutex<HashMap<FileKey, Content>>);
///
/// impl DigestCache for InMemory {
///     fn get(&self, key: &FileKey) -> Option<Content> {
///         self.0.lock().unwrap().get(key).copied()
///     }
///
///     fn put(&self, key: &FileKey, content: &Content) {
///         self.0.lock().unwrap().insert(*key, *content);
///     }
/// }
///
/// let cache = Arc::new(InMemory::default());
/// let engine = Engine::builder().cache(cache).build()?;
/// # Ok::<(), sanchay::Error>(())
/// ```
pub trait DigestCache: Send + Sync {
    /// The digest of a file, if it is known.
    fn get(&self, key: &FileKey) -> Option<Content>;

    /// Takes note of a digest. The file did not change while it was read, and
    /// not in the seconds before it was opened.
    fn put(&self, key: &FileKey, content: &Content);

    /// Takes note of a file that an engine gave another name: it was `before`
    /// and is `after`, with another change time and the same contents. What is
    /// known of it as it was before is then true of it as it is.
    fn renamed(
        &self,
        file_system: FileSystemId,
        before: &FileState,
        after: &FileState,
    ) {
        let _ = (file_system, before, after);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use sanchay_storage::{FileId, FileSystemId, Timestamp};

    use super::{FileKey, FileState};
    use crate::Method;

    #[test]
    fn what_has_just_changed_may_change_again_unseen() {
        let now = SystemTime::now();
        let settled = |changed: SystemTime| {
            let time = Timestamp::from(changed);
            let state = FileState {
                id: FileId { device: 1, inode: 1 },
                size: 1,
                modified: time,
                changed: time,
            };
            let file_system = FileSystemId { kind: 1, id: 1 };
            FileKey::new(file_system, &state, Method::default())
                .is_settled(now)
        };
        assert!(settled(now - Duration::from_secs(3)));
        assert!(!settled(now - Duration::from_secs(1)));
        assert!(!settled(now + Duration::from_secs(3600)));
    }
}
