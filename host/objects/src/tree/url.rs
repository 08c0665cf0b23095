//! URLs of buckets and of what is in them.

use std::path::Path;

use crate::Provider;

/// What a URL `s3://BUCKET/KEY` or `gs://BUCKET/KEY` names. The key is taken as
/// it is, byte for byte: nothing in it is decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudUrl<'p> {
    /// Whose interface the bucket speaks.
    pub provider: Provider,
    /// The bucket's name.
    pub bucket: &'p str,
    /// What follows the slash after it: the key of an object, or what the keys
    /// of a folder begin with.
    pub key: &'p str,
}

impl<'p> CloudUrl<'p> {
    /// The URL that a path is; `None` for any other path.
    #[must_use]
    pub fn of(path: &'p Path) -> Option<Self> {
        let text = path.to_str()?;
        let of = |provider: Provider| {
            let place = text.strip_prefix(provider.scheme())?;
            let (bucket, key) = place.split_once('/').unwrap_or((place, ""));
            Some(Self { provider, bucket, key })
        };
        of(Provider::S3).or_else(|| of(Provider::Gcs))
    }

    /// What the keys begin with of what is in the folder that this names.
    #[must_use]
    pub fn prefix(&self) -> String {
        match self.key {
            "" => String::new(),
            key if key.ends_with('/') => key.to_owned(),
            key => format!("{key}/"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::CloudUrl;
    use crate::Provider;

    #[test]
    fn a_url_names_a_bucket_and_a_key_and_a_path_none() {
        for (text, provider, bucket, key, prefix) in [
            ("s3://b", Provider::S3, "b", "", ""),
            ("s3://b/", Provider::S3, "b", "", ""),
            ("gs://b/a/b", Provider::Gcs, "b", "a/b", "a/b/"),
            ("s3://b/a//", Provider::S3, "b", "a//", "a//"),
            ("s3://b//x", Provider::S3, "b", "/x", "/x/"),
            ("s3://b/..", Provider::S3, "b", "..", "../"),
        ] {
            let url = CloudUrl::of(Path::new(text)).unwrap();
            assert_eq!((url.provider, url.bucket), (provider, bucket));
            assert_eq!((url.key, &*url.prefix()), (key, prefix));
        }
        for path in ["", "s3:/b", "./s3://b", "S3://b", "/s3://b", "file"] {
            assert_eq!(CloudUrl::of(Path::new(path)), None, "{path}");
        }
    }
}
