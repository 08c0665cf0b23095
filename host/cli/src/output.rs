//! Records on their way out: collected in batches, sorted if that is wanted,
//! encoded, and written to where the user wants them; or made the arguments of
//! commands.
//!
//! Each worker has a [`RecordWriter`] of its own. A [`Sink`] takes what they
//! encoded and is all that workers share. What a format needs before, between
//! and after its records the sink adds, so that output is well-formed however
//! a run ends.

mod destination;
mod groups;
mod owners;
mod refuse_overwrite;
mod sink;
mod style;
mod writer;

use std::{
    io,
    ops::ControlFlow,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use sanchay::{Cancel, Plugins};
use sanchay_core::{
    record::{FieldId, RecordBatch, RecordKind, Schema},
    time::TimeZone,
};
use sanchay_output::{
    Encoded, Encoder, LongEncoder, PathStyle, StyledPath, TemplateEncoder,
    TextOptions,
};

use self::style::TerminalStyle;
pub(crate) use self::{
    groups::{GroupFacts, GroupWriter, Member},
    refuse_overwrite::{Inputs, leads_to},
    sink::Sink,
    writer::RecordWriter,
};
use crate::{
    execute::{Commands, Executor},
    exit::Exit,
    failure::Failure,
    messages::Messages,
    options::{output::OutputArgs, sort::SortArgs},
    sort::Sorter,
    standard_streams::is_stdout,
    terminal::Color,
};

/// What a command's records are to become.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    /// Where they go, and in which form.
    pub(crate) options: &'a OutputArgs,
    /// In which order.
    pub(crate) sort: Option<&'a SortArgs>,
    /// Whether lines are to read as those of `ls -l`.
    pub(crate) long: bool,
    /// What they are the arguments of; they are printed where that is none.
    pub(crate) commands: Option<Commands>,
    /// What ends the commands.
    pub(crate) cancel: Cancel,
    /// Whether records say what a file is in its group.
    pub(crate) roles: bool,
    /// Whether groups may be of folders.
    pub(crate) folders: bool,
    /// Whether paths on standard output are coloured.
    pub(crate) color: bool,
    /// What is read.
    pub(crate) inputs: Inputs<'a>,
    /// What the records are.
    pub(crate) kind: RecordKind,
    /// Whose columns the records have.
    pub(crate) plugins: &'a Plugins,
    /// How the text form is written, but for what a terminal changes.
    pub(crate) text: TextOptions,
}

impl<'a> Request<'a> {
    /// Records of a kind, as the options want them.
    pub(crate) fn new(
        options: &'a OutputArgs,
        inputs: Inputs<'a>,
        kind: RecordKind,
        plugins: &'a Plugins,
    ) -> Self {
        Self {
            options,
            sort: None,
            long: false,
            commands: None,
            cancel: Cancel::default(),
            roles: false,
            folders: false,
            color: false,
            inputs,
            kind,
            plugins,
            text: TextOptions::default(),
        }
    }
}

/// Where the records of a command go, and in which form.
pub(crate) struct Output {
    /// The fields that are collected.
    pub(crate) schema: Arc<Schema>,
    target: Target,
    sorter: Option<Sorter>,
    /// How many results may still be written; `None` for all.
    left: Option<AtomicU64>,
    /// Takes what was encoded.
    pub(crate) sink: Sink,
}

/// What becomes of records.
enum Target {
    /// They are written.
    Encoder(Arc<dyn Encoder>),
    /// Commands are run for them.
    Executor(Executor),
}

