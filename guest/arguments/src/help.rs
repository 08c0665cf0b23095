//! What `--help` prints. The output formats are the native program's:
//! docs/FORMATS.md describes them in full, this help in brief.

use alloc::format;
use alloc::string::String;

use sanchay_core::filter::FilterOption;

use crate::command::Verb;
use crate::options::OPTIONS;

/// `sanchay --help`.
pub const HELP: &str = "\
Scan, hash and compare files: Sanchay as a WebAssembly command

This is sanchay for any host of WASI 0.2, such as wasmtime. It sees only the
folders that the host gives it, under the names that the host gives them:

  wasmtime run --dir /srv/media::/media sanchay.wasm scan /media

What it offers has the options, the output and the exit codes of the native
program sanchay.

Usage: sanchay <COMMAND>

Commands:
  scan   List the files below directories, with size and modification time
  hash   Print the digests of files
  dupes  Find files with the same content
  help   Print this, or the help of a command

Options:
  -h, --help     Print help
  -V, --version  Print version

Options may be repeated: the last one counts. Only the native program has: hash
--check, --follow, --plugin, --threads, --color, --one-file-system, --verbose,
progress, and the commands component, plugin, completions and man. File systems
cannot be told apart in WASI: /proc and /sys are entered where they lie in a
folder that was given. Names that are not UTF-8 do not exist in WASI: a
directory with such entries is named on standard error, and its other entries
are dealt with.

Exit status:
  0    all done
  2    wrong usage, or nothing could be done: no root could be
       read, or the output could not be written
  3    done, but some entries failed; each is named on standard
       error as sanchay: PATH: WHAT: WHY

A reader that closes the pipe early (| head) ends the run quietly,
with 0.
";

/// `sanchay VERB --help`.
pub(crate) fn of(verb: Verb) -> String {
    let mut help = String::from(verb.head());
    help.push_str("\nOptions:\n");
    for option in OPTIONS.iter().filter(|it| it.verbs.contains(&verb)) {
        let names = names(option.short, option.long, option.value);
        push(&names, option.help, &mut help);
    }
    for option in FilterOption::all() {
        let value = format!(" <{}>", option.value_name);
        let names = names(option.short, option.name, &value);
        push(&names, option.help, &mut help);
    }
    help.push('\n');
    help.push_str(verb.tail());
    help
}

/// An option as help lists it.
fn names(short: Option<char>, long: &str, value: &str) -> String {
    match short {
        Some(letter) => format!("  -{letter}, --{long}{value}"),
        None => format!("      --{long}{value}"),
    }
}

/// Appends an option and what it does, in lines of less than 80 characters.
fn push(names: &str, text: &str, help: &mut String) {
    const TEXT: usize = 25;
    const WIDTH: usize = 79;
    help.push_str(names);
    let mut column = names.len();
    if column + 2 > TEXT {
        help.push('\n');
        column = 0;
    }
    for (index, word) in text.split_whitespace().enumerate() {
        if index > 0 && column + 1 + word.len() > WIDTH {
            help.push('\n');
            column = 0;
        } else if index > 0 {
            help.push(' ');
            column += 1;
        }
        while column < TEXT {
            help.push(' ');
            column += 1;
        }
        help.push_str(word);
        column += word.len();
    }
    help.push('\n');
}

impl Verb {
    fn head(self) -> &'static str {
        match self {
            Self::Scan => {
                "\
List the files below directories, with size and modification time

Usage: sanchay scan [OPTIONS] [ROOT]...

Arguments:
  [ROOT]...  Where to look; by default the current directory
"
            }
            Self::Hash => {
                "\
Print the digests of files

Usage: sanchay hash [OPTIONS] [PATH]...

Arguments:
  [PATH]...  Files, directories to walk, or - for standard input, which is
             also read where no PATH is given
"
            }
            Self::Dupes => {
                "\
Find files with the same content

Usage: sanchay dupes [OPTIONS] [ROOT]...

Arguments:
  [ROOT]...  Where to look; by default the current directory
"
            }
        }
    }

    fn tail(self) -> &'static str {
        match self {
            Self::Scan => {
                "\
Each file is a line: its size in bytes, its modification time (RFC 3339, UTC,
nanoseconds) and its path, with tabs between them. Symbolic links below a root
are not followed.
"
            }
            Self::Hash => {
                "\
Each file is a line as the checksum programs print it, HASH  PATH. Files are in
the order of the arguments, and within a directory in the byte order of their
paths. A partial digest is xxh64:FIRST:LAST:SIZE; in a list, :CHUNK follows in
bytes where it is not 64KiB.
"
            }
            Self::Dupes => {
                "\
Each group is a line
  # N files of SIZE bytes, BYTES bytes reclaimable, FUNCTION:HASH
then a line for each path, then an empty line. Empty files are left out unless
--min-size 0 is given.
"
            }
        }
    }
}
