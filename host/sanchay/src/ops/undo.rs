//! Undoes a run: backwards, step by step, and nothing that is not as the run
//! left it.

use std::collections::HashSet;

use sanchay_core::{
    escape::escaped,
    plan::{Folder, Made, State},
};
use sanchay_storage::{Attributes, Timestamp};

use super::{
    act::{Actor, Found, Tried, crosses, id_of},
    apply::add,
    error::OpsError,
    handles::Handles,
    journal::{Journal, modified},
    replaced::Separation,
    replacing::Replacing,
    report::RunReport,
    ring::{Way, first_half, is_second_half, second_half},
    rows::Row,
    runs::{Loaded, Runs},
    siblings::{Moved, Siblings},
    totals::Totals,
    unresolved::Unresolved,
};
use crate::{engine::Engine, monitor::Monitor, run::RunState};

/// How many steps may be undone before the journal says so.
const BATCH: u64 = 4096;

impl Runs {
    /// Undoes a run, as far as that is possible. With `only_look`, nothing
    /// changes, and the report says what would be done.
    ///
    /// # Errors
    /// [`OpsError::NoRun`], [`OpsError::Running`], and why the journal cannot
    /// be used.
    pub fn undo(
        &self,
        engine: &Engine,
        run: &str,
        only_look: bool,
        monitor: &Monitor,
    ) -> Result<RunReport, OpsError> {
        let (journal, loaded) = self.load(engine, run)?;
        let Loaded { places, states, storage, .. } = &loaded;
        if loaded.reversed && !states.contains(&Some(State::Kept)) {
            return Err(OpsError::Resume {
                run: run.to_owned(),
                why: "it was undone already",
            });
        }
        let handles = Handles::new(storage, &places.roots);
        handles.check_roots()?;
        let mut actor = Actor::new(handles, engine, self.time_zone(), run);
        let begun = loaded.header.started.parse::<jiff::Timestamp>();
        actor.expect_older_than(begun.ok().map(Timestamp::from));
        if !loaded.finished {
            actor.replaced.expect_strays();
        }
        if only_look {
            actor.only_suppose();
        }
        let mut undoing = Undoing {
            loaded: &loaded,
            actor,
            journal: (!only_look).then_some(journal),
            unresolved: Unresolved::default(),
            moved: Moved::default(),
            halves: HashSet::new(),
            redone: 0,
            report: RunReport { run: run.to_owned(), ..RunReport::default() },
        };
        let unchanged = undoing.begin()?;
        let state = RunState::new(monitor);
        undoing.all(&state)?;
        if undoing.end(&unchanged)? {
            self.is_over(run);
        }
        Ok(undoing.report)
    }
}

/// A run that is being undone.
struct Undoing<'a> {
    loaded: &'a Loaded,
    actor: Actor,
    /// None where it is only looked what would be done.
    journal: Option<Journal>,
    unresolved: Unresolved,
    moved: Moved,
    /// Second halves of steps by a temporary name that were undone.
    halves: HashSet<usize>,
    /// How many steps were undone by an earlier undoing, and are done again.
    redone: u64,
    report: RunReport,
}

