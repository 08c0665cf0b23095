//! What a server knows of an object: in a listing, and when it is asked about
//! one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::{DateTime, Utc};
use http::HeaderMap;
use sanchay_storage::EntityTag;

use super::Provider;

/// What a listing tells of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectListed {
    /// Its key.
    pub key: String,
    /// Its size in bytes.
    pub size: u64,
    /// When it was written.
    pub modified: DateTime<Utc>,
    /// Its entity tag, without quotes.
    pub etag: Option<String>,
    /// How it is kept.
    pub storage_class: Option<String>,
    /// Whether the server knows a SHA-256, a SHA-1 or a CRC-32 of the whole of
    /// it, as far as the listing tells.
    pub has_checksum: bool,
}

/// What a server tells of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectHead {
    /// Its size in bytes.
    pub size: u64,
    /// When it was written.
    pub modified: DateTime<Utc>,
    /// Its entity tag, without quotes.
    pub etag: Option<String>,
    /// How it is kept.
    pub storage_class: Option<String>,
    /// The digests that the server knows.
    pub checksums: Checksums,
    /// When the file that it was copied of was modified, if who copied it put
    /// that down: seconds since 1970, with a fraction.
    pub mtime: Option<String>,
}

/// Digests of the whole of an object that a server knows. A digest of the
/// digests of parts is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checksums {
    /// SHA-256.
    pub sha256: Option<[u8; 32]>,
    /// SHA-1.
    pub sha1: Option<[u8; 20]>,
    /// MD5: of Google's own word, or by an entity tag of S3 that is one.
    pub md5: Option<[u8; 16]>,
    /// The CRC-32 of zlib.
    pub crc32: Option<u32>,
    /// CRC-32C.
    pub crc32c: Option<u32>,
    /// CRC-64/NVME.
    pub crc64nvme: Option<u64>,
}

impl Checksums {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The digests that the headers of an answer tell.
    pub(super) fn of(provider: Provider, headers: &HeaderMap) -> Self {
        match provider {
            Provider::S3 => Self::of_s3(headers),
            Provider::Gcs => Self::of_gcs(headers),
        }
    }

    fn of_s3(headers: &HeaderMap) -> Self {
        let md5 = md5_of_etag(headers);
        let composite = text(headers, "x-amz-checksum-type")
            .is_some_and(|it| it.eq_ignore_ascii_case("COMPOSITE"));
        if composite {
            return Self { md5, ..Self::default() };
        }
        let told = |name| text(headers, name);
        Self {
            sha256: decoded(told("x-amz-checksum-sha256")),
            sha1: decoded(told("x-amz-checksum-sha1")),
            md5,
            crc32: decoded(told("x-amz-checksum-crc32"))
                .map(u32::from_be_bytes),
            crc32c: decoded(told("x-amz-checksum-crc32c"))
                .map(u32::from_be_bytes),
            crc64nvme: decoded(told("x-amz-checksum-crc64nvme"))
                .map(u64::from_be_bytes),
        }
    }

    fn of_gcs(headers: &HeaderMap) -> Self {
        let mut told = Self::default();
        let values = headers.get_all("x-goog-hash").iter();
        let values = values.filter_map(|value| value.to_str().ok());
        for pair in values.flat_map(|value| value.split(',')) {
            match pair.trim().split_once('=') {
                Some(("md5", value)) => told.md5 = decoded(Some(value)),
                Some(("crc32c", value)) => {
                    told.crc32c = decoded(Some(value)).map(u32::from_be_bytes);
                }
                _ => {}
            }
        }
        told
    }
}

