//! What copy does between folders and buckets, whatever the servers do.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use sanchay_test_servers::{Fault, Gcs, Moto, Proxy, S3s, Server, said};
use sanchay_testkit::{Tree, content, records, tool};

use super::{on_gcs, on_s3, s3_with, without_clouds};
use crate::sanchay;

/// A tree with files of any size, and its names with their contents.
fn tree() -> (Tree, Vec<(&'static str, Vec<u8>)>) {
    let tree = Tree::new();
    let files = vec![
        ("a.txt", b"some text".to_vec()),
        ("empty", Vec::new()),
        ("deep/er/b", content::noise(1, 100_000)),
        ("large", content::noise(2, 21 << 20)),
        ("larger", content::noise(3, 65 << 20)),
        ("space and + and %41/ü", b"odd".to_vec()),
    ];
    for (name, body) in &files {
        tree.file(format!("from/{name}"), body);
    }
    (tree, files)
}

/// Whether two folders have the same files, as an independent program says.
fn assert_same(tree: &Tree, one: &str, other: &str) {
    let compared = Command::new("diff")
        .args(["-r", one, other])
        .current_dir(tree.root())
        .output()
        .unwrap();
    assert!(compared.status.success(), "{compared:?}");
}

#[test]
fn what_killed_copies_left_is_removed_and_what_others_write_is_not() {
    let gcs = Gcs::start();
    gcs.put("p/d/a", "some text");
    let tree = Tree::new();
    let name = |digit: &str| format!(".sanchay-copy-{}", digit.repeat(32));
    for name in [&name("a"), &name("b"), ".sanchay-copy-mine"] {
        tree.file(format!("to/d/{name}"), "half of it");
    }
    tree.file("to/.sanchay-copy-elsewhere", "not where a copy goes");
    let alive =
        fs::File::open(tree.path(format!("to/d/{}", name("b")))).unwrap();
    alive.lock().unwrap();
    let copy = on_gcs(&gcs, "copy --apply --into to gs://bucket/p");
    copy.within(tree.root()).run().exits(0);
    let mut names: Vec<_> = fs::read_dir(tree.path("to/d"))
        .unwrap()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    let stay = [&name("b"), ".sanchay-copy-mine", "a"];
    assert_eq!(names, stay);
    assert!(tree.path("to/.sanchay-copy-elsewhere").exists());
}

#[test]
fn an_object_whose_name_is_a_folders_is_left_out_on_every_run() {
    let gcs = Gcs::start();
    for key in ["p/a", "p/a/b", "p/a/c/d", "p/e"] {
        gcs.put(key, key);
    }
    let tree = Tree::new();
    let copy = || {
        let copy =
            on_gcs(&gcs, "copy --apply --verify --into to gs://bucket/p");
        copy.within(tree.root()).run().exits(3)
    };
    let told = copy().stderr;
    assert!(told.contains("gs://bucket/p/a: ") && told.contains("folder's"));
    assert_eq!(fs::read(tree.path("to/a/c/d")).unwrap(), b"p/a/c/d");
    gcs.put("p/new", "new");
    copy();
    assert_eq!(fs::read(tree.path("to/new")).unwrap(), b"new");
}

#[test]
fn a_folder_goes_to_s3_and_google_and_back_and_is_what_it_was() {
    let Some(moto) = Moto::start() else { return };
    let gcs = Gcs::start();
    let (tree, files) = tree();
    let s3 = |words: &str| on_s3(&moto.url(), words).within(tree.root()).run();
    let google = |words: &str| on_gcs(&gcs, words).within(tree.root()).run();
    // Without --apply there is a plan, and nothing else.
    let plan = s3("copy --into s3://bucket/p from").exits(0);
    let plan = records::ndjson(&plan.stdout);
    assert_eq!(plan.len(), files.len());
    assert_eq!(plan[0]["op"], "copy");
    assert_eq!(plan[0]["from"], "from/a.txt");
    assert_eq!(plan[0]["to"], "s3://bucket/p/a.txt");
    assert_eq!(moto.get("p/a.txt"), None);
    s3("copy --apply --into s3://bucket/p from").exits(0);
    for (name, body) in &files {
        let stored = moto.get(&format!("p/{name}"));
        assert!(stored.as_ref() == Some(body), "{name}");
    }
    assert_eq!(moto.open_uploads(), 0);
    s3("copy --apply --verify --into back s3://bucket/p").exits(0);
    assert_same(&tree, "from", "back");
    google("copy --apply --into gs://bucket/q from").exits(0);
    for (name, body) in &files {
        let stored = gcs.get(&format!("q/{name}")).unwrap();
        assert!(stored == body, "{name}");
    }
    google("copy --apply --into again gs://bucket/q").exits(0);
    assert_same(&tree, "from", "again");
    // A copy has the time of what it is a copy of, on the way there and back.
    let time = |path: &str| {
        let found = fs::metadata(tree.path(path)).unwrap();
        (found.mtime(), found.mtime_nsec())
    };
    for (name, _) in &files {
        let expected = time(&format!("from/{name}"));
        assert_eq!(time(&format!("back/{name}")), expected, "{name}");
        assert_eq!(time(&format!("again/{name}")), expected, "{name}");
    }
    // From one cloud to the other, each reached by its own variable.
    let between = |words: &str| {
        without_clouds(sanchay())
            .words(words)
            .within(tree.root())
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "topsecretkey")
            .env("AWS_ENDPOINT_URL_S3", &moto.url())
            .env("STORAGE_EMULATOR_HOST", &gcs.url())
            .run()
            .exits(0)
    };
    between("copy --apply --into gs://bucket/x s3://bucket/p");
    between("copy --apply --into s3://bucket/y gs://bucket/x");
    for (name, body) in &files {
        let stored = gcs.get(&format!("x/{name}")).unwrap();
        assert!(stored == body, "{name}");
        let stored = moto.get(&format!("y/{name}"));
        assert!(stored.as_ref() == Some(body), "{name}");
    }
    // From bucket to bucket.
    s3("copy --apply --into s3://bucket/r s3://bucket/p").exits(0);
    for (name, body) in &files {
        let stored = moto.get(&format!("r/{name}"));
        assert!(stored.as_ref() == Some(body), "{name}");
    }
}

