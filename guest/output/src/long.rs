//! Lines as `ls -l` reads: permissions, links, owner, group, size, time, path,
//! and what a link says.

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use sanchay_core::kind::EntryKind;
use sanchay_core::record::{Column, FieldId, RecordBatch};
use sanchay_core::time::{TimeZone, Zone, strftime};

use crate::name::{push_escaped, put};
use crate::style::mode;
use crate::text::{TextOptions, push_human};
use crate::{EncodeError, Encoded, Encoder};

/// What stands for a value that is missing.
const NOTHING: &str = "-";

/// Writes records in columns that a person reads.
#[derive(Debug)]
pub struct LongEncoder {
    zone: Zone,
    options: TextOptions,
}

impl LongEncoder {
    /// The fields that records must have.
    pub const FIELDS: &'static [FieldId] = &[
        FieldId::Mode,
        FieldId::Links,
        FieldId::User,
        FieldId::OwnerGroup,
        FieldId::Size,
        FieldId::Modified,
        FieldId::Path,
        FieldId::Target,
        FieldId::Kind,
        FieldId::Uid,
        FieldId::Gid,
    ];

    /// Writes records with those fields; times in `zone`.
    #[must_use]
    pub const fn new(zone: TimeZone, options: TextOptions) -> Self {
        Self { zone: Zone::Rules(zone), options }
    }

    fn row(&self, batch: &RecordBatch, row: usize, out: &mut Vec<u8>) {
        put_mode(batch, row, out);
        let links = number(batch, FieldId::Links, row);
        let links = shown(links.map(|it| it.to_string()));
        put(out, format_args!(" {links:>3}"));
        let owners = [
            (FieldId::User, FieldId::Uid),
            (FieldId::OwnerGroup, FieldId::Gid),
        ];
        for (name, id) in owners {
            let name = text(batch, name, row)
                .or_else(|| Some(number(batch, id, row)?.to_string().into()));
            let name = shown(name);
            put(out, format_args!(" {name:<8}"));
        }
        out.push(b' ');
        match number(batch, FieldId::Size, row) {
            Some(size) if self.options.human => push_human(size, out),
            size => {
                let size = shown(size.map(|it| it.to_string()));
                put(out, format_args!("{size:>10}"));
            }
        }
        let time = shown(self.time(batch, row));
        put(out, format_args!(" {time:<16} "));
        let path = batch.paths().and_then(|paths| paths.get(row));
        if let Some(path) = path {
            self.options.path((batch, row), path, out);
        }
        if let Some(Column::Name(targets)) = batch.column(FieldId::Target)
            && let Some(target) = targets.get(row)
        {
            out.extend_from_slice(b" -> ");
            match self.options.terminal {
                true => push_escaped(target, out),
                false => out.extend_from_slice(target),
            }
        }
    }

    fn time(&self, batch: &RecordBatch, row: usize) -> Option<String> {
        let Some(Column::Timestamp(times)) = batch.column(FieldId::Modified)
        else {
            return None;
        };
        let time = times.get(row).copied().flatten()?;
        strftime("%Y-%m-%d %H:%M", time, &self.zone).ok()
    }
}

impl Encoder for LongEncoder {
    fn encode(
        &self,
        batch: &RecordBatch,
        out: &mut Encoded,
    ) -> Result<(), EncodeError> {
        for row in 0..batch.len() {
            self.row(batch, row, &mut out.bytes);
            out.bytes.push(b'\n');
            out.end_record();
        }
        Ok(())
    }
}

fn shown<'a>(value: Option<impl Into<Cow<'a, str>>>) -> Cow<'a, str> {
    value.map_or(Cow::Borrowed(NOTHING), Into::into)
}

fn number(batch: &RecordBatch, id: FieldId, row: usize) -> Option<u64> {
    match batch.column(id) {
        Some(Column::Unsigned(numbers)) => numbers.get(row).copied().flatten(),
        _ => None,
    }
}

fn text<'b>(
    batch: &'b RecordBatch,
    id: FieldId,
    row: usize,
) -> Option<Cow<'b, str>> {
    match batch.column(id) {
        Some(Column::Text(texts)) => {
            Some(String::from_utf8_lossy(texts.get(row)?))
        }
        _ => None,
    }
}

/// Appends the kind and the permissions: `drwxr-sr-x`.
fn put_mode(batch: &RecordBatch, row: usize, out: &mut Vec<u8>) {
    let kind = match batch.column(FieldId::Kind) {
        Some(Column::Word(kinds)) => kinds.get(row).copied().flatten(),
        _ => None,
    };
    out.push(match kind.and_then(EntryKind::named) {
        Some(EntryKind::File) => b'-',
        Some(EntryKind::Directory) => b'd',
        Some(EntryKind::Symlink) => b'l',
        Some(EntryKind::Fifo) => b'p',
        Some(EntryKind::Socket) => b's',
        Some(EntryKind::BlockDevice) => b'b',
        Some(EntryKind::CharacterDevice) => b'c',
        Some(EntryKind::Unknown) | None => b'?',
    });
    let Some(mode) = mode(batch, row) else {
        out.extend_from_slice(b"?????????");
        return;
    };
    // The bits of each class, and what its bit of 07000 makes of the x.
    for (shift, special, letter) in
        [(6, 0o4000, b's'), (3, 0o2000, b's'), (0, 0o1000, b't')]
    {
        let bits = mode >> shift;
        out.push(if bits & 4 != 0 { b'r' } else { b'-' });
        out.push(if bits & 2 != 0 { b'w' } else { b'-' });
        out.push(match (mode & special != 0, bits & 1 != 0) {
            (false, false) => b'-',
            (false, true) => b'x',
            (true, false) => letter.to_ascii_uppercase(),
            (true, true) => letter,
        });
    }
}
