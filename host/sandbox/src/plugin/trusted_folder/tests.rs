//! Ways to a folder that others could have laid, and ways that they could
//! not.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, lchown, symlink};

use rustix::process::geteuid;

use super::*;

/// A user that is neither root nor this one.
const OTHER: u32 = 54_321;

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Why a folder is not opened.
fn refused(path: &Path, user: Uid) -> String {
    open_trusted(path, user).unwrap_err().to_string()
}

/// Gives what is at a path to another user, or, without the right to, has
/// this user be that other one. Returns who is not the owner.
fn not_ours(path: &Path) -> Uid {
    if geteuid().is_root() {
        lchown(path, Some(OTHER), None).unwrap();
        geteuid()
    } else {
        Uid::from_raw(OTHER)
    }
}

#[test]
fn a_folder_that_is_missing_is_made_for_its_user_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/c");
    for _ in 0..2 {
        open_trusted(&path, geteuid()).unwrap();
        let made = fs::metadata(&path).unwrap().permissions();
        assert_eq!(made.mode() & 0o777, 0o700);
    }
    assert!(open_trusted(Path::new("a/b"), geteuid()).is_err());
}

#[test]
fn a_folder_below_one_of_another_users_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let theirs = folder.path().join("theirs");
    let ours = theirs.join("ours/cache");
    fs::create_dir_all(&ours).unwrap();
    mode(&ours, 0o700);
    open_trusted(&ours, geteuid()).unwrap();
    let user = not_ours(&theirs);
    let why = refused(&ours, user);
    assert!(why.contains("belongs to another user"), "{why}");
}

#[test]
fn a_folder_below_one_that_others_may_write_to_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let shared = folder.path().join("shared");
    let ours = shared.join("ours");
    fs::create_dir_all(&ours).unwrap();
    mode(&ours, 0o700);
    for writable in [0o777, 0o775, 0o757] {
        mode(&shared, writable);
        let why = refused(&ours, geteuid());
        assert!(why.contains("others may write"), "{why}");
    }
    // In such a folder, nobody can take ours away.
    mode(&shared, 0o1777);
    open_trusted(&ours, geteuid()).unwrap();
}

#[test]
fn a_link_of_another_users_on_the_way_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("real");
    fs::create_dir(&real).unwrap();
    mode(&real, 0o700);
    let link = folder.path().join("link");
    symlink("real", &link).unwrap();
    // One of our own is, wherever it stands and however it is spelt.
    open_trusted(&link.join("cache"), geteuid()).unwrap();
    assert!(real.join("cache").is_dir());
    let far = folder.path().join("far");
    symlink(link.join("..").join("real"), &far).unwrap();
    open_trusted(&far, geteuid()).unwrap();
    let user = not_ours(&link);
    for path in [link.join("cache"), link, far.join("x")] {
        let why = refused(&path, user);
        assert!(why.contains("belongs to another user"), "{why}");
    }
}

#[test]
fn links_that_lead_in_circles_or_to_files_end_with_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let circle = folder.path().join("circle");
    symlink("circle", &circle).unwrap();
    assert!(open_trusted(&circle, geteuid()).is_err());
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(open_trusted(&file.join("x"), geteuid()).is_err());
    assert!(open_trusted(&file, geteuid()).is_err());
}
