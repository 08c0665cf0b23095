//! S3 as moto speaks it, a program of Python's: started on loopback, ended with
//! the test.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// The server.
pub struct Moto {
    child: Child,
    address: SocketAddr,
}

impl Moto {
    /// Starts a server with the bucket `bucket`. `None`, and a word of it, if
    /// there is no moto on this machine.
    pub fn start() -> Option<Self> {
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
        let made = crate::runtime().block_on(async {
            crate::client().put(url).send().await.unwrap()
        });
        assert!(made.status().is_success(), "{}", made.status());
    }

    /// Its address: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The uploads that have begun and are neither complete nor aborted, as
    /// the server lists them.
    pub fn open_uploads(&self) -> usize {
        let url = format!("{}/bucket?uploads", self.url());
        let list = crate::runtime().block_on(async {
            let answer = crate::client().get(url).send().await;
            answer.unwrap().text().await.unwrap()
        });
        list.matches("<UploadId>").count()
    }
}

impl Moto {
    /// Puts an object into the bucket, by whatever key: it is sent as it is,
    /// percent-encoded. Returns the status.
    pub fn put(&self, key: &str, headers: &[&str], body: &[u8]) -> u16 {
        self.ask("PUT", &format!("/bucket/{}", encoded(key)), headers, body).0
    }

    /// What an object contains, as the server says it; `None` if there is
    /// none.
    pub fn get(&self, key: &str) -> Option<Vec<u8>> {
        let path = format!("/bucket/{}", encoded(key));
        let (status, _, body) = self.ask("GET", &path, &[], b"");
        (status == 200).then_some(body)
    }

    /// The head of the answer to a question about an object.
    pub fn head(&self, key: &str) -> String {
        let path = format!("/bucket/{}", encoded(key));
        let mode = "x-amz-checksum-mode: ENABLED";
        self.ask("HEAD", &path, &[mode], b"").1
    }

    /// A request as it is written. The status, the head and the body of the
    /// answer.
    pub fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[&str],
        body: &[u8],
    ) -> (u16, String, Vec<u8>) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             Content-Length: {}\r\n",
            self.address,
            body.len(),
        );
        for header in headers {
            head += &format!("{header}\r\n");
        }
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(b"\r\n").unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head, answer[end + 4..].to_vec())
    }
}

/// A key as the path of a request has it: no dot of `..` stands for itself.
fn encoded(key: &str) -> String {
    let kept = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'/';
    let bytes = key.bytes().map(|byte| match kept(&byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    bytes.collect()
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
