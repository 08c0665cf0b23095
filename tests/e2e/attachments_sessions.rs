//! `sanchay attachments` where the same is done again, at once, by another
//! path, or with options that come to nothing.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use sanchay_test_servers::Moto;
use sanchay_testkit::{Finished, Program, Tree};
use serde_json::Value;

use crate::sanchay;

const QUEUE: &str = "--farm-id farm-1 --queue-id queue-1";
const TASK: &str = "--job-id job-1 --step-id step-1 --task-id task-1 \
                    --session-action-id action-1";

struct Farm {
    moto: Moto,
    tree: Tree,
}

impl Farm {
    /// A job `job.json` whose inputs lie in its directory of outputs.
    fn submitted() -> Option<Self> {
        let farm = Self { moto: Moto::start()?, tree: Tree::new() };
        // So that the root is p.
        farm.tree.file("p/scene", "scene");
        for number in 0..3 {
            let path = format!("p/renders/frame{number}");
            farm.tree.file(&*path, format!("frame {number}"));
        }
        let submitted =
            farm.run(&format!("submit {QUEUE} --output-dir p/renders p"));
        let submitted = submitted.exits(0);
        farm.tree.file("job.json", submitted.stdout);
        Some(farm)
    }

    fn program(&self, words: &str) -> Program {
        let (url, root) = (self.moto.url(), self.tree.root());
        let home = root.to_str().unwrap();
        sanchay()
            .within(root)
            .env("HOME", home)
            .env("XDG_DATA_HOME", &format!("{home}/data"))
            .env("AWS_ACCESS_KEY_ID", "key")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("AWS_REGION", "us-east-1")
            .words("attachments")
            .words(words)
            .words(&format!("--s3-root-uri s3://bucket/Root --endpoint {url}"))
    }

    fn run(&self, words: &str) -> Finished {
        self.program(words).run()
    }

    fn inputs(&self, words: &str) -> Finished {
        self.run(&format!("inputs --attachments job.json {words}")).exits(0)
    }

    fn outputs(&self, words: &str) -> Finished {
        let job = "--attachments job.json --json";
        self.run(&format!("outputs {QUEUE} {TASK} {job} {words}"))
    }

    /// How many files the manifests of a run tell of.
    fn told(&self, finished: &Finished) -> usize {
        let keys: Value = serde_json::from_slice(&finished.stdout).unwrap();
        let keys = keys["manifests"].as_array().unwrap().iter();
        let count = |key: &Value| {
            let text = self.moto.get(key.as_str().unwrap()).unwrap();
            let manifest: Value = serde_json::from_slice(&text).unwrap();
            manifest["paths"].as_array().unwrap().len()
        };
        keys.map(count).sum()
    }

    /// The directory of the root in a session.
    fn root(&self, session: &str) -> PathBuf {
        let entries = fs::read_dir(self.tree.path(session)).unwrap();
        let mut paths = entries.map(|entry| entry.unwrap().path());
        paths.find(|path| path.is_dir()).unwrap()
    }
}

fn said(finished: &Finished) -> String {
    finished.complaints().join("\n")
}

#[test]
fn what_a_task_changed_is_told_once_whatever_inputs_kept() {
    let Some(farm) = Farm::submitted() else { return };
    for how in ["skip", "create_copy"] {
        let session = format!("session-{how}");
        farm.inputs(&session);
        let changed = farm.root(&session).join("renders/frame1");
        fs::write(changed, "rendered").unwrap();
        farm.inputs(&format!("--conflict-resolution {how} {session}"));
        let given = farm.outputs(&session).exits(0);
        assert_eq!(farm.told(&given), 1, "{how}");
        let none = farm.outputs(&session).exits(0);
        assert_eq!(farm.told(&none), 0, "{how}");
    }
}

#[test]
fn a_session_is_the_same_by_whatever_path_and_missed_if_it_is_gone() {
    let Some(farm) = Farm::submitted() else { return };
    farm.inputs("session");
    symlink("session", farm.tree.path("link")).unwrap();
    fs::create_dir(farm.tree.path("x")).unwrap();
    for spelled in ["link", "x/../session", "session"] {
        let given = farm.outputs(spelled).exits(0);
        assert_eq!(farm.told(&given), 0, "{spelled}");
    }
    fs::rename(farm.tree.path("session"), farm.tree.path("moved")).unwrap();
    assert_eq!(farm.told(&farm.outputs("moved").exits(0)), 0);
    let refused = farm.outputs("session").exits(2);
    let said = said(&refused);
    assert!(said.contains("there is no such session"), "{said}");
}

#[test]
fn inputs_of_a_session_at_once_are_none_of_its_outputs() {
    let Some(farm) = Farm::submitted() else { return };
    let other = farm.tree.path("q/renders/frame");
    fs::create_dir_all(other.parent().unwrap()).unwrap();
    fs::write(other, "frame").unwrap();
    let submitted =
        farm.run(&format!("submit {QUEUE} --output-dir q/renders q"));
    farm.tree.file("other.json", submitted.exits(0).stdout);
    let runs = ["job.json", "other.json"].map(|job| {
        let words = format!("inputs --attachments {job} session");
        farm.program(&words).start()
    });
    for run in runs {
        run.wait().exits(0);
    }
    assert_eq!(farm.told(&farm.outputs("session").exits(0)), 0);
    let words = format!(
        "outputs {QUEUE} {TASK} --attachments other.json --json session"
    );
    assert_eq!(farm.told(&farm.run(&words).exits(0)), 0);
}