#[test]
fn a_copy_is_signed_and_has_the_checksums_of_what_it_is_of() {
    let Some(server) = S3s::start() else { return };
    let (tree, files) = tree();
    let run = |secret: &str, words: &str| {
        on_s3(&server.url(), words)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .within(tree.root())
            .run()
    };
    let up = "copy --apply --into s3://bucket/p from";
    let refused = run("another/secret", up);
    assert_ne!(refused.code(), Some(0), "{}", refused.stderr);
    assert!(!refused.stderr.contains("another/secret"), "{}", refused.stderr);
    assert_eq!(server.get("p/a.txt"), None);
    run(S3s::SECRET, up).exits(0);
    for (name, body) in &files {
        let stored = server.get(&format!("p/{name}"));
        assert!(stored.as_ref() == Some(body), "{name}");
    }
    assert_eq!(server.open_uploads(), 0);
    run(S3s::SECRET, "copy --apply --verify --into back s3://bucket/p")
        .exits(0);
    assert_same(&tree, "from", "back");
}

#[test]
fn what_is_there_is_not_copied_again_and_nothing_is_replaced() {
    let Some(moto) = Moto::start() else { return };
    let (tree, files) = tree();
    let run =
        |words: &str| on_s3(&moto.url(), words).within(tree.root()).run();
    let up = "copy --apply --into s3://bucket/p from";
    run(up).exits(0);
    let again = run(up).exits(0);
    let all = format!("{} there already", files.len());
    assert!(again.stderr.contains(&all), "{}", again.stderr);
    assert!(again.stderr.contains("0 copied"), "{}", again.stderr);
    run("copy --apply --verify --into s3://bucket/p from").exits(0);
    let down = "copy --apply --into back s3://bucket/p";
    run(down).exits(0);
    let again = run(down).exits(0);
    assert!(again.stderr.contains(&all), "{}", again.stderr);
    tree.file("from/a.txt", "other text");
    tree.file("from/new", "new");
    let refused = run(up).exits(2);
    assert!(refused.stderr.contains("there is another"), "{}", refused.stderr);
    let quiet = run(&format!("{up} -q")).exits(2);
    let said = "1 of the files conflict, so nothing was copied";
    assert!(quiet.stderr.contains(said), "{}", quiet.stderr);
    // A plan is no failure.
    run("copy --into s3://bucket/p from").exits(3);
    assert_eq!(moto.get("p/new"), None);
    run(&format!("{up} --on-conflict skip")).exits(3);
    assert_eq!(moto.get("p/new").unwrap(), b"new");
    assert_eq!(moto.get("p/a.txt").unwrap(), b"some text");
    tree.file("back/a.txt", "mine");
    run(down).exits(2);
    assert_eq!(fs::read(tree.path("back/a.txt")).unwrap(), b"mine");
}

