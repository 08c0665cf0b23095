//! Near-duplicates of all shards: texts that have a number in common may be
//! alike. Files that such numbers join, directly or by others, are compared
//! exactly, some thousands at a time: the groups that are found in each set
//! of joined files are those of all files.

use std::{
    collections::HashMap,
    fmt,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::Arc,
};

use sanchay::{
    Action, Engine, EntryError, EntryKind, Filter, Monitor, SimilarFile,
    SimilarOptions, Storage, WalkOptions,
    storage::{Links, Opened, is_cloud_url},
};
use sanchay_core::{grouping::Components, shard::Dataset};
use sanchay_names::OsStrExt as _;

use crate::{
    error::ShardError, outputs::Outputs, plan::storage, read, texts, work,
};

/// About how many files are compared at once.
const TOGETHER: usize = 10_000;

/// How texts of several shards are compared.
#[derive(Clone, Default)]
pub struct SimilarMergeOptions {
    /// Where the files are; `None`: on this machine.
    pub storage: Option<Arc<dyn Storage>>,
    /// How it is watched and ended.
    pub monitor: Monitor,
}

impl fmt::Debug for SimilarMergeOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimilarMergeOptions").finish_non_exhaustive()
    }
}

/// A file of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct SimilarMember {
    /// Its path.
    pub path: Vec<u8>,
    /// Its size in bytes.
    pub size: u64,
    /// How alike it is to the first of the group: from 0 to 1.
    pub similarity: f64,
}

impl From<SimilarFile<'_>> for SimilarMember {
    fn from(file: SimilarFile<'_>) -> Self {
        let path = file.path().as_os_str().as_bytes().to_vec();
        Self { path, size: file.size, similarity: file.similarity }
    }
}

/// The groups of files whose texts are alike.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct FoundSimilar {
    /// The groups in the byte order of their first paths, and the files of
    /// each by path.
    pub groups: Vec<Vec<SimilarMember>>,
    /// How many files were read once more and compared.
    pub compared: u64,
    /// How many could not be read.
    pub errors: u64,
}

impl fmt::Display for FoundSimilar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files: usize = self.groups.iter().map(Vec::len).sum();
        let (groups, compared) = (self.groups.len(), self.compared);
        write!(
            f,
            "groups: {groups}, similar files: {files}, texts compared: \
             {compared}"
        )
    }
}

impl Outputs {
    /// Finds the files whose texts are alike and that have something in
    /// common in one of these partitions. Those of all partitions are what a
    /// search on one machine finds, in its order; those of some are a part of
    /// that.
    ///
    /// Files that may be alike are read once more: their roots must be seen
    /// here. One partition after the other is in memory, and the paths of all
    /// files that have something in common with another.
    ///
    /// # Errors
    /// [`ShardError::Outputs`] if the plan did not ask for texts; as of
    /// [`duplicates`](Self::duplicates), and what [`ShardError::Engine`] has.
    pub fn similar(
        &self,
        engine: &Engine,
        partitions: impl IntoIterator<Item = u8>,
        options: &SimilarMergeOptions,
        on_error: impl Fn(EntryError) + Sync,
    ) -> Result<FoundSimilar, ShardError> {
        let likeness = self.likeness()?;
        let mut joined = Joined::default();
        for partition in partitions {
            self.join(partition, &mut joined)?;
        }
        let storage = storage(options.storage.as_ref());
        let walk = WalkOptions {
            filter: Filter::default().hidden(true),
            storage: Some(Arc::clone(&storage)),
            // What is a folder now was no text.
            max_depth: Some(0),
            ..WalkOptions::default()
        };
        let how = texts::options(&likeness, walk);
        let mut found = FoundSimilar::default();
        for paths in joined.parts() {
            let storage = &*storage;
            compare(
                engine, storage, paths, &how, options, &on_error, &mut found,
            )?;
        }
        let first = |group: &Vec<SimilarMember>| {
            group.first().map(|it| it.path.clone())
        };
        found.groups.sort_by_cached_key(first);
        Ok(found)
    }

    /// Joins the files of a partition that have a number in common.
    fn join(
        &self,
        partition: u8,
        joined: &mut Joined,
    ) -> Result<(), ShardError> {
        let mut rows = Rows::default();
        self.read(
            Dataset::Texts,
            partition,
            &["group", "path", "path_bytes"],
            &mut |_, batch| {
                let paths = read::Paths::of(batch)?;
                let numbers = read::numbers(batch, "group")?;
                for row in 0..batch.num_rows() {
                    let path = paths.get(row).ok_or("a path is missing")?;
                    let number = read::number(numbers, row);
                    rows.push(number.ok_or("a number is missing")?, path);
                }
                Ok(())
            },
        )?;
        rows.join(joined);
        Ok(())
    }
}

