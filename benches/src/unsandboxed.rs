//! Sanchay itself without its sandbox: the engine with inspectors that call
//! the core natively. It takes the words of `sanchay` that the jobs use, and
//! prints what that prints of files whose names need no escapes.

use std::io::{BufWriter, Write, stdout};
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use sanchay::{Algorithm, DEFAULT_CHUNK, Engine, HashEvent, Method};
use sanchay_bench::NativeInspector;

use crate::problem::{Problem, Result, Trying};

/// What is to be done.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Job {
    /// Prints the digest of every file
    Hash {
        /// The hash function
        #[arg(short, long, default_value = "xxh3-128")]
        algorithm: Algorithm,
        /// Hash only the ends of files
        #[arg(long)]
        partial: bool,
        #[command(flatten)]
        common: Common,
    },
    /// Prints the groups of files with the same content
    Dupes {
        #[command(flatten)]
        common: Common,
    },
}

/// What all jobs take.
#[derive(Debug, clap::Args)]
pub(crate) struct Common {
    /// Include hidden files
    #[arg(short = 'H', long)]
    hidden: bool,
    /// How many threads
    #[arg(long)]
    threads: Option<usize>,
    /// Where to look
    paths: Vec<PathBuf>,
}

impl Common {
    fn engine(&self) -> Result<Engine> {
        let mut builder = Engine::builder()
            .inspectors(|| Box::new(NativeInspector::default()));
        if let Some(threads) = self.threads {
            builder = builder.threads(threads);
        }
        builder.build().map_err(problem)
    }
}

fn problem(error: sanchay::Error) -> Problem {
    Problem::new(error.to_string())
}

/// Does the job and prints to standard output.
pub(crate) fn run(job: &Job) -> Result<()> {
    let mut output = BufWriter::new(stdout());
    match job {
        Job::Hash { algorithm, partial, common } => {
            let method = match partial {
                true => Method::Partial { chunk: DEFAULT_CHUNK },
                false => Method::Whole(*algorithm),
            };
            hash(common, method, &mut output)?;
        }
        Job::Dupes { common } => dupes(common, &mut output)?,
    }
    output.flush().trying("write", Path::new("-"))
}

fn hash(
    common: &Common,
    method: Method,
    output: &mut (impl Write + Send),
) -> Result<()> {
    let mut written = Ok(());
    common
        .engine()?
        .hash(&common.paths)
        .hidden(common.hidden)
        .method(method)
        .for_each(|event| {
            match event {
                HashEvent::File(file) => {
                    written = write!(output, "{}  ", file.content)
                        .and_then(|()| output.write_all(file.path))
                        .and_then(|()| output.write_all(b"\n"));
                }
                HashEvent::Error(error) => eprintln!("bench: {error}"),
                _ => {}
            }
            match written {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        })
        .map_err(problem)?;
    written.trying("write", Path::new("-"))
}

fn dupes(common: &Common, output: &mut impl Write) -> Result<()> {
    let found = common
        .engine()?
        .duplicates(&common.paths)
        .hidden(common.hidden)
        .find(|error| {
            eprintln!("bench: {error}");
            ControlFlow::Continue(())
        })
        .map_err(problem)?;
    for group in &found {
        print_group(&group, output).trying("write", Path::new("-"))?;
    }
    Ok(())
}

fn print_group(
    group: &sanchay::Group<'_>,
    output: &mut impl Write,
) -> std::io::Result<()> {
    writeln!(
        output,
        "# {} files of {} bytes, {} bytes reclaimable, {}:{}",
        group.len(),
        group.size(),
        group.reclaimable(),
        group.algorithm(),
        group.digest()
    )?;
    for file in group.files() {
        output.write_all(file.path().as_os_str().as_bytes())?;
        output.write_all(b"\n")?;
    }
    output.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use sanchay::{Algorithm, DEFAULT_CHUNK, Engine, Method};

    use super::{Common, dupes, hash};

    fn common(root: &tempfile::TempDir) -> Common {
        let paths = vec![root.path().to_path_buf()];
        Common { hidden: false, threads: Some(2), paths }
    }

    fn tree() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (name, size) in
            [("a", 0), ("b", 5), ("c", 5), ("d", 300_000), ("e", 9 << 20)]
        {
            fs::write(root.path().join(name), vec![7; size]).unwrap();
        }
        fs::write(root.path().join(".hidden"), "hidden").unwrap();
        root
    }

    #[test]
    fn digests_are_those_that_the_sandbox_makes() {
        let root = tree();
        let sandboxed = Engine::builder().threads(2).build().unwrap();
        let methods = Algorithm::ALL.map(Method::Whole).into_iter();
        let partial = Method::Partial { chunk: DEFAULT_CHUNK };
        for method in methods.chain([partial]) {
            let mut output = Vec::new();
            hash(&common(&root), method, &mut output).unwrap();
            let expected: String = sandboxed
                .hash([root.path()])
                .method(method)
                .start()
                .unwrap()
                .map(|file| {
                    let file = file.unwrap();
                    format!("{}  {}\n", file.content, file.path().display())
                })
                .collect();
            assert_eq!(String::from_utf8(output).unwrap(), expected);
        }
    }

    #[test]
    fn groups_are_those_that_the_sandbox_finds() {
        let root = tree();
        let mut output = Vec::new();
        dupes(&common(&root), &mut output).unwrap();
        let path = |name: &str| -> PathBuf { root.path().join(name) };
        let output = String::from_utf8(output).unwrap();
        let lines: Vec<_> = output.lines().skip(1).collect();
        let (b, c) = (path("b"), path("c"));
        assert_eq!(lines, [b.to_str().unwrap(), c.to_str().unwrap(), ""]);
    }
}
