//! Places that lie in each other.

use std::{
    ffi::OsStr,
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use sanchay::{Storage, storage::is_cloud_url};
use sanchay_core::shard::Shard;
use sanchay_names::OsStrExt as _;

use crate::{error::ShardError, place::Place, plan};

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

/// Refuses a place for the outputs of shards that lies in a root of any of
/// them. [`run`](crate::run()) looks at the roots of its own shard alone.
///
/// # Errors
/// [`ShardError::Overlap`].
pub fn check_place(
    place: &Place,
    shards: &[Shard],
    storage: Option<&Arc<dyn Storage>>,
) -> Result<(), ShardError> {
    let parts = shards.iter().flat_map(|shard| &shard.parts);
    let mut roots: Vec<_> = parts.map(|part| part.root.clone()).collect();
    roots.sort_unstable();
    roots.dedup();
    check_output(&*plan::storage(storage), place.name(), roots)
}

/// A place as it can be compared: without links, with a slash at its end. It
/// need not be there: what follows a name that is not is taken as it is
/// spelled, and `..` leads back from it.
fn place_of(storage: &dyn Storage, path: &Path) -> Vec<u8> {
    let found = match is_cloud_url(path) {
        // A URL lies in no folder.
        true => path.to_owned(),
        false => canonical(storage, path),
    };
    let mut place = found.as_os_str().as_bytes().to_vec();
    if place.last() != Some(&b'/') {
        place.push(b'/');
    }
    place
}

fn canonical(storage: &dyn Storage, path: &Path) -> PathBuf {
    // The working directory, for paths that begin there.
    let mut found = storage.canonical(Path::new("")).unwrap_or_default();
    let mut missing: Vec<&OsStr> = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) if missing.is_empty() => {
                match storage.canonical(&found.join(name)) {
                    Ok(there) => found = there,
                    Err(_) => missing.push(name),
                }
            }
            Component::Normal(name) => missing.push(name),
            // Links are resolved: the folder above is the one that is named.
            Component::ParentDir => {
                if missing.pop().is_none() {
                    found.pop();
                }
            }
            // On Windows, the top of the drive that it is on.
            Component::RootDir => found.push("/"),
            Component::Prefix(prefix) => {
                found = PathBuf::from(prefix.as_os_str());
            }
            Component::CurDir => {}
        }
    }
    found.extend(missing);
    sanchay_names::with_slashes(found)
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
        for inner in [&b"a/new/er"[..], b"new/../a/x", b"c/../new/../a/b"] {
            let refused = check_output(&storage, inner, roots());
            assert!(refused.is_err(), "{}", inner.escape_ascii());
        }
        let why = check_output(&storage, b"a/b", roots()).unwrap_err();
        assert!(why.to_string().starts_with("a/b: lies in a/: "), "{why}");
    }
}
