//! Finding files of the same content.

use super::{Cache, Job, Site, short};
use crate::contestant::{Contestant, Role};
use crate::count::Answer;
use crate::data::Set;
use crate::floor::Work;
use crate::target::Target;

/// What finding duplicates among 1,000,000 files may have resident, in bytes.
const PEAK: u64 = 150 * 1024 * 1024;

pub(super) fn jobs(site: &Site) -> Vec<Job> {
    let jobs = site.sizes.iter().map(|&files| job(site, files));
    jobs.chain(growth(site)).collect()
}

fn job(site: &Site, files: u64) -> Job {
    let set = Set::Small(files);
    let great = files >= 1_000_000;
    // The contents of the great tree do not stay in the cache.
    let cache = Cache::Warm(if great { Work::Stat } else { Work::Read });
    let title = "dupes among small files";
    let job = Job::new(format!("dupes-{}", short(files)), title, cache)
        .with([dupes(site.ours(set), site)])
        .with(yadf(site, set))
        .with(czkawka(site, set))
        .with(jdupes(site, set, "-r -q -Q").map(|it| it.named("jdupes -Q")))
        .with(fclones(site, set));
    let job = if great {
        job
    } else {
        job.with(jdupes(site, set, "-r -q")).with(slow(site, set))
    };
    job.with([native(site, set)])
        .with([dupes(site.unsandboxed(set), site)])
        .with([site.floor(Work::Read, set)])
        .demanding([
            Target::Fastest(0.6),
            Target::Than(1.6, "floor read"),
            Target::Than(1.1, "unsandboxed"),
            Target::Stated("native"),
        ])
        .demanding(great.then_some(Target::Peak(PEAK)))
        .counting_calls(files)
}

fn growth(site: &Site) -> Option<Job> {
    let (&least, &most) =
        site.sizes.iter().min().zip(site.sizes.iter().max())?;
    if least == most {
        return None;
    }
    let title = "growth of the time a file takes, dupes";
    let mut job = Job::new("growth-dupes", title, Cache::Warm(Work::Stat));
    for files in [least, most] {
        let set = Set::Small(files);
        let label = short(files);
        let mut ours =
            dupes(site.ours(set), site).named(format!("ours, {label}"));
        if files == most {
            ours.role = Role::Again;
        }
        let floor = site.floor(Work::Read, set);
        let name = format!("floor read, {label}");
        job = job.with([ours, floor.named(name)]);
    }
    Some(job.demanding([Target::Growth(1.25, "floor read")]))
}

/// Our command.
pub(super) fn dupes(program: Contestant, site: &Site) -> Contestant {
    program.words("dupes -H").tree(site.sets(), "").answering(Answer::Groups)
}

/// With the fastest of its hash functions.
pub(super) fn yadf(site: &Site, set: Set) -> Option<Contestant> {
    let yadf = site.peer("yadf", set)?;
    let yadf = yadf.words("-a xxhash -n -f fdupes");
    Some(yadf.tree(site.sets(), "").answering(Answer::Groups))
}

pub(super) fn fclones(site: &Site, set: Set) -> Option<Contestant> {
    let fclones = site.peer("fclones", set)?;
    let fclones = fclones.words("group --hidden --no-ignore -f fdupes");
    Some(fclones.tree(site.sets(), "").answering(Answer::Groups))
}

/// With the fastest of its hash functions and without its store of digests.
fn czkawka(site: &Site, set: Set) -> Option<Contestant> {
    czkawka_by(site, set, "dup -m 1 -t XXH3 --disable-cache -d")
}

/// With its store of digests.
pub(super) fn czkawka_with_cache(site: &Site, set: Set) -> Option<Contestant> {
    let czkawka = czkawka_by(site, set, "dup -m 1 -t XXH3 -d")?;
    Some(czkawka.named("czkawka with cache"))
}

fn czkawka_by(site: &Site, set: Set, words: &str) -> Option<Contestant> {
    let czkawka = site.peer("czkawka", set)?.words(words);
    Some(
        czkawka
            .tree(site.sets(), "")
            .answering(Answer::Headings("----"))
            .accepting(11),
    )
}

fn jdupes(site: &Site, set: Set, words: &str) -> Option<Contestant> {
    let jdupes = site.peer("jdupes", set)?.words(words);
    Some(jdupes.tree(site.sets(), "").answering(Answer::Groups))
}

/// Peers that are known to be slower than the others.
fn slow(site: &Site, set: Set) -> Vec<Contestant> {
    let fdupes = site.peer("fdupes", set).map(|fdupes| {
        fdupes
            .words("-r -q -n")
            .tree(site.sets(), "")
            .answering(Answer::Groups)
    });
    let rdfind = site.peer("rdfind", set).map(|rdfind| {
        let results = site.sets.join("scratch").join("rdfind");
        rdfind.words("-outputname").word(results).tree(site.sets(), "")
    });
    fdupes.into_iter().chain(rdfind).collect()
}

/// The plain native program.
fn native(site: &Site, set: Set) -> Contestant {
    let bench = &site.programs.bench;
    Contestant::new("native", Role::Twin, bench, set)
        .words("native dupes")
        .tree(site.sets(), "")
        .answering(Answer::Groups)
}
