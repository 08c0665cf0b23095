//! File systems whose contents the kernel makes up (`/proc`, `/sys`): they
//! hold nobody's files, and answer reads with errors or without an end.

use std::os::fd::BorrowedFd;

/// The name of such a file system, if the directory is on one.
#[cfg(target_os = "linux")]
pub(super) fn kind(directory: BorrowedFd<'_>) -> Option<&'static str> {
    #[allow(
        clippy::unnecessary_cast,
        clippy::cast_sign_loss,
        clippy::cast_possible_truncation,
        reason = "the field's type differs from machine to machine; the \
                  numbers have 32 bits"
    )]
    let number = rustix::fs::fstatfs(directory).ok()?.f_type as u32;
    name(number)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn kind(_: BorrowedFd<'_>) -> Option<&'static str> {
    None
}

/// The pseudo file systems by their numbers, which `linux/magic.h` and the
/// sources of those file systems have.
#[cfg(target_os = "linux")]
fn name(number: u32) -> Option<&'static str> {
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

    use super::kind;

    #[test]
    fn what_the_kernel_makes_up_is_told_from_files() {
        for (path, name) in [("/proc", "proc"), ("/sys", "sysfs")] {
            let open = File::open(path).unwrap();
            assert_eq!(kind(open.as_fd()), Some(name));
        }
        let open = File::open(std::env::temp_dir()).unwrap();
        assert_eq!(kind(open.as_fd()), None);
    }
}
