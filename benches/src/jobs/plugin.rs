//! The example plugins in a run, beside the same run without them: what it
//! costs to have a component of the user's own look at every name, or read the
//! beginning of the files that it knows.
//!
//! Of the small set a tenth has a name that the extractor knows, and random
//! bytes where it looks for an image.

use std::path::Path;

use super::{Cache, Job, Site, short};
use crate::contestant::{Contestant, Role};
use crate::count::Answer;
use crate::data::Set;
use crate::floor::Work;
use crate::target::Target;

/// What the run without the plugin is called in the tables.
const WITHOUT: &str = "ours, no plugin";

/// Those jobs whose plugin was built.
pub(super) fn jobs(site: &Site) -> Vec<Job> {
    let mut jobs = Vec::new();
    for &files in &site.sizes {
        let set = Set::Small(files);
        let of = |name: &str| format!("{name}-{}", short(files));
        jobs.extend(job(
            site,
            of("plugin-filter"),
            "scan with a filter of the user's own",
            (set, Work::Stat),
            ("scan -H", "portable.wasm"),
        ));
        jobs.extend(job(
            site,
            of("plugin-extractor"),
            "scan with an extractor that reads a tenth of the files",
            (set, Work::Read),
            ("scan -H", "images.wasm"),
        ));
    }
    jobs
}

fn job(
    site: &Site,
    name: String,
    title: &str,
    (set, work): (Set, Work),
    (words, plugin): (&str, &str),
) -> Option<Job> {
    let plugin = site.programs.plugin(plugin)?;
    let asked = |program: Contestant, plugin: Option<&Path>| {
        let program = program.words(words);
        let program = match plugin {
            Some(plugin) => program.word("--plugin").word(plugin),
            None => program,
        };
        program.tree(site.sets(), "")
    };
    let ours = asked(site.ours(set), Some(&plugin)).answering(Answer::Lines);
    // What a filter rejects is found without it: no count to compare.
    let mut without = asked(site.ours(set), None).named(WITHOUT);
    without.role = Role::Twin;
    let job = Job::new(name, title, Cache::Warm(work))
        .with([ours, without])
        .demanding([Target::Stated(WITHOUT)]);
    Some(job)
}
