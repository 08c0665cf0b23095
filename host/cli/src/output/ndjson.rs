//! One JSON object a line.

use sanchay::{EntryRef as Entry, HashedFileRef as Hashed};

use super::{Columns, Finding, Frame, Kind, Lane, Name, Same, Writer, object};

/// Objects, each ended by a newline. No object has a newline inside.
#[derive(Clone, Debug)]
pub(crate) struct Ndjson {
    kind: Kind,
    columns: Columns,
}

impl Ndjson {
    pub(crate) fn new(kind: Kind, columns: Columns) -> Self {
        Self { kind, columns }
    }
}

impl Writer for Ndjson {
    fn frame(&self) -> Frame {
        Frame::default()
    }

    fn directory(&self, parent: &[u8], lane: &mut Lane) {
        object::directory(parent, lane);
    }

    fn file(&self, file: &Entry<'_>, lane: &mut Lane) {
        object::file(file, &self.columns, lane);
        lane.out.push(b'\n');
    }

    fn hashed(&self, file: &Hashed<'_>, lane: &mut Lane) {
        object::hashed(file, self.kind, &self.columns, lane);
        lane.out.push(b'\n');
    }

    fn verdict(
        &self,
        path: &[u8],
        finding: Finding,
        why: Option<&str>,
        lane: &mut Lane,
    ) {
        object::verdict(path, finding, why, lane);
        lane.out.push(b'\n');
    }

    fn group(
        &self,
        same: &Same,
        files: &mut dyn Iterator<Item = Name<'_>>,
        lane: &mut Lane,
    ) {
        object::group(same, files, &self.columns, lane);
        lane.out.push(b'\n');
    }
}
