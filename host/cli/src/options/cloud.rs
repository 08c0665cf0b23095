//! How buckets are reached that URLs name in place of folders.

use std::path::PathBuf;
#[cfg(feature = "cloud")]
use std::sync::Arc;

use clap::Args;
use sanchay::WalkOptions;
#[cfg(feature = "cloud")]
use sanchay_objects::{
    GcsOptions, GcsStorage, S3Options, S3Storage, StorageBackend,
    StorageConfig, create_storage,
};

/// How buckets are reached.
#[derive(Args, Clone, Debug, Default, PartialEq)]
#[command(next_help_heading = "Buckets (s3://…, gs://…)")]
pub(crate) struct CloudArgs {
    /// The server, as http://127.0.0.1:9000; by default the cloud's own
    #[cfg(feature = "cloud")]
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,

    /// The region of S3, as eu-central-1
    #[cfg(feature = "cloud")]
    #[arg(long, value_name = "REGION")]
    region: Option<String>,

    /// The profile of ~/.aws whose credentials are used
    #[cfg(feature = "cloud")]
    #[arg(long, value_name = "NAME", conflicts_with = "anonymous")]
    profile: Option<String>,

    /// Ask without credentials, and look for none
    #[cfg(feature = "cloud")]
    #[arg(long)]
    anonymous: bool,
}

#[cfg(feature = "cloud")]
impl CloudArgs {
    /// Refuses roots that this program cannot reach.
    pub(crate) fn check(&self, _: &[PathBuf]) -> Result<(), String> {
        Ok(())
    }

    /// The options in the library's terms.
    pub(crate) fn options(&self) -> sanchay_objects::CloudOptions {
        sanchay_objects::CloudOptions {
            endpoint: self.endpoint.clone(),
            region: self.region.clone(),
            profile: self.profile.clone(),
            anonymous: self.anonymous,
            interrupted: Some(crate::signals::is_caught),
            ..sanchay_objects::CloudOptions::default()
        }
    }

    /// The objects that a URL names.
    pub(crate) fn objects(
        &self,
        url: &str,
    ) -> Result<Arc<dyn StorageBackend>, sanchay_objects::StorageError> {
        let sanchay_objects::CloudOptions {
            endpoint,
            region,
            profile,
            anonymous,
            ..
        } = self.options();
        Ok(match StorageConfig::from_url(url)? {
            StorageConfig::S3 { bucket, prefix } => {
                let options = S3Options {
                    endpoint,
                    region,
                    profile,
                    anonymous,
                    ..S3Options::default()
                };
                let prefix = prefix.as_deref();
                Arc::new(S3Storage::with_options(&bucket, prefix, &options)?)
            }
            StorageConfig::Gcs { bucket, prefix } => {
                let options = GcsOptions {
                    endpoint,
                    anonymous,
                    ..GcsOptions::default()
                };
                let prefix = prefix.as_deref();
                Arc::new(GcsStorage::with_options(&bucket, prefix, &options)?)
            }
            other => create_storage(other)?.into(),
        })
    }

    /// Has a walk go into buckets, too.
    pub(crate) fn reach(&self, mut walk: WalkOptions) -> WalkOptions {
        let local = Arc::new(sanchay::LocalStorage::new());
        let storage =
            sanchay_objects::CloudStorage::over(local, self.options());
        walk.storage = Some(Arc::new(storage));
        walk
    }
}

#[cfg(not(feature = "cloud"))]
impl CloudArgs {
    /// Refuses roots that this program cannot reach.
    pub(crate) fn check(&self, roots: &[PathBuf]) -> Result<(), String> {
        let found = |root: &&PathBuf| sanchay::storage::is_cloud_url(root);
        match roots.iter().find(found) {
            None => Ok(()),
            Some(root) => Err(format!(
                "this program was built without buckets: build it with \
                 --features cloud to look into {}",
                sanchay::escaped(root.as_os_str().as_encoded_bytes()),
            )),
        }
    }

    /// Leaves a walk as it is.
    pub(crate) fn reach(&self, walk: WalkOptions) -> WalkOptions {
        walk
    }
}
