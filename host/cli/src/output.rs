//! How records are written: one writer for each format, one trait for all.
//!
//! A writer appends whole records to a [`Lane`], a buffer with the little
//! state that makes writing cheap; each worker has its own. A [`Sink`] takes
//! full lanes and is all that workers share. What a format needs before,
//! between and after its records is its [`Frame`], which the sink adds, so
//! that output is well-formed however a run ends.

mod csv;
mod destination;
mod escape;
mod json;
mod json_text;
mod lane;
mod ndjson;
mod object;
#[cfg(test)]
mod roundtrip;
mod sink;
mod spare;
#[cfg(test)]
mod tests;
mod text;
mod time;
mod values;

use std::{borrow::Cow, path::Path};

use sanchay::{Digest, EntryRef as Entry, HashedFileRef as Hashed, Value};

pub(crate) use self::{
    escape::Escape, lane::Lane, sink::Sink, spare::Inputs, text::Text,
    values::Columns,
};
use crate::{
    exit::Exit,
    failure::Failure,
    options::output::{Format, OutputArgs},
};

/// What the records of a run are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Files found.
    Files,
    /// Files hashed; partially, in chunks of this many bytes, if so.
    Hashes {
        /// The chunk in bytes.
        chunk: Option<u32>,
    },
    /// Verdicts on a list of digests, or of a filter.
    Verdicts,
    /// Groups of equal files.
    Groups,
}

/// What a format has around its records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Before the first record, and also where there is none.
    pub(crate) head: Cow<'static, str>,
    /// What every record begins with, and the first one must not.
    pub(crate) between: &'static str,
    /// After the last record.
    pub(crate) tail: &'static str,
    /// After the head where there is no record.
    pub(crate) empty: &'static str,
}

/// A path in the two parts the library reports it in, and what plugins tell
/// of its file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name<'a> {
    /// Empty, or ending in a slash.
    pub(crate) parent: &'a [u8],
    /// The rest.
    pub(crate) name: &'a [u8],
    /// The values of the file.
    pub(crate) values: &'a [Option<Value>],
}

impl Name<'_> {
    /// The path's bytes, put together in a buffer.
    pub(crate) fn join<'b>(&self, buffer: &'b mut Vec<u8>) -> &'b [u8] {
        buffer.clear();
        buffer.extend_from_slice(self.parent);
        buffer.extend_from_slice(self.name);
        buffer
    }
}

/// What was found out of a path: by checking a promised digest, or by asking
/// a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// The file has the digest.
    Ok,
    /// It has another one.
    Failed,
    /// There is no such file.
    Missing,
    /// The file could not be opened or read.
    Unreadable,
    /// The filter wants it.
    Wanted,
    /// The filter does not want it.
    Unwanted,
}

impl Finding {
    /// Its name in the machine formats.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Failed => "failed",
            Self::Missing => "missing",
            Self::Unreadable => "unreadable",
            Self::Wanted => "wanted",
            Self::Unwanted => "unwanted",
        }
    }
}

/// A group of equal files, but for their paths.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Same {
    /// Which group it is in the output, from 1.
    pub(crate) number: u64,
    /// The size of one file in bytes.
    pub(crate) size: u64,
    /// The digest they share.
    pub(crate) digest: Digest,
    /// What made the digest.
    pub(crate) algorithm: sanchay::Algorithm,
    /// How many files there are.
    pub(crate) files: usize,
    /// How many bytes would be free if one file were kept.
    pub(crate) reclaimable: u64,
}

/// A format of records.
pub(crate) trait Writer: Send + Sync {
    /// What is around the records.
    fn frame(&self) -> Frame;

    /// Gets ready for files in the directory that this is the prefix of.
    fn directory(&self, parent: &[u8], lane: &mut Lane);

    /// Appends a file of the directory last told to [`Self::directory`].
    fn file(&self, file: &Entry<'_>, lane: &mut Lane);

    /// Appends a hashed file.
    fn hashed(&self, file: &Hashed<'_>, lane: &mut Lane);

    /// Appends a verdict, with the reason where there is one.
    fn verdict(
        &self,
        path: &[u8],
        finding: Finding,
        why: Option<&str>,
        lane: &mut Lane,
    );

    /// Appends a group of equal files.
    fn group(
        &self,
        same: &Same,
        files: &mut dyn Iterator<Item = Name<'_>>,
        lane: &mut Lane,
    );
}

/// The writer for a format. The text form can vary; the others cannot, but
/// for their columns.
fn writer(format: Format, kind: Kind, text: Text) -> Box<dyn Writer> {
    match format {
        Format::Text => Box::new(text),
        Format::Ndjson => Box::new(ndjson::Ndjson::new(kind, text.columns)),
        Format::Json => Box::new(json::Json::new(kind, text.columns)),
        Format::Csv => {
            Box::new(csv::Csv::new(kind, text.terminal, text.columns))
        }
    }
}

/// Where the records of a command go, and in which form.
pub(crate) struct Output {
    /// Writes records.
    pub(crate) writer: Box<dyn Writer>,
    /// Takes them.
    pub(crate) sink: Sink,
}

impl Output {
    /// Opens the destination that the options name, unless it is one of the
    /// files that are to be read. `text` tells how the text form is written,
    /// but for what a terminal changes.
    pub(crate) fn open(
        options: &OutputArgs,
        inputs: Inputs<'_>,
        kind: Kind,
        text: Text,
    ) -> Result<Self, Failure> {
        let mut sink = Sink::open(options.file(), inputs)?;
        let text = Text { terminal: sink.is_terminal(), ..text };
        let writer = writer(options.format(), kind, text);
        sink.set_frame(writer.frame());
        Ok(Self { writer, sink })
    }
}

impl Output {
    /// Ends the output of a command that ended so: a file gets its name only
    /// if something was done.
    pub(crate) fn end(
        &self,
        ended: Result<Exit, Failure>,
    ) -> Result<Exit, Failure> {
        let keep = !matches!(ended, Err(_) | Ok(Exit::Failed));
        self.sink.finish(keep)?;
        ended
    }
}

/// Writes bytes that are no records to a file, unless that is one of the
/// inputs, or to standard output.
pub(crate) fn put(
    path: Option<&Path>,
    inputs: Inputs<'_>,
    bytes: &[u8],
) -> Result<(), Failure> {
    let sink = Sink::open(path.filter(|it| !is_stdout(it)), inputs)?;
    // What goes wrong is told at the end.
    let _ = sink.write(bytes, &[]);
    sink.finish(true)
}

/// Whether a name stands for standard output where a file can be named.
pub(crate) fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}
