//! Copies between a folder and S3 on loopback. The server is s3s-fs, or moto
//! where that is not installed: a fresh one for each run, since moto keeps all
//! it has in memory. Its own share of the time is the same for all; moto's is
//! most of it.

use super::{Cache, Job, Site};
use crate::contestant::{Contestant, Role};
use crate::data::Set;
use crate::floor::Work;
use crate::target::Target;

/// Where the server listens.
const PORT: &str = "5917";

pub(super) fn jobs(site: &Site) -> Vec<Job> {
    // Without it there is nothing to compare with, and it is told as missing.
    if site.programs.peer("rclone").is_none() {
        return Vec::new();
    }
    let small = jobs_of(site, "s3-small", Set::Objects, 0.6);
    let big = jobs_of(site, "s3-big", Set::Big, 1.0);
    small.into_iter().chain(big).collect()
}

fn jobs_of(site: &Site, name: &str, set: Set, most: f64) -> [Job; 2] {
    let cache = Cache::Warm(Work::Read);
    let rclone = |up| peer(site, set, up);
    let title = "copying a tree to S3 on loopback";
    let up = Job::new(format!("{name}-up"), title, cache)
        .with([ours(site, set, true)])
        .with(rclone(true))
        .demanding([Target::Than(most, "rclone")]);
    let title = "copying a tree from S3 on loopback; ours waits until it is \
                 durable";
    let down = Job::new(format!("{name}-down"), title, cache)
        .with([ours(site, set, false)])
        .with(rclone(false))
        .demanding([Target::Than(most, "rclone")]);
    [up, down]
}

/// The program with credentials that the server takes.
fn ours(site: &Site, set: Set, up: bool) -> Contestant {
    let ours = Contestant::new("ours", Role::Ours, "env", set);
    let program = &site.programs.ours;
    let ours = with_server(site, ours, set, up)
        .words("AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=y")
        .word(program)
        .words("copy --quiet --no-config --apply --endpoint")
        .word(format!("http://127.0.0.1:{PORT}"))
        .word("--into");
    match up {
        true => ours.word("s3://bucket/up").tree(site.sets(), ""),
        false => into(ours, site).word("s3://bucket/down"),
    }
}

fn peer(site: &Site, set: Set, up: bool) -> Option<Contestant> {
    let found = site.peer("rclone", set)?;
    let found = with_server(site, found, set, up)
        .words("copy --quiet --s3-provider Other --s3-access-key-id x")
        .words("--s3-secret-access-key y --s3-endpoint")
        .word(format!("http://127.0.0.1:{PORT}"));
    Some(match up {
        true => found.tree(site.sets(), "").word(":s3:bucket/up"),
        false => into(found.word(":s3:bucket/down"), site),
    })
}

/// After a fresh server was started, and, where objects are copied from it,
/// has them.
fn with_server(
    site: &Site,
    program: Contestant,
    set: Set,
    up: bool,
) -> Contestant {
    let project = &site.programs.project;
    let python = project.join(".tools/python-venv/bin/python");
    let script = project.join("benches/s3-server.py");
    let folder = site.sets.join("scratch");
    let started = program.after([
        python.into_os_string(),
        script.into_os_string(),
        PORT.into(),
        folder.into_os_string(),
    ]);
    if up {
        // What it leaves is in the server, which ends before the next run.
        return started.leaving(site.sets.join("scratch").join("s3"));
    }
    started.after([
        "env".into(),
        "AWS_ACCESS_KEY_ID=x".into(),
        "AWS_SECRET_ACCESS_KEY=y".into(),
        site.programs.ours.clone().into_os_string(),
        "copy".into(),
        "--quiet".into(),
        "--no-config".into(),
        "--apply".into(),
        "--endpoint".into(),
        format!("http://127.0.0.1:{PORT}").into(),
        "--into".into(),
        "s3://bucket/down".into(),
        set.folder(&site.sets).into_os_string(),
    ])
}

/// To a folder that is not there.
fn into(program: Contestant, site: &Site) -> Contestant {
    let target = site.sets.join("scratch").join("s3");
    program.leaving(target.clone()).word(target)
}
