//! What scan, hash, dupes, summary and snapshot see of buckets.

use std::fs;
use std::time::{Duration, Instant};

use sanchay_test_servers::{Fault, Gcs, Moto, Proxy};
use sanchay_testkit::{Tree, digest, records, tool};
use serde_json::Value;

use super::{on_gcs, on_s3, s3_with, without_clouds};
use crate::sanchay;

/// Keys that no file could have, and keys that look like something else.
const ODD: [&str; 14] = [
    "a//b",
    "a//",
    "a/../b",
    "./x",
    "/leading",
    "line\nfeed",
    "space and + and %41",
    "ü/日本",
    "full/",
    "same",
    "same/below",
    "-option",
    "quote'\"&<>",
    "tab\there",
];

fn paths(output: &[u8]) -> Vec<String> {
    let mut found: Vec<String> = records::ndjson(output)
        .iter()
        .map(|it| String::from_utf8(records::path(it)).unwrap())
        .collect();
    found.sort();
    found
}

fn urls(scheme: &str, keys: &[&str]) -> Vec<String> {
    let mut urls: Vec<String> =
        keys.iter().map(|key| format!("{scheme}://bucket/{key}")).collect();
    urls.sort();
    urls
}

#[test]
fn keys_of_any_form_are_found_and_none_is_lost() {
    // moto knows no keys of several lines.
    let plain: Vec<&str> =
        ODD.into_iter().filter(|key| !key.contains('\n')).collect();
    let objects: Vec<_> =
        plain.iter().map(|key| (*key, key.as_bytes())).collect();
    let Some(moto) = s3_with(&objects) else { return };
    moto.put("mark/", &[], b"");
    let scan = "scan -H --format ndjson s3://bucket";
    let found = on_s3(&moto.url(), scan).run().exits(0);
    assert_eq!(paths(&found.stdout), urls("s3", &plain));
    for record in records::ndjson(&found.stdout) {
        let path = records::path(&record);
        let key = path.len() - "s3://bucket/".len();
        assert_eq!(record["size"], key, "{record}");
    }
    // The mark of a folder is a folder.
    let kinds = "scan -H --kind directory --format ndjson s3://bucket/mark";
    on_s3(&moto.url(), kinds).run().exits(0);
    let gcs = Gcs::start();
    for key in ODD {
        gcs.put(key, key);
    }
    let scan = "scan -H --format ndjson gs://bucket";
    let found = on_gcs(&gcs, scan).run().exits(0);
    assert_eq!(paths(&found.stdout), urls("gs", &ODD));
}

#[test]
fn what_a_url_names_is_an_object_a_folder_or_nothing() {
    let objects: [(&str, &[u8]); 4] = [
        ("same", b"object"),
        ("same/below", b"below"),
        ("d/one", b"1"),
        ("d/sub/two", b"2"),
    ];
    let Some(moto) = s3_with(&objects) else { return };
    let scan = |url: &str| {
        let words = format!("scan --format ndjson {url}");
        on_s3(&moto.url(), &words).run()
    };
    let found = |url| paths(&scan(url).exits(0).stdout);
    assert_eq!(found("s3://bucket/same"), ["s3://bucket/same"]);
    assert_eq!(found("s3://bucket/same/"), ["s3://bucket/same/below"]);
    let both = ["s3://bucket/d/one", "s3://bucket/d/sub/two"];
    assert_eq!(found("s3://bucket/d"), both);
    assert_eq!(found("s3://bucket/d/"), both);
    for (url, why) in [
        ("s3://bucket/d/o", "No such file"),
        ("s3://bucket/nothing/", "No such file"),
        ("s3://nobody/x", "no such bucket"),
    ] {
        let finished = scan(url).exits(2);
        let said = &finished.stderr;
        assert!(said.contains(why) && said.contains(url), "{said}");
    }
}

