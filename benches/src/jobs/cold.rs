//! The same with an empty cache, where the depth of the disk's queue decides.

use super::{Cache, Job, Site, dupes, hash, short};
use crate::contestant::Contestant;
use crate::data::Set;
use crate::floor::Work;
use crate::machine;
use crate::target::Target;

/// Threads that keep the disk's queue full.
const DEEP: usize = 32;

/// Nothing where the cache cannot be emptied.
pub(super) fn jobs(site: &Site) -> Vec<Job> {
    match site.sizes.iter().min() {
        Some(&files) if machine::can_forget() => {
            vec![cold_dupes(site, files), cold_hash(site, files)]
        }
        _ => Vec::new(),
    }
}

fn cold_dupes(site: &Site, files: u64) -> Job {
    let set = Set::Small(files);
    let name = format!("cold-dupes-{}", short(files));
    Job::new(name, "dupes among small files, cold cache", Cache::Cold)
        .with([dupes::dupes(site.ours(set), site)])
        .with(dupes::yadf(site, set))
        .with(dupes::yadf(site, set).map(|yadf| {
            yadf.words(&format!("--io-threads {DEEP}"))
                .named(format!("yadf with {DEEP} threads"))
        }))
        .with(dupes::fclones(site, set))
        .with(dupes::fclones(site, set).map(|fclones| {
            fclones
                .words(&format!("--threads {DEEP},{DEEP}"))
                .named(format!("fclones with {DEEP} threads"))
        }))
        .with([deep(site, set), site.floor(Work::Read, set)])
        .demanding([
            Target::Fastest(0.8),
            Target::Than(1.3, "floor read, deep"),
        ])
}

fn cold_hash(site: &Site, files: u64) -> Job {
    let set = Set::Small(files);
    let name = format!("cold-hash-{}", short(files));
    let title = "hash -a xxh3-128 of small files, cold cache";
    Job::new(name, title, Cache::Cold)
        .with([hash::hash(site.ours(set), site, "-H -a xxh3-128", "")])
        .with(dupes::yadf(site, set).map(|yadf| {
            yadf.words(&format!("--io-threads {DEEP}"))
                .named(format!("yadf with {DEEP} threads"))
        }))
        .with(dupes::fclones(site, set).map(|fclones| {
            fclones
                .words(&format!("--threads {DEEP},{DEEP}"))
                .named(format!("fclones with {DEEP} threads"))
        }))
        .with([deep(site, set), site.floor(Work::Read, set)])
        .demanding([
            Target::Fastest(0.8),
            Target::Than(1.3, "floor read, deep"),
        ])
}

fn deep(site: &Site, set: Set) -> Contestant {
    site.floor_with(Work::Read, DEEP, set).named("floor read, deep")
}
