//! A plugin as people name it: its file, the digest that it must
//! have, what it is called, and its settings.
//!
//! `FILE[@sha256:HEX][,name=NAME][,KEY=VALUE]...` A comma that belongs to the
//! file's name or to a value is written twice.

use std::{
    env,
    ffi::{OsStr, OsString},
    fs::OpenOptions,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use crate::plugins::{Plugin, PluginError, PluginOptions};
use sanchay_names::{OsStrExt as _, OsStringExt as _};
use sanchay_system::{files, host::HOME};

/// More of a file is not read: no plugin is so large, in bytes.
const LARGEST: u64 = 64 << 20;

/// What stands between a file and the digest that it must have.
const PIN: &[u8] = b"@sha256:";

/// A plugin as people name it: `FILE[@sha256:HEX][,name=NAME][,KEY=VALUE]...`,
/// where a comma that belongs to the file's name or to a value is written
/// twice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginSpec {
    /// Its file.
    pub path: PathBuf,
    /// The SHA-256 that its file must have.
    pub digest: Option<[u8; 32]>,
    /// What it is called, instead of what it calls itself.
    pub name: Option<String>,
    /// Its settings, in the order in which they were given.
    pub settings: Vec<(String, String)>,
}

impl PluginSpec {
    /// Parses one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(argument: OsString) -> Result<Self, String> {
        let mut parts = split(argument.as_bytes()).into_iter();
        let file = parts.next().unwrap_or_default();
        let (file, digest) = pin(&file)?;
        if file.is_empty() {
            return Err("it names no file".to_owned());
        }
        let path = PathBuf::from(OsString::from_vec(file.to_vec()));
        let mut spec = Self { path, digest, name: None, settings: Vec::new() };
        for part in parts {
            let part = String::from_utf8(part)
                .map_err(|_| "a setting must be UTF-8".to_owned())?;
            let Some((key, value)) = part.split_once('=') else {
                return Err(format!(
                    "{part:?} is not a setting: expected KEY=VALUE (write a \
                     comma in a file name or a value twice)"
                ));
            };
            match key {
                "name" if spec.name.is_some() => {
                    return Err("name is set twice".to_owned());
                }
                "name" => spec.name = Some(value.to_owned()),
                _ => spec.settings.push((key.to_owned(), value.to_owned())),
            }
        }
        Ok(spec)
    }

    /// Makes a plugin of its component, with what is set about it and with
    /// these options for the rest.
    ///
    /// # Errors
    /// Why the component is refused.
    pub fn load(
        &self,
        component: &[u8],
        options: &PluginOptions,
    ) -> Result<Plugin, PluginError> {
        let mut options = options.clone();
        options.digest = self.digest;
        options.name.clone_from(&self.name);
        options.settings.clone_from(&self.settings);
        Plugin::load(component, &options)
    }
}

/// Reads a component, or as much of the file as a component can have.
///
/// # Errors
/// Why the file cannot be read. One that is no regular file is not: a pipe
/// that nobody writes to would be waited for.
pub fn read_component(path: &Path) -> io::Result<Vec<u8>> {
    let mut options = OpenOptions::new();
    let file = files::without_waiting(options.read(true)).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    let mut component = Vec::new();
    file.take(LARGEST).read_to_end(&mut component)?;
    Ok(component)
}

/// Where compiled plugins are kept: below the user's folder of caches (the
/// XDG base directories). `None` where there is no such folder.
#[must_use]
pub fn plugin_cache() -> Option<PathBuf> {
    let absolute = |name: &str| {
        let path = PathBuf::from(env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let caches = absolute("XDG_CACHE_HOME")
        .or_else(|| Some(absolute(HOME)?.join(".cache")))?;
    Some(caches.join("sanchay/plugins"))
}

/// Parts between single commas, with one comma for each two.
fn split(argument: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = vec![Vec::new()];
    let mut bytes = argument.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte == b',' && bytes.next_if_eq(&b',').is_none() {
            parts.push(Vec::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(byte);
        }
    }
    parts
}

/// A file and the digest that it must have, if one stands behind it.
fn pin(file: &[u8]) -> Result<(&[u8], Option<[u8; 32]>), String> {
    let at = file.windows(PIN.len()).rposition(|window| window == PIN);
    let Some((path, pin)) = at.and_then(|at| file.split_at_checked(at)) else {
        return Ok((file, None));
    };
    let digits = pin.get(PIN.len()..).unwrap_or_default();
    match digest(OsStr::from_bytes(digits)) {
        Some(digest) => Ok((path, Some(digest))),
        None => Err("a SHA-256 has 64 hexadecimal digits".to_owned()),
    }
}

/// A digest of 64 hexadecimal digits.
fn digest(digits: &OsStr) -> Option<[u8; 32]> {
    let digits = digits.to_str()?;
    let hexadecimal = digits.bytes().all(|it| it.is_ascii_hexdigit());
    if digits.len() != 64 || !hexadecimal {
        return None;
    }
    let mut digest = [0; 32];
    for (index, byte) in digest.iter_mut().enumerate() {
        let pair = digits.get(2 * index..2 * index + 2)?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<PluginSpec, String> {
        PluginSpec::parse(text.into())
    }

    #[test]
    fn a_plugin_is_a_file_and_what_is_set_about_it() {
        let plain = parse("a b@1.wasm").unwrap();
        assert_eq!(plain.path, PathBuf::from("a b@1.wasm"));
        assert_eq!((plain.digest, plain.name), (None, None));
        let digits = "0123456789abcdefABCDEF".repeat(3);
        let digits = digits.get(..64).unwrap();
        let full = format!("x,,y.wasm@sha256:{digits},name=n,k=a=b,,c,l=");
        let spec = parse(&full).unwrap();
        assert_eq!(spec.path, PathBuf::from("x,y.wasm"));
        assert_eq!(spec.digest.unwrap()[..3], [0x01, 0x23, 0x45]);
        assert_eq!(spec.name.as_deref(), Some("n"));
        let settings = [("k", "a=b,c"), ("l", "")];
        let settings = settings.map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(spec.settings, settings);
        let odd = OsString::from_vec(b"\xff.wasm".to_vec());
        assert_eq!(PluginSpec::parse(odd.clone()).unwrap().path, odd);
    }

    #[test]
    fn a_pipe_is_not_read_as_a_component() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe.wasm");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RWXU, 0).unwrap();
        let refused = read_component(&pipe).unwrap_err();
        assert_eq!(refused.to_string(), "it is no regular file");
        let folder = read_component(folder.path()).unwrap_err();
        assert_eq!(folder.to_string(), "it is no regular file");
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (text, why) in [
            ("", "names no file"),
            (",a=b", "names no file"),
            ("a,b", "expected KEY=VALUE"),
            ("a,", "expected KEY=VALUE"),
            ("a,name=x,name=y", "name is set twice"),
            ("a@sha256:", "64 hexadecimal digits"),
            ("a@sha256:+1", "64 hexadecimal digits"),
            (&format!("a@sha256:{}", "g".repeat(64)), "64 hexadecimal"),
            (&format!("a@sha256:{}", "+1".repeat(32)), "64 hexadecimal"),
        ] {
            let said = parse(text).unwrap_err();
            assert!(said.contains(why), "{text}: {said}");
        }
        let odd = OsString::from_vec(b"a,k=\xff".to_vec());
        assert!(PluginSpec::parse(odd).is_err());
    }
}
