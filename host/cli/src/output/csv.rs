//! Comma-separated values (RFC 4180, lines ended by a newline), with a header.
//!
//! Each row has both `path` and `path_base64`, one of them empty: the second
//! has the bytes of a path that is not UTF-8, in base64. On a terminal it has
//! those of a path with control characters as well, since CSV has no escape
//! for them.

use std::io::Write as _;

use sanchay::{Content, Entry, Hashed, Timestamp};

use super::{
    Finding, Frame, Kind, Lane, Name, Same, Writer,
    escape::escapes_on_terminal, lane::Parent, object::base64,
};

/// Rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Csv {
    kind: Kind,
    terminal: bool,
}

impl Csv {
    pub(crate) fn new(kind: Kind, terminal: bool) -> Self {
        Self { kind, terminal }
    }

    /// Appends the two path fields and the comma between them.
    fn push_path(&self, path: &[u8], out: &mut Vec<u8>) {
        let shown =
            str::from_utf8(path).is_ok() && !(self.terminal && obeyed(path));
        if shown {
            push_field(path, out);
            out.push(b',');
        } else {
            out.push(b',');
            base64(path, out);
        }
    }
}

impl Writer for Csv {
    fn frame(&self) -> Frame {
        let head = match self.kind {
            Kind::Files => "path,path_base64,size,modified\n",
            Kind::Hashes { .. } => "path,path_base64,size,modified,hash\n",
            Kind::Verdicts => "path,path_base64,verdict,error\n",
            Kind::Groups => "group,size,hash,path,path_base64,reclaimable\n",
        };
        Frame { head, ..Frame::default() }
    }

    fn directory(&self, parent: &[u8], lane: &mut Lane) {
        let Parent { raw, utf8, special, .. } = &mut lane.parent;
        raw.clear();
        raw.extend_from_slice(parent);
        *utf8 = str::from_utf8(parent).is_ok();
        *special = self.terminal || needs_quotes(parent);
    }

    fn file(&self, file: &Entry<'_>, lane: &mut Lane) {
        let Parent { raw, utf8, special, .. } = &lane.parent;
        let plain = *utf8
            && !special
            && file.name.is_ascii()
            && !needs_quotes(file.name);
        if plain {
            lane.out.extend_from_slice(raw);
            lane.out.extend_from_slice(file.name);
            lane.out.push(b',');
        } else {
            let name = Name { parent: raw, name: file.name };
            let path = name.join(&mut lane.scratch);
            self.push_path(path, &mut lane.out);
        }
        push_facts(file.metadata.size, Some(file.metadata.modified), lane);
        lane.out.push(b'\n');
    }

    fn hashed(&self, file: &Hashed<'_>, lane: &mut Lane) {
        self.push_path(file.path, &mut lane.out);
        push_facts(file.size, file.modified, lane);
        // Writing to a vector does not fail.
        let _ = match file.content {
            Content::Whole(_, digest) => writeln!(lane.out, ",{digest}"),
            Content::Partial(digest) => writeln!(lane.out, ",{digest}"),
        };
    }

    fn verdict(
        &self,
        path: &[u8],
        finding: Finding,
        why: Option<&str>,
        lane: &mut Lane,
    ) {
        self.push_path(path, &mut lane.out);
        lane.out.push(b',');
        lane.push(finding.word());
        lane.out.push(b',');
        push_field(why.unwrap_or_default().as_bytes(), &mut lane.out);
        lane.out.push(b'\n');
    }

    fn group(
        &self,
        same: &Same,
        files: &mut dyn Iterator<Item = Name<'_>>,
        lane: &mut Lane,
    ) {
        for name in files {
            // Writing to a vector does not fail.
            let _ = write!(
                lane.out,
                "{},{},{},",
                same.number, same.size, same.digest
            );
            let path = name.join(&mut lane.scratch);
            self.push_path(path, &mut lane.out);
            lane.out.push(b',');
            lane.push_number(same.reclaimable);
            lane.out.push(b'\n');
        }
    }
}

fn push_facts(size: u64, modified: Option<Timestamp>, lane: &mut Lane) {
    lane.out.push(b',');
    lane.push_number(size);
    lane.out.push(b',');
    if let Some(text) = modified.and_then(|time| lane.times.format(time)) {
        lane.out.extend_from_slice(text);
    }
}

fn push_field(field: &[u8], out: &mut Vec<u8>) {
    if !needs_quotes(field) {
        out.extend_from_slice(field);
        return;
    }
    let start = out.len();
    // Every byte may need another before it, and quotes stand around it all.
    out.resize(start + 2 * field.len() + 2, 0);
    let mut writer = csv_core::Writer::new();
    let space = out.get_mut(start..).unwrap_or_default();
    let (_, _, written) = writer.field(field, space);
    let (_, closing) =
        writer.finish(space.get_mut(written..).unwrap_or_default());
    out.truncate(start + written + closing);
}

/// Whether a field is for `csv_core` to write; all others stand for
/// themselves.
fn needs_quotes(field: &[u8]) -> bool {
    field.iter().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'))
}

/// Whether a terminal would obey something in the path. (A backslash is
/// escaped on a terminal elsewhere, but does nothing by itself.)
fn obeyed(path: &[u8]) -> bool {
    path.split(|byte| *byte == b'\\').any(escapes_on_terminal)
}
