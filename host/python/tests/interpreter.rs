//! The Python package through an interpreter: lays it out as a wheel would,
//! around the library that cargo has just built, and runs `tests/python` on
//! it. So the tests need no build of their own; `just wheel` runs them once
//! more, on the wheel.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::Command,
};

/// Where the sources of the workspace are.
fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The interpreter with the packages that the tests need.
fn interpreter() -> Option<PathBuf> {
    let python = workspace().join(".tools/python-venv/bin/python");
    let set_up = python.parent()?.join("../set-up");
    if set_up.exists() {
        return Some(python);
    }
    // On a terminal and in a log alike: nobody should take this for a pass.
    eprintln!(
        "SKIPPED: the tests of the Python package: there is no {}. \
         `./x --python-tools` makes it.",
        python.display()
    );
    None
}

/// The library that cargo has built for this test.
fn library() -> PathBuf {
    let name = format!("{}sanchay_python{}", env::consts::DLL_PREFIX, {
        env::consts::DLL_SUFFIX
    });
    let deps = env::current_exe().unwrap().parent().unwrap().to_owned();
    deps.join(name)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let known = path
            .extension()
            .is_some_and(|it| it == "py" || it == "pyi" || it == "typed");
        if known {
            fs::copy(&path, to.join(path.file_name().unwrap()))?;
        }
    }
    Ok(())
}

#[test]
fn the_python_package_passes_its_tests() {
    let Some(python) = interpreter() else { return };
    let layout = tempfile::tempdir().unwrap();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("python");
    for package in ["sanchay", "vpo"] {
        copy(&sources.join(package), &layout.path().join(package)).unwrap();
    }
    let native = layout.path().join("sanchay/_native.abi3.so");
    fs::copy(library(), native).unwrap();
    let output = Command::new(python)
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/python"])
        .current_dir(workspace())
        .env("PYTHONPATH", layout.path())
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    println!("{said}");
}
