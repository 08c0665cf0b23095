//! Where records go in the end: a file, or standard output without the
//! buffer that the standard library puts before it.

use std::{
    fs::File,
    io::{self, IsTerminal as _, Write as _, stdout},
    ops::ControlFlow,
    os::fd::AsFd as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use super::Frame;
use crate::{failure::Failure, signals};

/// How long the output of a run that hangs may take to be closed.
const HURRY: Duration = Duration::from_millis(200);

/// A destination that many lanes share.
#[derive(Debug)]
pub(crate) struct Sink {
    shared: Arc<Mutex<Shared>>,
    path: PathBuf,
    terminal: bool,
}

#[derive(Debug)]
struct Shared {
    file: File,
    frame: Frame,
    /// Whether the head and a record were written.
    begun: bool,
    /// Whether nothing more may be written.
    closed: bool,
    /// The first error; nothing is written after it.
    error: Option<io::Error>,
}

impl Sink {
    /// Opens the file, or standard output where there is none.
    pub(crate) fn open(path: Option<&Path>) -> Result<Self, Failure> {
        let opened = match path {
            Some(path) => File::create(path),
            None => stdout().as_fd().try_clone_to_owned().map(File::from),
        };
        let path = path.unwrap_or(Path::new("")).to_owned();
        let file = opened.map_err(|source| Failure::Output {
            path: path.clone(),
            action: "cannot open for writing",
            source,
        })?;
        let terminal = file.is_terminal();
        let shared = Arc::new(Mutex::new(Shared {
            file,
            frame: Frame::default(),
            begun: false,
            closed: false,
            error: None,
        }));
        let in_hurry = shared.clone();
        signals::close_with(move || close_soon(&in_hurry));
        Ok(Self { shared, path, terminal })
    }

    /// Whether a person is watching.
    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Says what is around the records; to be called before any is written.
    pub(crate) fn set_frame(&mut self, frame: Frame) {
        lock(&self.shared).frame = frame;
    }

    /// Writes whole records; `Break` if nothing can be written any more.
    pub(crate) fn write(&self, records: &[u8]) -> ControlFlow<()> {
        lock(&self.shared).write(records)
    }

    /// Writes what the format has after its records, and tells of the first
    /// error there was.
    pub(crate) fn finish(&self) -> Result<(), Failure> {
        let mut shared = lock(&self.shared);
        shared.close();
        match shared.error.take() {
            Some(error) => Err(Failure::writing(self.path.clone(), error)),
            None => Ok(()),
        }
    }
}

impl Shared {
    fn write(&mut self, records: &[u8]) -> ControlFlow<()> {
        if self.closed || self.error.is_some() {
            return ControlFlow::Break(());
        }
        if records.is_empty() {
            return ControlFlow::Continue(());
        }
        let mut records = records;
        if !self.begun {
            self.begun = true;
            let head = std::mem::take(&mut self.frame.head);
            self.put(head.as_bytes());
            let between = self.frame.between.as_bytes();
            records = records.strip_prefix(between).unwrap_or(records);
        }
        self.put(records);
        if self.error.is_some() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn close(&mut self) {
        if self.closed {
            return;
        }
        self.closed = true;
        if !self.begun {
            let head = std::mem::take(&mut self.frame.head);
            self.put(head.as_bytes());
            self.put(self.frame.empty.as_bytes());
        } else {
            self.put(self.frame.tail.as_bytes());
        }
    }

    fn put(&mut self, bytes: &[u8]) {
        if self.error.is_none() {
            self.error = self.file.write_all(bytes).err();
        }
    }
}

/// Closes the output of a run that does not stop. If a write hangs as well,
/// there is nothing to be done.
fn close_soon(shared: &Mutex<Shared>) {
    let start = Instant::now();
    while start.elapsed() < HURRY {
        if let Ok(mut shared) = shared.try_lock() {
            shared.close();
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Read as _};

    use super::*;

    const ARRAY: Frame = Frame {
        head: std::borrow::Cow::Borrowed("[\n"),
        between: ",\n",
        tail: "\n]\n",
        empty: "]\n",
    };

    /// What is in a file after some records.
    fn written(name: &str, frame: Frame, records: &[&str]) -> String {
        let path = std::env::temp_dir()
            .join(format!("sanchay-{}-{name}", std::process::id()));
        let mut sink = Sink::open(Some(&path)).unwrap();
        sink.set_frame(frame);
        for record in records {
            assert!(sink.write(record.as_bytes()).is_continue());
        }
        sink.finish().unwrap();
        assert!(sink.write(b"late").is_break());
        let text = fs::read_to_string(&path).unwrap();
        fs::remove_file(&path).unwrap();
        text
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
        let header = Frame { head: "a,b\n".into(), ..Frame::default() };
        assert_eq!(written("header", header.clone(), &[]), "a,b\n");
        assert_eq!(written("rows", header, &["1\n", "2\n"]), "a,b\n1\n2\n");
    }

    #[test]
    fn output_that_hangs_is_closed_as_far_as_it_got() {
        let (mut reader, writer) = io::pipe().unwrap();
        let shared = Mutex::new(Shared {
            file: File::from(std::os::fd::OwnedFd::from(writer)),
            frame: ARRAY,
            begun: false,
            closed: false,
            error: None,
        });
        assert!(lock(&shared).write(b",\n1").is_continue());
        close_soon(&shared);
        assert!(lock(&shared).write(b",\n2").is_break());
        drop(shared);
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(text, "[\n1\n]\n");
    }

    #[test]
    fn a_reader_that_has_gone_breaks_the_run_and_is_no_complaint() {
        let (reader, writer) = io::pipe().unwrap();
        drop(reader);
        let shared = Shared {
            file: File::from(std::os::fd::OwnedFd::from(writer)),
            frame: Frame::default(),
            begun: false,
            closed: false,
            error: None,
        };
        let sink = Sink {
            shared: Arc::new(Mutex::new(shared)),
            path: PathBuf::new(),
            terminal: false,
        };
        assert!(sink.write(b"record\n").is_break());
        assert!(matches!(sink.finish(), Err(Failure::PipeClosed)));
    }
}
