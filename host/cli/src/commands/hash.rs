//! `sanchay hash`: the digests of files.

use std::{ops::ControlFlow, path::PathBuf};

use clap::Args;
use sanchay::{
    Algorithm, Filter, HashEvent, HashOptions, Method, Source, ValueColumns,
};
use sanchay_core::{
    record::{FieldId, RecordKind},
    size,
};
use sanchay_output::TextOptions;

use super::{check, hash_tree};
use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::{self, Exit},
    failure::Failure,
    inherited,
    options::{
        algorithm::{self, NamedAlgorithm},
        catalog::CatalogArgs,
        check::CheckArgs,
        cloud::CloudArgs,
        filter,
        output::OutputArgs,
        plugin::{self, PluginArgs},
        run::RunArgs,
        sort::SortArgs,
        walk::WalkArgs,
    },
    output::{Inputs, Output, RecordWriter, Request},
    plugins::load_all,
    standard_streams::is_stdin,
};

const EXAMPLES: &str = "\
Each file is a line in the form of the checksum programs, HASH  PATH, which
sha256sum --check and its like, b3sum --check and xxhsum --check accept. A
newline, carriage return or backslash in a name is printed as \\n, \\r or \\\\,
with a backslash before the line. (b3sum knows no \\r: with blake3, only one at
the end of a name is escaped. xxhsum before 0.8.2 knows no escapes and cannot
check such names; --print0 escapes none.) xxh3-64 is printed as XXH3 (PATH) =
HASH, since xxhsum would read the other form as xxh64.

md5 and sha1 are broken: two files with one digest can be made. crc32 is that
of zlib, gzip and PNG, and only finds transmission errors.

Files are in the order of the arguments, and within a directory in the byte
order of their paths. Only regular files are hashed.

The other formats have the fields path, size, modified, algorithm and hash, and
chunk for partial digests. A path that is not UTF-8 has path_base64 (its bytes
in base64) in place of path; csv has both columns; parquet has path_bytes.
Standard input has no modification time: null.

A partial digest is xxh64:FIRST:LAST:SIZE, the XXH64 of the first and the last
CHUNK bytes and the size; for a file smaller than two chunks, both are the
XXH64 of all of it. In text, :CHUNK follows in bytes unless it is 64KiB.

The columns of plugins come last, as NAME.FIELD; in text they are on a line of
their own before the file's, which begins with # and is a comment to the
checksum programs.

With --check, each PATH is a list of digests in any of these forms, in that of
openssl dgst, or in the old one with a single space. Each listed file gets a
verdict: OK, FAILED, or FAILED open or read. If a line does not name its
algorithm and --algorithm is not given, the digest's length decides: 8
hexadecimal digits are crc32, 16 xxh64, 32 xxh3-128 or md5, 40 sha1, 64 sha256
or blake3, 128 sha512. Where two are possible, either digest will do. blake3
may have fewer digits (b3sum --length) if the line or --algorithm names it.
Verdicts have the fields path, verdict (ok, failed, missing, unreadable) and
error.

Examples:
  sanchay hash *.iso
  sanchay hash -a sha256 dist > SHA256SUMS
  sanchay hash --check SHA256SUMS
  sanchay hash --check --algorithm md5 MD5SUMS
  sanchay hash --partial -e mxf /srv/media
  sanchay hash --tree --sha256 -H release backup/release
  tar c . | sanchay hash -a blake3";

/// Print the digests of files, or check them against a list.
#[derive(Args, Debug)]
#[command(after_help = "See --help for output formats and examples.")]
#[command(after_long_help = format!("{EXAMPLES}\n\n{}", size::HELP))]
pub(crate) struct HashArgs {
    /// Files, directories to walk, or - for standard input, which is also
    /// read where no PATH is given
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    /// The hash function; by default xxh3-128, with --check what the lists say
    ///
    /// Each name is also an option: --sha256 means --algorithm sha256.
    #[arg(short, long, value_parser = algorithm::parser())]
    algorithm: Option<Algorithm>,

    #[command(flatten)]
    named: NamedAlgorithm,

