//! `sanchay store check`: what is missing, damaged or foreign.

use clap::Args;
use sanchay::Plugins;
use sanchay_core::{
    record::{RecordKind, Row, Verdict},
    size::HumanBytes,
};
use sanchay_store::{CheckOptions, CheckReport, Flaw};

use super::StoreArgs;
use crate::{
    commands::command::RunCommand,
    context::Context,
    exit::Exit,
    failure::Failure,
    messages::Messages,
    options::{output::OutputArgs, run::RunArgs},
    output::{Inputs, Output, RecordWriter, Request},
};

const ABOUT: &str = "\
Indexes, snapshots and what they need are looked at, and the sizes of packs.
With --read-data, every pack is read, every object taken apart and compared
with its digest, and every file of several chunks with its own.

Each flaw is a record: the file or object; failed (damaged), missing, or
unwanted (it belongs to no store); and why. Packs that no index has are counted,
and no flaw: a put that was cut off left them, and gc takes care of them.

Exit status is 1 where there is a flaw.";

/// Look for what is missing, damaged or foreign.
#[derive(Args, Debug)]
#[command(after_long_help = ABOUT, after_help = "See --help for more.")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    store: StoreArgs,

    /// Read all data, and compare it with its digests
    #[arg(long)]
    read_data: bool,

    #[command(flatten)]
    output: OutputArgs,

    #[command(flatten)]
    run: RunArgs,
}

impl RunCommand for CheckArgs {
    fn check(&self) -> Result<(), String> {
        self.output.check(RecordKind::Verdict, false)
    }

    fn run(&self, context: &Context) -> Result<Exit, Failure> {
        let interrupt = context.catch_signals()?;
        let messages = self.run.messages(context, false);
        let store = self.store.open()?;
        let engine = self.run.engine()?;
        let plugins = Plugins::default();
        let (inputs, kind) = (Inputs::default(), RecordKind::Verdict);
        let request = Request::new(&self.output, inputs, kind, &plugins);
        let output = Output::open(request)?;
        let options = CheckOptions {
            read_data: self.read_data,
            monitor: messages.monitor(&interrupt.cancel),
        };
        let checked =
            store.check(&engine, &options).map_err(self.store.failed());
        messages.end_progress();
        let outcome = checked.map(|report| {
            let exit = print(&report, &output, &messages);
            if !self.run.quiet {
                messages.note(format_args!(
                    "snapshots: {}, objects: {}, packs: {}, without an \
                     index: {}, read: {}, flaws: {}",
                    report.snapshots,
                    report.objects,
                    report.packs,
                    report.unindexed,
                    HumanBytes(report.bytes),
                    report.flaws.len(),
                ));
            }
            exit
        });
        output.end_run(outcome, &messages)
    }
}

fn print(report: &CheckReport, output: &Output, messages: &Messages) -> Exit {
    let mut writer = RecordWriter::new(output);
    let mut exit = Exit::Done;
    for flaw in &report.flaws {
        let (subject, why) = (flaw.subject(), flaw.why());
        messages.say(format_args!("{}: {why}", sanchay::escaped(&subject)));
        let verdict = match flaw {
            Flaw::Foreign { .. } => Verdict::Unwanted,
            Flaw::MissingObject { .. } => Verdict::Missing,
            _ => Verdict::Failed,
        };
        exit = Exit::No;
        if output.take().is_continue() {
            writer.push(&Row {
                name: &subject,
                verdict: Some(verdict),
                error: Some(&why),
                ..Row::default()
            });
        }
    }
    exit
}
