//! Lines of text, for people and for line tools.
//!
//! - A file found: `SIZE<TAB>MODIFIED<TAB>PATH`, or its path alone.
//! - A file hashed: the forms of the checksum programs, `HASH  PATH` and
//!   `NAME (PATH) = HASH`. XXH3 with 64 bits always has the second: `xxhsum`
//!   takes the first for XXH64, whose digests are as long. A partial digest
//!   names its chunk, unless that is the default.
//! - A verdict: `PATH: OK`, `PATH: FAILED`, `PATH: FAILED open or read`, the
//!   words of `sha256sum --check`; of a filter, `wanted<TAB>PATH`.
//! - A group of equal files: a line that begins with `# `, a line for each
//!   path, an empty line; or only the paths, each ended by a zero byte, and a
//!   zero byte after the last.
//! - A group of similar files: likewise, `SIMILARITY<TAB>PATH`.
//!
//! Pairs of similar files, what became of files, snapshots, sums of folders and
//! known digests have their fields with tabs between them. Fields that were chosen stand in their order, with tabs between them,
//! whatever the record; a missing value is a dash.
//!
//! Values of plugins come before the path of a file found, and on a line of
//! their own before one that is hashed or equal; where there are only paths,
//! they are left out. A missing value is a dash.

use alloc::string::ToString as _;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ops::Range;

use sanchay_core::content::Content;
use sanchay_core::grouping::Role;
use sanchay_core::hashing::{Algorithm, DEFAULT_CHUNK};
use sanchay_core::kind::EntryKind;
use sanchay_core::record::{
    Column, Field, FieldId, PathRef, RecordBatch, RecordKind, Schema, Verdict,
};
use sanchay_core::similarity::Shown;
use sanchay_core::size::HumanBytes;
use sanchay_core::time::TimeFormatter;

use crate::json::group_rows;
use crate::name::{NameEscape, push_escaped, put};
use crate::style::{PathStyle, StyledPath};
use crate::values::{push_json, push_number, push_plain};
use crate::{EncodeError, Encoded, Encoder};

/// A missing value.
const NOTHING: u8 = b'-';

/// How lines are written.
#[derive(Clone, Debug, Default)]
pub struct TextOptions {
    /// Whether the output goes to a terminal. (Other formats use this, too.)
    pub terminal: bool,
    /// Whether a zero byte ends each line: names are then never escaped, and
    /// files found or equal have only their path.
    pub zero: bool,
    /// Whether a digest's line names its algorithm.
    pub tag: bool,
    /// Whether sizes are those that a person reads.
    pub human: bool,
    /// What surrounds paths.
    pub style: Option<Arc<dyn PathStyle>>,
}

impl TextOptions {
    /// Writes a path, or what of it is shown, with what surrounds it.
    pub(crate) fn styled(
        &self,
        (batch, row): (&RecordBatch, usize),
        path: PathRef<'_>,
        out: &mut Vec<u8>,
        write: impl FnOnce(&mut Vec<u8>),
    ) {
        let Some(style) = &self.style else { return write(out) };
        let path = StyledPath::new(batch, row, path);
        style.begin(&path, out);
        write(out);
        style.end(&path, out);
    }

    /// Writes a path as the lines of files found have it.
    pub(crate) fn path(
        &self,
        at: (&RecordBatch, usize),
        path: PathRef<'_>,
        out: &mut Vec<u8>,
    ) {
        self.styled(at, path, out, |out| {
            if self.terminal {
                push_escaped(path.parent, out);
                push_escaped(path.name, out);
            } else {
                out.extend_from_slice(path.parent);
                out.extend_from_slice(path.name);
            }
        });
    }

    /// Writes a value, or a dash where there is none.
    fn value(
        &self,
        (field, column): (&Field, &Column),
        row: usize,
        times: &mut TimeFormatter,
        out: &mut Vec<u8>,
    ) {
        let is_size = matches!(field.id, FieldId::Size | FieldId::Allocated);
        if let (true, Column::Unsigned(sizes)) =
            (self.human && is_size, column)
            && let Some(Some(size)) = sizes.get(row)
        {
            push_human(*size, out);
        } else if let (FieldId::Similarity, Column::Float(all)) =
            (field.id, column)
            && let Some(Some(similarity)) = all.get(row)
        {
            push_similarity(*similarity, out);
        } else if !push_plain(column, row, times, out) {
            out.push(NOTHING);
        }
    }
}

