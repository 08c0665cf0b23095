//! Writes the lines of a store's snapshots, as `sanchay_core::store` reads
//! them.

use alloc::vec::Vec;

use sanchay_core::append::append;
use sanchay_core::store::{Address, SnapshotDocument, StoredRow, VERSION};
use sanchay_core::time::{TimeFormatter, Timestamp};

use crate::plan::{bytes, text};
use crate::values::{push_base64, push_number};

/// Writes the rows of a snapshot, in their order.
#[derive(Debug, Default)]
pub struct RowWriter {
    times: TimeFormatter,
}

impl RowWriter {
    /// Appends a row, with its newline.
    pub fn push(&mut self, row: &StoredRow, out: &mut Vec<u8>) {
        out.push(b'{');
        bytes("path", &row.path, out);
        text(b",\"kind\":", row.kind.name(), out);
        member(b",\"size\":", row.size, out);
        self.time(b",\"modified\":", row.modified, out);
        if let Some(changed) = row.changed {
            self.time(b",\"changed\":", changed, out);
        }
        append(out, format_args!(",\"mode\":\"{:04o}\"", row.mode & 0o7777));
        member(b",\"uid\":", row.uid.into(), out);
        member(b",\"gid\":", row.gid.into(), out);
        member(b",\"inode\":", row.inode, out);
        if let Some(device) = row.device {
            member(b",\"device\":", device, out);
            member(b",\"links\":", row.links.into(), out);
        }
        if let Some(hash) = &row.hash {
            out.extend_from_slice(b",\"hash\":\"");
            out.extend_from_slice(&hash.hex());
            out.push(b'"');
        }
        if !row.chunks.is_empty() {
            addresses(b",\"chunks\":", &row.chunks, out);
        }
        if let Some(target) = &row.target {
            out.push(b',');
            bytes("target", target, out);
        }
        if !row.attributes.is_empty() {
            out.extend_from_slice(b",\"xattrs\":");
            for (number, attribute) in row.attributes.iter().enumerate() {
                out.extend_from_slice(begin(number));
                out.push(b'{');
                bytes("name", &attribute.name, out);
                out.extend_from_slice(b",\"value_base64\":\"");
                push_base64(&attribute.value, out);
                out.extend_from_slice(b"\"}");
            }
            out.push(b']');
        }
        if !row.holes.is_empty() {
            out.extend_from_slice(b",\"holes\":");
            for (number, hole) in row.holes.iter().enumerate() {
                out.extend_from_slice(begin(number));
                append(out, format_args!("[{},{}]", hole.offset, hole.length));
            }
            out.push(b']');
        }
        out.extend_from_slice(b"}\n");
    }

    fn time(&mut self, key: &[u8], time: Timestamp, out: &mut Vec<u8>) {
        out.extend_from_slice(key);
        out.push(b'"');
        match self.times.format(time) {
            Some(text) => out.extend_from_slice(text),
            None => append(out, format_args!("{time}")),
        }
        out.push(b'"');
    }
}

/// What precedes an item of a list.
const fn begin(number: usize) -> &'static [u8] {
    if number == 0 { b"[" } else { b"," }
}

fn member(key: &[u8], number: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(key);
    push_number(number, out);
}

fn addresses(key: &[u8], all: &[Address], out: &mut Vec<u8>) {
    out.extend_from_slice(key);
    out.push(b'[');
    for (number, address) in all.iter().enumerate() {
        out.extend_from_slice(if number == 0 { b"\"" } else { b",\"" });
        out.extend_from_slice(&address.hex());
        out.push(b'"');
    }
    out.push(b']');
}

