//! A PostgreSQL server of a test's own, in a temporary folder.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

use sanchay_testkit::Tree;

/// A server that runs until it is dropped.
pub(crate) struct Postgres {
    folder: Tree,
    programs: PathBuf,
    port: u16,
}

impl Postgres {
    /// Starts one; `None`, and loudly, where it is not installed.
    pub(crate) fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            eprintln!(
                "SKIPPED: PostgreSQL is not installed: nothing was tested"
            );
            return None;
        };
        let folder = Tree::new();
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let postgres = Self { folder, programs, port };
        let data = postgres.folder.dir("data");
        // It refuses to be root: then it is whom the system made for it.
        if rustix::process::geteuid().is_root() {
            let who = "postgres:postgres";
            let owned = Command::new("chown").arg(who).arg(&data).status();
            assert!(owned.unwrap().success());
            let open = Command::new("chmod")
                .arg("755")
                .arg(postgres.folder.root())
                .status();
            assert!(open.unwrap().success());
        }
        let path = data.to_str().unwrap();
        postgres.run(
            "initdb",
            &["-D", path, "-A", "trust", "-U", "sanchay", "--no-sync"],
        );
        let options = format!(
            "-c listen_addresses=127.0.0.1 -p {port} -k {path} -c fsync=off"
        );
        let log = format!("{path}/log");
        postgres.run(
            "pg_ctl",
            &["-D", path, "-w", "-l", &log, "-o", &options, "start"],
        );
        Some(postgres)
    }

    /// The address of its database.
    pub(crate) fn url(&self) -> String {
        format!("postgres://sanchay@127.0.0.1:{}/postgres", self.port)
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let program = self.programs.join(program);
        let mut command = match rustix::process::geteuid().is_root() {
            true => {
                let mut command = Command::new("setpriv");
                command.args([
                    "--reuid=postgres",
                    "--regid=postgres",
                    "--clear-groups",
                    "--",
                ]);
                command.arg(&program);
                command
            }
            false => Command::new(&program),
        };
        let done = command
            .args(arguments)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(done.success(), "{} {arguments:?}", program.display());
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.folder.path("data");
        let pid = fs::read_to_string(data.join("postmaster.pid"));
        let pid = pid.ok().and_then(|it| it.lines().next()?.parse().ok());
        if let Some(pid) = pid.and_then(rustix::process::Pid::from_raw) {
            let quit = rustix::process::Signal::QUIT;
            let _ = rustix::process::kill_process(pid, quit);
            // The folder goes when it has let go of it.
            for _ in 0..100 {
                if rustix::process::test_kill_process(pid).is_err() {
                    break;
                }
                sleep(Duration::from_millis(20));
            }
        }
    }
}

/// Where its programs are.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok();
    let mut folders: Vec<PathBuf> = versions
        .into_iter()
        .flatten()
        .filter_map(|it| Some(it.ok()?.path().join("bin")))
        .collect();
    folders.sort();
    folders.push(PathBuf::from("/usr/local/bin"));
    folders.push(PathBuf::from("/usr/bin"));
    let has = |folder: &PathBuf| Path::new(folder).join("initdb").is_file();
    folders.into_iter().find(has)
}
