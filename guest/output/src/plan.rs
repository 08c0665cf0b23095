//! Writes plans and journals, line by line, as `sanchay_core::plan` reads
//! them.

use alloc::string::ToString as _;
use alloc::vec::Vec;

use sanchay_core::digest::Digest;
use sanchay_core::hashing::{Algorithm, Hasher};
use sanchay_core::plan::{
    Document, Expectation, Folder, Header, Kept, Operation, Original, State,
    StateLine, Step, VERSION,
};
use sanchay_core::time::{TimeFormatter, Timestamp};

use crate::json_text;
use crate::name::put;
use crate::values::{push_base64, push_number};

/// A place in parts, so that nothing has to be put together to be written.
#[derive(Clone, Copy, Debug)]
pub struct PlaceRef<'a> {
    /// Which of the header's roots.
    pub root: u32,
    /// The folder below it; empty for the root itself.
    pub folder: &'a [u8],
    /// The name in the folder.
    pub name: &'a [u8],
}

/// A step whose parts are elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct StepRef<'a> {
    /// What is done.
    pub operation: Operation,
    /// What it is done to.
    pub from: Option<PlaceRef<'a>>,
    /// Where the result will be.
    pub to: Option<PlaceRef<'a>>,
    /// Why.
    pub because: &'a str,
    /// What `from` has to be.
    pub expect: Option<&'a Expectation>,
    /// The equal file that stays, and what that has to be.
    pub same_as: Option<(PlaceRef<'a>, &'a Expectation)>,
    /// The same of a similar file that stays.
    pub like: Option<(PlaceRef<'a>, &'a Expectation)>,
}

impl<'a> From<&'a Step> for StepRef<'a> {
    fn from(step: &'a Step) -> Self {
        let place = |place: &'a sanchay_core::plan::Place| PlaceRef {
            root: place.root,
            folder: b"",
            name: &place.path,
        };
        let kept = |kept: &'a Kept| (place(&kept.place), &kept.expect);
        Self {
            operation: step.operation,
            from: step.from.as_ref().map(place),
            to: step.to.as_ref().map(place),
            because: &step.because,
            expect: step.expect.as_ref(),
            same_as: step.same_as.as_ref().map(kept),
            like: step.like.as_deref().map(kept),
        }
    }
}

/// Writes a plan or a journal.
pub struct PlanWriter {
    document: Document,
    hasher: Hasher,
    steps: u64,
    times: TimeFormatter,
    /// A path that is put together.
    path: Vec<u8>,
}

impl core::fmt::Debug for PlanWriter {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("PlanWriter")
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}

