//! Snapshots as requests name them: of those in the catalog, the ones whose
//! roots lie in the service's.

use std::sync::Arc;

use sanchay_catalog::{CatalogError, Snapshot};
use serde::{Deserialize, Serialize};

use crate::{
    app::App, blocking::blocking, problem::Problem, time::timestamp_text,
};

/// A snapshot, by what no other has: catalogs of other machines have others of
/// that number.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SnapshotKey {
    pub(crate) number: u64,
    pub(crate) taken: String,
}

impl SnapshotKey {
    pub(crate) fn of(snapshot: &Snapshot) -> Self {
        Self { number: snapshot.number, taken: timestamp_text(snapshot.taken) }
    }
}

/// The snapshots, the oldest first.
///
/// # Errors
/// The catalog cannot be read.
pub(crate) async fn all(app: &Arc<App>) -> Result<Vec<Snapshot>, Problem> {
    let app = Arc::clone(app);
    blocking(move || {
        let all = app.catalog.snapshots();
        let mut all = all.map_err(|error| unreadable(&error))?;
        // What others took of elsewhere is nobody's business here.
        all.retain(|it| lies_within(&app, it));
        Ok(all)
    })
    .await
}

/// The snapshot of a number or a name, `latest` or `latest~N`.
///
/// # Errors
/// 404 where there is none.
pub(crate) async fn find(
    app: &Arc<App>,
    name: &str,
) -> Result<Snapshot, Problem> {
    let (app, name) = (Arc::clone(app), name.to_owned());
    blocking(move || {
        let found = app.catalog.find_snapshot(&name);
        let found = found.map_err(|error| match error {
            CatalogError::NoSnapshot { .. } => unknown(),
            error => unreadable(&error),
        })?;
        match lies_within(&app, &found) {
            true => Ok(found),
            false => Err(unknown()),
        }
    })
    .await
}

/// The snapshot that was meant before.
///
/// # Errors
/// 404 where it is not kept any more, or is in another catalog.
pub(crate) async fn find_again(
    app: &Arc<App>,
    key: &SnapshotKey,
) -> Result<Snapshot, Problem> {
    let found = find(app, &key.number.to_string()).await?;
    match SnapshotKey::of(&found) == *key {
        true => Ok(found),
        false => Err(unknown()),
    }
}

fn lies_within(app: &App, snapshot: &Snapshot) -> bool {
    let mut roots = snapshot.roots.iter();
    roots.all(|root| app.roots.containing(root).is_some())
}

fn unknown() -> Problem {
    Problem::not_found(
        "There is no such snapshot; GET /api/v1/snapshots lists them.",
    )
}

/// What is told where the catalog fails; the log says why.
pub(crate) fn unreadable(error: &CatalogError) -> Problem {
    tracing::error!(%error, "the catalog cannot be read");
    Problem::internal("The catalog cannot be read; the log says why.")
}