/// Compares files that may be alike.
fn compare(
    engine: &Engine,
    storage: &dyn Storage,
    mut paths: Vec<PathBuf>,
    how: &SimilarOptions,
    options: &SimilarMergeOptions,
    on_error: &(impl Fn(EntryError) + Sync),
    found: &mut FoundSimilar,
) -> Result<(), ShardError> {
    paths.retain(|path| {
        let is_file = is_file(storage, path);
        if !is_file {
            let why = std::io::Error::other("it is no file any more");
            let path = path.clone();
            on_error(EntryError::new(path, Action::Open, why.into()));
            found.errors += 1;
        }
        is_file
    });
    let similar = engine
        .similar(paths)
        .options(how.clone())
        .monitor(&options.monitor)
        .find(|error| {
            on_error(error);
            ControlFlow::Continue(())
        })?;
    let summary = similar.summary();
    found.compared += summary.texts;
    found.errors += summary.scanned.errors;
    found.groups.extend(
        similar
            .groups()
            .map(|group| group.files().map(SimilarMember::from).collect()),
    );
    Ok(())
}

/// Whether a path is that of a file, and neither of a folder nor of a link. That
/// nothing is there is told when it is opened; so are objects.
fn is_file(storage: &dyn Storage, path: &Path) -> bool {
    let Some(name) = path.file_name().filter(|_| !is_cloud_url(path)) else {
        return true;
    };
    let parent = path.parent().unwrap_or(Path::new(""));
    let Ok(Opened::Directory(parent, _)) = storage.open(parent) else {
        return true;
    };
    match parent.stat(name.as_bytes(), Links::Refuse) {
        Ok((kind, _)) => kind == EntryKind::File,
        Err(_) => true,
    }
}

/// The rows of a partition.
#[derive(Default)]
struct Rows {
    /// A number that texts may have in common, and where the path ends.
    rows: Vec<(u64, u32)>,
    paths: Vec<u8>,
    /// Where each path ends.
    ends: Vec<usize>,
}

impl Rows {
    fn push(&mut self, number: u64, path: &[u8]) {
        let at = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        // The rows of a text follow each other.
        let at = match at.checked_sub(1) {
            Some(last) if self.path(last) == path => last,
            _ => {
                self.paths.extend_from_slice(path);
                self.ends.push(self.paths.len());
                at
            }
        };
        self.rows.push((number, at));
    }

    fn path(&self, at: u32) -> &[u8] {
        let at = at as usize;
        let end = self.ends.get(at).copied().unwrap_or_default();
        let before = at.checked_sub(1).and_then(|it| self.ends.get(it));
        let start = before.copied().unwrap_or_default();
        self.paths.get(start..end).unwrap_or_default()
    }

    /// Joins what has a number in common.
    fn join(mut self, joined: &mut Joined) {
        self.rows.sort_unstable();
        for same in self.rows.chunk_by(|a, b| a.0 == b.0) {
            let Some(((_, first), others)) = same.split_first() else {
                continue;
            };
            let first = self.path(*first);
            for (_, other) in others {
                let other = self.path(*other);
                if other != first {
                    joined.join(first, other);
                }
            }
        }
    }
}

/// Files that have something in common with others.
#[derive(Default)]
struct Joined {
    numbers: HashMap<Box<[u8]>, u32>,
    sets: Components,
}

impl Joined {
    fn join(&mut self, one: &[u8], other: &[u8]) {
        let (one, other) = (self.number(one), self.number(other));
        self.sets.join(one, other);
    }

    fn number(&mut self, path: &[u8]) -> u32 {
        match self.numbers.get(path) {
            Some(number) => *number,
            None => {
                let number = self.sets.push();
                self.numbers.insert(path.into(), number);
                number
            }
        }
    }

