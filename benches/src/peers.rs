//! The programs that are there, and how to get those that are not.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::problem::{Problem, Result};

/// Another project's program.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    /// What it is called here.
    pub(crate) name: &'static str,
    /// The names under which it may be installed, best first.
    programs: &'static [&'static str],
    /// What makes it tell its version.
    version: &'static str,
    /// How to get it.
    how: &'static str,
}

/// Every program that a job is compared with.
pub(crate) const PEERS: [Peer; 24] = [
    peer("fd", &["fd", "fdfind"], "--version", "cargo install fd-find"),
    peer("rg", &["rg"], "--version", "apt install ripgrep"),
    peer("bfs", &["bfs"], "--version", "apt install bfs"),
    peer("find", &["find"], "--version", "apt install findutils"),
    peer("xargs", &["xargs"], "--version", "apt install findutils"),
    peer("xxhsum", &["xxhsum"], "--version", "apt install xxhash"),
    peer("b3sum", &["b3sum"], "--version", "cargo install b3sum"),
    peer("sha256sum", &["sha256sum"], "--version", "apt install coreutils"),
    peer("yadf", &["yadf"], "--version", "cargo install yadf"),
    peer(
        "czkawka",
        &["czkawka_cli"],
        "--version",
        "cargo install czkawka_cli",
    ),
    peer("jdupes", &["jdupes"], "-v", "apt install jdupes"),
    peer("fclones", &["fclones"], "--version", "cargo install fclones"),
    peer("rdfind", &["rdfind"], "--version", "apt install rdfind"),
    peer("fdupes", &["fdupes"], "--version", "apt install fdupes"),
    peer("dust", &["dust"], "--version", "cargo install du-dust"),
    peer("dua", &["dua"], "--version", "cargo install dua-cli"),
    peer("gdu", &["gdu", "gdu-go"], "--version", "apt install gdu"),
    peer("du", &["du"], "--version", "apt install coreutils"),
    peer("restic", &["restic"], "version", "apt install restic"),
    peer("borg", &["borg"], "--version", "apt install borgbackup"),
    peer("strace", &["strace"], "--version", "apt install strace"),
    peer("python3", &["python3"], "--version", "apt install python3"),
    peer("sh", &["sh"], "--version", "apt install dash"),
    peer("wasmtime", &["wasmtime"], "--version", "./x hosts"),
];

const fn peer(
    name: &'static str,
    programs: &'static [&'static str],
    version: &'static str,
    how: &'static str,
) -> Peer {
    Peer { name, programs, version, how }
}

/// A peer that is installed.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// What it is called here.
    pub(crate) name: &'static str,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// What it says of its version.
    pub(crate) version: String,
}

/// The WASI command.
#[derive(Clone, Debug)]
pub(crate) struct Wasi {
    /// As it was built.
    pub(crate) component: PathBuf,
    /// Compiled for this machine.
    pub(crate) compiled: PathBuf,
}

/// The programs of this machine.
#[derive(Clone, Debug)]
pub(crate) struct Programs {
    /// The program that is measured.
    pub(crate) ours: PathBuf,
    /// The WASI command, if it was built and can be run.
    pub(crate) command: Option<Wasi>,
    /// This program.
    pub(crate) bench: PathBuf,
    /// The folder that this program was built in.
    pub(crate) project: PathBuf,
    found: Vec<Found>,
}

