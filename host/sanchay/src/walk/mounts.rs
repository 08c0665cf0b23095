//! Where another file system begins. Those that the kernel makes up (`/proc`,
//! `/sys`) hold no files of anyone's, answer reads with errors or without an
//! end, and are not entered on the way from another: whoever wants to look
//! into one names it.

use std::{os::fd::BorrowedFd, path::PathBuf};

/// Something that a walk left out, though nothing is wrong with it: a pseudo
/// file system that it came upon.
///
/// Its `Display` is a sentence that names it, escaped, and says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// The directory that was not entered.
    pub path: PathBuf,
    /// What kind of file system it is: `proc`, `sysfs`, `cgroup2`.
    pub file_system: &'static str,
}

impl LeftOut {
    pub(crate) fn new(path: PathBuf, file_system: &'static str) -> Self {
        Self { path, file_system }
    }
}

impl std::fmt::Display for LeftOut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let path = crate::escaped(self.path.as_os_str().as_encoded_bytes());
        write!(
            f,
            "{path}: not entered: it is a pseudo file system ({}), made up \
             by the kernel; name it to look into it",
            self.file_system
        )
    }
}

/// What to do with a directory on another file system than the one above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Crossing {
    Entered,
    /// The walk stays on the file systems of its roots.
    Left,
    /// The kernel makes its contents up.
    PseudoFileSystem(&'static str),
}

/// What to do with such a directory, which is open.
pub(super) fn crossing(
    directory: BorrowedFd<'_>,
    one_file_system: bool,
) -> Crossing {
    if one_file_system {
        return Crossing::Left;
    }
    match pseudo(directory) {
        Some(kind) => Crossing::PseudoFileSystem(kind),
        None => Crossing::Entered,
    }
}

/// The kind of a file system that is none but in name.
#[cfg(target_os = "linux")]
fn pseudo(directory: BorrowedFd<'_>) -> Option<&'static str> {
    #[allow(
        clippy::unnecessary_cast,
        clippy::cast_sign_loss,
        clippy::cast_possible_truncation,
        reason = "the field's type differs from machine to machine; the \
                  numbers have 32 bits"
    )]
    let kind = rustix::fs::fstatfs(directory).ok()?.f_type as u32;
    name(kind)
}

#[cfg(not(target_os = "linux"))]
fn pseudo(_: BorrowedFd<'_>) -> Option<&'static str> {
    None
}

/// The pseudo file systems by their numbers, which `linux/magic.h` and the
/// sources of those file systems have.
#[cfg(target_os = "linux")]
fn name(kind: u32) -> Option<&'static str> {
    Some(match kind {
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

    use super::{Crossing, crossing};

    #[test]
    fn what_the_kernel_makes_up_is_told_from_files() {
        for (path, kind) in [("/proc", "proc"), ("/sys", "sysfs")] {
            let open = File::open(path).unwrap();
            let found = crossing(open.as_fd(), false);
            assert_eq!(found, Crossing::PseudoFileSystem(kind));
            assert_eq!(crossing(open.as_fd(), true), Crossing::Left);
        }
        let open = File::open(std::env::temp_dir()).unwrap();
        assert_eq!(crossing(open.as_fd(), false), Crossing::Entered);
    }
}
