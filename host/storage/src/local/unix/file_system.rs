//! What a file system is, and which of them can be relied on from one run to
//! the next. Some have contents that the kernel makes up
//! (`/proc`, `/sys`): they hold nobody's files, and answer reads with errors
//! or without an end.

use std::os::fd::BorrowedFd;

use rustix::{
    fs::{StatVfsMountFlags, fstatvfs},
    io::Errno,
};

use crate::{FileSystem, FileSystemId};

/// File systems whose files take whole blocks. Others put small ones where
/// they have their metadata, or compress them, or are not told about here.
const WHOLE_BLOCKS: [&str; 8] =
    ["ext4", "xfs", "f2fs", "jfs", "nilfs2", "tmpfs", "vfat", "exfat"];

/// What is known of the file system that a directory is on.
pub(super) fn of(directory: BorrowedFd<'_>) -> Result<FileSystem, Errno> {
    let facts = fstatvfs(directory)?;
    let known = known(directory);
    let fold = directory_ignores_case(directory);
    let name = known.map(|known| known.name);
    let whole = name.is_some_and(|name| WHOLE_BLOCKS.contains(&name));
    Ok(FileSystem {
        name,
        size: facts.f_blocks.checked_mul(facts.f_frsize),
        free: facts.f_bavail.checked_mul(facts.f_frsize),
        block: Some(facts.f_frsize).filter(|block| whole && *block > 0),
        longest_name: Some(facts.f_namemax).filter(|most| *most > 0),
        read_only: facts.f_flag.contains(StatVfsMountFlags::RDONLY),
        ignores_case: fold.or_else(|| known.and_then(|it| it.ignores_case)),
        // What Linux compares without case, it compares in one form.
        ignores_form: fold == Some(true) || cfg!(target_vendor = "apple"),
        is_remote: known.is_some_and(|known| known.is_remote),
    })
}

/// The file system that an open file or directory is on, if it keeps inode
/// numbers and change times. Network file systems and FUSE make inode numbers
/// up and hold times back, FAT has neither, and the times of images (squashfs,
/// ISO 9660) are what their maker wanted.
pub(crate) fn identify(open: BorrowedFd<'_>) -> Option<FileSystemId> {
    let kind = keeper_of_inodes(open)?;
    let id = fstatvfs(open).ok()?.f_fsid;
    Some(FileSystemId { kind, id })
}

/// The number of its kind, if it keeps inodes.
#[cfg(target_os = "linux")]
fn keeper_of_inodes(open: BorrowedFd<'_>) -> Option<u32> {
    let number = number(open)?;
    let known = known_by(number)?;
    known.keeps_inodes.then_some(number)
}

/// APFS has 64-bit inode numbers and nanoseconds.
#[cfg(target_vendor = "apple")]
fn keeper_of_inodes(open: BorrowedFd<'_>) -> Option<u32> {
    const APFS: u32 = 0x4146_5053;
    let found = rustix::fs::fstatfs(open).ok()?;
    let name = found.f_fstypename.iter().map(|byte| *byte as u8);
    name.take(5).eq(*b"apfs\0").then_some(APFS)
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn keeper_of_inodes(_: BorrowedFd<'_>) -> Option<u32> {
    None
}

/// What is known of a kind of file system.
#[derive(Clone, Copy)]
struct Known {
    name: &'static str,
    ignores_case: Option<bool>,
    is_remote: bool,
    #[cfg(target_os = "linux")]
    keeps_inodes: bool,
}

#[cfg(target_os = "linux")]
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
    known_by(number(directory)?)
}

#[cfg(target_os = "linux")]
fn known_by(number: u32) -> Option<Known> {
    Some(match number {
        // ext2 and ext3 have it too.
        0x0000_ef53 => Known::native("ext4"),
        0x5846_5342 => Known::native("xfs"),
        0x9123_683e => Known::native("btrfs"),
        0xf2f5_2010 => Known::native("f2fs"),
        0x2fc1_2fc1 => Known::native("zfs"),
        0xca45_1a4e => Known::native("bcachefs"),
        0x3153_464a => Known::native("jfs"),
        0x0000_3434 => Known::native("nilfs2"),
        0x0102_1994 => Known::native("tmpfs"),
        0x794c_7630 => Known::native("overlay"),
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
    Some(Known { name: "apfs", ignores_case: Some(true), is_remote: false })
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

    use super::{identify, known_by, pseudo};

    #[test]
    fn what_the_kernel_makes_up_is_told_from_files() {
        for (path, name) in [("/proc", "proc"), ("/sys", "sysfs")] {
            let open = File::open(path).unwrap();
            assert_eq!(pseudo(open.as_fd()), Some(name));
        }
        let open = File::open(std::env::temp_dir()).unwrap();
        assert_eq!(pseudo(open.as_fd()), None);
    }

    #[test]
    fn what_the_kernel_makes_up_has_no_files_to_be_known_again() {
        for path in ["/proc", "/sys"] {
            let open = File::open(path).unwrap();
            assert_eq!(identify(open.as_fd()), None);
        }
    }

    #[test]
    fn network_file_systems_fuse_fat_and_images_are_not_relied_on() {
        let nfs = 0x6969;
        let (cifs, smb2) = (0xff53_4d42, 0xfe53_4d42);
        let (fuse, fat, exfat, plan9) =
            (0x6573_5546, 0x4d44, 0x2011_bab0, 0x0102_1997);
        let (squashfs, erofs, iso) = (0x7371_7368, 0xe0f5_e1e2, 0x9660);
        for kind in
            [nfs, cifs, smb2, fuse, fat, exfat, plan9, squashfs, erofs, iso]
        {
            let keeps = known_by(kind).is_some_and(|it| it.keeps_inodes);
            assert!(!keeps, "{kind:x}");
        }
    }
}
