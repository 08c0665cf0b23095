//! Summing up: how much lies where. Peers add up less: bytes on disk by
//! folder, and nothing by extension, age or owner.

use super::{Cache, Job, Site, short};
use crate::contestant::Contestant;
use crate::data::Set;
use crate::floor::Work;
use crate::target::Target;

pub(super) fn jobs(site: &Site) -> Vec<Job> {
    site.sizes.iter().map(|&files| summary(site, files)).collect()
}

fn summary(site: &Site, files: u64) -> Job {
    let set = Set::Small(files);
    let name = format!("summary-{}", short(files));
    let title = "sums by folder, extension, size, age and owner";
    let asked = |contestant: Contestant, words: &str| {
        contestant.words(words).tree(site.sets(), "")
    };
    let peers = [
        ("dust", "-P -b -d 2"),
        ("dua", "aggregate"),
        ("gdu", "--non-interactive --no-progress --summarize"),
        ("du", "-d 2"),
    ];
    let peers = peers.into_iter().filter_map(|(name, words)| {
        site.peer(name, set).map(|peer| asked(peer, words))
    });
    Job::new(name, title, Cache::Warm(Work::Stat))
        .with([asked(site.ours(set), "summary -H")])
        .with(peers)
        .with([site.floor(Work::Stat, set)])
        .demanding([Target::Fastest(0.6), Target::Stated("floor stat")])
        .counting_calls(files)
}
