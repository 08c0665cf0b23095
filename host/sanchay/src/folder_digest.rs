//! Digests of folders: of the names, kinds and contents of all that is in
//! them. Files are hashed as ever; what they lie in is walked beside that.

use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use sanchay_core::{folder_digest::Folder, summary::ListedFolder};
use sanchay_names::OsStrExt as _;
use sanchay_sandbox::{Algorithm, Digest};
use sanchay_storage::EntryKind;
use sanchay_sync::{into_inner, lock};

use crate::{
    cache::DigestCache,
    entry::Batch,
    error::{EntryError, Error},
    hash::{HashEvent, HashRequest, Source},
    monitor::{Monitor, Summary},
    options::{HashOptions, Method, WalkOptions},
    pool::Pool,
    request::{monitor_methods, walk_methods},
    run::RunState,
    walk::{Ignoring, Node, Visitor, Walk, WorkerVisitor},
};

/// The kinds of entries that are not read, but for directories.
pub(crate) const OTHERS: [EntryKind; 5] = [
    EntryKind::Symlink,
    EntryKind::Fifo,
    EntryKind::Socket,
    EntryKind::BlockDevice,
    EntryKind::CharacterDevice,
];

/// Digests of folders to be made:
/// [`Engine::folder_digests`](crate::Engine::folder_digests) begins them.
#[derive(Clone)]
#[must_use = "a request does nothing until it is started"]
pub struct FolderDigestRequest {
    pool: Arc<Pool>,
    cache: Option<Arc<dyn DigestCache>>,
    roots: Vec<PathBuf>,
    algorithm: Algorithm,
    walk: WalkOptions,
    monitor: Monitor,
}

/// The digest of a folder, and what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FolderDigest {
    /// The folder, as it was given.
    pub path: PathBuf,
    /// The digest's algorithm.
    pub algorithm: Algorithm,
    /// The digest; of a file that was given, that of its content.
    pub digest: Digest,
    /// How many files are in it, at any depth.
    pub files: u64,
    /// How many bytes these have.
    pub bytes: u64,
}

impl std::fmt::Debug for FolderDigestRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FolderDigestRequest")
            .field("roots", &self.roots)
            .field("algorithm", &self.algorithm)
            .field("walk", &self.walk)
            .finish_non_exhaustive()
    }
}

impl FolderDigestRequest {
    pub(crate) fn new(
        pool: Arc<Pool>,
        cache: Option<Arc<dyn DigestCache>>,
        roots: Vec<PathBuf>,
    ) -> Self {
        let (walk, monitor) = (WalkOptions::default(), Monitor::default());
        let algorithm = Algorithm::Xxh3_128;
        Self { pool, cache, roots, algorithm, walk, monitor }
    }

    fn walk(&mut self) -> &mut WalkOptions {
        &mut self.walk
    }

    /// Takes all of these options, in place of those before. Links are not
    /// followed, whatever they say, and plugins are not asked.
    pub fn options(mut self, walk: WalkOptions) -> Self {
        self.walk = walk;
        self
    }

    walk_methods!();

    monitor_methods!();

    /// The algorithm of the digests of folders and of files; by default XXH3
    /// with 128 bits. CRC-32, whose 32 bits are too few for that, is refused.
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Makes the digests, one root after the other. A folder of which an entry
    /// failed has none: the error is passed on in its place.
    ///
    /// # Errors
    /// [`Error::Cancelled`] if the run was ended before it was done;
    /// [`Error::Option`] for an algorithm that cannot tell files apart;
    /// [`Error::Filter`], [`Error::Threads`] and [`Error::Sandbox`] if it
    /// could not begin.
    pub fn for_each(
        self,
        mut visit: impl FnMut(Result<FolderDigest, EntryError>) -> ControlFlow<()>
        + Send,
    ) -> Result<Summary, Error> {
        if !self.algorithm.identifies() {
            return Err(Error::Option {
                option: "algorithm",
                why: format!("{} cannot tell files apart", self.algorithm),
            });
        }
        let mut sum = Summary::default();
        for root in &self.roots {
            let tree = Tree::default();
            let walked = self.list(root, &tree)?;
            let (found, errors) = (into_inner(tree.found), tree.errors);
            let mut errors = into_inner(errors);
            let mut contents = Contents { found, ..Contents::default() };
            let is_complete = errors.is_empty();
            let hashed = self.hash(root, &mut contents, &mut errors)?;
            sum.directories += walked.directories;
            sum.files += hashed.files;
            sum.bytes = sum.bytes.saturating_add(hashed.bytes);
            // What is wrong with a root shows in both.
            errors.sort_by(|a, b| a.path.cmp(&b.path));
            errors.dedup_by(|a, b| a.to_string() == b.to_string());
            sum.errors += errors.len() as u64;
            sum.named_errors += u64::from(errors.iter().any(|it| it.named));
            let is_complete = is_complete && errors.is_empty();
            for error in errors {
                if visit(Err(error)).is_break() {
                    return Err(Error::Cancelled);
                }
            }
            if is_complete {
                let digest = self.fold(root, contents)?;
                if visit(Ok(digest)).is_break() {
                    return Err(Error::Cancelled);
                }
            }
        }
        Ok(sum)
    }