    /// Some thousands of files at a time, in no case a part of a set.
    fn parts(mut self) -> impl Iterator<Item = Vec<PathBuf>> {
        let mut sets: HashMap<u32, Vec<Box<[u8]>>> = HashMap::new();
        for (path, number) in self.numbers {
            sets.entry(self.sets.find(number)).or_default().push(path);
        }
        let mut sets: Vec<Vec<Box<[u8]>>> = sets.into_values().collect();
        for set in &mut sets {
            set.sort_unstable();
        }
        sets.sort_unstable();
        let mut sets = sets.into_iter().peekable();
        std::iter::from_fn(move || {
            let mut part: Vec<PathBuf> = Vec::new();
            while let Some(set) = sets.next_if(|set| {
                part.is_empty() || part.len() + set.len() <= TOGETHER
            }) {
                part.extend(set.iter().map(|path| work::path(path)));
            }
            (!part.is_empty()).then_some(part)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use sanchay::{Engine, Shingling, SimilarOptions};
    use sanchay_core::shard::{Likeness, Target};
    use sanchay_names::OsStrExt as _;

    use super::{Joined, SimilarMember, SimilarMergeOptions, TOGETHER};
    use crate::{
        Outputs, Place, PlanOptions, RunOptions, ShardError, plan, run,
    };

    #[test]
    fn what_shards_have_in_common_is_what_one_search_finds() {
        let tree = tempfile::tempdir().unwrap();
        let root = tree.path().join("in");
        for number in 0..60 {
            let group = number / 12;
            let words = (0..80).map(|at| match at % (number % 7 + 2) {
                0 => format!("{group}-other "),
                _ => format!("{group}-{at} "),
            });
            let folder = root.join(format!("d{}", number % 5));
            fs::create_dir_all(&folder).unwrap();
            let text = words.collect::<String>();
            fs::write(folder.join(number.to_string()), text).unwrap();
        }
        fs::write(root.join("bytes"), [0; 300]).unwrap();
        let engine = Engine::builder().threads(2).build().unwrap();
        let roots = [root.clone()];
        let mut options = PlanOptions::new(Target::Files(7));
        let shingling = Shingling::default();
        options.similar = Some(Likeness::new(0.5, shingling, 1 << 20));
        let plan = plan(&engine, &roots, &options, |_| {}).unwrap();
        assert!(plan.shards.len() > 5);
        let place = Place::folder(&tree.path().join("out"));
        for shard in &plan.shards {
            let options = RunOptions::default();
            run(&engine, shard, &place, &options, |_| {}).unwrap();
        }
        let outputs = Outputs::open(&place).unwrap().complete().unwrap();
        let merge = |partitions: Vec<u8>| {
            let options = SimilarMergeOptions::default();
            let found = outputs
                .similar(&engine, partitions, &options, |it| panic!("{it}"));
            found.unwrap().groups
        };
        let how = SimilarOptions { threshold: 0.5, ..Default::default() };
        let found =
            engine.similar(roots).options(how).find(|it| panic!("{it}"));
        let found = found.unwrap();
        let expected: Vec<Vec<SimilarMember>> = found
            .groups()
            .map(|group| group.files().map(SimilarMember::from).collect())
            .collect();
        assert!(expected.len() > 3, "{expected:?}");
        assert_eq!(merge((0..=255).collect()), expected);
        // Each partition has a part of that.
        let parts: Vec<_> =
            (0..=255).flat_map(|partition| merge(vec![partition])).collect();
        let all: Vec<&[u8]> =
            expected.iter().flatten().map(|it| &*it.path).collect();
        assert!(!parts.is_empty());
        assert!(parts.iter().flatten().all(|it| all.contains(&&*it.path)));
    }

    #[test]
    fn outputs_of_a_plan_that_did_not_ask_for_texts_have_none() {
        let tree = tempfile::tempdir().unwrap();
        let root = tree.path().join("in");
        fs::create_dir_all(&root).unwrap();
        fs::write(root.join("a"), "a text").unwrap();
        let engine = Engine::builder().threads(1).build().unwrap();
        let options = PlanOptions::new(Target::Files(7));
        let plan = plan(&engine, &[root], &options, |_| {}).unwrap();
        let place = Place::folder(&tree.path().join("out"));
        for shard in &plan.shards {
            let options = RunOptions::default();
            run(&engine, shard, &place, &options, |_| {}).unwrap();
        }
        let outputs = Outputs::open(&place).unwrap();
        let options = SimilarMergeOptions::default();
        let found = outputs.similar(&engine, [0], &options, |_| {});
        let why = found.unwrap_err();
        assert!(matches!(why, ShardError::Outputs { .. }), "{why}");
        assert!(why.to_string().contains("--similar"), "{why}");
    }

    #[test]
    fn what_is_joined_is_in_one_part_and_parts_are_small() {
        let mut joined = Joined::default();
        let name = |at: usize| format!("{at:06}").into_bytes();
        for at in 0..TOGETHER {
            joined.join(&name(3 * at), &name(3 * at + 1));
            joined.join(&name(3 * at + 2), &name(3 * at + 1));
        }
        let parts: Vec<Vec<PathBuf>> = joined.parts().collect();
        assert_eq!(parts.iter().map(Vec::len).sum::<usize>(), 3 * TOGETHER);
        for part in &parts {
            assert!(part.len() <= TOGETHER && part.len() % 3 == 0);
            let first = part[0].as_os_str().as_bytes().to_vec();
            let first: usize =
                String::from_utf8(first).unwrap().parse().unwrap();
            assert_eq!(first % 3, 0);
        }
    }
}
