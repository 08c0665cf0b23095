//! Compiles a plugin in Rust, with the compiler that compiles the guest.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::toolchain::{self, Compiler, OVERRIDE, TARGET};
use crate::{Failure, file, root, target_dir};

/// How much of the standard library a plugin needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    /// `core` and `alloc`.
    Core,
    /// All of it.
    Full,
}

/// What of the environment begins so steers the native build, not this one;
/// but for what says where crates come from and how many jobs may run.
const DROPPED: [&str; 3] = ["CARGO", "RUST", "__CARGO"];
const KEPT: [&str; 7] = [
    "CARGO_HOME",
    "CARGO_HTTP_",
    "CARGO_MAKEFLAGS",
    "CARGO_NET_",
    "CARGO_REGISTR",
    "CARGO_SOURCE_",
    "RUSTUP_",
];

/// Plugins are built in one folder, so that what they share is compiled once;
/// one after the other, because two may have modules of one name.
static TURN: Mutex<()> = Mutex::new(());

/// Compiles the package in a folder, with its release profile, and returns
/// its core module. Where there is a `Cargo.lock`, it is what is built.
///
/// # Errors
///
/// There is no compiler that can; or it fails, with what it said.
pub fn build(folder: &Path, library: Library) -> Result<Vec<u8>, Failure> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let compiler = toolchain::find(&root())?;
    let mut command = cargo(folder, &compiler);
    how(&mut command, "build", folder);
    command
        .env("CARGO_ENCODED_RUSTFLAGS", flags(&compiler))
        .args(["--target", TARGET])
        .arg("--message-format=json-render-diagnostics");
    if let toolchain::Library::Source { linker } = &compiler.library {
        command.env("RUSTC_BOOTSTRAP", "1").arg(match library {
            Library::Core => "-Zbuild-std=core,alloc",
            Library::Full => "-Zbuild-std=std,panic_abort",
        });
        if let Some(linker) = linker {
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
    }
    let messages = run(command, folder, &compiler)?;
    let module = module_of(&messages).ok_or_else(|| {
        format!("{} was compiled and is no cdylib", folder.display())
    })?;
    fs::read(&module)
        .map_err(|error| format!("cannot read {}: {error}", module.display()))
}

/// Runs the tests of the package in a folder, natively, with the compiler
/// that compiles it for WebAssembly.
///
/// # Errors
///
/// There is no compiler that can; or a test fails, with what it said.
pub fn test(folder: &Path) -> Result<(), Failure> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let compiler = toolchain::find(&root())?;
    let mut command = cargo(folder, &compiler);
    how(&mut command, "test", folder);
    if matches!(compiler.library, toolchain::Library::Source { .. }) {
        // As when it is compiled for WebAssembly: some build scripts run
        // again when this is another, and all that depends on them.
        command.env("RUSTC_BOOTSTRAP", "1");
    }
    run(command, folder, &compiler).map(drop)
}

/// Gives the package `name` in a folder the versions of its dependencies that
/// the example in Rust has, so that no registry is asked for newer ones.
///
/// # Errors
///
/// The package has dependencies that the example has not.
pub fn lock_like_images(folder: &Path, name: &str) -> Result<(), Failure> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let path = root().join("plugins/images/Cargo.lock");
    let images = fs::read_to_string(&path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let own = images.replace("sanchay-plugin-images", name);
    file::write_if_new(&folder.join("Cargo.lock"), own.as_bytes())?;
    // What the example has and the package needs not is taken out again.
    let compiler = toolchain::find(&root())?;
    let mut command = cargo(folder, &compiler);
    command.args(["update", "--workspace", "--offline"]);
    run(command, folder, &compiler).map(drop)
}

/// A cargo that knows nothing of the build that runs it.
fn cargo(folder: &Path, compiler: &Compiler) -> Command {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    for (name, _) in env::vars_os() {
        if is_dropped(&name) {
            command.env_remove(name);
        }
    }
    command.current_dir(folder).env("RUSTC", &compiler.rustc);
    command
}

/// The words with which a package is built or tested.
fn how(command: &mut Command, word: &str, folder: &Path) {
    command
        .args([word, "--release", "--target-dir"])
        .arg(target_dir().join("guest"));
    if folder.join("Cargo.lock").exists() {
        command.arg("--locked");
    }
}

/// Runs it; what it wrote, unless it failed.
fn run(
    mut command: Command,
    folder: &Path,
    compiler: &Compiler,
) -> Result<Vec<u8>, Failure> {
    let output =
        command.output().map_err(|error| format!("no cargo: {error}"))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(format!(
        "cannot build {} with {compiler} (or what {OVERRIDE} names): cargo \
         ended with {}\n{}{}",
        folder.display(),
        output.status,
        String::from_utf8_lossy(&output.stderr),
        String::from_utf8_lossy(&output.stdout),
    ))
}

/// The module, in what cargo tells of the build: a line of JSON for each
/// thing that was made, the plugin itself the last.
fn module_of(messages: &[u8]) -> Option<PathBuf> {
    let messages = std::str::from_utf8(messages).ok()?;
    let mut modules = messages.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let files = message.get("filenames")?.as_array()?;
        let mut names = files.iter().filter_map(serde_json::Value::as_str);
        names.find(|it| it.ends_with(".wasm")).map(PathBuf::from)
    });
    modules.next_back()
}

/// Whether a variable is meant for the native build only.
fn is_dropped(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let begins = |with: &&str| name.starts_with(*with);
    DROPPED.iter().any(begins) && !KEPT.iter().any(begins)
}

/// The compiler's flags, separated as cargo wants them: those of the guest, so
/// that what is compiled for it already, `core` before all, serves here too.
///
/// A small stack keeps the initial memory small. Paths are rewritten so that
/// the module is the same wherever the checkout lies.
fn flags(compiler: &Compiler) -> OsString {
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(Path::new(&env::var_os("HOME")?).join(".cargo")));
    let root = root();
    let folders = [
        (Some(&*root), "/sanchay"),
        (home.as_deref(), "/cargo"),
        (Some(&*compiler.sysroot), "/rust"),
    ];
    let mut flags = vec![
        OsString::from("-Ctarget-feature=+simd128,+bulk-memory"),
        "-Clink-arg=-zstack-size=65536".into(),
    ];
    for (folder, name) in folders {
        if let Some(folder) = folder {
            let mut flag = OsString::from("--remap-path-prefix=");
            flag.push(folder);
            flag.push("=");
            flag.push(name);
            flags.push(flag);
        }
    }
    flags.join(OsStr::new("\x1f"))
}
