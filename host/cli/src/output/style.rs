//! How paths look on a terminal: the colours of `LS_COLORS`, and links that
//! open the file (OSC 8).

use std::{
    env,
    path::{Path, PathBuf},
};

use lscolors::{Indicator, LsColors, Style};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use sanchay_core::{append::append, kind::EntryKind};
use sanchay_names::OsStrExt as _;
use sanchay_output::{PathStyle, StyledPath};

/// The permissions of a directory that others may write, and of one in which
/// only owners may delete.
const OTHERS_WRITE: u32 = 0o0002;
const STICKY: u32 = 0o1000;

/// Those of a program that runs with its owner's rights, or its group's, and
/// of what may be executed.
const SET_UID: u32 = 0o4000;
const SET_GID: u32 = 0o2000;
const EXECUTE: u32 = 0o111;

/// What is escaped in a URL's path (RFC 3986).
const IN_URL: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b':')
    .remove(b'/');

/// What surrounds paths.
#[derive(Debug)]
pub(super) struct TerminalStyle {
    colors: Option<LsColors>,
    links: Option<Links>,
}

/// What links begin with.
#[derive(Debug)]
struct Links {
    /// `file://` and the machine's name.
    base: Vec<u8>,
    /// Where relative paths begin.
    current: PathBuf,
}

impl TerminalStyle {
    /// Colours, links, both; `None` for neither.
    pub(super) fn new(colors: bool, links: bool) -> Option<Self> {
        let links = links.then(Links::new).flatten();
        let colors = colors.then(|| LsColors::from_env().unwrap_or_default());
        let any = colors.is_some() || links.is_some();
        any.then_some(Self { colors, links })
    }

    fn style(&self, path: &StyledPath<'_>) -> Option<&Style> {
        let colors = self.colors.as_ref()?;
        let mode = path.mode.unwrap_or(0);
        let has = |bits| mode & bits == bits;
        let indicators: &[Indicator] = match path.kind {
            Some(EntryKind::Directory) => match () {
                () if has(STICKY | OTHERS_WRITE) => {
                    &[Indicator::StickyAndOtherWritable, Indicator::Directory]
                }
                () if has(OTHERS_WRITE) => {
                    &[Indicator::OtherWritable, Indicator::Directory]
                }
                () if has(STICKY) => {
                    &[Indicator::Sticky, Indicator::Directory]
                }
                () => &[Indicator::Directory],
            },
            Some(EntryKind::Symlink) => &[Indicator::SymbolicLink],
            Some(EntryKind::Fifo) => &[Indicator::FIFO],
            Some(EntryKind::Socket) => &[Indicator::Socket],
            Some(EntryKind::BlockDevice) => &[Indicator::BlockDevice],
            Some(EntryKind::CharacterDevice) => &[Indicator::CharacterDevice],
            Some(EntryKind::Unknown) => return None,
            Some(EntryKind::File) | None => match () {
                () if has(SET_UID) => &[Indicator::Setuid],
                () if has(SET_GID) => &[Indicator::Setgid],
                () if mode & EXECUTE != 0 => &[Indicator::ExecutableFile],
                () => &[],
            },
        };
        let mut explicit = indicators
            .iter()
            .filter(|it| colors.has_explicit_style_for(**it))
            .filter_map(|it| colors.style_for_indicator(*it));
        explicit.next().or_else(|| match path.kind {
            Some(EntryKind::File) | None => {
                let name = String::from_utf8_lossy(path.path.name);
                let by_name = colors.style_for_str(&name);
                let file = Indicator::RegularFile;
                by_name.or_else(|| colors.style_for_indicator(file))
            }
            Some(_) => None,
        })
    }
}

impl PathStyle for TerminalStyle {
    fn begin(&self, path: &StyledPath<'_>, out: &mut Vec<u8>) {
        if let Some(links) = &self.links {
            links.open(path, out);
        }
        if let Some(style) = self.style(path) {
            let style = style.to_nu_ansi_term_style();
            append(out, format_args!("{}", style.prefix()));
        }
    }

    fn end(&self, path: &StyledPath<'_>, out: &mut Vec<u8>) {
        if let Some(style) = self.style(path) {
            let style = style.to_nu_ansi_term_style();
            append(out, format_args!("{}", style.suffix()));
        }
        if self.links.is_some() {
            out.extend_from_slice(b"\x1b]8;;\x1b\\");
        }
    }
}

impl Links {
    /// `None` where the current directory is not known.
    fn new() -> Option<Self> {
        let mut base = b"file://".to_vec();
        // Without a name it is this machine. On Windows, a name makes it a
        // share of a server.
        if !cfg!(windows) {
            let name = sanchay_system::host::name();
            push_encoded(name.as_bytes(), &mut base);
        }
        Some(Self { base, current: env::current_dir().ok()? })
    }

    /// Begins the link to a path.
    fn open(&self, path: &StyledPath<'_>, out: &mut Vec<u8>) {
        let name = [path.path.parent, path.path.name].concat();
        let name = Path::new(std::ffi::OsStr::from_bytes(&name));
        let absolute = sanchay_names::with_slashes(self.current.join(name));
        out.extend_from_slice(b"\x1b]8;;");
        out.extend_from_slice(&self.base);
        push_encoded(&sanchay_names::url_path(absolute), out);
        out.extend_from_slice(b"\x1b\\");
    }
}

/// Appends bytes as a URL has them.
fn push_encoded(bytes: &[u8], out: &mut Vec<u8>) {
    for part in percent_encode(bytes, IN_URL) {
        out.extend_from_slice(part.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use sanchay_core::record::PathRef;

    use super::*;

    fn around(
        style: &TerminalStyle,
        name: &[u8],
        kind: EntryKind,
        mode: u32,
    ) -> String {
        let path = PathRef { parent: b"d/", name, directory: 0 };
        let path = StyledPath { path, kind: Some(kind), mode: Some(mode) };
        let mut out = Vec::new();
        style.begin(&path, &mut out);
        out.push(b'|');
        style.end(&path, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn colours_are_those_of_the_kind_then_of_the_mode_then_of_the_name() {
        let text = "di=34:ln=36:ex=32:*.txt=35:fi=0:ow=37";
        let colors = Some(LsColors::from_string(text));
        let style = TerminalStyle { colors, links: None };
        for (name, kind, mode, color) in [
            ("a", EntryKind::Directory, 0o755, "34"),
            ("a", EntryKind::Directory, 0o777, "37"),
            ("a.txt", EntryKind::Symlink, 0o777, "36"),
            ("a.txt", EntryKind::File, 0o755, "32"),
            ("a.txt", EntryKind::File, 0o644, "35"),
        ] {
            let shown = around(&style, name.as_bytes(), kind, mode);
            let expected = format!("\x1b[{color}m|\x1b[0m");
            assert_eq!(shown, expected, "{name} {kind}");
        }
        let plain = around(&style, b"a", EntryKind::File, 0o644);
        assert_eq!(plain, "|");
        assert!(TerminalStyle::new(false, false).is_none());
    }

    #[test]
    fn a_link_has_an_absolute_path_of_ascii() {
        let links = Links { base: b"file://m".to_vec(), current: "/c".into() };
        let style = TerminalStyle { colors: None, links: Some(links) };
        let shown = around(&style, b"a \xff;\x1b%:", EntryKind::File, 0);
        let expected = "\x1b]8;;file://m/c/d/a%20%FF%3B%1B%25:\x1b\\|\
                        \x1b]8;;\x1b\\";
        assert_eq!(shown, expected);
    }
}
