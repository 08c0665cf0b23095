//! Where things are in S3, and in a session's directory.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use sanchay_core::attachments::{
    Hash, PathFormat, check_below, hashed_name, iso_time,
};
use sanchay_names::{OsStrExt as _, OsStringExt as _};
use sha3::Shake256;
use sha3::digest::{ExtendableOutput as _, Update as _, XofReader as _};

use crate::AttachmentError;

/// Where the files of jobs are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S3Location {
    /// The bucket.
    pub bucket: String,
    /// What all keys begin with.
    pub root_prefix: String,
    /// The folder of contents: `Data`.
    pub cas_prefix: String,
    /// The folder of manifests: `Manifests`.
    pub manifest_prefix: String,
}

impl S3Location {
    /// With the folders that the Python package has.
    #[must_use]
    pub fn new(bucket: &str, root_prefix: &str) -> Self {
        Self {
            bucket: bucket.to_owned(),
            root_prefix: root_prefix.to_owned(),
            cas_prefix: "Data".to_owned(),
            manifest_prefix: "Manifests".to_owned(),
        }
    }

    /// What the keys of all contents begin with.
    pub(crate) fn data_prefix(&self) -> String {
        format!("{}/", join([&self.root_prefix, &self.cas_prefix]))
    }

    /// The key of contents.
    #[must_use]
    pub fn data_key(&self, hash: &Hash) -> String {
        let name = format!("{hash}.xxh128");
        join([&self.root_prefix, &self.cas_prefix, &name])
    }

    /// The key of a manifest that attachments name.
    #[must_use]
    pub fn manifest_key(&self, partial: &str) -> String {
        join([&self.root_prefix, &self.manifest_prefix, partial])
    }
}

/// With slashes between, but for those without anything.
fn join<const N: usize>(parts: [&str; N]) -> String {
    let parts: Vec<_> =
        parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("/")
}

/// Refuses an ID that would be more than one part of a key, or none.
pub(crate) fn check_id(what: &str, id: &str) -> Result<(), AttachmentError> {
    let odd = |it: char| matches!(it, '/' | '\\') || it.is_control();
    match matches!(id, "" | "." | "..") || id.contains(odd) {
        false => Ok(()),
        true => Err(AttachmentError::Invalid(format!(
            "\"{}\" is no ID of a {what}: one is not empty, . or .., and has \
             no slashes or control characters",
            sanchay::escaped(id.as_bytes())
        ))),
    }
}

/// Where the manifests of a queue are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestLocation {
    /// The bucket.
    pub bucket: String,
    /// What all keys begin with.
    pub root_prefix: String,
    /// The farm.
    pub farm_id: String,
    /// The queue.
    pub queue_id: String,
}

impl ManifestLocation {
    /// Where the files are as well.
    #[must_use]
    pub fn new(location: &S3Location, farm_id: &str, queue_id: &str) -> Self {
        Self {
            bucket: location.bucket.clone(),
            root_prefix: location.root_prefix.clone(),
            farm_id: farm_id.to_owned(),
            queue_id: queue_id.to_owned(),
        }
    }

    /// Refuses IDs that would lead elsewhere.
    pub(crate) fn check(&self) -> Result<(), AttachmentError> {
        check_id("farm", &self.farm_id)?;
        check_id("queue", &self.queue_id)
    }

    /// What the key of a new input manifest of a root is, beneath the prefix
    /// of manifests.
    pub(crate) fn input_path(
        &self,
        root: &[u8],
    ) -> Result<String, AttachmentError> {
        self.check()?;
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|_| {
            let why = "the system has no random numbers";
            AttachmentError::Invalid(why.to_owned())
        })?;
        // Version 4, as UUIDs have it.
        id[6] = id[6] & 0x0f | 0x40;
        id[8] = id[8] & 0x3f | 0x80;
        let id = u128::from_be_bytes(id);
        let name = format!("{}_input", hashed_name(b"", root));
        let Self { farm_id, queue_id, .. } = self;
        Ok(format!("{farm_id}/{queue_id}/Inputs/{id:032x}/{name}"))
    }
}