#[test]
fn names_that_lead_elsewhere_are_refused_and_the_rest_is_copied() {
    let objects: [(&str, &[u8]); 7] = [
        ("p/good", b"good"),
        ("p/../../evil", b"evil"),
        ("p//etc/evil", b"evil"),
        ("p/a//evil", b"evil"),
        ("p/same", b"file"),
        ("p/same/below", b"below"),
        ("p/full/", b"evil"),
    ];
    let Some(moto) = s3_with(&objects) else { return };
    let tree = Tree::new();
    tree.dir("in/to");
    let run =
        |words: &str| on_s3(&moto.url(), words).within(tree.root()).run();
    let copied = run("copy -q -H --apply --into in/to s3://bucket/p").exits(3);
    assert_eq!(fs::read(tree.path("in/to/good")).unwrap(), b"good");
    assert!(!tree.path("in/evil").exists() && !tree.path("evil").exists());
    let told = copied.complaints();
    let evil = told.iter().filter(|it| it.contains("cannot copy")).count();
    assert!(evil >= 4, "{told:?}");
    // Of a file and a folder of one name, one is there.
    assert!(tree.path("in/to/same").exists());
    let left = fs::read_dir(tree.path("in/to")).unwrap();
    assert!(left.into_iter().all(|it| {
        let name = it.unwrap().file_name().into_string().unwrap();
        !name.starts_with(".sanchay")
    }));
}

#[test]
fn what_arrives_damaged_is_told_and_not_kept() {
    let body = content::noise(5, 300_000);
    let Some(moto) = s3_with(&[("p/x", &body)]) else { return };
    let proxy = Proxy::to(&moto.url());
    let tree = Tree::new();
    tree.file("from/y", &body);
    let run = |words: &str| on_s3(&proxy.url(), words).within(tree.root());
    // On the way down: the digest that the server knows tells.
    proxy.spoil_all(Fault::Changed, 0);
    let words = "copy --apply --into back s3://bucket/p/x";
    let finished = run(words).run();
    assert_ne!(finished.code(), Some(0));
    assert!(!tree.path("back/x").exists());
    // On the way up: what it says that it has stored.
    proxy.spoil_all(Fault::ChangedRequest, 1000);
    let up = "copy --apply --into s3://bucket/up from";
    let finished = run(up).run();
    assert_ne!(finished.code(), Some(0), "{}", finished.stderr);
    assert!(moto.get("up/y").is_none_or(|stored| stored == body));
}

#[test]
fn faults_that_pass_cost_nothing_and_others_leave_nothing_behind() {
    let Some(moto) = Moto::start() else { return };
    let (tree, files) = tree();
    let proxy = Proxy::to(&moto.url());
    let run =
        |words: &str| on_s3(&proxy.url(), words).within(tree.root()).run();
    let mixed = [
        Fault::Status(500),
        Fault::None,
        Fault::CutBefore,
        Fault::None,
        Fault::RetryAfter(0),
        Fault::None,
        Fault::CutAfter,
        Fault::None,
        Fault::Truncated,
        Fault::None,
    ];
    proxy.spoil(mixed.into_iter().cycle().take(60));
    run("copy --apply --into s3://bucket/p from").exits(0);
    for (name, body) in &files {
        let stored = moto.get(&format!("p/{name}"));
        assert!(stored.as_ref() == Some(body), "{name}");
    }
    proxy.spoil(mixed.into_iter().cycle().take(60));
    run("copy --apply --into back s3://bucket/p").exits(0);
    assert_same(&tree, "from", "back");
    // A server that stores nothing: every upload in parts is aborted.
    proxy.spoil_all(Fault::Status(403), 1 << 20);
    run("copy --apply --into s3://bucket/no from").exits(3);
    assert_eq!(moto.get("no/large"), None);
    assert_eq!(moto.open_uploads(), 0);
}

#[test]
fn an_upload_that_is_interrupted_is_aborted_and_leaves_nothing() {
    let Some(moto) = Moto::start() else { return };
    let tree = Tree::new();
    tree.file("from/large", content::noise(2, 60 << 20));
    let proxy = Proxy::to(&moto.url());
    // Parts take long: the signal comes while they are on their way.
    proxy.spoil_all(Fault::Slow(Duration::from_secs(5)), 1 << 20);
    let words = "copy --apply --into s3://bucket/p from";
    let running = on_s3(&proxy.url(), words).within(tree.root()).start();
    let begun = Instant::now();
    while moto.open_uploads() == 0 {
        assert!(begun.elapsed() < Duration::from_secs(60));
        thread::sleep(Duration::from_millis(50));
    }
    thread::sleep(Duration::from_millis(300));
    running.signal(Signal::INT);
    let finished = running.wait();
    assert_eq!(finished.signal(), Some(Signal::INT.as_raw()));
    assert_eq!(moto.get("p/large"), None);
    let begun = Instant::now();
    while moto.open_uploads() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(20), "not aborted");
        thread::sleep(Duration::from_millis(50));
    }
    // The same command goes on, and comes to its end.
    proxy.spoil([]);
    on_s3(&proxy.url(), words).within(tree.root()).run().exits(0);
    let body = fs::read(tree.path("from/large")).unwrap();
    assert!(moto.get("p/large").unwrap() == body);
}

