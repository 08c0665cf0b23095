//! `sanchay serve`: the service.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::{Args, ValueHint, value_parser};
use sanchay::ops::OpsError;
use sanchay_core::size;
use sanchay_service::{Config, DatabaseAddress, Listening, TlsFiles, serve};

use crate::{
    commands::command::RunCommand, context::Context, exit::Exit,
    failure::Failure, options::catalog::CatalogArgs,
};

const EXAMPLES: &str = "\
The service scans, hashes and compares what is in the ROOTs, and in nothing
else, as jobs over HTTP; a page shows them. It listens on 127.0.0.1 and prints
the address of the page, with a token that is good once, for ten minutes.
Programs send a token of their own, as Authorization: Bearer TOKEN: one that the
page made, or one of --token-file, whose lines are NAME RIGHTS TOKEN, with the
rights read, run and write.

Files are changed only with --allow-write. Jobs and their results are kept in
the catalog, or in the PostgreSQL database of --database, which several
instances may share. docs/SERVICE.md describes the interface, and how to run it
behind nginx and Caddy.

SIGTERM and Ctrl-C end it: what is under way is waited for, and jobs that are
not done are begun anew by the next start.

Examples:
  sanchay serve ~/photos /srv/media
  sanchay serve --allow-write --listen 127.0.0.1:8080 /srv
  sanchay serve --database postgres://sanchay@db/sanchay /srv";

/// Seconds in a day.
const DAY: u64 = 24 * 60 * 60;

/// Serve jobs and their results over HTTP, with a page that shows them
#[derive(Args, Debug)]
#[command(after_help = "See --help for what is served, and examples.")]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct ServeArgs {
    /// The folders that may be looked at
    #[arg(value_name = "ROOT", required = true)]
    pub(crate) roots: Vec<PathBuf>,

    /// Where to listen; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7227")]
    pub(crate) listen: SocketAddr,

    #[command(flatten)]
    service: ServiceArgs,

    #[command(flatten)]
    catalog: CatalogArgs,
}

/// How jobs are run.
#[derive(Args, Debug)]
#[command(next_help_heading = "Jobs")]
pub(crate) struct WorkArgs {
    /// Keep jobs and results in PostgreSQL: postgres://USER@HOST/NAME
    ///
    /// The password is better in $PGPASSWORD or ~/.pgpass: others on this
    /// machine see the words of a command.
    #[arg(long, value_name = "URL")]
    database: Option<DatabaseAddress>,

    /// How many jobs run at a time; 0 leaves them to other instances
    #[arg(
        long,
        value_name = "N",
        default_value_t = 2,
        value_parser = value_parser!(u16).range(0..=64)
    )]
    jobs: u16,

    /// Keep journals of what changes files in this folder; by default
    /// $XDG_STATE_HOME/sanchay/service
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    state_dir: Option<PathBuf>,

    /// Keep jobs, their results and journals so many days after their end; 0
    /// keeps them for ever
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    keep_jobs: u16,
    /// A store that jobs may put trees into and get them from: NAME=FOLDER
    #[arg(long, value_name = "NAME=DIR", value_parser = parse_store)]
    store: Vec<(String, PathBuf)>,

    /// How many seconds to wait for what is under way when it is to end
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    drain: u16,

    /// Number of threads of the engine, 1 to 1024
    #[arg(
        short = 'j',
        long,
        value_name = "N",
        value_parser = value_parser!(u16).range(1..=1024)
    )]
    threads: Option<u16>,
}

/// How the service is set up.
#[derive(Args, Debug)]
#[command(next_help_heading = "Service")]
pub(crate) struct ServiceArgs {
    /// Allow what changes files: plans that are applied and undone
    #[arg(long)]
    allow_write: bool,

    /// Another name that requests may call the service by
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,

    /// A proxy stands before it: take the client's address from
    /// X-Forwarded-For
    #[arg(long)]
    behind_proxy: bool,

    /// Tokens of programs, one a line: NAME RIGHTS TOKEN
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    token_file: Option<PathBuf>,

    /// Speak TLS with this chain of certificates (PEM)
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_key",
        value_hint = ValueHint::FilePath
    )]
    tls_cert: Option<PathBuf>,

    /// The private key of --tls-cert (PEM)
    #[arg(
        long,
        value_name = "FILE",
        requires = "tls_cert",
        value_hint = ValueHint::FilePath
    )]
    tls_key: Option<PathBuf>,

    /// How large the body of a request may be
    #[arg(
        long,
        value_name = "SIZE",
        default_value = "1MiB",
        value_parser = size::parse
    )]
    max_body: u64,

    /// How many connections are open at a time
    #[arg(
        long,
        value_name = "N",
        default_value_t = 2048,
        value_parser = value_parser!(u32).range(1..=65_536)
    )]
    max_connections: u32,

    /// How many requests of one token are answered a second
    #[arg(
        long,
        value_name = "N",
        default_value_t = 5000,
        value_parser = value_parser!(u32).range(1..)
    )]
    max_rate: u32,

    #[command(flatten)]
    work: WorkArgs,
}

