//! How records are written: in the forms of the native program, byte for
//! byte.

mod csv;
mod json;
mod sink;
mod text;
mod time;

use alloc::string::String;

use sanchay_core::hashing::Algorithm;
use wasi::clocks::wall_clock::Datetime;

pub(crate) use self::sink::{Own, Sink, spare};
pub(crate) use self::text::Text;
use crate::content::Sum;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::folders::Folders;

/// The forms that records can have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// Lines for people and for line tools.
    #[default]
    Text,
    /// One JSON object a line.
    Ndjson,
    /// One JSON array.
    Json,
    /// Comma-separated values with a header.
    Csv,
}

/// Where records go, and in which form.
#[derive(Clone, Debug, Default)]
pub(crate) struct OutputOptions {
    /// Their form.
    pub(crate) format: Format,
    /// A file; standard output where there is none.
    pub(crate) file: Option<String>,
}

/// What the records of a run are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Files found.
    Files,
    /// Files hashed; partially, in chunks of this many bytes, if so.
    Hashes(Option<u32>),
    /// Groups of equal files.
    Groups,
}

/// What a format has around its records.
#[derive(Clone, Copy, Debug, Default)]
struct Frame {
    /// Before the first record, and also where there is none.
    head: &'static str,
    /// Between two records.
    between: &'static str,
    /// After the last record.
    tail: &'static str,
    /// After the head where there is no record.
    empty: &'static str,
}

/// A path in the two parts a walk reports it in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Name<'a> {
    /// Empty, or ending in a slash.
    pub(crate) parent: &'a str,
    /// The rest.
    pub(crate) name: &'a str,
}

impl Name<'_> {
    fn join<'b>(&self, buffer: &'b mut String) -> &'b str {
        buffer.clear();
        buffer.push_str(self.parent);
        buffer.push_str(self.name);
        buffer
    }
}

/// A group of equal files, but for their paths.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Same<'a> {
    /// Which group it is in the output, from 1.
    pub(crate) number: u64,
    /// The size of one file in bytes.
    pub(crate) size: u64,
    /// The digest they share.
    pub(crate) digest: &'a [u8],
    /// What made the digest.
    pub(crate) algorithm: Algorithm,
    /// How many files there are.
    pub(crate) files: usize,
    /// How many bytes would be free if one file were kept.
    pub(crate) reclaimable: u64,
}

/// Writes records.
pub(crate) struct Output {
    format: Format,
    kind: Kind,
    text: Text,
    sink: Sink,
    scratch: String,
}

impl Output {
    /// Opens the destination that the options name, unless it is one of the
    /// files that are to be read.
    pub(crate) fn open<'p>(
        options: &OutputOptions,
        inputs: impl Iterator<Item = &'p str>,
        folders: &Folders,
        kind: Kind,
        text: Text,
    ) -> Result<Self, Failure> {
        let file = options.file.as_deref();
        spare(file, inputs, folders)?;
        let sink = Sink::open(file, folders)?;
        let text = Text { terminal: sink.is_terminal(), ..text };
        let format = options.format;
        let frame = match format {
            Format::Text | Format::Ndjson => Frame::default(),
            Format::Json => json::ARRAY,
            Format::Csv => csv::frame(kind),
        };
        let sink = sink.framed(frame);
        Ok(Self { format, kind, text, sink, scratch: String::new() })
    }

    /// Writes a file found.
    pub(crate) fn file(
        &mut self,
        name: Name<'_>,
        size: u64,
        modified: Option<Datetime>,
    ) -> Result<(), Failure> {
        let path = name.join(&mut self.scratch);
        let out = self.sink.begin();
        match self.format {
            Format::Text => self.text.file(path, size, modified, out),
            Format::Json => json::file(path, size, modified, out),
            Format::Ndjson => {
                json::file(path, size, modified, out);
                out.push('\n');
            }
            Format::Csv => {
                csv::file(path, size, modified, self.text.terminal, out);
            }
        }
        self.sink.settle()
    }

    /// Writes a hashed file.
    pub(crate) fn hashed(
        &mut self,
        path: &str,
        sum: &Sum,
    ) -> Result<(), Failure> {
        let chunk = match self.kind {
            Kind::Hashes(chunk) => chunk,
            Kind::Files | Kind::Groups => None,
        };
        let out = self.sink.begin();
        match self.format {
            Format::Text => self.text.hashed(path, &sum.content, out),
            Format::Json => json::hashed(path, sum, chunk, out),
            Format::Ndjson => {
                json::hashed(path, sum, chunk, out);
                out.push('\n');
            }
            Format::Csv => csv::hashed(path, sum, self.text.terminal, out),
        }
        self.sink.settle()
    }

    /// Writes a group of equal files.
    pub(crate) fn group<'n>(
        &mut self,
        same: &Same<'_>,
        files: impl Iterator<Item = Name<'n>>,
    ) -> Result<(), Failure> {
        let scratch = &mut self.scratch;
        let out = self.sink.begin();
        match self.format {
            Format::Text => self.text.group(same, files, scratch, out),
            Format::Json => json::group(same, files, scratch, out),
            Format::Ndjson => {
                json::group(same, files, scratch, out);
                out.push('\n');
            }
            Format::Csv => {
                let terminal = self.text.terminal;
                csv::group(same, files, terminal, scratch, out);
            }
        }
        self.sink.settle()
    }

    /// Hands on what was written until now.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.sink.flush()
    }

    /// The file that the records go to.
    pub(crate) fn own(&self) -> Own {
        self.sink.own()
    }

    /// Writes what the format has after its records, where something could be
    /// done.
    pub(crate) fn finish(self, exit: Exit) -> Result<Exit, Failure> {
        self.sink.finish(exit)
    }
}

/// Appends a number in decimal.
fn push_number(number: u64, out: &mut String) {
    out.push_str(itoa::Buffer::new().format(number));
}
