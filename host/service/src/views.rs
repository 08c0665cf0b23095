//! Views: the records of a source that a filter lets through, in an order.
//! What a view is follows from what was asked for: the same question finds the
//! same view, and an instance that does not have it makes it anew.

mod build;
mod list;
mod matching;
mod sorter;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use sanchay_core::record::{Change, FieldId, SortFields};
use sanchay_sync::lock;
use serde::{Deserialize, Serialize};
use sqlx::Row as _;
use tokio::{
    sync::{Semaphore, oneshot, watch},
    time::timeout,
};
use xxhash_rust::xxh3::xxh3_128;

pub(crate) use self::list::{ListWriter, RowList};
use crate::{
    app::App,
    database::Database,
    jobs::options::{clock, parse, wrong},
    limits::account,
    problem::Problem,
    results::reader::Reader,
    shelf::building,
    sources::{Origin, Source},
    time,
};

/// How many views are kept ready.
const MOST: usize = 64;

/// How long a view is kept that nobody asks for.
const KEPT: Duration = Duration::from_secs(60 * 60);

/// How long it is known what a view was of, in milliseconds.
const REMEMBERED: i64 = 7 * 24 * 60 * 60 * 1000;

/// How many are made at a time.
const TOGETHER: usize = 2;

/// How many a caller may have that are being made or wait for that: whoever
/// asks for more keeps nobody else waiting.
const MOST_BUILDING: usize = 16;

/// How many definitions are kept: the newest.
const MOST_REMEMBERED: i64 = 1024;

/// How long a filter may be, in bytes.
const LONGEST_FILTER: usize = 16 << 10;

/// What a view is of.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Definition {
    /// Whose records these are: of a job that runs, those of that moment.
    pub(crate) origin: Origin,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) filter: Option<String>,
    /// Fields as the program takes them: `size:desc,path`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) sort: Option<String>,
    /// Of differences those of these kinds; none: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) changes: Vec<String>,
}

/// Which records of a source, and in which order.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wanted<'a> {
    /// Those of which this expression is true.
    pub(crate) filter: Option<&'a str>,
    /// `-size`, or `size:desc,path`.
    pub(crate) sort: Option<&'a str>,
    /// Of differences those of these kinds; none: all.
    pub(crate) changes: &'a [String],
}

/// A view.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) id: String,
    pub(crate) definition: Definition,
    pub(crate) reader: Reader,
    state: watch::Sender<ViewState>,
    used: Mutex<Instant>,
    /// The account of whoever asked for it first.
    by: String,
}

/// How far a view is.
#[derive(Clone, Debug)]
pub(crate) enum ViewState {
    /// So many records were looked at, and so many are in it so far.
    Building { looked_at: u64, found: u64 },
    /// These records, in this order.
    Ready(Arc<RowList>),
    /// It cannot be made.
    Failed(Box<Problem>),
}

/// The views that are ready or being made.
#[derive(Debug)]
pub(crate) struct Views {
    all: Mutex<HashMap<String, Arc<View>>>,
    places: Arc<Semaphore>,
}

impl Views {
    pub(crate) fn new() -> Self {
        Self {
            all: Mutex::default(),
            places: Arc::new(Semaphore::new(TOGETHER)),
        }
    }

    /// The view of a source's records.
    ///
    /// # Errors
    /// 404 and 409 for one that has none; 422 for a filter, an order or kinds
    /// of changes that make no sense.
    pub(crate) async fn of(
        &self,
        app: &Arc<App>,
        source: &Source,
        wanted: Wanted<'_>,
    ) -> Result<Arc<View>, Problem> {
        let (origin, reader) = source.find(app).await?;
        let definition = Definition {
            origin,
            filter: checked_filter(wanted.filter)?,
            sort: checked_sort(&reader, wanted.sort)?,
            changes: checked_changes(&reader, wanted.changes)?,
        };
        self.find_or_make(app, definition, reader).await
    }

