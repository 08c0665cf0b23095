//! Paths that a user named, as the system takes them beneath Win32: absolute,
//! of any length, with every name as it is.

use std::{
    env, io,
    os::windows::ffi::{OsStrExt as _, OsStringExt as _},
    path::{Component, Path, PathBuf, Prefix},
};

/// Where Win32's names of devices are.
const DEVICES: &str = r"\??\";

/// An absolute path.
#[derive(Debug)]
pub(super) struct Absolute(Vec<u16>);

impl Absolute {
    /// The absolute path of one that may be relative to the current directory.
    /// `..` takes away the name before it, as Win32 has it.
    pub(super) fn new(path: &Path) -> io::Result<Self> {
        let path = with_backslashes(path);
        let mut parts = Parts::default();
        parts.add(&path)?;
        if parts.volume.is_empty() {
            let mut whole = Parts::default();
            whole.add(&env::current_dir()?)?;
            if parts.is_rooted {
                whole.names.clear();
            }
            whole.add(&path)?;
            parts = whole;
        }
        Ok(Self(parts.joined()))
    }

    /// Its units.
    pub(super) fn units(&self) -> &[u16] {
        &self.0
    }

    /// The path as Win32 takes it as it is.
    pub(super) fn verbatim(&self) -> PathBuf {
        let devices = DEVICES.encode_utf16().count();
        let rest = self.0.get(devices..).unwrap_or_default();
        let mut path: Vec<u16> = r"\\?\".encode_utf16().collect();
        path.extend_from_slice(rest);
        std::ffi::OsString::from_wide(&path).into()
    }
}

/// A path with backslashes, where it begins with what the standard library
/// knows with these only: `\\?\`.
fn with_backslashes(path: &Path) -> PathBuf {
    let slash = u16::from(b'/');
    let backslash = u16::from(b'\\');
    let units = path.as_os_str().encode_wide();
    let units = units.map(|unit| if unit == slash { backslash } else { unit });
    std::ffi::OsString::from_wide(&units.collect::<Vec<_>>()).into()
}

/// What a path is made of.
#[derive(Default)]
struct Parts {
    volume: Vec<u16>,
    is_rooted: bool,
    names: Vec<Vec<u16>>,
}

impl Parts {
    fn add(&mut self, path: &Path) -> io::Result<()> {
        let refuse = |why: &'static str| {
            Err(io::Error::new(io::ErrorKind::InvalidInput, why))
        };
        let mut needs_root = false;
        // A server without a share, which would be a name on this drive.
        let mut components = path.components();
        let is_share = matches!(components.next(), Some(Component::Prefix(_)));
        let start = path.as_os_str().encode_wide().take(2);
        if !is_share && start.eq([u16::from(b'\\'); 2]) {
            return refuse(
                "it names no share: after a server, write one, like \
                 //server/share",
            );
        }
        for component in path.components() {
            match component {
                Component::Prefix(prefix) => {
                    needs_root = matches!(prefix.kind(), Prefix::Disk(_));
                    self.volume = volume(prefix.kind());
                }
                Component::RootDir => {
                    needs_root = false;
                    self.is_rooted = true;
                }
                Component::CurDir => {}
                Component::ParentDir => drop(self.names.pop()),
                Component::Normal(name) => {
                    let name: Vec<u16> = name.encode_wide().collect();
                    if name.contains(&u16::from(b':')) {
                        return refuse(
                            "a colon is no part of a name: streams beside a \
                             file's contents are not read or written",
                        );
                    }
                    if name.contains(&0) {
                        return refuse("Windows has no such name");
                    }
                    let stars = [u16::from(b'*'), u16::from(b'?')];
                    if stars.iter().any(|it| name.contains(it)) {
                        return refuse(
                            "no name of Windows has a * or a ?; for names \
                             that match, use --glob",
                        );
                    }
                    self.names.push(name);
                }
            }
            if needs_root && matches!(component, Component::Normal(_)) {
                break;
            }
        }
        if needs_root {
            return refuse(
                "it is relative to the current directory of a drive: write \
                 it with a slash after the drive, like C:/data",
            );
        }
        Ok(())
    }

    fn joined(self) -> Vec<u16> {
        let mut path: Vec<u16> = DEVICES.encode_utf16().collect();
        path.extend_from_slice(&self.volume);
        for name in &self.names {
            path.push(u16::from(b'\\'));
            path.extend_from_slice(name);
        }
        if self.names.is_empty() {
            path.push(u16::from(b'\\'));
        }
        path
    }
}

/// What follows [`DEVICES`] for a prefix.
fn volume(prefix: Prefix<'_>) -> Vec<u16> {
    match prefix {
        Prefix::Disk(letter) | Prefix::VerbatimDisk(letter) => {
            vec![letter.into(), u16::from(b':')]
        }
        Prefix::UNC(server, share) | Prefix::VerbatimUNC(server, share) => {
            let mut path: Vec<u16> = r"UNC\".encode_utf16().collect();
            path.extend(server.encode_wide());
            path.push(u16::from(b'\\'));
            path.extend(share.encode_wide());
            path
        }
        Prefix::Verbatim(name) | Prefix::DeviceNS(name) => {
            name.encode_wide().collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Absolute;
    use std::path::{Path, PathBuf};

    fn native(path: &str) -> String {
        let path = Absolute::new(Path::new(path)).unwrap();
        String::from_utf16(path.units()).unwrap()
    }

    #[test]
    fn every_form_of_a_path_becomes_the_one_of_the_system() {
        for (path, expected) in [
            (r"C:\a\b", r"\??\C:\a\b"),
            ("C:/a/./b/../c", r"\??\C:\a\c"),
            ("C:/", r"\??\C:\"),
            ("C:/..", r"\??\C:\"),
            // Names are as they are.
            ("C:/a./con/b ", r"\??\C:\a.\con\b "),
            ("//server/share/x", r"\??\UNC\server\share\x"),
            (r"\\?\UNC\server\share\x", r"\??\UNC\server\share\x"),
            ("//?/Volume{1}/x", r"\??\Volume{1}\x"),
        ] {
            assert_eq!(native(path), expected, "{path}");
        }
    }

    #[test]
    fn a_relative_path_is_taken_from_the_current_directory() {
        let here = std::env::current_dir().unwrap();
        let path = Absolute::new(Path::new("x/y")).unwrap();
        let expected = PathBuf::from(r"\\?\").join(here.join(r"x\y"));
        assert!(path.verbatim().ends_with(r"x\y"), "{expected:?}");
        assert_eq!(native("x/y"), native(here.join("x/y").to_str().unwrap()));
        assert!(native("/x").ends_with(r":\x"));
    }

    #[test]
    fn what_would_be_read_in_two_ways_is_refused() {
        let colons = ["C:", "C:x", "a:b:c", "C:/file:stream"];
        for path in [r"\\", "//server", "*.txt"].into_iter().chain(colons) {
            assert!(Absolute::new(Path::new(path)).is_err(), "{path}");
        }
    }
}
