//! Files that were renamed keep their known digests: a rename sets a file's
//! change time, and nothing else about the file tells that from a change of its
//! content. Who renames it can: the kernel is asked to tell of every change of
//! the file meanwhile, and the new time counts only if there was none.

use std::sync::Arc;

use sanchay_storage::{Directory, FileId, FileSystemId, Links, Metadata};

use crate::cache::{DigestCache, FileState};

/// How many renamed files are looked at together, once the clock of the file
/// system has moved on.
const TOGETHER: usize = 256;

/// The files that a run renames, on their way into the cache.
pub(super) struct Renames {
    cache: Option<Arc<dyn DigestCache>>,
    #[cfg(target_os = "linux")]
    watch: Option<watch::Watch>,
    waiting: Vec<Renamed>,
}

impl std::fmt::Debug for Renames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Renames")
            .field("waiting", &self.waiting.len())
            .finish_non_exhaustive()
    }
}

/// A file that is about to be renamed, and watched.
pub(super) struct Begun {
    watched: i32,
    file_system: FileSystemId,
    before: FileState,
}

/// A file that was renamed.
struct Renamed {
    begun: Begun,
    folder: Arc<dyn Directory>,
    name: Vec<u8>,
    after: FileState,
}

impl Renames {
    pub(super) fn new(cache: Option<Arc<dyn DigestCache>>) -> Self {
        #[cfg(target_os = "linux")]
        let watch = cache.as_ref().and_then(|_| watch::Watch::new());
        Self {
            cache,
            #[cfg(target_os = "linux")]
            watch,
            waiting: Vec::new(),
        }
    }

    /// To be called before a file is renamed: `None` if its digest cannot be
    /// kept, or need not.
    pub(super) fn begin(
        &mut self,
        folder: &dyn Directory,
        name: &[u8],
        id: FileId,
    ) -> Option<Begun> {
        self.cache.as_ref()?;
        let file_system = folder.file_system_id()?;
        let watched = self.watch(folder, name)?;
        // From here on, nothing happens to the file unseen.
        let state = stat(folder, name).filter(|state| {
            state.id == id
                && folder.id().is_ok_and(|it| it.device == id.device)
        });
        match state {
            Some(before) => Some(Begun { watched, file_system, before }),
            None => {
                self.unwatch(watched);
                None
            }
        }
    }

    /// To be called after it was renamed.
    pub(super) fn end(
        &mut self,
        begun: Option<Begun>,
        folder: &Arc<dyn Directory>,
        name: &[u8],
    ) {
        let Some(begun) = begun else { return };
        let watched = begun.watched;
        match stat(&**folder, name) {
            Some(after) if is_renamed(&begun.before, &after) => {
                let (folder, name) = (Arc::clone(folder), name.to_vec());
                // It may get one name and then another, as in a swap.
                let before = |it: &Renamed| {
                    it.begun.watched == watched && it.after == begun.before
                };
                let place = self.waiting.iter().position(before);
                let begun = match place {
                    Some(at) => self.waiting.swap_remove(at).begun,
                    None => begun,
                };
                self.waiting.push(Renamed { begun, folder, name, after });
            }
            _ => {
                self.waiting.retain(|it| it.begun.watched != watched);
                self.unwatch(watched);
            }
        }
        if self.waiting.len() >= TOGETHER {
            self.settle();
        }
    }

    /// Passes on the new states of files, once another change would show in
    /// their times, unless there was one.
    fn settle(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        let newest = waiting.iter().map(|it| it.after.changed).max();
        let Some(newest) = newest else { return };
        let has_passed = self.wait_until_after(newest);
        let same: Vec<bool> = waiting
            .iter()
            .map(|it| stat(&*it.folder, &it.name) == Some(it.after))
            .collect();
        // What happened until then is told now.
        let touched = self.touched();
        for (renamed, same) in waiting.iter().zip(same) {
            let Renamed { begun, after, .. } = renamed;
            let Begun { watched, file_system, before } = begun;
            self.unwatch(*watched);
            let unseen = touched.as_ref().is_some_and(|all| {
                has_passed && same && !all.contains(watched)
            });
            if let Some(cache) = self.cache.as_ref().filter(|_| unseen) {
                cache.renamed(*file_system, before, after);
            }
        }
    }
}

