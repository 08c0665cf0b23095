//! What other programs do to files while they are looked at.

use std::{
    fs::{self, File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rustix::fs::{CWD, RenameFlags, renameat_with};

/// A thread that does the same thing again and again until this is dropped.
#[derive(Debug)]
pub struct Mischief {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Mischief {
    /// Starts a thread.
    #[must_use]
    pub fn repeat(mut act: impl FnMut() + Send + 'static) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                act();
            }
        });
        Self { stop, thread: Some(thread) }
    }

    /// Appends to a file as fast as can be, but to no more than a gibibyte:
    /// a test must not fill a disk.
    #[must_use]
    pub fn append(file: &Path) -> Self {
        let mut file = OpenOptions::new().append(true).open(file).unwrap();
        let block = crate::content::noise(1, 1 << 20);
        Self::repeat(move || {
            if file.metadata().unwrap().len() < 1 << 30 {
                file.write_all(&block).unwrap();
            } else {
                thread::yield_now();
            }
        })
    }

    /// Makes a file longer by holes, which costs next to nothing: several
    /// gigabytes a second, so that no reader comes to its end by being fast.
    #[must_use]
    pub fn stretch(file: &Path) -> Self {
        let file = OpenOptions::new().write(true).open(file).unwrap();
        let mut len = file.metadata().unwrap().len();
        Self::repeat(move || {
            // The greatest file of the usual file systems is 16 TiB.
            if len < 8 << 40 {
                len += 1 << 20;
                file.set_len(len).unwrap();
            }
            thread::sleep(Duration::from_micros(200));
        })
    }

    /// Cuts a file to nothing and lets it be as long as before, by turns.
    #[must_use]
    pub fn cut(file: &Path) -> Self {
        let file = OpenOptions::new().write(true).open(file).unwrap();
        let len = file.metadata().unwrap().len();
        Self::repeat(move || {
            file.set_len(0).unwrap();
            thread::yield_now();
            file.set_len(len).unwrap();
            thread::yield_now();
        })
    }

    /// Removes a file and makes it anew, by turns.
    #[must_use]
    pub fn vanish(file: &Path, content: Vec<u8>) -> Self {
        let file = file.to_owned();
        Self::repeat(move || {
            fs::remove_file(&file).unwrap();
            thread::yield_now();
            File::create(&file).unwrap().write_all(&content).unwrap();
            thread::yield_now();
        })
    }

    /// Has two names change places, in one step, again and again. In the end
    /// each is where it was.
    #[must_use]
    pub fn exchange(a: PathBuf, b: PathBuf) -> Self {
        let pause = move || {
            for _ in 0..200 {
                std::hint::spin_loop();
            }
        };
        Self::repeat(move || {
            swap(&a, &b);
            pause();
            swap(&a, &b);
            pause();
        })
    }
}

/// Has two names change places in one step.
pub fn swap(a: &Path, b: &Path) {
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).unwrap();
}

impl Drop for Mischief {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // If it panicked, so does the test; but not twice.
            let failed = thread.join().is_err();
            assert!(!failed || thread::panicking(), "the mischief failed");
        }
    }
}
