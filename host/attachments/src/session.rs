//! What a session knows of its files: which were synced and reported, so that
//! the next sync of outputs finds what is new.
//!
//! A file in the session's directory, beside those of the roots: a line that
//! names the format, then for each file `NANOSECONDS SIZE PATH` and a zero.
//! PATH leads from the session's directory, wherever that is and however it
//! was spelled; of a file that is not beneath it, PATH is absolute and without
//! links as far as the root goes. Who is at a session has another file beside
//! it locked, from reading what is known to writing it.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use sanchay_names::{OsStrExt as _, OsStringExt as _};
use sanchay_storage::{
    Directory, File, Links, LocalStorage, Metadata, Opened, Storage as _,
    StorageError,
};

use crate::{
    AttachmentError, Watch,
    listing::real,
    local::write_whole,
    locks::{Lock, lock_of},
};

const FILE: &str = ".sanchay-session";
const LOCK: &str = ".sanchay-session.lock";
const FORMAT: &[u8] = b"sanchay-session 2\n";

/// How many bytes it may have: the tasks of a session could write it, too.
const MOST: u64 = 1 << 30;

/// How often is looked whether another run has ended.
const LOOK: Duration = Duration::from_millis(20);

/// When a file was modified, in nanoseconds, and its size.
pub(crate) type Facts = (i128, u64);

/// What a session knows of its files, and the session itself: no other run is
/// at it as long as this is there.
#[derive(Debug)]
pub(crate) struct SessionState {
    /// The session's directory, as it was named.
    session: PathBuf,
    /// The same without links.
    real: PathBuf,
    directory: Box<dyn Directory>,
    files: HashMap<PathBuf, Facts>,
    /// Locked, but on file systems that have no locks.
    _lock: File,
}

/// What the files beneath a root are called by what a session knows.
#[derive(Debug)]
pub(crate) struct Keys {
    root: PathBuf,
    key: PathBuf,
}

impl Keys {
    fn of(&self, path: &Path) -> PathBuf {
        match path.strip_prefix(&self.root) {
            Ok(below) => self.key.join(below),
            Err(_) => path.to_owned(),
        }
    }
}

impl SessionState {
    /// Waits until no other run is at the session, and reads what is known;
    /// nothing if nothing was written yet. `cancelled` is what is said if the
    /// wait is ended.
    ///
    /// # Errors
    /// There is no such directory, or what is in place of its own files is
    /// none of them.
    pub(crate) fn open(
        session: &Path,
        watch: &Watch,
        cancelled: &'static str,
    ) -> Result<Self, AttachmentError> {
        let directory = open_directory(session)?;
        let real = real(session)?.ok_or_else(|| none(session))?;
        let refused = |name: &str, what| {
            AttachmentError::stored(session.join(name), what)
        };
        let lock = open_lock(&*directory)
            .map_err(refused(LOCK, "cannot lock the session"))?;
        while lock_of(&lock) == Lock::Another {
            watch.check(cancelled)?;
            std::thread::sleep(LOOK);
        }
        let text = read(&*directory)
            .map_err(refused(FILE, "cannot read what the session knows"))?;
        let files = match text {
            None => HashMap::new(),
            Some(text) => parse(&text).ok_or_else(|| {
                AttachmentError::Invalid(format!(
                    "{}: it is of another version, or damaged: remove it and \
                     sync the inputs again; until then, all files count as \
                     new outputs",
                    sanchay::escaped_path(&session.join(FILE))
                ))
            })?,
        };
        let session = session.to_owned();
        Ok(Self { session, real, directory, files, _lock: lock })
    }

    /// What the files beneath a root are called. The root is there, or lies
    /// within the session.
    pub(crate) fn keys(&self, root: &Path) -> Result<Keys, AttachmentError> {
        let below = |path: &Path, session: &Path| {
            path.strip_prefix(session).ok().map(Path::to_owned)
        };
        let key = match below(root, &self.session) {
            Some(key) => key,
            None => {
                let real = real(root)?.unwrap_or_else(|| root.to_owned());
                below(&real, &self.real).unwrap_or(real)
            }
        };
        Ok(Keys { root: root.to_owned(), key })
    }

    /// What was known of a file when it was synced or reported last.
    pub(crate) fn known(&self, keys: &Keys, path: &Path) -> Option<Facts> {
        self.files.get(&keys.of(path)).copied()
    }