impl Drop for Renames {
    fn drop(&mut self) {
        self.settle();
    }
}

fn stat(folder: &dyn Directory, name: &[u8]) -> Option<FileState> {
    let (_, found) = folder.stat(name, Links::Refuse).ok()?;
    is_file(&found).then(|| FileState::from(&found))
}

fn is_file(found: &Metadata) -> bool {
    found.kind == sanchay_storage::EntryKind::File
}

/// Whether nothing but the change time is another.
fn is_renamed(before: &FileState, after: &FileState) -> bool {
    let changed = after.changed;
    FileState { changed, ..*before } == *after
}

#[cfg(not(target_os = "linux"))]
impl Renames {
    fn watch(&mut self, _: &dyn Directory, _: &[u8]) -> Option<i32> {
        None
    }

    fn unwatch(&mut self, _: i32) {}

    fn wait_until_after(&self, _: sanchay_storage::Timestamp) -> bool {
        false
    }

    fn touched(&mut self) -> Option<std::collections::HashSet<i32>> {
        None
    }
}

#[cfg(target_os = "linux")]
mod watch {
    //! What the kernel tells of changes of single files (inotify).

    use std::{
        collections::HashSet, ffi::OsStr, mem::MaybeUninit,
        os::fd::AsRawFd as _, os::fd::OwnedFd, os::unix::ffi::OsStrExt as _,
        path::PathBuf, thread, time::Duration,
    };