    /// A view by its id.
    ///
    /// # Errors
    /// 404 where nobody asked for it.
    pub(crate) async fn get(
        &self,
        app: &Arc<App>,
        id: &str,
    ) -> Result<Arc<View>, Problem> {
        if let Some(view) = lock(&self.all).get(id) {
            *lock(&view.used) = Instant::now();
            return Ok(Arc::clone(view));
        }
        let row =
            sqlx::query("SELECT definition FROM service_views WHERE id = $1")
                .bind(id)
                .fetch_optional(app.database.pool())
                .await?;
        let unknown = || Problem::not_found("There is no view of that id.");
        let text: String = row.ok_or_else(unknown)?.try_get(0)?;
        let definition: Definition =
            serde_json::from_str(&text).map_err(|_| unknown())?;
        let reader = definition.origin.reader(app).await?;
        self.find_or_make(app, definition, reader).await
    }

    async fn find_or_make(
        &self,
        app: &Arc<App>,
        definition: Definition,
        reader: Reader,
    ) -> Result<Arc<View>, Problem> {
        let text = serde_json::to_string(&definition)
            .map_err(|error| Problem::internal(error.to_string()))?;
        let id = format!("v{:032x}", xxh3_128(text.as_bytes()));
        let view = {
            let mut all = lock(&self.all);
            if let Some(view) = all.get(&id) {
                *lock(&view.used) = Instant::now();
                return Ok(Arc::clone(view));
            }
            let by = account();
            let is_building =
                |it: &&Arc<View>| it.by == by && it.is_building();
            if all.values().filter(is_building).count() >= MOST_BUILDING {
                return Err(Problem::too_many(
                    "There are 16 views that you asked for and that are \
                     not ready yet; wait for them.",
                )
                .retry_after(2));
            }
            make_room(&mut all);
            let begun = ViewState::Building { looked_at: 0, found: 0 };
            let view = Arc::new(View {
                id: id.clone(),
                definition,
                reader,
                state: watch::Sender::new(begun),
                used: Mutex::new(Instant::now()),
                by,
            });
            all.insert(id.clone(), Arc::clone(&view));
            view
        };
        let (app, made) = (Arc::clone(app), Arc::clone(&view));
        let places = Arc::clone(&self.places);
        let (told, is_kept) = oneshot::channel();
        // Goes on where whoever asked does not wait.
        tokio::spawn(async move {
            let kept = keep(&app.database, &made.id, &text).await;
            let failed = kept.is_err();
            // Nobody may wait for it any more.
            let _ = told.send(kept);
            if failed {
                lock(&app.views.all).remove(&made.id);
                let why = "The view cannot be noted; ask for it again.";
                let problem = Problem::internal(why);
                made.state.send_replace(ViewState::Failed(Box::new(problem)));
                return;
            }
            let _place = places.acquire_owned().await;
            let theirs = Arc::clone(&made);
            let handle = tokio::runtime::Handle::current();
            let engine = app.reading_engine.clone();
            let roots = app.roots.clone();
            let built = tokio::task::spawn_blocking(move || {
                build::build(&handle, &engine, &roots, &theirs)
            });
            let state = match built.await {
                Ok(Ok(list)) => ViewState::Ready(Arc::new(list)),
                Ok(Err(problem)) => ViewState::Failed(Box::new(problem)),
                Err(error) => {
                    tracing::error!(%error, "a view cannot be made");
                    let why = "The view hit a defect; the log has it.";
                    ViewState::Failed(Box::new(Problem::internal(why)))
                }
            };
            made.state.send_replace(state);
        });
        match is_kept.await {
            Ok(kept) => kept?,
            Err(_) => tracing::error!("nobody tells whether a view is kept"),
        }
        Ok(view)
    }
}

/// Notes what a view is of: asked for by its id, another instance makes it,
/// too.
async fn keep(database: &Database, id: &str, text: &str) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO service_views (id, definition, created) \
         VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
    )
    .bind(id)
    .bind(text)
    .bind(time::now())
    .execute(database.pool())
    .await
    .map(drop)
}

/// Forgets the definitions of views that nobody made lately, and those that
/// are too many.
pub(crate) async fn prune(database: &Database) -> sqlx::Result<()> {
    sqlx::query(
        "DELETE FROM service_views WHERE created < $1 OR created < \
         (SELECT created FROM service_views ORDER BY created DESC \
         LIMIT 1 OFFSET $2)",
    )
    .bind(time::now().saturating_sub(REMEMBERED))
    .bind(MOST_REMEMBERED)
    .execute(database.pool())
    .await
    .map(drop)
}

