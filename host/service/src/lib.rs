//! The service: jobs that scan, hash and compare, their results over HTTP,
//! and the page that shows them.
//!
//! [`serve`] opens the roots, the catalog and the database, says where it
//! listens, and answers requests until it is told to end. `docs/SERVICE.md`
//! describes the interface; `/openapi.json` of a running service does so for
//! programs.
//!
//! Jobs are rows of a table, which workers take and hold by leases: what is
//! killed in the middle is begun anew, and counts once. Records of results go
//! to the database in chunks of equal numbers, so that a page at any depth is
//! read by its number alone.

mod address;
mod api;
mod app;
mod below;
mod blocking;
mod config;
mod database;
mod error;
mod events;
mod extract;
mod file_types;
mod folder_tree;
mod groups;
mod growth;
mod guard;
mod idempotency;
mod jobs;
mod keys;
mod limits;
mod metrics;
mod plans;
mod problem;
mod results;
mod rights;
mod roots;
mod server;
mod shelf;
mod signals;
mod snapshots;
mod sources;
mod stores;
mod sums;
mod time;
mod views;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use tokio::{runtime, sync::watch};

pub use crate::{
    address::DatabaseAddress,
    config::{Config, TlsFiles},
    error::ServiceError,
};
use crate::{
    app::App,
    jobs::{parts, retention, runner},
};

/// How often it is looked what is over.
const UPKEEP: Duration = Duration::from_secs(5);

/// A service that listens.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Listening {
    /// Where it listens.
    pub address: SocketAddr,
    /// The address of the page, with a token that is good once, for ten
    /// minutes.
    pub page: String,
}

/// Runs the service until the process gets SIGINT or SIGTERM: then it takes
/// no more requests, waits for what is under way within a bound, gives back
/// jobs that are not done, and returns.
///
/// `ready` is called once it listens.
///
/// # Errors
/// Why it could not be started.
pub fn serve(
    config: Config,
    ready: impl FnOnce(&Listening),
) -> Result<(), ServiceError> {
    let runtime = runtime()?;
    let outcome = runtime.block_on(run(config, ready));
    // A thread that waits for a disk does not hold up the end.
    runtime.shutdown_background();
    outcome
}

/// Runs the jobs of a database that instances of the service share, and
/// answers no requests, until the process gets SIGINT or SIGTERM. Jobs that
/// are not done then are given back.
///
/// `ready` is called once it waits for jobs.
///
/// # Errors
/// Why it could not be started.
pub fn work(config: Config, ready: impl FnOnce()) -> Result<(), ServiceError> {
    let runtime = runtime()?;
    let outcome = runtime.block_on(async {
        let app = App::open(config).await?;
        ready();
        tokio::spawn(stop_on_signals(app.stop.clone()));
        let upkeep = tokio::spawn(look_after(Arc::clone(&app)));
        let (workers, stop) = (app.config.workers, app.stop.subscribe());
        runner::run(Arc::clone(&app), workers, stop).await;
        upkeep.abort();
        app.catalog.flush();
        app.database.close().await;
        Ok(())
    });
    runtime.shutdown_background();
    outcome
}

fn runtime() -> Result<runtime::Runtime, ServiceError> {
    runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("sanchay-service")
        .build()
        .map_err(ServiceError::Runtime)
}

async fn run(
    config: Config,
    ready: impl FnOnce(&Listening),
) -> Result<(), ServiceError> {
    let tls = config.tls.as_ref().map(server::acceptor).transpose()?;
    let app = App::open(config).await?;
    let listener = server::listen(app.config.listen).await?;
    let address = listener.local_addr().map_err(|source| {
        let address = app.config.listen.to_string();
        ServiceError::Listen { address, source }
    })?;
    let router = app::router(&app);
    let token = app
        .keys
        .make_once()
        .await
        .map_err(|_| ServiceError::Database(sqlx::Error::PoolClosed))?;
    let scheme = match tls {
        Some(_) => "https",
        None => "http",
    };
    let page = format!("{scheme}://{address}/#token={token}");
    ready(&Listening { address, page });
    let jobs = tokio::spawn(runner::run(
        Arc::clone(&app),
        app.config.workers,
        app.stop.subscribe(),
    ));
    tokio::spawn(stop_on_signals(app.stop.clone()));
    let upkeep = tokio::spawn(look_after(Arc::clone(&app)));
    server::serve(&app, router, listener, tls).await;
    let _ = jobs.await;
    upkeep.abort();
    app.catalog.flush();
    app.database.close().await;
    Ok(())
}

/// Takes over from workers that died, and forgets what is over.
async fn look_after(app: Arc<App>) {
    let mut ticks = tokio::time::interval(UPKEEP);
    loop {
        ticks.tick().await;
        let done = async {
            retention::prune(&app).await?;
            runner::bury_dead(&app, false).await?;
            parts::merge_finished(&app).await?;
            app.keys.prune().await?;
            idempotency::prune(&app.database).await?;
            views::prune(&app.database).await
        };
        if let Err(error) = done.await {
            tracing::error!(%error, "the database cannot be looked after");
        }
    }
}

/// Begins the end when the process is asked to.
async fn stop_on_signals(stop: watch::Sender<bool>) {
    if let Err(error) = signals::asked_to_end().await {
        tracing::error!(%error, "signals cannot be caught");
        return;
    }
    tracing::info!("about to end");
    stop.send_replace(true);
}