impl Output {
    /// Opens the destination that the options name, unless it is one of the
    /// files that are to be read.
    pub(crate) fn open(request: Request<'_>) -> Result<Self, Failure> {
        let Request { options, sort, kind, plugins, .. } = request;
        let mut sink = Sink::open(options.file(), &request.inputs)?;
        let all = Schema::new(kind, plugins.fields());
        let all = if request.roles { all.with_role() } else { all };
        let all = if request.folders { all.with_folders() } else { all };
        let (shown, target) = match request.commands {
            Some(commands) => {
                let executor = Executor::new(commands, request.cancel)?;
                (all.choose(&[FieldId::Path]), Target::Executor(executor))
            }
            None => {
                let (shown, encoder) = encoder(request, &all, &sink)?;
                sink.set_encoder(Arc::clone(&encoder));
                (shown, Target::Encoder(encoder))
            }
        };
        let limit = options.max_results();
        let fields = sort.and_then(|it| Some((it, it.sort.as_ref()?)));
        let Some((sort, fields)) = fields else {
            let (schema, left) = (Arc::new(shown), limit.map(AtomicU64::new));
            return Ok(Self { schema, target, sorter: None, left, sink });
        };
        let order = fields
            .resolve(&all)
            .map_err(|field| Failure::Fields { option: "--sort", field })?;
        let schema = shown.clone().with_extra(&all, &order.fields());
        let sorter = Sorter::new(order, Arc::new(shown), sort.memory(), limit);
        let (schema, sorter) = (Arc::new(schema), Some(sorter));
        Ok(Self { schema, target, sorter, left: None, sink })
    }

    /// The plugins of a run whose records these are: with what contents tell
    /// of themselves, if the records have that.
    pub(crate) fn plugins(&self, own: &Plugins) -> Result<Plugins, Failure> {
        let plugins = own.clone();
        Ok(match self.schema.needs_media() {
            true => plugins.with_media()?,
            false => plugins,
        })
    }