/// The MD5 that an entity tag of S3 is: of an object that was uploaded at
/// once, and is encrypted with no key but S3's own. Directory buckets have
/// other tags.
fn md5_of_etag(headers: &HeaderMap) -> Option<[u8; 16]> {
    let told = |name| text(headers, name);
    let encrypted = told("x-amz-server-side-encryption")
        .is_some_and(|it| it != "AES256")
        || told("x-amz-server-side-encryption-customer-algorithm").is_some()
        || told("x-amz-server-side-encryption-aws-kms-key-id").is_some();
    let elsewhere = told("x-amz-storage-class") == Some("EXPRESS_ONEZONE");
    if encrypted || elsewhere {
        return None;
    }
    let tag = EntityTag::parse(told("etag")?)?;
    (tag.parts == 0).then_some(tag.digest)
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// What base64 of so many bytes says. A digest of digests has a hyphen and is
/// none.
fn decoded<const N: usize>(text: Option<&str>) -> Option<[u8; N]> {
    BASE64.decode(text?).ok()?.try_into().ok()
}

/// The base64 of some bytes.
pub(super) fn encoded(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// A time without fractions of a second: listings of some servers have them,
/// and the headers of none.
pub(super) fn whole_seconds(time: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp(time.timestamp(), 0).unwrap_or(time)
}

/// An entity tag without its quotes; nothing for an empty one.
pub(super) fn bare(tag: &str) -> Option<String> {
    let bare = tag.trim().trim_matches('"');
    (!bare.is_empty()).then(|| bare.to_owned())
}

impl ObjectHead {
    /// What the headers of an answer tell of the object; `None` where its
    /// size is not among them.
    pub(super) fn of(
        provider: Provider,
        headers: &HeaderMap,
        size: Option<u64>,
    ) -> Option<Self> {
        let told = |name| text(headers, name);
        let size = size.or_else(|| told("content-length")?.parse().ok())?;
        let modified = told("last-modified")
            .and_then(|it| DateTime::parse_from_rfc2822(it).ok())
            .map_or(DateTime::UNIX_EPOCH, |it| it.to_utc());
        let class = match provider {
            // S3 leaves out the one that is usual.
            Provider::S3 => {
                Some(told("x-amz-storage-class").unwrap_or("STANDARD"))
            }
            Provider::Gcs => told("x-goog-storage-class"),
        };
        let mtime = match provider {
            Provider::S3 => told("x-amz-meta-mtime"),
            Provider::Gcs => told("x-goog-meta-mtime"),
        };
        Some(Self {
            size,
            modified: whole_seconds(modified),
            etag: told("etag").and_then(bare),
            storage_class: class.map(str::to_owned),
            checksums: Checksums::of(provider, headers),
            mtime: mtime.map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::{Checksums, Provider};

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| {
            let name = HeaderName::from_static(name);
            (name, HeaderValue::from_static(value))
        });
        pairs.collect()
    }

    const MD5: (&str, &str) = ("etag", "\"d41d8cd98f00b204e9800998ecf8427e\"");
    const SHA256: (&str, &str) = (
        "x-amz-checksum-sha256",
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    );

    fn s3(pairs: &[(&'static str, &'static str)]) -> Checksums {
        Checksums::of(Provider::S3, &headers(pairs))
    }

    #[test]
    fn a_tag_is_taken_for_md5_only_where_it_is_one() {
        assert!(s3(&[MD5]).md5.is_some());
        let with_own_key = ("x-amz-server-side-encryption", "AES256");
        assert!(s3(&[MD5, with_own_key]).md5.is_some());
        for other in [
            ("x-amz-server-side-encryption", "aws:kms"),
            ("x-amz-server-side-encryption", "aws:kms:dsse"),
            ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
            ("x-amz-storage-class", "EXPRESS_ONEZONE"),
        ] {
            assert_eq!(s3(&[MD5, other]).md5, None, "{other:?}");
        }
        let parts = ("etag", "\"d41d8cd98f00b204e9800998ecf8427e-2\"");
        assert_eq!(s3(&[parts]).md5, None);
    }

    #[test]
    fn a_digest_of_digests_is_none_of_the_object() {
        assert!(s3(&[SHA256]).sha256.is_some());
        let whole = ("x-amz-checksum-type", "FULL_OBJECT");
        assert!(s3(&[SHA256, whole]).sha256.is_some());
        let composite = ("x-amz-checksum-type", "COMPOSITE");
        assert!(s3(&[SHA256, composite]).is_empty());
        let numbered = (
            "x-amz-checksum-sha256",
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=-2",
        );
        assert!(s3(&[numbered]).is_empty());
        let crc = s3(&[("x-amz-checksum-crc32c", "AAAAAQ==")]);
        assert_eq!(crc.crc32c, Some(1));
    }

    #[test]
    fn google_says_its_digests_in_one_header_or_in_two() {
        let both = "crc32c=AAAAAg==,md5=1B2M2Y8AsgTpgAmY7PhCfg==";
        let told = |pairs: &[(&'static str, &'static str)]| {
            Checksums::of(Provider::Gcs, &headers(pairs))
        };
        let one = told(&[("x-goog-hash", both)]);
        assert_eq!(one.crc32c, Some(2));
        assert!(one.md5.is_some());
        let mut two = headers(&[("x-goog-hash", "crc32c=AAAAAg==")]);
        let md5 = HeaderValue::from_static("md5=1B2M2Y8AsgTpgAmY7PhCfg==");
        two.append("x-goog-hash", md5);
        assert_eq!(Checksums::of(Provider::Gcs, &two), one);
        // Its tags are never digests.
        assert!(told(&[MD5]).is_empty());
    }
}
