//! Which jobs a service has to do with: those whose roots are all among its
//! own. Each job is kept with the paths of its roots, as they were resolved
//! when it was asked for. What was begun for other roots, by a service before
//! this one or by another one with the same database, is not there.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    sync::Arc,
};

use sanchay_catalog::{Catalog, Side, Snapshot};
use sanchay_names::{OsStrExt as _, OsStringExt as _};
use serde_json::Value;
use sqlx::{Any, Row as _, Transaction};

use super::{kind::Kind, request::RootRef, spec::DISK};
use crate::{
    database::{Database, marks},
    problem::Problem,
    roots::Roots,
};

/// The members of a request that name places below roots.
const PLACES: [&str; 3] = ["roots", "references", "into"];

/// The roots of a service, as jobs are compared with them.
#[derive(Clone, Debug)]
pub(crate) struct Scope(Arc<[Vec<u8>]>);

/// Which roots a new job has to do with.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Places<'a> {
    /// These.
    Roots(&'a [PathBuf]),
    /// Those of another job.
    OfJob(i64),
}

impl Scope {
    /// All roots of a service.
    pub(crate) fn of(roots: &Roots) -> Self {
        let paths = roots.iter().map(|it| it.path.as_os_str().as_bytes());
        Self(paths.map(<[u8]>::to_vec).collect())
    }

    /// What is true of jobs that are in it. Jobs go by this name in the
    /// statement, and its values begin with this mark.
    pub(crate) fn condition(&self, jobs: &str, first: usize) -> String {
        let of = format!(
            "SELECT 1 FROM service_job_roots r WHERE r.job = {jobs}.id"
        );
        let own = marks(first, self.0.len());
        format!(
            "EXISTS ({of}) AND NOT EXISTS ({of} AND r.root NOT IN ({own}))"
        )
    }

    /// The values of the condition.
    pub(crate) fn values(&self) -> impl Iterator<Item = Vec<u8>> {
        self.0.iter().cloned()
    }
}

/// Keeps which roots a new job has to do with.
pub(crate) async fn keep(
    transaction: &mut Transaction<'_, Any>,
    job: i64,
    places: Places<'_>,
) -> sqlx::Result<()> {
    match places {
        Places::Roots(roots) => {
            for root in roots {
                sqlx::query(
                    "INSERT INTO service_job_roots (job, root) \
                     VALUES ($1, $2) ON CONFLICT DO NOTHING",
                )
                .bind(job)
                .bind(root.as_os_str().as_bytes().to_vec())
                .execute(&mut **transaction)
                .await?;
            }
        }
        Places::OfJob(other) => {
            sqlx::query(
                "INSERT INTO service_job_roots (job, root) \
                 SELECT CAST($1 AS BIGINT), root FROM service_job_roots \
                 WHERE job = $2",
            )
            .bind(job)
            .bind(other)
            .execute(&mut **transaction)
            .await?;
        }
    }
    Ok(())
}

/// The roots that a job was kept with.
pub(crate) async fn roots_of(
    database: &Database,
    job: i64,
) -> sqlx::Result<Vec<PathBuf>> {
    let rows =
        sqlx::query("SELECT root FROM service_job_roots WHERE job = $1")
            .bind(job)
            .fetch_all(database.pool())
            .await?;
    rows.iter()
        .map(|row| Ok(OsString::from_vec(row.try_get(0)?).into()))
        .collect()
}

/// The roots that a request has to do with: those that it names, and those of
/// the snapshots that it compares.
///
/// # Errors
/// 404 for a root that is none.
pub(crate) fn of_request(
    kind: Kind,
    request: &Value,
    roots: &Roots,
    catalog: &Catalog,
) -> Result<Vec<PathBuf>, Problem> {
    let mut all = Vec::new();
    for name in PLACES {
        let Some(given) = request.get(name) else { continue };
        let given: Vec<RootRef> = match given {
            Value::Array(_) => serde_json::from_value(given.clone()),
            one => serde_json::from_value(one.clone()).map(|it| vec![it]),
        }
        .unwrap_or_default();
        for place in given {
            all.push(roots.find(&place.root)?.path.clone());
        }
    }
    if kind == Kind::Diff {
        match of_sides(request, roots, catalog) {
            Some(of_sides) => all.extend(of_sides),
            // Another instance may have the snapshots: those of any root.
            None => all.extend(roots.iter().map(|it| it.path.clone())),
        }
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// The roots that have those of the snapshots that are compared; `None` where
/// the catalog does not have these.
fn of_sides(
    request: &Value,
    roots: &Roots,
    catalog: &Catalog,
) -> Option<Vec<PathBuf>> {
    let side = |name: &str| request.get(name).and_then(Value::as_str);
    let (a, b) = (side("a")?, side("b")?);
    let own: Vec<PathBuf> = roots.iter().map(|it| it.path.clone()).collect();
    let mut all = Vec::new();
    for name in [a, b].into_iter().filter(|it| *it != DISK) {
        let name = PathBuf::from(format!("snapshot:{name}"));
        let walk = sanchay::WalkOptions::default();
        let among = |it: &Snapshot| is_within(it, &own);
        let found = catalog.side_among(&name, None, &walk, among).ok()?;
        let Side::Snapshot(found) = found else { return None };
        for root in &found.roots {
            all.push(roots.containing(root)?.0.path.clone());
        }
    }
    Some(all)
}

/// Whether all that a snapshot is of lies in one of these folders.
pub(crate) fn is_within(snapshot: &Snapshot, roots: &[PathBuf]) -> bool {
    snapshot.roots.iter().all(|it| lies_within(it, roots))
}

/// Whether a path lies in one of these folders.
pub(crate) fn lies_within(path: &Path, roots: &[PathBuf]) -> bool {
    let is_plain = |part| !matches!(part, std::path::Component::ParentDir);
    path.components().all(is_plain)
        && roots.iter().any(|root| path.starts_with(root))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_lies_within_a_folder_and_not_beside_it() {
        let roots = [PathBuf::from("/srv/a")];
        for path in ["/srv/a", "/srv/a/b"] {
            assert!(lies_within(Path::new(path), &roots), "{path}");
        }
        for path in ["/srv/ab", "/srv", "/srv/a/../b", "a", ""] {
            assert!(!lies_within(Path::new(path), &roots), "{path}");
        }
        assert!(!lies_within(Path::new("/srv/a"), &[]));
    }
}
