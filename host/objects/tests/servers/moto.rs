//! S3 as moto speaks it, a program of Python's: started on loopback, ended with
//! the test.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// The server.
pub(crate) struct Moto {
    child: Child,
    address: SocketAddr,
}

impl Moto {
    /// Starts a server with the bucket `bucket`. `None`, and a word of it, if
    /// there is no moto on this machine.
    pub(crate) fn start() -> Option<Self> {
        let Some(python) = python() else {
            // Not by a macro: what those print is shown of failed tests alone.
            let _ = writeln!(
                std::io::stderr(),
                "LEFT OUT: there is no moto (PyPI): nothing asked of S3"
            );
            return None;
        };
        // Somebody else may take the port that was free a moment ago.
        for _ in 0..5 {
            if let Some(moto) = Self::start_with(&python) {
                moto.make_bucket();
                return Some(moto);
            }
        }
        panic!("moto does not start");
    }

    fn start_with(python: &PathBuf) -> Option<Self> {
        let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let child = Command::new(python)
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p"])
            .arg(address.port().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut moto = Self { child, address };
        for _ in 0..600 {
            if TcpStream::connect(address).is_ok() {
                return Some(moto);
            }
            if moto.child.try_wait().unwrap().is_some() {
                return None;
            }
            thread::sleep(Duration::from_millis(100));
        }
        None
    }

    fn make_bucket(&self) {
        let url = format!("{}/bucket", self.url());
        let made = sanchay_objects::runtime().block_on(async {
            super::proxy::client().put(url).send().await.unwrap()
        });
        assert!(made.status().is_success(), "{}", made.status());
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The uploads that have begun and are neither complete nor aborted, as
    /// the server lists them.
    pub(crate) fn open_uploads(&self) -> usize {
        let url = format!("{}/bucket?uploads", self.url());
        let list = sanchay_objects::runtime().block_on(async {
            let answer = super::proxy::client().get(url).send().await;
            answer.unwrap().text().await.unwrap()
        });
        list.matches("<UploadId>").count()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A Python that has moto: the one of the tests, or one that is named.
fn python() -> Option<PathBuf> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let ours = format!("{root}/.tools/python-venv/bin/python");
    let named = std::env::var_os("SANCHAY_MOTO_PYTHON").map(PathBuf::from);
    let has_moto = |python: &PathBuf| {
        Command::new(python)
            .args(["-c", "import moto.server"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    named.into_iter().chain([ours.into()]).find(has_moto)
}
