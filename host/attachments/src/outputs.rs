//! What the tasks of a job made: their manifests, chosen and merged as the
//! Python package does.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use sanchay_core::attachments::{Manifest, asset_root_of_metadata, merge};

use crate::{
    AttachmentError, Client, Conflict, Downloaded, ManifestLocation,
    OutputRoots, S3Location, Watch,
    client::Bucket,
    download::{CANCELLED, download_all, plan_all},
    location::check_id,
    manifests::{LONGEST, fetch, load_watched},
    output_roots::unused,
};

const AT_ONCE: usize = 10;

/// How many objects may lie beneath a job: far more than jobs have tasks.
const MOST: usize = 2_000_000;

/// How many bytes the manifests of a job may have together: they are in memory
/// at once.
const LONGEST_TOGETHER: u64 = 4 << 30;

/// Whose outputs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutputQuery {
    /// The job.
    pub job_id: String,
    /// The step; `None`: all.
    pub step_id: Option<String>,
    /// The task of that step; `None`: all.
    pub task_id: Option<String>,
    /// The session action of that task; `None`: the last of each task.
    pub session_action_id: Option<String>,
}

impl OutputQuery {
    fn check(&self) -> Result<(), AttachmentError> {
        check_id("job", &self.job_id)?;
        for (what, id) in [
            ("step", &self.step_id),
            ("task", &self.task_id),
            ("session action", &self.session_action_id),
        ] {
            id.as_deref().map_or(Ok(()), |id| check_id(what, id))?;
        }
        let why = if self.session_action_id.is_some()
            && (self.step_id.is_none() || self.task_id.is_none())
        {
            "Session Action ID specified, but missing Step ID or Task ID. \
             Job, Step, and Task ID are required to retrieve session action \
             outputs."
        } else if self.task_id.is_some() && self.step_id.is_none() {
            "Task ID specified, but no Step ID. Job, Step, and Task ID are \
             required to retrieve task outputs."
        } else {
            return Ok(());
        };
        Err(AttachmentError::Invalid(why.to_owned()))
    }

    fn prefix(
        &self,
        location: &S3Location,
        place: &ManifestLocation,
    ) -> String {
        let mut prefix = self.base(location, place);
        for id in [&self.step_id, &self.task_id].into_iter().flatten() {
            prefix.push_str(id);
            prefix.push('/');
        }
        prefix
    }

    /// What the keys of all outputs of the job begin with.
    fn base(&self, location: &S3Location, place: &ManifestLocation) -> String {
        let partial =
            format!("{}/{}/{}", place.farm_id, place.queue_id, self.job_id);
        let root_prefix = place.root_prefix.clone();
        let location = S3Location { root_prefix, ..location.clone() };
        format!("{}/", location.manifest_key(&partial))
    }
}

/// The manifests of outputs, one for each root: of each task the latest, and
/// of what several made the one that was written last. Roots are texts.
///
/// # Errors
/// What S3 refused, or is wrong with a manifest.
pub fn output_manifests(
    client: &Client,
    location: &S3Location,
    place: &ManifestLocation,
    query: &OutputQuery,
    watch: &Watch,
) -> Result<BTreeMap<Vec<u8>, Manifest>, AttachmentError> {
    query.check()?;
    place.check()?;
    let bucket = client.bucket(&place.bucket)?;
    let prefix = query.prefix(location, place);
    let fetched = watch.run(CANCELLED, async {
        let sizes = listed(&bucket, &prefix).await?;
        let action = query.session_action_id.as_deref();
        let base = query.base(location, place);
        let keys = chosen(sizes.keys().cloned().collect(), &base, action);
        let size = |key: &String| sizes.get(key).copied().unwrap_or_default();
        check_sizes(&keys, size)?;
        let all = stream::iter(keys).map(|key| {
            let (bucket, size) = (bucket.clone(), size(&key));
            async move {
                // No more than the listing told.
                let found = fetch(bucket, key.clone(), size).await?;
                Ok::<_, AttachmentError>((key, found))
            }
        });
        all.buffered(AT_ONCE).try_collect::<Vec<_>>().await
    })?;
    let mut by_root: BTreeMap<Vec<u8>, Vec<_>> = BTreeMap::new();
    for (key, found) in fetched {
        let value = |name: &str| {
            let mut all = found.metadata.iter();
            let found = all.find(|(other, _)| other == name);
            found.map(|(_, value)| value.as_str())
        };
        let root = asset_root_of_metadata(value)
            .ok_or(AttachmentError::MissingAssetRoot(key))?;
        let manifest = load_watched(&found.data, watch)?;
        let written = found.meta.last_modified;
        by_root.entry(root).or_default().push((written, manifest));
    }
    let merged = by_root.into_iter().filter_map(|(root, mut manifests)| {
        manifests.sort_by_key(|(written, _)| *written);
        let manifests = manifests.into_iter().map(|(_, it)| it);
        Some((root, merge(manifests)?))
    });
    Ok(merged.collect())
}

/// The keys that begin with a prefix, and the sizes of their objects.
async fn listed(
    bucket: &Bucket,
    prefix: &str,
) -> Result<BTreeMap<String, u64>, AttachmentError> {
    let failed =
        || bucket.failed("listing bucket contents", prefix, "s3:ListBucket");
    let listing = bucket.storage.list_objects(prefix).await;
    let mut listing = listing.map_err(failed())?;
    let mut sizes = BTreeMap::new();
    while let Some(found) = listing.try_next().await.map_err(failed())? {
        sizes.insert(found.key, found.size);
        if sizes.len() > MOST {
            return Err(AttachmentError::Invalid(format!(
                "there are more than {MOST} objects beneath {}: ask for a \
                 single step or task",
                sanchay::escaped(prefix.as_bytes())
            )));
        }
    }
    Ok(sizes)
}