/// Appends a size that a person reads, right-aligned.
pub(crate) fn push_human(size: u64, out: &mut Vec<u8>) {
    let text = HumanBytes(size).to_string();
    put(out, format_args!("{text:>11}"));
}

/// Lines.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    kind: RecordKind,
    /// Whether somebody chose the fields.
    chosen: bool,
    options: TextOptions,
}

impl Text {
    pub(crate) fn new(schema: &Arc<Schema>, options: TextOptions) -> Self {
        Self { kind: schema.kind(), chosen: schema.is_chosen(), options }
    }

    fn end(&self) -> u8 {
        if self.options.zero { 0 } else { b'\n' }
    }

    /// How names are written into lines that are otherwise escaped this way.
    fn escape(&self, lines: NameEscape) -> NameEscape {
        match self.options {
            TextOptions { terminal: true, .. } => NameEscape::Terminal,
            TextOptions { zero: true, .. } => NameEscape::Nothing,
            _ => lines,
        }
    }

    /// The fields in their order, with tabs between them.
    fn fields(&self, batch: &RecordBatch, out: &mut Encoded) {
        let mut times = TimeFormatter::default();
        for row in 0..batch.len() {
            let bytes = &mut out.bytes;
            for (index, (field, column)) in batch.columns().enumerate() {
                if index > 0 {
                    bytes.push(b'\t');
                }
                let name = match column {
                    Column::Path(paths) => {
                        if let Some(path) = paths.get(row) {
                            let at = (batch, row);
                            self.options.path(at, path, bytes);
                        }
                        continue;
                    }
                    Column::Name(names) => names.get(row),
                    other => {
                        let value = (field, other);
                        self.options.value(value, row, &mut times, bytes);
                        continue;
                    }
                };
                match name {
                    None => bytes.push(NOTHING),
                    Some(name) if self.options.terminal => {
                        push_escaped(name, bytes);
                    }
                    Some(name) => bytes.extend_from_slice(name),
                }
            }
            bytes.push(self.end());
            out.end_record();
        }
    }

    fn files(&self, batch: &RecordBatch, out: &mut Encoded) {
        let Some(paths) = batch.paths() else { return };
        let mut times = TimeFormatter::default();
        // All but the path, which comes last.
        let before: Vec<(&Field, &Column)> = batch
            .columns()
            .filter(|(_, column)| !matches!(column, Column::Path(_)))
            .collect();
        for (row, path) in paths.iter().enumerate() {
            let bytes = &mut out.bytes;
            if !self.options.zero {
                for value in &before {
                    self.options.value(*value, row, &mut times, bytes);
                    bytes.push(b'\t');
                }
            }
            self.options.path((batch, row), path, bytes);
            bytes.push(self.end());
            out.end_record();
        }
    }

    fn hashes(&self, batch: &RecordBatch, out: &mut Encoded) {
        let (Some(paths), Some(Column::Hash(hashes))) =
            (batch.paths(), batch.column(FieldId::Hash))
        else {
            return;
        };
        let chunks = match batch.column(FieldId::Chunk) {
            Some(Column::Unsigned(chunks)) => chunks.as_slice(),
            _ => &[],
        };
        let mut times = TimeFormatter::default();
        let mut scratch = Vec::new();
        for (row, (path, content)) in
            paths.iter().zip(hashes.iter()).enumerate()
        {
            let Some(content) = content else { continue };
            self.comment(batch, row, &mut times, &mut out.bytes);
            let chunk = chunks.get(row).copied().flatten();
            let at = (batch, row);
            self.hash(
                at,
                path,
                &mut scratch,
                (&content, chunk),
                &mut out.bytes,
            );
            out.end_record();
        }
    }

