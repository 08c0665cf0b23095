//! Where a tree is cut into shards, decided while its files are counted in the
//! order of their paths. Nothing is kept but the shards.

use alloc::vec::Vec;
use core::mem;

use super::PathRange;

/// How much a shard is to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// So many files.
    Files(u64),
    /// So many bytes.
    Bytes(u64),
}

impl Target {
    /// What is reached; at least 1.
    fn goal(self) -> u64 {
        match self {
            Self::Files(goal) | Self::Bytes(goal) => goal.max(1),
        }
    }

    /// What a file of this size counts.
    const fn weight(self, size: u64) -> u64 {
        match self {
            Self::Files(_) => 1,
            Self::Bytes(_) => size,
        }
    }
}

/// What of one root is in a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PiecePart {
    /// The root, by its index.
    pub root: usize,
    /// The paths below it.
    pub range: PathRange,
}

/// What is in a shard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// How many files were counted.
    pub files: u64,
    /// How many bytes these have.
    pub bytes: u64,
    /// What it has of the roots, in their order.
    pub parts: Vec<PiecePart>,
}

/// A shard that is begun: where it begins, and what was counted.
#[derive(Clone, Debug, Default)]
struct Begun {
    root: usize,
    path: Vec<u8>,
    files: u64,
    bytes: u64,
    weight: u64,
}

/// Cuts a tree into shards.
///
/// A shard that has reached its target ends with the folder, or goes on to the
/// end of it if it does not have twice as much then. In a folder that has more
/// than a target by itself, it ends between two names.
#[derive(Clone, Debug)]
pub struct Planner {
    target: Target,
    done: Vec<Begun>,
    now: Begun,
    /// The path that came last, and its root.
    last: (usize, Vec<u8>),
    /// What the last path's folder has in this shard so far.
    in_folder: u64,
}

impl Planner {
    /// Begins.
    #[must_use]
    pub fn new(target: Target) -> Self {
        Self {
            target,
            done: Vec::new(),
            now: Begun::default(),
            last: (0, Vec::new()),
            in_folder: 0,
        }
    }

    /// Counts a file: its root by its index, its path below that, and its
    /// size. Files come in the order of their roots, and of the bytes of their
    /// paths; one that does not is counted where it comes.
    pub fn add(&mut self, root: usize, path: &[u8], size: u64) {
        let (goal, weight) = (self.target.goal(), self.target.weight(size));
        let (last_root, last) = (self.last.0, self.last.1.as_slice());
        let follows = (root, path) > (last_root, last);
        let moved = root != last_root || folder(path) != folder(last);
        let most = goal.saturating_mul(2);
        let ends = self.now.weight >= goal
            && (moved || self.in_folder >= goal)
            || self.now.weight.saturating_add(weight) > most;
        if self.now.files > 0 && follows && ends {
            let begins = match root == last_root {
                true => cut(last, path).to_vec(),
                false => Vec::new(),
            };
            let next = Begun { root, path: begins, ..Begun::default() };
            self.done.push(mem::replace(&mut self.now, next));
            self.in_folder = 0;
        } else if moved {
            self.in_folder = 0;
        }
        let now = &mut self.now;
        now.files = now.files.saturating_add(1);
        now.bytes = now.bytes.saturating_add(size);
        now.weight = now.weight.saturating_add(weight);
        self.in_folder = self.in_folder.saturating_add(weight);
        self.last.0 = root;
        self.last.1.clear();
        self.last.1.extend_from_slice(path);
    }

    /// The shards of so many roots, at least one: together they have every
    /// path below them, and none in two of them.
    #[must_use]
    pub fn finish(mut self, roots: usize) -> Vec<Piece> {
        let goal = self.target.goal();
        // A small rest goes to the last one that was cut.
        match self.done.last_mut() {
            Some(last)
                if self.now.weight < goal / 2
                    && last.weight.saturating_add(self.now.weight)
                        <= goal.saturating_mul(2) =>
            {
                last.files = last.files.saturating_add(self.now.files);
                last.bytes = last.bytes.saturating_add(self.now.bytes);
            }
            _ => self.done.push(self.now),
        }
        let mut done = self.done.into_iter().peekable();
        let mut pieces = Vec::new();
        while let Some(one) = done.next() {
            let end = done.peek().map(|next| (next.root, &*next.path));
            let parts = parts((one.root, &one.path), end, roots);
            let Begun { files, bytes, .. } = one;
            pieces.push(Piece { files, bytes, parts });
        }
        pieces
    }
}

/// What lies between two places.
fn parts(
    (first, from): (usize, &[u8]),
    end: Option<(usize, &[u8])>,
    roots: usize,
) -> Vec<PiecePart> {
    let last = match end {
        // Nothing of that root.
        Some((root, b"")) => root,
        Some((root, _)) => root.saturating_add(1),
        None => roots,
    };
    let part = |root| {
        let from = if root == first { from } else { b"" };
        let to = end.filter(|(at, path)| *at == root && !path.is_empty());
        let to = to.map(|(_, path)| path.to_vec());
        PiecePart { root, range: PathRange { from: from.to_vec(), to } }
    };
    (first..last).map(part).collect()
}

/// What precedes the name in a path.
fn folder(path: &[u8]) -> &[u8] {
    let slash = memchr::memrchr(b'/', path);
    path.get(..slash.map_or(0, |at| at + 1)).unwrap_or_default()
}

/// Where to cut between two paths: before the outermost folder that the second
/// is in and the first is not, or before the second itself.
fn cut<'p>(before: &[u8], path: &'p [u8]) -> &'p [u8] {
    let same = before.iter().zip(path).take_while(|(a, b)| a == b).count();
    let shared = folder(path.get(..same).unwrap_or_default()).len();
    let rest = path.get(shared..).unwrap_or_default();
    match memchr::memchr(b'/', rest) {
        Some(slash) => path.get(..=shared + slash).unwrap_or(path),
        None => path,
    }
}
