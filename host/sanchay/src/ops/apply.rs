//! Does what a plan says.

mod giving_up;

use std::collections::{HashMap, HashSet};

use sanchay_core::{
    plan::{Document, Expectation, Made, Operation, State},
    time::Timestamp,
};

use super::{
    act::{Actor, Done, Found, Outcome, crosses},
    copies::Copies,
    error::OpsError,
    folders::FolderId,
    handles::Handles,
    journal::Journal,
    places::Places,
    plan::Plan,
    replacing::Replacing,
    report::{RunReport, StepOutcome},
    ring::first_half,
    rows::{Row, Spot},
    runs::{Loaded, Runs},
    siblings::{Moved, Siblings},
    totals::Totals,
    unresolved::Unresolved,
};
use crate::{engine::Engine, error::Error, monitor::Monitor, run::RunState};

/// How many problems are reported; all are in the journal.
const PROBLEMS: usize = 10_000;

/// How many steps may be done before the journal says so.
const BATCH: u64 = 4096;

impl Plan {
    /// Does what the plan says, and keeps a journal of it among `runs`.
    ///
    /// A step whose entry is not what it was when the plan was made fails, and
    /// so does one whose target is there by now; the others are done.
    ///
    /// # Errors
    /// [`OpsError::Conflicts`] if there are any, unless the plan was made to
    /// leave these out: then nothing was done. [`OpsError::OtherRoot`] if a root
    /// is another directory by now, and [`OpsError::File`] if there can be no
    /// journal. A plan without steps is no run, and has none.
    pub fn apply(
        &self,
        engine: &Engine,
        runs: &Runs,
        monitor: &Monitor,
    ) -> Result<RunReport, OpsError> {
        let conflicts = self.refusing_conflicts();
        if conflicts > 0 {
            let found = self.conflicts.iter();
            let taken = found.filter(|it| it.kind.is_taken()).count();
            return Err(match self.conflicts.is_empty() {
                true => OpsError::PlannedConflicts(conflicts),
                false => OpsError::Conflicts { count: conflicts, taken },
            });
        }
        if self.steps.is_empty() {
            return Ok(RunReport::default());
        }
        let mut handles = Handles::new(&self.storage, &self.places.roots);
        handles.check_roots()?;
        let copies = Copies::new(engine, &self.places, &self.steps);
        copies.check_sharing(&mut handles, &self.places, &self.steps)?;
        let mut header = self.header(Document::Journal);
        let count = self.steps.len().to_string();
        header.options.push(("steps".to_owned(), count));
        let (run, mut journal) = runs.begin(header)?;
        let copies = copies.named(&run);
        let mut actor = Actor::new(handles, engine, runs.time_zone(), &run);
        let replacing = Replacing::new(engine, &self.storage, &run);
        let folders = touched(&self.places, &self.steps);
        let written = journal
            .folders(&mut actor, &self.places, &folders)
            .and_then(|()| journal.steps(&self.places, &self.steps))
            .and_then(|()| journal.sync());
        if let Err(error) = written {
            runs.discard(&run);
            return Err(error);
        }
        let mut applying = Applying {
            places: &self.places,
            steps: &self.steps,
            siblings: Siblings::new(&self.places, &self.steps),
            moved: Moved::default(),
            actor,
            journal,
            copies,
            replacing,
            report: RunReport { run, ..RunReport::default() },
        };
        applying.all(monitor, None)?;
        applying.finish(runs, &folders)
    }
}

impl Runs {
    /// Goes on with a run that was ended before its time: what was not done is
    /// done now.
    ///
    /// # Errors
    /// [`OpsError::Resume`] if it was over, or was killed before it began.
    pub fn resume(
        &self,
        engine: &Engine,
        run: &str,
        monitor: &Monitor,
    ) -> Result<RunReport, OpsError> {
        let (journal, mut loaded) = self.load(engine, run)?;
        let Loaded { states, .. } = &loaded;
        let refused = |why| OpsError::Resume { run: run.to_owned(), why };
        if !loaded.is_whole() {
            return Err(refused(
                "it was killed before it began, so nothing was done: apply \
                 the plan again",
            ));
        }
        if loaded.finished {
            return Err(refused("it is over: there is nothing left to do"));
        }
        if loaded.reversed || states.contains(&Some(State::Undone)) {
            return Err(refused("it was undone, at least in part"));
        }
        let new_actor = |loaded: &Loaded| -> Result<Actor, OpsError> {
            let Loaded { storage, places, .. } = loaded;
            let handles = Handles::new(storage, &places.roots);
            handles.check_roots()?;
            let mut actor = Actor::new(handles, engine, self.time_zone(), run);
            actor.replaced.expect_strays();
            Ok(actor)
        };
        let mut actor = new_actor(&loaded)?;
        let left = loaded.recover(&mut actor);
        let Loaded { places, steps, storage, .. } = &loaded;
        let mut applying = Applying {
            places,
            steps,
            siblings: Siblings::new(places, steps),
            moved: Moved::default(),
            actor,
            journal,
            copies: Copies::new(engine, places, steps).named(run),
            replacing: Replacing::new(engine, storage, run),
            report: RunReport { run: run.to_owned(), ..RunReport::default() },
        };
        for (row, why) in left {
            applying.report.left_aside += 1;
            add(&mut applying.report.problems, places, &row, why);
        }
        applying.actor.remove_leftovers(places, steps);
        let earlier = Earlier::new(&loaded, new_actor(&loaded)?);
        applying.know(&earlier);
        applying.all(monitor, Some(&earlier))?;
        let folders = touched(places, steps);
        applying.finish(self, &folders)
    }
}