impl Undoing<'_> {
    /// Makes ready. Returns the folders that get their times back: those that
    /// nobody else has changed since.
    fn begin(&mut self) -> Result<Vec<Folder>, OpsError> {
        let Loaded { places, steps, .. } = self.loaded;
        let actor = &mut self.actor;
        let mut unchanged = Vec::new();
        if let Some(journal) = &mut self.journal {
            // Before anything changes, by what was left of copies, too.
            unchanged = self.loaded.unchanged_folders(actor);
            journal.reversing(steps.len() as u64, &unchanged)?;
            actor.remove_leftovers(places, steps);
            self.loaded.remember_moved_back(actor);
        }
        actor.know_siblings(Siblings::new(places, steps));
        // Those that were moved back before count as well.
        for (row, made) in self.loaded.moved_back() {
            self.moved.count(row, Some(made));
        }
        Ok(unchanged)
    }

    /// Undoes all steps that were done.
    fn all(&mut self, state: &RunState<'_>) -> Result<(), OpsError> {
        let Loaded { places, steps, .. } = self.loaded;
        state.expect(steps.len() as u64, 0);
        for (index, at) in steps.iter().enumerate().rev() {
            if state.is_over() {
                self.report.interrupted = true;
                break;
            }
            let Some(row) = places.rows.get(*at).copied() else { continue };
            if !Replacing::does(&row) || self.actor.replaced.is_enough() {
                self.give_back()?;
            }
            if !self.was_done(index, &row) {
                continue;
            }
            self.step(index, &row)?;
            state.count_files(1, 0);
            state.tick();
            if (index as u64).is_multiple_of(BATCH)
                && let Some(journal) = &mut self.journal
            {
                journal.flush()?;
            }
        }
        self.give_back()?;
        for (number, row, why) in std::mem::take(&mut self.unresolved).left() {
            self.record(number, &row, Err(why))?;
        }
        Ok(())
    }

    /// Whether a step was done and not undone.
    fn was_done(&mut self, index: usize, row: &Row) -> bool {
        let places = &self.loaded.places;
        let actor = &mut self.actor;
        match self.loaded.states.get(index).copied().flatten() {
            // What was in the way may have gone.
            Some(State::Done | State::Kept) => true,
            // Nobody wrote what became of it.
            None => match actor.look(places, row) {
                Found::Done | Found::Copied => true,
                Found::NotDone => {
                    self.unresolved.resolve(places, row.to, row.id);
                    if self.journal.is_some() {
                        actor.clear(places, row);
                    }
                    false
                }
                Found::Neither(why) => {
                    if self.journal.is_some() {
                        actor.clear(places, row);
                    }
                    // Perhaps it is back where an earlier step found it.
                    let step = (index as u64, *row, why);
                    self.unresolved.add(places, row.from, step);
                    false
                }
            },
            Some(state) => {
                if state == State::Undone {
                    actor.was_given_back(places, row);
                }
                false
            }
        }
    }

    /// Undoes a step, or has it wait for others.
    fn step(&mut self, index: usize, row: &Row) -> Result<(), OpsError> {
        let places = &self.loaded.places;
        let number = index as u64;
        let made = self.loaded.made.get(&index);
        let undone = match Replacing::does(row) {
            true => match self.actor.separate(places, number, row, made) {
                Ok(Separation::Waits) => return Ok(()),
                Ok(Separation::Done) => Ok(()),
                Err(why) => Err(why),
            },
            false => self.undo(row, made),
        };
        let undone = match undone {
            Err(why) => {
                Err(match second_half(places, &self.loaded.steps, index) {
                    Some(second) => self.keep_name(index, row, second, why)?,
                    None => why,
                })
            }
            Ok(()) => {
                if is_second_half(places, row) {
                    self.halves.insert(index);
                }
                Ok(())
            }
        };
        self.record(number, row, undone)
    }

    /// Gives an entry that has a temporary name the one again that the run gave
    /// it, since it cannot get its own; those that are in the way go before.
    /// Returns why it is not undone, and what it is called.
    fn keep_name(
        &mut self,
        first: usize,
        row: &Row,
        (second, half): (usize, Row),
        why: String,
    ) -> Result<String, OpsError> {
        let Loaded { places, steps, .. } = self.loaded;
        if !self.actor.is_at(places, row, row.to) {
            // What somebody saved right before its renaming may be there.
            return Ok(
                match self.actor.put_stranger(places, row.to, half.to) {
                    Ok(()) => why,
                    Err(told) => {
                        self.report.left_aside += 1;
                        format!("{why}; {told}")
                    }
                },
            );
        }
        let named = |spot| escaped(&places.absolute(spot)).to_string();
        let mut kept = false;
        if let Some(again) = self.redoable(first, second, &half) {
            let again = again.into_iter().chain([second]);
            let again: Vec<(usize, Row)> = again
                .filter_map(|at| {
                    let row = places.rows.get(*steps.get(at)?)?;
                    Some((at, *row))
                })
                .collect();
            self.not_undone(&again)?;
            kept = again.iter().all(|(_, row)| {
                let redone = self.actor.redo(places, row);
                if let Err(why) = &redone {
                    tracing::debug!(why, "a step is not done again");
                }
                redone.is_ok()
            });
        }
        Ok(match kept {
            true => format!("{why}; it stays {}", named(half.to)),
            false => {
                self.report.left_aside += 1;
                format!("{why}; it is {} now", named(row.to))
            }
        })
    }

    /// The steps that have to be done again before a second half can be.
    fn redoable(
        &mut self,
        first: usize,
        second: usize,
        half: &Row,
    ) -> Option<Vec<usize>> {
        let Loaded { places, steps, states, .. } = self.loaded;
        let was_undone = |at: usize, known: &[State]| {
            let state = states.get(at).copied().flatten();
            state.is_some_and(|state| known.contains(&state))
        };
        if !self.halves.contains(&second)
            && !was_undone(second, &[State::Undone])
        {
            return None;
        }
        let between = first.saturating_add(1)..second;
        let way = Way::Back;
        let actor = &mut self.actor;
        let again = actor.in_the_way(places, steps, between, half.to, way)?;
        let known = [State::Done, State::Kept, State::Undone];
        again.iter().all(|at| was_undone(*at, &known)).then_some(again)
    }

    /// Has the journal say that steps are not undone that were: before they
    /// are done again, so that they are undone another time if that is ended.
    fn not_undone(&mut self, again: &[(usize, Row)]) -> Result<(), OpsError> {
        let Loaded { places, states, .. } = self.loaded;
        for (at, row) in again {
            match states.get(*at) {
                Some(Some(State::Undone)) => self.redone += 1,
                _ => self.report.done = self.report.done.saturating_sub(1),
            }
            self.report.kept += 1;
            let why = "it keeps the name, since another cannot have its own";
            if let Some(journal) = &mut self.journal {
                journal.problem(*at as u64, State::Kept, why)?;
            }
            if !is_second_half(places, row) {
                let problems = &mut self.report.problems;
                add(problems, places, row, why.to_owned());
            }
        }
        if let Some(journal) = &mut self.journal {
            journal.flush()?;
        }
        Ok(())
    }

    fn undo(&mut self, row: &Row, made: Option<&Made>) -> Tried<()> {
        let places = &self.loaded.places;
        let found = match made {
            None if row.has_other_names() => {
                self.actor.found_done(places, row).made
            }
            _ => None,
        };
        self.actor.undo(places, row, made)?;
        if !self.actor.is_linked_back(row.id) {
            self.moved.count(row, made.or(found.as_ref()));
        }
        self.unresolved.resolve(places, row.to, row.id);
        Ok(())
    }

    /// Gives the files back that wait for it.
    fn give_back(&mut self) -> Result<(), OpsError> {
        for (number, row, back) in self.actor.give_back() {
            let back = back.map(|lost| {
                if let Some(lost) = lost {
                    let why = format!("it does not have {lost}");
                    let notes = &mut self.report.notes;
                    add(notes, &self.loaded.places, &row, why);
                }
            });
            self.record(number, &row, back)?;
        }
        Ok(())
    }

    /// Notes what became of a step.
    fn record(
        &mut self,
        number: u64,
        row: &Row,
        undone: Tried<()>,
    ) -> Result<(), OpsError> {
        match undone {
            Ok(()) => {
                self.report.done += 1;
                if let Some(journal) = &mut self.journal {
                    journal.state(number, State::Undone)?;
                }
            }
            Err(why) => {
                self.report.kept += 1;
                if let Some(journal) = &mut self.journal {
                    journal.problem(number, State::Kept, &why)?;
                }
                let Loaded { places, steps, .. } = self.loaded;
                let at = usize::try_from(number).unwrap_or(usize::MAX);
                let half = first_half(places, steps, at);
                let from = half.map_or(row.from, |(_, half)| half.from);
                let row = Row { from, ..*row };
                add(&mut self.report.problems, places, &row, why);
            }
        }
        Ok(())
    }

    /// Gives folders their times back, and has the journal say that the run is
    /// undone. Returns whether it is over.
    fn end(&mut self, unchanged: &[Folder]) -> Result<bool, OpsError> {
        self.moved.tell(&self.loaded.places, &mut self.report);
        self.report.left_aside += self.actor.replaced.left();
        let Some(journal) = &mut self.journal else { return Ok(false) };
        if self.report.interrupted {
            journal.sync()?;
            return Ok(false);
        }
        for folder in unchanged.iter().rev() {
            give_time_back(&mut self.actor, self.loaded, folder);
        }
        let Loaded { steps, states, .. } = self.loaded;
        let before = |state| {
            states.iter().filter(|it| **it == Some(state)).count() as u64
        };
        let undone = (self.report.done + before(State::Undone))
            .saturating_sub(self.redone);
        let kept = self.report.kept;
        let (done, failed) = (undone + kept, before(State::Failed));
        let totals = Totals { done, failed, undone, kept };
        journal.end(State::Reversed, steps.len() as u64, totals)?;
        Ok(self.report.left_aside == 0)
    }
}

