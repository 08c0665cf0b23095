//! Records as JSON objects, for the formats that frame them.
//!
//! A path is the string `path` where it is UTF-8. Where it is not, no string
//! could say it, and `path_base64` is there instead: its bytes in base64
//! (RFC 4648, standard alphabet, padded).

use std::io::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use sanchay::{
    Content, EntryRef as Entry, HashedFileRef as Hashed, Timestamp,
};

use super::{Columns, Finding, Kind, Lane, Name, Same, json_text};

/// Gets ready for files with this parent.
pub(crate) fn directory(parent: &[u8], lane: &mut Lane) {
    let ready = &mut lane.parent;
    ready.raw.clear();
    ready.raw.extend_from_slice(parent);
    ready.text.clear();
    ready.utf8 = match str::from_utf8(parent) {
        Ok(text) => {
            json_text::push(text, &mut ready.text);
            true
        }
        Err(_) => false,
    };
}

/// Appends a file found, in the directory last told to [`directory`].
pub(crate) fn file(file: &Entry<'_>, columns: &Columns, lane: &mut Lane) {
    match str::from_utf8(file.name) {
        Ok(name) if lane.parent.utf8 => {
            lane.out.extend_from_slice(b"{\"path\":\"");
            lane.out.extend_from_slice(&lane.parent.text);
            json_text::push(name, &mut lane.out);
            lane.out.push(b'"');
        }
        _ => {
            let mut bytes = std::mem::take(&mut lane.scratch);
            bytes.clear();
            bytes.extend_from_slice(&lane.parent.raw);
            bytes.extend_from_slice(file.name);
            lane.out.push(b'{');
            push_base64(&bytes, &mut lane.out);
            lane.scratch = bytes;
        }
    }
    push_size(file.metadata.size, lane);
    push_modified(Some(file.metadata.modified), lane);
    columns.json(file.values, lane);
    lane.out.push(b'}');
}

/// Appends a hashed file.
pub(crate) fn hashed(
    file: &Hashed<'_>,
    kind: Kind,
    columns: &Columns,
    lane: &mut Lane,
) {
    lane.out.push(b'{');
    push_path(file.path, &mut lane.out);
    push_size(file.size, lane);
    push_modified(file.modified, lane);
    // Writing to a vector does not fail.
    let _ = match (file.content, kind) {
        (Content::Whole(algorithm, digest), _) => write!(
            lane.out,
            ",\"algorithm\":\"{algorithm}\",\"hash\":\"{digest}\""
        ),
        (Content::Partial(digest), Kind::Hashes { chunk: Some(chunk) }) => {
            write!(
                lane.out,
                ",\"algorithm\":\"xxh64\",\"chunk\":{chunk},\
                 \"hash\":\"{digest}\""
            )
        }
        (Content::Partial(digest), _) => {
            write!(lane.out, ",\"algorithm\":\"xxh64\",\"hash\":\"{digest}\"")
        }
    };
    columns.json(file.values, lane);
    lane.out.push(b'}');
}

/// Appends a verdict.
pub(crate) fn verdict(
    path: &[u8],
    finding: Finding,
    why: Option<&str>,
    lane: &mut Lane,
) {
    lane.out.push(b'{');
    push_path(path, &mut lane.out);
    lane.push(",\"verdict\":\"");
    lane.push(finding.word());
    lane.out.push(b'"');
    if let Some(why) = why {
        lane.push(",\"error\":\"");
        json_text::push(why, &mut lane.out);
        lane.out.push(b'"');
    }
    lane.out.push(b'}');
}

/// Appends a group of equal files.
pub(crate) fn group(
    same: &Same,
    files: &mut dyn Iterator<Item = Name<'_>>,
    columns: &Columns,
    lane: &mut Lane,
) {
    // Writing to a vector does not fail.
    let _ = write!(
        lane.out,
        "{{\"size\":{},\"algorithm\":\"{}\",\"hash\":\"{}\",\"files\":[",
        same.size, same.algorithm, same.digest
    );
    for (index, name) in files.enumerate() {
        lane.push(if index == 0 { "{" } else { ",{" });
        let path = name.join(&mut lane.scratch);
        push_path(path, &mut lane.out);
        columns.json(name.values, lane);
        lane.out.push(b'}');
    }
    lane.push("],\"reclaimable\":");
    lane.push_number(same.reclaimable);
    lane.out.push(b'}');
}

fn push_path(path: &[u8], out: &mut Vec<u8>) {
    match str::from_utf8(path) {
        Ok(text) => {
            out.extend_from_slice(b"\"path\":\"");
            json_text::push(text, out);
            out.push(b'"');
        }
        Err(_) => push_base64(path, out),
    }
}

fn push_base64(path: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"\"path_base64\":\"");
    base64(path, out);
    out.push(b'"');
}

/// Appends bytes in base64.
pub(crate) fn base64(bytes: &[u8], out: &mut Vec<u8>) {
    let begin = out.len();
    out.resize(begin + bytes.len().div_ceil(3) * 4, b'=');
    if let Some(room) = out.get_mut(begin..) {
        // The room is exactly what base64 takes.
        let _ = STANDARD.encode_slice(bytes, room);
    }
}

fn push_size(size: u64, lane: &mut Lane) {
    lane.push(",\"size\":");
    lane.push_number(size);
}

fn push_modified(modified: Option<Timestamp>, lane: &mut Lane) {
    lane.out.extend_from_slice(b",\"modified\":");
    match modified.and_then(|time| lane.times.format(time)) {
        Some(text) => {
            lane.out.push(b'"');
            lane.out.extend_from_slice(text);
            lane.out.push(b'"');
        }
        None => lane.out.extend_from_slice(b"null"),
    }
}
