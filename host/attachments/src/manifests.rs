//! Manifests: read in the sandbox, put into S3 and got from there.

use std::{
    fs::File,
    io::Read,
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};

use bytes::Bytes;
use sanchay_core::attachments::{
    Manifest, Properties, asset_root_metadata, encode,
};
use sanchay_core::digest::Digest;
use sanchay_core::hashing::{Algorithm, digest};
use sanchay_objects::Described;
use sanchay_sandbox::{Inspector, Limits, Sandbox, SandboxOptions};

use crate::{
    AttachmentError, Client, ManifestLocation, OutputPath, S3Location, Watch,
    client::Bucket, download::CANCELLED, upload,
};

/// Entries are read in pieces of so many bytes of text.
const PIECE: usize = 256 << 10;
/// What the sandbox may use for a manifest: the index of directories stays
/// there.
const MEMORY: usize = 1 << 30;
/// The longest manifest that is fetched, in bytes: of some millions of files.
/// It is in memory as a whole.
pub(crate) const LONGEST: u64 = 1 << 30;

/// A new instance to read manifests with.
fn inspector() -> Result<Inspector, AttachmentError> {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    if let Some(sandbox) = SANDBOX.get() {
        return Ok(sandbox.inspector());
    }
    let limits = Limits::default()
        .memory(MEMORY)
        .answer(64 << 20)
        .call_budget(Duration::from_secs(60));
    let made = Sandbox::new(SandboxOptions { instances: 4, limits })?;
    Ok(SANDBOX.get_or_init(|| made).inspector())
}

/// Reads a manifest.
///
/// # Errors
/// [`AttachmentError::Manifest`] says what is wrong with it.
pub fn load_manifest(text: &[u8]) -> Result<Manifest, AttachmentError> {
    load_watched(text, &Watch::default())
}

/// The same for who may not want it any more.
pub(crate) fn load_watched(
    text: &[u8],
    watch: &Watch,
) -> Result<Manifest, AttachmentError> {
    let mut inspector = inspector()?;
    let mut entries = Vec::new();
    inspector.begin_manifest()?;
    for piece in text.chunks(PIECE) {
        watch.check(CANCELLED)?;
        inspector.read_manifest(piece, &mut entries)??;
    }
    let Properties { version, total_size, parent } =
        inspector.finish_manifest()??;
    Ok(Manifest { version, entries, total_size, parent })
}

/// Reads a manifest from a file, which is never in memory as a whole.
///
/// # Errors
/// As of [`load_manifest`], and why the file cannot be read.
pub fn load_manifest_file(path: &Path) -> Result<Manifest, AttachmentError> {
    let mut file = File::open(path)
        .map_err(AttachmentError::file(path, "cannot open the manifest"))?;
    let mut inspector = inspector()?;
    let mut entries = Vec::new();
    let mut piece = vec![0; PIECE];
    inspector.begin_manifest()?;
    loop {
        let got = file.read(&mut piece).map_err(AttachmentError::file(
            path,
            "cannot read the manifest",
        ))?;
        let Some(text) = piece.get(..got).filter(|it| !it.is_empty()) else {
            break;
        };
        inspector.read_manifest(text, &mut entries)??;
    }
    let Properties { version, total_size, parent } =
        inspector.finish_manifest()??;
    Ok(Manifest { version, entries, total_size, parent })
}

/// The one text of a manifest.
pub(crate) fn text_of(
    manifest: &Manifest,
) -> Result<Vec<u8>, AttachmentError> {
    encode(manifest)
        .map_err(|error| AttachmentError::Invalid(error.to_string()))
}

/// XXH3-128 of a text, which is what is known of a manifest.
pub(crate) fn hash_of(text: &[u8]) -> String {
    let hash = digest(Algorithm::Xxh3_128, text);
    Digest::from_bytes(&hash).map_or_else(String::new, |it| it.to_string())
}

/// What is to be said of an input manifest that was uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputManifest {
    /// Its key, beneath the prefix of manifests.
    pub path: String,
    /// The hash of its text.
    pub hash: String,
}

/// Uploads the manifest of a root's inputs.
///
/// # Errors
/// What S3 refused.
pub fn upload_input_manifest(
    client: &Client,
    location: &S3Location,
    place: &ManifestLocation,
    manifest: &Manifest,
    root: &[u8],
    watch: &Watch,
) -> Result<InputManifest, AttachmentError> {
    let text = text_of(manifest)?;
    let hash = hash_of(&text);
    let path = place.input_path(root)?;
    let bucket = client.bucket(&place.bucket)?;
    let key = key_of(location, place, &path);
    watch.run(upload::CANCELLED, async {
        let put = bucket.storage.put(&key, text.into()).await;
        put.map_err(bucket.failed(
            "uploading binary file",
            &key,
            "s3:PutObject",
        ))
    })?;
    Ok(InputManifest { path, hash })
}

