//! Stores of trees: put, put again where nothing changed, and got back;
//! compared with restic, which always encrypts, and borg, which need not.

use std::path::{Path, PathBuf};

use super::{Cache, Job, Site, short};
use crate::contestant::{Contestant, Role};
use crate::data::Set;
use crate::floor::Work;
use crate::target::Target;

/// What a program does; each is a script for `sh` that is given the program,
/// the folder of its store, the tree, and a folder to restore into.
struct Scripts {
    init: &'static str,
    put: &'static str,
    get: &'static str,
}

const OURS: Scripts = Scripts {
    init: "\"$0\" store init \"$1\"",
    put: "\"$0\" store put -q \"$1\" \"$2\"",
    get: "\"$0\" store get -q \"$1\" latest \"$3\"",
};

const RESTIC: Scripts = Scripts {
    init: "export RESTIC_PASSWORD=x; \
           \"$0\" -q --cache-dir \"$1.cache\" -r \"$1\" init",
    put: "export RESTIC_PASSWORD=x; cd \"$2\" && \
          \"$0\" -q --cache-dir \"$1.cache\" -r \"$1\" backup .",
    get: "export RESTIC_PASSWORD=x; \
          \"$0\" -q --cache-dir \"$1.cache\" -r \"$1\" restore latest \
          --target \"$3\"",
};

const BORG: Scripts = Scripts {
    init: "export BORG_BASE_DIR=\"$1.base\"; \"$0\" init -e none \"$1\"",
    put: "export BORG_BASE_DIR=\"$1.base\" \
          BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes; cd \"$2\" && \
          \"$0\" create \"$1::{now:%s%f}\" .",
    get: "export BORG_BASE_DIR=\"$1.base\" \
          BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes; \
          last=$(\"$0\" list --short --last 1 \"$1\") && \
          mkdir \"$3\" && cd \"$3\" && \"$0\" extract \"$1::$last\"",
};

/// What of it is measured.
#[derive(Clone, Copy)]
enum Step {
    Put,
    PutAgain,
    Get,
}

pub(super) fn jobs(site: &Site) -> Vec<Job> {
    let small = site.sizes.iter().filter(|files| **files <= 100_000);
    small
        .flat_map(|&files| {
            [
                ("store-put", Step::Put, 0.5),
                ("store-put-again", Step::PutAgain, 0.2),
                ("store-get", Step::Get, 0.6),
            ]
            .map(|(name, step, most)| job(site, files, name, step, most))
        })
        .collect()
}

fn job(site: &Site, files: u64, name: &str, step: Step, most: f64) -> Job {
    let set = Set::Small(files);
    let name = format!("{name}-{}", short(files));
    let ours = Some((Role::Ours, site.programs.ours.clone()));
    let peer = |name| {
        let found = site.programs.peer(name)?;
        Some((Role::Peer, found.path.clone()))
    };
    let all = [
        ("ours", ours, &OURS),
        ("restic", peer("restic"), &RESTIC),
        ("borg", peer("borg"), &BORG),
    ];
    let contestants = all.into_iter().filter_map(|(of, program, scripts)| {
        let (role, program) = program?;
        let store = site.sets.join("scratch").join(format!("{name}-{of}"));
        let run = Run { site, set, store: &store, program: &program };
        Some(run.contestant(of, role, scripts, step))
    });
    let (title, cache) = match step {
        Step::Put => {
            ("put a tree into an empty store", Cache::Warm(Work::Read))
        }
        Step::PutAgain => {
            ("put a tree of which nothing changed again", Cache::Itself)
        }
        Step::Get => ("get a tree back from a store", Cache::Itself),
    };
    Job::new(name.clone(), title, cache)
        .with(contestants.collect::<Vec<_>>())
        .demanding([Target::Fastest(most)])
}

/// A program at its store.
struct Run<'r> {
    site: &'r Site,
    set: Set,
    store: &'r Path,
    program: &'r Path,
}

impl Run<'_> {
    fn target(&self) -> PathBuf {
        self.store.with_extension("restored")
    }

    /// What `sh` is given for a script.
    fn script(&self, script: &str) -> Vec<std::ffi::OsString> {
        vec![
            "/bin/sh".into(),
            "-c".into(),
            script.into(),
            self.program.into(),
            self.store.into(),
            self.set.folder(&self.site.sets).into(),
            self.target().into(),
        ]
    }

    fn contestant(
        &self,
        name: &str,
        role: Role,
        scripts: &Scripts,
        step: Step,
    ) -> Contestant {
        let Scripts { init, put, get } = scripts;
        let anew = format!(
            "rm -rf \"$1\" \"$1.cache\" \"$1.base\" && {init} >/dev/null"
        );
        let filled = format!(
            "test -d \"$1\" || {{ {init} >/dev/null && {{ {put}; }} \
             >/dev/null; }}"
        );
        let (before, script) = match step {
            Step::Put => (anew, *put),
            Step::PutAgain => (filled, *put),
            Step::Get => (format!("rm -rf \"$3\"; {filled}"), *get),
        };
        let words = self.script(script).into_iter().skip(1);
        let sh = Contestant::new(name, role, "/bin/sh", self.set);
        let contestant = words.fold(sh, Contestant::word);
        contestant.after(self.script(&before))
    }
}
