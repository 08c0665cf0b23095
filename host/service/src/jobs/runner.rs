//! Workers: each takes a job, does it in a thread of the engine's, holds its
//! lease meanwhile, and says how it ended.

use std::{
    any::Any,
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
    time::Duration,
};

use sanchay::Storage;
use sanchay_core::record::{RecordKind, Schema};
use sanchay_sync::lock;
use serde_json::{Value, json};
use tokio::{
    runtime::Handle,
    sync::{Notify, mpsc, watch},
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval, sleep},
};

use super::{
    kind::{Kind, State},
    live::Live,
    parts,
    queue::{Claimed, Counts, Ended, Renewed, signed},
    request::JobRequest,
    scope,
    spec::{Spec, Task},
    work::{Failure, Outcome, Worker},
};
use crate::{
    app::App,
    metrics::JobLabels,
    plans::{acting, making},
    problem::Problem,
    results::{
        shape::Shape,
        sink::{Message, Sink},
        store,
    },
};

/// How often progress is told.
const PROGRESS: Duration = Duration::from_millis(250);

/// How often a lease is renewed.
const RENEWAL: Duration = Duration::from_secs(3);

/// How often it is looked whether other instances left jobs.
const LOOK: Duration = Duration::from_secs(2);

/// How many messages lie between a job and the database.
const BETWEEN: usize = 256;

/// The jobs that run here, and the way to have more begun.
#[derive(Debug)]
pub(crate) struct Running {
    jobs: Mutex<HashMap<i64, Arc<Live>>>,
    wake: Notify,
}

impl Running {
    pub(crate) fn new() -> Self {
        Self { jobs: Mutex::default(), wake: Notify::new() }
    }

    /// A job that runs here.
    pub(crate) fn get(&self, id: i64) -> Option<Arc<Live>> {
        lock(&self.jobs).get(&id).cloned()
    }

    /// Says that a job waits.
    pub(crate) fn wake(&self) {
        self.wake.notify_one();
    }

    /// All that run here.
    fn all(&self) -> Vec<Arc<Live>> {
        lock(&self.jobs).values().cloned().collect()
    }
}

/// The name of this process among workers: where it runs, and which it is.
/// Numbers of processes mean something on one machine, since its last start,
/// and among those that see each other: containers may have names in common
/// and numbers of their own.
pub(crate) fn worker_name() -> String {
    let host = sanchay_system::host::name();
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id");
    let boot = boot.unwrap_or_default();
    let space = std::fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    format!(
        "{}/{}/{}/{}",
        host.to_string_lossy(),
        boot.trim(),
        space.to_string_lossy(),
        std::process::id()
    )
}

/// Takes the jobs of workers that are dead and need not be waited for: those
/// whose processes would be seen here if they lived. When this process starts, it has none of its own: a number like
/// its own is that of one before it.
pub(crate) async fn bury_dead(app: &App, starts: bool) -> sqlx::Result<()> {
    let own = worker_name();
    let Some((host, _)) = own.rsplit_once('/') else { return Ok(()) };
    for worker in app.queue.workers().await? {
        let process = worker
            .strip_prefix(host)
            .and_then(|rest| rest.strip_prefix('/'))
            .and_then(|number| number.parse().ok())
            .filter(|number| *number > 0);
        let Some(process) = process else { continue };
        let is_alive = sanchay_system::process::is_alive(process);
        let is_own = worker == own;
        if is_own && !starts || is_alive && !is_own {
            continue;
        }
        let buried = app.queue.bury(&worker).await?;
        tracing::warn!(worker, jobs = buried, "took over from a dead worker");
    }
    Ok(())
}

/// Runs so many jobs at a time until it is told to stop; then waits for them
/// for some time, and gives back what is not done.
pub(crate) async fn run(
    app: Arc<App>,
    workers: usize,
    mut stop: watch::Receiver<bool>,
) {
    let mut all = JoinSet::new();
    for number in 0..workers {
        let (app, stop) = (Arc::clone(&app), stop.clone());
        all.spawn(async move { work(&app, number, stop).await });
    }
    let _ = stop.wait_for(|stop| *stop).await;
    let deadline = Instant::now() + app.config.drain;
    let in_time = async { while all.join_next().await.is_some() {} };
    if tokio::time::timeout_at(deadline, in_time).await.is_err() {
        tracing::warn!("jobs that are not done are given back");
        for live in app.running.all() {
            live.cancel.cancel();
        }
        while all.join_next().await.is_some() {}
    }
}

