//! Pages of listings.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use http::Method;
use percent_encoding::percent_decode_str;
use serde::Deserialize;

use super::facts::{bare, whole_seconds};
use super::{Bucket, CloudError, CloudErrorKind, ObjectListed};
use crate::cloud::line::Ask;
use crate::cloud::pages::Turned;

/// A page of a listing.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The objects, in the order of their keys.
    pub objects: Vec<ObjectListed>,
    /// What keys begin with that have a slash after the prefix, up to that
    /// slash, if only the first level was asked for.
    pub folders: Vec<String>,
    /// What asks for the next page, if there is one.
    pub next: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    is_truncated: Option<bool>,
    next_continuation_token: Option<String>,
    encoding_type: Option<String>,
    #[serde(default)]
    contents: Vec<Contents>,
    #[serde(default)]
    common_prefixes: Vec<CommonPrefixes>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Contents {
    key: String,
    size: u64,
    last_modified: DateTime<Utc>,
    #[serde(rename = "ETag")]
    etag: Option<String>,
    storage_class: Option<String>,
    #[serde(default)]
    checksum_algorithm: Vec<String>,
    checksum_type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CommonPrefixes {
    prefix: String,
}

impl Bucket {
    /// A page of the objects whose keys begin with a prefix: of all, or of the
    /// first level only, where the deeper ones are folders. `most` is how many
    /// the page has at most; a server has a limit of its own, usually 1000.
    ///
    /// # Errors
    /// Why the server does not list.
    pub fn page(
        &self,
        prefix: &str,
        first_level: bool,
        token: Option<&str>,
        most: Option<u32>,
    ) -> Result<Page, CloudError> {
        self.page_after(prefix, None, first_level, token, most)
    }

    /// The same of the objects whose keys come behind another one: of a server
    /// that does not know how, of all of them. A folder comes behind it if
    /// anything in it does.
    ///
    /// # Errors
    /// As of [`page`](Self::page).
    pub fn page_after(
        &self,
        prefix: &str,
        after: Option<&str>,
        first_level: bool,
        token: Option<&str>,
        most: Option<u32>,
    ) -> Result<Page, CloudError> {
        let mut ask = Ask::new(Method::GET, "")
            .query("list-type", "2")
            .query("encoding-type", "url");
        if !prefix.is_empty() {
            ask = ask.query("prefix", prefix);
        }
        if first_level {
            ask = ask.query("delimiter", "/");
        }
        if let Some(token) = token {
            ask = ask.query("continuation-token", token);
        } else if let Some(after) = after {
            ask = ask.query("start-after", after);
        }
        if let Some(most) = most {
            ask = ask.query("max-keys", most.to_string());
        }
        let told = self.wait(self.line().ask(&ask))?;
        let page = parse(&told.body)?;
        if page.next.is_some() && page.next.as_deref() == token {
            return Err(other("the server lists the same again and again"));
        }
        let foreign = |key: &str| !key.starts_with(prefix);
        if page.objects.iter().any(|it| foreign(&it.key))
            || page.folders.iter().any(|it| foreign(it))
        {
            return Err(other("the server lists what was not asked for"));
        }
        Ok(page)
    }
}

/// The pages of a listing, one after the other. After an error there are no
/// more.
#[derive(Debug)]
pub struct Pages<'b> {
    bucket: &'b Bucket,
    prefix: &'b str,
    first_level: bool,
    after: Option<String>,
    turned: Turned,
    /// What asks for the next page, if there is one.
    next: Option<Option<String>>,
}

impl Bucket {
    /// The pages of the objects whose keys begin with a prefix, as of
    /// [`Self::page`]. A listing that goes round in a circle, or does not end,
    /// is an error.
    #[must_use]
    pub fn pages<'b>(
        &'b self,
        prefix: &'b str,
        first_level: bool,
    ) -> Pages<'b> {
        self.pages_after(prefix, None, first_level)
    }

    /// The same of the objects whose keys come behind another one, as of
    /// [`Self::page_after`].
    #[must_use]
    pub fn pages_after<'b>(
        &'b self,
        prefix: &'b str,
        after: Option<String>,
        first_level: bool,
    ) -> Pages<'b> {
        let (turned, next) = (Turned::default(), Some(None));
        Pages { bucket: self, prefix, first_level, after, turned, next }
    }
}

