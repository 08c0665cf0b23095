//! Digests: published and computed natively, for files of every size that
//! matters, and of a real tree against the machine's own programs.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use sanchay_testkit::{
    Finished, Tree, bytes,
    content::{noise, pattern},
    digest::{ALGORITHMS, digest, tag},
    records, tool,
};

use crate::sanchay;

fn hash(tree: &Tree, words: &str) -> Finished {
    sanchay().within(tree.root()).arg("hash").words(words).run()
}

/// The digests of `f`, by an algorithm, in every form in which they come.
#[track_caller]
fn assert_digest(tree: &Tree, algorithm: &str, expected: &str) {
    let words = format!("f -a {algorithm}");
    let finished = hash(tree, &words).succeeds();
    let line = if algorithm == "xxh3-64" {
        format!("XXH3 (f) = {expected}\n")
    } else {
        format!("{expected}  f\n")
    };
    assert_eq!(finished.text(), line);
    let finished = hash(tree, &format!("{words} --tag")).succeeds();
    let name = tag(algorithm);
    assert_eq!(finished.text(), format!("{name} (f) = {expected}\n"));
    let finished = hash(tree, &format!("{words} --format json")).succeeds();
    let object = &records::json(&finished.stdout)[0];
    assert_eq!(object["hash"].as_str(), Some(expected));
    assert_eq!(object["algorithm"].as_str(), Some(algorithm));
}

