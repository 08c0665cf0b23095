//! `./x plugins`: writes the example plugins to `target/plugins`; with
//! `--bindings`, writes what is generated in the templates anew.

use std::process::ExitCode;

use sanchay_plugin_build::{Failure, c, generated, images, portable};

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args_os().skip(1).collect();
    let done = match words.as_slice() {
        [] => plugins(),
        [word] if word == "--bindings" => bindings(),
        _ => Err("usage: sanchay-plugin-build [--bindings]".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// Builds the examples and tells where they are.
fn plugins() -> Result<(), Failure> {
    println!("{}", images()?.display());
    match portable()? {
        Some(path) => println!("{}", path.display()),
        None => eprintln!("{}", c::Tools::MISSING),
    }
    Ok(())
}

/// Writes the generated files.
fn bindings() -> Result<(), Failure> {
    for it in generated::all()? {
        let path = it.path.display();
        std::fs::write(&it.path, it.text)
            .map_err(|error| format!("cannot write {path}: {error}"))?;
        println!("{path}");
    }
    Ok(())
}
