//! A shard as a line of a plan.

use alloc::string::String;
use alloc::vec::Vec;

use super::members::{algorithm, bytes, check_version, identity, list, once};
use super::{Likeness, PathRange, ShardFlaw};
use crate::filter::Program;
use crate::hashing::Algorithm;
use crate::json::JsonReader;
use crate::problem::MAX_PATH;

/// What the format is called.
pub const FORMAT: &str = "sanchay-shard";

/// The newest version of the format.
pub const VERSION: u64 = 1;

/// The longest line, in bytes.
pub const MAX_LINE: usize = 64 << 20;

/// The most shards of a plan.
pub const MAX_SHARDS: u64 = 10_000_000;

/// The most parts of a shard, and the most names in its lists.
const MOST: usize = 1_000_000;

/// What is done with the files of a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// The hash function.
    pub algorithm: Algorithm,
    /// The columns that are kept besides those that every shard has, by their
    /// names.
    pub fields: Vec<String>,
    /// How deep the sums by folder go: 0 for the roots alone.
    pub depth: u32,
    /// Which files are wanted: a filter's program.
    pub filter: Vec<u8>,
    /// The same as an expression, for people.
    pub expression: String,
    /// Whether empty files can be duplicates.
    pub empty: bool,
    /// Whether texts are told that may be alike, and which those are.
    pub similar: Option<Likeness>,
    /// How many levels are looked at; `None` for all.
    pub max_depth: Option<u64>,
    /// Whether other file systems than the roots' are entered.
    pub one_file_system: bool,
    /// Whether what git ignores is left out.
    pub gitignore: bool,
    /// Files of ignore rules, by their paths where a shard is run.
    pub ignore_files: Vec<Vec<u8>>,
}

/// What of one root is in a shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The root, as it was given: a path, or the URL of a bucket.
    pub root: Vec<u8>,
    /// The number that stands for its file system in the output, whatever
    /// number that has where the shard is run; `None` for a bucket.
    pub device: Option<u64>,
    /// The paths below it.
    pub range: PathRange,
}

/// A shard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which it is, from 0.
    pub index: u64,
    /// How many there are.
    pub shards: u64,
    /// How many files it had when it was planned.
    pub files: u64,
    /// How many bytes these had.
    pub bytes: u64,
    /// What it has of the roots.
    pub parts: Vec<Part>,
    /// What is done with them.
    pub work: Work,
    /// What the plan is known by.
    pub plan: String,
    /// What the shard is known by.
    pub id: String,
}

/// What stands at the end of a line, before the digest of what precedes it.
const ID: &[u8] = b",\"id\":\"";

/// How long the digest of a line is, in hex.
const DIGITS: usize = 32;

/// What a shard can have, each at most once.
#[derive(Default)]
struct Members {
    format: Option<String>,
    version: Option<u64>,
    index: Option<u64>,
    shards: Option<u64>,
    files: Option<u64>,
    bytes: Option<u64>,
    parts: Option<Vec<Part>>,
    algorithm: Option<Algorithm>,
    fields: Option<Vec<String>>,
    depth: Option<u64>,
    filter: Option<Vec<u8>>,
    expression: Option<String>,
    empty: Option<bool>,
    similar: Option<Likeness>,
    max_depth: Option<u64>,
    one_file_system: Option<bool>,
    gitignore: Option<bool>,
    ignore_files: Option<Vec<Vec<u8>>>,
    plan: Option<String>,
    id: Option<String>,
}

impl Shard {
    /// Reads a line, with or without its newline.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(line: &[u8]) -> Result<Self, ShardFlaw> {
        if line.len() > MAX_LINE {
            return Err(ShardFlaw::TooLong);
        }
        let line = line.trim_ascii();
        let mut json = JsonReader::new(line);
        let mut members = Members::default();
        let mut object = json.object()?;
        while let Some(key) = json.key(&mut object)? {
            members.read(&key, &mut json)?;
        }
        json.end()?;
        let shard = members.shard()?;
        match is_sealed(line, &shard.id) {
            true => Ok(shard),
            false => Err(ShardFlaw::Edited),
        }
    }
}

/// Whether a line ends with its digest.
fn is_sealed(line: &[u8], id: &str) -> bool {
    let end = ID.len() + DIGITS + 2;
    let Some(split) = line.len().checked_sub(end) else { return false };
    let (body, end) = line.split_at(split);
    let digest =
        end.strip_prefix(ID).and_then(|rest| rest.strip_suffix(b"\"}"));
    digest == Some(id.as_bytes()) && super::identity(body) == id
}

