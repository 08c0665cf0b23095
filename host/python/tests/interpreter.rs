//! The Python package through an interpreter: lays it out as a wheel would,
//! around the library that cargo has just built, and runs `tests/python` on
//! it, `tests/peers` where what it is compared with is installed, `tests/desktop`
//! where Qt is, and, when asked for, `tests/engines` with engines that run
//! shards. So the tests need no build of their own; `just wheel` runs the first
//! once more, on the wheel.

use std::{
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The crate's folder.
const HERE: &str = env!("CARGO_MANIFEST_DIR");

/// The interpreter of an environment with the packages that tests need, which
/// a command makes.
fn interpreter(name: &str, what: &str, command: &str) -> Option<PathBuf> {
    let environment = Path::new(HERE).join("../../.tools").join(name);
    if environment.join("set-up").exists() {
        return Some(environment.join("bin/python"));
    }
    // Not by a macro: what those print is shown of failed tests alone.
    let _ = writeln!(
        io::stderr(),
        "LEFT OUT: {what}, for there is no {}. `{command}` makes it.",
        environment.display()
    );
    None
}

/// Lays out the package.
fn lay_out(target: &Path) -> io::Result<()> {
    let packages =
        ["sanchay", "mithril", "rusty_attachments", "sanchay_desktop"];
    for package in packages {
        let to = target.join(package);
        fs::create_dir_all(&to)?;
        for entry in
            fs::read_dir(Path::new(HERE).join("python").join(package))?
        {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                fs::copy(entry.path(), to.join(entry.file_name()))?;
            }
        }
    }
    // What cargo builds for a test lies beside the test.
    let (prefix, suffix) = (env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let library = format!("{prefix}sanchay_python{suffix}");
    let library = env::current_exe()?.with_file_name(library);
    fs::copy(library, target.join("sanchay/_native.abi3.so"))?;
    Ok(())
}

/// Runs the tests on a package that is laid out.
fn run(python: &Path, layout: &Path, tests: &str) -> io::Result<Output> {
    let images = sanchay_plugin_build::images();
    let images = images.map_err(|why| io::Error::other(why.to_string()))?;
    Command::new(python)
        .args(["-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", tests])
        .current_dir(Path::new(HERE).join("../.."))
        .env("PYTHONPATH", layout)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("SANCHAY_TEST_IMAGES", images)
        // A panic is among what they test.
        .env("RUST_BACKTRACE", "0")
        .output()
}

/// Runs tests on the package.
fn passes(python: &Path, tests: &str) -> io::Result<()> {
    let layout = tempfile::tempdir()?;
    lay_out(layout.path())?;
    let output = run(python, layout.path(), tests)?;
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{complained}");
    println!("{said}");
    Ok(())
}

#[test]
fn the_python_package_passes_its_tests() {
    let (what, command) =
        ("the tests of the Python package", "./x --python-tools");
    if let Some(python) = interpreter("python-venv", what, command) {
        passes(&python, "tests/python").unwrap();
    }
}

#[test]
fn the_python_package_agrees_with_the_package_deadline() {
    let what = "what compares rusty_attachments with the package deadline";
    if let Some(python) = interpreter("peers-venv", what, "./x test-peers") {
        passes(&python, "tests/peers").unwrap();
    }
}

#[test]
#[ignore = "takes minutes; `./x test-engines` runs it"]
fn the_python_package_passes_the_tests_of_its_engines() {
    let what = "the tests of sanchay.ray and sanchay.spark";
    let command = "./x test-engines";
    if let Some(python) = interpreter("engines-venv", what, command) {
        passes(&python, "tests/engines").unwrap();
    }
}

#[test]
fn the_desktop_application_passes_its_tests() {
    let what = "the tests of the desktop application";
    if let Some(python) = interpreter("desktop-venv", what, "./x test-desktop")
    {
        passes(&python, "tests/desktop").unwrap();
    }
}
