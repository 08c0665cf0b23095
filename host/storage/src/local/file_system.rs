//! The file systems of which inode numbers and change times are kept. All
//! others are left out: network file systems and FUSE make inode numbers up
//! and hold times back, FAT has neither, and the times of images (squashfs,
//! ISO 9660) are what their maker wanted.

use std::os::fd::BorrowedFd;

use crate::FileSystemId;

/// The file system that an open file is on, if it is one of these.
#[cfg(target_os = "linux")]
pub(crate) fn identify(file: BorrowedFd<'_>) -> Option<FileSystemId> {
    #[allow(
        clippy::unnecessary_cast,
        clippy::cast_sign_loss,
        clippy::cast_possible_truncation,
        reason = "the field's type differs from machine to machine; the \
                  numbers have 32 bits"
    )]
    let kind = rustix::fs::fstatfs(file).ok()?.f_type as u32;
    if !keeps_inodes(kind) {
        return None;
    }
    let id = rustix::fs::fstatvfs(file).ok()?.f_fsid;
    Some(FileSystemId { kind, id })
}

/// Those of macOS that have 64-bit inode numbers and nanoseconds.
#[cfg(target_vendor = "apple")]
pub(crate) fn identify(file: BorrowedFd<'_>) -> Option<FileSystemId> {
    const APFS: u32 = 0x4146_5053;
    let found = rustix::fs::fstatfs(file).ok()?;
    let mut name = found.f_fstypename.iter().map(|byte| *byte as u8);
    if !name.by_ref().take(5).eq(*b"apfs\0") {
        return None;
    }
    let id = rustix::fs::fstatvfs(file).ok()?.f_fsid;
    Some(FileSystemId { kind: APFS, id })
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
pub(crate) fn identify(_: BorrowedFd<'_>) -> Option<FileSystemId> {
    None
}

/// By the numbers of `linux/magic.h` and of the file systems' own sources.
#[cfg(target_os = "linux")]
fn keeps_inodes(kind: u32) -> bool {
    matches!(
        kind,
        // ext2, ext3, ext4
        0x0000_ef53
            // XFS
            | 0x5846_5342
            // Btrfs
            | 0x9123_683e
            // F2FS
            | 0xf2f5_2010
            // ZFS
            | 0x2fc1_2fc1
            // bcachefs
            | 0xca45_1a4e
            // JFS
            | 0x3153_464a
            // NILFS2
            | 0x0000_3434
            // tmpfs
            | 0x0102_1994
            // overlayfs
            | 0x794c_7630
    )
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::{fs::File, os::fd::AsFd as _};

    use super::{identify, keeps_inodes};

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
            assert!(!keeps_inodes(kind), "{kind:x}");
        }
    }
}