    /// Takes the right to write one result. `Break` if enough were written.
    #[inline]
    pub(crate) fn take(&self) -> ControlFlow<()> {
        let Some(left) = &self.left else {
            return ControlFlow::Continue(());
        };
        let less = |left: u64| left.checked_sub(1);
        match left.fetch_update(Relaxed, Relaxed, less) {
            Ok(_) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }

    /// `Break` if enough results were written.
    #[inline]
    pub(crate) fn is_enough(&self) -> ControlFlow<()> {
        match &self.left {
            Some(left) if left.load(Relaxed) == 0 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }

    /// Takes the records of a batch: they wait to be sorted, or are written.
    pub(crate) fn put(
        &self,
        batch: &RecordBatch,
        encoded: &mut Encoded,
    ) -> ControlFlow<()> {
        match &self.sorter {
            Some(sorter) => match sorter.add(batch) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => self.sink.fail_to_sort(error),
            },
            None => self.write(batch, encoded),
        }
    }

    /// Writes the records of a batch, or runs commands for them.
    fn write(
        &self,
        batch: &RecordBatch,
        encoded: &mut Encoded,
    ) -> ControlFlow<()> {
        let encoder = match &self.target {
            Target::Executor(executor) => return executor.take(batch),
            Target::Encoder(encoder) => encoder,
        };
        encoded.clear();
        if encoder.is_ordered() {
            return self.sink.encode_in_turn(batch, encoded);
        }
        match encoder.encode(batch, encoded) {
            Ok(()) => self.sink.write(&encoded.bytes, encoded.splits()),
            Err(why) => self.sink.fail(io::Error::other(why)),
        }
    }

    /// Writes the records that were sorted, or runs commands for them.
    fn write_sorted(&self, sorter: &Sorter) -> io::Result<()> {
        match &self.target {
            Target::Encoder(encoder) if !encoder.is_ordered() => {
                let encode = |batch: &RecordBatch| {
                    let mut encoded = Encoded::default();
                    encoder.encode(batch, &mut encoded).map(|()| encoded)
                };
                sorter.finish_with(encode, |encoded| match encoded {
                    Ok(it) => self.sink.write(&it.bytes, it.splits()),
                    Err(why) => self.sink.fail(io::Error::other(why)),
                })
            }
            _ => {
                let mut encoded = Encoded::default();
                sorter.finish(|batch| self.write(batch, &mut encoded))
            }
        }
    }

    /// Whether records are written while the run lasts.
    pub(crate) fn streams(&self) -> bool {
        self.sorter.is_none()
    }

    /// Ends the output of a run that ended so, which is done where it ended
    /// since enough results were written.
    pub(crate) fn end_run(
        &self,
        ended: Result<Exit, Failure>,
        messages: &Messages,
    ) -> Result<Exit, Failure> {
        messages.end_progress();
        self.end(match ended {
            Err(Failure::Run(sanchay::Error::Cancelled))
                if self.is_enough().is_break() =>
            {
                Ok(if messages.failed() { Exit::Partly } else { Exit::Done })
            }
            other => other,
        })
    }

    /// Ends the output of a command that ended so: a file gets its name only
    /// if something was done.
    pub(crate) fn end(
        &self,
        ended: Result<Exit, Failure>,
    ) -> Result<Exit, Failure> {
        let complete = !matches!(ended, Err(_) | Ok(Exit::Failed));
        if complete
            && let Some(sorter) = &self.sorter
            && let Err(error) = self.write_sorted(sorter)
        {
            let _ = self.sink.fail_to_sort(error);
        }
        let failed = match &self.target {
            Target::Executor(executor) => executor.finish(complete),
            Target::Encoder(_) => Ok(false),
        };
        self.sink.finish(complete)?;
        match (ended, failed) {
            // A run that its commands ended is not one that was cancelled.
            (_, Err(failure)) => Err(failure),
            (Ok(Exit::Done | Exit::Partly), Ok(true)) => Ok(Exit::No),
            (ended, Ok(_)) => ended,
        }
    }
}

/// The fields that are shown, and what encodes them.
fn encoder(
    request: Request<'_>,
    all: &Schema,
    sink: &Sink,
) -> Result<(Schema, Arc<dyn Encoder>), Failure> {
    let Request { options, mut text, color, .. } = request;
    let format = options.format();
    if sink.is_terminal() && !format.is_text() {
        return Err(Failure::BinaryOnTerminal);
    }
    let lines = format.is_lines() && options.template().is_none();
    let links = match options.hyperlink() {
        Color::Always => true,
        Color::Auto => sink.is_terminal(),
        Color::Never => false,
    };
    text.terminal = sink.is_terminal();
    text.human = text.terminal && !options.names_format() && !text.zero;
    if let Some(template) = options.template() {
        let zone = TimeZone::system();
        let resolved = template.resolve(all, zone);
        let (shown, template) = resolved.map_err(Failure::Template)?;
        let encoder = TemplateEncoder::new(template, text);
        return Ok((shown, Arc::new(encoder)));
    }
    let mut shown = if request.long {
        all.choose(LongEncoder::FIELDS)
    } else if options.fields().is_empty() {
        all.clone()
    } else {
        let names = options.fields().iter().map(String::as_str);
        all.select(names)
            .map_err(|field| Failure::Fields { option: "--fields", field })?
    };
    if lines && !text.zero {
        let in_file = options.file().is_some();
        let colors = color && !in_file && !options.names_format();
        if let Some(style) = TerminalStyle::new(colors, links) {
            shown = shown.with_extra(all, StyledPath::FIELDS);
            let style: Arc<dyn PathStyle> = Arc::new(style);
            text.style = Some(style);
        }
    }
    if request.long {
        let encoder = LongEncoder::new(TimeZone::system(), text);
        return Ok((shown, Arc::new(encoder)));
    }
    let shown = Arc::new(shown);
    let encoder = format
        .encoder(&shown, text)
        .map_err(|why| Failure::writing(sink.path(), io::Error::other(why)))?;
    Ok((Schema::clone(&shown), encoder))
}

/// Writes bytes that are no records to a file, unless that is one of the
/// inputs, or to standard output.
pub(crate) fn put(
    path: Option<&Path>,
    inputs: &Inputs<'_>,
    bytes: &[u8],
) -> Result<(), Failure> {
    let sink = Sink::open(path.filter(|it| !is_stdout(it)), inputs)?;
    // What goes wrong is reported at the end.
    let _ = sink.write(bytes, &[]);
    sink.finish(true)
}
