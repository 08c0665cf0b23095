//! The WASI command under `wasmtime run`, beside the native program: what it
//! costs to run all of it in WebAssembly, and not the inspector alone.
//!
//! The command has one thread. As it is, wasmtime takes it from its cache,
//! where it keeps what it has compiled; compiled beforehand (`wasmtime
//! compile`), the command starts sooner.

use super::{Cache, Job, Site};
use crate::contestant::{Contestant, Role};
use crate::count::Answer;
use crate::data::Set;
use crate::floor::Work;
use crate::target::Target;

/// What the command is called in the tables.
const AS_IT_IS: &str = "wasmtime run";
const COMPILED: &str = "wasmtime run, compiled";

/// Nothing where there is no wasmtime, or the command was not built.
pub(super) fn jobs(site: &Site) -> Vec<Job> {
    let hash = job(
        site,
        "wasi-hash",
        "hash -a xxh3-128 of three files of 1 GiB, and as a WASI command",
        (Set::Big, Work::Read),
        ("hash -a xxh3-128", Answer::Digests),
    );
    let scan = job(
        site,
        "wasi-scan",
        "scan of 10,000 files, and as a WASI command",
        (Set::Media, Work::Stat),
        ("scan -H", Answer::Lines),
    );
    [hash, scan].into_iter().flatten().collect()
}

fn job(
    site: &Site,
    name: &str,
    title: &str,
    (set, work): (Set, Work),
    (words, answer): (&str, Answer),
) -> Option<Job> {
    let asked = |program: Contestant| {
        program.words(words).tree(site.sets(), "").answering(answer)
    };
    let as_it_is = asked(command(site, set, AS_IT_IS)?);
    let compiled = asked(command(site, set, COMPILED)?);
    let mut alone = asked(site.ours(set)).words("--threads 1");
    alone.role = Role::Twin;
    let job = Job::new(name, title, Cache::Warm(work))
        .with([asked(site.ours(set)), alone.named("ours, one thread")])
        .with([as_it_is, compiled])
        .demanding([
            Target::Stated("ours, one thread"),
            Target::Stated(AS_IT_IS),
            Target::Stated(COMPILED),
        ]);
    Some(job)
}

/// The command under wasmtime, which gives it the set under its own name.
fn command(site: &Site, set: Set, name: &str) -> Option<Contestant> {
    let wasmtime = site.programs.peer("wasmtime")?;
    let command = site.programs.command.as_ref()?;
    let run = Contestant::new(name, Role::Twin, &wasmtime.path, set);
    let run = match name {
        COMPILED => run.words("run --allow-precompiled --dir"),
        _ => run.words("run --dir"),
    };
    let run = run.tree(site.sets(), "");
    Some(run.word(match name {
        COMPILED => &command.compiled,
        _ => &command.component,
    }))
}
