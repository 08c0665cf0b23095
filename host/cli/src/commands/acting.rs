//! What all commands have in common that change files: they print a plan,
//! write it, ask about it, or do it.

use std::{
    collections::HashSet,
    fs::{self, File},
    io::{self, BufRead as _, Lines, Read as _, StdinLock, Write},
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use sanchay::{
    Engine, escaped, escaped_path,
    ops::{
        DedupeSummary, Operation, Plan, PlanStep, RunReport, Runs, Verdict,
    },
};
use sanchay_core::{append::append, size::HumanBytes};

use crate::{
    context::Context,
    exit::Exit,
    failure::Failure,
    messages::Messages,
    options::act::{ActArgs, PlanFormat, ShowArgs},
    output::{Inputs, Sink},
    signals::Interrupt,
    standard_streams::is_stdout,
};

/// How much is written at a time.
const PIECE: usize = 256 << 10;

/// How a plan begins.
const PLAN: &[u8] = b"{\"format\":\"sanchay-plan\"";

/// The longest old name that the others are lined up with.
const COLUMN: usize = 60;

/// A command on its way.
pub(crate) struct Acting<'a> {
    pub(crate) context: &'a Context,
    pub(crate) messages: &'a Messages,
    pub(crate) engine: &'a Engine,
    pub(crate) interrupt: &'a Interrupt,
    pub(crate) quiet: bool,
}