    /// Walks a root for all that is not read.
    fn list(&self, root: &Path, tree: &Tree) -> Result<Summary, Error> {
        let mut options = self.walk.clone();
        for kind in OTHERS {
            options.filter = options.filter.kind(kind);
        }
        (options.follow, options.read_links) = (false, true);
        let monitor =
            Monitor { cancel: self.monitor.cancel.clone(), ..<_>::default() };
        let run = RunState::new(&monitor);
        let storage = options.storage();
        let ignoring = Ignoring::read(&options, &*storage, &self.pool)?;
        let walk = Walk {
            pool: &self.pool,
            run: &run,
            storage: &storage,
            options: &options,
            visitor: tree,
            counts: false,
            extracts: false,
            ignoring: &ignoring,
            reported: None,
        };
        walk.run(&[root.to_owned()])?;
        run.outcome()
    }

    /// Hashes the files of a root.
    fn hash(
        &self,
        root: &Path,
        contents: &mut Contents,
        errors: &mut Vec<EntryError>,
    ) -> Result<Summary, Error> {
        let mut walk = self.walk.clone();
        walk.follow = false;
        let method = Method::Whole(self.algorithm);
        let (pool, cache) = (Arc::clone(&self.pool), self.cache.clone());
        let sources = vec![Source::Path(root.to_owned())];
        HashRequest::new(pool, cache, sources)
            .options(HashOptions { walk, method })
            .monitor(&self.monitor)
            .for_each(|event| {
                match event {
                    HashEvent::File(file) => {
                        let digest = file.content.digest();
                        contents.add_file(root, file.path, digest, file.size);
                    }
                    HashEvent::Error(error) => errors.push(error),
                }
                ControlFlow::Continue(())
            })
    }

    /// Makes the digest of a root of those of all that is in it.
    fn fold(
        &self,
        root: &Path,
        contents: Contents,
    ) -> Result<FolderDigest, Error> {
        let Contents { mut found, file, files, bytes } = contents;
        let mut inspector = self.pool.inspector();
        let mut all = file;
        // What lies in a folder comes behind it, so from the end.
        while let Some((path, folder)) = found.pop_last() {
            let made = inspector.digest(self.algorithm, &folder.encode());
            let digest = made.map_err(Error::Sandbox)?;
            let Some((above, name)) = split(&path) else {
                all = Some(digest);
                continue;
            };
            found.entry(above.to_vec()).or_default().add(
                name,
                EntryKind::Directory,
                digest.as_bytes(),
            );
        }
        let digest = match all {
            Some(digest) => digest,
            // A root that holds nothing that is wanted.
            None => inspector
                .digest(self.algorithm, &Folder::default().encode())
                .map_err(Error::Sandbox)?,
        };
        self.pool.give_back(inspector);
        let (path, algorithm) = (root.to_owned(), self.algorithm);
        Ok(FolderDigest { path, algorithm, digest, files, bytes })
    }
}

/// Folders by their paths below the root, which end in a slash; the root's is
/// empty.
type Folders = BTreeMap<Vec<u8>, Folder>;

/// What was found in a root.
#[derive(Default)]
struct Contents {
    found: Folders,
    /// The root itself, if it is a file.
    file: Option<Digest>,
    files: u64,
    bytes: u64,
}

impl Contents {
    /// Adds a file that was hashed, by its path.
    fn add_file(
        &mut self,
        root: &Path,
        path: &[u8],
        digest: Digest,
        size: u64,
    ) {
        self.files += 1;
        self.bytes = self.bytes.saturating_add(size);
        let root = root.as_os_str().as_bytes();
        if path == root {
            self.file = Some(digest);
            return;
        }
        let below = path.strip_prefix(root).unwrap_or(path);
        let below = match root.ends_with(b"/") || root.is_empty() {
            true => below,
            false => below.strip_prefix(b"/").unwrap_or(below),
        };
        let end = below.iter().rposition(|byte| *byte == b'/');
        let (above, name) = below.split_at(end.map_or(0, |at| at + 1));
        let folder = self.found.entry(above.to_vec()).or_default();
        folder.add(name, EntryKind::File, digest.as_bytes());
    }
}

/// The path of the folder that a folder lies in, and its name; `None` for the
/// root.
fn split(path: &[u8]) -> Option<(&[u8], &[u8])> {
    let bare = path.strip_suffix(b"/")?;
    let end = bare.iter().rposition(|byte| *byte == b'/');
    bare.split_at_checked(end.map_or(0, |at| at + 1))
}

/// Takes what a walk finds.
#[derive(Default)]
struct Tree {
    found: Mutex<Folders>,
    errors: Mutex<Vec<EntryError>>,
}

impl<'t> Visitor for &'t Tree {
    type Worker = TreeWorker<'t>;

    fn worker(&self, _: usize) -> TreeWorker<'t> {
        TreeWorker(self)
    }
}

/// A worker's part of it.
struct TreeWorker<'t>(&'t Tree);

impl WorkerVisitor for TreeWorker<'_> {
    fn files(&mut self, node: Option<&Arc<Node>>, batch: &Batch<'_>) {
        let Some(node) = node else { return };
        let mut found = lock(&self.0.found);
        let folder = found.entry(node.relative()).or_default();
        for entry in batch.iter() {
            let target = entry.target.unwrap_or_default();
            folder.add(entry.name, entry.metadata.kind, target);
        }
    }

    fn directory(&mut self, node: &Arc<Node>, _: ListedFolder) {
        lock(&self.0.found).entry(node.relative()).or_default();
    }

    fn error(&mut self, error: EntryError) {
        lock(&self.0.errors).push(error);
    }
}
