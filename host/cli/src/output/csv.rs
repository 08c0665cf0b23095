//! Comma-separated values (RFC 4180, lines ended by a newline), with a header.
//!
//! Each row has both `path` and `path_base64`, one of them empty: the second
//! has the bytes of a path that is not UTF-8, in base64. On a terminal it has
//! those of a path with control characters as well, since CSV has no escape
//! for them.

use std::io::Write as _;

use sanchay::{
    Content, EntryRef as Entry, HashedFileRef as Hashed, Timestamp, Value,
};

use super::{
    Columns, Finding, Frame, Kind, Lane, Name, Same, Writer,
    escape::{escapes_on_terminal, push_escaped},
    lane::Parent,
    object::base64,
};

/// Rows.
#[derive(Clone, Debug)]
pub(crate) struct Csv {
    kind: Kind,
    terminal: bool,
    columns: Columns,
}

impl Csv {
    pub(crate) fn new(kind: Kind, terminal: bool, columns: Columns) -> Self {
        Self { kind, terminal, columns }
    }

    /// Appends the fields of the plugins' columns. Text that a terminal would
    /// obey is escaped there.
    fn push_values(&self, values: &[Option<Value>], lane: &mut Lane) {
        let push_text = |text: &str, out: &mut Vec<u8>| {
            if self.terminal && obeyed(text.as_bytes()) {
                let mut escaped = Vec::new();
                push_escaped(text.as_bytes(), &mut escaped);
                push_field(&escaped, out);
            } else {
                push_field(text.as_bytes(), out);
            }
        };
        self.columns.csv(values, push_text, lane);
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
            Kind::Files => "path,path_base64,size,modified",
            Kind::Hashes { .. } => {
                "path,path_base64,size,modified,algorithm,hash"
            }
            Kind::Verdicts => "path,path_base64,verdict,error",
            Kind::Groups => {
                "group,size,algorithm,hash,path,path_base64,reclaimable"
            }
        };
        let mut head = head.to_owned();
        self.columns.head(&mut head);
        head.push('\n');
        Frame { head: head.into(), ..Frame::default() }
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
            let path = &mut lane.scratch;
            path.clear();
            path.extend_from_slice(raw);
            path.extend_from_slice(file.name);
            self.push_path(path, &mut lane.out);
        }
        push_facts(file.metadata.size, Some(file.metadata.modified), lane);
        self.push_values(file.values, lane);
        lane.out.push(b'\n');
    }

    fn hashed(&self, file: &Hashed<'_>, lane: &mut Lane) {
        self.push_path(file.path, &mut lane.out);
        push_facts(file.size, file.modified, lane);
        // Writing to a vector does not fail.
        let _ = match file.content {
            Content::Whole(algorithm, digest) => {
                write!(lane.out, ",{algorithm},{digest}")
            }
            Content::Partial(digest) => write!(lane.out, ",xxh64,{digest}"),
        };
        self.push_values(file.values, lane);
        lane.out.push(b'\n');
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
                "{},{},{},{},",
                same.number, same.size, same.algorithm, same.digest
            );
            let path = name.join(&mut lane.scratch);
            self.push_path(path, &mut lane.out);
            lane.out.push(b',');
            lane.push_number(same.reclaimable);
            self.push_values(name.values, lane);
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