#[test]
fn a_bucket_answers_as_the_folder_that_it_was_made_of() {
    let Some(moto) = Moto::start() else { return };
    let tree = Tree::new();
    for at in 0..40 {
        let text = "x".repeat(at * 7);
        tree.file(
            format!("d/{}/f{at}.{}", at % 4, ["txt", "bin"][at % 2]),
            text,
        );
    }
    tree.file("d/.hidden/x.txt", "hidden");
    let local = sanchay().within(tree.root()).words("scan -H -0 d").run();
    for path in local.exits(0).stdout.split(|byte| *byte == 0) {
        let path = String::from_utf8(path.to_vec()).unwrap();
        if !path.is_empty() {
            let body = fs::read(tree.path(&*path)).unwrap();
            moto.put(&path, &[], &body);
        }
    }
    for words in [
        "scan --format csv --fields path,size,name,ext,depth --sort path",
        "scan --format csv --fields path,size --sort size:desc,path -e txt",
        "scan -H --count",
        "scan --format csv --fields path --sort path --min-size 100 -d 2",
        "scan --count --glob f1*",
        "hash -a sha256 -e bin",
        "hash -H --tree --sha256",
        "hash --partial=16 --format csv --fields path,hash,size",
        "dupes --format csv --fields group,path,size -H --min-size 0",
        "scan --format csv --fields path,mode,uid --where \
         size>100 --limit 0",
    ] {
        let words = words.replace("--limit 0", "");
        let here = sanchay().within(tree.root()).words(&words).arg("d");
        let there = on_s3(&moto.url(), &words)
            .within(tree.root())
            .arg("s3://bucket/d");
        let (here, there) = (here.run(), there.run());
        let expected = here.exits(0).stdout;
        let there = String::from_utf8(there.exits(0).stdout).unwrap();
        let there = there.replace("s3://bucket/", "");
        let expected = String::from_utf8(expected).unwrap();
        match words.contains("mode") {
            // Owners and permissions are what no object has.
            true => {
                assert!(there.lines().skip(1).all(|it| { it.ends_with(",,") }))
            }
            false => assert_eq!(there, expected, "{words}"),
        }
    }
    let summary = "summary --json s3://bucket/d -H";
    let told = on_s3(&moto.url(), summary).run().exits(0);
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let local = sanchay().within(tree.root()).words("summary --json d -H");
    let local: Value =
        serde_json::from_slice(&local.run().exits(0).stdout).unwrap();
    assert_eq!(told["files"], local["files"]);
    assert_eq!(told["bytes"], local["bytes"]);
}

#[test]
fn more_than_a_page_is_listed_by_folders_as_rclone_lists_it() {
    let Some(moto) = Moto::start() else { return };
    let mut keys: Vec<String> =
        (0..1100).map(|at| format!("flat/{at:05}")).collect();
    keys.extend((0..30).map(|at| format!("deep/{}/{at}/x", at % 3)));
    for key in &keys {
        moto.put(key, &[], b"");
    }
    let scan = "scan --format ndjson s3://bucket";
    let found = on_s3(&moto.url(), scan).run().exits(0);
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    assert_eq!(paths(&found.stdout), urls("s3", &keys));
    if !tool::has("rclone") {
        return;
    }
    let listed = tool::command("rclone")
        .env_remove("AWS_CA_BUNDLE")
        .args(["lsf", "-R", "--files-only", ":s3:bucket"])
        .args(["--s3-provider", "Other", "--s3-endpoint", &moto.url()])
        .args(["--s3-access-key-id", "x", "--s3-secret-access-key", "y"])
        .output()
        .unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let mut listed: Vec<String> =
        listed.lines().map(|it| format!("s3://bucket/{it}")).collect();
    listed.sort();
    assert_eq!(paths(&found.stdout), listed);
}

