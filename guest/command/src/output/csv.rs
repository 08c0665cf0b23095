//! Comma-separated values (RFC 4180, lines ended by a newline), with a header.
//!
//! Each row has both `path` and `path_base64`, one of them empty. In WASI all
//! paths are UTF-8; the second is for a terminal, and has the bytes of a path
//! with control characters in base64, since CSV has no escape for them.

use alloc::string::String;
use alloc::vec;
use core::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sanchay_core::escape::is_obeyed;
use wasi::clocks::wall_clock::Datetime;

use super::{Frame, Kind, Name, Same, push_number, time};
use crate::content::{Sum, algorithm, hex};

/// The header.
pub(super) fn frame(kind: Kind) -> Frame {
    let head = match kind {
        Kind::Files => "path,path_base64,size,modified\n",
        Kind::Hashes(_) => "path,path_base64,size,modified,algorithm,hash\n",
        Kind::Groups => {
            "group,size,algorithm,hash,path,path_base64,reclaimable\n"
        }
    };
    Frame { head, ..Frame::default() }
}

pub(super) fn file(
    path: &str,
    size: u64,
    modified: Option<Datetime>,
    terminal: bool,
    out: &mut String,
) {
    push_path(path, terminal, out);
    push_facts(size, modified, out);
    out.push('\n');
}

pub(super) fn hashed(path: &str, sum: &Sum, terminal: bool, out: &mut String) {
    push_path(path, terminal, out);
    push_facts(sum.size, sum.modified, out);
    // Writing to a string does not fail.
    let _ = writeln!(out, ",{},{}", algorithm(sum), sum.content);
}

pub(super) fn group<'n>(
    same: &Same<'_>,
    files: impl Iterator<Item = Name<'n>>,
    terminal: bool,
    scratch: &mut String,
    out: &mut String,
) {
    for file in files {
        // Writing to a string does not fail.
        let _ = write!(
            out,
            "{},{},{},{},",
            same.number,
            same.size,
            same.algorithm,
            hex(same.digest)
        );
        push_path(file.join(scratch), terminal, out);
        out.push(',');
        push_number(same.reclaimable, out);
        out.push('\n');
    }
}

/// Appends the two path fields and the comma between them.
fn push_path(path: &str, terminal: bool, out: &mut String) {
    if terminal && path.contains(is_obeyed) {
        out.push(',');
        STANDARD.encode_string(path, out);
    } else {
        push_field(path, out);
        out.push(',');
    }
}

fn push_facts(size: u64, modified: Option<Datetime>, out: &mut String) {
    out.push(',');
    push_number(size, out);
    out.push(',');
    time::push(modified, out);
}

fn push_field(field: &str, out: &mut String) {
    if !field.contains([',', '"', '\n', '\r']) {
        out.push_str(field);
        return;
    }
    // Every byte may need another before it, and quotes stand around it all.
    let mut room = vec![0; field.len().saturating_mul(2).saturating_add(2)];
    let mut writer = csv_core::Writer::new();
    let (_, _, written) = writer.field(field.as_bytes(), &mut room);
    let rest = room.get_mut(written..).unwrap_or_default();
    let (_, closing) = writer.finish(rest);
    room.truncate(written.saturating_add(closing));
    // Quotes among UTF-8 leave it UTF-8.
    out.push_str(&String::from_utf8(room).unwrap_or_default());
}
