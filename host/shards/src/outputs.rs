//! The outputs of a plan's shards, as they are found in a place.

use arrow_array::RecordBatch;
use sanchay::Algorithm;
use sanchay_core::shard::{Dataset, Likeness, Output, OutputFile, identity};

use crate::{
    duplicates::{self, DuplicatesOptions, Merged},
    error::ShardError,
    folders::{FolderSum, Folders},
    place::Place,
    read,
};

/// The outputs of a plan's shards.
#[derive(Debug)]
pub struct Outputs {
    place: Place,
    /// By the numbers of the shards.
    all: Vec<Output>,
    algorithm: Algorithm,
    shards: u64,
}

impl Outputs {
    /// Looks for outputs that are complete.
    ///
    /// # Errors
    /// [`ShardError::Outputs`] if there are none, or of several plans;
    /// [`ShardError::Output`] and [`ShardError::Place`] if they cannot be
    /// read.
    pub fn open(place: &Place) -> Result<Self, ShardError> {
        let refused = |why: &str| ShardError::Outputs {
            place: place.shown(),
            why: why.to_owned(),
        };
        let mut all = Vec::new();
        let keys = place.list("shards/")?;
        // Others leave files of theirs in folders that are shared.
        for key in keys.into_iter().filter(|key| is_of_shard(key)) {
            // It has gone: somebody runs the shard once more.
            let Some(text) = place.get(&key)? else { continue };
            let output = Output::parse(&text).map_err(|flaw| {
                let place = place.shown();
                ShardError::Output { place, key: key.clone(), flaw }
            })?;
            all.push(output);
        }
        all.sort_by(|a, b| (a.index, &a.id).cmp(&(b.index, &b.id)));
        let first = all.first().ok_or_else(|| {
            refused("there is no output of a shard: run them first")
        })?;
        let (plan, shards) = (first.plan.clone(), first.shards);
        let algorithm = first.algorithm;
        let same = |it: &Output| {
            it.plan == plan && it.shards == shards && it.algorithm == algorithm
        };
        let mut pairs = all.array_windows();
        let twice = pairs.any(|[a, b]| a.index == b.index);
        if twice || !all.iter().all(same) {
            return Err(refused(
                "there are outputs of several plans: give each plan a place \
                 of its own",
            ));
        }
        Ok(Self { place: place.clone(), all, algorithm, shards })
    }

    /// The same, if no shard's is missing.
    ///
    /// # Errors
    /// [`ShardError::Incomplete`] with those that are.
    pub fn complete(self) -> Result<Self, ShardError> {
        let missing = self.missing();
        match missing.is_empty() {
            true => Ok(self),
            false => Err(ShardError::Incomplete {
                place: self.place.shown(),
                missing,
                shards: self.shards,
            }),
        }
    }

    /// The shards, from 0, whose outputs are not there.
    #[must_use]
    pub fn missing(&self) -> Vec<u64> {
        let has = |index: &u64| {
            self.all.binary_search_by_key(index, |it| it.index).is_ok()
        };
        (0..self.shards).filter(|index| !has(index)).collect()
    }

    /// What is said of each, in the order of the shards.
    #[must_use]
    pub fn all(&self) -> &[Output] {
        &self.all
    }

    /// The hash function of their digests.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Which texts are told that may be alike.
    ///
    /// # Errors
    /// [`ShardError::Outputs`] if the plan did not ask for that.
    pub fn likeness(&self) -> Result<Likeness, ShardError> {
        let asked = self.all.first().and_then(|it| it.similar);
        asked.ok_or_else(|| ShardError::Outputs {
            place: self.place.shown(),
            why: "its plan did not ask which texts may be alike: make one \
                  with --similar"
                .to_owned(),
        })
    }

    /// How many entries failed, in all shards.
    #[must_use]
    pub fn errors(&self) -> u64 {
        self.all.iter().map(|it| it.errors).sum()
    }

    /// Finds the groups of equal files in some of the partitions, which have
    /// no file of each other's groups. Those of all partitions are what a
    /// search on one machine finds, in its order.
    ///
    /// One partition after the other is in memory, some 150 bytes a file; of
    /// those before, the groups are, some 100 bytes a file that is in one.
    ///
    /// # Errors
    /// [`ShardError::Damaged`] for a file that is not what was written, and
    /// what [`ShardError::Place`] has.
    pub fn duplicates(
        &self,
        partitions: impl IntoIterator<Item = u8>,
        options: &DuplicatesOptions,
    ) -> Result<Merged, ShardError> {
        duplicates::merge(self, &mut partitions.into_iter(), options)
    }

    /// The sums of the folders in some of the partitions, by path.
    ///
    /// # Errors
    /// As of [`duplicates`](Self::duplicates).
    pub fn folders(
        &self,
        partitions: impl IntoIterator<Item = u8>,
    ) -> Result<Vec<FolderSum>, ShardError> {
        const COLUMNS: [&str; 5] =
            ["path", "path_bytes", "file_count", "size", "allocated"];
        let mut sums = Folders::default();
        for partition in partitions {
            let dataset = Dataset::Folders;
            self.read(dataset, partition, &COLUMNS, &mut |_, batch| {
                let paths = read::Paths::of(batch)?;
                let files = read::numbers(batch, "file_count")?;
                let bytes = read::numbers(batch, "size")?;
                let allocated = read::numbers(batch, "allocated")?;
                for row in 0..batch.num_rows() {
                    let number =
                        |it| read::number(it, row).unwrap_or_default();
                    let path = paths.get(row).ok_or("a path is missing")?;
                    let more = [files, bytes, allocated].map(number);
                    sums.add_to(path, more);
                }
                Ok(())
            })?;
        }
        Ok(sums.finish().collect())
    }

    /// Reads what all shards have of a partition, in the order of the shards.
    pub(crate) fn read(
        &self,
        dataset: Dataset,
        partition: u8,
        columns: &[&str],
        each: &mut dyn FnMut(&Output, &RecordBatch) -> Result<(), String>,
    ) -> Result<(), ShardError> {
        for output in &self.all {
            let Some(file) = output.file(dataset, partition) else { continue };
            let key = dataset.key(partition, &output.id);
            let damaged = |why: String| ShardError::Damaged {
                place: self.place.shown(),
                key: key.clone(),
                why,
                index: output.index,
            };
            let table = self.place.get(&key)?;
            let table =
                table.ok_or_else(|| damaged("it is not there".to_owned()))?;
            check(file, &table).map_err(damaged)?;
            let mut rows = 0;
            read::batches(table, columns, |batch| {
                rows += batch.num_rows() as u64;
                each(output, batch)
            })
            .map_err(damaged)?;
            if rows != file.rows {
                return Err(damaged("it has other rows".to_owned()));
            }
        }
        Ok(())
    }
}

/// Whether a key is that of what is said of an output: `shards/ID.json`.
fn is_of_shard(key: &str) -> bool {
    let name = key.strip_prefix("shards/");
    name.and_then(|it| it.strip_suffix(".json"))
        .is_some_and(sanchay_core::shard::is_identity)
}

/// Whether a file is what was written.
fn check(file: &OutputFile, table: &[u8]) -> Result<(), String> {
    let same =
        table.len() as u64 == file.bytes && identity(table) == file.digest;
    match same {
        true => Ok(()),
        false => Err("it is not what was written".to_owned()),
    }
}