#[test]
fn duplicates_are_found_across_a_folder_a_bucket_and_another_cloud() {
    let big = sanchay_testkit::content::noise(7, 5 << 20);
    let mut other = big.clone();
    other[3 << 20] ^= 1;
    let objects: [(&str, &[u8]); 3] =
        [("a/big", &big), ("a/other", &other), ("a/small", b"small")];
    let Some(moto) = s3_with(&objects) else { return };
    let tree = Tree::new();
    tree.file("d/copy", &big);
    tree.file("d/small", "small");
    tree.file("d/alone", "alone");
    let words = "dupes -0 d s3://bucket/a";
    let found = on_s3(&moto.url(), words).within(tree.root()).run();
    let found = found.exits(0).stdout;
    let found = found.split(|byte| *byte == 0).filter(|it| !it.is_empty());
    let mut found: Vec<&str> =
        found.map(|it| str::from_utf8(it).unwrap()).collect();
    found.sort_unstable();
    let expected =
        ["d/copy", "d/small", "s3://bucket/a/big", "s3://bucket/a/small"];
    assert_eq!(found, expected);
    // An object in several roots is one object.
    let words = "dupes -0 s3://bucket s3://bucket/a s3://bucket/a/big";
    let alone = on_s3(&moto.url(), words).run().exits(0);
    assert!(alone.stdout.is_empty(), "{}", alone.text());
}

