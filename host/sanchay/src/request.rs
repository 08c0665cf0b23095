//! What the requests of all operations have in common: the options of a walk,
//! and how a run is watched and ended.

/// The options of a walk, as methods of a request that has `walk`.
macro_rules! walk_methods {
    () => {
        /// Which entries are wanted, in place of what was said of that before.
        pub fn filter(mut self, filter: crate::Filter) -> Self {
            self.walk().filter = filter;
            self
        }

        /// Only files whose names end in this extension, or another that is
        /// added: with or without its leading dot, without regard to case.
        pub fn extension(self, extension: impl AsRef<[u8]>) -> Self {
            self.refine(|filter| filter.extension(extension))
        }

        /// Only files of at least this many bytes.
        pub fn min_size(self, bytes: u64) -> Self {
            self.refine(|filter| filter.min_size(bytes))
        }

        /// Only files of at most this many bytes.
        pub fn max_size(self, bytes: u64) -> Self {
            self.refine(|filter| filter.max_size(bytes))
        }

        /// Only what was modified at this time or later.
        pub fn modified_since(
            self,
            time: impl Into<crate::Timestamp>,
        ) -> Self {
            let time = time.into();
            self.refine(|filter| filter.modified_since(time))
        }

        /// Only what was modified before this time.
        pub fn modified_before(
            self,
            time: impl Into<crate::Timestamp>,
        ) -> Self {
            let time = time.into();
            self.refine(|filter| filter.modified_before(time))
        }

        /// Entries of this kind, and not only regular files. Another call adds
        /// an alternative.
        pub fn kind(self, kind: crate::EntryKind) -> Self {
            self.refine(|filter| filter.kind(kind))
        }

        /// Whether hidden files and directories are included: those whose
        /// names begin with a dot.
        pub fn hidden(self, hidden: bool) -> Self {
            self.refine(|filter| filter.hidden(hidden))
        }

        fn refine(
            mut self,
            refine: impl FnOnce(crate::Filter) -> crate::Filter,
        ) -> Self {
            let walk = self.walk();
            walk.filter = refine(std::mem::take(&mut walk.filter));
            self
        }

        /// Whether symbolic links are followed.
        pub fn follow(mut self, follow: bool) -> Self {
            self.walk().follow = follow;
            self
        }

        /// Whether links that are followed must stay beneath the root.
        pub fn beneath(mut self, beneath: bool) -> Self {
            self.walk().beneath = beneath;
            self
        }

        /// How deep to go: a root's own entries have depth 1.
        pub fn max_depth(mut self, depth: usize) -> Self {
            self.walk().max_depth = Some(depth);
            self
        }

        /// Whether to stay on the file systems of the roots.
        pub fn one_file_system(mut self, stay: bool) -> Self {
            self.walk().one_file_system = stay;
            self
        }

        /// Whether to leave out what git ignores.
        pub fn gitignore(mut self, gitignore: bool) -> Self {
            self.walk().gitignore = gitignore;
            self
        }

        /// Leaves out what the rules of this file ignore, or of another that
        /// is added.
        pub fn ignore_file(
            mut self,
            file: impl Into<std::path::PathBuf>,
        ) -> Self {
            self.walk().ignore_files.push(file.into());
            self
        }

        /// Plugins to use.
        pub fn plugins(mut self, plugins: crate::Plugins) -> Self {
            self.walk().plugins = plugins;
            self
        }

        /// Where the files are, if not on this machine.
        pub fn storage(
            mut self,
            storage: std::sync::Arc<dyn crate::Storage>,
        ) -> Self {
            self.walk().storage = Some(storage);
            self
        }
    };
}

/// How a run is watched and ended, as methods of a request that has a
/// `monitor`.
macro_rules! monitor_methods {
    () => {
        /// Lets another thread end the run.
        pub fn cancel(mut self, cancel: &crate::Cancel) -> Self {
            self.monitor.cancel = cancel.clone();
            self
        }

        /// Calls back from time to time with how far the run is, from a worker
        /// thread, never from two at once. `Break` ends the run.
        pub fn progress(
            mut self,
            callback: impl Fn(&crate::Progress) -> std::ops::ControlFlow<()>
            + Send
            + Sync
            + 'static,
        ) -> Self {
            self.monitor.progress = Some(std::sync::Arc::new(callback));
            self
        }

        /// Watches the run in a way that was put together before, in place of
        /// what was said so far.
        pub fn monitor(mut self, monitor: &crate::Monitor) -> Self {
            self.monitor = monitor.clone();
            self
        }
    };
}

pub(crate) use {monitor_methods, walk_methods};