impl Programs {
    /// Looks for everything. `ours` is beside this program unless it is
    /// given.
    ///
    /// # Errors
    ///
    /// If our own program is not there.
    pub(crate) fn find(ours: Option<&Path>) -> Result<Self> {
        let bench = env::current_exe().map_err(|error| {
            Problem::new(format!("cannot tell where this program is: {error}"))
        })?;
        let ours = ours.map_or_else(
            || bench.with_file_name("sanchay"),
            Path::to_path_buf,
        );
        if !ours.is_file() {
            return Err(Problem::new(format!(
                "{ours:?} is not there: build it (cargo build --release -p \
                 sanchay-cli) or name it with --ours"
            )));
        }
        // This program is target/release/bench.
        let project = bench.ancestors().nth(3).unwrap_or(Path::new("."));
        let mut places = places();
        places.push(project.join(".tools/wasmtime/bin"));
        let found: Vec<Found> =
            PEERS.iter().filter_map(|peer| peer.find(&places)).collect();
        let command = found
            .iter()
            .find(|found| found.name == "wasmtime")
            .and_then(|found| wasi(&found.path, project));
        let project = project.to_path_buf();
        Ok(Self { ours, command, bench, project, found })
    }

    /// A peer, if it is installed.
    pub(crate) fn peer(&self, name: &str) -> Option<&Found> {
        self.found.iter().find(|found| found.name == name)
    }

    /// An example plugin, if it was built.
    pub(crate) fn plugin(&self, name: &str) -> Option<PathBuf> {
        let plugin = self.project.join("target/plugins").join(name);
        plugin.is_file().then_some(plugin)
    }

    /// Those that are not, each with the way to get it.
    pub(crate) fn missing(&self) -> Vec<String> {
        PEERS
            .iter()
            .filter(|peer| self.peer(peer.name).is_none())
            .map(|peer| format!("{} ({})", peer.name, peer.how))
            .collect()
    }
}

impl Peer {
    fn find(&self, places: &[PathBuf]) -> Option<Found> {
        let path = self
            .programs
            .iter()
            .flat_map(|program| places.iter().map(move |it| it.join(program)))
            .find(|path| path.is_file())?;
        let version = version(&path, self.version);
        Some(Found { name: self.name, path, version })
    }
}

/// The WASI command of the project, compiled for this machine.
fn wasi(wasmtime: &Path, project: &Path) -> Option<Wasi> {
    let component = project.join("target/components/sanchay.wasm");
    let compiled = component.with_extension("cwasm");
    let mut compile = Command::new(wasmtime);
    compile.arg("compile").arg("-o").arg(&compiled).arg(&component);
    let done = component.is_file() && compile.status().ok()?.success();
    done.then_some(Wasi { component, compiled })
}

/// `$SANCHAY_PEERS/bin` first, then the search path.
fn places() -> Vec<PathBuf> {
    let own = env::var_os("SANCHAY_PEERS")
        .map(|place| PathBuf::from(place).join("bin"));
    let path: OsString = env::var_os("PATH").unwrap_or_default();
    own.into_iter().chain(env::split_paths(&path)).collect()
}

/// The first word of what a program says of its version that begins with a
/// digit, or nothing.
fn version(path: &Path, flag: &str) -> String {
    let Ok(said) = Command::new(path).arg(flag).output() else {
        return String::new();
    };
    let text = [said.stdout, said.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    text.split_whitespace()
        .map(|word| word.trim_matches([',', 'v', '(', ')']))
        .find(|word| word.starts_with(|it: char| it.is_ascii_digit()))
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{PEERS, version};

    #[test]
    fn a_version_is_the_first_word_that_begins_with_a_digit() {
        let found = version(&PathBuf::from("/bin/echo"), "tool v1.2.3 (x)");
        assert_eq!(found, "1.2.3");
        assert_eq!(version(&PathBuf::from("/nowhere"), "x"), "");
    }

    #[test]
    fn a_peer_is_found_under_the_best_of_its_names() {
        let place = tempfile::tempdir().unwrap();
        std::fs::write(place.path().join("fdfind"), "").unwrap();
        let places = [place.path().to_owned()];
        let fd = PEERS.iter().find(|peer| peer.name == "fd").unwrap();
        let found = fd.find(&places).unwrap();
        assert_eq!(found.path, place.path().join("fdfind"));
        std::fs::write(place.path().join("fd"), "").unwrap();
        let found = fd.find(&places).unwrap();
        assert_eq!(found.path, place.path().join("fd"));
    }
}