/// Drops what nobody asked for any more, and what was asked for longest ago.
fn make_room(all: &mut HashMap<String, Arc<View>>) {
    all.retain(|_, view| {
        let is_failed = matches!(*view.state.borrow(), ViewState::Failed(_));
        !is_failed && lock(&view.used).elapsed() < KEPT
    });
    while all.len() >= MOST {
        let oldest = all
            .iter()
            .filter(|(_, view)| !view.is_building())
            .min_by_key(|(_, view)| *lock(&view.used))
            .map(|(id, _)| id.clone());
        let Some(oldest) = oldest else { return };
        all.remove(&oldest);
    }
}

impl View {
    /// How far it is.
    pub(crate) fn state(&self) -> ViewState {
        self.state.borrow().clone()
    }

    /// Its records, as soon as they are known, but not after more than that
    /// time.
    ///
    /// # Errors
    /// 503 where it takes longer, and why it cannot be made.
    pub(crate) async fn ready(
        &self,
        longest: Duration,
    ) -> Result<Arc<RowList>, Problem> {
        let mut state = self.state.subscribe();
        let made =
            state.wait_for(|it| !matches!(it, ViewState::Building { .. }));
        let made = match timeout(longest, made).await {
            Ok(Ok(made)) => made.clone(),
            _ => return Err(building()),
        };
        match made {
            ViewState::Ready(list) => Ok(list),
            ViewState::Failed(problem) => Err(*problem),
            ViewState::Building { .. } => Err(building()),
        }
    }

    fn is_building(&self) -> bool {
        matches!(*self.state.borrow(), ViewState::Building { .. })
    }

    fn tell(&self, looked_at: u64, found: u64) {
        self.state.send_replace(ViewState::Building { looked_at, found });
    }
}

/// A filter that can be understood.
fn checked_filter(filter: Option<&str>) -> Result<Option<String>, Problem> {
    let filter = filter.map(str::trim).filter(|it| !it.is_empty());
    let Some(filter) = filter else { return Ok(None) };
    if filter.len() > LONGEST_FILTER {
        return Err(wrong("filter", "it is longer than 16 KiB"));
    }
    parse(filter, &clock())?;
    Ok(Some(filter.to_owned()))
}

/// An order that can be understood, as the program spells it: `-size` is
/// `size:desc`.
fn checked_sort(
    reader: &Reader,
    sort: Option<&str>,
) -> Result<Option<String>, Problem> {
    let sort = sort.map(str::trim).filter(|it| !it.is_empty());
    let Some(sort) = sort else { return Ok(None) };
    let spelled: Vec<String> = sort
        .split(',')
        .map(|field| match field.trim().strip_prefix('-') {
            Some(field) => format!("{field}:desc"),
            None => field.trim().to_owned(),
        })
        .collect();
    let spelled = spelled.join(",");
    let fields: SortFields =
        spelled.parse().map_err(|why: String| wrong("sort", &why))?;
    let schema = reader.shape().shown();
    fields
        .resolve(&schema)
        .map_err(|error| wrong("sort", &error.to_string()))?;
    Ok(Some(spelled))
}

/// Kinds of changes that there are, each once and in one order.
fn checked_changes(
    reader: &Reader,
    changes: &[String],
) -> Result<Vec<String>, Problem> {
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    if !reader.shape().kept().has(FieldId::Change) {
        let why = "only differences between snapshots have kinds of changes";
        return Err(wrong("changes", why));
    }
    let names = Change::ALL.map(Change::name);
    if let Some(other) = changes.iter().find(|it| !names.contains(&&***it)) {
        let all = names.join(", ");
        let why = format!("{other:?} is none of {all}");
        return Err(wrong("changes", &why));
    }
    let is_wanted = |name: &&str| changes.iter().any(|it| it == name);
    Ok(names.into_iter().filter(is_wanted).map(str::to_owned).collect())
}
