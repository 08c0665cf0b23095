//! Where the files and manifests of jobs are.

use clap::Args;
use sanchay_attachments::{Client, ManifestLocation, S3Location};
use sanchay_objects::{CloudOptions, S3Options};

use crate::options::cloud::CloudArgs;

/// Where in S3.
#[derive(Args, Clone, Debug)]
pub(super) struct PlaceArgs {
    /// Where the files of jobs are: s3://BUCKET/PREFIX
    #[arg(
        long = "s3-root-uri",
        visible_alias = "s3-cas-uri",
        value_name = "URI",
        value_parser = parse_uri
    )]
    uri: S3Location,

    #[command(flatten)]
    cloud: CloudArgs,
}

impl PlaceArgs {
    pub(super) fn location(&self) -> &S3Location {
        &self.uri
    }

    pub(super) fn client(&self) -> Client {
        let CloudOptions { endpoint, region, profile, anonymous, .. } =
            self.cloud.options();
        Client::s3(S3Options {
            endpoint,
            region,
            profile,
            anonymous,
            machine_if_told: true,
            ..S3Options::default()
        })
    }
}

/// Whose manifests.
#[derive(Args, Clone, Debug)]
pub(super) struct QueueArgs {
    /// The farm
    #[arg(long, value_name = "ID")]
    farm_id: String,

    /// The queue
    #[arg(long, value_name = "ID")]
    queue_id: String,
}

impl QueueArgs {
    pub(super) fn place(&self, location: &S3Location) -> ManifestLocation {
        ManifestLocation::new(location, &self.farm_id, &self.queue_id)
    }
}

fn parse_uri(uri: &str) -> Result<S3Location, String> {
    let rest = uri.strip_prefix("s3://");
    match rest.and_then(|rest| rest.split_once('/')) {
        Some((bucket, prefix)) if !bucket.is_empty() && !prefix.is_empty() => {
            Ok(S3Location::new(bucket, prefix))
        }
        _ => Err("Invalid root uri format, should be \
                  s3://s3BucketName/rootPrefix."
            .to_owned()),
    }
}