impl Acting<'_> {
    /// Does with a plan what the arguments say.
    pub(crate) fn carry_out(
        &self,
        mut plan: Plan,
        args: &ActArgs,
    ) -> Result<Exit, Failure> {
        self.messages.end_progress();
        let runs = args.state.runs()?;
        self.tell_unfinished(&runs);
        for error in plan.errors() {
            self.messages.entry(error);
        }
        if plan.left_out() > 0 && !self.quiet {
            self.messages.note(format_args!(
                "left out: {} that lie in the folder that results go into",
                plan.left_out()
            ));
        }
        if args.interactive {
            if plan.verdict() != Verdict::Refused {
                self.ask(&mut plan)?;
            }
            return self.apply(&plan, &runs);
        }
        if args.apply {
            return self.apply(&plan, &runs);
        }
        match &args.plan {
            Some(file) => {
                let file = (!is_stdout(file)).then_some(file.as_path());
                if let Some(file) = file {
                    refuse_other_files(file)?;
                }
                write_plan(&plan, file)?;
                self.name_conflicts(&plan);
            }
            None => self.show(&plan, args.show, "--apply does it")?,
        }
        Ok(exit_of(&plan))
    }

    /// Prints a plan for people or for programs. `advice` says how it is done.
    pub(crate) fn show(
        &self,
        plan: &Plan,
        show: ShowArgs,
        advice: &str,
    ) -> Result<(), Failure> {
        let standard = match self.context.terminal.stdout {
            true => PlanFormat::Text,
            false => PlanFormat::Ndjson,
        };
        match show.format.unwrap_or(standard) {
            PlanFormat::Ndjson => {
                write_plan(plan, None)?;
                self.name_conflicts(plan);
                if plan.duplicates().is_some() {
                    self.sum_up(plan, advice);
                }
            }
            PlanFormat::Text => {
                let mut out = Out(Sink::open(None, &Inputs::default())?);
                // What goes wrong is reported at the end.
                let _ = print_table(plan, &mut out);
                out.0.finish(true)?;
                self.sum_up(plan, advice);
            }
        }
        Ok(())
    }

    fn sum_up(&self, plan: &Plan, advice: &str) {
        if self.quiet {
            return;
        }
        let entries = plan.entries().count();
        let conflicts = plan.conflicts().len();
        let mut text = match entries {
            1 => "1 entry".to_owned(),
            many => format!("{many} entries"),
        };
        if let Some(DedupeSummary {
            kept,
            reclaimable_bytes,
            ties,
            differing,
            ..
        }) = plan.duplicates()
        {
            text.push_str(&format!(
                " for {kept} that stay, reclaimable: {} \
                 ({reclaimable_bytes} bytes)",
                HumanBytes(reclaimable_bytes)
            ));
            if ties > 0 {
                text.push_str(&format!(
                    ", {ties} times the first path decided"
                ));
            }
            if differing > 0 {
                text.push_str(&format!(
                    ", {differing} lose what they have otherwise"
                ));
            }
        }
        if conflicts > 0 {
            text.push_str(&format!(", {conflicts} in conflict"));
        }
        if plan.unchanged() > 0 {
            text.push_str(&format!(
                ", {} as they should be",
                plan.unchanged()
            ));
        }
        let taken = plan.conflicts().iter().any(|it| it.kind.is_taken());
        let advice = match plan.verdict() {
            Verdict::Refused if taken => {
                "nothing is done while there are conflicts: --on-conflict \
                 skip leaves these out, --on-conflict rename gives other \
                 names where names are taken"
            }
            Verdict::Refused => {
                "nothing is done while there are conflicts: --on-conflict \
                 skip leaves these out"
            }
            _ if entries == 0 => "nothing to do",
            _ => advice,
        };
        self.messages.note(format_args!("{text}; {advice}"));
    }

    fn name_conflicts(&self, plan: &Plan) {
        for conflict in plan.conflicts() {
            let from = escaped(&conflict.from);
            let kind = &conflict.kind;
            self.messages.say(match conflict.to.as_slice() {
                b"" => format!("{from}: {kind}"),
                to => format!("{from}: cannot become {}: {kind}", escaped(to)),
            });
        }
    }

    /// Does what a plan says, and tells of it.
    pub(crate) fn apply(
        &self,
        plan: &Plan,
        runs: &Runs,
    ) -> Result<Exit, Failure> {
        self.name_conflicts(plan);
        if plan.is_empty() && plan.conflicts().is_empty() {
            if !self.quiet {
                self.messages.note(match plan.unchanged() {
                    0 => "nothing to do".to_owned(),
                    all => format!("nothing to do: {all} as they should be"),
                });
            }
            return Ok(exit_of(plan));
        }
        let monitor = self.messages.monitor(&self.interrupt.cancel);
        let report = plan.apply(self.engine, runs, &monitor)?;
        Ok(match self.tell(&report, "done", true) {
            Exit::Done => exit_of(plan),
            exit => exit,
        })
    }

    /// Tells what became of a run: of one that can be undone, or of an undoing.
    pub(crate) fn tell(
        &self,
        report: &RunReport,
        done: &str,
        undo: bool,
    ) -> Exit {
        self.messages.end_progress();
        for problem in &report.problems {
            let path = escaped(&problem.path);
            let (step, why) = (problem.operation.name(), &problem.why);
            self.messages.say(match undo {
                true => format!("{path}: cannot {step}: {why}"),
                false => format!("{path}: {step} is not undone: {why}"),
            });
        }
        for note in &report.notes {
            let path = escaped(&note.path);
            self.messages.say(format_args!("{path}: {}", note.why));
        }
        let RunReport { run, failed, kept, .. } = report;
        if report.interrupted {
            self.messages.say(format_args!(
                "interrupted: {} {done}; sanchay apply --resume {run} goes \
                 on, sanchay undo {run} goes back",
                report.done
            ));
            return Exit::Interrupted;
        }
        if report.left_aside > 0 {
            let then = match undo {
                true => format!(
                    "sanchay apply --resume {run} goes on, sanchay undo \
                     {run} goes back"
                ),
                false => format!("sanchay undo {run} goes on"),
            };
            self.messages.say(format_args!(
                "{} left under temporary names: once their own are free, \
                 {then}",
                report.left_aside
            ));
        }
        let wrong = *failed + *kept;
        if !self.quiet {
            let mut text = format!("{} {done}", report.done);
            for (count, what) in [
                (report.skipped, "skipped"),
                (*failed, "failed"),
                (*kept, "kept"),
            ] {
                if count > 0 {
                    text.push_str(&format!(", {count} {what}"));
                }
            }
            if undo && report.undoable > 0 {
                text.push_str(&format!("; sanchay undo {run} takes it back"));
            }
            self.messages.note(text);
        }
        match (wrong, report.done) {
            (0, _) => Exit::Done,
            (_, 0) => Exit::Failed,
            _ => Exit::Partly,
        }
    }

    /// Tells of runs that were ended before their time.
    pub(crate) fn tell_unfinished(&self, runs: &Runs) {
        let Ok(unfinished) = runs.unfinished() else { return };
        for run in unfinished {
            self.messages.say(format_args!(
                "run {run} was ended before its time: sanchay apply --resume \
                 {run} goes on, sanchay undo {run} goes back"
            ));
        }
    }

    /// Asks about each entry, and about those that are no longer in conflict
    /// because others are left out.
    fn ask(&self, plan: &mut Plan) -> Result<(), Failure> {
        let mut lines = io::stdin().lock().lines();
        let mut all = None;
        let mut chosen = HashSet::new();
        loop {
            let mut kept = Vec::with_capacity(plan.candidate_count());
            for entry in plan.entries() {
                if self.interrupt.cancel.is_cancelled() {
                    return Err(sanchay::Error::Cancelled.into());
                }
                let yes = chosen.contains(&entry.from)
                    || answer(&entry, &mut all, &mut lines);
                kept.push(yes);
                if yes {
                    chosen.insert(entry.from);
                }
            }
            // What stays in conflict is told of.
            kept.resize(plan.candidate_count(), true);
            plan.retain(|at| kept.get(at).copied().unwrap_or(false))?;
            if plan.entries().all(|it| chosen.contains(&it.from)) {
                return Ok(());
            }
        }
    }
}

