//! Changing trees: duplicates that become hard links, and new names. Each run
//! has a fresh copy of the set, which is not timed.

use std::ffi::OsString;
use std::path::PathBuf;

use super::{Cache, Job, Site, short};
use crate::contestant::{Contestant, Role};
use crate::data::Set;
use crate::floor::Work;
use crate::renaming::PREFIX;
use crate::target::Target;

/// What Python's standard library does for renaming.
const PYTHON: &str = "import os, sys
for folder, _, names in os.walk(sys.argv[1]):
    for name in names:
        old = os.path.join(folder, name)
        if not os.path.islink(old):
            os.rename(old, os.path.join(folder, sys.argv[2] + name))";

pub(super) fn jobs(site: &Site) -> Vec<Job> {
    let small = site.sizes.iter().filter(|files| **files <= 100_000);
    small.flat_map(|&files| jobs_of(site, files)).collect()
}

fn jobs_of(site: &Site, files: u64) -> [Job; 3] {
    let set = Set::Small(files);
    let cache = Cache::Warm(Work::Read);
    // A fifth of the files repeat another's content.
    let name = format!("dedupe-hardlink-{}", short(files / 5));
    let title = "duplicates to hard links, compared, with a journal";
    let ours = site.ours(set);
    let ours = ours.words("dedupe -H --action hardlink --apply --quiet");
    let dedupe = Job::new(name, title, cache)
        .with([changed(state(ours, site), site)])
        .with(peers(site, set).map(|it| fresh(it, site)))
        .demanding([Target::Fastest(0.6)]);
    let title = "new names for all files, with a journal";
    let floor = |back: bool| {
        let name = "bare renameat";
        let bench = &site.programs.bench;
        let floor = Contestant::new(name, Role::Floor, bench, set);
        match back {
            true => floor.words("rename --back"),
            false => floor.words("rename"),
        }
    };
    let python = site.peer("python3", set).map(|python| {
        changed(python.word("-c").word(PYTHON), site).word(PREFIX)
    });
    let rename = Job::new(format!("rename-{}", short(files)), title, cache)
        .with([changed(renaming(site, site.ours(set)), site)])
        .with([changed(floor(false), site)])
        .with(python)
        .demanding([Target::Than(2.0, "bare renameat")]);
    let title = "the old names back, by the journal";
    let before = renaming(site, site.ours(set)).word(copy(site));
    let mut apply = vec![before.program.into_os_string()];
    apply.extend(before.arguments);
    let ours = state(site.ours(set).words("undo --quiet"), site);
    let undo = Job::new(format!("undo-rename-{}", short(files)), title, cache)
        .with([fresh(ours, site).after(apply)])
        .with([changed(floor(true), site).after([
            site.programs.bench.clone().into_os_string(),
            "rename".into(),
            copy(site).into(),
        ])])
        .demanding([Target::Than(2.0, "bare renameat")]);
    [dedupe, rename, undo]
}

fn renaming(site: &Site, ours: Contestant) -> Contestant {
    let replace = format!("s/^/{PREFIX}/");
    let ours = ours.words("rename -H --apply --quiet --replace").word(replace);
    state(ours, site)
}

/// Programs that make hard links of duplicates.
fn peers(site: &Site, set: Set) -> impl Iterator<Item = Contestant> {
    let jdupes = site
        .peer("jdupes", set)
        .map(|it| it.words("-r -q -L").word(copy(site)));
    let rdfind = site.peer("rdfind", set).map(|it| {
        let results = site.sets.join("scratch").join("rdfind");
        it.words("-makehardlinks true -outputname")
            .word(results)
            .word(copy(site))
    });
    let fclones = site.programs.peer("fclones").and_then(|fclones| {
        let script = "\"$0\" group --hidden --no-ignore \"$1\" | \"$0\" link";
        let shell = site.peer("sh", set)?.named("fclones link");
        let shell = shell.word("-c").word(script).word(&fclones.path);
        Some(shell.word(copy(site)))
    });
    jdupes.into_iter().chain(rdfind).chain(fclones)
}

/// On the copy of the set.
fn changed(program: Contestant, site: &Site) -> Contestant {
    fresh(program.word(copy(site)), site)
}

/// After a fresh copy of the set was made.
fn fresh(program: Contestant, site: &Site) -> Contestant {
    let set = program.set.folder(site.sets());
    let copy = copy(site);
    let words: [OsString; 4] =
        ["cp".into(), "-a".into(), set.into(), copy.clone().into()];
    program.leaving(copy).after(words)
}

fn copy(site: &Site) -> PathBuf {
    site.sets().join("scratch").join("changed")
}

/// With journals beside the copy.
fn state(program: Contestant, site: &Site) -> Contestant {
    program.word("--state-dir").word(site.sets().join("scratch").join("state"))
}
