//! Searches over tables in memory, held against a plain definition.

use core::cmp::Ordering;
use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{
    Candidates, DigestColumn, FileNumber, FileTable, GroupOptions, Groups,
    Origin, SMALL, Sequential, SortedDigests,
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
    origin: Origin,
    device: u64,
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
        self.search_by(&GroupOptions { hardlinks, ..<_>::default() })
    }

    fn search_by(&self, options: &GroupOptions) -> Groups {
        let sort = |files: &[FileNumber],
                    of: &dyn Fn(FileNumber) -> Content| {
            // As two workers would have read them.
            let mut columns = vec![DigestColumn::default(); 2];
            for (at, file) in files.iter().enumerate() {
                columns[at % 2].push(*file, &of(*file));
            }
            SortedDigests::sort(&Sequential, self, columns)
        };
        let candidates = Candidates::pick(&Sequential, self, options);
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

    fn origin(&self, file: FileNumber) -> Origin {
        self.file(file).origin
    }

    fn device(&self, file: FileNumber) -> u64 {
        self.file(file).device
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
        origin: Origin::Root,
        device: 0,
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

/// Files of one content, by path, identity and origin.
fn of_origins(files: &[(&str, u8, Origin)]) -> Table {
    let linked = |identity| {
        files.iter().filter(|(_, other, _)| *other == identity).count() > 1
    };
    let file = |(path, identity, origin): &(&str, u8, Origin)| Named {
        origin: *origin,
        is_linked: linked(*identity),
        entry: path.bytes().last(),
        ..plain(path, *identity, 1)
    };
    Table(files.iter().map(file).collect())
}

#[test]
fn references_stay_and_only_what_has_one_is_wanted_against_them() {
    use Origin::{Against, Reference, Root};
    let table = of_origins(&[
        ("a", 1, Root),
        ("b", 2, Reference),
        ("c", 3, Root),
        ("d", 4, Reference),
    ]);
    let groups = table.search(false);
    assert_eq!(table.paths(&groups), [["a", "b", "c", "d"]]);
    let totals = groups.totals();
    assert_eq!((totals.redundant_files, totals.reclaimable_bytes), (2, 2));
    let against = GroupOptions { against: true, ..<_>::default() };
    assert!(table.search_by(&against).is_empty());
    let table = of_origins(&[("a", 1, Root), ("b", 2, Against)]);
    assert_eq!(table.search_by(&against).totals().reclaimable_bytes, 1);
    for origin in [Reference, Against] {
        let table = of_origins(&[("a", 1, origin), ("b", 2, origin)]);
        assert!(table.search(false).is_empty());
    }
}

#[test]
fn another_name_of_a_reference_frees_nothing() {
    use Origin::{Reference, Root};
    let table = of_origins(&[
        ("a", 1, Root),
        ("b", 1, Reference),
        ("c", 2, Root),
        ("d", 2, Root),
    ]);
    let groups = table.search(false);
    assert_eq!(table.paths(&groups), [["b", "c"]]);
    assert_eq!(groups.totals().reclaimable_bytes, 1);
    let groups = table.search(true);
    assert_eq!(table.paths(&groups), [["a", "b", "c", "d"]]);
    let totals = groups.totals();
    assert_eq!((totals.redundant_files, totals.reclaimable_bytes), (3, 1));
}

#[test]
fn groups_are_of_one_device_and_of_as_many_files_as_are_wanted() {
    let mut table = of_origins(
        &["a", "b", "c", "d", "e"]
            .map(|path| (path, path.as_bytes()[0], Origin::Root)),
    );
    table.0[1].device = 1;
    table.0[3].device = 1;
    table.0[4].device = 2;
    let one = GroupOptions { same_device: true, ..<_>::default() };
    let groups = table.search_by(&one);
    assert_eq!(table.paths(&groups), [["a", "c"], ["b", "d"]]);
    let three = GroupOptions { least: 3, ..one };
    assert!(table.search_by(&three).is_empty());
    let all = GroupOptions { least: 5, ..<_>::default() };
    assert_eq!(table.search_by(&all).len(), 1);
    let more = GroupOptions { least: 6, ..<_>::default() };
    assert!(table.search_by(&more).is_empty());
}

#[test]
fn files_that_leave_and_bytes_that_are_shared_are_not_counted() {
    let table = of_origins(
        &["a", "b", "c", "d"]
            .map(|path| (path, path.as_bytes()[0], Origin::Root)),
    );
    let groups = table.search(false);
    let [a, b, c, d] = [0, 1, 2, 3].map(|at| FileNumber::new(at).unwrap());
    let revised = groups.revise(&table, |it| it != a, |_| None);
    assert_eq!(table.paths(&revised), [["b", "c", "d"]]);
    assert_eq!(revised.totals().reclaimable_bytes, 2);
    let shared = |it| [a, b, c].contains(&it).then_some(7);
    let revised = groups.revise(&table, |_| true, shared);
    assert_eq!(revised.totals().reclaimable_bytes, 1);
    assert_eq!(revised.totals().redundant_files, 3);
    let alone = groups.revise(&table, |it| it == d, |_| None);
    assert!(alone.is_empty() && alone.totals().groups == 0);
}

#[test]
fn groups_come_in_the_order_that_is_wanted() {
    let mut table = of_origins(
        &["a", "b", "c", "d", "e"]
            .map(|path| (path, path.as_bytes()[0], Origin::Root)),
    );
    for at in [0, 4] {
        table.0[at].begin = 8;
    }
    let firsts = |order: &str| -> Vec<&str> {
        let order = order.parse().unwrap();
        let options = GroupOptions { order, ..<_>::default() };
        let groups = table.search_by(&options);
        table.paths(&groups).iter().map(|it| it[0]).collect()
    };
    assert_eq!(firsts("size"), ["b", "a"]);
    assert_eq!(firsts("size:desc"), ["a", "b"]);
    assert_eq!(firsts("copies"), ["a", "b"]);
    assert_eq!(firsts("copies:desc,path"), ["b", "a"]);
    assert_eq!(firsts("path:desc"), ["b", "a"]);
    assert_eq!(firsts("reclaimable:desc"), ["a", "b"]);
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
                origin: Origin::Root,
                device: 0,
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
