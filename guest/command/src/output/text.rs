//! Lines of text, for people and for line tools.
//!
//! - A file found: `SIZE<TAB>MODIFIED<TAB>PATH`, or its path alone.
//! - A file hashed: the forms of the checksum programs, `HASH  PATH` and
//!   `NAME (PATH) = HASH`. XXH3 with 64 bits always has the second: `xxhsum`
//!   takes the first for XXH64, whose digests are as long. A partial digest
//!   names its chunk, unless that is the default.
//! - A group of equal files: a line that begins with `# `, a line for each
//!   path, an empty line; or only the paths, each ended by a zero byte, and a
//!   zero byte after the last.

use alloc::string::String;
use core::fmt::Write as _;

use sanchay_core::hashing::{Algorithm, DEFAULT_CHUNK};
use wasi::clocks::wall_clock::Datetime;

use super::{Name, Same, push_number, time};
use crate::content::{Content, hex};
use crate::escape::{Escape, push_escaped};

/// How lines are written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Text {
    /// Whether the lines go to a terminal.
    pub(crate) terminal: bool,
    /// Whether a zero byte ends each line: names are then never escaped, and
    /// files found or equal have nothing but their path.
    pub(crate) zero: bool,
    /// Whether a digest's line names its algorithm.
    pub(crate) tag: bool,
    /// The chunk of partial digests, in bytes; `None`: the default.
    pub(crate) chunk: Option<u32>,
}

impl Text {
    fn end(self) -> char {
        if self.zero { '\0' } else { '\n' }
    }

    /// How names are written into lines that are otherwise escaped this way.
    fn escape(self, lines: Escape) -> Escape {
        match self {
            Self { terminal: true, .. } => Escape::Terminal,
            Self { zero: true, .. } => Escape::Nothing,
            _ => lines,
        }
    }

    pub(super) fn file(
        self,
        path: &str,
        size: u64,
        modified: Option<Datetime>,
        out: &mut String,
    ) {
        if !self.zero {
            push_number(size, out);
            out.push('\t');
            if !time::push(modified, out) {
                out.push('-');
            }
            out.push('\t');
        }
        if self.terminal {
            push_escaped(path, out);
        } else {
            out.push_str(path);
        }
        out.push(self.end());
    }

    pub(super) fn hashed(
        self,
        path: &str,
        content: &Content,
        out: &mut String,
    ) {
        let escape = self.escape(match content {
            Content::Whole(algorithm, _) => Escape::for_list(*algorithm),
            Content::Partial(_) => Escape::Lines,
        });
        escape.begin(path, out);
        // Writing to a string does not fail.
        match content {
            Content::Whole(algorithm, digest)
                if self.tag || *algorithm == Algorithm::Xxh3_64 =>
            {
                let _ = write!(out, "{} (", algorithm.tag());
                escape.push(path, out);
                let _ = write!(out, ") = {}", hex(digest));
            }
            Content::Whole(_, digest) => {
                let _ = write!(out, "{}  ", hex(digest));
                escape.push(path, out);
            }
            Content::Partial(digest) => {
                let chunk = self.chunk.unwrap_or(DEFAULT_CHUNK);
                let _ = write!(out, "{}  ", digest.listed(chunk));
                escape.push(path, out);
            }
        }
        out.push(self.end());
    }

    pub(super) fn group<'n>(
        self,
        same: &Same<'_>,
        files: impl Iterator<Item = Name<'n>>,
        scratch: &mut String,
        out: &mut String,
    ) {
        if !self.zero {
            // Writing to a string does not fail.
            let _ = writeln!(
                out,
                "# {} files of {} bytes, {} bytes reclaimable, {}:{}",
                same.files,
                same.size,
                same.reclaimable,
                same.algorithm,
                hex(same.digest),
            );
        }
        let escape = self.escape(Escape::Lines);
        for file in files {
            let path = file.join(scratch);
            escape.begin(path, out);
            escape.push(path, out);
            out.push(self.end());
        }
        out.push(self.end());
    }
}