    use rustix::{
        fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags},
        io::Errno,
        time::{ClockId, clock_gettime},
    };
    use sanchay_storage::{Directory, Timestamp};

    use super::Renames;

    /// How many bytes of events are read at once.
    const BUFFER: usize = 16 * 1024;

    /// How long the clock of file systems takes for a tick, about.
    const TICK: Duration = Duration::from_millis(1);

    /// How many ticks are waited for at most.
    const PATIENCE: u32 = 100;

    pub(super) struct Watch(OwnedFd);

    impl Watch {
        pub(super) fn new() -> Option<Self> {
            let flags = CreateFlags::NONBLOCK | CreateFlags::CLOEXEC;
            inotify::init(flags).ok().map(Self)
        }
    }

    impl Renames {
        /// Has the kernel tell of changes of a file.
        pub(super) fn watch(
            &mut self,
            folder: &dyn Directory,
            name: &[u8],
        ) -> Option<i32> {
            let Watch(queue) = self.watch.as_ref()?;
            let open = folder.as_file().ok()?.into_local()?;
            let path = format!("/proc/self/fd/{}", open.as_raw_fd());
            let path = PathBuf::from(path).join(OsStr::from_bytes(name));
            let wanted = WatchFlags::MODIFY
                | WatchFlags::ATTRIB
                | WatchFlags::CLOSE_WRITE
                | WatchFlags::DONT_FOLLOW;
            inotify::add_watch(queue, path, wanted).ok()
        }

        pub(super) fn unwatch(&mut self, watched: i32) {
            if let Some(Watch(queue)) = &self.watch {
                // It goes with the file, too.
                let _ = inotify::remove_watch(queue, watched);
            }
        }

        /// Waits until a change would get another time; whether that is so.
        /// The clock that file systems take their times from ticks some
        /// hundred times a second.
        pub(super) fn wait_until_after(&self, time: Timestamp) -> bool {
            for _ in 0..PATIENCE {
                let now = clock_gettime(ClockId::RealtimeCoarse);
                let nanoseconds = i64::from(time.nanoseconds);
                if (now.tv_sec, now.tv_nsec) > (time.seconds, nanoseconds) {
                    return true;
                }
                thread::sleep(TICK);
            }
            false
        }

        /// The files that something happened to; `None` if that is not known.
        pub(super) fn touched(&mut self) -> Option<HashSet<i32>> {
            let Watch(queue) = self.watch.as_ref()?;
            let mut space = [MaybeUninit::uninit(); BUFFER];
            let mut reader = Reader::new(queue, &mut space);
            let mut all = HashSet::new();
            loop {
                match reader.next() {
                    Ok(event) => {
                        if event.events().contains(ReadFlags::QUEUE_OVERFLOW) {
                            return None;
                        }
                        all.insert(event.wd());
                    }
                    Err(Errno::AGAIN) => return Some(all),
                    Err(Errno::INTR) => {}
                    Err(_) => return None,
                }
            }
        }
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use std::{
        fs::{self, File},
        path::Path,
        sync::{Arc, Mutex},
    };

    use sanchay_core::content::Content;
    use sanchay_storage::{
        Directory, FileSystemId, LocalStorage, Opened, Storage as _,
    };
    use sanchay_sync::lock;

    use super::{Renames, stat};
    use crate::cache::{DigestCache, FileKey, FileState};

    /// Takes note of what it is told.
    #[derive(Default)]
    struct Told(Mutex<Vec<(FileState, FileState)>>);

    impl DigestCache for Told {
        fn get(&self, _: &FileKey) -> Option<Content> {
            None
        }

        fn put(&self, _: &FileKey, _: &Content) {}

        fn renamed(
            &self,
            _: FileSystemId,
            before: &FileState,
            after: &FileState,
        ) {
            lock(&self.0).push((*before, *after));
        }
    }

    /// When something happens to a file that is renamed.
    #[derive(Clone, Copy, PartialEq, Eq)]
    enum When {
        Before,
        Between,
        After,
        Never,
    }

    /// Renames a file, and returns what the cache was told; `None` where the
    /// file system is none that is relied on.
    fn told(
        when: When,
        act: impl Fn(&Path),
    ) -> Option<Vec<(FileState, FileState)>> {
        let place = tempfile::tempdir().unwrap();
        let path = |name: &str| place.path().join(name);
        fs::write(path("a"), "content").unwrap();
        let opened = LocalStorage::new().open(place.path());
        let Ok(Opened::Directory(folder, _)) = opened else { panic!() };
        let folder: Arc<dyn Directory> = Arc::from(folder);
        folder.file_system_id()?;
        let cache = Arc::new(Told::default());
        let mut renames = Renames::new(Some(Arc::clone(&cache) as _));
        let id = stat(&*folder, b"a").unwrap().id;
        if when == When::Before {
            act(&path("a"));
        }
        let begun = renames.begin(&*folder, b"a", id);
        if when == When::Between {
            act(&path("a"));
        }
        folder.rename(b"a", &*folder, b"b").unwrap();
        renames.end(begun, &folder, b"b");
        // And another name, as in a swap.
        let begun = renames.begin(&*folder, b"b", id);
        folder.rename(b"b", &*folder, b"c").unwrap();
        renames.end(begun, &folder, b"c");
        if when == When::After {
            act(&path("c"));
        }
        drop(renames);
        let told = lock(&cache.0).clone();
        Some(told)
    }

    /// Changes a file and sets its time back.
    fn change(path: &Path) {
        let before = fs::metadata(path).unwrap().modified().unwrap();
        fs::write(path, "CONTENT").unwrap();
        let file = File::options().write(true).open(path).unwrap();
        file.set_modified(before).unwrap();
    }

    #[test]
    fn a_rename_is_told_with_the_times_before_and_after() {
        let Some(told) = told(When::Never, |_| {}) else { return };
        let [(before, after)] = told.as_slice() else { panic!("{told:?}") };
        assert!(before.changed <= after.changed);
        assert_eq!(before.id, after.id);
        assert_eq!(before.modified, after.modified);
    }

    #[test]
    fn a_rename_beside_which_the_file_was_changed_is_not_told() {
        for when in [When::Between, When::After] {
            for _ in 0..20 {
                let Some(told) = told(when, change) else { return };
                // What was seen of it later is another rename.
                assert!(told.len() <= 1, "{told:?}");
                if when == When::After {
                    assert_eq!(told, []);
                }
            }
        }
    }

    #[test]
    fn a_change_before_shows_in_what_the_file_was_before() {
        let Some(told) = told(When::Before, change) else { return };
        assert_eq!(told.len(), 1);
    }
}