/// Asks about an entry until there is an answer. `all` is the answer for those
/// that are left, once there is one.
fn answer(
    entry: &PlanStep,
    all: &mut Option<bool>,
    lines: &mut Lines<StdinLock<'_>>,
) -> bool {
    loop {
        if let Some(all) = all {
            return *all;
        }
        let mut question = entry.operation.name().as_bytes().to_vec();
        question.push(b' ');
        push_entry(entry, 0, &mut question);
        question.extend_from_slice(b"? [y]es, [n]o, [a]ll, [q]uit: ");
        // Nothing can be said to a closed standard error.
        let _ = io::stderr().write_all(&question);
        let line = lines.next().transpose().ok().flatten();
        match line.as_deref().map(str::trim) {
            Some("y" | "yes") => return true,
            Some("n" | "no") => return false,
            Some("a" | "all") => *all = Some(true),
            Some("q" | "quit") | None => *all = Some(false),
            Some(_) => {}
        }
    }
}

/// What a plan ends with that is done, or only printed.
pub(crate) fn exit_of(plan: &Plan) -> Exit {
    match plan.verdict() {
        Verdict::Whole => Exit::Done,
        Verdict::Partly | Verdict::Refused => Exit::Partly,
    }
}

/// Fails if a plan would replace a file that is none, by whatever name. What is
/// no regular file is not replaced by what is written to it.
fn refuse_other_files(path: &Path) -> Result<(), Failure> {
    let is_file = fs::metadata(path).is_ok_and(|found| found.is_file());
    if !is_file {
        return Ok(());
    }
    let mut begin = Vec::new();
    let read = File::open(path)
        .and_then(|file| file.take(PLAN.len() as u64).read_to_end(&mut begin));
    let source = match read {
        Ok(_) if begin == PLAN => return Ok(()),
        Ok(_) => io::Error::other(
            "it is there already and is no plan: remove it, or name another",
        ),
        Err(error) => error,
    };
    let action = "cannot write the plan";
    Err(Failure::Output { path: path.to_owned(), action, source })
}

/// Writes a plan to a file, or to standard output.
fn write_plan(plan: &Plan, file: Option<&Path>) -> Result<(), Failure> {
    let mut out = Out(Sink::open(file, &Inputs::default())?);
    // What goes wrong is reported at the end.
    let written = plan.write(&mut out);
    out.0.finish(written.is_ok())
}

/// A sink as the standard library writes to one.
struct Out(Sink);

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(bytes, &[]) {
            ControlFlow::Continue(()) => Ok(bytes.len()),
            ControlFlow::Break(()) => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Prints what is to be done: a line for each entry, and those that are in
/// conflict at the end, marked.
fn print_table(plan: &Plan, out: &mut dyn Write) -> io::Result<()> {
    let width = |step: PlanStep| {
        escaped_path(&step.from.unwrap_or_default()).chars().count()
    };
    let fitting = plan.entries().map(width).filter(|it| *it <= COLUMN);
    let column = fitting.max().unwrap_or(0);
    let mut text = Vec::new();
    for step in plan.entries() {
        push_entry(&step, column, &mut text);
        text.push(b'\n');
        if text.len() >= PIECE {
            out.write_all(&text)?;
            text.clear();
        }
    }
    for conflict in plan.conflicts() {
        append(&mut text, format_args!("! {}", escaped(&conflict.from)));
        if !conflict.to.is_empty() {
            append(&mut text, format_args!(" → {}", escaped(&conflict.to)));
        }
        append(&mut text, format_args!(": {}\n", conflict.kind));
    }
    out.write_all(&text)
}

/// Appends an entry and what becomes of it.
fn push_entry(step: &PlanStep, column: usize, out: &mut Vec<u8>) {
    let text = |path: &Option<PathBuf>| {
        path.as_deref().map(escaped_path).unwrap_or_default()
    };
    let (from, to) = (text(&step.from), text(&step.to));
    if step.like.is_some() {
        let (kept, because) = (text(&step.like), &step.because);
        match step.operation {
            Operation::Move => append(
                out,
                format_args!("{from:column$} → {to} ~ {kept} ({because})"),
            ),
            _ => append(
                out,
                format_args!("- {from:column$} ~ {kept} ({because})"),
            ),
        }
        return;
    }
    if step.same_as.is_some() {
        let kept = text(&step.same_as);
        match step.operation {
            Operation::Move => {
                append(out, format_args!("{from:column$} → {to} = {kept}"));
            }
            Operation::Delete | Operation::Trash => {
                append(out, format_args!("- {from:column$} = {kept}"));
            }
            _ => append(out, format_args!("{from:column$} = {kept}")),
        }
        if let Some(differs) = &step.differs {
            append(out, format_args!(" (differs in {differs})"));
        }
        return;
    }
    match step.operation {
        Operation::CreateFolder => append(out, format_args!("+ {to}/")),
        Operation::Delete | Operation::Trash => {
            append(out, format_args!("- {from}"));
        }
        _ => append(out, format_args!("{from:column$} → {to}")),
    }
}
