//! How the service is set up.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use sanchay_catalog::Trust;

use crate::address::DatabaseAddress;

/// What the service serves, to whom, and within what bounds.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where it listens; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// The folders that requests may name: nothing else is ever looked at.
    pub roots: Vec<PathBuf>,
    /// The stores that trees may be put into and got from: each by the name
    /// that requests call it by, and its folder.
    pub stores: Vec<(String, PathBuf)>,
    /// Where jobs and their results are kept: a `postgres://` address, or
    /// `None` for the file of the catalog.
    pub database: Option<DatabaseAddress>,
    /// The catalog: digests and snapshots of this machine.
    pub catalog: PathBuf,
    /// What shows that a file is as the catalog has it.
    pub catalog_trust: Trust,
    /// Where plans, and journals of what changes files, are kept. Instances
    /// and workers that share a database must share this folder, too; those of
    /// several databases may.
    pub state_dir: PathBuf,
    /// Whether files may be changed at all: requests for that are refused
    /// otherwise, and jobs that do so are left to others.
    pub allow_write: bool,
    /// Names, beside those of the loopback, that a request may call this
    /// service by.
    pub allow_hosts: Vec<String>,
    /// Whether a proxy stands before it, which ends TLS and names the client.
    pub behind_proxy: bool,
    /// A file with tokens, one a line: `NAME RIGHTS TOKEN`.
    pub token_file: Option<PathBuf>,
    /// A certificate and its key, in PEM: with them it speaks TLS.
    pub tls: Option<TlsFiles>,
    /// How many jobs run at a time. 0 takes them and leaves them to workers.
    pub workers: usize,
    /// How many threads the engine has; `None`: one for each processor.
    pub threads: Option<usize>,
    /// How large the bodies of requests may be, in bytes.
    pub max_body: usize,
    /// How many connections are open at a time.
    pub max_connections: usize,
    /// How many requests of one caller are answered a second, on average.
    pub max_rate: u32,
    /// How long a request may take that does not stream.
    pub request_timeout: Duration,
    /// How long it waits for what is under way when it is to end.
    pub drain: Duration,
    /// How long jobs are kept that are over, with their results, plans and
    /// journals; `None`: for ever.
    pub keep_jobs: Option<Duration>,
}

/// A certificate and its key.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The chain of certificates, in PEM.
    pub certificate: PathBuf,
    /// The private key, in PEM.
    pub key: PathBuf,
}

/// How long jobs are kept unless another time is asked for.
const KEEP_JOBS: Duration = Duration::from_secs(90 * 24 * 60 * 60);

impl Config {
    /// The defaults, for a catalog and a folder of state.
    #[must_use]
    pub fn new(catalog: PathBuf, state_dir: PathBuf) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7227)),
            roots: Vec::new(),
            stores: Vec::new(),
            database: None,
            catalog,
            catalog_trust: Trust::default(),
            state_dir,
            allow_write: false,
            allow_hosts: Vec::new(),
            behind_proxy: false,
            token_file: None,
            tls: None,
            workers: 2,
            threads: None,
            max_body: 1 << 20,
            max_connections: 2048,
            max_rate: 5000,
            request_timeout: Duration::from_secs(30),
            drain: Duration::from_secs(10),
            keep_jobs: Some(KEEP_JOBS),
        }
    }
}