    pub(crate) fn note(&mut self, keys: &Keys, path: &Path, facts: Facts) {
        self.files.insert(keys.of(path), facts);
    }

    /// The same of a file of which nothing is known yet.
    pub(crate) fn note_first(
        &mut self,
        keys: &Keys,
        path: &Path,
        facts: Facts,
    ) {
        self.files.entry(keys.of(path)).or_insert(facts);
    }

    /// Writes it, whole or not at all.
    pub(crate) fn save(&self) -> Result<(), AttachmentError> {
        let mut text = FORMAT.to_vec();
        for (path, (time, size)) in &self.files {
            text.extend_from_slice(format!("{time} {size} ").as_bytes());
            text.extend_from_slice(path.as_os_str().as_bytes());
            text.push(0);
        }
        let written = write_whole(&*self.directory, FILE.as_bytes(), &text);
        written.map_err(AttachmentError::stored(
            self.session.join(FILE),
            "cannot write what the session knows",
        ))
    }
}

/// What is said of a session that is not there.
fn none(session: &Path) -> AttachmentError {
    AttachmentError::Invalid(format!(
        "{}: there is no such session: correct the path, or sync the inputs \
         first",
        sanchay::escaped_path(session)
    ))
}

fn open_directory(
    session: &Path,
) -> Result<Box<dyn Directory>, AttachmentError> {
    let error = match LocalStorage::new().open(session) {
        Ok(Opened::Directory(directory, _)) => return Ok(directory),
        Ok(_) => io::Error::from(io::ErrorKind::NotADirectory).into(),
        Err(error) if error.is(io::ErrorKind::NotFound) => {
            return Err(none(session));
        }
        Err(error) => error,
    };
    Err(AttachmentError::stored(session, "cannot open the session")(error))
}

/// Opens the file that is locked, and makes it if it is missing. Only who it
/// belongs to can lock it.
fn open_lock(directory: &dyn Directory) -> Result<File, StorageError> {
    let name = LOCK.as_bytes();
    match directory.reopen(name) {
        Err(error) if error.is(io::ErrorKind::NotFound) => {}
        opened => return opened,
    }
    match directory.create_with(name, 0o600) {
        // Another run was faster.
        Err(error) if error.is(io::ErrorKind::AlreadyExists) => {
            directory.reopen(name)
        }
        created => created,
    }
}

/// The bytes of its file, if there is one.
fn read(directory: &dyn Directory) -> Result<Option<Vec<u8>>, StorageError> {
    let (file, metadata) =
        match directory.open_file(FILE.as_bytes(), Links::Refuse) {
            Err(error) if error.is(io::ErrorKind::NotFound) => {
                return Ok(None);
            }
            opened => opened?,
        };
    let size = usize::try_from(metadata.size.min(MOST)).unwrap_or_default();
    if metadata.size > MOST {
        return Err(io::Error::other("it is larger than any is").into());
    }
    let mut text = vec![0; size];
    let got = file.read_full_at(&mut text, 0)?;
    text.truncate(got);
    Ok(Some(text))
}

/// What it says; `None` if that cannot be read.
fn parse(text: &[u8]) -> Option<HashMap<PathBuf, Facts>> {
    let mut files = HashMap::new();
    for line in text.strip_prefix(FORMAT)?.split(|byte| *byte == 0) {
        if line.is_empty() {
            continue;
        }
        let mut parts = line.splitn(3, |byte| *byte == b' ');
        let mut number = || {
            let part = std::str::from_utf8(parts.next()?).ok()?;
            part.parse::<i128>().ok()
        };
        let (time, size) = (number()?, number()?);
        let name = std::ffi::OsString::from_vec(parts.next()?.to_vec());
        files.insert(name.into(), (time, u64::try_from(size).ok()?));
    }
    Some(files)
}