#[test]
fn a_digest_that_the_server_knows_is_taken_and_named_so() {
    let Some(moto) = Moto::start() else { return };
    let body = b"known to the server";
    let sha256 = digest::digest("sha256", body);
    let bytes: Vec<u8> = (0..32)
        .map(|at| u8::from_str_radix(&sha256[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    let encoded = sanchay_test_servers::base64(&bytes);
    let headers = [
        "x-amz-sdk-checksum-algorithm: SHA256",
        &format!("x-amz-checksum-sha256: {encoded}"),
    ];
    moto.put("known", &headers, body);
    moto.put("unknown", &[], body);
    let hash = |algorithm: &str| {
        let words = format!(
            "hash -a {algorithm} --format ndjson --fields \
             path,hash,hash_source s3://bucket"
        );
        let found = on_s3(&moto.url(), &words).run().exits(0);
        let mut rows: Vec<(String, String, String)> =
            records::ndjson(&found.stdout)
                .iter()
                .map(|it| {
                    let text = |name: &str| it[name].as_str().unwrap().into();
                    (text("path"), text("hash"), text("hash_source"))
                })
                .collect();
        rows.sort();
        rows
    };
    let row = |name: &str, hash: &str, source: &str| {
        (format!("s3://bucket/{name}"), hash.to_owned(), source.to_owned())
    };
    assert_eq!(
        hash("sha256"),
        [row("known", &sha256, "server"), row("unknown", &sha256, "read")],
    );
    let md5 = digest::digest("md5", body);
    assert_eq!(
        hash("md5"),
        [row("known", &md5, "server"), row("unknown", &md5, "server")],
    );
    let blake3 = digest::digest("blake3", body);
    assert_eq!(
        hash("blake3"),
        [row("known", &blake3, "read"), row("unknown", &blake3, "read")],
    );
    // One that is encrypted with a key of its owner has another tag.
    let encrypted = ["x-amz-server-side-encryption: aws:kms"];
    assert_eq!(moto.put("unknown", &encrypted, body), 200);
    assert_eq!(hash("md5")[1], row("unknown", &md5, "read"));
}

#[test]
fn what_a_server_tells_of_objects_are_fields() {
    let Some(moto) = s3_with(&[("one", b"one")]) else { return };
    let headers = ["x-amz-storage-class: STANDARD_IA"];
    moto.put("two", &headers, b"two");
    let words = "scan --format csv --fields path,etag,storage_class,inode \
                 --sort path s3://bucket";
    let found = on_s3(&moto.url(), words).run().exits(0);
    let md5 = |text: &str| digest::digest("md5", text.as_bytes());
    let expected = format!(
        "path,path_base64,etag,storage_class,inode\n\
         s3://bucket/one,,{},STANDARD,\ns3://bucket/two,,{},STANDARD_IA,\n",
        md5("one"),
        md5("two"),
    );
    assert_eq!(found.text(), expected);
}

#[cfg(target_os = "linux")]
#[test]
fn snapshots_of_a_bucket_tell_what_became_of_it() {
    let objects: [(&str, &[u8]); 3] =
        [("d/a", b"first"), ("d/b", b"stays"), ("d/c", b"goes")];
    let Some(moto) = s3_with(&objects) else { return };
    let tree = Tree::new();
    let run =
        |words: &str| on_s3(&moto.url(), words).within(tree.root()).run();
    let snapshot = "snapshot --hash --catalog c.db s3://bucket/d";
    run(snapshot).exits(0);
    // The same size: only the tag tells.
    assert_eq!(moto.put("d/a", &[], b"FIRST"), 200);
    assert_eq!(moto.put("d/new", &[], b"new"), 200);
    assert_eq!(moto.ask("DELETE", "/bucket/d/c", &[], b"").0, 204);
    run(snapshot).exits(0);
    let diff = sanchay()
        .within(tree.root())
        .words("diff --catalog c.db --format ndjson latest~1 latest")
        .run();
    let mut changes: Vec<(String, String)> =
        records::ndjson(&diff.exits(1).stdout)
            .iter()
            .map(|it| {
                let path = String::from_utf8(records::path(it)).unwrap();
                (path, it["change"].as_str().unwrap().to_owned())
            })
            .collect();
    changes.sort();
    let name = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    let changes: Vec<_> =
        changes.iter().map(|(path, it)| (name(path), it.clone())).collect();
    let expected = [("a", "changed"), ("c", "deleted"), ("new", "new")];
    let expected = expected.map(|(path, it)| (path.to_owned(), it.to_owned()));
    assert_eq!(changes, expected);
}

#[test]
fn faults_of_servers_pass_or_are_told() {
    let body = sanchay_testkit::content::noise(3, 3 << 20);
    let objects: [(&str, &[u8]); 2] = [("a/x", &body), ("a/y", b"small")];
    let Some(moto) = s3_with(&objects) else { return };
    let proxy = Proxy::to(&moto.url());
    let hash = "hash -a sha256 s3://bucket/a/x s3://bucket/a/y";
    let expected = on_s3(&moto.url(), hash).run().exits(0).stdout;
    for fault in [
        Fault::Status(500),
        Fault::Status(503),
        Fault::RetryAfter(0),
        Fault::CutBefore,
        Fault::CutAfter,
        Fault::Truncated,
        Fault::Slow(Duration::from_millis(300)),
    ] {
        let faults = (0..24).map(|at| match at % 3 {
            0 => fault,
            _ => Fault::None,
        });
        proxy.spoil(faults);
        let found = on_s3(&proxy.url(), hash).run().exits(0);
        assert_eq!(found.stdout, expected, "{fault:?}");
    }
    proxy.spoil_all(Fault::Status(403), 0);
    let refused = on_s3(&proxy.url(), "scan s3://bucket/a").run().exits(2);
    let said = &refused.stderr;
    assert!(said.contains("403") && said.contains("s3://bucket/a"), "{said}");
    for secret in ["topsecret", "AKIA", "Signature"] {
        assert!(!said.contains(secret), "{said}");
    }
}

#[test]
fn who_asks_without_credentials_asks_no_machine_for_them() {
    let Some(moto) = s3_with(&[("x", b"x")]) else { return };
    let url = moto.url();
    let run = |words: &str| {
        without_clouds(sanchay()).words(words).args(["--endpoint", &url]).run()
    };
    // moto asks for no credentials.
    let found = run("scan --count --anonymous s3://bucket").exits(0);
    assert_eq!(found.text(), "1\n");
    let begun = Instant::now();
    let refused = run("scan --count s3://bucket").exits(2);
    let said = &refused.stderr;
    assert!(said.contains("there are no credentials"), "{said}");
    assert!(begun.elapsed() < Duration::from_secs(30));
    let missing = run("scan --profile nobody s3://bucket").exits(2);
    let said = &missing.stderr;
    assert!(said.contains("no profile \"nobody\""), "{said}");
}