#[test]
fn the_digests_are_the_published_ones() {
    let tree = Tree::new();
    let vectors = [
        ("", "xxh64", "ef46db3751d8e999"),
        ("", "xxh3-64", "2d06800538d394c2"),
        ("", "xxh3-128", "99aa06d3014798d86001c324468d497f"),
        (
            "",
            "blake3",
            "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
        ),
        (
            "",
            "sha256",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ),
        ("hello world", "xxh64", "45ab6734b21e6968"),
        ("hello world", "xxh3-64", "d447b1ea40e6988b"),
        ("hello world", "xxh3-128", "df8d09e93f874900a99b8775cc15b6c7"),
        (
            "hello world",
            "blake3",
            "d74981efa70a0c880b8d8c1985d075dbcbf679b99a5f9914e5aaf96b831a9e24",
        ),
        (
            "hello world",
            "sha256",
            "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9",
        ),
        ("data", "xxh64", "b7119b48552d1da3"),
        (
            "abc",
            "sha512",
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
        ("abc", "sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("abc", "md5", "900150983cd24fb0d6963f7d28e17f72"),
        ("123456789", "crc32", "cbf43926"),
    ];
    for (content, algorithm, expected) in vectors {
        tree.file("f", content);
        assert_digest(&tree, algorithm, expected);
        assert_eq!(digest(algorithm, content.as_bytes()), expected);
    }
}

#[test]
fn without_a_choice_the_digest_is_xxh3_with_128_bits() {
    let tree = Tree::new();
    tree.file("f", "hello world");
    let line = "df8d09e93f874900a99b8775cc15b6c7  f\n";
    assert_eq!(hash(&tree, "f").succeeds().text(), line);
}

/// Sizes at and around every length at which something changes: blocks of the
/// hash functions, and the buffers of whoever reads files.
fn sizes() -> Vec<usize> {
    let mut sizes: Vec<usize> = (0..20).collect();
    for exponent in 5..=20 {
        let power = 1 << exponent;
        sizes.extend([power - 1, power, power + 1]);
    }
    sizes.extend([240, 241, 768 << 10, (1 << 19) + (1 << 17), 3 << 20]);
    sizes
}

#[test]
fn files_of_every_size_have_their_native_digest() {
    let tree = Tree::new();
    let mut contents = BTreeMap::new();
    for (number, size) in sizes().into_iter().enumerate() {
        let content = noise(number as u64, size);
        let name = format!("d/{number:03}-{size}");
        tree.file(&name, &content);
        contents.insert(name, content);
    }
    for algorithm in ALGORITHMS {
        let expected: Vec<_> = contents
            .iter()
            .map(|(name, content)| (name, digest(algorithm, content)))
            .collect();
        for threads in [1, 4] {
            let words =
                format!("d -a {algorithm} --threads {threads} --format csv");
            let finished = hash(&tree, &words).succeeds();
            let table = records::csv(&finished.stdout);
            let hashes = table.column("hash").into_iter();
            let names = table.paths().into_iter();
            let names = names.map(|name| String::from_utf8(name).unwrap());
            let reported: Vec<_> = names.zip(hashes).collect();
            for (reported, expected) in reported.iter().zip(&expected) {
                assert_eq!(&reported.0, expected.0);
                assert_eq!(
                    reported.1, expected.1,
                    "{algorithm} of {}",
                    reported.0
                );
            }
            assert_eq!(reported.len(), expected.len());
        }
    }
}

#[test]
fn a_big_file_has_its_native_digest() {
    let tree = Tree::new();
    let content = noise(50, 50 << 20);
    tree.file("f", &content);
    for algorithm in ALGORITHMS {
        assert_digest(&tree, algorithm, &digest(algorithm, &content));
    }
}

#[test]
fn a_file_that_is_mostly_a_hole_is_read_as_zeros() {
    let tree = Tree::new();
    let file = tree.sparse("f", 40 << 20);
    let mut content = vec![0; 40 << 20];
    content[30 << 20..(30 << 20) + 1000].copy_from_slice(&pattern(1000));
    let sparse = fs::File::options().write(true).open(file).unwrap();
    std::os::unix::fs::FileExt::write_all_at(
        &sparse,
        &pattern(1000),
        30 << 20,
    )
    .unwrap();
    assert_digest(&tree, "xxh3-128", &digest("xxh3-128", &content));
}

/// Up to some thousand regular files of the system, with names that every
/// program writes alike.
fn real_files() -> Vec<PathBuf> {
    let (mut files, mut total) = (Vec::new(), 0);
    let mut waiting =
        ["/usr/share/doc", "/usr/share/zoneinfo", "/usr/include"]
            .map(PathBuf::from)
            .to_vec();
    while let Some(directory) = waiting.pop() {
        let Ok(entries) = fs::read_dir(&directory) else { continue };
        for entry in entries.map(Result::unwrap) {
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                waiting.push(entry.path());
            } else if kind.is_file()
                && fs::File::open(entry.path()).is_ok()
                && !bytes(&entry.path()).contains(&b'\\')
                && total < 64 << 20
                && files.len() < 3000
            {
                total += entry.metadata().unwrap().len();
                files.push(entry.path());
            }
        }
    }
    files.sort();
    files
}

#[test]
fn a_real_tree_has_the_digests_that_the_machines_own_programs_print() {
    let files = real_files();
    let programs: [(&str, &[&str], &str); 7] = [
        ("sha256sum", &[], "sha256"),
        ("sha512sum", &[], "sha512"),
        ("sha1sum", &[], "sha1"),
        ("md5sum", &[], "md5"),
        ("b3sum", &[], "blake3"),
        ("xxhsum", &["-H2"], "xxh3-128"),
        ("xxhsum", &["-H1"], "xxh64"),
    ];
    for (program, options, algorithm) in programs {
        if files.is_empty() || !tool::has(program) {
            continue;
        }
        let theirs = tool::command(program)
            .args(options)
            .args(&files)
            .output()
            .unwrap();
        assert!(theirs.status.success(), "{program}");
        let ours = sanchay()
            .args(["hash", "-a", algorithm])
            .args(&files)
            .limit(Duration::from_secs(120))
            .run()
            .succeeds();
        let theirs = String::from_utf8(theirs.stdout).unwrap();
        for (ours, theirs) in ours.text().lines().zip(theirs.lines()) {
            assert_eq!(ours, theirs, "{program}");
        }
        assert_eq!(ours.lines().len(), files.len());
        assert_eq!(theirs.lines().count(), files.len());
    }
    assert!(!Path::new("/usr/share/doc").exists() || !files.is_empty());
}

#[test]
fn a_large_file_has_its_digest_however_many_threads_make_it() {
    // Around the ends of the pieces in which BLAKE3 is made side by side.
    let tree = Tree::new();
    let piece = 512 << 10;
    for (index, len) in [
        16 * piece - 1,
        16 * piece,
        16 * piece + 1,
        19 * piece + 1025,
        128 * piece,
        129 * piece + 3,
    ]
    .into_iter()
    .enumerate()
    {
        let content = noise(index as u64, len);
        tree.file("file", &content);
        for algorithm in ["blake3", "xxh3-128"] {
            let expected = digest(algorithm, &content);
            for threads in ["1", "2", "5"] {
                let words =
                    format!("hash -a {algorithm} --threads {threads} file");
                let program = sanchay().within(tree.root()).words(&words);
                let finished = program.run().succeeds();
                let line = format!("{expected}  file\n");
                assert_eq!(finished.text(), line, "{words}: {len} bytes");
            }
        }
    }
}
