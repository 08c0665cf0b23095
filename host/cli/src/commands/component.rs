//! `sanchay component`: the WebAssembly component that inspects names and
//! bytes.

use std::{fmt::Write as _, path::PathBuf};

use clap::{Args, ValueHint};
use sanchay::{Algorithm, component};

use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    options::run::RunArgs,
    output::{Inputs, put},
};

const EXAMPLES: &str = "\
Without options, this prints the component's size, SHA-256, exports and
imports. It imports nothing: it cannot open a file, read a clock or learn
anything that is not passed to it.

Examples:
  sanchay component
  sanchay component --wit
  sanchay component -o inspector.wasm";

/// Describe or write the WebAssembly component that handles untrusted data.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ComponentArgs {
    /// Write the component to FILE
    #[arg(
        short,
        long,
        value_name = "FILE",
        value_hint = ValueHint::FilePath,
        conflicts_with = "wit"
    )]
    output: Option<PathBuf>,

    /// Print its world, as WIT
    #[arg(long)]
    wit: bool,
}

impl RunCommand for ComponentArgs {
    fn run(&self, _: &Context) -> Result<Exit, Failure> {
        let nothing = &Inputs::default();
        if let Some(path) = &self.output {
            put(Some(path), nothing, component::bytes())?;
        } else if self.wit {
            put(None, nothing, component::wit().as_bytes())?;
        } else {
            put(None, nothing, description()?.as_bytes())?;
        }
        Ok(Exit::Done)
    }
}

fn description() -> Result<String, Failure> {
    let run = RunArgs { threads: Some(1), ..RunArgs::default() };
    let bytes = component::bytes();
    let digest = run.engine()?.digest(Algorithm::Sha256, bytes)?;
    let mut text = format!("size     {} bytes\n", bytes.len());
    // Writing to a string does not fail.
    let _ = writeln!(text, "sha-256  {digest}");
    list("exports", component::exports(), &mut text);
    list("imports", component::imports(), &mut text);
    Ok(text)
}

/// Appends names in a column, the first after its heading.
fn list(heading: &str, names: &[&str], text: &mut String) {
    let names = if names.is_empty() { &["none"] } else { names };
    for (index, name) in names.iter().enumerate() {
        let heading = if index == 0 { heading } else { "" };
        let _ = writeln!(text, "{heading:8} {name}");
    }
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn names_stand_in_a_column_and_nothing_is_none() {
        let mut text = String::new();
        list("exports", &["a", "b"], &mut text);
        list("imports", &[], &mut text);
        assert_eq!(text, "exports  a\n         b\nimports  none\n");
    }
}