fn parse_store(text: &str) -> Result<(String, PathBuf), String> {
    let is_name = |name: &str| {
        let is_fine =
            |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        (1..=64).contains(&name.len()) && name.bytes().all(is_fine)
    };
    match text.split_once('=') {
        Some((name, path)) if is_name(name) && !path.is_empty() => {
            Ok((name.to_owned(), PathBuf::from(path)))
        }
        _ => Err("expected NAME=FOLDER; a name has letters, digits and -_."
            .to_owned()),
    }
}

impl WorkArgs {
    /// Whether instances can share the jobs.
    pub(crate) fn is_shared(&self) -> bool {
        self.database.is_some()
    }

    /// Whether the options make sense. What is wrong with an address is said
    /// without the address.
    pub(crate) fn check(&self) -> Result<(), String> {
        match self.database.as_ref().is_none_or(DatabaseAddress::is_known) {
            true => Ok(()),
            false => Err("the address of --database is none: expected \
                          postgres://USER@HOST/NAME; without it, jobs are \
                          kept in the catalog"
                .to_owned()),
        }
    }

    /// A service of these roots that listens nowhere.
    pub(crate) fn config(
        &self,
        roots: Vec<PathBuf>,
        catalog: &CatalogArgs,
    ) -> Result<Config, Failure> {
        let state = match &self.state_dir {
            Some(folder) => folder.clone(),
            None => state_folder()?,
        };
        let mut config = Config::new(catalog.path()?, state);
        config.catalog_trust = catalog.trust();
        config.roots = roots;
        config.database.clone_from(&self.database);
        config.stores.clone_from(&self.store);
        let days = u64::from(self.keep_jobs);
        config.keep_jobs = (days > 0).then(|| Duration::from_secs(days * DAY));
        config.workers = self.jobs.into();
        config.threads = self.threads.map(usize::from);
        config.drain = Duration::from_secs(self.drain.into());
        Ok(config)
    }
}

impl ServiceArgs {
    /// Whether the options make sense.
    pub(crate) fn check(&self) -> Result<(), String> {
        self.work.check()
    }

    /// The service for these roots.
    pub(crate) fn config(
        &self,
        roots: Vec<PathBuf>,
        listen: SocketAddr,
        catalog: &CatalogArgs,
    ) -> Result<Config, Failure> {
        let mut config = self.work.config(roots, catalog)?;
        config.listen = listen;
        config.allow_write = self.allow_write;
        config.allow_hosts.clone_from(&self.allow_host);
        config.behind_proxy = self.behind_proxy;
        config.token_file.clone_from(&self.token_file);
        let files = self.tls_cert.clone().zip(self.tls_key.clone());
        config.tls =
            files.map(|(certificate, key)| TlsFiles { certificate, key });
        config.max_body = usize::try_from(self.max_body).unwrap_or(usize::MAX);
        let connections = self.max_connections;
        config.max_connections =
            usize::try_from(connections).unwrap_or(usize::MAX);
        config.max_rate = self.max_rate;
        Ok(config)
    }
}

/// Where journals are kept unless another folder is named.
fn state_folder() -> Result<PathBuf, Failure> {
    let absolute = |name: &str| {
        let path = std::env::var_os(name).map(PathBuf::from);
        path.filter(|path| path.is_absolute())
    };
    let state = absolute("XDG_STATE_HOME").or_else(|| {
        Some(absolute(sanchay_system::host::HOME)?.join(".local/state"))
    });
    let state = state.ok_or(OpsError::NoStateFolder)?;
    Ok(state.join("sanchay/service"))
}

impl RunCommand for ServeArgs {
    fn check(&self) -> Result<(), String> {
        self.service.check()
    }

    fn run(&self, _: &Context) -> Result<Exit, Failure> {
        let roots = self.roots.clone();
        let config = self.service.config(roots, self.listen, &self.catalog)?;
        run(config, |_| {})
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        Some(&mut self.roots)
    }
}

/// Runs a service, and says where the page is.
pub(crate) fn run(
    config: Config,
    ready: impl FnOnce(&Listening),
) -> Result<Exit, Failure> {
    serve(config, |listening| {
        // Whoever started it waits for this line.
        anstream::println!("{}", listening.page);
        ready(listening);
    })?;
    Ok(Exit::Done)
}
