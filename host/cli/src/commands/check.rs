//! `sanchay hash --check`: do files still have the digests on a list? The
//! answers, warnings and options are those of `sha256sum --check`.

mod guesses;
mod report;

use std::{
    ffi::OsStr,
    fs::File,
    io::{Read, stdin},
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use sanchay::{
    Cancel, CheckEvent, CheckOptions, CheckSummary, Engine, Error, FileId,
    Flaw, Plugins, describe_io_error, escaped_path,
};
use sanchay_core::record::RecordKind;
use sanchay_names::OsStrExt as _;

use self::{guesses::Guesses, report::Report};
use super::hash::HashArgs;
use crate::{
    context::Context,
    exit::Exit,
    failure::Failure,
    messages::Messages,
    options::check::CheckArgs,
    output::{Inputs, Output, RecordWriter, Request, leads_to},
    standard_streams::is_stdin,
};

/// Checks every list that is named.
pub(crate) fn run(
    arguments: &HashArgs,
    context: &Context,
) -> Result<Exit, Failure> {
    let cancel = context.catch_signals()?.cancel;
    let messages = arguments.run.messages(context, false);
    let engine = arguments.run.engine()?;
    let inputs = Inputs {
        named: &arguments.paths,
        stdin: arguments.reads_stdin()?,
        ..Inputs::default()
    };
    let plugins = Plugins::default();
    let kind = RecordKind::Verdict;
    let request = Request::new(&arguments.output, inputs, kind, &plugins);
    let output = Output::open(request)?;
    let mut check = Check {
        arguments: arguments.checking,
        quiet: arguments.run.quiet,
        refuted: false,
        options: CheckOptions {
            algorithm: arguments.algorithm(),
            chunk: arguments.partial,
        },
        engine,
        messages,
        cancel,
        writer: RecordWriter::new(&output),
        written: output.sink.ids(),
    };
    let standard_input = [PathBuf::from("-")];
    let lists = match arguments.paths.as_slice() {
        [] => standard_input.as_slice(),
        lists => lists,
    };
    let outcome = check.lists(lists);
    let refuted = check.refuted;
    drop(check);
    match output.end(outcome) {
        // "Yes" is said only of what was checked.
        Err(Failure::PipeClosed) if refuted => Ok(Exit::No),
        Err(Failure::PipeClosed) => Err(Failure::Unread),
        ended => ended,
    }
}

struct Check<'o> {
    arguments: CheckArgs,
    /// Whether nothing is said of files that are OK.
    quiet: bool,
    /// Whether a verdict was "no".
    refuted: bool,
    options: CheckOptions,
    engine: Engine,
    messages: Messages,
    cancel: Cancel,
    writer: RecordWriter<'o>,
    /// The files that the verdicts go to.
    written: Vec<FileId>,
}

