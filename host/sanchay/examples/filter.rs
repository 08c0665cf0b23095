//! Lets through the names that end in one of some extensions.
//!
//! ```sh
//! cargo run --release -p sanchay --example filter -- [-0] [-H] EXTENSION...
//! tar tf backup.tar | target/release/examples/filter jpg png
//! find . -print0 | target/release/examples/filter -0 tar.gz | xargs -0 ls
//! ```
//!
//! Names or paths are read from standard input, one a line, or one before
//! each zero byte with `-0`, and those that survive are printed in the same
//! form. Names that begin with a dot do not, unless `-H` is given.
//!
//! Nothing is walked and nothing is opened: a [`Filter`] matches what it is
//! given. The names are not trusted, so the code that looks at them runs in
//! the sandbox; this side only finds where each begins and ends. They are
//! matched by the thousand, since each call into the sandbox has its price.

use std::{
    env,
    error::Error,
    io::{self, BufRead as _, BufWriter, Write},
};

use sanchay::{Engine, Filter, FilterInstance};

/// How many names are matched at once.
const BATCH: usize = 1000;

/// The longest path that is taken, in bytes; no system has longer ones. What
/// never ends must not fill the memory.
const LONGEST: u64 = 1 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let mut options = Filter::default();
    let mut separator = b'\n';
    for word in env::args_os().skip(1) {
        match word.as_encoded_bytes() {
            b"-0" => separator = 0,
            b"-H" => options = options.hidden(true),
            extension => options = options.extension(extension),
        }
    }
    // One thread, hence one instance, is enough for a stream.
    let engine = Engine::builder().threads(1).build()?;
    let mut filter = engine.filter(&options)?;

    let mut input = io::stdin().lock();
    let mut out = BufWriter::new(io::stdout().lock());
    let mut paths = Vec::new();
    while let Some(path) = next(&mut input, separator)? {
        paths.push(path);
        if paths.len() == BATCH {
            pass(&mut filter, &paths, separator, &mut out)?;
            paths.clear();
        }
    }
    pass(&mut filter, &paths, separator, &mut out)?;
    out.flush()?;
    Ok(())
}

/// The next path, without its separator; `None` at the end.
fn next(
    input: &mut io::StdinLock<'_>,
    separator: u8,
) -> io::Result<Option<Vec<u8>>> {
    let mut path = Vec::new();
    let mut limited = io::Read::take(input, LONGEST);
    if limited.read_until(separator, &mut path)? == 0 {
        return Ok(None);
    }
    if path.last() == Some(&separator) {
        path.pop();
    } else if limited.limit() == 0 {
        return Err(io::Error::other("a path of more than a mebibyte"));
    }
    Ok(Some(path))
}

/// Matches paths by their last names and prints those that survive.
fn pass(
    filter: &mut FilterInstance,
    paths: &[Vec<u8>],
    separator: u8,
    out: &mut impl Write,
) -> Result<(), Box<dyn Error>> {
    let names: Vec<&[u8]> = paths
        .iter()
        .map(|path| path.rsplit(|byte| *byte == b'/').next().unwrap_or(path))
        .collect();
    for index in filter.match_names(&names)? {
        if let Some(path) = paths.get(*index as usize) {
            out.write_all(path)?;
            out.write_all(&[separator])?;
        }
    }
    Ok(())
}
