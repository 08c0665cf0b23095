//! A request that makes sense: what the engine is asked to do.

use std::path::PathBuf;

use sanchay::{
    Algorithm, DuplicateOptions, Filter, GroupOrder, HashOptions, Method,
    Shingling, SimilarImagesOptions, SimilarOptions, SummaryOptions, Unit,
    WalkOptions,
};
use sanchay_core::similarity::MAX_SIZE;
use sanchay_shards::{DuplicatesOptions, PlanOptions, Shard};

use super::{
    kind::Kind,
    options::{Options, wrong},
    request::{JobRequest, RootRef},
    shards,
};
use crate::{
    plans::options::{PlanSpec, references},
    problem::Problem,
    roots::Roots,
};

/// How many places one job may look at.
const MOST_ROOTS: usize = 64;

/// A job that can be done.
#[derive(Debug)]
pub(crate) struct Spec {
    pub(crate) kind: Kind,
    /// Absolute paths, each in one of the service's roots.
    pub(crate) roots: Vec<PathBuf>,
    pub(crate) task: Task,
}

/// What is done.
#[derive(Debug)]
pub(crate) enum Task {
    Scan(Box<WalkOptions>),
    Hash(Box<HashOptions>),
    Dupes(Box<DuplicateOptions>),
    Similar {
        options: Box<SimilarOptions>,
        /// Whether pairs are told, and not groups.
        pairs: bool,
    },
    SimilarImages {
        options: Box<SimilarImagesOptions>,
        pairs: bool,
    },
    Summary(Box<SummaryOptions>),
    Snapshot {
        name: Option<String>,
        hash: Option<Algorithm>,
        walk: Box<WalkOptions>,
    },
    Diff {
        a: String,
        b: String,
        hash: Option<Algorithm>,
        walk: Box<WalkOptions>,
    },
    Verify {
        sample: f64,
        walk: Box<WalkOptions>,
    },
    /// Puts the roots into a store.
    StorePut {
        store: String,
        name: Option<String>,
        read_all: bool,
        level: i32,
        walk: Box<WalkOptions>,
    },
    /// Gets a snapshot of a store back into a folder.
    StoreGet {
        store: String,
        snapshot: String,
        into: PathBuf,
        /// Which entries, by their paths in the snapshot.
        paths: Vec<PathBuf>,
        verify: bool,
        walk: Box<WalkOptions>,
    },
    /// Cuts the roots into shards.
    Shards(Box<PlanOptions>),
    /// Runs a shard of this job.
    Shard {
        whole: i64,
        shard: Box<Shard>,
    },
    /// Merges the shards of this job.
    Merge {
        whole: i64,
        plan: String,
        options: Box<DuplicatesOptions>,
    },
    /// Makes a plan.
    Plan(Box<PlanSpec>),
    /// Does what this plan says.
    Apply {
        plan: i64,
    },
    /// Looks what could be taken back of this plan.
    Undo {
        plan: i64,
    },
}

/// What stands for what is on disk, as a side of a comparison.
pub(crate) const DISK: &str = "disk";

impl Spec {
    /// Makes sense of a request.
    ///
    /// # Errors
    /// 404 for a root that is none, 422 for an option that makes no sense.
    pub(crate) fn new(
        request: &JobRequest,
        roots: &Roots,
    ) -> Result<Self, Problem> {
        let kind = request.kind;
        let mut options = Options::new(request.options.clone());
        let places = places(&request.roots, roots)?;
        let task = task(kind, &mut options, roots, &places)?;
        options.finish()?;
        let needs_root = !matches!(
            task,
            Task::Diff { .. }
                | Task::StoreGet { .. }
                | Task::Shard { .. }
                | Task::Merge { .. }
                | Task::Apply { .. }
                | Task::Undo { .. }
        );
        if needs_root && places.is_empty() {
            return Err(wrong("roots", "name at least one"));
        }
        let roots = match &task {
            Task::Shard { shard, .. } => shards::roots(shard),
            _ => places,
        };
        Ok(Self { kind, roots, task })
    }
}

pub(crate) fn places(
    given: &[RootRef],
    roots: &Roots,
) -> Result<Vec<PathBuf>, Problem> {
    if given.len() > MOST_ROOTS {
        return Err(wrong("roots", "they are more than 64"));
    }
    given
        .iter()
        .map(|one| {
            let root = roots.find(&one.root)?;
            let below = one.params().below()?;
            if !below.as_bytes().is_empty() && root.folder(&below).is_err() {
                root.file(&below)?;
            }
            Ok(root.join(&below))
        })
        .collect()
}