/// Uploads the manifest of what a task made beneath a root, and returns its
/// key.
///
/// # Errors
/// What S3 refused.
#[expect(clippy::too_many_arguments, reason = "all of it makes the key")]
pub fn upload_output_manifest(
    client: &Client,
    location: &S3Location,
    place: &ManifestLocation,
    output: &OutputPath,
    manifest: &Manifest,
    root: &[u8],
    file_system_location: Option<&[u8]>,
    watch: &Watch,
) -> Result<String, AttachmentError> {
    let text = Bytes::from(text_of(manifest)?);
    let path = output.partial(place, root, file_system_location)?;
    let bucket = client.bucket(&place.bucket)?;
    let key = key_of(location, place, &path);
    let metadata = asset_root_metadata(root, file_system_location);
    watch.run(upload::CANCELLED, async {
        let put = bucket.storage.put_described(&key, text, &metadata).await;
        put.map_err(bucket.failed(
            "uploading binary file",
            &key,
            "s3:PutObject",
        ))
    })?;
    Ok(key)
}

fn key_of(
    location: &S3Location,
    place: &ManifestLocation,
    partial: &str,
) -> String {
    let root_prefix = place.root_prefix.clone();
    let whole = S3Location { root_prefix, ..location.clone() };
    whole.manifest_key(partial)
}

/// Downloads a manifest by what attachments call it, and checks its hash if
/// one is given.
///
/// # Errors
/// What S3 refused, or is wrong with the manifest.
pub fn download_manifest(
    client: &Client,
    location: &S3Location,
    partial: &str,
    hash: Option<&str>,
    watch: &Watch,
) -> Result<Manifest, AttachmentError> {
    let key = location.manifest_key(partial);
    let bucket = client.bucket(&location.bucket)?;
    let found = watch.run(CANCELLED, fetch(bucket, key.clone(), LONGEST))?;
    if let Some(hash) = hash
        && hash_of(&found.data) != hash
    {
        return Err(AttachmentError::Damaged(format!(
            "the manifest {} in bucket {} is not the one that was submitted: \
             its hash is {}, and not {}",
            sanchay::escaped(key.as_bytes()),
            sanchay::escaped(location.bucket.as_bytes()),
            hash_of(&found.data),
            sanchay::escaped(hash.as_bytes()),
        )));
    }
    load_watched(&found.data, watch)
}

/// Gets the text of a manifest that has at most so many bytes, and its
/// metadata.
pub(crate) async fn fetch(
    bucket: Bucket,
    key: String,
    most: u64,
) -> Result<Arc<Described>, AttachmentError> {
    let found = bucket.storage.get_described(&key, most).await;
    let failed =
        bucket.failed("downloading binary file", &key, "s3:GetObject");
    Ok(Arc::new(found.map_err(failed)?))
}

/// Uploads a manifest that is a file, by its own name, beneath the prefix of
/// manifests and a further one; returns its key.
///
/// # Errors
/// It is no manifest, or S3 refused.
pub fn upload_manifest_file(
    client: &Client,
    location: &S3Location,
    prefix: &str,
    path: &Path,
    watch: &Watch,
) -> Result<String, AttachmentError> {
    let text = std::fs::read(path)
        .map_err(AttachmentError::file(path, "cannot read the manifest"))?;
    load_manifest(&text)?;
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| {
        let why = "the name of the manifest is no text, so no key has it";
        AttachmentError::Invalid(why.to_owned())
    })?;
    let partial = match prefix.trim_matches('/') {
        "" => name.to_owned(),
        prefix => format!("{prefix}/{name}"),
    };
    let key = location.manifest_key(&partial);
    let bucket = client.bucket(&location.bucket)?;
    // The Python package says there which file it was.
    let shown = path.to_str().filter(|path| path.is_ascii());
    let metadata: Vec<_> = shown
        .map(|path| ("file-system-location-name".to_owned(), path.to_owned()))
        .into_iter()
        .collect();
    watch.run(upload::CANCELLED, async {
        let data = text.into();
        let put = bucket.storage.put_described(&key, data, &metadata).await;
        put.map_err(bucket.failed(
            "uploading binary file",
            &key,
            "s3:PutObject",
        ))
    })?;
    Ok(key)
}
