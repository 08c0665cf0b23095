//! Which paths files can have here, all at once: what cannot be is refused
//! before anything is fetched.

use std::collections::HashSet;

use sanchay_storage::MAX_PATH;

use crate::{AttachmentError, plan::Plan, target::Target};

/// Refuses a path that is longer than the system takes.
pub(crate) fn check_length(
    root: &[u8],
    names: &[Vec<u8>],
) -> Result<(), AttachmentError> {
    let lengths = names.iter().map(|name| name.len().saturating_add(1));
    let length = lengths.fold(root.len(), usize::saturating_add);
    match length <= MAX_PATH {
        true => Ok(()),
        false => Err(AttachmentError::Manifest(format!(
            "a path of the manifest has {length} bytes with that of its root \
             here, of which the system takes {MAX_PATH} at most: {}",
            beginning(&names.join(&b'/')),
        ))),
    }
}

/// The first bytes of what is too long, escaped.
fn beginning(path: &[u8]) -> String {
    const MOST: usize = 80;
    let start = path.get(..MOST).unwrap_or(path);
    format!("{}…", sanchay::escaped(start))
}

/// Refuses paths of which one is a file or a link, and another one leads
/// through it.
pub(crate) fn check_ways(plan: &Plan<'_>) -> Result<(), AttachmentError> {
    let links: Vec<Vec<u8>> =
        plan.links.iter().map(|(names, _)| names.join(&b'/')).collect();
    let directories: Vec<Vec<u8>> =
        plan.directories.iter().map(|names| names.join(&b'/')).collect();
    let files = || plan.files.iter().map(|file| &*file.path);
    let ends: HashSet<&[u8]> =
        files().chain(links.iter().map(Vec::as_slice)).collect();
    let through = |path: &[u8]| {
        let slashes = path.iter().enumerate();
        let mut slashes = slashes.filter(|(_, byte)| **byte == b'/');
        slashes.find_map(|(at, _)| {
            let above = path.get(..at)?;
            ends.contains(above).then(|| above.to_vec())
        })
    };
    // Files that follow each other are mostly in the same directory.
    let mut last: &[u8] = b"";
    for path in files().chain(links.iter().map(Vec::as_slice)) {
        let slash = path.iter().rposition(|byte| *byte == b'/');
        let way = slash.and_then(|at| path.get(..at)).unwrap_or_default();
        if way == last {
            continue;
        }
        last = way;
        if let Some(above) = through(path) {
            return Err(both(&above, path));
        }
    }
    for path in &directories {
        if ends.contains(&**path) {
            return Err(both(path, path));
        }
        if let Some(above) = through(path) {
            return Err(both(&above, path));
        }
    }
    let files: HashSet<&[u8]> = match links.is_empty() {
        true => HashSet::new(),
        false => files().collect(),
    };
    match links.iter().find(|path| files.contains(&***path)) {
        Some(path) => Err(both(path, path)),
        None => Ok(()),
    }
}

/// What is said of a path that is to be two things at once.
fn both(above: &[u8], path: &[u8]) -> AttachmentError {
    let (above, path) = (sanchay::escaped(above), sanchay::escaped(path));
    AttachmentError::Manifest(format!(
        "{above} is a file or a link in the manifest, and {path} makes a \
         directory of it, or another entry"
    ))
}

/// How long names may be where the file system does not tell.
const LONGEST_NAME: u64 = 255;