/// The same without a look at what is there; without what cannot be.
pub(crate) fn paths_of(given: &[RootRef], roots: &Roots) -> Vec<PathBuf> {
    let path = |one: &RootRef| {
        let root = roots.find(&one.root).ok()?;
        Some(root.join(&one.params().below().ok()?))
    };
    given.iter().filter_map(path).collect()
}

fn task(
    kind: Kind,
    options: &mut Options,
    roots: &Roots,
    places: &[PathBuf],
) -> Result<Task, Problem> {
    if kind.is_of_plan() {
        let plan = options.number("plan")?;
        let plan = plan.and_then(|it| i64::try_from(it).ok());
        let plan = plan.ok_or_else(|| wrong("plan", "name a plan"))?;
        return Ok(match kind {
            Kind::Undo => Task::Undo { plan },
            _ => Task::Apply { plan },
        });
    }
    let mut walk = options.walk()?;
    walk.storage = Some(roots.storage());
    Ok(match kind {
        Kind::Scan => {
            check(&walk, |filter| filter)?;
            Task::Scan(Box::new(walk))
        }
        Kind::Hash => {
            check(&walk, Filter::files_only)?;
            let method = Method::Whole(algorithm(options, |_| true)?);
            Task::Hash(Box::new(HashOptions { walk, method }))
        }
        Kind::Dupes => Task::Dupes(Box::new(dupes(options, walk, roots)?)),
        Kind::Similar => {
            check(&walk, Filter::for_duplicates)?;
            let pairs = options.flag("pairs")?;
            if options.flag("images")? {
                let options = Box::new(similar_images(options, walk)?);
                return Ok(Task::SimilarImages { options, pairs });
            }
            let options = Box::new(similar(options, walk)?);
            Task::Similar { options, pairs }
        }
        Kind::Summary => {
            check(&walk, |filter| filter)?;
            let default = SummaryOptions::default();
            let small = |it: u64| u32::try_from(it.min(64)).unwrap_or(64);
            let top = options.number("top")?.unwrap_or(10).min(1000);
            Task::Summary(Box::new(SummaryOptions {
                walk,
                depth: options.number("depth")?.map_or(default.depth, small),
                top: usize::try_from(top).unwrap_or(default.top),
                content: options.flag("content")?,
                now: None,
            }))
        }
        Kind::Snapshot => {
            check(&walk, |filter| filter)?;
            let name = options.text("name")?;
            let hash = hashing(options)?;
            Task::Snapshot { name, hash, walk: Box::new(walk) }
        }
        Kind::Diff => {
            check(&walk, |filter| filter)?;
            let mut side = |name| {
                let given = options.text(name)?;
                given.ok_or_else(|| wrong(name, "name a snapshot, or disk"))
            };
            let (a, b) = (side("a")?, side("b")?);
            let on_disk = [&a, &b].into_iter().any(|side| side == DISK);
            if on_disk != (places.len() == 1) || !on_disk && !places.is_empty()
            {
                return Err(wrong(
                    "roots",
                    "name one where a side is disk, and none otherwise",
                ));
            }
            if a == DISK && b == DISK {
                return Err(wrong("b", "both sides are the same"));
            }
            let hash = hashing(options)?;
            Task::Diff { a, b, hash, walk: Box::new(walk) }
        }
        Kind::Verify => {
            check(&walk, Filter::files_only)?;
            let sample = options.part("sample")?.unwrap_or(1.0);
            Task::Verify { sample, walk: Box::new(walk) }
        }
        Kind::StorePut => {
            check(&walk, |filter| filter)?;
            if walk.follow {
                return Err(wrong("follow", "links are stored as links"));
            }
            let level = options.number("level")?.unwrap_or(3);
            let level = i32::try_from(level).ok();
            let level = level.filter(|it| (1..=19).contains(it));
            Task::StorePut {
                store: store(options)?,
                name: options.text("name")?,
                read_all: options.flag("read_all")?,
                level: level
                    .ok_or_else(|| wrong("level", "it is from 1 to 19"))?,
                walk: Box::new(walk),
            }
        }
        Kind::StoreGet => {
            check(&walk, |filter| filter)?;
            if walk.follow || !places.is_empty() {
                let option = if walk.follow { "follow" } else { "roots" };
                return Err(wrong(option, "it is not for snapshots"));
            }
            let snapshot = options.text("snapshot")?;
            let paths = match options.take("paths") {
                None => Vec::new(),
                Some(value) => serde_json::from_value(value)
                    .map_err(|_| wrong("paths", "expected texts"))?,
            };
            Task::StoreGet {
                store: store(options)?,
                snapshot: snapshot.unwrap_or_else(|| "latest".to_owned()),
                into: target(options, roots)?,
                paths,
                verify: options.flag("verify")?,
                walk: Box::new(walk),
            }
        }
        Kind::Shards => Task::Shards(Box::new(shards::cut(options, walk)?)),
        Kind::Shard => {
            let (whole, shard) = shards::shard(options)?;
            Task::Shard { whole, shard: Box::new(shard) }
        }
        Kind::Merge => {
            let (whole, plan, merging) = shards::merge(options)?;
            Task::Merge { whole, plan, options: Box::new(merging) }
        }
        Kind::Dedupe => {
            let duplicates = dupes(options, walk, roots)?;
            let plan = PlanSpec::dedupe(options, duplicates, roots)?;
            Task::Plan(Box::new(plan))
        }
        Kind::Rename | Kind::Move | Kind::Copy | Kind::Delete => {
            check(&walk, |filter| filter)?;
            let plan = PlanSpec::names(kind, options, walk, roots)?;
            Task::Plan(Box::new(plan))
        }
        // These were told apart before.
        Kind::Apply | Kind::Undo => {
            return Err(wrong("kind", "it is begun by a plan"));
        }
    })
}