/// Sets when a folder was last modified to what it was before the run. It is
/// no loss where that cannot be done.
fn give_time_back(actor: &mut Actor, loaded: &Loaded, folder: &Folder) {
    let places = &loaded.places;
    let found = places.folders.find(folder.place.root, &folder.place.path);
    let Some(id) = found else { return };
    let modified = Some(folder.modified);
    let attributes = Attributes { modified, ..Attributes::default() };
    let set = actor
        .folder(places, id)
        .and_then(|it| Ok(it.as_file()?.set_attributes(&attributes)?));
    if let Err(error) = set {
        tracing::debug!(%error, "a folder keeps the time of its change");
    }
}

impl Loaded {
    /// Files with several names that were moved back from another file system
    /// before: the names that are left become names of them.
    fn remember_moved_back(&self, actor: &mut Actor) {
        for (row, made) in self.moved_back() {
            actor.remember_moved(&self.places, row, id_of(made), row.from);
        }
    }

    /// The steps of files with several names that were moved back from another
    /// file system before, and what they had made.
    fn moved_back(&self) -> impl Iterator<Item = (&Row, &Made)> {
        self.made.iter().filter_map(|(index, made)| {
            let undone = Some(&Some(State::Undone));
            let row = self.places.rows.get(*self.steps.get(*index)?)?;
            (self.states.get(*index) == undone
                && row.has_other_names()
                && crosses(row, made))
            .then_some((row, made))
        })
    }

    /// The folders as they were before the run, but for those that were
    /// changed after it. An undoing that was ended before has changed them
    /// itself, and the journal has those that it was to give their times back.
    fn unchanged_folders(&self, actor: &mut Actor) -> Vec<Folder> {
        let mut folders = Vec::new();
        for (place, before, after) in &self.folders {
            let id = self.places.folders.find(place.root, &place.path);
            let Some(id) = id else { continue };
            let same = match &self.reversing {
                Some(reversing) => reversing.contains(&id),
                None => {
                    let now = modified(actor, &self.places, id);
                    after.is_none_or(|after| now == Some(after))
                        || now == Some(*before)
                }
            };
            if same {
                let place = place.clone();
                folders.push(Folder { place, modified: *before });
            }
        }
        folders
    }
}
