//! What a cache keeps, and what it does not believe.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::*;

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn code_is_found_again_under_its_key_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b");
    Cache::open(&path).unwrap().put("k", b"code");
    let cache = Cache::open(&path).unwrap();
    assert_eq!(cache.get("k").as_deref(), Some(&b"code"[..]));
    assert_eq!(cache.get("l"), None);
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o700
    );
}

#[test]
fn what_others_could_have_written_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c");
    let cache = Cache::open(&path).unwrap();
    cache.put("k", b"code");
    let file = path.join("k.code");
    mode(&file, 0o622);
    assert_eq!(cache.get("k"), None);
    mode(&file, 0o600);
    assert!(cache.get("k").is_some());
    fs::rename(&file, path.join("real")).unwrap();
    symlink("real", &file).unwrap();
    assert_eq!(cache.get("k"), None);
    mode(&path, 0o777);
    assert!(Cache::open(&path).is_none());
    mode(&path, 0o700);
    symlink(&path, folder.path().join("link")).unwrap();
    assert!(Cache::open(&folder.path().join("link")).is_none());
}

#[test]
fn damaged_code_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(folder.path()).unwrap_or_else(|| {
        mode(folder.path(), 0o700);
        Cache::open(folder.path()).unwrap()
    });
    cache.put("k", b"code");
    let file = folder.path().join("k.code");
    let whole = fs::read(&file).unwrap();
    for damaged in [&whole[..35], &whole[..10], &[], &[0; 36]] {
        fs::write(&file, damaged).unwrap();
        assert_eq!(cache.get("k"), None);
    }
    fs::write(&file, &whole).unwrap();
    assert!(cache.get("k").is_some());
}

#[test]
fn only_so_many_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(&folder.path().join("c")).unwrap();
    for number in 0..KEPT + 5 {
        cache.put(&format!("{number:03}"), b"code");
    }
    let kept = fs::read_dir(folder.path().join("c")).unwrap().count();
    assert_eq!(kept, KEPT);
    assert!(cache.get(&format!("{:03}", KEPT + 4)).is_some());
}