impl Iterator for Pages<'_> {
    type Item = Result<Page, CloudError>;

    fn next(&mut self) -> Option<Self::Item> {
        let token = self.next.take()?;
        let token = token.as_deref();
        let page = self.bucket.page_after(
            self.prefix,
            self.after.as_deref(),
            self.first_level,
            token,
            None,
        );
        let page = page.and_then(|page| {
            let last = page.objects.last().map(|it| &*it.key);
            let last = last.max(page.folders.last().map(String::as_str));
            self.turned.page(last, page.next.as_deref()).map_err(other)?;
            Ok(page)
        });
        if let Ok(page) = &page {
            self.next = page.next.clone().map(Some);
        }
        Some(page)
    }
}

fn other(why: &str) -> CloudError {
    CloudError::new(CloudErrorKind::Other, why)
}

/// Reads a page.
fn parse(body: &[u8]) -> Result<Page, CloudError> {
    let answer: Answer = quick_xml::de::from_reader(body)
        .map_err(|_| other("the server's listing cannot be read"))?;
    let is_encoded = answer.encoding_type.as_deref() == Some("url");
    let plain = |text: String| match is_encoded {
        // What is not UTF-8 is no key: servers take nothing else.
        true => percent_decode_str(&text.replace('+', " "))
            .decode_utf8()
            .map(Cow::into_owned)
            .map_err(|_| other("the server lists a key that is not UTF-8")),
        false => Ok(text),
    };
    let next = answer
        .next_continuation_token
        .filter(|token| !token.is_empty())
        .filter(|_| answer.is_truncated != Some(false));
    if answer.is_truncated == Some(true) && next.is_none() {
        return Err(other(
            "the server's listing ends early, and it does not tell how it \
             goes on",
        ));
    }
    let objects = answer.contents.into_iter().map(|it| {
        let whole = it.checksum_type.as_deref() != Some("COMPOSITE");
        let useful = |name: &String| {
            ["SHA256", "SHA1", "CRC32"].contains(&name.as_str())
        };
        Ok(ObjectListed {
            key: plain(it.key)?,
            size: it.size,
            modified: whole_seconds(it.last_modified),
            etag: it.etag.as_deref().and_then(bare),
            storage_class: it.storage_class,
            has_checksum: whole && it.checksum_algorithm.iter().any(useful),
        })
    });
    let objects = objects.collect::<Result<Vec<_>, CloudError>>()?;
    let folders = answer.common_prefixes.into_iter();
    let folders = folders.map(|it| plain(it.prefix));
    let folders = folders.collect::<Result<_, CloudError>>()?;
    Ok(Page { objects, folders, next })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn a_page_is_read_with_keys_of_any_form() {
        let xml = br#"<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
  <Name>b</Name><Prefix></Prefix><EncodingType>url</EncodingType>
  <IsTruncated>true</IsTruncated>
  <NextContinuationToken>t&amp;1</NextContinuationToken>
  <Contents><Key>a//b+c%2B%0A</Key><Size>5</Size>
    <LastModified>2026-01-02T03:04:05.678Z</LastModified>
    <ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag>
    <ChecksumAlgorithm>SHA256</ChecksumAlgorithm>
    <ChecksumType>FULL_OBJECT</ChecksumType>
    <StorageClass>GLACIER</StorageClass></Contents>
  <CommonPrefixes><Prefix>d/../</Prefix></CommonPrefixes>
  <Contents><Key>x/</Key><Size>0</Size>
    <LastModified>2026-01-02T03:04:05Z</LastModified></Contents>
</ListBucketResult>"#;
        let page = parse(xml).unwrap();
        assert_eq!(page.next.as_deref(), Some("t&1"));
        assert_eq!(page.folders, ["d/../"]);
        let [first, second] = &page.objects[..] else { panic!() };
        assert_eq!(first.key, "a//b c+\n");
        assert_eq!(first.size, 5);
        assert_eq!(first.modified.timestamp_subsec_millis(), 0);
        let tag = "d41d8cd98f00b204e9800998ecf8427e";
        assert_eq!(first.etag.as_deref(), Some(tag));
        assert!(first.has_checksum);
        assert_eq!(first.storage_class.as_deref(), Some("GLACIER"));
        assert_eq!(second.key, "x/");
        assert!(!second.has_checksum && second.etag.is_none());
    }

    #[test]
    fn what_is_no_listing_is_an_error() {
        for bad in [
            "",
            "<html>",
            "<ListBucketResult><Contents><Key>a</Key></Contents>\
             </ListBucketResult>",
            "<ListBucketResult><IsTruncated>true</IsTruncated>\
             </ListBucketResult>",
        ] {
            assert!(parse(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