/// What became of the steps of a run that was ended before its time.
struct Earlier<'a> {
    states: &'a [Option<State>],
    made: &'a HashMap<usize, Made>,
    found: HashMap<u64, Found>,
}

impl<'a> Earlier<'a> {
    /// Looks at the steps of which nothing is written: from the last to the
    /// first, each as if those behind it were undone, since what they did may
    /// hide what came before.
    fn new(loaded: &'a Loaded, mut looker: Actor) -> Self {
        looker.only_suppose();
        let Loaded { places, steps, states, made, .. } = loaded;
        let mut found = HashMap::new();
        let mut unresolved = Unresolved::default();
        for (index, at) in steps.iter().enumerate().rev() {
            let Some(row) = places.rows.get(*at) else { continue };
            let was_done = match states.get(index).copied().flatten() {
                Some(state) => state == State::Done,
                None => {
                    let looked = looker.look(places, row);
                    let number = index as u64;
                    let was_done = looked == Found::Done;
                    if let Found::Neither(why) = &looked {
                        // Perhaps the step before it was not done either.
                        let step = (number, *row, why.clone());
                        unresolved.add(places, row.from, step);
                    } else if row.has_to
                        && let Some((later, ..)) =
                            unresolved.resolve(places, row.to, row.id)
                    {
                        found.insert(later, Found::NotDone);
                    }
                    found.insert(number, looked);
                    was_done
                }
            };
            if was_done
                && let Err(why) =
                    looker.suppose_undone(places, row, made.get(&index))
            {
                tracing::debug!(why, "a step is not as it was left");
            }
        }
        Self { states, made, found }
    }

    /// What is written of a step.
    fn state(&self, step: u64) -> Option<State> {
        let at = usize::try_from(step).ok()?;
        self.states.get(at).copied().flatten()
    }

    /// What is written of what a step made.
    fn made(&self, step: u64) -> Option<&Made> {
        self.made.get(&usize::try_from(step).ok()?)
    }

    /// What was found of a step of which nothing is written.
    fn of(&self, step: u64) -> Option<&Found> {
        self.found.get(&step)
    }
}

/// The folders in which steps change something.
pub(super) fn touched(places: &Places, steps: &[u32]) -> Vec<FolderId> {
    let mut seen = HashSet::new();
    let mut last = None;
    let mut all = Vec::new();
    for at in steps {
        let Some(row) = places.rows.get(*at) else { continue };
        let goes = row.operation.takes_away() || row.kept.is_some();
        let from = goes.then_some(row.from.folder);
        let to = row.has_to.then_some(row.to.folder);
        if (from, to) == (last, last) {
            continue;
        }
        for folder in from.into_iter().chain(to) {
            if seen.insert(folder) {
                all.push(folder);
            }
            last = Some(folder);
        }
    }
    all
}

/// A run that is going on.
struct Applying<'a> {
    places: &'a Places,
    steps: &'a [u32],
    siblings: Siblings,
    moved: Moved,
    actor: Actor,
    journal: Journal,
    copies: Copies,
    replacing: Replacing,
    report: RunReport,
}