impl PlanWriter {
    /// Begins a document: appends its header.
    pub fn new(header: &Header, out: &mut Vec<u8>) -> Self {
        let mut writer = Self::resume(header.document);
        let begin = out.len();
        text(b"{\"format\":", header.document.name(), out);
        out.extend_from_slice(b",\"version\":");
        push_number(VERSION, out);
        for (key, value) in [
            (&b",\"made_by\":"[..], &header.made_by),
            (b",\"command\":", &header.command),
            (b",\"run\":", &header.run),
            (b",\"started\":", &header.started),
        ] {
            if !value.is_empty() {
                text(key, value, out);
            }
        }
        out.extend_from_slice(b",\"roots\":[");
        for (index, root) in header.roots.iter().enumerate() {
            out.extend_from_slice(if index == 0 { b"{" } else { b",{" });
            bytes("path", &root.path, out);
            if let Some(id) = root.id {
                identity(id.device, id.inode, out);
            }
            out.push(b'}');
        }
        out.extend_from_slice(b"],\"options\":{");
        for (index, (key, value)) in header.options.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            text(b"", key, out);
            text(b":", value, out);
        }
        out.extend_from_slice(b"}}\n");
        writer.digest(begin, out);
        writer
    }

    /// Goes on with a document whose header is written.
    #[must_use]
    pub fn resume(document: Document) -> Self {
        Self {
            document,
            hasher: Hasher::new(Algorithm::Xxh3_128),
            steps: 0,
            times: TimeFormatter::default(),
            path: Vec::new(),
        }
    }

    /// Appends a step.
    pub fn step(&mut self, step: &StepRef<'_>, out: &mut Vec<u8>) {
        let begin = out.len();
        text(b"{\"op\":", step.operation.name(), out);
        if let Some(from) = &step.from {
            out.push(b',');
            self.place("from", &b",\"root\":"[..], from, out);
        }
        if let Some(to) = &step.to {
            out.push(b',');
            self.place("to", &b",\"to_root\":"[..], to, out);
        }
        for (key, kept) in [
            (&b",\"same_as\":{"[..], &step.same_as),
            (b",\"like\":{", &step.like),
        ] {
            let Some((place, expect)) = kept else { continue };
            out.extend_from_slice(key);
            self.place("path", &b",\"root\":"[..], place, out);
            out.extend_from_slice(b",\"expect\":");
            self.expectation(expect, out);
            out.push(b'}');
        }
        if !step.because.is_empty() {
            text(b",\"because\":", step.because, out);
        }
        if let Some(expect) = step.expect {
            out.extend_from_slice(b",\"expect\":");
            self.expectation(expect, out);
        }
        out.extend_from_slice(b"}\n");
        self.steps = self.steps.saturating_add(1);
        self.digest(begin, out);
    }

    /// Appends what became of steps.
    pub fn state(&mut self, line: &StateLine, out: &mut Vec<u8>) {
        text(b"{\"state\":", line.state.name(), out);
        out.extend_from_slice(b",\"first\":");
        push_number(line.first, out);
        if line.last != line.first {
            out.extend_from_slice(b",\"last\":");
            push_number(line.last, out);
        }
        if !line.why.is_empty() {
            text(b",\"why\":", &line.why, out);
        }
        if let Some(made) = &line.made {
            if let Some(at) = &made.at {
                out.push(b',');
                bytes("at", at, out);
            }
            out.extend_from_slice(b",\"made\":");
            self.expectation(&made.expect, out);
            if let Some(was) = &made.was {
                self.original(was, out);
            }
        }
        out.extend_from_slice(b"}\n");
    }

    /// Appends what became of some steps, without a word why.
    pub fn done(
        &mut self,
        state: State,
        first: u64,
        last: u64,
        out: &mut Vec<u8>,
    ) {
        let why = Default::default();
        self.state(&StateLine { state, first, last, why, made: None }, out);
    }

    /// Appends when a folder was last modified.
    pub fn folder(&mut self, folder: &Folder, out: &mut Vec<u8>) {
        out.push(b'{');
        bytes("folder", &folder.place.path, out);
        if folder.place.root != 0 {
            out.extend_from_slice(b",\"root\":");
            push_number(folder.place.root.into(), out);
        }
        out.extend_from_slice(b",\"modified\":");
        self.time(folder.modified, out);
        out.extend_from_slice(b"}\n");
    }

    /// Ends a plan: appends its trailer.
    pub fn finish(mut self, out: &mut Vec<u8>) {
        debug_assert_eq!(self.document, Document::Plan);
        out.extend_from_slice(b"{\"steps\":");
        push_number(self.steps, out);
        let digest = Digest::from_bytes(&self.hasher.finish());
        let digest = digest.map(|it| it.to_string()).unwrap_or_default();
        text(b",\"digest\":", &digest, out);
        out.extend_from_slice(b"}\n");
    }

    /// Takes what was appended since `begin` into the digest.
    fn digest(&mut self, begin: usize, out: &[u8]) {
        if self.document == Document::Plan {
            self.hasher.update(out.get(begin..).unwrap_or_default());
        }
    }

    fn place(
        &mut self,
        key: &str,
        root: &[u8],
        place: &PlaceRef<'_>,
        out: &mut Vec<u8>,
    ) {
        self.path.clear();
        self.path.extend_from_slice(place.folder);
        if !place.folder.is_empty() {
            self.path.push(b'/');
        }
        self.path.extend_from_slice(place.name);
        bytes(key, &self.path, out);
        if place.root != 0 {
            out.extend_from_slice(root);
            push_number(place.root.into(), out);
        }
    }

    fn expectation(&mut self, expect: &Expectation, out: &mut Vec<u8>) {
        text(b"{\"kind\":", expect.kind.name(), out);
        identity(expect.device, expect.inode, out);
        if let Some(links) = expect.links {
            out.extend_from_slice(b",\"links\":");
            push_number(links.into(), out);
        }
        out.extend_from_slice(b",\"size\":");
        push_number(expect.size, out);
        out.extend_from_slice(b",\"modified\":");
        self.time(expect.modified, out);
        if let Some(changed) = expect.changed {
            out.extend_from_slice(b",\"changed\":");
            self.time(changed, out);
        }
        if let Some(hash) = &expect.hash {
            text(b",\"hash\":", hash, out);
        }
        out.push(b'}');
    }

    fn original(&mut self, was: &Original, out: &mut Vec<u8>) {
        for (key, number) in [
            (&b",\"was\":{\"mode\":"[..], was.mode),
            (b",\"uid\":", was.uid),
            (b",\"gid\":", was.gid),
        ] {
            out.extend_from_slice(key);
            push_number(number.into(), out);
        }
        if let Some(accessed) = was.accessed {
            out.extend_from_slice(b",\"accessed\":");
            self.time(accessed, out);
        }
        if !was.extended.is_empty() {
            out.extend_from_slice(b",\"extended\":[");
            for (index, (name, value)) in was.extended.iter().enumerate() {
                out.extend_from_slice(if index == 0 { b"{" } else { b",{" });
                bytes("name", name, out);
                out.push(b',');
                bytes("value", value, out);
                out.push(b'}');
            }
            out.push(b']');
        }
        out.push(b'}');
    }

    fn time(&mut self, time: Timestamp, out: &mut Vec<u8>) {
        out.push(b'"');
        match self.times.format(time) {
            Some(text) => out.extend_from_slice(text),
            None => put(out, format_args!("{time}")),
        }
        out.push(b'"');
    }
}

