//! Where records go in the end: past the buffer that the standard library puts
//! before standard output.
//!
//! What stands in a pipe when the program ends is whole records. What the pipe
//! has room for is written at once; where its reader is slow, one block of
//! records at a time, which the system takes as a whole or not at all.

use std::{
    ffi::OsString,
    io::{self, IsTerminal as _, Write as _},
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use sanchay::FileId;
use sanchay_core::record::RecordBatch;
use sanchay_output::{BLOCK, Encoded, Encoder};
use sanchay_sync::lock;
use sanchay_system::streams::{has_room, room};

use super::{Inputs, destination::Destination};
use crate::{failure::Failure, signals};

/// How long closing the output of a hung run may take.
const CLOSING: Duration = Duration::from_millis(200);

/// A destination that many [`RecordWriter`](super::RecordWriter)s share.
pub(crate) struct Sink {
    shared: Arc<Shared>,
    path: PathBuf,
    terminal: bool,
    ids: Vec<FileId>,
    /// The directory entry that it takes in the end.
    entry: Option<(FileId, OsString)>,
}

struct Shared {
    state: Mutex<State>,
    /// Whether the program is about to end: no write begins any more.
    closing: AtomicBool,
}

struct State {
    destination: Destination,
    /// Whether a write may wait for a reader.
    has_reader: bool,
    /// What is around the records; nothing where they are not encoded.
    encoder: Option<Arc<dyn Encoder>>,
    /// Whether the head and a record were written.
    begun: bool,
    /// Whether nothing more may be written.
    closed: bool,
    /// The first error; nothing is written after it.
    error: Option<io::Error>,
    /// Why the records could not be sorted.
    unsorted: Option<io::Error>,
}

impl Sink {
    /// Opens the file, or standard output where there is none.
    pub(crate) fn open(
        path: Option<&Path>,
        inputs: &Inputs<'_>,
    ) -> Result<Self, Failure> {
        let sink = Self::to(Destination::open(path, inputs)?);
        // A sink that was dropped has nothing left to close.
        let hung = Arc::downgrade(&sink.shared);
        signals::close_with(move || {
            if let Some(shared) = hung.upgrade() {
                shared.close_now();
            }
        });
        Ok(sink)
    }

    fn to(destination: Destination) -> Self {
        let path = destination.path.clone();
        let terminal = destination.file.is_terminal();
        let ids = destination.ids().to_vec();
        let entry = destination.entry();
        let state = State {
            has_reader: destination.has_reader(),
            destination,
            encoder: None,
            begun: false,
            closed: false,
            error: None,
            unsorted: None,
        };
        let state = Mutex::new(state);
        let shared = Shared { state, closing: AtomicBool::new(false) };
        Self { shared: Arc::new(shared), path, terminal, ids, entry }
    }

    /// The file's path; empty for standard output.
    pub(crate) fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// Whether a person is watching.
    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// The regular files that the records go to: a walk leaves them out.
    pub(crate) fn ids(&self) -> Vec<FileId> {
        self.ids.clone()
    }

    /// Whether another's file is the same, or will be, however either is
    /// spelled.
    pub(crate) fn is_same_file(&self, other: &Self) -> bool {
        self.ids.iter().any(|id| other.ids.contains(id))
            || self.entry.is_some() && self.entry == other.entry
    }

    /// Says what encodes the records, and so what is around them; to be called
    /// before any is written.
    pub(crate) fn set_encoder(&mut self, encoder: Arc<dyn Encoder>) {
        self.shared.lock().encoder = Some(encoder);
    }

    /// Encodes records and writes them before any others are encoded.
    pub(crate) fn encode_in_turn(
        &self,
        batch: &RecordBatch,
        encoded: &mut Encoded,
    ) -> ControlFlow<()> {
        let mut state = self.shared.lock();
        if let Some(encoder) = &state.encoder
            && let Err(why) = encoder.encode(batch, encoded)
        {
            state.error.get_or_insert_with(|| io::Error::other(why));
        }
        let (bytes, splits) = (&encoded.bytes, encoded.splits());
        state.write(bytes, splits, &self.shared.closing)
    }

    /// Ends the output: it cannot be written any more.
    pub(crate) fn fail(&self, error: io::Error) -> ControlFlow<()> {
        self.shared.lock().error.get_or_insert(error);
        ControlFlow::Break(())
    }

    /// Ends the output: its records could not be sorted.
    pub(crate) fn fail_to_sort(&self, error: io::Error) -> ControlFlow<()> {
        self.shared.lock().unsorted.get_or_insert(error);
        ControlFlow::Break(())
    }

    /// Writes whole records, which may be parted at these ascending places;
    /// `Break` if nothing can be written any more.
    pub(crate) fn write(
        &self,
        records: &[u8],
        places: &[usize],
    ) -> ControlFlow<()> {
        self.shared.lock().write(records, places, &self.shared.closing)
    }

    /// Writes what the format has after its records, and tells of the first
    /// error there was. A file gets its name if the run is one to `keep`, and
    /// is as it was otherwise.
    pub(crate) fn finish(&self, keep: bool) -> Result<(), Failure> {
        let mut state = self.shared.lock();
        // What was there is not touched by a run that wrote nothing.
        if keep || state.begun || !state.destination.leaves_file() {
            state.close();
        }
        state.closed = true;
        if let Some(error) = state.unsorted.take() {
            state.destination.discard();
            return Err(Failure::Sort(error));
        }
        if let Some(error) = state.error.take() {
            state.destination.discard();
            return Err(Failure::writing(self.path.clone(), error));
        }
        if !keep {
            state.destination.discard();
            return Ok(());
        }
        state.destination.commit().map_err(|source| Failure::Output {
            path: self.path.clone(),
            action: "cannot put the output there",
            source,
        })
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Closes the output of a run that does not stop, unless a write hangs as
    /// well.
    fn close_now(&self) {
        self.closing.store(true, Relaxed);
        let start = Instant::now();
        while start.elapsed() < CLOSING {
            if let Ok(mut state) = self.state.try_lock() {
                if state.has_room(CLOSING.saturating_sub(start.elapsed())) {
                    state.close();
                }
                state.closed = true;
                // A name that the file has meanwhile goes with it.
                state.destination.discard();
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl State {
    fn write(
        &mut self,
        records: &[u8],
        places: &[usize],
        closing: &AtomicBool,
    ) -> ControlFlow<()> {
        if self.closed || self.error.is_some() || closing.load(Relaxed) {
            return ControlFlow::Break(());
        }
        if records.is_empty() {
            return ControlFlow::Continue(());
        }
        let mut start = 0;
        if !self.begun {
            self.begun = true;
            if let Some(encoder) = self.encoder.clone() {
                self.put(encoder.head());
                let separator = encoder.separator();
                if records.starts_with(separator) {
                    start = separator.len();
                }
            }
        }
        if self.has_reader {
            self.put_blocks(records, start, places, closing);
        } else {
            self.put(records.get(start..).unwrap_or_default());
        }
        if self.error.is_some() || closing.load(Relaxed) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    /// Writes records to a pipe: as many at once as it has room for, and
    /// otherwise the fewest.
    fn put_blocks(
        &mut self,
        records: &[u8],
        mut start: usize,
        places: &[usize],
        closing: &AtomicBool,
    ) {
        let end = records.len();
        let mut places = places.iter().copied().chain([end]).peekable();
        while start < end && self.error.is_none() && !closing.load(Relaxed) {
            let Some(mut to) = places.next() else { return };
            let room = room(&self.destination.file);
            while let Some(further) =
                places.next_if(|it| it.saturating_sub(start) <= room)
            {
                to = further;
            }
            let now = records.get(start..to).unwrap_or_default();
            if now.len() <= room {
                self.put(now);
            } else {
                // A record that is larger than a block can be cut short by
                // the end of the program alone, if nobody reads on.
                for part in now.chunks(BLOCK) {
                    self.put(part);
                }
            }
            start = to;
        }
    }

    fn close(&mut self) {
        if self.closed {
            return;
        }
        self.closed = true;
        if let Some(encoder) = self.encoder.clone() {
            if !self.begun {
                self.put(encoder.head());
            }
            let mut end = Vec::new();
            match encoder.finish(!self.begun, &mut end) {
                Ok(()) => self.put(&end),
                Err(why) => {
                    self.error.get_or_insert_with(|| io::Error::other(why));
                }
            }
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        if self.error.is_none() && !bytes.is_empty() {
            let begun = self.destination.begin();
            let mut file = &self.destination.file;
            self.error = begun.and_then(|()| file.write_all(bytes)).err();
        }
    }

    /// Whether a block can be written without waiting for a reader for longer
    /// than this.
    fn has_room(&self, timeout: Duration) -> bool {
        if !self.has_reader {
            return true;
        }
        has_room(&self.destination.file, timeout)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, File},
        io::Read as _,
        os::fd::OwnedFd,
    };

    use sanchay_output::EncodeError;

    use super::*;

    /// An encoder of which only what is around the records matters.
    #[derive(Clone, Copy, Default)]
    struct Frame {
        head: &'static str,
        separator: &'static str,
        tail: &'static str,
        empty: &'static str,
    }

    impl Encoder for Frame {
        fn head(&self) -> &[u8] {
            self.head.as_bytes()
        }

        fn separator(&self) -> &[u8] {
            self.separator.as_bytes()
        }

        fn encode(
            &self,
            _: &RecordBatch,
            _: &mut Encoded,
        ) -> Result<(), EncodeError> {
            Ok(())
        }

        fn finish(
            &self,
            empty: bool,
            out: &mut Vec<u8>,
        ) -> Result<(), EncodeError> {
            let end = if empty { self.empty } else { self.tail };
            out.extend_from_slice(end.as_bytes());
            Ok(())
        }
    }

    const ARRAY: Frame =
        Frame { head: "[\n", separator: ",\n", tail: "\n]\n", empty: "]\n" };

    /// What is in a file after some records.
    fn written(name: &str, frame: Frame, records: &[&str]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let mut sink = Sink::open(Some(&path), &Inputs::default()).unwrap();
        sink.set_encoder(Arc::new(frame));
        for record in records {
            assert!(sink.write(record.as_bytes(), &[]).is_continue());
        }
        sink.finish(true).unwrap();
        assert!(sink.write(b"late", &[]).is_break());
        fs::read_to_string(&path).unwrap()
    }

    /// A pipe, with a sink at its end.
    fn piped(frame: Frame) -> (io::PipeReader, Sink) {
        let (reader, writer) = io::pipe().unwrap();
        let file = File::from(OwnedFd::from(writer));
        let mut sink = Sink::to(Destination::opened(file));
        sink.set_encoder(Arc::new(frame));
        (reader, sink)
    }

    #[test]
    fn a_file_is_as_it_was_until_the_run_is_one_to_keep() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("f");
        for begun in [false, true] {
            fs::write(&path, "before").unwrap();
            let sink = Sink::open(Some(&path), &Inputs::default()).unwrap();
            if begun {
                assert!(sink.write(b"record", &[]).is_continue());
                assert_eq!(fs::read(&path).unwrap(), b"before");
            }
            sink.finish(false).unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"before");
        }
        let new = folder.path().join("new");
        let sink = Sink::open(Some(&new), &Inputs::default()).unwrap();
        assert!(sink.write(b"record", &[]).is_continue());
        assert!(!new.exists());
        drop(sink);
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }

    #[test]
    fn a_file_keeps_its_mode_its_links_and_the_name_of_its_link() {
        use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
        let folder = tempfile::tempdir().unwrap();
        let [file, link, other] =
            ["file", "link", "other"].map(|name| folder.path().join(name));
        let write = |path: &Path, text: &[u8]| {
            let sink = Sink::open(Some(path), &Inputs::default()).unwrap();
            assert!(sink.write(text, &[]).is_continue());
            sink.finish(true).unwrap();
        };
        fs::write(&file, "before").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        write(&link, b"after");
        assert!(link.is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"after");
        assert_eq!(fs::metadata(&file).unwrap().mode() & 0o7777, 0o640);
        fs::hard_link(&file, &other).unwrap();
        write(&file, b"both");
        assert_eq!(fs::read(&other).unwrap(), b"both");
    }

    #[test]
    fn what_a_slow_reader_finds_is_blocks_of_whole_records() {
        let record = |index: usize| format!("{index:0>200}\n");
        let records: String = (0..4000).map(record).collect();
        // Where a writer would part them.
        let places: Vec<usize> =
            (0..4000).step_by(20).skip(1).map(|it| it * 201).collect();
        let (mut reader, sink) = piped(Frame::default());
        let shared = sink.shared.clone();
        let writing =
            thread::spawn(move || sink.write(records.as_bytes(), &places));
        // The pipe is full long before they end, and nobody reads.
        thread::sleep(Duration::from_millis(100));
        shared.close_now();
        let waiting = rustix::io::ioctl_fionread(&reader).unwrap();
        let mut text = vec![0; usize::try_from(waiting).unwrap()];
        reader.read_exact(&mut text).unwrap();
        assert!(text.len() > 10_000);
        assert_eq!(text.len() % 201, 0, "{}", text.len());
        let mut rest = Vec::new();
        // At most the block that it was in follows.
        drop(shared);
        reader.read_to_end(&mut rest).unwrap();
        assert!(writing.join().unwrap().is_break());
        assert_eq!(rest.len() % 201, 0, "{}", rest.len());
        assert!(rest.len() <= 20 * 201);
    }

    #[test]
    fn an_array_is_whole_with_many_records_and_with_none() {
        assert_eq!(written("none", ARRAY, &[]), "[\n]\n");
        assert_eq!(written("empty", ARRAY, &[""]), "[\n]\n");
        assert_eq!(written("one", ARRAY, &[",\n1"]), "[\n1\n]\n");
        assert_eq!(
            written("many", ARRAY, &[",\n1,\n2", ",\n3"]),
            "[\n1,\n2,\n3\n]\n"
        );
    }

    #[test]
    fn a_header_comes_once_and_also_alone() {
        let header = Frame { head: "a,b\n", ..Frame::default() };
        assert_eq!(written("header", header, &[]), "a,b\n");
        assert_eq!(written("rows", header, &["1\n", "2\n"]), "a,b\n1\n2\n");
    }

    #[test]
    fn output_that_hangs_is_closed_as_far_as_it_got() {
        let (mut reader, sink) = piped(ARRAY);
        assert!(sink.write(b",\n1", &[]).is_continue());
        sink.shared.close_now();
        assert!(sink.write(b",\n2", &[]).is_break());
        drop(sink);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "[\n1\n]\n");
    }

    #[test]
    fn a_reader_that_has_gone_breaks_the_run_and_is_no_complaint() {
        let (reader, sink) = piped(Frame::default());
        drop(reader);
        assert!(sink.write(b"record\n", &[]).is_break());
        assert!(matches!(sink.finish(true), Err(Failure::PipeClosed)));
    }
}
