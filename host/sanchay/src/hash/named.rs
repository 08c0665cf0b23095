//! Hashing what the caller named: a file, a pipe, or a tree in which links are
//! followed.

use std::{
    fs::File,
    io::{self, Read},
    os::unix::ffi::OsStrExt as _,
    panic::resume_unwind,
    path::Path,
    thread,
};

use super::{
    Failure, Source, Sum,
    parts::Found,
    pipe::{blocking, is_handed_down, stdin_turn},
    rows::Rows,
    tree::{Tree, Unit, Worker},
};
use crate::{
    entry::Metadata,
    error::{Action, Cause, EntryError, Error},
    extract::{Site, Told},
    frontier::Spot,
    sequence::Place,
    walk::{Named, Parent, Walk, location, shown},
};

impl Tree<'_> {
    /// Deals with something that the caller named.
    pub(super) fn source(
        &self,
        place: Place,
        index: usize,
        worker: &mut Worker<'_, '_>,
    ) {
        let path = match self.sources.get(index) {
            Some(Source::Path(path)) => path,
            Some(Source::Stdin) => {
                // The first one reads all of it, whoever is quicker.
                let first = self
                    .sources
                    .iter()
                    .position(|source| matches!(source, Source::Stdin));
                if first == Some(index) {
                    let _turn = stdin_turn();
                    self.pipe(place, Path::new("-"), io::stdin(), worker);
                } else {
                    self.pipe(place, Path::new("-"), io::empty(), worker);
                }
                return;
            }
            None => return,
        };
        let links = self.options.walk.links();
        let (from, kept) =
            (self.options.walk.working_directory.as_ref(), &self.kept);
        let named =
            Named::open(from, location(path), shown(path), links, kept);
        let error = match named {
            Ok(Named::Directory(open)) if self.options.walk.follow => {
                drop(open);
                self.follow(place, path, worker.spot);
                return;
            }
            Ok(Named::Directory(open)) => {
                self.directory(place, &open, worker, Rows::default());
                return;
            }
            Ok(Named::File(file, metadata)) => {
                if self.options.walk.admits(metadata.size) {
                    self.named(place, path, (file, metadata), worker);
                } else {
                    self.fill(place, Rows::default());
                }
                return;
            }
            Ok(Named::Special(fd, _)) if is_handed_down(path) => {
                match blocking(fd) {
                    Ok(pipe) => {
                        self.pipe(place, path, pipe, worker);
                        return;
                    }
                    Err(errno) => errno.into(),
                }
            }
            Ok(Named::Special(_, word)) => Cause::NotRegular(word),
            Err(cause) => cause,
        };
        let error = EntryError::new(path.clone(), Action::Root, error);
        let mut rows = Rows::default();
        self.error(&mut rows, error.named());
        self.fill(place, rows);
    }

    /// Hashes a file that the caller named.
    fn named(
        &self,
        place: Place,
        path: &Path,
        opened: (File, Metadata),
        worker: &mut Worker<'_, '_>,
    ) {
        let method = self.options.method;
        let mut result = None;
        let mut done = |_, sum| result = Some(sum);
        let Worker { scout, reader, .. } = worker;
        let inspector = &mut *scout.inspector;
        let name = path.file_name().unwrap_or_default().as_bytes();
        let (file, metadata) = &opened;
        let told =
            Told::of(&mut scout.extractors, file, Site::named(name), metadata);
        let mut opened = Some(Ok(opened));
        let mut open = |_| opened.take();
        reader.hash(inspector, method, 1, &mut open, &mut done);
        if let Some(result) = result {
            self.told(place, path, result, told);
        }
    }

    /// Hashes what can only be read from one end to the other.
    fn pipe(
        &self,
        place: Place,
        path: &Path,
        source: impl Read + Send,
        worker: &mut Worker<'_, '_>,
    ) {
        let Worker { scout, reader, .. } = worker;
        let result = reader.pipe(scout.inspector, source, self.options.method);
        self.told(place, path, result, Told::default());
    }

    /// Fills the place of something that the caller named.
    fn told(
        &self,
        place: Place,
        path: &Path,
        result: Result<Sum, Failure>,
        told: Told,
    ) {
        let mut rows = Rows::default();
        match result {
            Ok(sum) => {
                rows.push(path.as_os_str().as_bytes(), sum);
                let Told { values, causes } = told;
                rows.push_values(values);
                for cause in causes {
                    let action = Action::Extract;
                    // The file itself was not in vain: it has a digest.
                    let error =
                        EntryError::new(path.to_owned(), action, cause);
                    self.error(&mut rows, error);
                }
            }
            Err((action, cause)) => {
                let error = EntryError::new(path.to_owned(), action, cause);
                self.error(&mut rows, error.named());
            }
        }
        self.fill(place, rows);
    }

    /// Walks a directory of the caller's, following links, and passes its
    /// files on in order. Which path of a file counts is only known when all
    /// of them are.
    fn follow(&self, place: Place, root: &Path, spot: Spot) {
        let found = Found::default();
        let walk = Walk {
            engine: self.engine,
            run: self.run,
            options: &self.options.walk,
            visitor: &found,
            counts: false,
            extracts: false,
            visited: None,
        };
        // In a thread of its own: a worker that waits for another pool would
        // begin other work of this one's, and wait for itself.
        let roots = [root.to_owned()];
        let walked = thread::scope(|scope| {
            let walk = || walk.go(&roots);
            match thread::Builder::new().spawn_scoped(scope, walk) {
                Ok(walk) => walk.join().unwrap_or_else(|p| resume_unwind(p)),
                Err(source) => Err(Error::Threads { threads: 1, source }),
            }
        });
        if let Err(error) = walked {
            self.run.fail(error);
            return;
        }
        let (parts, errors) = found.into_parts();
        let places = self.sequence.split(place, parts.len() + 1);
        let units: Vec<_> = places
            .iter()
            .skip(1)
            .zip(parts)
            .map(|(place, (node, names))| {
                Unit::Files(*place, Parent::closed(node), names)
            })
            .collect();
        self.frontier.push(spot, units);
        if let Some(first) = places.first() {
            let mut rows = Rows::default();
            for error in errors {
                // The walk counted it.
                rows.push_error(error);
            }
            self.fill(*first, rows);
        }
    }
}
