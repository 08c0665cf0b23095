//! What differs from system to system besides directories, which
//! `sanchay-storage` has: accounts, limits, processes, and a few things about
//! files that are known by their paths. Each is the same function everywhere;
//! where a system has no such thing, it says so by `None`.

mod other_writer;
#[cfg(any(windows, test))]
mod sddl;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

pub use other_writer::OtherWriter;
#[cfg(unix)]
pub use unix::{accounts, files, host, limits, process, streams, writers};
#[cfg(windows)]
pub use windows::{accounts, files, host, limits, process, streams, writers};

#[cfg(test)]
mod tests {
    use std::{fs, time::Duration};

    use super::{files, host, process};

    #[test]
    fn a_process_that_works_uses_time_and_is_alive() {
        let begin = process::cpu_time();
        while process::cpu_time() - begin < Duration::from_millis(30) {
            std::hint::spin_loop();
        }
        assert!(process::is_alive(std::process::id()));
        assert!(!host::name().is_empty());
    }

    #[test]
    fn a_line_of_the_shell_gets_a_file_as_one_more_argument() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a & b (c)");
        fs::write(&file, "content").unwrap();
        let line = if cfg!(windows) { "type" } else { "cat -u" };
        let output =
            process::shell_with(line.as_ref(), &file).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert_eq!(output.stdout, b"content");
    }

    #[test]
    fn a_file_that_is_locked_is_not_locked_twice_but_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "content").unwrap();
        let mut options = fs::File::options();
        let options = options.read(true).append(true);
        let first = options.open(&path).unwrap();
        let second = options.open(&path).unwrap();
        assert!(files::try_lock(&first).unwrap());
        assert!(!files::try_lock(&second).unwrap());
        let mut part = [0; 4];
        files::read_exact_at(&second, &mut part, 3).unwrap();
        assert_eq!(&part, b"tent");
        drop(first);
        assert!(files::try_lock(&second).unwrap());
    }

    #[test]
    fn a_file_gets_another_name_only_if_nothing_has_it() {
        let folder = tempfile::tempdir().unwrap();
        let [one, two] = ["one", "two"].map(|it| folder.path().join(it));
        fs::write(&one, "1").unwrap();
        fs::write(&two, "2").unwrap();
        let error = files::rename_new(&one, &two).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
        fs::remove_file(&two).unwrap();
        files::rename_new(&one, &two).unwrap();
        assert_eq!(fs::read(&two).unwrap(), b"1");
    }
}