/// Refuses manifests that are too long, each or together.
fn check_sizes(
    keys: &[String],
    size: impl Fn(&String) -> u64,
) -> Result<(), AttachmentError> {
    if let Some(key) = keys.iter().find(|key| size(key) > LONGEST) {
        return Err(AttachmentError::Manifest(format!(
            "the manifest {} has {} bytes: more than {LONGEST} are not read",
            sanchay::escaped(key.as_bytes()),
            size(key)
        )));
    }
    let sum = keys.iter().map(size).fold(0, u64::saturating_add);
    match sum <= LONGEST_TOGETHER {
        true => Ok(()),
        false => Err(AttachmentError::Manifest(format!(
            "the manifests of these outputs have {sum} bytes together: more \
             than {LONGEST_TOGETHER} are not read at once; ask for a single \
             step or task"
        ))),
    }
}

/// The manifests among keys: all of steps as a whole, and of each task those
/// of its last session action, by name. Beneath `base` they are called
/// `STEP/TIME_ACTION/ROOT_output` and `STEP/TASK/TIME_ACTION/ROOT_output`.
fn chosen(keys: Vec<String>, base: &str, action: Option<&str>) -> Vec<String> {
    let mut chosen = Vec::new();
    let mut of_tasks: BTreeMap<String, Vec<(String, String)>> =
        BTreeMap::new();
    for key in keys {
        let parts: Vec<&str> =
            key.strip_prefix(base).unwrap_or_default().split('/').collect();
        match *parts {
            [.., name] if !name.contains("output") => {}
            [_, _, _] => chosen.push(key),
            [step, task, run, _] => {
                let (folder, run) = (format!("{step}/{task}"), run.to_owned());
                of_tasks.entry(folder).or_default().push((run, key));
            }
            _ => {}
        }
    }
    if let Some(action) = action {
        let ends = format!("_{action}");
        let runs = of_tasks.into_values().flatten();
        let runs = runs.filter(|(run, _)| run.ends_with(&ends));
        return runs.map(|(_, key)| key).collect();
    }
    for runs in of_tasks.into_values() {
        let last = runs.iter().map(|(run, _)| run.clone()).max();
        let latest =
            runs.into_iter().filter(|(run, _)| Some(run) == last.as_ref());
        chosen.extend(latest.map(|(_, key)| key));
    }
    chosen
}

/// Downloads outputs: those of each root beneath the directory that the caller
/// tells of. Nothing is written to a root that only the outputs name.
///
/// # Errors
/// As of [`output_manifests`], and of
/// [`download_manifest_contents`](crate::download_manifest_contents);
/// [`AttachmentError::Invalid`] names roots of which nothing is told, and a
/// directory that nothing would go to.
pub fn download_outputs(
    client: &Client,
    location: &S3Location,
    place: &ManifestLocation,
    query: &OutputQuery,
    roots: &OutputRoots,
    conflict: Conflict,
    watch: &Watch,
) -> Result<Downloaded, AttachmentError> {
    let manifests = output_manifests(client, location, place, query, watch)?;
    let places = roots.places(manifests.keys())?;
    let places = places.iter().map(PathBuf::as_path);
    let placed: Vec<(&Manifest, &Path)> =
        manifests.values().zip(places).collect();
    let plans = plan_all(&placed, watch)?;
    let mut downloaded = download_all(
        client,
        location,
        plans,
        None,
        conflict,
        watch,
        |_, _| {},
    )?;
    downloaded.unused = unused(&roots.mapping, manifests.keys());
    Ok(downloaded)
}

#[cfg(test)]
mod tests {
    use super::chosen;

    #[test]
    fn of_each_task_the_last_session_action_counts() {
        let keys = [
            "R/Manifests/f/q/j/step-1/task-1/2023-01-01T00:00:00.000000Z_a-1/x_output",
            "R/Manifests/f/q/j/step-1/task-1/2023-01-02T00:00:00.000000Z_a-2/x_output",
            "R/Manifests/f/q/j/step-1/task-1/2023-01-02T00:00:00.000000Z_a-2/y_output",
            "R/Manifests/f/q/j/step-1/task-2/2023-01-01T00:00:00.000000Z_a-3/x_output",
            "R/Manifests/f/q/j/step-2/2023-01-01T00:00:00.000000Z_a-4/x_output",
            "R/Manifests/f/q/j/step-2/2023-01-02T00:00:00.000000Z_a-5/x_output",
            "R/Manifests/f/q/j/step-2/note",
            "R/Manifests/f/q/Inputs/x_input",
        ]
        .map(str::to_owned);
        let base = "R/Manifests/f/q/j/";
        let mut all = chosen(keys.to_vec(), base, None);
        all.sort();
        let expected: Vec<_> = keys.iter().skip(1).take(5).cloned().collect();
        assert_eq!(all, expected);
        let first = chosen(keys.to_vec(), base, Some("a-1"));
        assert_eq!(first, [keys[0].clone()]);
        // Whatever a bucket's folder is called.
        let odd = "task-force/step-1/f/q/j/step-1/task-1/1_a/x_output";
        let base = "task-force/step-1/f/q/j/";
        assert_eq!(chosen(vec![odd.to_owned()], base, None), [odd]);
    }
}
