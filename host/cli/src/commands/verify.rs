//! `sanchay verify`: are files still what they were?

use std::{ops::ControlFlow, path::PathBuf};

use clap::Args;
use sanchay::Plugins;
use sanchay_catalog::{VerifyEvent, VerifyOptions, VerifySummary};
use sanchay_core::{
    record::{RecordKind, Row, Verdict},
    size,
};

use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::{self, Exit},
    failure::Failure,
    options::{
        catalog::CatalogArgs, output::OutputArgs, run::RunArgs, walk::WalkArgs,
    },
    output::{Inputs, Output, RecordWriter, Request},
};

const EXAMPLES: &str = "\
Files whose digests the catalog knows, and whose size and times are what they
were, are read again. A file that then has another digest was changed by no
program that means well: its disk, memory or cable did it (bit rot), or
somebody who set the clock.

Those that were verified longest ago come first. When each was is noted as it
goes, so that a run that is interrupted goes on from there, and --sample 5%
every week has all of them in twenty weeks. What the system has of a file in
memory is dropped first, so that it is read from the disk.

Each file is a line, PATH: OK or PATH: FAILED; with --quiet, only those that
failed. The totals go to standard error.

Exit status is 1 where a file failed, and 2 where the catalog knows the digest
of none of the files: nothing was verified then.

Examples:
  sanchay hash --catalog=my.db /srv >SUMS && sanchay verify --catalog my.db /srv
  sanchay verify --sample 5% --quiet /srv
  sanchay verify --format ndjson ~ | jq 'select(.verdict == \"failed\")'";

/// Read files again whose digests are known, and tell of bit rot.
#[derive(Args, Debug)]
#[command(after_help = "See --help for what is read, and examples.")]
#[command(after_long_help = format!("{EXAMPLES}\n\n{}", size::HELP))]
pub(crate) struct VerifyArgs {
    /// Where to look; by default the current directory
    #[arg(value_name = "ROOT")]
    pub(crate) roots: Vec<PathBuf>,

    /// Read only so many of the files, as 5%: those verified longest ago
    #[arg(
        long,
        value_name = "PERCENT",
        value_parser = parse_percent,
        default_value = "100%"
    )]
    sample: f64,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    walk: WalkArgs,

    #[command(flatten)]
    catalog: CatalogArgs,

    #[command(flatten)]
    run: RunArgs,
}

/// A part of 1, from percent.
fn parse_percent(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('%').unwrap_or(text);
    match number.trim().parse::<f64>() {
        Ok(percent) if percent > 0.0 && percent <= 100.0 => {
            Ok(percent / 100.0)
        }
        _ => Err("expected a percentage above 0, as 5%".to_owned()),
    }
}

impl RunCommand for VerifyArgs {
    /// Verifies.
    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        if let Some(exit) = self.walk.explain(sanchay::Filter::files_only)? {
            return Ok(exit);
        }
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let catalog = self.catalog.require_existing(&messages)?;
        // Without the catalog: what it knows is in question.
        let engine = self.run.engine()?;
        let roots = self.walk.list.or_current(&self.roots)?;
        let inputs = Inputs::of_roots(&roots, &self.walk).and(catalog.paths());
        let plugins = Plugins::default();
        let kind = RecordKind::Verdict;
        let request = Request::new(&self.output, inputs, kind, &plugins);
        let output = Output::open(request)?;
        let walk = self.walk.options(plugins.clone(), &output.sink);
        let options = VerifyOptions {
            walk: catalog.left_out(walk),
            sample: self.sample,
            monitor: messages.monitor(&interrupt.cancel),
        };
        let mut writer = RecordWriter::new(&output);
        let quiet = self.run.quiet;
        let outcome =
            catalog.get()?.verify(&engine, &roots, &options, |event| {
                match event {
                    VerifyEvent::Read { verdict: Verdict::Ok, .. }
                        if quiet =>
                    {
                        ControlFlow::Continue(())
                    }
                    VerifyEvent::Read { path, verdict } => {
                        output.take()?;
                        writer.push(&Row {
                            name: path.as_os_str().as_encoded_bytes(),
                            verdict: Some(verdict),
                            ..Row::default()
                        });
                        messages.beside(|| writer.flush_if_due())?;
                        output.is_enough()
                    }
                    VerifyEvent::Error(error) => {
                        let flow = messages.beside(|| writer.flush());
                        messages.entry(&error);
                        flow
                    }
                    _ => ControlFlow::Continue(()),
                }
            });
        messages.end_progress();
        drop(writer);
        let summary = outcome.as_ref().ok().copied();
        let is_nothing = |it: &VerifySummary| it.known == 0;
        if summary.as_ref().is_some_and(is_nothing) {
            messages.say(
                "no digest of these files is known, so nothing is verified: \
                 sanchay hash --catalog and sanchay snapshot --hash keep them",
            );
        }
        let exit = output.end_run(
            outcome.map(|it| exit_of(&it, roots.len())).map_err(Failure::from),
            &messages,
        )?;
        if let Some(summary) = summary.filter(|_| !quiet) {
            messages.note(described(&summary));
        }
        Ok(exit)
    }

    fn roots(&mut self) -> Option<&mut Vec<PathBuf>> {
        Some(&mut self.roots)
    }
}

fn exit_of(summary: &VerifySummary, roots: usize) -> Exit {
    match exit::of_run(&summary.walked, roots) {
        Exit::Failed => Exit::Failed,
        _ if summary.known == 0 => Exit::Failed,
        _ if summary.rotten > 0 => Exit::No,
        _ if summary.unreadable > 0 => Exit::Partly,
        exit => exit,
    }
}

fn described(summary: &VerifySummary) -> String {
    let VerifySummary { files, known, verified, rotten, .. } = *summary;
    let VerifySummary { changed, unreadable, .. } = *summary;
    format!(
        "files: {files}, with a known digest: {known}, verified: {verified}, \
         failed: {rotten}, changed meanwhile: {changed}, unreadable: \
         {unreadable}"
    )
}

#[cfg(test)]
mod tests {
    use super::parse_percent;

    #[test]
    fn a_sample_is_a_percentage() {
        assert_eq!(parse_percent("5%"), Ok(0.05));
        assert_eq!(parse_percent("100"), Ok(1.0));
        for wrong in ["0", "101%", "-3", "x", "", "NaN", "%"] {
            assert!(parse_percent(wrong).is_err(), "{wrong}");
        }
    }
}
