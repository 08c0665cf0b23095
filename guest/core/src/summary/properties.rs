//! The summary of a whole is that of its parts, merged, however it is cut and
//! in whatever order.

use proptest::prelude::*;

use super::tests::options;
use super::{FileRow, ListedFolder, Place, Tally, TallyOptions, Totals};
use crate::kind::EntryKind;
use crate::time::Timestamp;

/// A file in a folder.
#[derive(Clone, Debug)]
struct File {
    folder: String,
    name: String,
    size: u64,
    age: i64,
    uid: u32,
    /// Its inode, if it has several names.
    linked: Option<u64>,
}

fn files() -> impl Strategy<Value = Vec<File>> {
    let file = (
        "([a-c]/){0,4}",
        "[a-c]{1,2}(\\.[xX])?",
        0_u64..100_000,
        -200_000_i64..200_000_000,
        0_u32..3,
        prop::option::weighted(0.3, 0_u64..4),
    );
    let file = file.prop_map(|(folder, name, size, age, uid, linked)| {
        // Names of one file have its size and times.
        let (size, age, uid) = match linked {
            Some(inode) => (inode * 1000, 5, 0),
            None => (size, age, uid),
        };
        File { folder: format!("r/{folder}"), name, size, age, uid, linked }
    });
    prop::collection::vec(file, 0..40).prop_map(|mut files| {
        files.sort_by(|a, b| (&a.folder, &a.name).cmp(&(&b.folder, &b.name)));
        files.dedup_by(|a, b| (&a.folder, &a.name) == (&b.folder, &b.name));
        files
    })
}

fn add(tally: &mut Tally, file: &File) {
    let row = FileRow {
        name: file.name.as_bytes(),
        kind: EntryKind::File,
        size: file.size,
        allocated: file.size * 2,
        modified: Timestamp {
            seconds: options().now.seconds - file.age,
            nanoseconds: 0,
        },
        uid: Some(file.uid),
        links: if file.linked.is_some() { 2 } else { 1 },
        device: 1,
        inode: file.linked.unwrap_or(99),
        content: None,
    };
    let path = file.folder.as_bytes();
    let listed = ListedFolder {
        depth: path.iter().filter(|it| **it == b'/').count() - 1,
        entries: path.len() % 3,
        only_folders: path.len().is_multiple_of(2),
        again: false,
    };
    tally.add_folder(listed, |out| out.extend_from_slice(path));
    tally.add_files(Place::Folder { path, below: 2 }, [row].into_iter());
}

proptest! {
    #[test]
    fn the_parts_merged_are_the_whole(
        files in files(),
        cuts in prop::collection::vec(0_usize..4, 40),
        reversed: bool,
        depth in 0_u32..4,
        top in 0_usize..5,
    ) {
        let options = TallyOptions { depth, top, ..options() };
        let mut whole = Tally::new(options);
        let mut parts = vec![Tally::new(options); 4];
        for file in &files {
            add(&mut whole, file);
        }
        let in_order = files.iter().zip(&cuts);
        let shuffled: Vec<_> = match reversed {
            true => in_order.rev().collect(),
            false => in_order.collect(),
        };
        for (file, part) in shuffled {
            add(&mut parts[*part], file);
        }
        let mut merged = Tally::new(options);
        for part in parts {
            merged.merge(part);
        }
        prop_assert_eq!(merged.finish(3, 1), whole.finish(3, 1));
    }

    #[test]
    fn every_split_adds_up_to_the_whole(files in files(), depth in 0_u32..4) {
        let mut tally = Tally::new(TallyOptions { depth, ..options() });
        for file in &files {
            add(&mut tally, file);
        }
        let report = tally.finish(0, 0);
        let sum = |all: &mut dyn Iterator<Item = Totals>| {
            all.fold(Totals::default(), |mut sum, it| {
                sum += it;
                sum
            })
        };
        let whole = report.totals;
        prop_assert_eq!(whole.files, files.len() as u64);
        let mut inodes = Vec::new();
        let bytes = files.iter().filter(|it| match it.linked {
            Some(inode) if inodes.contains(&inode) => false,
            Some(inode) => {
                inodes.push(inode);
                true
            }
            None => true,
        });
        prop_assert_eq!(whole.bytes, bytes.map(|it| it.size).sum::<u64>());
        for split in [
            sum(&mut report.sizes.into_iter()),
            sum(&mut report.ages.into_iter()),
            sum(&mut report.owners.iter().map(|it| it.totals)),
            sum(&mut report.extensions.iter().map(|it| it.totals)),
            sum(&mut report.folders.iter().map(|it| it.own)),
            sum(&mut report
                .folders
                .iter()
                .filter(|it| it.depth == 0)
                .map(|it| it.all)),
        ] {
            prop_assert_eq!(split, whole);
        }
        for folder in &report.folders {
            let ages = folder.ages.iter().sum::<u64>();
            prop_assert_eq!(ages, folder.all.bytes);
        }
    }
}
