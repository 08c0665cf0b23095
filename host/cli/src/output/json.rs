//! One JSON array, streamed: an object a line, whole also where the run ends
//! early.

use sanchay::{EntryRef as Entry, HashedFileRef as Hashed};

use super::{Columns, Finding, Frame, Kind, Lane, Name, Same, Writer, object};

/// What parts two objects; it is written before each, so that the last one
/// needs not be known.
const BETWEEN: &str = ",\n";

/// Objects of one array.
#[derive(Clone, Debug)]
pub(crate) struct Json {
    kind: Kind,
    columns: Columns,
}

impl Json {
    pub(crate) fn new(kind: Kind, columns: Columns) -> Self {
        Self { kind, columns }
    }
}

impl Writer for Json {
    fn frame(&self) -> Frame {
        Frame {
            head: "[\n".into(),
            between: BETWEEN,
            tail: "\n]\n",
            empty: "]\n",
        }
    }

    fn directory(&self, parent: &[u8], lane: &mut Lane) {
        object::directory(parent, lane);
    }

    fn file(&self, file: &Entry<'_>, lane: &mut Lane) {
        lane.push(BETWEEN);
        object::file(file, &self.columns, lane);
    }

    fn hashed(&self, file: &Hashed<'_>, lane: &mut Lane) {
        lane.push(BETWEEN);
        object::hashed(file, self.kind, &self.columns, lane);
    }

    fn verdict(
        &self,
        path: &[u8],
        finding: Finding,
        why: Option<&str>,
        lane: &mut Lane,
    ) {
        lane.push(BETWEEN);
        object::verdict(path, finding, why, lane);
    }

    fn group(
        &self,
        same: &Same,
        files: &mut dyn Iterator<Item = Name<'_>>,
        lane: &mut Lane,
    ) {
        lane.push(BETWEEN);
        object::group(same, files, &self.columns, lane);
    }
}
