//! Hashing: every file, its ends, or a few great ones.

use super::{Cache, Job, Site, short};
use crate::contestant::{Contestant, Role};
use crate::count::Answer;
use crate::data::Set;
use crate::floor::Work;
use crate::target::Target;

/// Files that xargs passes to a program at a time.
const BATCH: usize = 2000;

/// What any hashing may have resident, in bytes.
const PEAK: u64 = 64 * 1024 * 1024;

pub(super) fn jobs(site: &Site) -> Vec<Job> {
    let mut jobs = Vec::new();
    if let Some(&files) = site.sizes.iter().min() {
        jobs.push(small(site, files));
        let b3sum = site.each("b3sum", BATCH, Set::Small(files));
        jobs.push(other(site, files, "blake3", b3sum));
        let sha256sum = site.each("sha256sum", BATCH, Set::Small(files));
        jobs.push(other(site, files, "sha256", sha256sum));
    }
    jobs.extend(growth(site));
    jobs.push(big(site));
    jobs.push(one(site));
    jobs.push(one_blake3(site));
    jobs.push(partial(site));
    jobs
}

fn small(site: &Site, files: u64) -> Job {
    let set = Set::Small(files);
    let title = "hash -a xxh3-128 of small files";
    let cache = Cache::Warm(Work::Read);
    Job::new(format!("hash-{}", short(files)), title, cache)
        .with([hash(site.ours(set), site, "-H -a xxh3-128", "")])
        .with(site.each("xxhsum", BATCH, set).map(|it| it.words("-H2")))
        .with([native(site, set)])
        .with([hash(site.unsandboxed(set), site, "-H -a xxh3-128", "")])
        .with([site.floor(Work::Read, set)])
        .demanding([
            Target::Than(1.3, "floor read"),
            Target::Than(0.7, "xxhsum"),
            Target::Than(1.1, "native"),
            Target::Than(1.1, "unsandboxed"),
            Target::Peak(PEAK),
        ])
        .counting_calls(files)
}

fn other(
    site: &Site,
    files: u64,
    algorithm: &str,
    peer: Option<Contestant>,
) -> Job {
    let set = Set::Small(files);
    let title = format!("hash -a {algorithm} of small files");
    let name = format!("{algorithm}-{}", short(files));
    let options = format!("-H -a {algorithm}");
    Job::new(name, &title, Cache::Warm(Work::Read))
        .with([hash(site.ours(set), site, &options, "")])
        .with(peer)
        .with([hash(site.unsandboxed(set), site, &options, "")])
        .with([site.floor(Work::Read, set)])
        .demanding([
            Target::Stated(match algorithm {
                "blake3" => "b3sum",
                _ => "sha256sum",
            }),
            Target::Stated("unsandboxed"),
            Target::Peak(PEAK),
        ])
}

fn growth(site: &Site) -> Option<Job> {
    let (&least, &most) =
        site.sizes.iter().min().zip(site.sizes.iter().max())?;
    if least == most {
        return None;
    }
    let title = "growth of the time a file takes, hash -a xxh3-128";
    let mut job = Job::new("growth-hash", title, Cache::Warm(Work::Stat));
    for files in [least, most] {
        let set = Set::Small(files);
        let label = short(files);
        let mut ours = hash(site.ours(set), site, "-H -a xxh3-128", "")
            .named(format!("ours, {label}"));
        if files == most {
            ours.role = Role::Again;
        }
        let floor = site.floor(Work::Read, set);
        let name = format!("floor read, {label}");
        job = job.with([ours, floor.named(name)]);
    }
    let growth = Target::Growth(1.25, "floor read");
    Some(job.demanding([growth, Target::Peak(PEAK)]))
}

fn big(site: &Site) -> Job {
    let set = Set::Big;
    let title = "hash -a xxh3-128 of three files of 1 GiB";
    Job::new("hash-big", title, Cache::Warm(Work::Read))
        .with([hash(site.ours(set), site, "-a xxh3-128", "")])
        .with(site.each("xxhsum", 1, set).map(|it| it.words("-H2")))
        .with([hash(site.unsandboxed(set), site, "-a xxh3-128", "")])
        .with([native(site, set), site.floor(Work::Read, set)])
        .demanding([Target::Than(1.3, "xxhsum"), Target::Peak(PEAK)])
}

fn one(site: &Site) -> Job {
    let set = Set::Big;
    let title = "hash -a xxh3-128 of one file of 1 GiB";
    Job::new("hash-one", title, Cache::Warm(Work::Read))
        .with([hash(site.ours(set), site, "-a xxh3-128", "big-0")])
        .with(site.peer("xxhsum", set).map(|it| {
            it.words("-H2")
                .tree(site.sets(), "big-0")
                .answering(Answer::Digests)
        }))
        .with([hash(site.unsandboxed(set), site, "-a xxh3-128", "big-0")])
        .demanding([
            Target::Than(1.3, "xxhsum"),
            Target::Stated("unsandboxed"),
            Target::Peak(PEAK),
        ])
}

fn one_blake3(site: &Site) -> Job {
    let set = Set::Big;
    let title = "hash -a blake3 of one file of 1 GiB";
    let b3sum = |words: &str| {
        let peer = site.peer("b3sum", set)?;
        let peer = if words.is_empty() { peer } else { peer.words(words) };
        Some(peer.tree(site.sets(), "big-0").answering(Answer::Digests))
    };
    Job::new("blake3-one", title, Cache::Warm(Work::Read))
        .with([hash(site.ours(set), site, "-a blake3", "big-0")])
        .with(b3sum(""))
        .with(
            b3sum("--num-threads 1")
                .map(|it| it.named("b3sum with one thread")),
        )
        .with([hash(site.unsandboxed(set), site, "-a blake3", "big-0")])
        .demanding([
            Target::Stated("b3sum"),
            Target::Stated("b3sum with one thread"),
            Target::Stated("unsandboxed"),
            Target::Peak(PEAK),
        ])
}

fn partial(site: &Site) -> Job {
    let set = Set::Media;
    let title = "hash --partial of 10,000 sparse files of 8 GiB";
    Job::new("partial", title, Cache::Warm(Work::Partial))
        .with([hash(site.ours(set), site, "--partial", "")])
        .with([hash(site.unsandboxed(set), site, "--partial", "")])
        .with([site.floor(Work::Partial, set)])
        .demanding([
            Target::Than(1.25, "floor partial"),
            Target::Stated("unsandboxed"),
            Target::Peak(PEAK),
        ])
        .counting_calls(10_000)
}

/// Our command on a set, or on a file in it.
pub(super) fn hash(
    program: Contestant,
    site: &Site,
    options: &str,
    file: &str,
) -> Contestant {
    program
        .words("hash")
        .words(options)
        .tree(site.sets(), file)
        .answering(Answer::Digests)
}

/// The plain native program.
fn native(site: &Site, set: Set) -> Contestant {
    let bench = &site.programs.bench;
    Contestant::new("native", Role::Twin, bench, set)
        .words("native hash")
        .tree(site.sets(), "")
        .answering(Answer::Digests)
}
