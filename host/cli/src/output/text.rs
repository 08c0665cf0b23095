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

use std::io::Write as _;

use sanchay::{
    Algorithm, Content, DEFAULT_CHUNK, EntryRef as Entry,
    HashedFileRef as Hashed,
};

use super::{
    Columns, Escape, Finding, Frame, Lane, Name, Same, Writer,
    escape::push_escaped,
};

/// What stands for a time that RFC 3339 cannot tell.
const NO_TIME: &[u8] = b"-";

/// How lines are written.
#[derive(Clone, Debug, Default)]
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
    /// The columns of the plugins. They stand before the path of a file
    /// found, and in a line of their own before one that is hashed or equal;
    /// where there are only paths, they are left out.
    pub(crate) columns: Columns,
}

impl Text {
    fn end(&self) -> &'static [u8] {
        if self.zero { b"\0" } else { b"\n" }
    }

    /// How names are written into lines that are otherwise escaped this way.
    fn escape(&self, lines: Escape) -> Escape {
        match self {
            Self { terminal: true, .. } => Escape::Terminal,
            Self { zero: true, .. } => Escape::Nothing,
            _ => lines,
        }
    }
}

impl Writer for Text {
    fn frame(&self) -> Frame {
        Frame::default()
    }

    fn directory(&self, parent: &[u8], lane: &mut Lane) {
        lane.parent.text.clear();
        if self.terminal {
            push_escaped(parent, &mut lane.parent.text);
        } else {
            lane.parent.text.extend_from_slice(parent);
        }
    }

    fn file(&self, file: &Entry<'_>, lane: &mut Lane) {
        if !self.zero {
            lane.push_number(file.metadata.size);
            let out = &mut lane.out;
            out.push(b'\t');
            match lane.times.format(file.metadata.modified) {
                Some(time) => out.extend_from_slice(time),
                None => out.extend_from_slice(NO_TIME),
            }
            out.push(b'\t');
            self.columns.tabbed(file.values, lane);
        }
        let out = &mut lane.out;
        out.extend_from_slice(&lane.parent.text);
        if self.terminal {
            push_escaped(file.name, out);
        } else {
            out.extend_from_slice(file.name);
        }
        out.extend_from_slice(self.end());
    }

    fn hashed(&self, file: &Hashed<'_>, lane: &mut Lane) {
        let escape = self.escape(match file.content {
            Content::Whole(algorithm, _) => Escape::for_list(algorithm),
            Content::Partial(_) => Escape::Lines,
        });
        self.columns.comment(file.values, self.end(), lane);
        let out = &mut lane.out;
        let begun = escape.begin(file.path, out);
        // Writing to a vector does not fail.
        match file.content {
            Content::Whole(algorithm, digest)
                if self.tag || algorithm == Algorithm::Xxh3_64 =>
            {
                let _ = write!(out, "{} (", algorithm.tag());
                begun.name(file.path, out);
                let _ = write!(out, ") = {digest}");
            }
            Content::Whole(_, digest) => {
                let _ = write!(out, "{digest}  ");
                begun.name(file.path, out);
            }
            Content::Partial(digest) => {
                let chunk = self.chunk.unwrap_or(DEFAULT_CHUNK);
                let _ = write!(out, "{}  ", digest.listed(chunk));
                begun.name(file.path, out);
            }
        }
        out.extend_from_slice(self.end());
    }

    fn verdict(
        &self,
        path: &[u8],
        finding: Finding,
        _why: Option<&str>,
        lane: &mut Lane,
    ) {
        let words: &[u8] = match finding {
            Finding::Ok => b": OK\n",
            Finding::Failed => b": FAILED\n",
            Finding::Missing | Finding::Unreadable => {
                b": FAILED open or read\n"
            }
            Finding::Wanted | Finding::Unwanted => {
                lane.push(finding.word());
                lane.out.push(b'\t');
                push_escaped(path, &mut lane.out);
                lane.out.push(b'\n');
                return;
            }
        };
        let escape = self.escape(Escape::Lines);
        escape.begin(path, &mut lane.out).name(path, &mut lane.out);
        lane.out.extend_from_slice(words);
    }

    fn group(
        &self,
        same: &Same,
        files: &mut dyn Iterator<Item = Name<'_>>,
        lane: &mut Lane,
    ) {
        if !self.zero {
            // Writing to a vector does not fail.
            let _ = writeln!(
                lane.out,
                "# {} files of {} bytes, {} bytes reclaimable, {}:{}",
                same.files,
                same.size,
                same.reclaimable,
                same.algorithm,
                same.digest
            );
        }
        let escape = self.escape(Escape::Lines);
        for name in files {
            if !self.zero {
                self.columns.comment(name.values, self.end(), lane);
            }
            let path = name.join(&mut lane.scratch);
            escape.begin(path, &mut lane.out).name(path, &mut lane.out);
            lane.out.extend_from_slice(self.end());
        }
        lane.out.extend_from_slice(self.end());
    }
}