/// Appends a snapshot: a line, and its digest.
pub fn push_snapshot(of: &SnapshotDocument, out: &mut Vec<u8>) {
    let start = out.len();
    append(
        out,
        format_args!(
            "{{\"format\":\"sanchay-snapshot\",\"version\":{VERSION}"
        ),
    );
    text(b",\"made_by\":", &of.made_by, out);
    RowWriter::default().time(b",\"time\":", of.time, out);
    if !of.name.is_empty() {
        text(b",\"name\":", &of.name, out);
    }
    text(b",\"host\":", &of.host, out);
    out.extend_from_slice(b",\"roots\":[");
    for (number, root) in of.roots.iter().enumerate() {
        out.extend_from_slice(if number == 0 { b"{" } else { b",{" });
        bytes("path", root, out);
        out.push(b'}');
    }
    out.push(b']');
    if !of.filter.is_empty() {
        text(b",\"filter\":", &of.filter, out);
    }
    member(b",\"files\":", of.files, out);
    member(b",\"directories\":", of.directories, out);
    member(b",\"links\":", of.links, out);
    member(b",\"bytes\":", of.bytes, out);
    member(b",\"errors\":", of.errors, out);
    addresses(b",\"rows\":", &of.rows, out);
    out.extend_from_slice(b"}\n");
    let digest = Address::of(out.get(start..).unwrap_or_default());
    append(out, format_args!("{digest}\n"));
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use sanchay_core::kind::EntryKind;
    use sanchay_core::store::{
        Address, Damage, Hole, SnapshotDocument, StoredAttribute, StoredRow,
        compare_paths, parse_rows, parse_snapshot,
    };
    use sanchay_core::time::Timestamp;

    use super::{RowWriter, push_snapshot};

    fn times() -> impl Strategy<Value = Timestamp> {
        (any::<i64>(), 0_u32..1_000_000_000, any::<bool>()).prop_map(
            |(seconds, nanoseconds, plain)| Timestamp {
                seconds: if plain { seconds >> 32 } else { seconds },
                nanoseconds,
            },
        )
    }

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        vec(any::<u8>(), 1..9)
    }

    fn paths() -> impl Strategy<Value = Vec<u8>> {
        let name = bytes().prop_map(|mut name| {
            name.retain(|byte| !matches!(byte, 0 | b'/'));
            name.push(b'x');
            name
        });
        vec(name, 1..4).prop_map(|names| names.join(&b'/'))
    }

    prop_compose! {
        fn rows()(
            path in paths(),
            kind in 0..3_usize,
            times in (times(), prop::option::of(times())),
            numbers in any::<(u64, u32, u32, u64)>(),
            link in prop::option::of((any::<u64>(), 2_u32..9)),
            mode in 0_u32..0o10000,
            target in bytes(),
            attributes in vec((bytes(), bytes()), 0..3),
            holes in vec((1_u64..9, 1_u64..9), 0..3),
            chunks in vec(any::<[u8; 32]>(), 0..3),
        ) -> StoredRow {
            let kind = EntryKind::ALL[kind];
            let (size, uid, gid, inode) = numbers;
            let is_file = kind == EntryKind::File;
            let address = Address::of(&target);
            let mut at = 0;
            let holes: Vec<_> = holes.into_iter().map(|(gap, length)| {
                let offset = at + gap;
                at = offset + length;
                Hole { offset, length }
            }).collect();
            let chunks = chunks.into_iter().map(Address::from_bytes);
            StoredRow {
                path,
                kind,
                size: size.max(100),
                modified: times.0,
                changed: times.1,
                mode,
                uid,
                gid,
                inode,
                device: link.map(|it| it.0),
                links: link.map_or(1, |it| it.1),
                hash: is_file.then_some(address),
                chunks: chunks.filter(|_| is_file).collect(),
                target: (kind == EntryKind::Symlink).then_some(target),
                attributes: attributes
                    .into_iter()
                    .map(|(mut name, value)| {
                        name.retain(|byte| *byte != 0);
                        name.push(b'a');
                        StoredAttribute { name, value }
                    })
                    .collect(),
                holes,
            }
        }
    }

    proptest! {
        #[test]
        fn rows_are_read_as_they_were_written(mut rows in vec(rows(), 0..6)) {
            rows.sort_by(|a, b| compare_paths(&a.path, &b.path));
            rows.dedup_by(|a, b| a.path == b.path);
            let mut text = Vec::new();
            let mut writer = RowWriter::default();
            for row in &rows {
                writer.push(row, &mut text);
            }
            prop_assert_eq!(parse_rows(&text), Ok(rows.clone()));
            if rows.len() > 1 {
                let mut twice = text.clone();
                twice.extend_from_slice(&text);
                prop_assert_eq!(parse_rows(&twice), Err(Damage::Order));
            }
        }

        #[test]
        fn a_row_that_changed_is_read_or_refused(
            row in rows(),
            at in any::<prop::sample::Index>(),
            byte in any::<u8>(),
        ) {
            let mut text = Vec::new();
            RowWriter::default().push(&row, &mut text);
            let at = at.index(text.len());
            text[at] = byte;
            if let Ok(rows) = parse_rows(&text) {
                for row in rows {
                    prop_assert!(!row.path.starts_with(b"/"));
                }
            }
        }

        #[test]
        fn a_snapshot_is_read_as_it_was_written(
            time in times(),
            words in (".{0,9}", ".{0,9}", ".{0,9}"),
            roots in vec(bytes(), 0..3),
            numbers in any::<(u64, u64, u64, u64)>(),
            rows in vec(any::<[u8; 32]>(), 0..4),
            at in any::<prop::sample::Index>(),
        ) {
            let snapshot = SnapshotDocument {
                made_by: "sanchay".into(),
                time,
                name: words.0,
                host: words.1,
                roots,
                filter: words.2,
                files: numbers.0,
                directories: numbers.1,
                links: numbers.2,
                bytes: numbers.3,
                errors: 1,
                rows: rows.into_iter().map(Address::from_bytes).collect(),
            };
            let mut text = Vec::new();
            push_snapshot(&snapshot, &mut text);
            prop_assert_eq!(parse_snapshot(&text), Ok(snapshot));
            let at = at.index(text.len());
            text[at] ^= 1;
            prop_assert!(parse_snapshot(&text).is_err());
        }
    }
}
