//! Undoes a run: backwards, step by step, and nothing that is not as the run
//! left it.

use sanchay_core::plan::{Folder, Made, State};
use sanchay_storage::{Attributes, Timestamp};

use super::{
    act::{Actor, Found, crosses, id_of},
    apply::add,
    error::OpsError,
    handles::Handles,
    journal::modified,
    report::RunReport,
    rows::Row,
    runs::{Loaded, Runs},
    siblings::{Moved, Siblings},
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
        let (mut journal, loaded) = self.load(engine, run)?;
        let Loaded { places, steps, states, storage, .. } = &loaded;
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
        if only_look {
            actor.only_suppose();
        }
        let mut report =
            RunReport { run: run.to_owned(), ..RunReport::default() };
        if !only_look {
            actor.remove_leftovers(places, steps);
            loaded.remember_moved_back(&mut actor);
        }
        // Folders that nobody else has changed since get their times back.
        let unchanged = loaded.unchanged_folders(&mut actor);
        actor.know_siblings(Siblings::new(places, steps));
        // Those that were moved back before count as well.
        let mut moved = Moved::default();
        for (row, made) in loaded.moved_back() {
            moved.count(row, Some(made));
        }
        let mut unresolved = Unresolved::default();
        let state = RunState::new(monitor);
        state.expect(steps.len() as u64, 0);
        for (index, at) in steps.iter().enumerate().rev() {
            let number = index as u64;
            if state.is_over() {
                report.interrupted = true;
                break;
            }
            let Some(row) = places.rows.get(*at).copied() else { continue };
            let known = states.get(index).copied().flatten();
            let was_done = match known {
                // What was in the way may have gone.
                Some(State::Done | State::Kept) => true,
                // Nobody wrote what became of it.
                None => match actor.look(places, &row) {
                    Found::Done | Found::Copied => true,
                    Found::NotDone => {
                        unresolved.resolve(places, row.to, row.id);
                        if !only_look {
                            actor.clear(places, &row);
                        }
                        false
                    }
                    Found::Neither(why) => {
                        // Perhaps it is back where an earlier step found it.
                        unresolved.add(places, row.from, (number, row, why));
                        false
                    }
                },
                Some(state) => {
                    if state == State::Undone {
                        actor.was_given_back(places, &row);
                    }
                    false
                }
            };
            if !was_done {
                continue;
            }
            let made = loaded.made.get(&index);
            let found = match made {
                None if row.has_other_names() => {
                    actor.found_done(places, &row).made
                }
                _ => None,
            };
            match actor.undo(places, &row, made) {
                Ok(()) => {
                    if !actor.is_linked_back(row.id) {
                        moved.count(&row, made.or(found.as_ref()));
                    }
                    unresolved.resolve(places, row.to, row.id);
                    report.done += 1;
                    if !only_look {
                        journal.state(number, State::Undone)?;
                    }
                }
                Err(why) => {
                    report.kept += 1;
                    if !only_look {
                        journal.problem(number, State::Kept, &why)?;
                    }
                    add(&mut report.problems, places, &row, why);
                }
            }
            state.count_files(1, 0);
            state.tick();
            if number.is_multiple_of(BATCH) && !only_look {
                journal.flush()?;
            }
        }
        for (number, row, why) in unresolved.left() {
            report.kept += 1;
            if !only_look {
                journal.problem(number, State::Kept, &why)?;
            }
            add(&mut report.problems, places, &row, why);
        }
        moved.tell(places, &mut report);
        if only_look {
            return Ok(report);
        }
        if report.interrupted {
            journal.sync()?;
            return Ok(report);
        }
        for folder in unchanged.iter().rev() {
            give_time_back(&mut actor, &loaded, folder);
        }
        journal.end(State::Reversed, steps.len() as u64)?;
        self.is_over(run);
        Ok(report)
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
    /// changed after it.
    fn unchanged_folders(&self, actor: &mut Actor) -> Vec<Folder> {
        let mut folders = Vec::new();
        for (place, before, after) in &self.folders {
            let id = self.places.folders.find(place.root, &place.path);
            let Some(id) = id else { continue };
            let now = modified(actor, &self.places, id);
            let same = after.is_none_or(|after| now == Some(after));
            if same {
                let place = place.clone();
                folders.push(Folder { place, modified: *before });
            }
        }
        folders
    }
}