/// What is known of a file by its metadata.
pub(crate) fn facts_of(metadata: &Metadata) -> Facts {
    (metadata.modified.as_nanoseconds(), metadata.size)
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::fs::{MetadataExt as _, symlink},
        path::Path,
        thread,
    };

    use super::{Facts, LOCK, SessionState};
    use crate::{AttachmentError, Watch};

    fn open(session: &Path) -> SessionState {
        SessionState::open(session, &Watch::default(), "ended").unwrap()
    }

    fn known(session: &Path, root: &Path, path: &Path) -> Option<Facts> {
        let state = open(session);
        let keys = state.keys(root).unwrap();
        state.known(&keys, path)
    }

    #[test]
    fn a_session_knows_its_files_however_its_path_is_spelled() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["s/assetroot-1", "else/root", "x"] {
            fs::create_dir_all(at(name)).unwrap();
        }
        symlink("s", at("link")).unwrap();
        symlink("else", at("other")).unwrap();
        let (within, outside) = (at("s/assetroot-1"), at("else/root"));
        let mut state = open(&at("s"));
        for root in [&within, &outside] {
            let keys = state.keys(root).unwrap();
            state.note(&keys, &root.join("d/f"), (7, 5));
        }
        state.save().unwrap();
        drop(state);
        for spelled in ["s", "link", "x/../s", "./s/."] {
            let session = at(spelled);
            let root = session.join("assetroot-1");
            let path = root.join("d/f");
            assert_eq!(known(&session, &root, &path), Some((7, 5)));
            let other = root.join("d/g");
            assert_eq!(known(&session, &root, &other), None);
            // A root that is mapped into the session.
            let path = within.join("d/f");
            assert_eq!(known(&session, &within, &path), Some((7, 5)));
        }
        for spelled in ["else/root", "other/root"] {
            let path = at(spelled).join("d/f");
            assert_eq!(known(&at("s"), &at(spelled), &path), Some((7, 5)));
        }
        fs::rename(at("s"), at("moved")).unwrap();
        let root = at("moved/assetroot-1");
        let path = root.join("d/f");
        assert_eq!(known(&at("moved"), &root, &path), Some((7, 5)));
    }

    #[test]
    fn runs_at_once_lose_nothing_that_another_wrote() {
        let folder = tempfile::tempdir().unwrap();
        let (root, session) = (folder.path().join("r"), folder.path());
        thread::scope(|scope| {
            for number in 0..8_u64 {
                let root = &root;
                scope.spawn(move || {
                    let mut state = open(session);
                    let keys = state.keys(root).unwrap();
                    let path = root.join(number.to_string());
                    thread::sleep(std::time::Duration::from_millis(5));
                    state.note(&keys, &path, (1, number));
                    state.save().unwrap();
                });
            }
        });
        for number in 0..8 {
            let path = root.join(number.to_string());
            assert_eq!(known(session, &root, &path), Some((1, number)));
        }
        let lock = fs::metadata(session.join(LOCK)).unwrap();
        assert_eq!(lock.mode() & 0o7777, 0o600);
    }

    #[test]
    fn waiting_for_another_run_ends_when_it_is_cancelled() {
        let folder = tempfile::tempdir().unwrap();
        let first = open(folder.path());
        let watch = Watch::default();
        let cancel = watch.cancel.clone();
        let waits = thread::scope(|scope| {
            let waits = scope.spawn(|| {
                SessionState::open(folder.path(), &watch, "ended").map(drop)
            });
            thread::sleep(std::time::Duration::from_millis(60));
            assert!(!waits.is_finished());
            cancel.cancel();
            waits.join().unwrap()
        });
        let ended = matches!(waits, Err(AttachmentError::Cancelled("ended")));
        assert!(ended, "{waits:?}");
        drop(first);
        open(folder.path());
    }

    #[test]
    fn a_session_that_is_not_there_or_of_another_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |name: &str| {
            let session = folder.path().join(name);
            SessionState::open(&session, &Watch::default(), "ended")
                .map(drop)
                .unwrap_err()
                .to_string()
        };
        let said = refused("gone");
        assert!(said.contains("gone: there is no such session"), "{said}");
        fs::write(folder.path().join("file"), "").unwrap();
        let said = refused("file");
        assert!(said.contains("cannot open the session"), "{said}");
        for text in ["sanchay-session 1\n", "sanchay-session 2\n1 x /a\0"] {
            fs::write(folder.path().join(super::FILE), text).unwrap();
            let said = refused("");
            assert!(said.contains("sync the inputs again"), "{said}");
        }
        // What stands in place of its own files leads nowhere.
        fs::remove_file(folder.path().join(super::FILE)).unwrap();
        fs::write(folder.path().join("mine"), "").unwrap();
        fs::remove_file(folder.path().join(LOCK)).unwrap();
        symlink("mine", folder.path().join(LOCK)).unwrap();
        let said = refused("");
        assert!(said.contains("cannot lock the session"), "{said}");
    }
}
