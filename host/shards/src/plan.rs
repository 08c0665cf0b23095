//! Planning: roots are cut into shards by what is counted in them.

use std::{
    collections::HashMap,
    io::{self, BufRead, Read as _},
    path::PathBuf,
    sync::Arc,
};

use sanchay::{
    Action, Algorithm, Engine, EntryError, HashOptions, LocalStorage, Monitor,
    Storage, Summary, WalkOptions,
};
use sanchay_core::shard::{
    Likeness, MAX_LINE, Part, Planner, Shard, Target, Work,
};
use sanchay_names::OsStrExt as _;
use sanchay_output::shard::seal;

use crate::{error::ShardError, list::list, overlap, texts, work};

/// How roots are cut, and what is to be done with the parts.
#[derive(Clone, Debug)]
pub struct PlanOptions {
    /// How much a shard is to have.
    pub target: Target,
    /// Which files.
    pub walk: WalkOptions,
    /// The hash function by which files are the same.
    pub algorithm: Algorithm,
    /// Columns that are kept of files, besides [`FIELDS`](crate::FIELDS).
    pub fields: Vec<String>,
    /// How deep the sums by folder go: 0 for the roots alone.
    pub depth: u32,
    /// Whether texts are looked at for others that they may be like: they are
    /// read once more for that.
    pub similar: Option<Likeness>,
    /// How counting is watched and ended.
    pub monitor: Monitor,
}

impl PlanOptions {
    /// Shards of this size, of all files but hidden ones.
    #[must_use]
    pub fn new(target: Target) -> Self {
        Self {
            target,
            walk: WalkOptions::default(),
            algorithm: Algorithm::Xxh3_128,
            fields: Vec::new(),
            depth: 2,
            similar: None,
            monitor: Monitor::default(),
        }
    }
}

/// A plan.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Plan {
    /// The shards, at least one. Together they have every path below the
    /// roots, also those that were not there, and none in two of them.
    pub shards: Vec<Shard>,
    /// The plan as NDJSON: a line for each shard.
    pub text: Vec<u8>,
    /// What was counted.
    pub summary: Summary,
}

/// A file that was counted elsewhere: its root by its index, its path below
/// that, and its size.
pub type Counted<'a> = (usize, &'a [u8], u64);

/// Plans by what is there: lists everything below the roots once, in order,
/// and reads no file. The same tree has the same plan, byte for byte. Memory
/// grows with the number of shards only.
///
/// `on_error` is told of entries that cannot be looked at; what is in them is
/// in a shard all the same.
///
/// # Errors
/// [`ShardError::Root`] for a root that cannot be looked into,
/// [`ShardError::Overlap`] for roots that lie in each other, and what
/// [`ShardError::Engine`] has.
pub fn plan(
    engine: &Engine,
    roots: &[PathBuf],
    options: &PlanOptions,
    on_error: impl FnMut(EntryError) + Send,
) -> Result<Plan, ShardError> {
    let storage = storage(options.walk.storage.as_ref());
    let begun = Begun::new(&*storage, roots, options)?;
    let mut planner = Planner::new(options.target);
    let numbers: HashMap<&[u8], usize> = roots
        .iter()
        .enumerate()
        .map(|(number, root)| (root.as_os_str().as_bytes(), number))
        .collect();
    let mut walk = options.walk.clone();
    walk.filter = walk.filter.files_only();
    let summary = list(
        engine,
        roots.iter().cloned(),
        walk,
        &options.monitor,
        |file, path| {
            if let Some(number) = numbers.get(file.root) {
                let below = below(file.root, path);
                planner.add(*number, below, file.metadata.size);
            }
        },
        on_error,
    )?;
    Ok(begun.finish(planner, summary))
}

