//! `sanchay manifest`: a list of files with their digests.

use std::{ops::ControlFlow, path::PathBuf};

use clap::Args;
use sanchay::{Filter, HashEvent, HashOptions, Method, Plugins};
use sanchay_core::{record::RecordKind, size};

use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::{self, Exit},
    failure::Failure,
    options::{
        algorithm::IdentifyingArgs, catalog::CatalogArgs, output::OutputArgs,
        run::RunArgs, sort::SortArgs, walk::WalkArgs,
    },
    output::{Inputs, Output, RecordWriter, Request},
};

const EXAMPLES: &str = "\
Each regular file is an object of JSON on a line of its own: path, kind, size,
modified, mode, algorithm, hash. Other formats and fields are those of sanchay
hash. With --format text it is a list as the checksum programs write it.

sanchay hash --check reads such a list, and so does sanchay diff: in ndjson,
json and text, if they have path and hash. Paths are written as they are
reached from the ROOTs. A relative one is later taken from the directory that
is the current one then.

A file that cannot be read is an error and not on the list, and the exit status
is 3.

Examples:
  sanchay manifest -H -o /mnt/usb/photos.ndjson photos
  sanchay hash --check /mnt/usb/photos.ndjson
  sanchay diff /mnt/usb/photos.ndjson photos/
  sanchay manifest --sha256 --format text -o SHA256SUMS dist";

/// The fields of a file.
const FIELDS: [&str; 7] =
    ["path", "kind", "size", "modified", "mode", "algorithm", "hash"];

/// Write a list of files with their digests, to check and compare with.
#[derive(Args, Debug)]
#[command(after_help = "See --help for what is listed, and examples.")]
#[command(after_long_help = format!("{EXAMPLES}\n\n{}", size::HELP))]
pub(crate) struct ManifestArgs {
    /// Where to look; by default the current directory
    #[arg(value_name = "ROOT")]
    pub(crate) roots: Vec<PathBuf>,

    #[command(flatten)]
    algorithm: IdentifyingArgs,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    sort: SortArgs,

    #[command(flatten)]
    walk: WalkArgs,

    #[command(flatten)]
    catalog: CatalogArgs,

    #[command(flatten)]
    run: RunArgs,
}

/// What the records are.
const KIND: RecordKind = RecordKind::Hash { partial: false };

impl ManifestArgs {
    /// The form of the list.
    fn form(&self) -> OutputArgs {
        let form = self.output.or_ndjson();
        match form.format().is_lines() {
            // Lines of text are those of checksum programs.
            true => form,
            false => form.or_fields(&FIELDS),
        }
    }
}

impl RunCommand for ManifestArgs {
    /// Whether the options go together.
    fn check(&self) -> Result<(), String> {
        self.algorithm.check()?;
        self.output.check(KIND, false)?;
        self.sort.check(KIND)?;
        self.walk.check(Filter::files_only)
    }

    /// Hashes the files and lists them.
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        if let Some(exit) = self.walk.explain(Filter::files_only)? {
            return Ok(exit);
        }
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let catalog = self.catalog.open(&messages)?;
        let engine = self.run.engine_with(&catalog)?;
        let roots = self.walk.list.or_current(&self.roots)?;
        let inputs = Inputs::of_roots(&roots, &self.walk).and(catalog.paths());
        let plugins = Plugins::default();
        let form = self.form();
        let output = Output::open(Request {
            sort: Some(&self.sort),
            ..Request::new(&form, inputs, KIND, &plugins)
        })?;
        let plugins = output.plugins(&plugins)?;
        let walk = self.walk.options(plugins, &output.sink);
        let mut writer = RecordWriter::new(&output);
        let outcome = engine
            .hash(roots.iter().cloned())
            .options(HashOptions {
                walk: catalog.left_out(walk),
                method: Method::Whole(self.algorithm.algorithm()),
            })
            .monitor(&messages.monitor(&interrupt.cancel))
            .for_each(|event| match event {
                HashEvent::File(file) => {
                    output.take()?;
                    writer.push_hashed(&file, None);
                    messages.beside(|| writer.flush_if_due())?;
                    output.is_enough()
                }
                HashEvent::Error(error) => {
                    let flow = messages.beside(|| writer.flush());
                    messages.entry(&error);
                    flow
                }
                _ => ControlFlow::Continue(()),
            });
        drop(writer);
        output.end_run(
            outcome
                .map(|summary| exit::of_run(&summary, roots.len()))
                .map_err(Failure::from),
            &messages,
        )
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        Some(&mut self.roots)
    }
}
