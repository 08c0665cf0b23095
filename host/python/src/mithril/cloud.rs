//! Buckets of S3 and Google Cloud Storage; without the feature `cloud`, an
//! exception that says so.

use super::storage::PatienceFields;

/// How to reach S3.
#[cfg_attr(not(feature = "cloud"), expect(dead_code, reason = "unused"))]
pub(super) struct S3Fields {
    pub(super) endpoint: Option<String>,
    pub(super) region: Option<String>,
    pub(super) anonymous: bool,
    pub(super) credentials: Option<(String, String, Option<String>)>,
    pub(super) profile: Option<String>,
    pub(super) patience: Option<PatienceFields>,
}

/// How to reach Google Cloud Storage.
#[cfg_attr(not(feature = "cloud"), expect(dead_code, reason = "unused"))]
pub(super) struct GcsFields {
    pub(super) endpoint: Option<String>,
    pub(super) anonymous: bool,
    pub(super) token: Option<String>,
    pub(super) patience: Option<PatienceFields>,
}

#[cfg(feature = "cloud")]
pub(super) use with_cloud::{gcs, s3, s3_of_environment, settle};
#[cfg(not(feature = "cloud"))]
pub(super) use without_cloud::{gcs, s3, s3_of_environment, settle};

#[cfg(feature = "cloud")]
mod with_cloud {
    use std::time::Duration;

    use mithril_core::{
        GcsOptions, GcsStorage, Patience, S3Credentials, S3Options, S3Storage,
        Secret, runtime,
    };
    use pyo3::prelude::*;

    use super::{GcsFields, PatienceFields, S3Fields};
    use crate::mithril::storage::{Storage, duration};

    pub(in crate::mithril) fn s3(
        py: Python<'_>,
        bucket: &str,
        prefix: Option<&str>,
        fields: S3Fields,
    ) -> PyResult<Storage> {
        let S3Fields { endpoint, region, anonymous, profile, .. } = fields;
        let credentials =
            fields.credentials.map(|(key_id, secret, token)| S3Credentials {
                key_id,
                secret_key: Secret::from(secret),
                session_token: token.map(Secret::from),
            });
        let options = S3Options {
            endpoint,
            region,
            anonymous,
            credentials,
            profile,
            machine_if_told: false,
            patience: patience(fields.patience)?,
        };
        // It may read files of the user's.
        Storage::opened(
            py.detach(|| S3Storage::with_options(bucket, prefix, &options)),
        )
    }

    pub(in crate::mithril) fn s3_of_environment(
        py: Python<'_>,
    ) -> PyResult<Storage> {
        let opened = py.detach(|| runtime().block_on(S3Storage::from_env()));
        Storage::opened(opened)
    }

    pub(in crate::mithril) fn gcs(
        py: Python<'_>,
        bucket: &str,
        prefix: Option<&str>,
        fields: GcsFields,
    ) -> PyResult<Storage> {
        let options = GcsOptions {
            endpoint: fields.endpoint,
            anonymous: fields.anonymous,
            token: fields.token.map(Secret::from),
            patience: patience(fields.patience)?,
        };
        Storage::opened(
            py.detach(|| GcsStorage::with_options(bucket, prefix, &options)),
        )
    }

    fn patience(fields: Option<PatienceFields>) -> PyResult<Patience> {
        let Some((retries, total, connect, answer, slowest, pause)) = fields
        else {
            return Ok(Patience::default());
        };
        Ok(Patience {
            retries,
            total: duration("total", total)?,
            connect: duration("connect", connect)?,
            answer: duration("answer", answer)?,
            slowest,
            pause: duration("pause", pause)?,
        })
    }

    pub(in crate::mithril) fn settle(time: Duration) -> bool {
        mithril_core::settle(time)
    }
}

#[cfg(not(feature = "cloud"))]
mod without_cloud {
    use std::time::Duration;

    use mithril_core::{MemoryStorage, StorageError};
    use pyo3::prelude::*;

    use super::{GcsFields, S3Fields};
    use crate::mithril::storage::Storage;

    pub(in crate::mithril) fn s3(
        _: Python<'_>,
        _: &str,
        _: Option<&str>,
        _: S3Fields,
    ) -> PyResult<Storage> {
        none()
    }

    pub(in crate::mithril) fn s3_of_environment(
        _: Python<'_>,
    ) -> PyResult<Storage> {
        none()
    }

    pub(in crate::mithril) fn gcs(
        _: Python<'_>,
        _: &str,
        _: Option<&str>,
        _: GcsFields,
    ) -> PyResult<Storage> {
        none()
    }

    pub(in crate::mithril) fn settle(_: Duration) -> bool {
        true
    }

    fn none() -> PyResult<Storage> {
        let why = "this package was built without S3 and Google Cloud Storage";
        let error = StorageError::Other(why.to_owned());
        Storage::opened(Err::<MemoryStorage, _>(error))
    }
}