/// What made outputs.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputPath {
    /// The job.
    pub job_id: String,
    /// The step.
    pub step_id: String,
    /// The task; `None` for outputs of a step as a whole.
    pub task_id: Option<String>,
    /// The session action.
    pub session_action_id: String,
    /// When that began, in seconds since 1970.
    pub timestamp: f64,
}

impl OutputPath {
    /// Refuses what no key of outputs of a queue can have.
    pub(crate) fn check(
        &self,
        place: &ManifestLocation,
    ) -> Result<(), AttachmentError> {
        place.check()?;
        check_id("job", &self.job_id)?;
        check_id("step", &self.step_id)?;
        let task = self.task_id.as_deref();
        task.map_or(Ok(()), |id| check_id("task", id))?;
        check_id("session action", &self.session_action_id)?;
        self.time().map(drop)
    }

    /// When that began, as keys have it.
    fn time(&self) -> Result<String, AttachmentError> {
        let seconds = self.timestamp;
        let since_1970 = seconds.is_finite() && seconds >= 0.0;
        let time = since_1970.then(|| iso_time(seconds)).flatten();
        time.ok_or_else(|| {
            AttachmentError::Invalid(format!(
                "{seconds} is no time at which a session action can begin: \
                 give the seconds since 1970"
            ))
        })
    }

    /// What the key of an output manifest is, beneath the prefix of manifests.
    pub(crate) fn partial(
        &self,
        place: &ManifestLocation,
        root: &[u8],
        location: Option<&[u8]>,
    ) -> Result<String, AttachmentError> {
        self.check(place)?;
        let time = self.time()?;
        let task = match &self.task_id {
            Some(task) => format!("{task}/"),
            None => String::new(),
        };
        Ok(format!(
            "{}/{}/{}/{}/{task}{time}_{}/{}_output",
            place.farm_id,
            place.queue_id,
            self.job_id,
            self.step_id,
            self.session_action_id,
            hashed_name(location.unwrap_or_default(), root),
        ))
    }
}

/// The directory of a root in that of a session: `assetroot-` and a digest of
/// the root's path.
#[must_use]
pub fn session_directory(session: &Path, root: &[u8]) -> PathBuf {
    let mut hasher = Shake256::default();
    hasher.update(root);
    let mut digest = [0; 10];
    hasher.finalize_xof().read(&mut digest);
    let digits: String =
        digest.iter().map(|byte| format!("{byte:02x}")).collect();
    session.join(format!("assetroot-{digits}"))
}

/// Bytes as a path of this machine.
pub(crate) fn path_of(bytes: Vec<u8>) -> PathBuf {
    sanchay_names::with_slashes(OsString::from_vec(bytes).into())
}

/// The way down from a root of this machine to a path of a manifest.
pub(crate) fn way_below(root: &[u8], path: &[u8]) -> Option<Vec<Vec<u8>>> {
    let root = path_of(root.to_vec());
    check_below(root.as_os_str().as_bytes(), path)
}

/// The form of this machine's paths.
pub(crate) const NATIVE: PathFormat =
    if cfg!(windows) { PathFormat::Windows } else { PathFormat::Posix };

