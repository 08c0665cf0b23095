//! One partition of four million files: what merging it takes. It takes
//! minutes, and is run by name.

use std::{fs, time::Instant};

use sanchay::Digest;
use sanchay_core::{
    content::Content,
    filter::Facts,
    hashing::Algorithm,
    record::Row,
    shard::{Dataset, Output, identity},
};
use sanchay_output::shard::output;

use crate::{DuplicatesOptions, Outputs, Place, partitions::Partitions, work};

const SHARDS: u64 = 100;
const ROWS: u64 = 40_000;
/// So many files have one content.
const COPIES: u64 = 1_000_000;

/// Numbers that look like chance, by `SplitMix64`.
fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// Writes the partition 00 of a shard.
fn write(place: &Place, index: u64) {
    let work = sanchay_core::shard::Work {
        algorithm: Algorithm::Xxh3_128,
        fields: Vec::new(),
        depth: 0,
        filter: Vec::new(),
        expression: String::new(),
        empty: false,
        max_depth: None,
        one_file_system: false,
        gitignore: false,
        ignore_files: Vec::new(),
    };
    let schema = work::schema(&work).unwrap();
    let mut table = Partitions::new(Dataset::Files, schema);
    for row in 0..ROWS {
        let number = index * ROWS + row;
        // A million have one content, and of the others each tenth has that
        // of another.
        let content = match number % (SHARDS * ROWS / COPIES) {
            0 => 0,
            _ if mixed(number).is_multiple_of(10) => 1 + number / 20,
            _ => 1 + (1 << 40) + number,
        };
        let mut digest = [0; 16];
        digest[1..9].copy_from_slice(&mixed(content).to_le_bytes());
        let digest = Digest::from_bytes(&digest).unwrap();
        let path = format!(
            "/srv/projects/{:04}/shots/{:06}/renders/frame-{number:09}.exr",
            index,
            number / 50,
        );
        let facts = Facts {
            device: Some(7),
            inode: Some(number),
            links: Some(1),
            ..Facts::default()
        };
        let size = 1 + content % 1_000_000;
        let row = Row {
            name: path.as_bytes(),
            size: Some(size),
            content: Some(Content::Whole(Algorithm::Xxh3_128, digest)),
            facts: Some(&facts),
            ..Row::default()
        };
        table.push(0, &row).unwrap();
    }
    let id = identity(&index.to_le_bytes());
    let mut outputs = Vec::new();
    for file in table.finish() {
        let (file, bytes) = file.unwrap();
        place.put(&file.dataset.key(file.partition, &id), bytes).unwrap();
        outputs.push(file);
    }
    let told = Output {
        plan: identity(b"plan"),
        index,
        shards: SHARDS,
        algorithm: Algorithm::Xxh3_128,
        empty: false,
        files: ROWS,
        bytes: 0,
        errors: 0,
        outputs,
        id,
    };
    place.put(&Output::key(&told.id), output(&told).into()).unwrap();
}

/// The most memory that this process had since that was reset, in bytes.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|it| it.starts_with("VmHWM:")).unwrap();
    let number = line.split_whitespace().nth(1).unwrap();
    number.parse::<u64>().unwrap() * 1024
}

#[test]
#[ignore = "it takes minutes: cargo test -- --ignored four_million"]
fn four_million_files_of_a_partition_are_merged_within_a_gibibyte() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::folder(folder.path());
    (0..SHARDS).for_each(|index| write(&place, index));
    let outputs = Outputs::open(&place).unwrap().complete().unwrap();
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let (before, begun) = (peak(), Instant::now());
    let options = DuplicatesOptions::default();
    let merged = outputs.duplicates([0], &options).unwrap();
    let (after, seconds) = (peak(), begun.elapsed().as_secs_f64());
    let largest = merged.groups().map(|it| it.files().count()).max();
    eprintln!(
        "{} files, {} groups, {seconds:.1} s, {} MiB, {} MiB before",
        SHARDS * ROWS,
        merged.summary().groups,
        after >> 20,
        before >> 20,
    );
    assert_eq!(largest.map(|it| it as u64), Some(COPIES));
    assert!(merged.summary().groups > 1000);
    assert!(after < 1 << 30, "{after} bytes");
}
