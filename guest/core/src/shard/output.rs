//! What is said of a shard's output once it is complete.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::members::{algorithm, check_version, identity, list, once};
use super::{Likeness, MAX_SHARDS, ShardFlaw};
use crate::hashing::Algorithm;
use crate::json::JsonReader;

/// What the format is called.
pub const OUTPUT_FORMAT: &str = "sanchay-shard-output";

/// The newest version of the format.
pub const OUTPUT_VERSION: u64 = 1;

/// The most files of an output: of each table one a partition.
const MOST_FILES: usize = 256 * Dataset::ALL.len();

/// A table in partitions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dataset {
    /// Files with their digests, by the first byte of the digest.
    Files,
    /// Sums by folder, by the first byte of the XXH3 digest of its path.
    Folders,
    /// Texts with a number that those have in common which may be alike: a
    /// row for each band of a text's signature, by the first byte of the
    /// number.
    Texts,
}

impl Dataset {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Files, Self::Folders, Self::Texts];

    /// Its name, which is that of its folder.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Folders => "folders",
            Self::Texts => "texts",
        }
    }

    /// The key of what a shard has of a partition.
    #[must_use]
    pub fn key(self, partition: u8, id: &str) -> String {
        format!("{}/partition={partition:02x}/{id}.parquet", self.name())
    }
}

/// A file of an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputFile {
    /// Of which table.
    pub dataset: Dataset,
    /// Of which partition.
    pub partition: u8,
    /// How many rows it has.
    pub rows: u64,
    /// How many bytes.
    pub bytes: u64,
    /// Its XXH3 digest of 128 bits, in hex.
    pub digest: String,
}

/// The output of a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// What the shard is known by.
    pub id: String,
    /// What its plan is known by.
    pub plan: String,
    /// Which shard it is, from 0.
    pub index: u64,
    /// How many there are.
    pub shards: u64,
    /// The hash function.
    pub algorithm: Algorithm,
    /// Whether empty files can be duplicates.
    pub empty: bool,
    /// Whether texts are told that may be alike, and which those are.
    pub similar: Option<Likeness>,
    /// How many files were hashed.
    pub files: u64,
    /// How many bytes these have.
    pub bytes: u64,
    /// How many entries failed.
    pub errors: u64,
    /// The files that it consists of.
    pub outputs: Vec<OutputFile>,
}

impl Output {
    /// The key of what is said of a shard's output.
    #[must_use]
    pub fn key(id: &str) -> String {
        format!("shards/{id}.json")
    }

    /// Reads what is said of an output.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &[u8]) -> Result<Self, ShardFlaw> {
        let mut json = JsonReader::new(text);
        let (mut format, mut version) = (None, None);
        let (mut id, mut plan) = (None, None);
        let (mut index, mut shards) = (None, None);
        let (mut function, mut empty) = (None, None);
        let mut similar = None;
        let (mut files, mut bytes, mut errors) = (None, None, None);
        let mut outputs = None;
        let mut object = json.object()?;
        while let Some(key) = json.key(&mut object)? {
            let json = &mut json;
            match key.as_str() {
                "format" => once(&mut format, json.string()?)?,
                "version" => once(&mut version, json.unsigned()?)?,
                "id" => once(&mut id, identity(json)?)?,
                "plan" => once(&mut plan, identity(json)?)?,
                "index" => once(&mut index, json.unsigned()?)?,
                "shards" => once(&mut shards, json.unsigned()?)?,
                "algorithm" => once(&mut function, algorithm(json)?)?,
                "empty" => once(&mut empty, json.boolean()?)?,
                "similar" => once(&mut similar, Likeness::read(json)?)?,
                "files" => once(&mut files, json.unsigned()?)?,
                "bytes" => once(&mut bytes, json.unsigned()?)?,
                "errors" => once(&mut errors, json.unsigned()?)?,
                "outputs" => {
                    once(&mut outputs, list(json, MOST_FILES, file)?)?;
                }
                _ => return Err(ShardFlaw::Member),
            }
        }
        json.end()?;
        check_version((format, version), (OUTPUT_FORMAT, OUTPUT_VERSION))?;
        let missing = ShardFlaw::Missing;
        let index = index.ok_or(missing("index"))?;
        let shards = shards.ok_or(missing("shards"))?;
        if index >= shards || shards > MAX_SHARDS {
            return Err(ShardFlaw::Number);
        }
        Ok(Self {
            id: id.ok_or(missing("id"))?,
            plan: plan.ok_or(missing("plan"))?,
            index,
            shards,
            algorithm: function.ok_or(missing("algorithm"))?,
            empty: empty.ok_or(missing("empty"))?,
            similar,
            files: files.ok_or(missing("files"))?,
            bytes: bytes.ok_or(missing("bytes"))?,
            errors: errors.ok_or(missing("errors"))?,
            outputs: outputs.ok_or(missing("outputs"))?,
        })
    }

    /// What it has of a partition of a table, if anything.
    #[must_use]
    pub fn file(
        &self,
        dataset: Dataset,
        partition: u8,
    ) -> Option<&OutputFile> {
        let is_it = |it: &&OutputFile| {
            it.dataset == dataset && it.partition == partition
        };
        self.outputs.iter().find(is_it)
    }
}

/// A file of an output.
fn file(json: &mut JsonReader<'_>) -> Result<OutputFile, ShardFlaw> {
    let (mut dataset, mut partition) = (None, None);
    let (mut rows, mut bytes, mut digest) = (None, None, None);
    let mut object = json.object()?;
    while let Some(key) = json.key(&mut object)? {
        match key.as_str() {
            "dataset" => {
                let name = json.string()?;
                let mut all = Dataset::ALL.into_iter();
                let known = all.find(|it| it.name() == name);
                once(&mut dataset, known.ok_or(ShardFlaw::Format)?)?;
            }
            "partition" => {
                let number = json.unsigned()?;
                let number = u8::try_from(number);
                let number = number.map_err(|_| ShardFlaw::Number)?;
                once(&mut partition, number)?;
            }
            "rows" => once(&mut rows, json.unsigned()?)?,
            "bytes" => once(&mut bytes, json.unsigned()?)?,
            "digest" => once(&mut digest, identity(json)?)?,
            _ => return Err(ShardFlaw::Member),
        }
    }
    let missing = ShardFlaw::Missing;
    Ok(OutputFile {
        dataset: dataset.ok_or(missing("dataset"))?,
        partition: partition.ok_or(missing("partition"))?,
        rows: rows.ok_or(missing("rows"))?,
        bytes: bytes.ok_or(missing("bytes"))?,
        digest: digest.ok_or(missing("digest"))?,
    })
}
