//! Digests that are known from earlier runs. The engine asks; what keeps them
//! is somebody else's business.

use std::time::{Duration, SystemTime};

use sanchay_storage::{FileId, Metadata, Timestamp};

use sanchay_core::content::Content;

use crate::options::Method;

/// How long ago a file must have changed for its digest to be kept. The clocks
/// of file systems tick as slowly as every two seconds: a file that changes
/// twice within a tick has the same times after both changes.
const SETTLED: Duration = Duration::from_secs(2);

/// What a digest is known by: all that changes when a file does, and how the
/// digest was made.
///
/// The change time is the one that counts. A program may set back a file's
/// modification time, and its change time only by setting the system's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileKey {
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
    pub fn new(metadata: &Metadata, method: Method) -> Self {
        let Metadata { size, modified, changed, id, .. } = *metadata;
        Self { id, size, modified, changed, method }
    }

    /// Whether the file changed long enough ago that another change would
    /// show in its times.
    pub(crate) fn is_settled(&self) -> bool {
        let changed = SystemTime::try_from(self.changed).ok();
        changed
            .and_then(|at| at.checked_add(SETTLED))
            .is_some_and(|settled| settled <= SystemTime::now())
    }
}

/// Keeps digests from one run to the next. A file whose digest it knows is
/// neither opened nor read.
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
    /// not in the seconds before.
    fn put(&self, key: &FileKey, content: &Content);
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use sanchay_storage::{FileId, Metadata, Timestamp};

    use super::FileKey;
    use crate::Method;

    #[test]
    fn what_has_just_changed_may_change_again_unseen() {
        let settled = |changed: SystemTime| {
            let time = Timestamp::from(changed);
            let metadata = Metadata {
                kind: sanchay_storage::EntryKind::File,
                size: 1,
                modified: time,
                changed: time,
                accessed: None,
                created: None,
                allocated: 512,
                uid: 0,
                gid: 0,
                id: FileId { device: 1, inode: 1 },
                links: 1,
                mode: 0o100_644,
            };
            FileKey::new(&metadata, Method::default()).is_settled()
        };
        let now = SystemTime::now();
        assert!(settled(now - Duration::from_secs(3)));
        assert!(!settled(now - Duration::from_secs(1)));
        assert!(!settled(now + Duration::from_secs(3600)));
    }
}