    fn hash(
        &self,
        at: (&RecordBatch, usize),
        path: PathRef<'_>,
        scratch: &mut Vec<u8>,
        (content, chunk): (&Content, Option<u64>),
        out: &mut Vec<u8>,
    ) {
        let shown = path;
        let path = path.join(scratch);
        let escape = self.escape(match content {
            Content::Whole(algorithm, _) => NameEscape::for_list(*algorithm),
            Content::Partial(_) => NameEscape::Lines,
        });
        let begun = escape.begin(path, out);
        match content {
            Content::Whole(algorithm, digest)
                if self.options.tag || *algorithm == Algorithm::Xxh3_64 =>
            {
                put(out, format_args!("{} (", algorithm.tag()));
                self.options
                    .styled(at, shown, out, |out| begun.name(path, out));
                put(out, format_args!(") = {digest}"));
            }
            Content::Whole(_, digest) => {
                put(out, format_args!("{digest}  "));
                self.options
                    .styled(at, shown, out, |out| begun.name(path, out));
            }
            Content::Partial(digest) => {
                let chunk = chunk
                    .and_then(|it| u32::try_from(it).ok())
                    .unwrap_or(DEFAULT_CHUNK);
                put(out, format_args!("{}  ", digest.listed(chunk)));
                self.options
                    .styled(at, shown, out, |out| begun.name(path, out));
            }
        }
        out.push(self.end());
    }

    fn verdicts(&self, batch: &RecordBatch, out: &mut Encoded) {
        let (Some(paths), Some(Column::Word(verdicts))) =
            (batch.paths(), batch.column(FieldId::Verdict))
        else {
            return;
        };
        let mut scratch = Vec::new();
        for (row, (path, verdict)) in paths.iter().zip(verdicts).enumerate() {
            let verdict = verdict.unwrap_or_default();
            let name = path.join(&mut scratch);
            let at = ((batch, row), path);
            self.verdict(at, name, verdict, &mut out.bytes);
            out.end_record();
        }
    }

