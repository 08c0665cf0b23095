//! The programs in `examples/`, on real trees. `cargo test` builds them; with
//! `--test library` alone, `cargo build --workspace --examples` does.

use std::env;

use sanchay_testkit::{Finished, Program, Tree};

fn example(name: &str) -> Program {
    let test = env::current_exe().unwrap();
    let profile = test.parent().and_then(|deps| deps.parent()).unwrap();
    let path = profile.join("examples").join(name);
    assert!(
        path.is_file(),
        "{} is not there: cargo build --workspace --examples",
        path.display(),
    );
    Program::new(path)
}

/// Standard output as lines.
fn lines(finished: &Finished) -> Vec<&str> {
    std::str::from_utf8(&finished.stdout).unwrap().lines().collect()
}

#[test]
fn the_example_of_duplicates_prints_groups_and_what_they_would_free() {
    let tree = Tree::new();
    for name in ["d/one", "d/b/two", "d/b/thr\nee"] {
        tree.file(name, "equal");
    }
    tree.file("d/other", "other");
    let program = example("duplicates").within(tree.root());
    let finished = program.arg("d").run().succeeds();
    assert_eq!(
        lines(&finished),
        [
            "3 files of 5 bytes",
            r"  d/b/thr\nee",
            "  d/b/two",
            "  d/one",
            "10 bytes reclaimable",
        ],
    );
}

#[test]
fn the_example_of_duplicates_ends_after_the_bytes_that_it_was_told() {
    let tree = Tree::new();
    for number in 0..8 {
        tree.sparse(format!("d/{number}"), 4 << 30);
    }
    let words = [["--bytes", "1000000"], ["--seconds", "0"]];
    for limit in words {
        let program = example("duplicates").args(limit);
        let finished = program.arg(tree.path("d")).run().exits(3);
        assert!(finished.stderr.ends_with("ended before it was done\n"));
        assert_eq!(finished.stdout, b"");
    }
}

#[test]
fn the_example_of_filtering_passes_on_the_names_that_survive() {
    let names: &[u8] = b"a.JPG\nb/.c.jpg\nd.txt\ne/f/g.jpg\n.h/i.tar.gz";
    let finished =
        example("filter").words("jpg tar.gz").input(names).run().succeeds();
    assert_eq!(finished.stdout, b"a.JPG\ne/f/g.jpg\n.h/i.tar.gz\n");
    let finished =
        example("filter").words("-H jpg").input(names).run().succeeds();
    assert_eq!(finished.stdout, b"a.JPG\nb/.c.jpg\ne/f/g.jpg\n");

    // More than a batch, and names that are not text.
    let mut names = Vec::new();
    for number in 0..2500 {
        let name = format!("n\n{number}.{}", ["jpg", "png"][number % 2]);
        names.extend_from_slice(name.as_bytes());
        // Every second is a picture after all.
        names.extend_from_slice([&b"\xff"[..], b"\xff.jpg"][number % 2]);
        names.push(0);
    }
    let finished =
        example("filter").words("-0 jpg").input(names).run().succeeds();
    let survivors = finished.stdout.split(|byte| *byte == 0);
    let survivors: Vec<_> = survivors.filter(|it| !it.is_empty()).collect();
    assert_eq!(survivors.len(), 1250);
    assert_eq!(survivors[1249], b"n\n2499.png\xff.jpg");
}

#[test]
fn the_example_of_the_ceiling_meets_both_faults_and_goes_on() {
    let finished = example("ceiling").run().succeeds();
    let lines = lines(&finished);
    let refused = "bytes of memory; 1048576 are allowed";
    let (errors, rest) = lines.split_at(6);
    for (pair, name) in errors.chunks(2).zip(["a", "b", "c"]) {
        let of_it = format!("/{name}: cannot hash: the component asked for ");
        assert!(pair[0].contains(&of_it), "{lines:?}");
        assert!(pair[0].ends_with(refused), "{lines:?}");
        assert!(pair[1].ends_with(" bytes asked, 1048576 allowed"));
    }
    assert_eq!(rest[0], "0 hashed, 3 failed");
    assert!(rest[2].contains("/b: xxh64:"), "{lines:?}");
    assert!(rest[2].ends_with(":3145728"), "{lines:?}");
    assert_eq!(rest[4], "3 hashed, 0 failed");
    assert_eq!(rest[5], "10 of 10 names");
    assert!(rest[6].starts_with("200000 names: "), "{lines:?}");
    assert!(rest[6].contains("1048576 are allowed"), "{lines:?}");
    assert_eq!(rest[7], "10 of 10 names");
    assert!(rest[8].starts_with("1000 bytes: 44f83544"), "{lines:?}");
    let late = "50331648 bytes: the component did not answer within 10ms";
    assert_eq!(rest[9], late);
    assert!(rest[10].starts_with("2000 bytes: 5c0e0ea4"), "{lines:?}");
}