#[test]
fn a_mapping_of_inputs_is_obeyed_and_one_of_no_root_is_told() {
    let Some(farm) = Farm::submitted() else { return };
    let (root, there) = (farm.tree.path("p"), farm.tree.path("there"));
    let shown = |path: &Path| path.to_str().unwrap().to_owned();
    let map = format!("--map {}={}", shown(&root), shown(&there));
    farm.inputs(&format!("{map} session"));
    assert!(there.join("renders/frame1").is_file());
    fs::write(there.join("renders/frame1"), "rendered").unwrap();
    let given = farm.outputs(&format!("{map} session")).exits(0);
    assert_eq!(farm.told(&given), 1);
    for finished in [
        farm.inputs(&format!("{map} --map /none=/x session")),
        farm.outputs(&format!("{map} --map /none=/x session")).exits(0),
    ] {
        let said = finished.stderr;
        assert!(said.contains("--map /none=...: no root is"), "{said}");
    }
}

#[test]
fn a_directory_that_nothing_would_be_fetched_into_is_refused() {
    let Some(farm) = Farm::submitted() else { return };
    farm.inputs("session");
    fs::write(farm.root("session").join("renders/new"), "new").unwrap();
    farm.outputs("session").exits(0);
    let fetch = format!("fetch {QUEUE} --job-id job-1 --attachments job.json");
    let refused = farm.run(&format!("{fetch} --into else")).exits(2);
    let said = said(&refused);
    assert!(said.contains("map that root to the directory"), "{said}");
    assert!(!farm.tree.path("else").exists());
    assert!(!farm.tree.path("p/renders/new").exists());
    let fetched = farm.run(&format!("{fetch} --map /none=/x")).exits(0);
    assert!(fetched.stderr.contains("--map /none=..."), "{}", fetched.stderr);
    assert!(farm.tree.path("p/renders/new").is_file());
}

#[test]
fn ids_and_times_that_lead_elsewhere_are_refused() {
    let Some(farm) = Farm::submitted() else { return };
    farm.inputs("session");
    fs::write(farm.root("session").join("renders/new"), "new").unwrap();
    let ids = "--step-id s --session-action-id a --attachments job.json";
    for (words, what) in [
        (format!("{QUEUE} --job-id a/b {ids}"), "no ID of a job"),
        (format!("{QUEUE} --job-id .. {ids}"), "no ID of a job"),
        (
            format!("--farm-id f --queue-id a/b --job-id j {ids}"),
            "no ID of a queue",
        ),
        (
            format!("{QUEUE} --job-id j {ids} --start-time nan"),
            "the seconds since 1970",
        ),
        (
            format!("{QUEUE} --job-id j {ids} --start-time=-99999999999"),
            "the seconds since 1970",
        ),
    ] {
        let refused = farm.run(&format!("outputs {words} session")).exits(2);
        let said = said(&refused);
        assert!(said.contains(what), "{said}");
    }
    // Nothing was taken note of: it is still to be told.
    assert_eq!(farm.told(&farm.outputs("session").exits(0)), 1);
}

#[test]
fn a_submission_goes_on_where_nothing_can_be_remembered() {
    let Some(farm) = Farm::submitted() else { return };
    // Not even root makes a folder in a file.
    farm.tree.file("file", "");
    let home = farm.tree.path("file/home");
    let submit = |words: &str| {
        let words = format!("submit {QUEUE} p {words}");
        farm.program(&words)
            .env("HOME", home.to_str().unwrap())
            .env("XDG_DATA_HOME", home.to_str().unwrap())
            .run()
    };
    let submitted = submit("").exits(0);
    serde_json::from_slice::<Value>(&submitted.stdout).unwrap();
    let said = &submitted.stderr;
    assert!(said.contains("S3 is asked for every content"), "{said}");
    assert!(said.contains("--s3-check-cache-dir"), "{said}");
    for words in ["--check-s3", "--s3-check-cache-dir cache"] {
        let said = submit(words).exits(0).stderr;
        assert!(!said.contains("remembered"), "{said}");
    }
    // What was asked for is an error.
    submit("--s3-check-cache-dir file/cache").exits(2);
}

#[test]
fn what_is_no_file_is_told_and_an_error_where_all_has_to_exist() {
    let Some(farm) = Farm::submitted() else { return };
    symlink("nowhere", farm.tree.path("p/broken")).unwrap();
    let submit = |words: &str| farm.run(&format!("submit {QUEUE} p {words}"));
    let said = submit("").exits(0).stderr;
    let told = "p/broken: it is a link that leads nowhere, and left out";
    assert!(said.contains(told), "{said}");
    let said = submit("--require-paths-exist").exits(2).stderr;
    assert!(said.contains("Missing input files:"), "{said}");
    assert!(said.contains("p/broken: it is a link"), "{said}");
    submit("--require-paths-exist --exclude broken").exits(0);
}