/// Plans by what was counted elsewhere, as in a snapshot of a catalog: files
/// in the order of their roots, and of the bytes of their paths. `count` calls
/// back with each. Nothing is listed; what has changed since is in a shard all
/// the same.
///
/// # Errors
/// As of [`plan`]; and what `count` returns.
pub fn plan_of_counts<E: From<ShardError>>(
    roots: &[PathBuf],
    options: &PlanOptions,
    count: impl FnOnce(&mut dyn FnMut(Counted<'_>)) -> Result<(), E>,
) -> Result<Plan, E> {
    let storage = storage(options.walk.storage.as_ref());
    let begun = Begun::new(&*storage, roots, options)?;
    let mut planner = Planner::new(options.target);
    let mut summary = Summary::default();
    count(&mut |(root, path, size)| {
        planner.add(root, path, size);
        summary.files += 1;
        summary.bytes = summary.bytes.saturating_add(size);
    })?;
    Ok(begun.finish(planner, summary))
}

/// Reads the shards of a plan, or of a part of one.
///
/// # Errors
/// [`ShardError::Line`] for a line that is no shard, and [`ShardError::Plan`]
/// where there is none.
pub fn read(text: &[u8]) -> Result<Vec<Shard>, ShardError> {
    read_from(text).map_err(|error| match error {
        ReadError::Shard(error) => error,
        ReadError::Io(error) => ShardError::Plan(error.to_string()),
    })
}

/// Why a plan cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is none.
    #[error(transparent)]
    Shard(#[from] ShardError),
    /// The system said so.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The same of what is read line by line: of what is no plan, no more than the
/// longest line.
///
/// # Errors
/// As of [`read`]; and what reading has.
pub fn read_from(text: impl BufRead) -> Result<Vec<Shard>, ReadError> {
    let mut text = text;
    let (mut shards, mut line) = (Vec::new(), Vec::new());
    for number in 1.. {
        line.clear();
        let most = MAX_LINE as u64 + 1;
        let mut bounded = text.by_ref().take(most);
        if bounded.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line.trim_ascii().is_empty() && (line.len() as u64) < most {
            continue;
        }
        let end = line.strip_suffix(b"\n").unwrap_or(&line);
        shards.push(
            Shard::parse(end)
                .map_err(|flaw| ShardError::Line { line: number, flaw })?,
        );
    }
    match shards.is_empty() {
        true => Err(ShardError::Plan(
            "there is no shard: a plan has a line for each, as `sanchay \
             shards plan` writes it"
                .to_owned(),
        )
        .into()),
        false => Ok(shards),
    }
}

/// Where the files are.
pub(crate) fn storage(given: Option<&Arc<dyn Storage>>) -> Arc<dyn Storage> {
    match given {
        Some(storage) => Arc::clone(storage),
        None => Arc::new(LocalStorage::new()),
    }
}

/// A plan whose shards are not cut yet.
struct Begun {
    work: Work,
    /// The roots, and the numbers of their file systems.
    roots: Vec<(Vec<u8>, Option<u64>)>,
}

impl Begun {
    fn new(
        storage: &dyn Storage,
        roots: &[PathBuf],
        options: &PlanOptions,
    ) -> Result<Self, ShardError> {
        let refused = |option, why: &str| {
            Err(ShardError::Option { option, why: why.to_owned() })
        };
        let walk = &options.walk;
        if walk.follow {
            return refused(
                "follow",
                "a file that links lead to could be in several shards",
            );
        }
        if !options.algorithm.identifies() {
            return refused("algorithm", "it cannot tell files apart");
        }
        if roots.is_empty() {
            return refused("roots", "there is none");
        }
        if matches!(options.target, Target::Files(0) | Target::Bytes(0)) {
            return refused("target", "a shard has at least 1");
        }
        if let Some(likeness) = &options.similar {
            texts::options(likeness, WalkOptions::default()).check()?;
        }
        overlap::check_roots(storage, roots)?;
        let found = roots.iter().map(|root| {
            let device = work::device_of(storage, root).map_err(|error| {
                let cause = error.into();
                let error = EntryError::new(root.clone(), Action::Root, cause);
                ShardError::Root(error.named())
            })?;
            Ok((root.as_os_str().as_bytes().to_vec(), device))
        });
        let roots = found.collect::<Result<_, ShardError>>()?;
        let empty = walk.filter.has("min-size");
        let mut filtered = walk.clone();
        filtered.filter = filtered.filter.files_only();
        let hash = HashOptions { walk: filtered, ..HashOptions::default() };
        let program = hash.program()?;
        let ignore_files = walk.ignore_files.iter();
        let work = Work {
            algorithm: options.algorithm,
            fields: options.fields.clone(),
            depth: options.depth,
            filter: program.encode(),
            expression: program.expression().to_string(),
            empty,
            similar: options.similar,
            max_depth: walk.max_depth.map(|depth| depth as u64),
            one_file_system: walk.one_file_system,
            gitignore: walk.gitignore,
            ignore_files: ignore_files
                .map(|it| it.as_os_str().as_bytes().to_vec())
                .collect(),
        };
        work::schema(&work)?;
        Ok(Self { work, roots })
    }

    fn finish(self, planner: Planner, summary: Summary) -> Plan {
        let pieces = planner.finish(self.roots.len());
        let shards = pieces.into_iter().map(|piece| {
            let parts = piece.parts.into_iter().filter_map(|part| {
                let (root, device) = self.roots.get(part.root)?.clone();
                Some(Part { root, device, range: part.range })
            });
            Shard {
                index: 0,
                shards: 0,
                files: piece.files,
                bytes: piece.bytes,
                parts: parts.collect(),
                work: self.work.clone(),
                plan: String::new(),
                id: String::new(),
            }
        });
        let mut shards: Vec<Shard> = shards.collect();
        let text = seal(&mut shards);
        Plan { shards, text, summary }
    }
}

/// The path below a root; nothing for the root itself.
pub(crate) fn below<'p>(root: &[u8], path: &'p [u8]) -> &'p [u8] {
    let rest = path.strip_prefix(root).unwrap_or(path);
    match root.is_empty() || root.ends_with(b"/") {
        true => rest,
        false => rest.strip_prefix(b"/").unwrap_or(rest),
    }
}

/// The folder that a path lies in below its root, at most so many levels
/// down, and how many: each with a slash at its end, or empty.
pub(crate) fn folders<'p>(
    root: &'p [u8],
    path: &'p [u8],
    depth: u32,
) -> impl Iterator<Item = &'p [u8]> {
    let start = path.len() - below(root, path).len();
    let own = path.get(..start).unwrap_or_default();
    let slashes = (start..path.len())
        .filter(|at| path.get(*at) == Some(&b'/'))
        .filter_map(|at| path.get(..=at));
    let deeper = slashes.take(usize::try_from(depth).unwrap_or(usize::MAX));
    std::iter::once(own).chain(deeper)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use sanchay::{Engine, Filter};
    use sanchay_core::shard::{ShardFlaw, Target};

    use super::{PlanOptions, folders, plan, plan_of_counts, read};
    use crate::error::ShardError;

    fn tree() -> tempfile::TempDir {
        let tree = tempfile::tempdir().unwrap();
        for number in 0..30 {
            let folder = tree.path().join(format!("d{}", number % 4));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(number.to_string()), "x").unwrap();
        }
        tree
    }

    fn engine() -> Engine {
        Engine::builder().threads(2).build().unwrap()
    }

    #[test]
    fn the_same_tree_has_the_same_plan_and_it_is_read_again() {
        let tree = tree();
        let roots = [tree.path().to_owned()];
        let options = PlanOptions::new(Target::Files(8));
        let one = plan(&engine(), &roots, &options, |_| {}).unwrap();
        let two = plan(&engine(), &roots, &options, |_| {}).unwrap();
        assert_eq!(one.text, two.text);
        assert!(one.shards.len() >= 3, "{}", one.shards.len());
        assert_eq!(read(&one.text).unwrap(), one.shards);
        let files: u64 = one.shards.iter().map(|it| it.files).sum();
        assert_eq!((files, one.summary.files), (30, 30));
        // By what was counted elsewhere, it is the same.
        let counted = plan_of_counts(&roots, &options, |add| {
            let mut paths: Vec<String> =
                (0..30).map(|at| format!("d{}/{at}", at % 4)).collect();
            paths.sort();
            paths.iter().for_each(|it| add((0, it.as_bytes(), 1)));
            Ok::<(), ShardError>(())
        });
        assert_eq!(counted.unwrap().text, one.text);
    }

    #[test]
    fn what_cannot_be_planned_is_refused() {
        let tree = tree();
        let refused = |roots: &[&Path], options: &PlanOptions| {
            let roots: Vec<_> = roots.iter().map(|it| it.into()).collect();
            let planned = plan(&engine(), &roots, options, |_| {});
            planned.unwrap_err().to_string()
        };
        let options = PlanOptions::new(Target::Files(8));
        let gone = tree.path().join("gone");
        let why = refused(&[&gone], &options);
        assert!(why.contains("gone: ") && why.contains("No such file"));
        let why = refused(&[tree.path(), &tree.path().join("d1")], &options);
        assert!(why.contains("would be in two shards"), "{why}");
        let mut other = options.clone();
        other.walk.follow = true;
        assert!(refused(&[tree.path()], &other).starts_with("follow: "));
        let mut other = options.clone();
        other.fields = vec!["user".to_owned()];
        assert!(refused(&[tree.path()], &other).contains("take uid"));
        let mut other = options;
        other.fields = vec!["color".to_owned()];
        assert!(refused(&[tree.path()], &other).contains("no field 'color'"));
    }

    #[test]
    fn a_plan_says_which_of_its_lines_is_none() {
        let tree = tree();
        let mut options = PlanOptions::new(Target::Files(8));
        options.walk.filter = Filter::default().min_size(0);
        let roots = [tree.path().to_owned()];
        let plan = plan(&engine(), &roots, &options, |_| {}).unwrap();
        assert!(plan.shards.iter().all(|it| it.work.empty));
        let mut text = String::from_utf8(plan.text).unwrap();
        text.push_str("\n{}\n");
        let error = read(text.as_bytes()).unwrap_err();
        let ShardError::Line { line, flaw } = error else { panic!() };
        assert_eq!(line, plan.shards.len() + 2);
        assert_eq!(flaw, ShardFlaw::Format);
        assert!(read(b"\n\n").is_err());
    }

    #[test]
    fn a_file_is_in_its_root_and_in_the_folders_on_its_way() {
        let of = |root: &str, path: &str, depth| {
            let (root, path) = (root.as_bytes(), path.as_bytes());
            let found = folders(root, path, depth);
            let text = |it: &[u8]| String::from_utf8(it.to_vec()).unwrap();
            found.map(text).collect::<Vec<_>>()
        };
        assert_eq!(of("r", "r/a/b/c", 1), ["r/", "r/a/"]);
        assert_eq!(of("r/", "r/a/b/c", 9), ["r/", "r/a/", "r/a/b/"]);
        assert_eq!(of("", "a/b", 2), ["", "a/"]);
        assert_eq!(of("/", "/a/b", 0), ["/"]);
        assert_eq!(of("r/f", "r/f", 2), ["r/f"]);
    }
}