/// Appends what identifies a file.
fn identity(device: u64, inode: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"device\":");
    push_number(device, out);
    out.extend_from_slice(b",\"inode\":");
    push_number(inode, out);
}

/// Appends a key, as it is, and a string.
pub(crate) fn text(key: &[u8], value: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(key);
    out.push(b'"');
    json_text::push(value, out);
    out.push(b'"');
}

/// Appends a key and bytes: as a string, or in base64 where they are none.
pub(crate) fn bytes(key: &str, value: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(key.as_bytes());
    match str::from_utf8(value) {
        Ok(value) => text(b"\":", value, out),
        Err(_) => {
            out.extend_from_slice(b"_base64\":\"");
            push_base64(value, out);
            out.push(b'"');
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use sanchay_core::file_id::FileId;
    use sanchay_core::kind::EntryKind;
    use sanchay_core::plan::{
        Document, Expectation, Flaw, Folder, Header, Kept, Line, Made,
        Operation, Original, Place, PlanReader, Root, State, StateLine, Step,
        check_path,
    };
    use sanchay_core::time::Timestamp;

    use super::{PlanWriter, StepRef};

    fn times() -> impl Strategy<Value = Timestamp> {
        (any::<i64>(), 0_u32..1_000_000_000, any::<bool>()).prop_map(
            |(seconds, nanoseconds, plain)| Timestamp {
                seconds: if plain { seconds >> 32 } else { seconds },
                nanoseconds,
            },
        )
    }

    fn expectations() -> impl Strategy<Value = Expectation> {
        let numbers = any::<(u64, u64, u64)>();
        let changed = prop::option::of(times());
        let hash = prop::option::of(".{0,5}");
        (numbers, times(), changed, hash, 0..7_usize).prop_map(
            |((device, inode, size), modified, changed, hash, kind)| {
                Expectation {
                    kind: EntryKind::ALL[kind],
                    device,
                    inode,
                    links: hash.as_ref().map(|_| 2),
                    size,
                    modified,
                    changed,
                    hash,
                }
            },
        )
    }

    fn places() -> impl Strategy<Value = Place> {
        let path = prop_oneof![
            "[a-z/]{1,6}".prop_map(String::into_bytes),
            ".{1,6}".prop_map(String::into_bytes),
            vec(any::<u8>(), 1..6),
        ];
        let path = path.prop_filter("a path", |it| check_path(it).is_ok());
        (0_u32..3, path).prop_map(|(root, path)| Place { root, path })
    }

    fn steps() -> impl Strategy<Value = Step> {
        let parts = (places(), places(), expectations());
        (0..Operation::ALL.len(), parts, ".{0,9}").prop_map(
            |(operation, (from, to, expect), because)| {
                let operation = Operation::ALL[operation];
                Step {
                    operation,
                    from: operation.has_source().then_some(from),
                    to: operation.has_target().then_some(to),
                    because,
                    expect: operation.has_source().then_some(expect),
                    same_as: None,
                    like: None,
                }
            },
        )
    }

    /// Steps that have files make way: no place is in two of them.
    fn duplicates() -> impl Strategy<Value = Vec<Step>> {
        let fitting =
            Operation::ALL.map(|it| it.fits_duplicates().then_some(it));
        let fitting: Vec<Operation> = fitting.into_iter().flatten().collect();
        let operation = prop::sample::select(fitting);
        let expectations = (expectations(), expectations());
        let step = (operation, places(), expectations, any::<bool>());
        vec(step, 0..6).prop_map(|parts| {
            let parts = parts.into_iter().enumerate();
            parts
                .map(|(at, (operation, place, expectations, is_like))| {
                    let (mut expect, mut kept) = expectations;
                    expect.kind = EntryKind::File;
                    kept = Expectation { kind: expect.kind, ..kept };
                    let is_like = is_like && operation.fits_similar();
                    if !is_like {
                        kept.size = expect.size;
                    }
                    let below = |folder: &str| {
                        let mut path = format!("{folder}{at}/").into_bytes();
                        path.extend_from_slice(&place.path);
                        Place { root: place.root, path }
                    };
                    let moved = operation == Operation::Move;
                    let kept = Kept { place: below("kept"), expect: kept };
                    Step {
                        operation,
                        from: Some(below("from")),
                        to: moved.then(|| below("to")),
                        because: String::new(),
                        expect: Some(expect),
                        same_as: (!is_like).then(|| kept.clone()),
                        like: is_like.then(|| Box::new(kept)),
                    }
                })
                .collect()
        })
    }

    fn originals() -> impl Strategy<Value = Option<Original>> {
        let extended =
            vec((vec(1..=u8::MAX, 1..4), vec(any::<u8>(), 0..4)), 0..3);
        let numbers = any::<(u32, u32, u32)>();
        let parts = (numbers, prop::option::of(times()), extended);
        prop::option::of(parts.prop_map(
            |((mode, uid, gid), accessed, extended)| Original {
                mode,
                uid,
                gid,
                accessed,
                extended,
            },
        ))
    }

    fn header(document: Document) -> Header {
        Header {
            document,
            made_by: "sanchay 1".into(),
            command: "rename --to \"x\"".into(),
            run: "r".into(),
            started: String::new(),
            roots: [&b"/"[..], b"/\xff", b"/a b"]
                .into_iter()
                .zip([None, Some((1, u64::MAX)), Some((0, 2))])
                .map(|(path, id)| Root {
                    path: path.to_vec(),
                    id: id.map(|(device, inode)| FileId { device, inode }),
                })
                .collect(),
            options: vec![("on-conflict".into(), "skip".into())],
        }
    }

    fn plan(steps: &[Step]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut writer = PlanWriter::new(&header(Document::Plan), &mut out);
        for step in steps {
            writer.step(&StepRef::from(step), &mut out);
        }
        writer.finish(&mut out);
        out
    }

    proptest! {
        #[test]
        fn a_plan_that_is_written_is_read_as_it_was(
            steps in prop_oneof![vec(steps(), 0..6), duplicates()],
        ) {
            let text = plan(&steps);
            let mut reader = PlanReader::new(true);
            let mut lines = reader.read(&text).unwrap().into_iter();
            prop_assert_eq!(reader.finish(), Ok(()));
            let first = lines.next();
            prop_assert_eq!(first, Some(Line::Header(header(Document::Plan))));
            for step in steps {
                prop_assert_eq!(lines.next(), Some(Line::Step(step)));
            }
            prop_assert!(matches!(lines.next(), Some(Line::Trailer(_))));
        }

        #[test]
        fn a_plan_that_was_cut_or_edited_is_refused(
            steps in vec(steps(), 1..6),
            at in any::<prop::sample::Index>(),
            byte in any::<u8>(),
            cut in any::<bool>(),
        ) {
            let mut text = plan(&steps);
            let at = at.index(text.len());
            if cut {
                text.truncate(at);
            } else if text[at] != byte {
                text[at] = byte;
            } else {
                return Ok(());
            }
            let mut reader = PlanReader::new(true);
            let read = reader.read(&text).and_then(|_| reader.finish());
            // A newline at the very end may be missing or a space.
            let whole = plan(&steps);
            let rest = whole.len() - 1;
            let same = text.get(..rest) == whole.get(..rest);
            prop_assert!(read.is_err() || same);
        }

        #[test]
        fn a_journal_is_read_as_it_was(
            steps in vec(steps(), 1..4),
            folder in (places(), times()),
            made in (
                expectations(),
                prop::option::of(vec(any::<u8>(), 0..4)),
                originals(),
            ),
        ) {
            let head = header(Document::Journal);
            let mut out = Vec::new();
            let mut writer = PlanWriter::new(&head, &mut out);
            let mut expected = vec![Line::Header(head)];
            let (place, modified) = folder;
            let folder = Folder { place, modified };
            writer.folder(&folder, &mut out);
            expected.push(Line::Folder(folder));
            for step in steps {
                writer.step(&StepRef::from(&step), &mut out);
                expected.push(Line::Step(step));
            }
            let (expect, at, was) = made;
            let made = Made { expect, at, was };
            for state in State::ALL {
                let line = StateLine {
                    state,
                    first: 0,
                    last: 0,
                    why: "why".into(),
                    made: Some(made.clone()),
                };
                writer.state(&line, &mut out);
                expected.push(Line::State(line));
            }
            let mut reader = PlanReader::new(true);
            prop_assert_eq!(reader.read(&out).unwrap(), expected);
            prop_assert_eq!(reader.finish(), Ok(()));
        }
    }

    #[test]
    fn an_edited_plan_is_read_where_that_is_wanted() {
        let text = plan(&[]);
        let text = String::from_utf8(text).unwrap().replace("skip", "fail");
        let read = |strict| {
            PlanReader::new(strict).read(text.as_bytes()).map(|it| it.len())
        };
        assert_eq!(read(true).unwrap_err().flaw, Flaw::Edited);
        assert_eq!(read(false), Ok(2));
    }
}
