//! A thread swaps files and directories for links that lead out of the root,
//! while the program looks at them. Nothing of what lies outside may ever be
//! told: no digest, no size, no name.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use sanchay_testkit::{
    Mischief, Tree,
    content::noise,
    digest::{ALGORITHMS, digest, partial},
};

use crate::sanchay;

/// How long the program is run again and again under each attack.
const TIME: Duration = Duration::from_millis(1500);

/// A size and a name that only the secret has.
const SECRET_SIZE: usize = 45_678;
const SECRET_NAME: &str = "name-of-the-secret";

/// A root with files and directories to be swapped, and outside of it what
/// they are swapped for.
struct Attack {
    tree: Tree,
    secret: Vec<u8>,
    pairs: Vec<(PathBuf, PathBuf)>,
}

impl Attack {
    fn new() -> Self {
        Self::with_victims_of(SECRET_SIZE - 1)
    }

    fn with_victims_of(size: usize) -> Self {
        let tree = Tree::new();
        let secret = noise(666, SECRET_SIZE);
        // Outside: the same names as inside, so that a swapped directory
        // would be read on, and one more.
        tree.file("out/victim", &secret);
        tree.file(format!("out/{SECRET_NAME}"), &secret);
        tree.file(format!("out/deeper/{SECRET_NAME}"), &secret);
        for number in 0..40 {
            tree.file(format!("out/{number}"), &secret);
            tree.file(format!("out/deeper/{number}"), &secret);
        }
        let mut pairs = Vec::new();
        for name in ["a", "b", "c"] {
            let directory = format!("root/{name}/directory");
            for number in 0..40 {
                tree.file(format!("{directory}/{number}"), "inside");
                let deeper = format!("{directory}/deeper/{number}");
                tree.file(&deeper, "inside");
            }
            tree.file(format!("{directory}/victim"), "inside");
            let link = format!("stage/{name}-directory");
            tree.link(tree.path("out"), &link);
            pairs.push((tree.path(&directory), tree.path(&link)));

            let file = format!("root/{name}/victim");
            tree.file(&file, noise(1, size));
            let link = format!("stage/{name}-file");
            tree.link(tree.path("out/victim"), &link);
            pairs.push((tree.path(&file), tree.path(&link)));
        }
        Self { tree, secret, pairs }
    }

    fn begin(&self) -> Vec<Mischief> {
        let pairs = self.pairs.clone();
        vec![Mischief::repeat(move || {
            for (a, b) in &pairs {
                sanchay_testkit::mischief::swap(a, b);
            }
        })]
    }

    /// What must not be reported.
    fn secrets(&self) -> Vec<String> {
        let mut secrets = vec![
            SECRET_NAME.to_owned(),
            SECRET_SIZE.to_string(),
            partial(&self.secret, 65_536),
            partial(&self.secret, 1000),
        ];
        for algorithm in ALGORITHMS {
            secrets.push(digest(algorithm, &self.secret));
        }
        secrets
    }

    /// Runs the program again and again while the swapping goes on.
    fn run(&self, words: &str) {
        let _mischief = self.begin();
        let secrets = self.secrets();
        let started = Instant::now();
        let mut runs = 0;
        while started.elapsed() < TIME || runs < 5 {
            let program = sanchay().within(self.tree.root()).words(words);
            let finished = program.run();
            let code = finished.code();
            assert!(matches!(code, Some(0 | 3)), "{words}: {code:?}");
            let reported = [finished.text(), &finished.stderr].concat();
            for secret in &secrets {
                let leak = reported.lines().find(|line| tells(line, secret));
                assert_eq!(leak, None, "{words}, run {runs}");
            }
            runs += 1;
        }
    }
}

/// Whether a line holds the secret, not as a part of longer digits: the
/// digits of a size may occur by chance in the nanoseconds of a time.
fn tells(line: &str, secret: &str) -> bool {
    let digit = |character: Option<char>| {
        character.is_some_and(|c| c.is_ascii_digit())
    };
    let number = secret.bytes().all(|byte| byte.is_ascii_digit());
    line.match_indices(secret).any(|(start, _)| {
        let (before, from) = line.split_at(start);
        let after = &from[secret.len()..];
        !number
            || !(digit(before.chars().next_back())
                || digit(after.chars().next()))
    })
}

#[test]
fn a_size_is_told_as_a_number_not_as_digits_of_a_time() {
    assert!(tells(r#"{"size":45678,"path":"a"}"#, "45678"));
    assert!(tells("45678", "45678"));
    assert!(!tells(
        r#"{"modified":"2026-11-22T09:00:00.145678912Z"}"#,
        "45678"
    ));
    assert!(tells(r#"{"path":"1name-of-the-secret2"}"#, SECRET_NAME));
}

#[test]
fn scan_tells_nothing_from_outside_of_its_root() {
    Attack::new().run("scan root --format ndjson");
    Attack::new().run("scan root --min-size 1 --threads 8");
}

#[test]
fn hash_tells_nothing_from_outside_of_its_root() {
    Attack::new().run("hash root");
    Attack::new().run("hash root -a sha256 --format csv --threads 8");
    Attack::new().run("hash root --partial=1000");
}

#[test]
fn dupes_tells_nothing_from_outside_of_its_root() {
    // A file inside that equals the secret would make a group with it, and
    // the victims are of its size, so that they are read.
    let attack = Attack::with_victims_of(SECRET_SIZE);
    let copy = attack.tree.file("root/copy", &attack.secret);
    let _mischief = attack.begin();
    let started = Instant::now();
    let (mut runs, mut met) = (0, 0);
    while started.elapsed() < 2 * TIME || runs < 5 {
        let program = sanchay().within(attack.tree.root());
        let words = ["dupes root -0", "dupes root -0 --threads 8"][runs % 2];
        let finished = program.words(words).run();
        assert!(matches!(finished.code(), Some(0 | 3)));
        assert!(!finished.text().contains("root/copy"), "it has no equal");
        // Two of them are files at once in some runs, not in all.
        met += usize::from(finished.text().contains("/victim"));
        assert!(!finished.text().contains(SECRET_NAME));
        assert!(!finished.stderr.contains(SECRET_NAME));
        runs += 1;
    }
    assert!(copy.exists());
    assert!(met > 0, "no run read two victims, which are equal");
}

#[test]
fn the_portable_walker_tells_nothing_from_outside_of_its_root() {
    Attack::new().run("scan root --format ndjson --walker portable");
    Attack::new().run("hash root --walker portable");
}

#[test]
fn following_beneath_the_root_tells_nothing_from_outside_of_it() {
    for words in [
        "scan root -L --beneath --format ndjson",
        "hash root -L --beneath",
        "hash root -L --beneath --walker portable",
    ] {
        Attack::new().run(words);
    }
}

#[test]
fn a_file_that_became_a_link_is_an_error_row() {
    // The listing is old when the file is opened: it was swapped for good.
    let attack = Attack::new();
    let _mischief = attack.begin();
    let started = Instant::now();
    let reason = "it was replaced by a symbolic link, which is not followed";
    while started.elapsed() < Duration::from_secs(20) {
        let program = sanchay().within(attack.tree.root());
        let finished = program.words("hash root").run();
        if finished.stderr.contains(reason) {
            assert_eq!(finished.code(), Some(3));
            return;
        }
    }
    panic!("no run in twenty seconds came upon a swapped file");
}
