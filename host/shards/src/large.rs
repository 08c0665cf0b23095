//! What shards cost where there are a thousand million files: a plan of them,
//! the tables of one shard, and the merge of one partition. Each takes minutes,
//! and is run by name: `cargo test --release -p sanchay-shards --lib --
//! --ignored --nocapture --test-threads 1 large::`

use std::{fs, time::Instant};

use sanchay::Digest;
use sanchay_core::{
    content::Content,
    filter::Facts,
    hashing::Algorithm,
    record::Row,
    shard::{Dataset, Output, Target, identity},
};
use sanchay_output::shard::output;

use crate::{
    Counted, DuplicatesOptions, Outputs, Place, PlanOptions, ShardError,
    partitions::Partitions, plan_of_counts, work,
};

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

/// What is done with the files: no more than it takes to merge them.
fn work() -> sanchay_core::shard::Work {
    sanchay_core::shard::Work {
        algorithm: Algorithm::Xxh3_128,
        fields: Vec::new(),
        depth: 0,
        filter: Vec::new(),
        expression: String::new(),
        empty: false,
        similar: None,
        max_depth: None,
        one_file_system: false,
        gitignore: false,
        ignore_files: Vec::new(),
    }
}

/// Adds a file with this content to the partition that its digest tells; to
/// one of some shard.
fn push(table: &mut Partitions, shard: u64, number: u64, content: u64) {
    let digest = mixed(content).to_be_bytes();
    push_to(table, digest[0], shard, number, content, digest);
}

fn push_to(
    table: &mut Partitions,
    partition: u8,
    shard: u64,
    number: u64,
    content: u64,
    chance: [u8; 8],
) {
    let mut digest = [0; 16];
    digest[0] = partition;
    digest[1..9].copy_from_slice(&chance);
    let digest = Digest::from_bytes(&digest).unwrap();
    let path = format!(
        "/srv/projects/{shard:04}/shots/{:06}/renders/frame-{number:09}.exr",
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
    table.push(partition, &row).unwrap();
}

/// Writes the partition 00 of a shard.
fn write(place: &Place, index: u64) {
    let schema = work::schema(&work()).unwrap();
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
        let chance = mixed(content).to_le_bytes();
        push_to(&mut table, 0, index, number, content, chance);
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
        similar: None,
        files: ROWS,
        bytes: 0,
        errors: 0,
        outputs,
        id,
    };
    place.put(&Output::key(&told.id), output(&told).into()).unwrap();
}

/// Writes a number with so many digits over the end of a path.
fn put(number: u64, digits: &mut [u8]) {
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap();
        rest /= 10;
    }
}

/// Counts as many files, in the order of their paths: half of them in one
/// folder, the others a hundred in a folder.
fn count(files: u64, add: &mut dyn FnMut(Counted<'_>)) {
    let mut path = *b"folders/00000000/file-0000000000.exr";
    for folder in 0..files / 200 {
        put(folder, &mut path[8..16]);
        for name in 0..100 {
            put(name, &mut path[22..32]);
            add((0, &path, 100_000));
        }
    }
    let mut path = *b"large/file-0000000000.exr";
    for name in 0..files / 2 {
        put(name, &mut path[11..21]);
        add((0, &path, 100_000));
    }
}

#[test]
#[ignore = "it takes minutes"]
fn a_thousand_million_files_are_planned_in_the_memory_of_the_shards() {
    const FILES: u64 = 1_000_000_000;
    const TARGET: u64 = 1_000_000;
    let folder = tempfile::tempdir().unwrap();
    let options = PlanOptions::new(Target::Files(TARGET));
    let roots = [folder.path().to_owned()];
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let begun = Instant::now();
    let plan = plan_of_counts(&roots, &options, |add| {
        count(FILES, add);
        Ok::<(), ShardError>(())
    });
    let (plan, seconds) = (plan.unwrap(), begun.elapsed().as_secs_f64());
    let after = peak();
    let largest = plan.shards.iter().map(|it| it.files).max();
    eprintln!(
        "{FILES} files, {} shards, {} bytes of plan, {seconds:.1} s, {} MiB",
        plan.shards.len(),
        plan.text.len(),
        after >> 20,
    );
    assert_eq!(plan.summary.files, FILES);
    assert_eq!(plan.shards.iter().map(|it| it.files).sum::<u64>(), FILES);
    assert!(largest <= Some(2 * TARGET), "{largest:?}");
    assert!(after < 256 << 20, "{after} bytes");
}

#[test]
#[ignore = "it takes a while"]
fn the_tables_of_a_million_files_are_made_within_a_gibibyte() {
    const FILES: u64 = 1_000_000;
    let mut table =
        Partitions::new(Dataset::Files, work::schema(&work()).unwrap());
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let begun = Instant::now();
    for number in 0..FILES {
        push(&mut table, 0, number, number);
    }
    let mut bytes = 0;
    for file in table.finish() {
        bytes += file.unwrap().1.len();
    }
    let seconds = begun.elapsed().as_secs_f64();
    let after = peak();
    eprintln!(
        "{FILES} rows, {bytes} bytes of tables, {seconds:.1} s, {} MiB",
        after >> 20
    );
    assert!(after < 1 << 30, "{after} bytes");
}

/// The most memory that this process had since that was reset, in bytes.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|it| it.starts_with("VmHWM:")).unwrap();
    let number = line.split_whitespace().nth(1).unwrap();
    number.parse::<u64>().unwrap() * 1024
}

#[test]
#[ignore = "it takes minutes"]
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
