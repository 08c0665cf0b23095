//! Traverses trees: workers take tasks from a queue and do the same step for
//! every directory. An [`Operation`] decides what to do with the files.

use std::sync::Arc;

use super::{
    dir_reader::DirReader,
    ignoring::Ignoring,
    names::Names,
    open::{Open, Parent},
};
use crate::{
    error::Error,
    extract::Extractors,
    inspect::Inspect,
    options::WalkOptions,
    pool::Pool,
    queue::{Cursor, WorkQueue},
    run::RunState,
};

/// A task. `S` is what a walk starts from; `T` says where the results belong.
pub(crate) enum Task<S, T> {
    /// Something that the caller named.
    Source(S, T),
    /// A directory in another.
    Child(Parent, Box<[u8]>, T),
    /// Some of a directory's files.
    Files(Parent, Names, T),
}

/// What is done with the files of trees.
pub(crate) trait Operation: Sync {
    /// What a walk starts from.
    type Source: Send;
    /// Where the results of a task belong.
    type Ticket: Send;
    /// A worker's own state; it stays on its thread.
    type State;

    /// Sets up a worker.
    fn prepare(&self, worker: usize) -> Self::State;

    /// Begins with a source. If it is a directory to walk, returns it with the
    /// ticket.
    fn source(
        &self,
        source: Self::Source,
        ticket: Self::Ticket,
        worker: &mut Worker<'_, Self>,
    ) -> Option<(Open, Self::Ticket)>;

    /// Deals with a directory whose entries are in the reader.
    fn directory(
        &self,
        open: &Open,
        ticket: Self::Ticket,
        worker: &mut Worker<'_, Self>,
    );

    /// Deals with some of a directory's files.
    fn files(
        &self,
        open: &Open,
        names: &Names,
        ticket: Self::Ticket,
        worker: &mut Worker<'_, Self>,
    );

    /// Deals with a directory that is not entered. The reason, if it is an
    /// error, is in the reader's errors.
    fn not_entered(&self, ticket: Self::Ticket, worker: &mut Worker<'_, Self>);
}

/// What a worker needs for a task.
pub(crate) struct Worker<'w, O: Operation + ?Sized> {
    pub(crate) reader: &'w mut DirReader,
    pub(crate) inspector: &'w mut dyn Inspect,
    pub(crate) extractors: &'w mut Extractors,
    pub(crate) state: &'w mut O::State,
    tasks: TaskSink<'w, O::Source, O::Ticket>,
}

impl<'w, O: Operation + ?Sized> Worker<'w, O> {
    /// Takes the follow-ups of the current task.
    pub(crate) fn tasks(&self) -> TaskSink<'w, O::Source, O::Ticket> {
        self.tasks
    }
}

/// Takes the follow-ups of a task.
pub(crate) struct TaskSink<'q, S, T> {
    queue: &'q WorkQueue<Task<S, T>>,
    cursor: Cursor,
}

impl<S, T> Clone for TaskSink<'_, S, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S, T> Copy for TaskSink<'_, S, T> {}

impl<S, T> TaskSink<'_, S, T> {
    /// Adds tasks in the position of the current one, after its earlier
    /// follow-ups.
    pub(crate) fn push(self, tasks: impl IntoIterator<Item = Task<S, T>>) {
        self.queue.push(self.cursor, tasks);
    }
}

/// A walk.
pub(crate) struct Traversal<'a, O: Operation> {
    pub(crate) pool: &'a Pool,
    pub(crate) run: &'a RunState<'a>,
    pub(crate) options: &'a WalkOptions,
    pub(crate) ignoring: &'a Arc<Ignoring>,
    pub(crate) operation: &'a O,
    pub(crate) queue: &'a WorkQueue<Task<O::Source, O::Ticket>>,
}

impl<O: Operation> Traversal<'_, O> {
    /// Runs the tasks in the queue and their follow-ups.
    pub(crate) fn run(&self) -> Result<(), Error> {
        self.pool.work(
            self.queue,
            self.run,
            |index, inspector| {
                let reader =
                    DirReader::new(inspector, self.options, self.ignoring)?;
                let extractors = Extractors::new(&self.options.plugins);
                Ok((reader, extractors, self.operation.prepare(index)))
            },
            |task, cursor, (reader, extractors, state), inspector| {
                let tasks = TaskSink { queue: self.queue, cursor };
                let mut worker =
                    Worker { reader, inspector, extractors, state, tasks };
                self.process(task, &mut worker);
            },
            drop,
        )
    }

    fn process(
        &self,
        task: Task<O::Source, O::Ticket>,
        worker: &mut Worker<'_, O>,
    ) {
        let operation = self.operation;
        let (open, ticket) = match task {
            Task::Source(source, ticket) => {
                let begun = operation.source(source, ticket, worker);
                let Some((open, ticket)) = begun else { return };
                (Some(open), ticket)
            }
            Task::Child(parent, name, ticket) => {
                let open = worker.reader.open_child(&parent, &name, self.run);
                (open, ticket)
            }
            Task::Files(parent, names, ticket) => {
                match worker.reader.reopen(&parent) {
                    Some(open) => {
                        operation.files(&open, &names, ticket, worker);
                    }
                    None => operation.not_entered(ticket, worker),
                }
                return;
            }
        };
        match open.filter(|open| worker.reader.enters(&open.node)) {
            Some(mut open) => {
                let Worker { reader, inspector, .. } = worker;
                reader.read_dir(*inspector, &mut open, self.run);
                operation.directory(&open, ticket, worker);
            }
            None => operation.not_entered(ticket, worker),
        }
    }
}