    fn verdict(
        &self,
        (at, shown): ((&RecordBatch, usize), PathRef<'_>),
        path: &[u8],
        verdict: &str,
        out: &mut Vec<u8>,
    ) {
        const WANTED: &str = Verdict::Wanted.name();
        const UNWANTED: &str = Verdict::Unwanted.name();
        const OK: &str = Verdict::Ok.name();
        const FAILED: &str = Verdict::Failed.name();
        if matches!(verdict, WANTED | UNWANTED) {
            out.extend_from_slice(verdict.as_bytes());
            out.push(b'\t');
            self.options.styled(at, shown, out, |out| push_escaped(path, out));
            out.push(b'\n');
            return;
        }
        let escape = self.escape(NameEscape::Lines);
        let begun = escape.begin(path, out);
        self.options.styled(at, shown, out, |out| begun.name(path, out));
        out.extend_from_slice(match verdict {
            OK => b": OK\n",
            FAILED => b": FAILED\n",
            _ => b": FAILED open or read\n",
        });
    }

    fn groups(&self, batch: &RecordBatch, out: &mut Encoded) {
        let Some(paths) = batch.paths() else { return };
        let mut times = TimeFormatter::default();
        let mut scratch = Vec::new();
        for rows in group_rows(batch) {
            if !self.options.zero {
                group_head(batch, &rows, &mut out.bytes);
            }
            let escape = self.escape(NameEscape::Lines);
            for row in rows {
                if !self.options.zero {
                    role(batch, row, &mut out.bytes);
                    self.comment(batch, row, &mut times, &mut out.bytes);
                }
                if let Some(shown) = paths.get(row) {
                    let path = shown.join(&mut scratch);
                    let begun = escape.begin(path, &mut out.bytes);
                    let (at, out) = ((batch, row), &mut out.bytes);
                    let write = |out: &mut Vec<u8>| begun.name(path, out);
                    self.options.styled(at, shown, out, write);
                }
                out.bytes.push(self.end());
            }
            out.bytes.push(self.end());
            out.end_record();
        }
    }

    fn similar(&self, batch: &RecordBatch, out: &mut Encoded) {
        let Some(paths) = batch.paths() else { return };
        let similarities = match batch.column(FieldId::Similarity) {
            Some(Column::Float(column)) => column.as_slice(),
            _ => &[],
        };
        let mut scratch = Vec::new();
        for rows in group_rows(batch) {
            if !self.options.zero {
                let count = rows.len();
                put(&mut out.bytes, format_args!("# {count} similar files\n"));
            }
            let escape = self.escape(NameEscape::Lines);
            for row in rows {
                let Some(shown) = paths.get(row) else { continue };
                if !self.options.zero {
                    let similarity = similarities.get(row).copied().flatten();
                    let similarity = similarity.unwrap_or_default();
                    push_similarity(similarity, &mut out.bytes);
                    out.bytes.push(b'\t');
                }
                let path = shown.join(&mut scratch);
                let begun = escape.begin(path, &mut out.bytes);
                let write = |out: &mut Vec<u8>| begun.name(path, out);
                let at = (batch, row);
                self.options.styled(at, shown, &mut out.bytes, write);
                out.bytes.push(self.end());
            }
            out.bytes.push(self.end());
            out.end_record();
        }
    }

    /// Appends a line that is a comment in every list of digests, `#
    /// images.width=640 images.format="png"`, if there are values of plugins.
    fn comment(
        &self,
        batch: &RecordBatch,
        row: usize,
        times: &mut TimeFormatter,
        out: &mut Vec<u8>,
    ) {
        let begin = out.len();
        out.push(b'#');
        let mut empty = true;
        for (field, column) in batch.columns() {
            if !matches!(field.id, FieldId::Plugin(_)) {
                continue;
            }
            let before = out.len();
            out.push(b' ');
            out.extend_from_slice(field.name.as_bytes());
            out.push(b'=');
            let value = out.len();
            push_json(column, row, times, out);
            if out.get(value..) == Some(b"null") {
                out.truncate(before);
            } else {
                empty = false;
            }
        }
        if empty {
            out.truncate(begin);
        } else {
            out.push(self.end());
        }
    }
}

/// Appends how alike a text is to another.
fn push_similarity(similarity: f64, out: &mut Vec<u8>) {
    put(out, format_args!("{}", Shown(similarity)));
}

/// Appends a line that says that the next file is a reference, if it is.
fn role(batch: &RecordBatch, row: usize, out: &mut Vec<u8>) {
    let reference = Role::Reference.name();
    if let Some(Column::Word(roles)) = batch.column(FieldId::Role)
        && roles.get(row).copied().flatten() == Some(reference)
    {
        put(out, format_args!("# {reference}\n"));
    }
}

/// Appends the line about what the files of a group share.
fn group_head(batch: &RecordBatch, rows: &Range<usize>, out: &mut Vec<u8>) {
    let number = |id| match batch.column(id) {
        Some(Column::Unsigned(column)) => {
            column.get(rows.start).copied().flatten().unwrap_or_default()
        }
        _ => 0,
    };
    out.extend_from_slice(b"# ");
    push_number(u64::try_from(rows.len()).unwrap_or(u64::MAX), out);
    let is_folder = match batch.column(FieldId::Kind) {
        Some(Column::Word(kinds)) => {
            let kind = kinds.get(rows.start).copied().flatten();
            kind == Some(EntryKind::Directory.name())
        }
        _ => false,
    };
    out.extend_from_slice(match is_folder {
        true => b" folders of ",
        false => b" files of ",
    });
    push_number(number(FieldId::Size), out);
    out.extend_from_slice(b" bytes");
    if is_folder {
        let files = number(FieldId::FileCount);
        put(out, format_args!(" in {files} files"));
    }
    out.extend_from_slice(b", ");
    push_number(number(FieldId::Reclaimable), out);
    out.extend_from_slice(b" bytes reclaimable");
    if let Some(Column::Hash(hashes)) = batch.column(FieldId::Hash)
        && let Some(content) = hashes.get(rows.start)
    {
        put(out, format_args!(", {}:{content}", content.algorithm()));
    }
    out.push(b'\n');
}

impl Encoder for Text {
    fn encode(
        &self,
        batch: &RecordBatch,
        out: &mut Encoded,
    ) -> Result<(), EncodeError> {
        match self.kind {
            _ if self.chosen => self.fields(batch, out),
            RecordKind::File => self.files(batch, out),
            RecordKind::Hash { .. } => self.hashes(batch, out),
            RecordKind::Verdict => self.verdicts(batch, out),
            RecordKind::Duplicate => self.groups(batch, out),
            RecordKind::Similar | RecordKind::SimilarImage => {
                self.similar(batch, out);
            }
            RecordKind::Difference
            | RecordKind::SimilarPair
            | RecordKind::Version
            | RecordKind::Snapshot
            | RecordKind::StoredSnapshot
            | RecordKind::Folder
            | RecordKind::KnownDigest => self.fields(batch, out),
        }
        Ok(())
    }
}