/// The store that is named.
fn store(options: &mut Options) -> Result<String, Problem> {
    let name = options.text("store")?;
    name.ok_or_else(|| wrong("store", "name a store"))
}

/// A folder that is there, and that something comes into.
fn target(options: &mut Options, roots: &Roots) -> Result<PathBuf, Problem> {
    let missing = || wrong("into", "name a folder below a root");
    let value = options.take("into").ok_or_else(missing)?;
    let place: RootRef = serde_json::from_value(value)
        .map_err(|_| wrong("into", "expected {root, path}"))?;
    let root = roots.find(&place.root)?;
    let below = place.params().below()?;
    root.folder(&below)?;
    Ok(root.join(&below))
}

fn dupes(
    options: &mut Options,
    walk: WalkOptions,
    roots: &Roots,
) -> Result<DuplicateOptions, Problem> {
    check(&walk, Filter::for_duplicates)?;
    let order = group_order(options)?;
    let references = references(options, roots)?;
    let folders = options.flag("folders")?;
    if folders && walk.follow {
        return Err(wrong("folders", "it does not go with follow"));
    }
    let min_group = options.number("min_group")?.unwrap_or(2);
    Ok(DuplicateOptions {
        walk,
        folders,
        hardlinks: options.flag("hardlinks")?,
        algorithm: algorithm(options, Algorithm::identifies)?,
        against: Vec::new(),
        references,
        same_device: options.flag("same_device")?,
        min_group: usize::try_from(min_group).unwrap_or(usize::MAX),
        verify: options.flag("verify")?,
        order,
    })
}

/// The order of groups.
pub(super) fn group_order(
    options: &mut Options,
) -> Result<GroupOrder, Problem> {
    let Some(text) = options.text("sort")? else {
        return Ok(GroupOrder::default());
    };
    text.parse().map_err(|error: sanchay::GroupOrderError| {
        wrong("sort", &error.to_string())
    })
}

fn similar(
    options: &mut Options,
    walk: WalkOptions,
) -> Result<SimilarOptions, Problem> {
    let default = SimilarOptions::default();
    let threshold = options.part("threshold")?.unwrap_or(default.threshold);
    if threshold < 0.05 {
        return Err(wrong("threshold", "expected a number from 0.05 to 1"));
    }
    let unit = match options.flag("characters")? {
        true => Unit::Characters,
        false => Unit::Words,
    };
    let size = match options.number("shingle_size")? {
        None => Shingling::default().size(),
        Some(size) => u32::try_from(size)
            .ok()
            .filter(|size| (1..=MAX_SIZE).contains(size))
            .ok_or_else(|| wrong("shingle_size", "it is out of range"))?,
    };
    let largest = options.size("max_file_size")?;
    Ok(SimilarOptions {
        walk,
        threshold,
        shingling: Shingling::clamped(unit, size),
        max_file_size: largest.unwrap_or(default.max_file_size),
    })
}

/// Whether files are hashed, and how.
fn hashing(options: &mut Options) -> Result<Option<Algorithm>, Problem> {
    let algorithm = algorithm(options, Algorithm::identifies)?;
    Ok(options.flag("hash")?.then_some(algorithm))
}