/// Refuses names that the file systems of the roots do not take.
pub(crate) fn check_names(
    plans: &[Plan<'_>],
    targets: &[impl AsRef<Target>],
) -> Result<(), AttachmentError> {
    for (plan, target) in plans.iter().zip(targets) {
        let told = target.as_ref().longest_name();
        let longest = told.unwrap_or(LONGEST_NAME);
        let files = plan.files.iter().map(|file| &*file.path);
        for path in files {
            check_lengths(path.split(|byte| *byte == b'/'), longest)?;
        }
        let links = plan.links.iter().map(|(names, _)| names);
        for names in links.chain(&plan.directories) {
            check_lengths(names.iter().map(Vec::as_slice), longest)?;
        }
    }
    Ok(())
}

fn check_lengths<'n>(
    mut names: impl Iterator<Item = &'n [u8]>,
    longest: u64,
) -> Result<(), AttachmentError> {
    match names.find(|name| name.len() as u64 > longest) {
        None => Ok(()),
        Some(name) => Err(AttachmentError::Manifest(format!(
            "the name {} has {} bytes: the file system takes {longest} at \
             most",
            sanchay::escaped(name),
            name.len(),
        ))),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use sanchay_core::attachments::{
        Content, Entry, EntryKind, Hash, Manifest, ManifestVersion,
    };

    use super::check_lengths;
    use crate::plan::Plan;

    fn file(path: &str) -> Entry {
        let content = Content::Whole(Hash::xxh128([1; 16]));
        let kind =
            EntryKind::File { content, size: 1, mtime: 1, runnable: false };
        Entry { path: path.as_bytes().into(), kind }
    }

    fn link(path: &str) -> Entry {
        let kind = EntryKind::Link(b"to".as_slice().into());
        Entry { path: path.as_bytes().into(), kind }
    }

    fn directory(path: &str) -> Entry {
        let kind = EntryKind::Directory;
        Entry { path: path.as_bytes().into(), kind }
    }

    fn planned(entries: Vec<Entry>) -> Result<usize, String> {
        let version = ManifestVersion::V2025_12_04Beta;
        let manifest = Manifest { entries, ..Manifest::new(version, vec![]) };
        match Plan::new(&manifest, Path::new("/root")) {
            Ok(plan) => Ok(plan.files.len()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn a_path_that_leads_through_a_file_or_a_link_is_refused() {
        for entries in [
            vec![file("a"), file("a/b")],
            vec![file("a/b/c"), file("a.txt"), file("a/x"), file("a")],
            vec![file("d/a"), file("d/a/b/c/d")],
            vec![file("a"), link("a/b")],
            vec![link("a"), file("a/b")],
            vec![link("a"), link("a/b")],
            vec![file("a"), link("a")],
            vec![file("a"), directory("a")],
            vec![file("a"), directory("a/b")],
            vec![link("a"), directory("a")],
        ] {
            let said = planned(entries.clone()).unwrap_err();
            assert!(said.contains("makes a directory"), "{said}");
            let reversed: Vec<_> = entries.into_iter().rev().collect();
            planned(reversed).unwrap_err();
        }
        let fine = [
            file("a/b"),
            file("a.txt"),
            file("a/c/d"),
            file("ab"),
            file("ab"),
            link("a/l"),
            directory("a"),
            directory("a/c"),
        ];
        assert_eq!(planned(fine.to_vec()), Ok(4));
    }

    #[test]
    fn a_path_that_no_system_call_takes_is_refused() {
        let deep = vec!["d"; 10_000].join("/");
        let said = planned(vec![file(&deep)]).unwrap_err();
        assert!(said.contains("has 20005 bytes"), "{said}");
        assert!(said.len() < 300, "{said}");
        // With the root and the slash before it.
        let path = |length: usize| {
            let most = 4095 - "/root/".len() + length;
            let name = "x".repeat(99);
            let names: Vec<&str> = (0..most / 100).map(|_| &*name).collect();
            let rest = "y".repeat(most % 100);
            format!("{}/{rest}", names.join("/"))
        };
        assert_eq!(path(0).len(), 4089);
        assert_eq!(planned(vec![file(&path(0))]), Ok(1));
        planned(vec![file(&path(1))]).unwrap_err();
    }

    #[test]
    fn a_name_is_as_long_as_the_file_system_takes_at_most() {
        let (fits, long) = ("x".repeat(255), "x".repeat(256));
        let check = |names: &[&str]| {
            check_lengths(names.iter().map(|name| name.as_bytes()), 255)
                .map_err(|error| error.to_string())
        };
        assert_eq!(check(&["d", &fits]), Ok(()));
        let said = check(&["d", &long, "e"]).unwrap_err();
        assert!(said.contains("256 bytes"), "{said}");
        assert!(said.contains("takes 255 at most"), "{said}");
    }
}