#[test]
fn options_that_buckets_know_nothing_of_are_refused() {
    for options in [
        "--to {n}.txt",
        "--plan p",
        "--on-conflict rename",
        "--interactive",
        "--portable",
    ] {
        let words = format!("copy --into s3://bucket/x {options} d");
        let refused = on_s3("http://127.0.0.1:1", &words).run().exits(2);
        assert!(refused.stderr.contains("buckets"), "{}", refused.stderr);
    }
}

#[test]
fn rclone_sees_what_was_copied_and_what_it_copied_is_there_already() {
    let Some(moto) = Moto::start() else { return };
    if !tool::has("rclone") {
        return;
    }
    let (tree, files) = tree();
    let run =
        |words: &str| on_s3(&moto.url(), words).within(tree.root()).run();
    let rclone = |words: &[&str]| {
        let finished = tool::command("rclone")
            .args(words)
            .env_remove("AWS_CA_BUNDLE")
            .args(["--s3-provider", "Other", "--s3-endpoint", &moto.url()])
            .args(["--s3-access-key-id", "x", "--s3-secret-access-key", "y"])
            .current_dir(tree.root())
            .output()
            .unwrap();
        assert!(finished.status.success(), "{finished:?}");
    };
    run("copy --apply --into s3://bucket/p from").exits(0);
    rclone(&["check", "from", ":s3:bucket/p"]);
    rclone(&["copy", "from", ":s3:bucket/theirs"]);
    let again = run("copy --apply --into s3://bucket/theirs from").exits(0);
    let all = format!("{} there already", files.len());
    assert!(again.stderr.contains(&all), "{}", again.stderr);
}

#[test]
fn a_profile_that_assumes_a_role_is_one_to_copy_with() {
    let Some(moto) = Moto::start() else { return };
    let tree = Tree::new();
    tree.file(
        "config",
        "[profile base]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n\
         aws_secret_access_key = topsecretkey\n[profile role]\n\
         role_arn = arn:aws:iam::123456789012:role/copier\n\
         source_profile = base\nregion = us-east-1\n",
    );
    tree.file("d/x", "x");
    let config = tree.path("config");
    let config = config.to_str().unwrap();
    let run = |sts: &str| {
        on_s3(&moto.url(), "copy --apply --profile role --into s3://bucket d")
            .within(tree.root())
            .env("AWS_CONFIG_FILE", config)
            .env("AWS_ENDPOINT_URL_STS", sts)
            .run()
    };
    run(&moto.url()).exits(0);
    assert_eq!(moto.get("x").unwrap(), b"x");
    // A server that refuses is told of, without a key.
    let proxy = Proxy::to(&moto.url());
    proxy.spoil_all(Fault::Status(403), 0);
    let refused = run(&proxy.url());
    assert_ne!(refused.code(), Some(0));
    assert!(refused.stderr.contains("role/copier"), "{}", refused.stderr);
    assert!(!refused.stderr.contains("topsecret"), "{}", refused.stderr);
}

#[test]
fn an_object_that_is_larger_than_it_was_listed_is_not_copied() {
    for (listed, real) in [(1, 1 << 20), (9 << 20, 10 << 20)] {
        let tree = Tree::new();
        let server = Server::start(move |request| {
            let query = request.uri().query().unwrap_or_default();
            let answer = match query.contains("list-type") {
                true => said(format!(
                    "<ListBucketResult><IsTruncated>false</IsTruncated>\
                     <Contents><Key>x</Key><Size>{listed}</Size>\
                     <LastModified>2026-01-02T03:04:05.000Z</LastModified>\
                     </Contents></ListBucketResult>"
                )),
                false => said(vec![7; real]),
            };
            async move { answer }
        });
        let words = "copy --apply --into to s3://bucket";
        let copied = on_s3(&server.url(), words).within(tree.root()).run();
        let copied = copied.exits(2);
        let said = &copied.stderr;
        assert!(said.contains("it changed while it was read"), "{said}");
        assert!(!tree.path("to/x").exists());
    }
}
