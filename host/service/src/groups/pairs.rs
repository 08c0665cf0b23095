//! Folders that have equal files, two by two: one decision for a pair is one
//! for all of these.

use std::collections::HashMap;

use sanchay::EntryKind;
use tokio::runtime::Handle;

use super::SOME;
use crate::{
    folder_tree::folder_of,
    problem::Problem,
    results::{reader::Reader, row::Kept},
};

/// How many pairs are told apart, and how many folders of one group.
const MOST: usize = 500_000;
const MOST_OF_GROUP: usize = 32;

/// Two folders with equal files; the first by path is `a`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Pair {
    pub(crate) a: Vec<u8>,
    pub(crate) b: Vec<u8>,
    /// How many files both have.
    pub(crate) same: u64,
    /// How many bytes one of the two has of these.
    pub(crate) bytes: u64,
    /// Whether they are the same as a whole, and not some of their files.
    pub(crate) whole: bool,
}

/// The pairs of a job.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    /// The ones with most bytes first.
    pub(crate) all: Vec<Pair>,
    /// Whether there were too many to tell all.
    pub(crate) cut: bool,
}

/// Pairs that are being found.
#[derive(Default)]
struct Finding {
    /// The folders by their numbers, and their numbers.
    folders: Vec<Vec<u8>>,
    numbers: HashMap<Vec<u8>, u32>,
    /// Equal files and their bytes, of some of the files and as a whole.
    pairs: HashMap<(u32, u32, bool), (u64, u64)>,
    cut: bool,
    /// The group that is being read: the folders that it is in.
    open: Vec<u32>,
    files: u64,
    bytes: u64,
    whole: bool,
}

impl Pairs {
    /// Looks at all groups of a job.
    pub(super) fn find(
        handle: &Handle,
        reader: &Reader,
    ) -> Result<Self, Problem> {
        let mut finding = Finding::default();
        let total = reader.total();
        let (mut from, mut last) = (0, None);
        while from < total {
            let batch = handle.block_on(reader.range(from, SOME))?;
            for row in 0..batch.len() {
                let kept = Kept::new(&batch, row);
                if last != kept.group() {
                    finding.close();
                    last = kept.group();
                    finding.begin(kept);
                }
                let (parent, name) = kept.path();
                let path = [parent, name].concat();
                finding.add(&path);
            }
            from = from.saturating_add(batch.len().max(1) as u64);
        }
        finding.close();
        Ok(finding.finish())
    }
}

impl Finding {
    fn begin(&mut self, kept: Kept<'_>) {
        self.whole = kept.kind() == Some(EntryKind::Directory);
        self.files = kept.file_count().unwrap_or(1);
        self.bytes = kept.facts().size;
    }

    /// A file of the open group, or a folder.
    fn add(&mut self, path: &[u8]) {
        let folder = if self.whole { path } else { folder_of(path) };
        let number = match self.numbers.get(folder) {
            Some(number) => *number,
            None => {
                let number = u32::try_from(self.folders.len());
                let number = number.unwrap_or(u32::MAX);
                self.folders.push(folder.to_vec());
                self.numbers.insert(folder.to_vec(), number);
                number
            }
        };
        if !self.open.contains(&number) {
            match self.open.len() < MOST_OF_GROUP {
                true => self.open.push(number),
                false => self.cut = true,
            }
        }
    }

    /// The group is whole.
    fn close(&mut self) {
        let open = std::mem::take(&mut self.open);
        for (at, one) in open.iter().enumerate() {
            for other in open.iter().skip(at + 1) {
                let key = (*one.min(other), *one.max(other), self.whole);
                if self.pairs.len() >= MOST && !self.pairs.contains_key(&key) {
                    self.cut = true;
                    continue;
                }
                let sums = self.pairs.entry(key).or_default();
                sums.0 = sums.0.saturating_add(self.files);
                sums.1 = sums.1.saturating_add(self.bytes);
            }
        }
    }

    fn finish(self) -> Pairs {
        let Self { folders, pairs, cut, .. } = self;
        let path = |number: u32| {
            let number = usize::try_from(number).unwrap_or(usize::MAX);
            folders.get(number).cloned().unwrap_or_default()
        };
        let mut all: Vec<Pair> = pairs
            .into_iter()
            .map(|((one, other, whole), (same, bytes))| {
                let (one, other) = (path(one), path(other));
                let (a, b) =
                    if one <= other { (one, other) } else { (other, one) };
                Pair { a, b, same, bytes, whole }
            })
            .collect();
        all.sort_by(|one, other| {
            let sums = |it: &Pair| (it.bytes, it.same);
            sums(other)
                .cmp(&sums(one))
                .then_with(|| (&one.a, &one.b).cmp(&(&other.a, &other.b)))
                .then_with(|| other.whole.cmp(&one.whole))
        });
        Pairs { all, cut }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_paired_by_the_files_that_both_have() {
        let mut finding = Finding::default();
        for (bytes, paths) in [
            (100, vec!["/r/a/1", "/r/b/1", "/r/b/again"]),
            (50, vec!["/r/a/2", "/r/b/2", "/r/c/2"]),
            (7, vec!["/r/a/x", "/r/a/y"]),
            (1, vec!["/top", "/r/c/t"]),
        ] {
            (finding.files, finding.bytes) = (1, bytes);
            for path in paths {
                finding.add(path.as_bytes());
            }
            finding.close();
        }
        let found = finding.finish();
        let told: Vec<(&str, &str, u64, u64)> = found
            .all
            .iter()
            .map(|it| {
                let text = |path| std::str::from_utf8(path).unwrap();
                (text(&it.a), text(&it.b), it.same, it.bytes)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("/r/a", "/r/b", 2, 150),
                ("/r/a", "/r/c", 1, 50),
                ("/r/b", "/r/c", 1, 50),
                ("/", "/r/c", 1, 1),
            ]
        );
        assert!(!found.cut);
    }
}
