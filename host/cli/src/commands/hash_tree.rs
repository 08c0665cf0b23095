//! `sanchay hash --tree`: one digest for each folder.

use sanchay_names::OsStrExt as _;

use sanchay::{Algorithm, Content, FolderDigest, Plugins};
use sanchay_core::record::{RecordKind, Row};
use sanchay_output::TextOptions;

use super::hash::HashArgs;
use crate::{
    context::Context,
    exit::{self, Exit},
    failure::Failure,
    output::{Inputs, Output, RecordWriter, Request},
};

/// Makes the digests and prints them.
pub(crate) fn run(
    arguments: &HashArgs,
    context: &Context,
) -> Result<Exit, Failure> {
    let HashArgs { output, walk, cloud, plugin, print0, tag, .. } = arguments;
    let interrupt = context.catch_signals()?;
    let messages = arguments.run.messages(context, false);
    let engine = arguments.run.engine()?;
    let plugins = Plugins::default();
    let roots = walk.list.or_current(&arguments.paths)?;
    let inputs = Inputs::of_walk(&roots, walk, plugin);
    let kind = RecordKind::Hash { partial: false };
    let text =
        TextOptions { zero: *print0, tag: *tag, ..TextOptions::default() };
    let output = Output::open(Request {
        sort: Some(&arguments.sort),
        color: context.terminal.colored_stdout,
        text,
        ..Request::new(output, inputs, kind, &plugins)
    })?;
    let mut writer = RecordWriter::new(&output);
    let outcome = engine
        .folder_digests(&roots)
        .options(cloud.reach(walk.options(plugins.clone(), &output.sink)))
        .algorithm(arguments.algorithm().unwrap_or(Algorithm::Xxh3_128))
        .monitor(&messages.monitor(&interrupt.cancel))
        .for_each(|made| match made {
            Ok(folder) => {
                output.take()?;
                push(&mut writer, &folder);
                messages.beside(|| writer.flush_if_due())?;
                output.is_enough()
            }
            Err(error) => {
                // The records before it first, where both are read.
                let flow = messages.beside(|| writer.flush());
                messages.entry(&error);
                flow
            }
        });
    messages.end_progress();
    drop(writer);
    output.end_run(
        outcome
            .map(|summary| exit::of_run(&summary, roots.len()))
            .map_err(Failure::from),
        &messages,
    )
}

fn push(writer: &mut RecordWriter<'_>, folder: &FolderDigest) {
    let FolderDigest { path, algorithm, digest, bytes, .. } = folder;
    let name = match path.as_os_str().as_bytes() {
        b"" => b".",
        name => name,
    };
    writer.push(&Row {
        name,
        size: Some(*bytes),
        content: Some(Content::Whole(*algorithm, *digest)),
        root: Some(name),
        ..Row::default()
    });
}