/// A path of this machine as jobs have it: on Windows with backslashes.
pub(crate) fn as_of_jobs(mut path: Vec<u8>) -> Vec<u8> {
    if NATIVE == PathFormat::Windows {
        for byte in path.iter_mut().filter(|byte| **byte == b'/') {
            *byte = b'\\';
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{ManifestLocation, OutputPath, S3Location, session_directory};

    #[test]
    fn a_root_has_the_directory_that_the_package_gives_it() {
        for (root, name) in [
            ("/", "assetroot-3751af5bd81011e6d21d"),
            ("/tmp", "assetroot-15addf56bb1a568df964"),
            ("/projects/job", "assetroot-af72432c0841300836a3"),
            (r"C:\Users\temp", "assetroot-4db4e72f52a250a2a738"),
            ("/tmp/ümlaut", "assetroot-0999fa828c4da1826c27"),
        ] {
            let path = session_directory(Path::new("/s"), root.as_bytes());
            assert_eq!(path, Path::new("/s").join(name), "{root}");
        }
    }

    fn output() -> OutputPath {
        OutputPath {
            job_id: "job-1".to_owned(),
            step_id: "step-1".to_owned(),
            task_id: Some("task-1".to_owned()),
            session_action_id: "sessionaction-1-0".to_owned(),
            timestamp: 1_700_000_000.5,
        }
    }

    #[test]
    fn an_id_is_one_part_of_a_key() {
        let location = S3Location::new("bkt", "Root");
        let place = ManifestLocation::new(&location, "farm-1", "queue-1");
        for odd in ["", ".", "..", "a/b", "/", r"a\b", "a\n", "\u{1b}[31m"] {
            let odd = || odd.to_owned();
            for (what, path) in [
                ("job", OutputPath { job_id: odd(), ..output() }),
                ("step", OutputPath { step_id: odd(), ..output() }),
                ("task", OutputPath { task_id: Some(odd()), ..output() }),
                (
                    "session action",
                    OutputPath { session_action_id: odd(), ..output() },
                ),
            ] {
                let error = path.partial(&place, b"/tmp", None).unwrap_err();
                let error = error.to_string();
                let told = format!("is no ID of a {what}:");
                assert!(error.contains(&told), "{error}");
                assert!(!error.contains('\u{1b}'), "{error:?}");
            }
            for place in [
                ManifestLocation { farm_id: odd(), ..place.clone() },
                ManifestLocation { queue_id: odd(), ..place.clone() },
            ] {
                output().partial(&place, b"/tmp", None).unwrap_err();
                place.input_path(b"/tmp").unwrap_err();
            }
        }
        let odd = OutputPath { job_id: "job_1.a-é b".into(), ..output() };
        odd.partial(&place, b"/tmp", None).unwrap();
    }

    #[test]
    fn a_session_action_begins_between_1970_and_the_end_of_the_calendar() {
        let location = S3Location::new("bkt", "Root");
        let place = ManifestLocation::new(&location, "farm-1", "queue-1");
        let at = |timestamp| {
            let path = OutputPath { timestamp, ..output() };
            path.partial(&place, b"/tmp", None)
        };
        for odd in [f64::NAN, f64::INFINITY, -1.0, -99_999_999_999.0, 1e15] {
            let error = at(odd).unwrap_err().to_string();
            assert!(error.contains("seconds since 1970"), "{odd}: {error}");
        }
        assert!(at(0.0).unwrap().contains("/1970-01-01T00:00:00.000000Z_"));
    }

    #[test]
    fn keys_are_those_of_the_package() {
        let location = S3Location::new("bkt", "Root");
        let place = ManifestLocation::new(&location, "farm-1", "queue-1");
        let path = output();
        let partial = path.partial(&place, b"/tmp", None).unwrap();
        assert_eq!(
            location.manifest_key(&partial),
            "Root/Manifests/farm-1/queue-1/job-1/step-1/task-1/\
             2023-11-14T22:13:20.500000Z_sessionaction-1-0/\
             a0271fe0c8b1c1f99b82b442cd878122_output"
        );
        let step = OutputPath { task_id: None, ..path };
        let partial = step.partial(&place, b"/tmp", None).unwrap();
        assert!(partial.starts_with("farm-1/queue-1/job-1/step-1/2023-11"));
        let input = place.input_path(b"/tmp").unwrap();
        let id = input.split('/').nth(3).unwrap();
        assert_eq!(id.len(), 32);
        assert_eq!(
            input,
            format!(
                "farm-1/queue-1/Inputs/{id}/\
                 a0271fe0c8b1c1f99b82b442cd878122_input"
            )
        );
    }
}
