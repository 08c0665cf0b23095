//! The hosts that may be installed, and how each runs the command.

use std::{
    env,
    ffi::OsString,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    time::Duration,
};

use sanchay_testkit::Program;

use crate::command;

/// A host of WASI 0.2.
#[derive(Clone, Debug)]
pub(crate) enum Host {
    /// The program `wasmtime`, with the command compiled beforehand.
    Wasmtime {
        /// The program.
        program: PathBuf,
        /// What `wasmtime compile` made of the command.
        compiled: PathBuf,
    },
    /// Node, with what `jco run` made of the command.
    Jco {
        /// The folder that `jco run` filled.
        folder: PathBuf,
    },
}

/// The releases of wasmtime that the tests are for.
const WASMTIME: &str = "wasmtime 48.0.";

/// What `jco run` imports before it runs the command: without it no folder is
/// given, and every output is a terminal.
const GIVEN: &str = "\
import process from 'node:process';
import { _setPreopens } from '@bytecodealliance/preview2-shim/filesystem';
import { _setTerminalStdout } from '@bytecodealliance/preview2-shim/cli';
_setPreopens(JSON.parse(process.env.SANCHAY_GIVEN ?? '{}'));
if (!process.stdout.isTTY) _setTerminalStdout(undefined);
";

/// The hosts that are installed.
pub(crate) fn all() -> &'static [Host] {
    static ALL: OnceLock<Vec<Host>> = OnceLock::new();
    ALL.get_or_init(|| [wasmtime(), jco()].into_iter().flatten().collect())
}

/// The program `wasmtime`, if it is installed.
pub(crate) fn wasmtime() -> Option<Host> {
    static FOUND: OnceLock<Option<Host>> = OnceLock::new();
    FOUND
        .get_or_init(|| {
            let Some(program) = find_wasmtime() else {
                left_out("wasmtime 48.0", "`./x hosts` installs it");
                return None;
            };
            let compiled = scratch().join("sanchay.cwasm");
            let mut command = Command::new(&program);
            command.arg("compile").arg("-o").arg(&compiled);
            let done = command.arg(&command::built().path).output().unwrap();
            assert!(done.status.success(), "{done:?}");
            Some(Host::Wasmtime { program, compiled })
        })
        .clone()
}

/// The program `jco`, if it is installed.
pub(crate) fn jco_program() -> Option<PathBuf> {
    let named = env::var_os("SANCHAY_JCO").map(PathBuf::from);
    let own = tools().join("node/node_modules/.bin/jco");
    let found = named.or_else(|| own.is_file().then_some(own));
    if found.is_none() {
        left_out("jco", "`./x --host-tools` installs it where there is npm");
    }
    found
}

/// jco, if it and Node are installed.
fn jco() -> Option<Host> {
    let program = jco_program()?;
    let folder = scratch().join("jco");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("given.mjs"), GIVEN).unwrap();
    let mut command = Command::new(program);
    command.arg("run").arg("--jco-dir").arg(&folder);
    command.arg("--jco-import").arg(folder.join("given.mjs"));
    command.arg(&command::built().path).arg("--version");
    let done = command.output().unwrap();
    assert!(done.status.success(), "{done:?}");
    assert_eq!(done.stdout, crate::native().arg("--version").run().stdout);
    Some(Host::Jco { folder })
}

impl Host {
    /// The command under this host, run in a folder that is given to it under
    /// its own name and as the current one.
    pub(crate) fn program(&self, folder: &Path) -> Program {
        let name = folder.to_str().unwrap();
        match self {
            Self::Wasmtime { .. } => {
                self.giving(&[(".", "."), (name, name)]).within(folder)
            }
            // An option names its place.
            Self::Jco { .. } => self.giving(&[(name, name)]).within(folder),
        }
    }

    /// The command under this host, given folders under names.
    pub(crate) fn giving(&self, given: &[(&str, &str)]) -> Program {
        match self {
            Self::Wasmtime { program, compiled } => {
                let mut program = Program::new(program)
                    .words("run -C cache=n --allow-precompiled");
                for (folder, name) in given {
                    let given = format!("{folder}::{name}");
                    program = program.arg("--dir").arg(given);
                }
                program.arg(compiled)
            }
            Self::Jco { folder } => {
                let given: serde_json::Map<_, _> = given
                    .iter()
                    .map(|(folder, name)| {
                        ((*name).to_owned(), (*folder).into())
                    })
                    .collect();
                let given = serde_json::Value::Object(given).to_string();
                Program::new(node())
                    .arg(folder.join("_run.js"))
                    .env("SANCHAY_GIVEN", &given)
                    .limit(Duration::from_secs(120))
            }
        }
    }

    /// Whether it is jco, whose file system is Node's.
    pub(crate) fn is_jco(&self) -> bool {
        matches!(self, Self::Jco { .. })
    }
}

/// The one that is named, that which `./x hosts` installed, or one on the
/// search path, of the right release.
fn find_wasmtime() -> Option<PathBuf> {
    if let Some(named) = env::var_os("SANCHAY_WASMTIME") {
        let named = PathBuf::from(named);
        assert!(is_right(&named), "SANCHAY_WASMTIME is not {WASMTIME}x");
        return Some(named);
    }
    let own = tools().join("wasmtime/bin");
    let path = env::var_os("PATH").unwrap_or_default();
    [own]
        .into_iter()
        .chain(env::split_paths(&path))
        .map(|folder| folder.join("wasmtime"))
        .find(|program| is_right(program))
}

fn is_right(program: &Path) -> bool {
    let said = Command::new(program).arg("--version").output();
    said.is_ok_and(|said| said.stdout.starts_with(WASMTIME.as_bytes()))
}

/// The program `node`.
pub(crate) fn node() -> OsString {
    env::var_os("SANCHAY_NODE").unwrap_or_else(|| "node".into())
}

/// What `./x` and `./x hosts` install.
pub(crate) fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.tools")
}

/// A folder for what is made of the command.
fn scratch() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
}

/// Says that a host is not there, on standard error itself: what macros print
/// is shown of failed tests alone.
pub(crate) fn left_out(what: &str, how: &str) {
    let mut stderr = std::io::stderr();
    let _ = writeln!(stderr, "LEFT OUT: {what} is not installed; {how}");
}
