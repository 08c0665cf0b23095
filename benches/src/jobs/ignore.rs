//! Ignore files: a scan that leaves out what git ignores.

use super::{Cache, Job, Site, short};
use crate::count::Answer;
use crate::data::Set;
use crate::floor::Work;
use crate::target::Target;

pub(super) fn jobs(site: &Site) -> Vec<Job> {
    site.sizes.iter().map(|&files| gitignore(site, files)).collect()
}

fn gitignore(site: &Site, files: u64) -> Job {
    let set = Set::Ignored(files);
    let name = format!("gitignore-{}", short(files));
    let title = "scan of a tree with 500 ignore files, paths alone";
    Job::new(name, title, Cache::Warm(Work::Names))
        .with([site
            .ours(set)
            .words("scan -0 --gitignore")
            .tree(site.sets(), "")
            .answering(Answer::Zeros)])
        .with(site.peer("fd", set).map(|fd| {
            fd.words("-0 -t f .")
                .tree(site.sets(), "")
                .answering(Answer::Zeros)
        }))
        .with(site.peer("rg", set).map(|rg| {
            rg.words("--no-config --files -0")
                .tree(site.sets(), "")
                .answering(Answer::Zeros)
        }))
        .demanding([Target::Fastest(0.7)])
}