    /// Hash only the first and last CHUNK bytes, with xxh64 (default 64KiB)
    #[arg(
        long,
        value_name = "CHUNK",
        value_parser = size::parse_chunk,
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "64KiB"
    )]
    pub(crate) partial: Option<u32>,

    /// Print one digest for each PATH: of a folder, of all that is in it
    ///
    /// It is made of the names, kinds and contents of what is in the folder,
    /// at any depth (docs/TREE-DIGEST.md), and changes with these alone. What
    /// the options for walking leave out is no part of it: hidden files are
    /// one with -H. A folder in which something cannot be read has none.
    #[arg(
        long,
        conflicts_with_all = ["partial", "check", "follow", "kind"],
        conflicts_with_all = plugin::IDS
    )]
    pub(crate) tree: bool,

    /// Print NAME (PATH) = HASH, which names the hash function
    #[arg(long, conflicts_with_all = ["partial", "template"])]
    pub(crate) tag: bool,

    /// End each line with a zero byte, and do not escape names
    #[arg(short = '0', long)]
    pub(crate) print0: bool,

    /// Check the digests that each PATH lists
    #[arg(
        short,
        long,
        conflicts_with_all = [
            "tag", "print0", "sort", "max_results", "WalkArgs", "CloudArgs",
            "CatalogArgs", filter::GROUP,
        ],
        conflicts_with_all = plugin::IDS
    )]
    pub(crate) check: bool,

    #[command(flatten)]
    pub(crate) checking: CheckArgs,

    #[command(flatten)]
    pub(crate) output: OutputArgs,

    #[command(flatten)]
    pub(crate) sort: SortArgs,

    #[command(flatten)]
    pub(crate) walk: WalkArgs,

    #[command(flatten)]
    pub(crate) cloud: CloudArgs,

    #[command(flatten)]
    pub(crate) plugin: PluginArgs,

    #[command(flatten)]
    pub(crate) catalog: CatalogArgs,

    #[command(flatten)]
    pub(crate) run: RunArgs,
}

impl RunCommand for HashArgs {
    /// Whether the options go together.
    fn check(&self) -> Result<(), String> {
        self.cloud.check(&self.paths)?;
        let text = self.output.format().is_lines();
        let other = self.algorithm().filter(|it| *it != Algorithm::Xxh64);
        let only_stdin = self.reads_only_stdin() && !self.tree;
        let names_stdin = self.paths.iter().any(|path| is_stdin(path));
        if self.tag && !text {
            Err("--tag needs --format text".to_owned())
        } else if self.print0 && !text {
            Err("--print0 needs --format text".to_owned())
        } else if self.checking.status && !text {
            Err("--status prints nothing and takes no --format".to_owned())
        } else if self.tree && names_stdin {
            Err("--tree needs folders: standard input is none".to_owned())
        } else if let (true, Some(unfit)) =
            (self.tree, self.algorithm().filter(|it| !it.identifies()))
        {
            Err(format!("{unfit} cannot tell folders apart"))
        } else if names_stdin && self.walk.list.read_stdin() {
            Err("standard input is a list, and cannot be hashed".to_owned())
        } else if self.check {
            self.output.check(RecordKind::Verdict, false)
        } else if let (Some(_), Some(other)) = (self.partial, other) {
            Err(format!("--partial always uses xxh64: it cannot use {other}"))
        } else if only_stdin && self.walk != WalkArgs::default() {
            Err("options for walking need a PATH to walk".to_owned())
        } else if only_stdin && !self.plugin.plugins.is_empty() {
            Err("--plugin needs a PATH: plugins are not asked about standard \
                 input"
                .to_owned())
        } else {
            self.output.check(self.kind(), self.print0)?;
            self.sort.check(self.kind())?;
            self.walk.check_before_plugins(Filter::files_only)
        }
    }

