//! Records as JSON objects (RFC 8259): one a line, or in one array.
//!
//! Beyond what JSON demands, DEL and the characters that a terminal could obey
//! are escaped, as JSON allows.

use alloc::string::String;
use core::fmt::Write as _;

use sanchay_core::escape::is_obeyed;
use wasi::clocks::wall_clock::Datetime;

use super::{Frame, Name, Same, push_number, time};
use crate::content::{Sum, algorithm, hex};

/// What is around the objects of an array.
pub(super) const ARRAY: Frame =
    Frame { head: "[\n", between: ",\n", tail: "\n]\n", empty: "]\n" };

pub(super) fn file(
    path: &str,
    size: u64,
    modified: Option<Datetime>,
    out: &mut String,
) {
    out.push('{');
    push_path(path, out);
    push_facts(size, modified, out);
    out.push('}');
}

pub(super) fn hashed(
    path: &str,
    sum: &Sum,
    chunk: Option<u32>,
    out: &mut String,
) {
    out.push('{');
    push_path(path, out);
    push_facts(sum.size, sum.modified, out);
    let algorithm = algorithm(sum);
    // Writing to a string does not fail.
    let _ = write!(out, ",\"algorithm\":\"{algorithm}\"");
    if let Some(chunk) = chunk {
        let _ = write!(out, ",\"chunk\":{chunk}");
    }
    let _ = write!(out, ",\"hash\":\"{}\"}}", sum.content);
}

pub(super) fn group<'n>(
    same: &Same<'_>,
    files: impl Iterator<Item = Name<'n>>,
    scratch: &mut String,
    out: &mut String,
) {
    // Writing to a string does not fail.
    let _ = write!(
        out,
        "{{\"size\":{},\"algorithm\":\"{}\",\"hash\":\"{}\",\"files\":[",
        same.size,
        same.algorithm,
        hex(same.digest),
    );
    for (index, file) in files.enumerate() {
        out.push_str(if index == 0 { "{" } else { ",{" });
        push_path(file.join(scratch), out);
        out.push('}');
    }
    out.push_str("],\"reclaimable\":");
    push_number(same.reclaimable, out);
    out.push('}');
}

fn push_path(path: &str, out: &mut String) {
    out.push_str("\"path\":");
    // A string is always serialised.
    let text = serde_json::to_string(path).unwrap_or_default();
    if !text.contains(is_obeyed) {
        out.push_str(&text);
        return;
    }
    for character in text.chars() {
        if is_obeyed(character) {
            // All of these lie in the basic plane.
            let _ = write!(out, "\\u{:04x}", u32::from(character));
        } else {
            out.push(character);
        }
    }
}

fn push_facts(size: u64, modified: Option<Datetime>, out: &mut String) {
    out.push_str(",\"size\":");
    push_number(size, out);
    out.push_str(",\"modified\":");
    let begin = out.len();
    out.push('"');
    if time::push(modified, out) {
        out.push('"');
    } else {
        out.truncate(begin);
        out.push_str("null");
    }
}
