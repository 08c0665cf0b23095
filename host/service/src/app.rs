//! The service as a whole: what all requests share, and which requests there
//! are.

use std::sync::Arc;

use axum::{Router, extract::DefaultBodyLimit, middleware};
use sanchay::Engine;
use sanchay_catalog::{Catalog, CatalogOptions};
use serde_json::json;
use tokio::sync::watch;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{NotForContentType, Predicate as _, SizeAbove},
    },
};

use crate::{
    address::DatabaseAddress,
    api::{self, Thumbnail},
    config::Config,
    database::Database,
    error::ServiceError,
    events::Hub,
    groups::Room,
    guard,
    jobs::{
        kind::State,
        queue::Queue,
        runner::{self, Running},
        scope::Scope,
    },
    keys::Keys,
    limits::Limits,
    metrics::Metrics,
    plans::steps::Open as OpenPlans,
    problem::Problem,
    results::listing::{self, Listings},
    roots::Roots,
    shelf::Shelf,
    stores::Stores,
    sums::{self, AllSums},
    views::Views,
};

/// What requests and jobs share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) roots: Roots,
    pub(crate) stores: Stores,
    pub(crate) database: Database,
    pub(crate) queue: Queue,
    /// Asks the catalog for digests.
    pub(crate) engine: Engine,
    /// Reads everything.
    pub(crate) reading_engine: Engine,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) keys: Keys,
    pub(crate) hub: Hub,
    pub(crate) metrics: Metrics,
    pub(crate) limits: Limits,
    pub(crate) running: Running,
    pub(crate) views: Views,
    /// Records that are in no job.
    pub(crate) listings: Listings,
    /// What records come to.
    pub(crate) sums: AllSums,
    /// Small copies of pictures.
    pub(crate) thumbnails: Shelf<Thumbnail>,
    /// What is decided of duplicates.
    pub(crate) groups: Room,
    pub(crate) open_plans: OpenPlans,
    /// Becomes true when the service is to end.
    pub(crate) stop: watch::Sender<bool>,
}

impl App {
    /// Opens everything.
    pub(crate) async fn open(
        config: Config,
    ) -> Result<Arc<Self>, ServiceError> {
        let roots = Roots::open(&config.roots)?;
        let stores = Stores::open(&config.stores)?;
        let trust = config.catalog_trust;
        let options = CatalogOptions { trust, ..CatalogOptions::default() };
        let catalog = Catalog::open(&config.catalog, options)?;
        let catalog = Arc::new(catalog);
        let mut builder = Engine::builder();
        if let Some(threads) = config.threads {
            builder = builder.threads(threads);
        }
        let reading_engine = builder.build()?;
        let cache = Arc::clone(&catalog);
        let engine = reading_engine.with_cache(cache);
        let address = config.database.as_ref().map(DatabaseAddress::as_str);
        let database = Database::open(address, &config.catalog).await?;
        let file = config.token_file.as_deref();
        let keys = Keys::open(database.clone(), file, config.allow_write)?;
        let app = Arc::new(Self {
            queue: Queue::new(
                database.clone(),
                Scope::of(&roots),
                config.allow_write,
            ),
            limits: Limits::new(config.max_rate),
            roots,
            stores,
            database,
            engine,
            reading_engine,
            catalog,
            keys,
            hub: Hub::new(),
            metrics: Metrics::new(),
            running: Running::new(),
            views: Views::new(),
            listings: listing::room(),
            sums: sums::room(),
            thumbnails: api::thumbnails(),
            groups: Room::new(),
            open_plans: OpenPlans::default(),
            stop: watch::Sender::new(false),
            config,
        });
        let buried = runner::bury_dead(&app, true).await;
        buried.map_err(ServiceError::Database)?;
        Ok(app)
    }

    /// A service of a folder, whose state is in another one.
    #[cfg(test)]
    pub(crate) async fn of_test(
        root: &std::path::Path,
        state: &std::path::Path,
    ) -> Arc<Self> {
        let catalog = state.join("catalog.db");
        let mut config = Config::new(catalog, state.join("state"));
        config.roots = vec![root.to_owned()];
        config.threads = Some(1);
        Self::open(config).await.unwrap()
    }

    /// Tells listeners that a job is in another state.
    pub(crate) fn tell_job(&self, id: i64, state: State) {
        let data = json!({"id": id, "state": state.name()});
        self.hub.publish("job", Some(id), &data);
    }

    /// Tells listeners that a plan is in another state.
    pub(crate) fn tell_plan(&self, id: i64, state: &str) {
        let data = json!({"id": id, "state": state});
        self.hub.publish("plan", None, &data);
    }

    /// Whether somebody cancelled a job, as opposed to its having been ended.
    pub(crate) async fn is_cancelled(&self, id: i64) -> bool {
        self.queue.is_cancelled(id).await.unwrap_or(false)
    }

    /// Whether it is about to end.
    pub(crate) fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }
}

/// All requests that there are, with what is done to each.
pub(crate) fn router(app: &Arc<App>) -> Router {
    let (api, document) = api::routes();
    let compression = CompressionLayer::new().gzip(true).compress_when(
        SizeAbove::new(512)
            // Each event must arrive as it is told.
            .and(NotForContentType::new("text/event-stream"))
            .and(NotForContentType::IMAGES)
            .and(NotForContentType::new("application/vnd.apache"))
            .and(NotForContentType::new("application/wasm")),
    );
    api.merge(api::documented(document))
        .fallback(api::assets::asset)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn_with_state(Arc::clone(app), guard::sign_in))
        .layer(DefaultBodyLimit::max(app.config.max_body))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(compression)
        .layer(middleware::from_fn_with_state(Arc::clone(app), guard::check))
        .with_state(Arc::clone(app))
}

async fn method_not_allowed() -> Problem {
    Problem::method("There is something here, but not for that method.")
}

/// A defect in one request ends that request alone.
fn panicked(
    _: Box<dyn std::any::Any + Send + 'static>,
) -> axum::response::Response {
    use axum::response::IntoResponse as _;
    Problem::internal("The request hit a defect; it is in the log.")
        .into_response()
}
