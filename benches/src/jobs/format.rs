//! Formats and order: the same scan, written in other ways.

use super::{Cache, Job, Site, short};
use crate::contestant::Role;
use crate::count::Answer;
use crate::data::Set;
use crate::floor::Work;
use crate::target::Target;

pub(super) fn jobs(site: &Site) -> Vec<Job> {
    let both = |&files| [parquet(site, files), sort(site, files)];
    site.sizes.iter().flat_map(both).collect()
}

fn parquet(site: &Site, files: u64) -> Job {
    let set = Set::Small(files);
    let name = format!("parquet-{}", short(files));
    let title = "scan written as Parquet and as NDJSON";
    let scan = |format: &str| {
        let words = format!("scan -H --format {format}");
        site.ours(set).words(&words).tree(site.sets(), "")
    };
    let mut ndjson = scan("ndjson").answering(Answer::Lines).named("ndjson");
    ndjson.role = Role::Twin;
    Job::new(name, title, Cache::Warm(Work::Stat))
        .with([scan("parquet"), ndjson])
        .demanding([Target::Than(1.3, "ndjson")])
}

fn sort(site: &Site, files: u64) -> Job {
    let set = Set::Small(files);
    let name = format!("sort-{}", short(files));
    let title = "scan sorted by size, and unsorted";
    let scan = |options: &str| {
        let words = format!("scan -H{options}");
        let scan = site.ours(set).words(&words).tree(site.sets(), "");
        scan.answering(Answer::Lines)
    };
    let mut unsorted = scan("").named("unsorted");
    unsorted.role = Role::Twin;
    Job::new(name, title, Cache::Warm(Work::Stat))
        .with([scan(" --sort size"), unsorted])
        .demanding([Target::Than(1.6, "unsorted")])
}
