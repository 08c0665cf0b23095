//! What a catalog saves where nothing changed, and what it costs at first.

use super::{Cache, Job, Site, dupes, short};
use crate::contestant::{Contestant, Role};
use crate::count::Answer;
use crate::data::Set;
use crate::floor::Work;
use crate::target::Target;

pub(super) fn jobs(site: &Site) -> Vec<Job> {
    let again = site.sizes.iter().map(|&files| again(site, files));
    let first = site.sizes.iter().min().map(|&files| first(site, files));
    again.chain(first).collect()
}

/// A search for duplicates where nothing changed since the one before: each
/// contestant has just run.
fn again(site: &Site, files: u64) -> Job {
    let set = Set::Small(files);
    let label = short(files);
    let file = site.sets.join("scratch").join(format!("dupes-{label}.db"));
    let ours = site.ours(set).words("dupes -H --catalog").word(file);
    let ours = ours.tree(site.sets(), "").answering(Answer::Groups);
    let scan = Contestant::new("scan", Role::Twin, &site.programs.ours, set)
        .words("scan -H")
        .tree(site.sets(), "");
    let title = "dupes with a catalog, nothing changed";
    Job::new(format!("dupes-catalog-{label}"), title, Cache::Itself)
        .with([ours])
        .with(
            [dupes::dupes(site.ours(set), site).named("without")]
                .map(|it| Contestant { role: Role::Twin, ..it }),
        )
        .with([scan])
        .with(
            dupes::fclones(site, set)
                .map(|it| it.word("--cache").named("fclones --cache")),
        )
        .with(dupes::czkawka_with_cache(site, set))
        .demanding([
            Target::Than(1.6, "scan"),
            Target::Fastest(0.25),
            Target::Stated("without"),
        ])
}

/// Hashing with a catalog that is not there yet.
fn first(site: &Site, files: u64) -> Job {
    let set = Set::Small(files);
    let label = short(files);
    let file = site.sets.join("scratch").join(format!("hash-{label}.db"));
    let script = "rm -f \"$1\" \"$1-wal\" \"$1-shm\"; \
                  exec \"$0\" hash -H --catalog \"$1\" \"$2\"";
    let ours = Contestant::new("ours", Role::Ours, "/bin/sh", set)
        .word("-c")
        .word(script)
        .word(&site.programs.ours)
        .word(file)
        .tree(site.sets(), "")
        .answering(Answer::Digests);
    let without =
        Contestant::new("without", Role::Twin, &site.programs.ours, set)
            .words("hash -H")
            .tree(site.sets(), "")
            .answering(Answer::Digests);
    let title = "hash with a catalog, first run";
    let cache = Cache::Warm(Work::Read);
    Job::new(format!("hash-catalog-{label}"), title, cache)
        .with([ours, without])
        .demanding([Target::Than(1.2, "without")])
}
