//! Trees of packages, nested, with ignore files in 500 directories, as a
//! checkout of many projects has them. The files are empty: only their names
//! count.

use std::fs;
use std::path::Path;

use rayon::prelude::*;

use crate::problem::{Result, Trying};

/// How many directories have an ignore file.
const IGNORE_FILES: u64 = 500;

/// How many directories there are in a directory, on each level.
const WIDE: u64 = 10;

/// What each ignore file says: rules of names, of extensions and of paths, and
/// one that takes back. Another number makes another rule.
fn rules(number: u64) -> String {
    format!(
        "# made\n*.o\n*.log\n!keep-{number}.log\n/build/\nnode_modules/\n\
         *~\n.cache\n/gen/**/*.rs\ntmp-*\nout-{number}/\n*.py[co]\n"
    )
}

/// The names of the files of a directory: a fifth of them is ignored.
fn name(file: u64) -> String {
    let number = file / 10;
    match file % 10 {
        0 => format!("object-{number}.o"),
        1 => format!("tmp-{number}"),
        2 => format!("module {number}.rs"),
        3 => format!("Page{number}.tsx"),
        other => format!("file-{number}.{other}.txt"),
    }
}

/// Makes the tree in a folder that does not exist yet.
pub(crate) fn make(folder: &Path, files: u64) -> Result<()> {
    // Peers follow git's rules where there is a repository.
    let repository = folder.join(".git");
    fs::create_dir_all(&repository).trying("make", &repository)?;
    // Three levels; the directories of the last have the files.
    let leaves = WIDE * WIDE * WIDE;
    let each = files.div_ceil(leaves);
    (0..leaves).into_par_iter().try_for_each(|leaf| {
        let (top, middle) = (leaf / (WIDE * WIDE), leaf / WIDE);
        let place = folder
            .join(format!("group-{top}"))
            .join(format!("package-{middle}"))
            .join(format!("module-{leaf}"));
        fs::create_dir_all(&place).trying("make", &place)?;
        if leaf < IGNORE_FILES {
            let rules_of = place.join(".gitignore");
            fs::write(&rules_of, rules(leaf)).trying("write", &rules_of)?;
        }
        (0..each).try_for_each(|file| {
            let path = place.join(name(file));
            fs::write(&path, "").trying("write", &path)
        })
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use walkdir::WalkDir;

    use super::{IGNORE_FILES, make};

    #[test]
    fn the_tree_has_its_files_and_its_ignore_files() {
        let place = tempfile::tempdir().unwrap();
        let root = place.path().join("tree");
        make(&root, 20_000).unwrap();
        let files = WalkDir::new(&root).into_iter().map(Result::unwrap);
        let files = files.filter(|it| it.file_type().is_file());
        let names: Vec<_> =
            files.map(|it| it.file_name().to_owned()).collect();
        let ignore = names.iter().filter(|it| *it == ".gitignore").count();
        assert_eq!(ignore as u64, IGNORE_FILES);
        assert_eq!(names.len() - ignore, 20_000);
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 21);
    }
}
