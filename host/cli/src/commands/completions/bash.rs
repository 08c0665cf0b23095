//! File names where files can stand, in the script for bash.
//!
//! The generated script offers a command's options for an empty word, so that
//! the names of files, which bash itself completes where a script offers
//! nothing, never get their turn. For commands that take files it is to offer
//! options only for what begins with a dash.

use clap::{Command, ValueHint};

/// What the generator puts between a command's name and that of one below it.
const BELOW: &str = "__subcmd__";

/// What a command's part of the script ends with.
const END: &str = "\n            ;;";

/// Where all of a command's options and arguments are offered.
const OFFER: &str = "COMPREPLY=( $(compgen -W \"${opts}\" -- \"${cur}\") )";

/// Lets bash complete files for the commands below one that take some.
pub(super) fn offer_files(script: &mut String, name: &str, command: &Command) {
    for below in command.get_subcommands() {
        let below_name = below.get_name().replace('-', BELOW);
        let name = format!("{name}{BELOW}{below_name}");
        if below.has_subcommands() {
            offer_files(script, &name, below);
        } else if takes_files(below) {
            let begin = script.find(&format!("\n        {name})\n"));
            let part = begin.and_then(|begin| {
                let length = script.get(begin..)?.find(END)?;
                Some(begin..begin + length)
            });
            let Some(part) = part else { continue };
            let mended = script.get(part.clone()).map(mended);
            script.replace_range(part, &mended.unwrap_or_default());
        }
    }
}

fn takes_files(command: &Command) -> bool {
    let is_path = |hint| {
        matches!(
            hint,
            ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath
        )
    };
    command.get_positionals().any(|it| is_path(it.get_value_hint()))
}

/// A command's part of the script, changed.
fn mended(part: &str) -> String {
    let (before, condition) = ("${cur} == -* ||", "${cur} == -* ]] ; then");
    let mut part = part.to_owned();
    if let Some(begin) = part.find(before)
        && let Some(line) = part.get(begin..).and_then(|it| it.find('\n'))
    {
        part.replace_range(begin..begin + line, condition);
    }
    if let Some(last) = part.rfind(OFFER) {
        part.replace_range(last..last + OFFER.len(), "COMPREPLY=()");
    }
    part
}
