//! Scanning: which files are there.

use super::{Cache, Job, Site, short};
use crate::contestant::{Contestant, Role};
use crate::count::Answer;
use crate::data::Set;
use crate::floor::Work;
use crate::target::Target;

/// Size, modification time and path, as ours prints them.
const LONG: &str = "%s\\t%T+\\t%p\\n";

pub(super) fn jobs(site: &Site) -> Vec<Job> {
    let mut jobs = Vec::new();
    for &files in &site.sizes {
        jobs.push(all(site, files));
        jobs.push(extension(site, files));
    }
    jobs.extend(growth(site));
    jobs.push(start(site));
    jobs
}

fn all(site: &Site, files: u64) -> Job {
    let set = Set::Small(files);
    let name = format!("scan-{}", short(files));
    let title = "scan with size and time, output to a file";
    let cache = Cache::Warm(Work::Stat);
    Job::new(name, title, cache)
        .with([scan(site, set)])
        .with(site.peer("bfs", set).map(|bfs| long(site, bfs)))
        .with(site.peer("find", set).map(|find| long(site, find)))
        .with(site.peer("fd", set).map(|fd| {
            // It does not print sizes; the test makes it ask for them.
            fd.words("-u -t f -S +1b .")
                .tree(site.sets(), "")
                .answering(Answer::Lines)
        }))
        .with([site.floor(Work::Stat, set), site.floor(Work::Names, set)])
        .demanding([Target::Fastest(0.9), Target::Than(1.4, "floor stat")])
        .demanding((files >= 1_000_000).then_some(Target::PeakThan(2.0, "fd")))
        .counting_calls(files)
}

fn extension(site: &Site, files: u64) -> Job {
    let set = Set::Small(files);
    let name = format!("extension-{}", short(files));
    let title = "scan by extension, 1 % match, paths alone";
    let named = |peer: Contestant| {
        peer.tree(site.sets(), "")
            .words("-type f -iname *.mkv -print0")
            .answering(Answer::Zeros)
    };
    Job::new(name, title, Cache::Warm(Work::Names))
        .with([site
            .ours(set)
            .words("scan -H -0 -e mkv")
            .tree(site.sets(), "")
            .answering(Answer::Zeros)])
        .with(site.peer("fd", set).map(|fd| {
            fd.words("-u -0 -t f -e mkv .")
                .tree(site.sets(), "")
                .answering(Answer::Zeros)
        }))
        .with(site.peer("bfs", set).map(named))
        .with(site.peer("find", set).map(named))
        .with([site.floor(Work::Names, set).answering(Answer::Silence)])
        .demanding([Target::Than(1.0, "fd"), Target::Stated("floor names")])
        .counting_calls(files)
}

fn growth(site: &Site) -> Option<Job> {
    let (&least, &most) =
        site.sizes.iter().min().zip(site.sizes.iter().max())?;
    if least == most {
        return None;
    }
    let title = "growth of the time a file takes, scan with size and time";
    let mut job = Job::new("growth-scan", title, Cache::Warm(Work::Stat));
    for files in [least, most] {
        let set = Set::Small(files);
        let label = short(files);
        let mut ours = scan(site, set).named(format!("ours, {label}"));
        if files == most {
            ours.role = Role::Again;
        }
        let floor = site.floor(Work::Stat, set);
        let name = format!("floor stat, {label}");
        job = job.with([ours, floor.named(name)]);
    }
    Some(job.demanding([Target::Growth(1.25, "floor stat")]))
}

fn start(site: &Site) -> Job {
    let set = Set::Empty;
    let mut job = Job::new("start", "scan of an empty folder", Cache::Itself)
        .with([scan(site, set)])
        .with(site.peer("fd", set).map(|fd| {
            fd.words("-u -t f .")
                .tree(site.sets(), "")
                .answering(Answer::Lines)
        }))
        .with(site.peer("bfs", set).map(|bfs| long(site, bfs)))
        .with(site.peer("find", set).map(|find| long(site, find)))
        .demanding([Target::Than(4.0, "fd")])
        .counting_calls(1);
    job.times = 20;
    job
}

fn scan(site: &Site, set: Set) -> Contestant {
    site.ours(set)
        .words("scan -H")
        .tree(site.sets(), "")
        .answering(Answer::Lines)
}

fn long(site: &Site, peer: Contestant) -> Contestant {
    peer.tree(site.sets(), "")
        .words("-type f -printf")
        .word(LONG)
        .answering(Answer::Lines)
}
