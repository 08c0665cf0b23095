//! The other process: it changes the tree as fast as it can, and leaves it as
//! it found it. It is this very program of tests, started with the name of a
//! test that is ignored otherwise.

use std::{
    env,
    ffi::OsString,
    fs,
    io::{Read as _, Write as _},
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat, open};
use sanchay_testkit::{Tree, mischief::swap, random::Random};

use super::scene::{
    self, COPIES, CUT, DIRECTORIES, SWAPPED, body, cut, stream,
};

/// The variable that names the tree and, after a space, the deeds.
const ORDERS: &str = "SANCHAY_TEST_RACER";

/// What is done to a tree. Words, since they cross to another process.
pub(super) const SWAPS: &str = "swaps";
pub(super) const CUTS: &str = "cuts";
pub(super) const ROOTS_AWAY: &str = "roots";

/// A process that races until this is dropped.
pub(super) struct Racer(Child);

impl Racer {
    /// Starts it, and waits until it has done everything once.
    pub(super) fn start(tree: &Tree, deeds: &str) -> Self {
        let mut orders = OsString::from(deeds);
        orders.push(" ");
        orders.push(tree.root());
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["racing::a_racing_process", "--exact", "--ignored"])
            .arg("--nocapture")
            .env(ORDERS, orders)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = Vec::new();
        let mut stdout = child.stdout.take().unwrap();
        while !said.ends_with(b"racing\n") {
            let mut byte = [0];
            stdout.read_exact(&mut byte).expect("it did not begin");
            said.extend(byte);
        }
        // Kept open, so that it may say more.
        child.stdout = Some(stdout);
        Self(child)
    }
}

impl Drop for Racer {
    /// The end of its input is its end.
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let status = self.0.wait().unwrap();
        assert!(status.success() || thread::panicking(), "the racer failed");
    }
}

/// What the other process does. In this one, nothing.
pub(super) fn race() {
    let Some(orders) = env::var_os(ORDERS) else { return };
    let orders = orders.into_string().unwrap();
    let (deeds, root) = orders.split_once(' ').unwrap();
    let root = PathBuf::from(root);
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        stop.store(true, Ordering::Relaxed);
    });
    let mut random = Random::new(u64::from(std::process::id()));
    let mut rounds = 0_u64;
    while !stopped.load(Ordering::Relaxed) {
        match deeds {
            SWAPS => swaps(&root, &mut random),
            CUTS => cuts(&root, &mut random),
            ROOTS_AWAY => roots(&root, &mut random),
            other => panic!("{other}"),
        }
        rounds += 1;
        if rounds == 1 {
            println!("racing");
        }
    }
}

/// One of the directories, and the name of one of the files in each.
fn victim(random: &mut Random) -> (&'static str, usize, usize) {
    let directory = random.pick(&DIRECTORIES);
    (directory, random.below(scene::CLASSES), random.below(COPIES))
}

/// Files become links that lead out, links to nothing, FIFOs, directories;
/// directories become links that lead out, files, and other directories.
fn swaps(tree: &Path, random: &mut Random) {
    let staged = tree.join(format!("stage/{}", random.next()));
    let (below, class, copy) = victim(random);
    let name = scene::name(class, copy);
    let outside = tree.join("out").join(below);
    let directory = tree.join(SWAPPED).join(below);
    let file = directory.join(&name);
    let away = tree.join("top/away");
    match random.below(7) {
        0 | 1 => with_link(&file, &outside.join(&name), &staged, random),
        2 | 3 => with_link(&directory, &outside, &staged, random),
        4 => {
            let mode = Mode::from_raw_mode(0o644);
            mknodat(CWD, &staged, FileType::Fifo, mode, 0).unwrap();
            swap(&file, &staged);
            linger(random);
            swap(&file, &staged);
            fs::remove_file(&staged).unwrap();
        }
        5 => {
            fs::create_dir(&staged).unwrap();
            swap(&file, &staged);
            linger(random);
            swap(&file, &staged);
            fs::remove_dir(&staged).unwrap();
        }
        _ => {
            // Up, past the handles of those who are in it.
            fs::rename(&directory, &away).unwrap();
            linger(random);
            fs::rename(&away, &directory).unwrap();
        }
    }
}

/// What is at a path has a link in its place for a moment.
fn with_link(path: &Path, target: &Path, staged: &Path, random: &mut Random) {
    symlink(target, staged).unwrap();
    for _ in 0..4 {
        swap(path, staged);
        linger(random);
    }
    fs::remove_file(staged).unwrap();
}

/// Lets things be as they are: for no time, or for as long as the program
/// needs to come upon them.
fn linger(random: &mut Random) {
    if random.one_in(2) {
        thread::yield_now();
    } else {
        thread::sleep(Duration::from_micros(random.below(1500) as u64));
    }
}

/// Files are cut in place, appended to in place, and replaced in one step.
fn cuts(tree: &Path, random: &mut Random) {
    let (directory, class, copy) = victim(random);
    let name = scene::name(class, copy);
    let file = tree.join(CUT).join(directory).join(&name);
    // Never through a link.
    let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::APPEND;
    let opened = open(&file, flags, Mode::empty()).unwrap();
    let mut opened = fs::File::from(opened);
    if random.one_in(2) {
        opened.set_len(cut(class, copy)).unwrap();
    } else {
        let tail = body(class).len();
        opened.write_all(&stream(&name).unwrap()[tail..]).unwrap();
    }
    linger(random);
    let fresh = tree.join("stage/fresh");
    fs::write(&fresh, body(class)).unwrap();
    fs::rename(&fresh, &file).unwrap();
}

/// A root goes away and comes back; the two roots change places, and so does
/// the directory above them with one that is empty.
fn roots(tree: &Path, random: &mut Random) {
    let [root, other] = [SWAPPED, CUT].map(|name| tree.join(name));
    let away = tree.join("stage/away");
    fs::rename(&root, &away).unwrap();
    linger(random);
    fs::rename(&away, &root).unwrap();
    swap(&root, &other);
    linger(random);
    swap(&root, &other);
    fs::create_dir(&away).unwrap();
    swap(&tree.join("top"), &away);
    linger(random);
    swap(&tree.join("top"), &away);
    linger(random);
    fs::remove_dir(&away).unwrap();
}
