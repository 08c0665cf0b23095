//! S3 as s3s-fs speaks it: a server that refuses what is not signed by the one
//! who may, and bodies that are not what their checksums say. moto, the other
//! one, looks at neither. Objects are files of a temporary folder.
//!
//! It is there with the feature `s3s` only.

#[cfg(feature = "s3s")]
use std::net::SocketAddr;
use std::path::PathBuf;

#[cfg(feature = "s3s")]
use hyper::server::conn::http1;
#[cfg(feature = "s3s")]
use hyper_util::rt::TokioIo;
#[cfg(feature = "s3s")]
use s3s::auth::SimpleAuth;
#[cfg(feature = "s3s")]
use s3s::service::S3ServiceBuilder;
#[cfg(feature = "s3s")]
use s3s_fs::FileSystem;
use tempfile::TempDir;
#[cfg(feature = "s3s")]
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

#[cfg(feature = "s3s")]
use crate::runtime;

/// The server, which ends with this.
pub struct S3s {
    url: String,
    folder: TempDir,
    task: JoinHandle<()>,
}

impl S3s {
    /// Who may do anything.
    pub const KEY_ID: &'static str = "AKIAIOSFODNN7EXAMPLE";

    /// What requests are signed with.
    pub const SECRET: &'static str = "topsecretkey/of+somebody";

    /// Starts a server with the bucket `bucket`. `None`, and a word of it,
    /// where it was not compiled.
    #[cfg(not(feature = "s3s"))]
    #[must_use]
    pub fn start() -> Option<Self> {
        use std::io::Write as _;
        // Not by a macro: what those print is shown of failed tests alone.
        let _ = writeln!(
            std::io::stderr(),
            "LEFT OUT: nothing asked of s3s-fs (./x test-s3s)"
        );
        None
    }

    /// Starts a server with the bucket `bucket`. `None`, and a word of it,
    /// where it was not compiled.
    ///
    /// # Panics
    /// If it does not start.
    #[cfg(feature = "s3s")]
    #[must_use]
    pub fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("bucket")).unwrap();
        let mut builder =
            S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
        builder.set_auth(SimpleAuth::from_single(Self::KEY_ID, Self::SECRET));
        let service = builder.build();
        let listener =
            runtime().block_on(TcpListener::bind(("127.0.0.1", 0))).unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let task = runtime().spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                runtime().spawn(
                    http1::Builder::new().serve_connection(
                        TokioIo::new(stream),
                        service.clone(),
                    ),
                );
            }
        });
        Some(Self { url: format!("http://{address}"), folder, task })
    }

    /// Its address: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// Where the file of an object is.
    #[must_use]
    pub fn path(&self, key: &str) -> PathBuf {
        self.folder.path().join("bucket").join(key)
    }

    /// What an object contains; `None` if there is none.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Vec<u8>> {
        std::fs::read(self.path(key)).ok()
    }

    /// How many files the server keeps of uploads that have begun and are
    /// neither complete nor aborted.
    ///
    /// # Panics
    /// If its folder cannot be listed.
    #[must_use]
    pub fn open_uploads(&self) -> usize {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        let names = files.map(|it| it.unwrap().file_name());
        let names = names.map(|it| it.to_string_lossy().into_owned());
        names.filter(|it| it.starts_with(".upload_id-")).count()
    }
}

impl Drop for S3s {
    fn drop(&mut self) {
        self.task.abort();
    }
}
