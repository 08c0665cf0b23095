//! Filters: a scan of which the sandbox decides more than the extension.

use super::{Cache, Job, Site, short};
use crate::contestant::{Contestant, Role};
use crate::count::Answer;
use crate::data::Set;
use crate::floor::Work;
use crate::target::Target;

/// A filter as ours and fd spell it.
struct Filter {
    name: &'static str,
    title: &'static str,
    ours: [&'static str; 2],
    fd: &'static [&'static str],
    /// What has to be asked of the file system.
    work: Work,
}

const FILTERS: [Filter; 3] = [
    Filter {
        name: "glob",
        title: "scan by glob, 1 % match, paths alone",
        ours: ["-g", "*.mkv"],
        fd: &["-g", "*.mkv"],
        work: Work::Names,
    },
    Filter {
        name: "regex",
        title: "scan by regular expression, 1 % match, paths alone",
        ours: ["--regex", "\\.mkv$"],
        fd: &["\\.mkv$"],
        work: Work::Names,
    },
    Filter {
        name: "changed",
        title: "scan by modification time, all match, paths alone",
        ours: ["--changed-within", "2001-01-01"],
        fd: &["--changed-within", "2001-01-01", "."],
        work: Work::Stat,
    },
];

/// Five tests, of names and of metadata, that every file passes.
const EXPRESSION: &str = "size >= 0 and modified after 2001-01-01 \
                          and depth < 100 and links >= 1 \
                          and not path glob \"tmp/**\"";

pub(super) fn jobs(site: &Site) -> Vec<Job> {
    let mut jobs = Vec::new();
    for &files in &site.sizes {
        jobs.extend(FILTERS.iter().map(|filter| by(site, filter, files)));
        jobs.push(expression(site, files));
    }
    jobs
}

fn by(site: &Site, filter: &Filter, files: u64) -> Job {
    let set = Set::Small(files);
    let name = format!("{}-{}", filter.name, short(files));
    let with = |it: Contestant, words: &[&str]| {
        words.iter().fold(it, |it, word| it.word(*word))
    };
    Job::new(name, filter.title, Cache::Warm(filter.work))
        .with([with(site.ours(set).words("scan -H -0"), &filter.ours)
            .tree(site.sets(), "")
            .answering(Answer::Zeros)])
        .with(site.peer("fd", set).map(|fd| {
            with(fd.words("-u -0 -t f"), filter.fd)
                .tree(site.sets(), "")
                .answering(Answer::Zeros)
        }))
        .demanding([Target::Than(0.6, "fd")])
}

fn expression(site: &Site, files: u64) -> Job {
    let set = Set::Small(files);
    let name = format!("expression-{}", short(files));
    let title = "scan with an expression of five tests that all files pass";
    let scan = || site.ours(set).words("scan -H");
    let mut bare = scan()
        .tree(site.sets(), "")
        .answering(Answer::Lines)
        .named("bare scan");
    bare.role = Role::Twin;
    Job::new(name, title, Cache::Warm(Work::Stat))
        .with([scan()
            .word("--where")
            .word(EXPRESSION)
            .tree(site.sets(), "")
            .answering(Answer::Lines)])
        .with([bare])
        .demanding([Target::Than(1.15, "bare scan")])
}
