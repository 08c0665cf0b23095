//! What a cache keeps, and what it does not believe.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::time::{Duration, SystemTime};

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
    for number in 0..KEPT.files + 5 {
        cache.put(&format!("{number:03}"), b"code");
    }
    let kept = fs::read_dir(folder.path().join("c")).unwrap().count();
    assert_eq!(kept, KEPT.files);
    assert!(cache.get(&format!("{:03}", KEPT.files + 4)).is_some());
}

#[test]
fn only_so_many_bytes_are_kept_and_the_latest_stay() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::open(&folder.path().join("c")).unwrap();
    for (name, second) in ["a", "b", "c", "d"].into_iter().zip(1..) {
        cache.put(name, &[1; 1000]);
        let path = folder.path().join(format!("c/{name}.code"));
        let file = File::options().write(true).open(path).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(second);
        file.set_modified(time).unwrap();
    }
    // Used again, it is not the next to go.
    assert!(cache.get("a").is_some());
    cache.prune(Room { files: 32, bytes: 2500 });
    let there: Vec<_> = ["a", "b", "c", "d"]
        .into_iter()
        .filter(|name| cache.get(name).is_some())
        .collect();
    assert_eq!(there, ["a", "d"]);
    cache.prune(Room { files: 32, bytes: 10 });
    let left = fs::read_dir(folder.path().join("c")).unwrap().count();
    assert_eq!(left, 0);
}
