//! The native twins: a plain program that does the job with walkdir, rayon
//! and the same logic, linked natively instead of sandboxed.

mod duplicates;
mod hash;
mod read;

use std::io::{BufWriter, stdout};
use std::path::Path;

use crate::problem::{Result, Trying};

/// What a twin does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Job {
    /// Prints the XXH3-128 digest of every file
    Hash,
    /// Prints the groups of files with the same content
    Dupes,
}

/// Does the job on a tree and prints to standard output.
pub(crate) fn run(job: Job, root: &Path) -> Result<()> {
    let mut output = BufWriter::new(stdout().lock());
    match job {
        Job::Hash => hash::run(root, &mut output)?,
        Job::Dupes => duplicates::run(root, &mut output)?,
    }
    std::io::Write::flush(&mut output).trying("write", Path::new("-"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{duplicates, hash};

    #[test]
    fn digests_are_those_that_xxhsum_prints() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("empty");
        fs::write(&path, "").unwrap();
        let mut output = Vec::new();
        hash::run(root.path(), &mut output).unwrap();
        // XXH3-128 of no bytes, seed 0.
        let expected = format!(
            "99aa06d3014798d86001c324468d497f  {}\n",
            path.to_str().unwrap()
        );
        assert_eq!(String::from_utf8(output).unwrap(), expected);
    }

    #[test]
    fn groups_hold_the_files_of_equal_content_and_no_others() {
        let root = tempfile::tempdir().unwrap();
        let make = |name: &str, content: &[u8]| {
            fs::write(root.path().join(name), content).unwrap();
        };
        let mut long = vec![1; 300_000];
        make("a", b"same");
        make("b", b"same");
        make("c", b"diff");
        make("d", &long);
        make("e", &long);
        long[299_999] = 2;
        make("f", &long);
        fs::hard_link(root.path().join("a"), root.path().join("g")).unwrap();
        let mut output = Vec::new();
        duplicates::run(root.path(), &mut output).unwrap();
        let output = String::from_utf8(output).unwrap();
        let mut groups: Vec<Vec<&str>> = output
            .trim_end()
            .split("\n\n")
            .map(|group| {
                let mut names: Vec<&str> = group
                    .lines()
                    .map(|path| path.rsplit('/').next().unwrap())
                    .collect();
                names.sort_unstable();
                names
            })
            .collect();
        groups.sort_unstable();
        let first = &groups[0];
        assert!(first == &["a", "b"] || first == &["b", "g"], "{first:?}");
        assert_eq!(groups[1..], [["d", "e"]]);
    }
}
