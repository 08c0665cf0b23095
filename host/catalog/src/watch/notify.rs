//! What the system tells of changes where it is not Linux: FSEvents on macOS,
//! `ReadDirectoryChangesW` on Windows. Each tells of a folder with all that is
//! in it.

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use notify::{
    ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode,
    Watcher as _, recommended_watcher,
};

use crate::{catalog::Catalog, file};

/// What the system tells of.
pub(super) struct Events {
    watcher: RecommendedWatcher,
    watched: Vec<PathBuf>,
    /// Whether something changed, or events were lost.
    changed: Arc<AtomicBool>,
}

/// The catalog's own files, whose changes are no sign.
struct Own {
    /// The folder that they are in, if that is known.
    home: Option<PathBuf>,
    names: Vec<OsString>,
}

impl Own {
    fn new(catalog: &Catalog) -> Self {
        let (real, names) = file::real_names(catalog.path());
        let home = real.parent().and_then(|it| it.canonicalize().ok());
        Self { home, names }
    }

    fn has(&self, path: &Path) -> bool {
        let named = path.file_name().is_some_and(|name| {
            self.names.iter().any(|own| own.as_os_str() == name)
        });
        // Where its folder is not known, the name has to do: what it writes
        // itself must not make it look again.
        named
            && self.home.as_ref().is_none_or(|home| {
                let folder = path.parent().map(Path::canonicalize);
                folder.is_some_and(|it| it.is_ok_and(|it| it == *home))
            })
    }
}

impl Events {
    pub(super) fn new(catalog: &Catalog) -> io::Result<Self> {
        let changed = Arc::new(AtomicBool::new(false));
        let (own, told) = (Own::new(catalog), Arc::clone(&changed));
        let hear = move |event: notify::Result<Event>| {
            let is_sign = event.map_or(true, |event| {
                let is_read = matches!(event.kind, EventKind::Access(_));
                let own = !event.paths.is_empty()
                    && event.paths.iter().all(|path| own.has(path));
                event.need_rescan() || !is_read && !own
            });
            if is_sign {
                told.store(true, Relaxed);
            }
        };
        let watcher = recommended_watcher(hear).map_err(into_io)?;
        Ok(Self { watcher, watched: Vec::new(), changed })
    }

    /// Has the system tell of changes in roots and all that is in them. Each
    /// time anew: another folder may have a root's path by now. What happens
    /// in between, the look that follows sees.
    pub(super) fn watch(&mut self, roots: &[PathBuf]) -> io::Result<()> {
        for root in self.watched.drain(..) {
            // One that is gone is watched no more.
            let _ = self.watcher.unwatch(&root);
        }
        for root in roots {
            match self.watcher.watch(root, RecursiveMode::Recursive) {
                Ok(()) => self.watched.push(root.clone()),
                // What goes wrong with it, the walk tells.
                Err(_) if !root.exists() => {}
                Err(error) => return Err(into_io(error)),
            }
        }
        Ok(())
    }

    /// Whether anything changed since this was asked, or events were lost.
    pub(super) fn drain(&mut self) -> bool {
        self.changed.swap(false, Relaxed)
    }
}

fn into_io(error: notify::Error) -> io::Error {
    match error.kind {
        ErrorKind::Io(error) => error,
        _ => io::Error::other(error),
    }
}
