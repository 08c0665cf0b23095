//! Compiles a plugin in Rust, with the compiler that compiles the guest.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use sanchay_sync::lock;
use sanchay_toolchain::{Compiler, OVERRIDE, TARGET, find, guest};

use crate::{Failure, file, root, target_dir};

/// How much of the standard library a plugin needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Library {
    /// `core` and `alloc`.
    Core,
    /// All of it.
    Full,
}

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
    let _turn = lock(&TURN);
    let compiler = find(&root())?;
    let mut command = guest::cargo(folder, &compiler);
    how(&mut command, "build", folder);
    // The flags of the guest, so that what is compiled for it already, `core`
    // before all, serves here too.
    command
        .env(
            "CARGO_ENCODED_RUSTFLAGS",
            guest::flags(&root(), &compiler, guest::Parts::Core),
        )
        .args(["--target", TARGET])
        .arg("--message-format=json-render-diagnostics");
    let parts = match library {
        Library::Core => guest::Parts::Core,
        Library::Full => guest::Parts::Std,
    };
    guest::library(&mut command, &compiler, parts);
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
    let _turn = lock(&TURN);
    let compiler = find(&root())?;
    let mut command = guest::cargo(folder, &compiler);
    how(&mut command, "test", folder);
    if matches!(compiler.library, sanchay_toolchain::Library::Source { .. }) {
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
    let _turn = lock(&TURN);
    let path = root().join("plugins/images/Cargo.lock");
    let images = fs::read_to_string(&path)
        .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let own = images.replace("sanchay-plugin-images", name);
    file::write_if_new(&folder.join("Cargo.lock"), own.as_bytes())?;
    // What the example has and the package needs not is taken out again.
    let compiler = find(&root())?;
    let mut command = guest::cargo(folder, &compiler);
    command.args(["update", "--workspace", "--offline"]);
    run(command, folder, &compiler).map(drop)
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
