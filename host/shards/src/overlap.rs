//! Places that lie in each other.

use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
};

use sanchay::{Storage, storage::is_cloud_url};
use sanchay_names::OsStrExt as _;

use crate::error::ShardError;

/// Refuses roots that lie in each other: what is in both would be in two
/// shards.
pub(crate) fn check_roots(
    storage: &dyn Storage,
    roots: &[PathBuf],
) -> Result<(), ShardError> {
    let mut places: Vec<_> =
        roots.iter().map(|root| (place_of(storage, root), root)).collect();
    places.sort();
    // What lies in a place follows it.
    let mut outer: Option<&(Vec<u8>, &PathBuf)> = None;
    for place in &places {
        match outer {
            Some(outer) if place.0.starts_with(&outer.0) => {
                return Err(ShardError::Overlap {
                    inner: place.1.as_os_str().as_bytes().to_vec(),
                    outer: outer.1.as_os_str().as_bytes().to_vec(),
                    why: "what is in both would be in two shards; name the \
                          outer one only",
                });
            }
            _ => outer = Some(place),
        }
    }
    Ok(())
}

/// Refuses a place for outputs that lies in a root.
pub(crate) fn check_output(
    storage: &dyn Storage,
    name: &[u8],
    roots: impl IntoIterator<Item = Vec<u8>>,
) -> Result<(), ShardError> {
    let place = place_of(storage, Path::new(OsStr::from_bytes(name)));
    for root in roots {
        let outer = place_of(storage, Path::new(OsStr::from_bytes(&root)));
        if place.starts_with(&outer) {
            return Err(ShardError::Overlap {
                inner: name.to_vec(),
                outer: root,
                why: "the output would be among the files that are looked \
                      at; choose another place for it",
            });
        }
    }
    Ok(())
}

/// A place as it can be compared: without links, with a slash at its end. It
/// need not be there.
fn place_of(storage: &dyn Storage, path: &Path) -> Vec<u8> {
    let mut missing = Vec::new();
    let mut above = path;
    let found = loop {
        match (storage.canonical(above), above.parent(), above.file_name()) {
            // A URL lies in no folder.
            _ if is_cloud_url(path) => break path.to_owned(),
            (Ok(found), _, _) => {
                let names = missing.iter().rev();
                break names.fold(found, |at, name| at.join(name));
            }
            (Err(_), Some(parent), Some(name)) => {
                missing.push(name);
                above = parent;
            }
            _ => break path.to_owned(),
        }
    };
    let mut place = found.as_os_str().as_bytes().to_vec();
    if place.last() != Some(&b'/') {
        place.push(b'/');
    }
    place
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use sanchay::MemoryStorage;

    use super::{check_output, check_roots};

    #[test]
    fn roots_that_lie_in_each_other_are_refused() {
        let storage = MemoryStorage::new();
        for path in ["a/b/x", "a-b/x", "c/x"] {
            storage.write(path, b"");
        }
        let check = |roots: &[&str]| {
            let roots: Vec<_> = roots.iter().map(PathBuf::from).collect();
            check_roots(&storage, &roots)
        };
        check(&["a", "a-b", "c"]).unwrap();
        check(&[]).unwrap();
        for roots in [&["a", "c", "a/b"][..], &["a", "./a"], &["c/", "c"]] {
            let why = check(roots).unwrap_err().to_string();
            assert!(why.contains("would be in two shards"), "{why}");
        }
        let roots = || [b"c".to_vec(), b"a/".to_vec()];
        check_output(&storage, b"a-b", roots()).unwrap();
        check_output(&storage, b"new/a", roots()).unwrap();
        let inner = check_output(&storage, b"a/new/er", roots());
        assert!(inner.is_err());
        let why = check_output(&storage, b"a/b", roots()).unwrap_err();
        assert!(why.to_string().starts_with("a/b: lies in a/: "), "{why}");
    }
}