impl Check<'_> {
    fn lists(&mut self, lists: &[PathBuf]) -> Result<Exit, Failure> {
        let (mut all_good, mut unreadable) = (true, 0);
        for list in lists {
            match self.list(list) {
                Ok(good) => all_good &= good,
                Err(Unread::List(why)) => {
                    self.messages.say(format_args!("{}: {why}", shown(list)));
                    unreadable += 1;
                }
                Err(Unread::Rest(failure)) => return Err(failure),
            }
        }
        Ok(if !all_good {
            Exit::No
        } else if unreadable == lists.len() {
            Exit::Failed
        } else if unreadable > 0 {
            Exit::Partly
        } else {
            Exit::Done
        })
    }

    /// Checks one list; whether the answer is "yes".
    fn list(&mut self, list: &Path) -> Result<bool, Unread> {
        let mut reader: Box<dyn Read + Send> = if is_stdin(list) {
            Box::new(stdin())
        } else {
            Box::new(File::open(list).map_err(|error| {
                Unread::List(format!(
                    "cannot open: {}",
                    describe_io_error(&error)
                ))
            })?)
        };
        let monitor = self.messages.monitor(&self.cancel);
        let Self {
            arguments, quiet, refuted, messages, writer, written, ..
        } = self;
        let mut overwrites = None;
        // A length that fits nothing is explained once without --warn: the
        // list is of an algorithm that is not known, and not just damaged.
        let mut explains = !arguments.status;
        let mut guesses = Guesses::default();
        let outcome = self
            .engine
            .check(&mut *reader)
            .options(self.options)
            .monitor(&monitor)
            .for_each(|event| match event {
                CheckEvent::Checked { path, verdict, guessed } => {
                    let file = Path::new(OsStr::from_bytes(path));
                    if leads_to(file, written) {
                        overwrites = Some(file.to_owned());
                        return ControlFlow::Break(());
                    }
                    guesses.note(guessed, &verdict);
                    let quiet = *quiet;
                    let mut report =
                        Report { messages, writer, quiet, refuted };
                    report.verdict(path, &verdict, *arguments)
                }
                CheckEvent::Malformed { line, flaw } => {
                    let explained = explains && flaw != Flaw::Form;
                    if arguments.warn || explained {
                        explains &= !explained;
                        messages.beside(|| writer.flush())?;
                        messages.say(format_args!(
                            "{}: {line}: {flaw}",
                            shown(list)
                        ));
                    }
                    ControlFlow::Continue(())
                }
                _ => ControlFlow::Continue(()),
            });
        if let Some(path) = overwrites {
            return Err(Unread::Rest(Failure::OutputIsInput(path)));
        }
        match outcome {
            Ok(summary) => {
                tracing::info!(?summary, list = shown(list), "list checked");
                // Finishing the sink reports errors.
                let _ = self.writer.flush();
                if !self.arguments.status {
                    guesses.doubt(&shown(list), &self.messages);
                }
                let good = self.conclude(&shown(list), summary);
                self.refuted |= !good;
                Ok(good)
            }
            Err(Error::Checklist(error)) => Err(Unread::List(format!(
                "cannot read: {}",
                describe_io_error(&error)
            ))),
            Err(error) => Err(Unread::Rest(error.into())),
        }
    }

    /// Says what is to be said about a whole list; whether all is well.
    fn conclude(&self, list: &str, summary: CheckSummary) -> bool {
        let CheckArgs { ignore_missing, status, strict, .. } = self.arguments;
        let CheckSummary { matched, mismatched, malformed, .. } = summary;
        let missing = if ignore_missing { 0 } else { summary.missing };
        let unread = missing + summary.unreadable;
        if summary.checked() == 0 {
            self.messages.say(format_args!(
                "{list}: no properly formatted digest lines found"
            ));
            return false;
        }
        let nothing_verified = ignore_missing && matched + mismatched == 0;
        if !status {
            self.warn(
                malformed,
                "line is",
                "lines are",
                "improperly formatted",
            );
            self.warn(
                unread,
                "listed file",
                "listed files",
                "could not be read",
            );
            self.warn(
                mismatched,
                "computed checksum",
                "computed checksums",
                "did NOT match",
            );
            if nothing_verified {
                self.messages
                    .say(format_args!("{list}: no file was verified"));
            }
        }
        !nothing_verified
            && mismatched + unread == 0
            && !(strict && malformed > 0)
    }

    fn warn(&self, count: u64, one: &str, many: &str, what: &str) {
        let noun = if count == 1 { one } else { many };
        if count > 0 {
            self.messages.say(format_args!("WARNING: {count} {noun} {what}"));
        }
    }
}

/// Why a list was not checked to its end.
enum Unread {
    /// The list itself could not be read; others may be.
    List(String),
    /// The command cannot go on.
    Rest(Failure),
}

/// A list as messages name it.
fn shown(list: &Path) -> String {
    if is_stdin(list) {
        "standard input".to_owned()
    } else {
        escaped_path(list)
    }
}
