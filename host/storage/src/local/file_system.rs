//! What a file system is. Some have contents that the kernel makes up
//! (`/proc`, `/sys`): they hold nobody's files, and answer reads with errors
//! or without an end.

use std::os::fd::BorrowedFd;

use rustix::{
    fs::{StatVfsMountFlags, fstatvfs},
    io::Errno,
};

use crate::FileSystem;

/// What is known of the file system that a directory is on.
pub(super) fn of(directory: BorrowedFd<'_>) -> Result<FileSystem, Errno> {
    let facts = fstatvfs(directory)?;
    let known = known(directory);
    let fold = directory_ignores_case(directory);
    Ok(FileSystem {
        name: known.map(|known| known.name),
        free: facts.f_bavail.checked_mul(facts.f_frsize),
        longest_name: Some(facts.f_namemax).filter(|most| *most > 0),
        read_only: facts.f_flag.contains(StatVfsMountFlags::RDONLY),
        ignores_case: fold.or_else(|| known.and_then(|it| it.ignores_case)),
        is_remote: known.is_some_and(|known| known.is_remote),
        keeps_inodes: known.is_some_and(|known| known.keeps_inodes),
    })
}

/// What is known of a kind of file system.
#[derive(Clone, Copy)]
struct Known {
    name: &'static str,
    ignores_case: Option<bool>,
    is_remote: bool,
    keeps_inodes: bool,
}

impl Known {
    /// One of this machine's disks, as Unix has them.
    const fn native(name: &'static str) -> Self {
        let (ignores_case, keeps_inodes) = (Some(false), true);
        Self { name, ignores_case, is_remote: false, keeps_inodes }
    }

    /// One that makes up inodes as files are looked up.
    const fn foreign(name: &'static str, ignores_case: Option<bool>) -> Self {
        let (is_remote, keeps_inodes) = (false, false);
        Self { name, ignores_case, is_remote, keeps_inodes }
    }

    /// One of another machine.
    const fn remote(name: &'static str) -> Self {
        let (ignores_case, keeps_inodes) = (None, false);
        Self { name, ignores_case, is_remote: true, keeps_inodes }
    }
}

/// File systems by their numbers, which `linux/magic.h` and the sources of
/// those file systems have.
#[cfg(target_os = "linux")]
fn known(directory: BorrowedFd<'_>) -> Option<Known> {
    Some(match number(directory)? {
        // ext2 and ext3 have it too.
        0x0000_ef53 => Known::native("ext4"),
        0x5846_5342 => Known::native("xfs"),
        0x9123_683e => Known::native("btrfs"),
        0xf2f5_2010 => Known::native("f2fs"),
        0x2fc1_2fc1 => Known::native("zfs"),
        0xca45_1a4e => Known::native("bcachefs"),
        0x0102_1994 => Known::native("tmpfs"),
        0x794c_7630 => Known::foreign("overlay", Some(false)),
        0x0000_4d44 => Known::foreign("vfat", Some(true)),
        0x2011_bab0 => Known::foreign("exfat", Some(true)),
        0x7366_746e => Known::foreign("ntfs", None),
        0x0000_482b => Known::foreign("hfsplus", None),
        0x6573_5546 => Known::foreign("fuse", None),
        0x0000_6969 => Known::remote("nfs"),
        0xff53_4d42 => Known::remote("cifs"),
        0xfe53_4d42 => Known::remote("smb"),
        0x0102_1997 => Known::remote("9p"),
        0x00c3_6400 => Known::remote("ceph"),
        0x5346_414f => Known::remote("afs"),
        _ => return None,
    })
}

/// The usual one there takes no notice of case.
#[cfg(not(target_os = "linux"))]
fn known(_: BorrowedFd<'_>) -> Option<Known> {
    Some(Known {
        name: "apfs",
        ignores_case: Some(true),
        is_remote: false,
        keeps_inodes: true,
    })
}

/// Whether the directory itself was told not to notice case (ext4 and f2fs:
/// `chattr +F`).
#[cfg(target_os = "linux")]
fn directory_ignores_case(directory: BorrowedFd<'_>) -> Option<bool> {
    const CASE_FOLDED: u32 = 0x4000_0000;
    let flags = rustix::fs::ioctl_getflags(directory).ok()?;
    (flags.bits() & CASE_FOLDED != 0).then_some(true)
}

#[cfg(not(target_os = "linux"))]
fn directory_ignores_case(_: BorrowedFd<'_>) -> Option<bool> {
    None
}

/// The number of a file system's kind.
#[cfg(target_os = "linux")]
fn number(directory: BorrowedFd<'_>) -> Option<u32> {
    #[allow(
        clippy::unnecessary_cast,
        clippy::cast_sign_loss,
        clippy::cast_possible_truncation,
        reason = "the field's type differs from machine to machine; the \
                  numbers have 32 bits"
    )]
    let number = rustix::fs::fstatfs(directory).ok()?.f_type as u32;
    Some(number)
}

/// The name of a file system whose contents the kernel makes up, if the
/// directory is on one.
#[cfg(target_os = "linux")]
pub(super) fn pseudo(directory: BorrowedFd<'_>) -> Option<&'static str> {
    pseudo_name(number(directory)?)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn pseudo(_: BorrowedFd<'_>) -> Option<&'static str> {
    None
}

/// The pseudo file systems by their numbers.
#[cfg(target_os = "linux")]
fn pseudo_name(number: u32) -> Option<&'static str> {
    Some(match number {
        0x0000_9fa0 => "proc",
        0x6265_6572 => "sysfs",
        0x0027_e0eb => "cgroup",
        0x6367_7270 => "cgroup2",
        0x6462_6720 => "debugfs",
        0x7472_6163 => "tracefs",
        0x7363_6673 => "securityfs",
        0x0000_1cd1 => "devpts",
        0xcafe_4a11 => "bpf",
        0xf97c_ff8c => "selinuxfs",
        0x4341_5d53 => "smackfs",
        0xde5e_81e4 => "efivarfs",
        0x6265_6570 => "configfs",
        0x6165_676c => "pstore",
        0x4249_4e4d => "binfmt_misc",
        0x1980_0202 => "mqueue",
        0x6759_6969 => "rpc_pipefs",
        0x6e66_7364 => "nfsd",
        0x6573_5543 => "fusectl",
        0xabba_1974 => "xenfs",
        0x0765_5821 => "resctrl",
        _ => return None,
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::{fs::File, os::fd::AsFd as _};

    use super::pseudo;

    #[test]
    fn what_the_kernel_makes_up_is_told_from_files() {
        for (path, name) in [("/proc", "proc"), ("/sys", "sysfs")] {
            let open = File::open(path).unwrap();
            assert_eq!(pseudo(open.as_fd()), Some(name));
        }
        let open = File::open(std::env::temp_dir()).unwrap();
        assert_eq!(pseudo(open.as_fd()), None);
    }
}