impl Members {
    fn read(
        &mut self,
        key: &str,
        json: &mut JsonReader<'_>,
    ) -> Result<(), ShardFlaw> {
        match key {
            "format" => once(&mut self.format, json.string()?),
            "version" => once(&mut self.version, json.unsigned()?),
            "index" => once(&mut self.index, json.unsigned()?),
            "shards" => once(&mut self.shards, json.unsigned()?),
            "files" => once(&mut self.files, json.unsigned()?),
            "bytes" => once(&mut self.bytes, json.unsigned()?),
            "parts" => once(&mut self.parts, list(json, MOST, part)?),
            "algorithm" => once(&mut self.algorithm, algorithm(json)?),
            "fields" => {
                let name = |json: &mut JsonReader<'_>| Ok(json.string()?);
                once(&mut self.fields, list(json, MOST, name)?)
            }
            "depth" => once(&mut self.depth, json.unsigned()?),
            "filter" => once(&mut self.filter, bytes(json)?),
            "where" => once(&mut self.expression, json.string()?),
            "empty" => once(&mut self.empty, json.boolean()?),
            "similar" => once(&mut self.similar, Likeness::read(json)?),
            "max_depth" => once(&mut self.max_depth, json.unsigned()?),
            "one_file_system" => {
                once(&mut self.one_file_system, json.boolean()?)
            }
            "gitignore" => once(&mut self.gitignore, json.boolean()?),
            "ignore_files" => {
                once(&mut self.ignore_files, list(json, MOST, path)?)
            }
            "plan" => once(&mut self.plan, identity(json)?),
            "id" => once(&mut self.id, identity(json)?),
            _ => Err(ShardFlaw::Member),
        }
    }

    fn shard(self) -> Result<Shard, ShardFlaw> {
        check_version((self.format, self.version), (FORMAT, VERSION))?;
        let missing = ShardFlaw::Missing;
        let index = self.index.ok_or(missing("index"))?;
        let shards = self.shards.ok_or(missing("shards"))?;
        if index >= shards || shards > MAX_SHARDS {
            return Err(ShardFlaw::Number);
        }
        let parts = self.parts.ok_or(missing("parts"))?;
        if parts.is_empty() {
            return Err(ShardFlaw::Part);
        }
        let depth = u32::try_from(self.depth.ok_or(missing("depth"))?);
        let filter = self.filter.ok_or(missing("filter"))?;
        if Program::decode(&filter).is_err() {
            return Err(ShardFlaw::Filter);
        }
        let work = Work {
            algorithm: self.algorithm.ok_or(missing("algorithm"))?,
            fields: self.fields.unwrap_or_default(),
            depth: depth.map_err(|_| ShardFlaw::Number)?,
            filter,
            expression: self.expression.unwrap_or_default(),
            empty: self.empty.unwrap_or_default(),
            similar: self.similar,
            max_depth: self.max_depth,
            one_file_system: self.one_file_system.unwrap_or_default(),
            gitignore: self.gitignore.unwrap_or_default(),
            ignore_files: self.ignore_files.unwrap_or_default(),
        };
        Ok(Shard {
            index,
            shards,
            files: self.files.ok_or(missing("files"))?,
            bytes: self.bytes.ok_or(missing("bytes"))?,
            parts,
            work,
            plan: self.plan.ok_or(missing("plan"))?,
            id: self.id.ok_or(missing("id"))?,
        })
    }
}

/// What of one root is in a shard: `{"root": …, "device": …, "from": …, "to":
/// …}`, or with `root_base64`, `from_base64` and `to_base64`.
fn part(json: &mut JsonReader<'_>) -> Result<Part, ShardFlaw> {
    let (mut root, mut from, mut to) = (None, None, None);
    let mut device = None;
    let mut object = json.object()?;
    while let Some(key) = json.key(&mut object)? {
        match key.as_str() {
            "root" => once(&mut root, json.string()?.into_bytes())?,
            "root_base64" => once(&mut root, bytes(json)?)?,
            "device" => once(&mut device, json.unsigned()?)?,
            "from" => once(&mut from, json.string()?.into_bytes())?,
            "from_base64" => once(&mut from, bytes(json)?)?,
            "to" => once(&mut to, json.string()?.into_bytes())?,
            "to_base64" => once(&mut to, bytes(json)?)?,
            _ => return Err(ShardFlaw::Member),
        }
    }
    let root: Vec<u8> = root.ok_or(ShardFlaw::Missing("root"))?;
    let range = PathRange { from: from.unwrap_or_default(), to };
    // Whoever runs it opens the root, and nothing that a range names.
    let is_too_long = root.len() > MAX_PATH;
    match root.contains(&0) || is_too_long || range.is_empty() {
        true => Err(ShardFlaw::Part),
        false => Ok(Part { root, device, range }),
    }
}

/// A path: a text, or `{"base64": …}`.
fn path(json: &mut JsonReader<'_>) -> Result<Vec<u8>, ShardFlaw> {
    if let Ok(text) = json.clone().string() {
        json.skip()?;
        return Ok(text.into_bytes());
    }
    let mut members = json.object()?;
    let mut path = None;
    while let Some(key) = json.key(&mut members)? {
        match key.as_str() {
            "base64" => once(&mut path, bytes(json)?)?,
            _ => return Err(ShardFlaw::Member),
        }
    }
    path.ok_or(ShardFlaw::Missing("base64"))
}
