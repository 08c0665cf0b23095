//! Searches over tables in memory, held against a plain definition.

use core::cmp::Ordering;
use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{
    Candidates, DigestColumn, FileNumber, FileTable, Groups, SMALL,
    Sequential, SortedDigests,
};
use crate::{
    content::Content,
    digest::Digest,
    hashing::{Algorithm, PartialDigest, digest},
};

/// A file: its path, what identifies it, its directory entry, and what its
/// beginning and the rest of it hold.
#[derive(Clone, Debug)]
struct Named {
    path: String,
    identity: Option<u8>,
    entry: Option<u8>,
    is_linked: bool,
    is_large: bool,
    begin: u8,
    rest: u8,
}

#[derive(Debug)]
struct Table(Vec<Named>);

impl Table {
    fn file(&self, file: FileNumber) -> &Named {
        &self.0[file.index()]
    }

    /// Its content, from which its digests are made.
    fn digest(&self, file: FileNumber) -> Content {
        let named = self.file(file);
        let algorithm = Algorithm::Xxh3_128;
        let digest = digest(algorithm, &[named.begin, named.rest]);
        Content::Whole(algorithm, Digest::from_bytes(&digest).unwrap())
    }

    fn ends(&self, file: FileNumber) -> Content {
        let (first, size) = (self.file(file).begin.into(), self.size(file));
        Content::Partial(PartialDigest { first, last: first, size })
    }

    fn search(&self, hardlinks: bool) -> Groups {
        let sort = |files: &[FileNumber],
                    of: &dyn Fn(FileNumber) -> Content| {
            // As two workers would have read them.
            let mut columns = vec![DigestColumn::default(); 2];
            for (at, file) in files.iter().enumerate() {
                columns[at % 2].push(*file, &of(*file));
            }
            SortedDigests::sort(&Sequential, self, columns)
        };
        let candidates = Candidates::pick(&Sequential, self, hardlinks);
        let (mut whole, large) = candidates.split(self);
        let ends = sort(&large, &|file| self.ends(file));
        whole.extend(ends.undecided(self, &candidates));
        whole.sort_unstable();
        let digests = sort(&whole, &|file| self.digest(file));
        Groups::gather(self, &digests, &candidates, |file| {
            let named = self.file(file);
            Some((named.identity, named.entry?))
        })
    }

    fn paths(&self, groups: &Groups) -> Vec<Vec<&str>> {
        let path = |file: &FileNumber| self.file(*file).path.as_str();
        groups
            .iter()
            .map(|group| group.files.iter().map(path).collect())
            .collect()
    }
}

impl FileTable for Table {
    type Identity = u8;

    fn end(&self) -> usize {
        self.0.len()
    }

    fn files(&self) -> impl Iterator<Item = FileNumber> {
        (0..self.0.len()).map_while(FileNumber::new)
    }

    fn size(&self, file: FileNumber) -> u64 {
        let named = self.file(file);
        u64::from(named.begin / 2) + if named.is_large { SMALL } else { 1 }
    }

    fn is_linked(&self, file: FileNumber) -> bool {
        self.file(file).is_linked
    }

    fn identity(&self, file: FileNumber) -> Option<u8> {
        self.file(file).identity
    }

    fn by_path(&self, a: FileNumber, b: FileNumber) -> Ordering {
        self.file(a).path.cmp(&self.file(b).path)
    }
}

fn plain(path: &str, identity: u8, rest: u8) -> Named {
    Named {
        path: path.to_owned(),
        identity: Some(identity),
        entry: Some(0),
        is_linked: false,
        is_large: false,
        begin: 0,
        rest,
    }
}

#[test]
fn the_groups_that_free_most_come_first_and_then_the_least_path() {
    let mut files = Vec::new();
    for (path, rest) in [("z", 1), ("y", 1), ("b", 2), ("c", 2), ("d", 2)] {
        let identity = u8::try_from(files.len()).unwrap();
        files.push(plain(path, identity, rest));
    }
    files.push(plain("a", 10, 3));
    files.push(plain("e", 11, 3));
    let table = Table(files);
    let groups = table.search(false);
    let expected = [vec!["b", "c", "d"], vec!["a", "e"], vec!["y", "z"]];
    assert_eq!(table.paths(&groups), expected);
    let totals = groups.totals();
    assert_eq!((totals.groups, totals.redundant_files), (3, 4));
    assert_eq!(totals.reclaimable_bytes, 4);
}

