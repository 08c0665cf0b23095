//! Copying trees.

use super::{Cache, Job, Site, short};
use crate::contestant::{Contestant, Role};
use crate::data::Set;
use crate::floor::Work;
use crate::target::Target;

pub(super) fn jobs(site: &Site) -> Vec<Job> {
    let small = site.sizes.iter().filter(|files| **files <= 100_000);
    let small = small.flat_map(|&files| {
        let name = format!("copy-{}", short(files));
        jobs_of(site, &name, Set::Small(files), 0.7)
    });
    small.chain(jobs_of(site, "copy-big", Set::Big, 1.0)).collect()
}

fn jobs_of(site: &Site, name: &str, set: Set, most: f64) -> [Job; 2] {
    let other = |words: &[&str], name: &str| Contestant {
        role: Role::Twin,
        ..ours(site, set, words).named(name)
    };
    let cache = Cache::Warm(Work::Read);
    let title = "copying a tree; ours waits until it is durable, cp does not";
    let plain = Job::new(name, title, cache)
        .with([ours(site, set, &[]), other(&["--no-sync"], "without sync")])
        .with([cp(site, set)])
        .demanding([Target::Than(most, "cp -a")])
        .demanding([Target::Stated("without sync")]);
    let title = "copying a tree, and reading the copies again";
    let verified = Job::new(format!("{name}-verify"), title, cache)
        .with([ours(site, set, &["--verify"]), other(&[], "not verified")])
        .demanding([Target::Than(1.3, "not verified")]);
    [plain, verified]
}

/// The engine's copier.
fn ours(site: &Site, set: Set, words: &[&str]) -> Contestant {
    let bench = &site.programs.bench;
    let ours = Contestant::new("ours", Role::Ours, bench, set);
    let ours =
        words.iter().fold(ours.words("copy"), |ours, word| ours.word(*word));
    into(ours, site)
}

fn cp(site: &Site, set: Set) -> Contestant {
    let cp = Contestant::new("cp -a", Role::Peer, "cp", set);
    into(cp.words("-a"), site)
}

/// From the set to a folder that is not there.
fn into(program: Contestant, site: &Site) -> Contestant {
    let target = site.sets.join("scratch").join("copy");
    program.tree(site.sets(), "").leaving(target.clone()).word(target)
}