async fn work(app: &Arc<App>, number: usize, mut stop: watch::Receiver<bool>) {
    let worker = worker_name();
    loop {
        if *stop.borrow() {
            return;
        }
        match app.queue.claim(&worker).await {
            Ok(Some(claimed)) => {
                // Others may wait, too.
                app.running.wake();
                one(app, &claimed, &stop).await;
                continue;
            }
            Ok(None) => {}
            Err(error) => {
                tracing::error!(%error, number, "cannot take a job");
                sleep(Duration::from_secs(1)).await;
            }
        }
        tokio::select! {
            () = app.running.wake.notified() => {}
            () = sleep(LOOK) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Does one job.
async fn one(app: &Arc<App>, claimed: &Claimed, stop: &watch::Receiver<bool>) {
    let kind = kind_of(claimed).unwrap_or(Kind::Scan);
    let live = Arc::new(Live::new(claimed.id, kind));
    lock(&app.running.jobs).insert(claimed.id, Arc::clone(&live));
    app.metrics.running.inc();
    app.tell_job(claimed.id, State::Running);
    tracing::info!(job = claimed.id, kind = kind.name(), "begun");
    let (sender, receiver) = mpsc::channel(BETWEEN);
    let writing = tokio::spawn(store::write(
        app.database.clone(),
        claimed.clone(),
        Arc::clone(&live),
        receiver,
    ));
    let doing = {
        let (app, live) = (Arc::clone(app), Arc::clone(&live));
        let (claimed, handle) = (claimed.clone(), Handle::current());
        tokio::task::spawn_blocking(move || {
            let done = catch_unwind(AssertUnwindSafe(|| {
                perform(&app, &handle, &live, kind, &claimed, sender)
            }));
            done.unwrap_or_else(|panic| Err(panicked(&*panic)))
        })
    };
    let outcome = watch_over(app, claimed, &live, doing).await;
    let written = match writing.await {
        Ok(written) => written,
        Err(error) => Err(sqlx::Error::Protocol(error.to_string())),
    };
    let outcome = match (outcome, written) {
        (Ok(_), Err(error)) => Err(Problem::from(error).into()),
        (outcome, _) => outcome,
    };
    let stopping = *stop.borrow();
    finish(app, claimed, &live, outcome, stopping).await;
    lock(&app.running.jobs).remove(&claimed.id);
    app.metrics.running.dec();
}

/// Tells how far a job is and holds its lease, until it is over.
async fn watch_over(
    app: &Arc<App>,
    claimed: &Claimed,
    live: &Arc<Live>,
    doing: tokio::task::JoinHandle<Result<Outcome, Failure>>,
) -> Result<Outcome, Failure> {
    let mut doing = doing;
    let mut ticks = interval(PROGRESS);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    // The first tick is at once, and there is nothing to tell yet.
    ticks.tick().await;
    let mut renewed = Instant::now();
    loop {
        tokio::select! {
            done = &mut doing => {
                return done.unwrap_or_else(|error| {
                    Err(Problem::internal(error.to_string()).into())
                });
            }
            _ = ticks.tick() => {}
        }
        let progress = live.document();
        app.hub.publish("progress", Some(live.id), &progress);
        if renewed.elapsed() < RENEWAL {
            continue;
        }
        renewed = Instant::now();
        match app.queue.renew(claimed, live.counts(), &progress).await {
            Ok(Renewed::Held) => {}
            Ok(Renewed::Cancelled | Renewed::Lost) => live.cancel.cancel(),
            Err(error) => tracing::error!(%error, "cannot renew a lease"),
        }
    }
}

/// Says how a job ended.
async fn finish(
    app: &Arc<App>,
    claimed: &Claimed,
    live: &Arc<Live>,
    outcome: Result<Outcome, Failure>,
    stopping: bool,
) {
    let cancelled = match outcome {
        Err(Failure::Cancelled) => app.is_cancelled(claimed.id).await,
        _ => false,
    };
    let ended = match outcome {
        Ok(Outcome { state, summary, result }) => Ended {
            state,
            counts: Counts {
                files: summary.files,
                bytes: summary.bytes,
                errors: summary.errors.max(live.counts().errors),
            },
            result: Some(result),
            problem: None,
        },
        Err(Failure::Cancelled) if stopping && !cancelled => {
            if let Err(error) = app.queue.give_back(claimed).await {
                tracing::error!(%error, "cannot give a job back");
            }
            return;
        }
        Err(Failure::Cancelled) => Ended {
            state: State::Cancelled,
            counts: live.counts(),
            result: None,
            problem: None,
        },
        Err(Failure::Problem(problem)) => Ended {
            state: State::Failed,
            counts: live.counts(),
            result: None,
            problem: Some(problem.document()),
        },
    };
    let state = ended.state;
    tracing::info!(job = claimed.id, state = state.name(), "ended");
    match app.queue.end(claimed, &ended).await {
        Ok(true) => {
            app.metrics.files.inc_by(ended.counts.files);
            app.metrics.bytes.inc_by(ended.counts.bytes);
            let labels = JobLabels {
                kind: claimed.kind.clone(),
                state: state.name().to_owned(),
            };
            app.metrics.jobs.get_or_create(&labels).inc();
            app.tell_job(claimed.id, state);
            let kind = kind_of(claimed);
            if kind.is_some_and(Kind::plans) {
                app.tell_plan(claimed.id, state.name());
            }
            if kind.is_some_and(|it| it.is_part() || it == Kind::Shards)
                && let Err(error) = parts::merge_finished(app).await
            {
                tracing::error!(%error, "cannot have shards merged");
            }
            let plan = claimed.request.get("plan").and_then(Value::as_i64);
            if let Some(plan) = plan {
                app.tell_plan(plan, state.name());
            }
            if claimed.kind == Kind::Snapshot.name() {
                let made = json!({"job": signed(claimed.id.cast_unsigned())});
                app.hub.publish("snapshot", Some(claimed.id), &made);
            }
        }
        Ok(false) => tracing::warn!(job = claimed.id, "it is another's now"),
        Err(error) => tracing::error!(%error, "cannot end a job"),
    }
}

fn kind_of(claimed: &Claimed) -> Option<Kind> {
    Kind::named(&claimed.kind)
}

/// The job itself, in a thread that may wait.
fn perform(
    app: &Arc<App>,
    handle: &Handle,
    live: &Arc<Live>,
    kind: Kind,
    claimed: &Claimed,
    sender: mpsc::Sender<Message>,
) -> Result<Outcome, Failure> {
    let request = &claimed.request;
    let parsed: JobRequest = serde_json::from_value(request.clone())
        .map_err(|error| Problem::invalid(error.to_string()))?;
    let spec = Spec::new(&parsed, &app.roots)?;
    let within = handle.block_on(app.queue.roots_of(claimed.id));
    let within = within.map_err(Problem::from)?;
    if !spec.roots.iter().all(|it| scope::lies_within(it, &within)) {
        let why = "The job names a place that is in none of its roots.";
        return Err(Problem::not_found(why).into());
    }
    let (engine, monitor) = (&app.engine, live.monitor());
    match &spec.task {
        Task::Plan(plan) => {
            let roots = &spec.roots;
            return making::make(
                app, handle, engine, claimed, roots, plan, &monitor,
            );
        }
        Task::Apply { plan } => {
            let plan = *plan;
            return acting::apply(
                app, handle, engine, claimed, plan, &monitor,
            );
        }
        Task::Undo { plan } => {
            let plan = *plan;
            return acting::take_back(
                app, handle, engine, plan, &monitor, true,
            );
        }
        _ => {}
    }
    if kind == Kind::StoreGet && !app.config.allow_write {
        return Err(Problem::forbidden(
            "The service was started without --allow-write.",
        )
        .into());
    }
    let storage = || -> Arc<dyn Storage> { app.roots.storage() };
    let schema = match Shape::of(kind, request) {
        Some(shape) => shape.kept(),
        // For its errors alone.
        None => Arc::new(Schema::new(RecordKind::File, [])),
    };
    let sink = Sink::new(schema, sender);
    let worker = Worker {
        engine: &app.engine,
        reading: &app.reading_engine,
        catalog: &app.catalog,
        stores: &app.stores,
        live,
        sink: &sink,
        within: &within,
    };
    match &spec.task {
        Task::Shards(options) => {
            let cut = || worker.cut(&spec.roots, options);
            let begun = parts::begin(app, handle, claimed, cut);
            worker.keep(begun)
        }
        Task::Shard { whole, shard } => {
            let place = parts::place(app, *whole, &shard.plan);
            worker.keep(worker.run_shard(shard, storage(), &place))
        }
        Task::Merge { whole, plan, options } => {
            let place = parts::place(app, *whole, plan);
            worker.keep(worker.merge(options, storage(), &place))
        }
        _ => worker.run(&spec),
    }
}

fn panicked(panic: &(dyn Any + Send)) -> Failure {
    let text = panic
        .downcast_ref::<&str>()
        .map(|it| (*it).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    tracing::error!(panic = text, "a job panicked");
    Problem::internal("The job hit a defect; the log of the service has it.")
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::{
        queue::{NewJob, Queue},
        scope::Places,
    };

    async fn begun(app: &Arc<App>, worker: &str) -> Claimed {
        let roots = [app.roots.iter().next().unwrap().path.clone()];
        let new = NewJob {
            kind: "scan",
            title: "",
            request: &Value::Null,
            by: "page",
            places: Places::Roots(&roots),
        };
        let mut transaction = app.database.write().await.unwrap();
        Queue::add(&mut transaction, &new).await.unwrap();
        transaction.commit().await.unwrap();
        app.queue.claim(worker).await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn a_worker_that_cannot_be_seen_from_here_is_not_taken_for_dead() {
        let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let [root, state] = &folders;
        let app = App::of_test(root.path(), state.path()).await;
        let own = worker_name();
        let (place, _) = own.rsplit_once('/').unwrap();
        let (machine, _) = place.rsplit_once('/').unwrap();
        // No process has that number.
        let none = i32::MAX;
        let elsewhere = [
            format!("{machine}/pid:[1]/{none}"),
            format!("other{place}/{none}"),
            format!("{}/{none}", machine.split('/').next().unwrap()),
        ];
        for worker in &elsewhere {
            begun(&app, worker).await;
        }
        bury_dead(&app, false).await.unwrap();
        assert!(app.queue.claim(&own).await.unwrap().is_none());
        let here = begun(&app, &format!("{place}/{none}")).await;
        bury_dead(&app, false).await.unwrap();
        let taken = app.queue.claim(&own).await.unwrap().unwrap();
        assert_eq!((taken.id, taken.attempt), (here.id, 2));
    }
}