    /// Hashes. With `--check`, the command `check` runs in its place.
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        if self.check {
            return check::run(self, context);
        } else if self.tree {
            return hash_tree::run(self, context);
        }
        let explained = self.walk.explain_with_plugins(
            Filter::files_only,
            (&self.plugin, ValueColumns::with_digest),
            &self.run,
            context,
        )?;
        if let Some(exit) = explained {
            return Ok(exit);
        }
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let catalog = self.catalog.open(&messages)?;
        let engine = self.run.engine_with(&catalog)?;
        let plugins = load_all(
            &self.plugin,
            &self.walk.filter.0,
            &engine,
            &interrupt,
            None,
        )?;
        let text = TextOptions {
            zero: self.print0,
            tag: self.tag,
            ..TextOptions::default()
        };
        let mut inputs = Inputs {
            stdin: self.reads_stdin()?,
            ..Inputs::of_walk(&self.paths, &self.walk, &self.plugin)
        };
        inputs.others.extend(catalog.paths());
        let output = Output::open(Request {
            sort: Some(&self.sort),
            color: context.terminal.colored_stdout,
            text,
            ..Request::new(&self.output, inputs, self.kind(), &plugins)
        })?;
        let sources = self.sources()?;
        let plugins = output.plugins(&plugins)?;
        let walk = self.walk.options(plugins, &output.sink);
        let mut walk = self.cloud.reach(walk);
        walk.read_links = output.schema.has(FieldId::Target);
        let options = HashOptions {
            walk: catalog.left_out(walk),
            method: match self.partial {
                Some(chunk) => Method::Partial { chunk },
                None => self
                    .algorithm()
                    .map_or_else(Method::default, Method::Whole),
            },
        };
        let mut writer = RecordWriter::new(&output);
        let outcome = engine
            .hash(&sources)
            .options(options)
            .monitor(&messages.monitor(&interrupt.cancel))
            .for_each(|event| match event {
                HashEvent::File(file) => {
                    output.take()?;
                    writer.push_hashed(&file, self.partial);
                    messages.beside(|| writer.flush_if_due())?;
                    output.is_enough()
                }
                HashEvent::Error(error) => {
                    // The records before it first, where both are read.
                    let flow = messages.beside(|| writer.flush());
                    messages.entry(&error);
                    flow
                }
                _ => ControlFlow::Continue(()),
            });
        messages.end_progress();
        drop(writer);
        output.end_run(
            outcome
                .map(|summary| exit::of_run(&summary, sources.len()))
                .map_err(Failure::from),
            &messages,
        )
    }

    fn plugins(&mut self) -> Option<&mut PluginArgs> {
        Some(&mut self.plugin)
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        Some(&mut self.paths)
    }
}

impl HashArgs {
    /// What the records are.
    fn kind(&self) -> RecordKind {
        RecordKind::Hash { partial: self.partial.is_some() }
    }

    /// The hash function that was asked for.
    pub(crate) fn algorithm(&self) -> Option<Algorithm> {
        self.named.0.or(self.algorithm)
    }

    /// Whether standard input is read, which must be there then.
    pub(crate) fn reads_stdin(&self) -> Result<bool, Failure> {
        let reads = self.reads_only_stdin()
            || self.walk.list.read_stdin()
            || self.paths.iter().any(|path| is_stdin(path));
        match reads && inherited::input_is_closed() {
            true => Err(Failure::NoInput),
            false => Ok(reads),
        }
    }

    fn sources(&self) -> Result<Vec<Source>, Failure> {
        if self.reads_only_stdin() && self.paths.is_empty() {
            return Ok(vec![Source::Stdin]);
        }
        let named = self.paths.iter().map(|path| match is_stdin(path) {
            true => Source::Stdin,
            false => Source::Path(path.clone()),
        });
        let listed = self.walk.list.paths()?;
        let all = named.chain(listed.into_iter().map(Source::Path));
        Ok(all
            .map(|source| match source {
                Source::Path(path) => {
                    Source::Path(sanchay_names::with_slashes(path))
                }
                other => other,
            })
            .collect())
    }

    /// Whether nothing but standard input is hashed.
    fn reads_only_stdin(&self) -> bool {
        !self.walk.list.is_given()
            && self.paths.iter().all(|path| is_stdin(path))
    }
}
