//! What the tasks of a job made: their manifests, chosen and merged as the
//! Python package does.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use sanchay_core::attachments::{
    Manifest, asset_root_of_metadata, merge, text,
};

use crate::{
    AttachmentError, Client, Conflict, Downloaded, ManifestLocation,
    S3Location, Watch,
    download::{CANCELLED, download_all},
    location::path_of,
    manifests::{fetch, load_watched},
};

const AT_ONCE: usize = 10;

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
    let bucket = client.bucket(&place.bucket)?;
    let prefix = query.prefix(location, place);
    let fetched = watch.run(CANCELLED, async {
        let keys = bucket.storage.list(&prefix).await.map_err(
            bucket.failed("listing bucket contents", &prefix, "s3:ListBucket"),
        )?;
        let action = query.session_action_id.as_deref();
        let keys = chosen(keys, &query.base(location, place), action);
        let all = stream::iter(keys).map(|key| {
            let bucket = bucket.clone();
            async move {
                let found = fetch(bucket, key.clone()).await?;
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

/// Downloads outputs: those of each root beneath the directory that the root
/// is mapped to, or else beneath its own path.
///
/// # Errors
/// As of [`output_manifests`], and of
/// [`download_manifest_contents`](crate::download_manifest_contents).
pub fn download_outputs(
    client: &Client,
    location: &S3Location,
    place: &ManifestLocation,
    query: &OutputQuery,
    roots: &[(Vec<u8>, PathBuf)],
    conflict: Conflict,
    watch: &Watch,
) -> Result<Downloaded, AttachmentError> {
    let manifests = output_manifests(client, location, place, query, watch)?;
    let mut placed: Vec<(&Manifest, PathBuf)> = Vec::new();
    for (root, manifest) in &manifests {
        let mapped = roots.iter().find(|(from, _)| from == root);
        let to = match mapped {
            Some((_, to)) => to.clone(),
            None => text::to_name(root)
                .map(path_of)
                .ok_or_else(|| unmapped(root))?,
        };
        if !to.is_absolute() {
            return Err(unmapped(root));
        }
        placed.push((manifest, to));
    }
    let placed: Vec<(&Manifest, &Path)> = placed
        .iter()
        .map(|(manifest, to)| (*manifest, to.as_path()))
        .collect();
    download_all(client, location, &placed, conflict, watch)
}

/// What is said of a root that is of another system.
fn unmapped(root: &[u8]) -> AttachmentError {
    let root = text::lossy(root);
    AttachmentError::Invalid(format!(
        "{}: outputs have this root, and no path here is that: map it to one",
        sanchay::escaped(root.as_bytes())
    ))
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
