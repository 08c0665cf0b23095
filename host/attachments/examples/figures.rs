//! What benches/python/attachments.py cannot measure through the program.
//!
//!     figures diff ENTRIES      reads and compares two manifests of so many
//!     figures submit FOLDER     submits a folder to a bucket that takes all
//!
//! Prints seconds as JSON; whoever runs it measures its memory.
#![allow(clippy::print_stdout, reason = "that is what it is for")]

use std::{env, error::Error, io, path::PathBuf, sync::Arc, time::Instant};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::{self, BoxStream, StreamExt as _};
use sanchay::Engine;
use sanchay_attachments::{
    Assets, Client, Content, Entry, EntryKind, Hash, Manifest,
    ManifestLocation, ManifestVersion, S3Location, Scope, SubmitOptions,
    Watch, diff, encode, load_manifest, submit,
};
use sanchay_objects::{ObjectMeta, StorageBackend, StorageError};

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = env::args().skip(1);
    let word = words.next().unwrap_or_default();
    let argument = words.next().ok_or("figures diff|submit ARGUMENT")?;
    match &*word {
        "diff" => compare(argument.parse()?),
        "submit" => upload(argument.into()),
        _ => Err("figures diff|submit ARGUMENT".into()),
    }
}

/// A manifest of so many files, of which every hundredth depends on a seed.
fn manifest(entries: u32, seed: u8) -> Result<Vec<u8>, Box<dyn Error>> {
    let entry = |number: u32| {
        let mut digest = [0; 16];
        if let Some(place) = digest.first_chunk_mut() {
            *place = number.to_be_bytes();
        }
        if number.is_multiple_of(100) {
            digest[15] = seed;
        }
        let path = format!("shots/{:03}/{number:07}.exr", number % 1000);
        let kind = EntryKind::File {
            content: Content::Whole(Hash::xxh128(digest)),
            size: i64::from(number),
            mtime: 1_704_164_645_123_456,
            runnable: false,
        };
        Entry { path: path.into_bytes().into(), kind }
    };
    let version = ManifestVersion::V2023_03_03;
    let entries = (0..entries).map(entry).collect();
    Ok(encode(&Manifest::new(version, entries))?)
}

fn compare(entries: u32) -> Result<(), Box<dyn Error>> {
    let texts = [manifest(entries, 1)?, manifest(entries, 2)?];
    let began = Instant::now();
    let [old, new] = texts.map(|text| load_manifest(&text));
    let (old, new) = (old?, new?);
    let loaded = began.elapsed().as_secs_f64();
    let began = Instant::now();
    let found = diff(&old, &new, Scope::of(&old, &new)).modified.len();
    let compared = began.elapsed().as_secs_f64();
    println!(
        "{{\"read\": {loaded:.3}, \"diff\": {compared:.3}, \"modified\": \
         {found}}}"
    );
    Ok(())
}

fn upload(folder: PathBuf) -> Result<(), Box<dyn Error>> {
    let client = Client::of(Arc::new(Sink));
    let location = S3Location::new("bucket", "Root");
    let place = ManifestLocation::new(&location, "farm-1", "queue-1");
    let assets = Assets { inputs: vec![folder], ..Assets::default() };
    let began = Instant::now();
    let submitted = submit(
        &Engine::builder().build()?,
        &client,
        &location,
        &place,
        &assets,
        &SubmitOptions::default(),
        &Watch::default(),
    )?;
    println!(
        "{{\"submit\": {:.3}, \"files\": {}}}",
        began.elapsed().as_secs_f64(),
        submitted.upload.processed_files,
    );
    Ok(())
}

/// A bucket that takes everything and has nothing.
struct Sink;

fn nothing<T>(key: &str) -> Result<T, StorageError> {
    Err(StorageError::NotFound(key.to_owned()))
}

#[async_trait]
impl StorageBackend for Sink {
    async fn get(&self, key: &str) -> Result<Bytes, StorageError> {
        nothing(key)
    }

    async fn get_opt(&self, _: &str) -> Result<Option<Bytes>, StorageError> {
        Ok(None)
    }

    async fn put(&self, _: &str, _: Bytes) -> Result<(), StorageError> {
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), StorageError> {
        nothing(key)
    }

    async fn exists(&self, _: &str) -> Result<bool, StorageError> {
        Ok(false)
    }

    async fn list(&self, _: &str) -> Result<Vec<String>, StorageError> {
        Ok(Vec::new())
    }

    async fn head(&self, key: &str) -> Result<ObjectMeta, StorageError> {
        nothing(key)
    }

    async fn get_stream(
        &self,
        key: &str,
    ) -> Result<BoxStream<'_, Result<Bytes, StorageError>>, StorageError> {
        nothing(key)
    }

    async fn put_stream(
        &self,
        _: &str,
        stream: BoxStream<'_, Bytes>,
    ) -> Result<(), StorageError> {
        stream.for_each(async |_| {}).await;
        Ok(())
    }

    async fn put_try_stream(
        &self,
        _: &str,
        mut stream: BoxStream<'_, io::Result<Bytes>>,
    ) -> Result<(), StorageError> {
        while let Some(piece) = stream.next().await {
            piece?;
        }
        Ok(())
    }

    async fn list_objects(
        &self,
        _: &str,
    ) -> Result<BoxStream<'_, Result<ObjectMeta, StorageError>>, StorageError>
    {
        Ok(stream::empty().boxed())
    }
}