#[test]
fn two_ways_to_one_file_that_has_no_other_name_are_no_duplicates() {
    let table = Table(vec![plain("a", 1, 1), plain("b/a", 1, 1)]);
    assert!(table.search(false).is_empty());
    assert!(table.search(true).is_empty());
}

#[test]
fn files_that_cannot_be_identified_are_files_of_their_own() {
    let mut table = Table(vec![plain("a", 1, 1), plain("b", 1, 1)]);
    for file in &mut table.0 {
        file.identity = None;
    }
    assert_eq!(table.paths(&table.search(false)), [["a", "b"]]);
}

#[test]
fn names_of_one_file_are_a_group_only_where_they_count_and_differ() {
    let linked = |path: &str, entry: Option<u8>| Named {
        is_linked: true,
        entry,
        ..plain(path, 1, 1)
    };
    let names = |entries: [Option<u8>; 3]| {
        let paths = ["a", "b", "c"].iter().zip(entries);
        Table(paths.map(|(path, entry)| linked(path, entry)).collect())
    };
    let table = names([Some(1), Some(2), Some(1)]);
    assert!(table.search(false).is_empty());
    let groups = table.search(true);
    assert_eq!(table.paths(&groups), [["a", "b"]]);
    assert_eq!(groups.totals().reclaimable_bytes, 0);
    // An unknown entry may be any of the others.
    let table = names([None, Some(2), Some(1)]);
    assert_eq!(table.paths(&table.search(true)), [["b", "c"]]);
    for entries in [[None; 3], [Some(1), None, None], [Some(1); 3]] {
        assert!(names(entries).search(true).is_empty(), "{entries:?}");
    }
}

fn tables() -> impl Strategy<Value = Table> {
    let file = (0..12_u8, any::<bool>(), 0..4_u8, 0..2_u8);
    proptest::collection::vec(file, 0..24).prop_map(|files| {
        // Names of one file have one content.
        let mut first: BTreeMap<u8, (bool, u8, u8)> = BTreeMap::new();
        let mut count: BTreeMap<u8, usize> = BTreeMap::new();
        for (identity, is_large, begin, rest) in &files {
            first.entry(*identity).or_insert((*is_large, *begin, *rest));
            *count.entry(*identity).or_default() += 1;
        }
        let files = files.iter().enumerate().map(|(at, (identity, ..))| {
            let (is_large, begin, rest) = first[identity];
            Named {
                path: format!("{}", (at * 7) % 24),
                identity: Some(*identity),
                entry: u8::try_from(at).ok(),
                is_linked: count[identity] > 1,
                is_large,
                begin,
                rest,
            }
        });
        Table(files.collect())
    })
}

proptest! {
    #[test]
    fn a_search_finds_just_the_files_whose_content_is_equal(
        table in tables(), hardlinks: bool,
    ) {
        // By content, each file with all its names.
        let mut contents: BTreeMap<_, BTreeMap<_, Vec<&str>>> =
            BTreeMap::new();
        for file in table.files() {
            let named = table.file(file);
            contents
                .entry((table.size(file), named.begin, named.rest))
                .or_default()
                .entry(named.identity)
                .or_default()
                .push(&named.path);
        }
        let mut expected: Vec<(u64, Vec<&str>)> = contents
            .into_iter()
            .filter_map(|((size, ..), files)| {
                let distinct = files.len() as u64;
                let mut paths: Vec<&str> = files
                    .into_values()
                    .flat_map(|mut names| {
                        names.sort_unstable();
                        names.truncate(if hardlinks { usize::MAX } else { 1 });
                        names
                    })
                    .collect();
                paths.sort_unstable();
                (paths.len() > 1).then_some((size * (distinct - 1), paths))
            })
            .collect();
        expected.sort_unstable_by(|a, b| {
            b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1))
        });
        let groups = table.search(hardlinks);
        let expected_paths: Vec<_> =
            expected.iter().map(|(_, paths)| paths.clone()).collect();
        prop_assert_eq!(table.paths(&groups), expected_paths);
        let totals = groups.totals();
        let bytes: u64 = expected.iter().map(|(bytes, _)| bytes).sum();
        prop_assert_eq!(totals.reclaimable_bytes, bytes);
        prop_assert_eq!(totals.groups, expected.len() as u64);
    }
}