pub(super) fn algorithm(
    options: &mut Options,
    offered: fn(Algorithm) -> bool,
) -> Result<Algorithm, Problem> {
    let Some(name) = options.text("algorithm")? else {
        return Ok(Algorithm::Xxh3_128);
    };
    let found = name.parse::<Algorithm>().ok().filter(|it| offered(*it));
    found.ok_or_else(|| {
        let known = Algorithm::ALL.into_iter().filter(|it| offered(*it));
        let names: Vec<_> = known.map(Algorithm::name).collect();
        wrong("algorithm", &format!("expected one of {}", names.join(", ")))
    })
}

fn similar_images(
    options: &mut Options,
    walk: WalkOptions,
) -> Result<SimilarImagesOptions, Problem> {
    let default = SimilarImagesOptions::default();
    let largest = options.size("max_file_size")?;
    let made = SimilarImagesOptions {
        walk,
        threshold: options.part("threshold")?.unwrap_or(default.threshold),
        rotations: options.flag("rotations")?,
        max_file_size: largest
            .map_or(default.max_file_size, |it| it.min(default.max_file_size)),
    };
    made.check().map_err(|error| wrong("threshold", &error.to_string()))?;
    Ok(made)
}

/// Refuses filters that contradict each other, before there is a job.
pub(super) fn check(
    walk: &WalkOptions,
    narrow: fn(Filter) -> Filter,
) -> Result<(), Problem> {
    let filter = narrow(walk.filter.clone());
    filter
        .program()
        .map(drop)
        .map_err(|error| wrong(&error.option.replace('-', "_"), &error.why))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn roots() -> (tempfile::TempDir, Roots) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("sub")).unwrap();
        let roots = Roots::open(&[folder.path().to_owned()]).unwrap();
        (folder, roots)
    }

    fn spec(roots: &Roots, request: Value) -> Result<Spec, Problem> {
        let request: JobRequest = serde_json::from_value(request).unwrap();
        Spec::new(&request, roots)
    }

    #[test]
    fn each_kind_takes_its_own_options_and_refuses_those_of_others() {
        let (_folder, roots) = roots();
        let root = json!([{"root": roots.iter().next().unwrap().id}]);
        let ask = |kind: &str, options: Value| {
            let mut request = json!({"kind": kind, "roots": root});
            for (name, value) in options.as_object().unwrap() {
                request[name] = value.clone();
            }
            spec(&roots, request)
        };
        for (kind, options) in [
            ("scan", json!({"min_size": 5})),
            ("hash", json!({"algorithm": "sha256"})),
            ("dupes", json!({"sort": "size:desc", "min_group": 3})),
            ("similar", json!({"threshold": 0.5, "pairs": true})),
            ("similar", json!({"images": true, "rotations": true})),
            ("summary", json!({"depth": 1, "content": true})),
            ("snapshot", json!({"name": "monday", "hash": true})),
            ("diff", json!({"a": "1", "b": "disk"})),
            ("verify", json!({"sample": 0.1})),
        ] {
            assert_eq!(ask(kind, options).unwrap().kind.name(), kind);
        }
        for (kind, options) in [
            ("scan", json!({"algorithm": "sha256"})),
            ("dupes", json!({"algorithm": "crc32"})),
            ("dupes", json!({"sort": "colour"})),
            ("similar", json!({"threshold": 0.01})),
            ("similar", json!({"images": true, "threshold": 0.5})),
            ("similar", json!({"images": true, "characters": true})),
            ("similar", json!({"rotations": true})),
            ("diff", json!({"a": "1", "b": "2"})),
            ("diff", json!({"a": "disk", "b": "disk"})),
            ("verify", json!({"sample": 2})),
            ("hash", json!({"entry_kind": "directory"})),
        ] {
            let problem = ask(kind, options).unwrap_err();
            assert_eq!(problem.status(), 422, "{kind}");
        }
    }

    #[test]
    fn a_job_looks_at_nothing_but_what_is_below_a_root() {
        let (_folder, roots) = roots();
        let id = &roots.iter().next().unwrap().id;
        let at = |root: &str, path: &str| {
            let place = json!([{"root": root, "path": path}]);
            spec(&roots, json!({"kind": "scan", "roots": place}))
        };
        assert!(at(id, "sub").unwrap().roots[0].ends_with("sub"));
        for (root, path) in [
            ("r0", ""),
            (id, ".."),
            (id, "sub/../.."),
            (id, "/etc"),
            (id, "none"),
            (id, "sub\0"),
        ] {
            assert_eq!(at(root, path).unwrap_err().status(), 404, "{path}");
        }
        let none = spec(&roots, json!({"kind": "scan"})).unwrap_err();
        assert_eq!(none.status(), 422);
    }
}
