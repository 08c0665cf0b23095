//! Runs a cargo of its own for the guest's workspace, with nothing of the
//! native build around it.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Compiler, Failure, Library, TARGET};

/// What of cargo's environment the inner cargo may see: where crates come
/// from, how to write, and how many jobs may run. Everything else that cargo,
/// clippy or the user sets is meant for the native build.
const KEPT: [&str; 9] = [
    "CARGO_HOME",
    "CARGO_HTTP_",
    "CARGO_MAKEFLAGS",
    "CARGO_NET_",
    "CARGO_REGISTRIES_",
    "CARGO_REGISTRY_",
    "CARGO_SOURCE_",
    "CARGO_TERM_",
    "RUSTUP_",
];

/// What else steers compilers, by the beginning of its name.
const DROPPED: [&str; 9] = [
    "CARGO",
    "CLIPPY_",
    "DEBUG",
    "OPT_LEVEL",
    "OUT_DIR",
    "PROFILE",
    "RUST",
    "TARGET",
    "__CARGO",
];

/// How much of the standard library a package needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// `core` and `alloc`.
    Core,
    /// All of it, for crates of others that need it.
    Std,
}

impl Parts {
    /// As cargo names what it is to compile.
    #[must_use]
    pub const fn names(self) -> &'static str {
        match self {
            Self::Core => "core,alloc",
            Self::Std => "std,panic_abort",
        }
    }

    /// The room that functions have for their variables, in bytes. Little
    /// keeps the initial memory small; crates of others need more.
    const fn stack(self) -> usize {
        match self {
            Self::Core => 64 << 10,
            Self::Std => 1 << 20,
        }
    }
}

/// Compiles a package of the guest's workspace in a target folder, and
/// returns its core module. `root` is the folder of the checkout.
///
/// # Errors
///
/// Cargo cannot be run or fails, after it said why on standard error.
pub fn build(
    root: &Path,
    target: &Path,
    (package, parts): (&str, Parts),
    compiler: &Compiler,
) -> Result<Vec<u8>, Failure> {
    let guest = root.join("guest");
    let mut command = cargo(&guest, compiler);
    command
        .env("CARGO_ENCODED_RUSTFLAGS", flags(root, compiler, parts))
        .args(["build", "--package", package])
        .args(["--release", "--locked", "--target", TARGET])
        .arg("--target-dir")
        .arg(target);
    library(&mut command, compiler, parts);

    let output = command.output().map_err(|error| {
        let cargo = command.get_program().to_string_lossy();
        format!("cannot run {cargo}: {error}")
    })?;
    if !output.status.success() {
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
        return Err(format!(
            "cannot compile the guest in {} with {compiler}: cargo ended \
             with {}, and said what stands below",
            guest.display(),
            output.status,
        ));
    }
    let module = format!("{}.wasm", package.replace('-', "_"));
    let module = target.join(TARGET).join("release").join(module);
    fs::read(&module).map_err(|error| {
        format!("cannot read the guest, {}: {error}", module.display())
    })
}

/// A cargo in a folder that runs this compiler and knows nothing of the build
/// that runs it.
#[must_use]
pub fn cargo(folder: &Path, compiler: &Compiler) -> Command {
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

/// Lets cargo compile these parts of the standard library first, where the
/// compiler has but their sources.
pub fn library(command: &mut Command, compiler: &Compiler, parts: Parts) {
    if let Library::Source { linker } = &compiler.library {
        command
            .env("RUSTC_BOOTSTRAP", "1")
            .arg(format!("-Zbuild-std={}", parts.names()));
        if let Some(linker) = linker {
            command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
    }
}

/// Whether a variable is meant for the native build only.
fn is_dropped(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    let begins = |with: &&str| name.starts_with(*with);
    DROPPED.iter().any(begins) && !KEPT.iter().any(begins)
}

/// The compiler's flags, separated as cargo wants them.
///
/// The hash functions choose their SIMD code when they are compiled. Paths are
/// rewritten so that the module is the same wherever the checkout lies.
#[must_use]
pub fn flags(root: &Path, compiler: &Compiler, parts: Parts) -> OsString {
    let mut flags: Vec<OsString> = vec![
        "-Ctarget-feature=+simd128,+bulk-memory".into(),
        format!("-Clink-arg=-zstack-size={}", parts.stack()).into(),
    ];
    let home = env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(Path::new(&env::var_os("HOME")?).join(".cargo")));
    let folders = [
        (Some(root), "/sanchay"),
        (home.as_deref(), "/cargo"),
        (Some(&*compiler.sysroot), "/rust"),
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
