//! Finds a compiler that can compile the guest for WebAssembly.
//!
//! A compiler can if the standard library is installed for the target, or if
//! its sources are, so that cargo can compile `core` and `alloc` first. The
//! sources must be those of the very same compiler; Debian's `rustc-web` and
//! `rust-web-src` are such a pair, and so is a rustup toolchain with the
//! component `rust-src`.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;

/// The target that the guest is compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// The variable with which a user names the compiler.
pub const OVERRIDE: &str = "SANCHAY_GUEST_RUSTC";

/// Where Debian installs its compiler.
const DEBIAN: &str = "/usr/bin/rustc";

/// A compiler that can compile the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiler {
    /// The program.
    pub rustc: PathBuf,
    /// Its folder of libraries.
    pub sysroot: PathBuf,
    /// Where the standard library comes from.
    pub library: Library,
}

/// Where a compiler has the standard library from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Library {
    /// It is installed for the target.
    Installed,
    /// It is compiled from source, and linked with this linker unless the
    /// compiler has its own.
    Source {
        /// The linker.
        linker: Option<PathBuf>,
    },
}

impl fmt::Display for Compiler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rustc = self.rustc.display();
        match self.library {
            Library::Installed => write!(f, "{rustc}, std of {TARGET}"),
            Library::Source { .. } => write!(f, "{rustc}, core from source"),
        }
    }
}

/// The first of these that can: the one the user names; cargo's own with the
/// target installed; Debian's; cargo's own with the sources.
///
/// `root` is the folder of the checkout: which compiler rustup's proxy runs
/// depends on where it is run.
///
/// # Errors
///
/// None can; what to do about it.
pub fn find(root: &Path) -> Result<Compiler, Failure> {
    if let Some(named) = env::var_os(OVERRIDE) {
        let rustc = PathBuf::from(named);
        let tried = Candidate::of(&rustc, root);
        return tried
            .as_ref()
            .and_then(|it| it.installed().or_else(|| it.source()))
            .ok_or_else(|| unusable(&rustc));
    }
    let own = Candidate::of(Path::new(&own_rustc()), root);
    let debian = Candidate::of(Path::new(DEBIAN), root);
    None.or_else(|| own.as_ref()?.installed())
        .or_else(|| debian.as_ref()?.installed())
        .or_else(|| debian.as_ref()?.source())
        .or_else(|| own.as_ref()?.source())
        .ok_or_else(nothing)
}

/// The compiler of the toolchain that runs this.
fn own_rustc() -> OsString {
    env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

/// A compiler that may or may not do.
struct Candidate {
    rustc: PathBuf,
    sysroot: PathBuf,
    target: PathBuf,
    /// Its folder of programs for the machine it runs on.
    tools: PathBuf,
    /// That of the toolchain that runs this.
    other_tools: Option<PathBuf>,
}

impl Candidate {
    /// Asks a compiler where its libraries are.
    fn of(rustc: &Path, root: &Path) -> Option<Self> {
        let target = ["--print", "target-libdir", "--target", TARGET];
        Some(Self {
            rustc: rustc.to_path_buf(),
            sysroot: ask(rustc, root, &["--print", "sysroot"])?,
            target: ask(rustc, root, &target)?,
            tools: tools(rustc, root)?,
            other_tools: tools(Path::new(&own_rustc()), root),
        })
    }

    /// The compiler, if it has the target's standard library.
    fn installed(&self) -> Option<Compiler> {
        let is_core = |name: &OsStr| {
            let name = name.to_string_lossy();
            name.starts_with("libcore-") && name.ends_with(".rlib")
        };
        fs::read_dir(&self.target)
            .ok()?
            .filter_map(Result::ok)
            .any(|entry| is_core(&entry.file_name()))
            .then(|| self.with(Library::Installed))
    }

    /// The compiler, if it has the standard library's sources and there is a
    /// linker.
    fn source(&self) -> Option<Compiler> {
        let sources = self.sysroot.join("lib/rustlib/src/rust/library");
        if !sources.join("Cargo.lock").is_file() {
            return None;
        }
        // Its default for the target.
        let linker = match self.tools.join("rust-lld").is_file() {
            true => None,
            false => Some(self.other_linker()?),
        };
        Some(self.with(Library::Source { linker }))
    }

    fn with(&self, library: Library) -> Compiler {
        Compiler {
            rustc: self.rustc.clone(),
            sysroot: self.sysroot.clone(),
            library,
        }
    }

    /// The linker of cargo's own toolchain, or one on the path.
    fn other_linker(&self) -> Option<PathBuf> {
        let own = self.other_tools.as_ref().map(|it| it.join("rust-lld"));
        let path = env::var_os("PATH").unwrap_or_default();
        let on_path = env::split_paths(&path).flat_map(|folder| {
            ["rust-lld", "wasm-ld"].map(|name| folder.join(name))
        });
        own.into_iter().chain(on_path).find(|it| it.is_file())
    }
}

/// A path that a compiler prints.
fn ask(rustc: &Path, root: &Path, words: &[&str]) -> Option<PathBuf> {
    let output = Command::new(rustc)
        .current_dir(root)
        .args(words)
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(text.trim_end()))
}

/// The folder of programs that a compiler has beside its libraries for the
/// machine it runs on.
fn tools(rustc: &Path, root: &Path) -> Option<PathBuf> {
    let libraries = ask(rustc, root, &["--print", "target-libdir"])?;
    Some(libraries.parent()?.join("bin"))
}

fn unusable(rustc: &Path) -> Failure {
    format!(
        "{OVERRIDE} is {}, which cannot compile the guest:\n\
         it must run, and have either the standard library of {TARGET} or \
         its sources and a linker (rust-lld or wasm-ld).",
        rustc.display(),
    )
}

fn nothing() -> Failure {
    format!(
        "There is no way yet to compile the guest for WebAssembly.\n\
         Either add the target to the toolchain:\n    \
         rustup target add {TARGET}\n\
         or install Debian's compiler with its sources:\n    \
         apt-get install --no-install-recommends rustc-web rust-web-src\n\
         or set {OVERRIDE} to a rustc that has the target.",
    )
}
