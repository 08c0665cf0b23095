//! Other file systems below a root: pseudo ones are left out with a word, and
//! any other where it is asked for.

use std::{path::Path, process::Command};

use sanchay_testkit::{Finished, Program, Tree};

use crate::sanchay;

/// Where a root has what it is to walk without another file system: a mount
/// needs rights, which a user namespace gives where the system has them.
fn mounted(tree: &Tree, mounts: &str, words: &str) -> Option<Finished> {
    let unshare = ["-r", "-m", "--propagation", "private"];
    let script = format!("{mounts} && exec \"$@\"");
    let able = Command::new("unshare")
        .args(unshare)
        .args(["sh", "-c", mounts])
        .current_dir(tree.root())
        .status();
    if !able.is_ok_and(|status| status.success()) {
        eprintln!("LEFT OUT: nothing can be mounted here");
        return None;
    }
    let program = Program::new("unshare").args(unshare);
    let program = program.args(["sh", "-c", &script, "sh"]);
    let program = program.arg(crate::program());
    Some(program.within(tree.root()).words(words).run())
}

fn tree() -> Tree {
    let tree = Tree::new();
    tree.file("d/file", "content");
    tree.dir("d/other");
    tree.dir("d/proc");
    tree.dir("d/sys");
    tree
}

const NOTE: &str = ": not entered: it is a pseudo file system (";

#[test]
fn pseudo_file_systems_on_the_way_cost_one_line_each() {
    let tree = tree();
    let mounts = "mount --rbind /proc d/proc && mount --rbind /sys d/sys";
    for words in ["scan d -0", "hash d -0", "dupes d", "scan d -L -0"] {
        let Some(finished) = mounted(&tree, mounts, words) else { return };
        let finished = finished.exits(0);
        let mut lines: Vec<&str> = finished.stderr.lines().collect();
        lines.retain(|line| line.contains(NOTE));
        lines.sort_unstable();
        let starts = ["d/proc: not entered", "d/sys: not entered"];
        assert_eq!(lines.len(), 2, "{words}: {}", finished.stderr);
        for (line, start) in lines.iter().zip(starts) {
            assert!(line.starts_with(start), "{words}: {line}");
        }
        let reported = finished.text();
        assert!(
            reported.is_empty() || reported.ends_with("d/file\0"),
            "{reported}"
        );
        let quiet = mounted(&tree, mounts, &format!("{words} -q")).unwrap();
        assert_eq!(quiet.exits(0).stderr, "", "{words}");
    }
}

#[test]
fn a_pseudo_file_system_that_is_named_is_walked() {
    if !Path::new("/proc/self/task").exists() {
        return;
    }
    let words = "scan /proc/self/task --max-depth 2 --count";
    let finished = sanchay().words(words).run();
    assert!(!finished.stderr.contains(NOTE));
    assert!(finished.text().trim().parse::<u32>().unwrap() > 5);
}

#[test]
fn no_other_file_system_is_entered_where_one_is_asked_for() {
    let tree = tree();
    let mounts = "mount -t tmpfs none d/other && echo > d/other/inside \
                  && mount --rbind /proc d/proc";
    for words in ["scan d -0", "hash d -0"] {
        let Some(finished) = mounted(&tree, mounts, words) else { return };
        let reported = finished.exits(0).text().matches('\0').count();
        assert_eq!(reported, 2, "{words}");
        for option in ["--one-file-system", "--xdev", "--mount", "-L --xdev"] {
            let words = format!("{words} {option}");
            let finished = mounted(&tree, mounts, &words).unwrap().succeeds();
            assert!(finished.text().ends_with("d/file\0"), "{words}");
            assert_eq!(finished.text().matches('\0').count(), 1, "{words}");
        }
    }
    let words = "dupes d --xdev --min-size 0";
    let finished = mounted(&tree, mounts, words).unwrap().exits(0);
    assert_eq!(finished.stdout, b"");
    assert!(!finished.stderr.contains(NOTE), "{}", finished.stderr);
}

#[test]
fn a_reference_that_a_second_mount_shows_stays() {
    let tree = Tree::new();
    let words: Vec<String> = (0..200).map(|it| format!("word{it}")).collect();
    for (path, last) in [("d/kept/a", "x"), ("d/kept/b", "y"), ("d/c", "z")] {
        tree.file(path, format!("{} {last}\n", words.join(" ")));
    }
    tree.dir("shown");
    let mounts = "mount --bind d/kept shown";
    let words = "dedupe --similar --action delete --reference shown d";
    let Some(finished) = mounted(&tree, mounts, words) else { return };
    let plan = finished.exits(0).text().to_owned();
    let going = plan.lines().filter(|it| it.contains("\"from\":"));
    let going: Vec<&str> = going.collect();
    assert_eq!(going.len(), 1, "{plan}");
    assert!(going[0].contains("\"from\":\"c\""), "{plan}");
}