impl Applying<'_> {
    /// Takes from what was done before what the steps that are left expect.
    fn know(&mut self, earlier: &Earlier<'_>) {
        let places = self.places;
        for (number, at) in (0_u64..).zip(self.steps) {
            let Some(row) = places.rows.get(*at) else { continue };
            if !self.is_awaited(number, row) {
                continue;
            }
            let made = earlier.made(number);
            let was_done = match earlier.state(number) {
                Some(state) => state == State::Done,
                None => earlier.of(number) == Some(&Found::Done),
            };
            if was_done {
                let changed = made.and_then(|made| made.expect.changed);
                self.actor.expect_change(row.id, changed);
                if made.is_none_or(|made| crosses(row, made)) {
                    self.actor.remember_moved(places, row, row.id, row.to);
                }
            }
        }
    }

    /// Whether later steps expect something of the file of a step.
    fn is_awaited(&self, number: u64, row: &Row) -> bool {
        self.later(number, row).next().is_some()
    }

    /// The later steps that are done to the same file.
    fn later(&self, number: u64, row: &Row) -> impl Iterator<Item = &Row> {
        self.siblings.later(self.places, number, row)
    }

    /// Does all steps; those of which it is known what became of them are
    /// left as they are.
    fn all(
        &mut self,
        monitor: &Monitor,
        earlier: Option<&Earlier<'_>>,
    ) -> Result<(), OpsError> {
        let run = RunState::new(monitor);
        run.expect(self.steps.len() as u64, 0);
        for (number, at) in (0_u64..).zip(self.steps) {
            if run.is_over() {
                self.report.interrupted = true;
                break;
            }
            let Some(row) = self.places.rows.get(*at).copied() else {
                continue;
            };
            let known = earlier.map(|it| it.state(number));
            let waits = Copies::does(&row) || Replacing::does(&row);
            if !waits {
                self.catch_up(monitor, &run)?;
            }
            let outcome = match known {
                None if waits => {
                    self.wait(number, *at, &row, monitor, &run)?;
                    continue;
                }
                None => self.actor.act(self.places, &row),
                Some(Some(state)) => {
                    self.count(&row, state);
                    if state == State::Done {
                        let made = earlier.and_then(|it| it.made(number));
                        self.moved.count(&row, made);
                    }
                    continue;
                }
                Some(None) => match earlier.and_then(|it| it.of(number)) {
                    Some(Found::Done) => {
                        let done = self.actor.found_done(self.places, &row);
                        Outcome::Done(done)
                    }
                    Some(Found::Neither(why)) => Outcome::Failed(why.clone()),
                    Some(Found::Copied) => {
                        match self.actor.remove_half(self.places, &row) {
                            Ok(()) => self.actor.act(self.places, &row),
                            Err(why) => Outcome::Failed(why),
                        }
                    }
                    Some(Found::NotDone) | None if waits => {
                        self.wait(number, *at, &row, monitor, &run)?;
                        continue;
                    }
                    Some(Found::NotDone) | None => {
                        self.actor.act(self.places, &row)
                    }
                },
            };
            self.record(number, &row, outcome)?;
            run.count_files(1, 0);
            run.tick();
            if number % BATCH == BATCH - 1 {
                self.journal.flush()?;
            }
        }
        if !self.report.interrupted {
            self.catch_up(monitor, &run)?;
        }
        Ok(())
    }

    /// Adds a step to those that are done many at a time.
    fn wait(
        &mut self,
        number: u64,
        at: u32,
        row: &Row,
        monitor: &Monitor,
        run: &RunState<'_>,
    ) -> Result<(), OpsError> {
        match Replacing::does(row) {
            true => self.replacing.add(number, at, row),
            false => self.copies.add(number, at),
        }
        if self.replacing.is_enough() || self.copies.is_enough() {
            self.catch_up(monitor, run)?;
        }
        Ok(())
    }

    /// Does the steps that wait.
    fn catch_up(
        &mut self,
        monitor: &Monitor,
        run: &RunState<'_>,
    ) -> Result<(), OpsError> {
        self.copy(monitor)?;
        let places = self.places;
        let journal = &mut self.journal;
        let replaced = self.replacing.replace(places, journal, run)?;
        for (number, outcome) in replaced {
            let at = usize::try_from(number).ok();
            let at = at.and_then(|it| self.steps.get(it));
            let row = at.and_then(|at| places.rows.get(*at)).copied();
            if let Some(row) = row {
                self.record(number, &row, outcome)?;
            }
        }
        if run.is_over() {
            self.report.interrupted = true;
        }
        Ok(())
    }

    /// Makes the copies that wait to be made.
    fn copy(&mut self, monitor: &Monitor) -> Result<(), OpsError> {
        let waiting = self.copies.take();
        if waiting.is_empty() {
            return Ok(());
        }
        let mut copied = Vec::new();
        let ended = self.copies.make(
            self.places,
            &mut self.actor,
            &waiting,
            monitor,
            &mut |number, outcome| copied.push((number, outcome)),
        );
        copied.sort_unstable_by_key(|(number, _)| *number);
        for (number, outcome) in copied {
            let at = usize::try_from(number).ok();
            let at = at.and_then(|it| self.steps.get(it));
            let row = at.and_then(|at| self.places.rows.get(*at)).copied();
            if let Some(row) = row {
                self.record(number, &row, outcome)?;
            }
        }
        match ended {
            Err(Error::Cancelled) => {
                self.report.interrupted = true;
                Ok(())
            }
            ended => Ok(ended?),
        }
    }

    fn count(&mut self, row: &Row, state: State) {
        match state {
            State::Done => {
                self.report.done += 1;
                // One that made way for an equal file is made anew.
                let is_gone =
                    row.operation == Operation::Delete && row.kept.is_none();
                self.report.undoable += u64::from(!is_gone);
            }
            State::Failed => self.report.failed += 1,
            _ => self.report.skipped += 1,
        }
    }

    fn record(
        &mut self,
        number: u64,
        row: &Row,
        outcome: Outcome,
    ) -> Result<(), OpsError> {
        match outcome {
            Outcome::Done(done) => {
                self.count(row, State::Done);
                let Done { made, note } = done;
                if let Some(note) = note {
                    add(&mut self.report.notes, self.places, row, note);
                }
                self.moved.count(row, made.as_ref());
                match self.as_left(number, row, made) {
                    Some(made) => self.journal.made(number, made),
                    None => self.journal.state(number, State::Done),
                }
            }
            Outcome::Skipped(why) => {
                self.report.skipped += 1;
                self.journal.problem(number, State::Skipped, &why)
            }
            Outcome::Failed(why) => {
                let at = usize::try_from(number).unwrap_or(usize::MAX);
                match first_half(self.places, self.steps, at) {
                    Some(first) => self.give_name_back(first, at, row, why),
                    None => self.fail(number, row, row.from, why),
                }
            }
            // What the journal says of it holds: it is looked for.
            Outcome::Left(why) => {
                self.report.failed += 1;
                self.report.left_aside += 1;
                add(&mut self.report.problems, self.places, row, why);
                Ok(())
            }
        }
    }

    /// Notes that a step could not be done, and that its entry is known by a
    /// name.
    fn fail(
        &mut self,
        number: u64,
        row: &Row,
        from: Spot,
        why: String,
    ) -> Result<(), OpsError> {
        self.report.failed += 1;
        self.journal.problem(number, State::Failed, &why)?;
        let row = Row { from, ..*row };
        add(&mut self.report.problems, self.places, &row, why);
        Ok(())
    }

    /// What a step made, with the change time that it left on the file, where
    /// later steps are done to other names of that.
    fn as_left(
        &mut self,
        number: u64,
        row: &Row,
        made: Option<Made>,
    ) -> Option<Made> {
        let changed = self.change_left(number, row);
        match (made, changed) {
            (Some(mut made), changed) => {
                made.expect.changed = changed;
                Some(made)
            }
            (None, Some(_)) => {
                let expect = Expectation { changed, ..row.expectation() };
                Some(Made { expect, at: None, was: None })
            }
            (None, None) => None,
        }
    }

    fn change_left(&mut self, number: u64, row: &Row) -> Option<Timestamp> {
        let waits = Copies::does(row) || Replacing::does(row);
        if waits || !self.is_awaited(number, row) {
            return None;
        }
        let later: Vec<Row> = self.later(number, row).copied().collect();
        self.actor.note_change(self.places, row.id, &later)
    }

    fn finish(
        mut self,
        runs: &Runs,
        folders: &[FolderId],
    ) -> Result<RunReport, OpsError> {
        self.moved.tell(self.places, &mut self.report);
        // A run that left files aside is not over.
        if self.report.interrupted || self.report.left_aside > 0 {
            self.journal.sync()?;
            return Ok(self.report);
        }
        // As the run leaves them: whoever undoes it sees whether others have
        // changed something since.
        self.journal.folders(&mut self.actor, self.places, folders)?;
        let RunReport { done, failed, .. } = self.report;
        let totals = Totals { done, failed, ..Totals::default() };
        let steps = self.steps.len() as u64;
        self.journal.end(State::Finished, steps, totals)?;
        runs.is_over(&self.report.run);
        Ok(self.report)
    }
}

/// Adds something about a step to a report.
pub(super) fn add(
    outcomes: &mut Vec<StepOutcome>,
    places: &Places,
    row: &Row,
    why: String,
) {
    if outcomes.len() >= PROBLEMS {
        return;
    }
    let spot = match row.operation.has_source() {
        true => row.from,
        false => row.to,
    };
    let (operation, path) = (row.operation, places.absolute(spot));
    outcomes.push(StepOutcome { operation, path, why });
}
