//! Texts that are kept in the repository and must not change unnoticed.
//!
//! `BLESS=1 cargo test` writes them anew; the difference is then read in the
//! commit.

use std::{env, fs, path::Path};

/// Compares a text with the one that is kept under this name in
/// `tests/golden`.
pub fn compare(name: &str, actual: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let file = folder.join(name);
    if env::var_os("BLESS").is_some_and(|value| value == "1") {
        fs::create_dir_all(&folder).unwrap();
        fs::write(&file, actual).unwrap();
        return;
    }
    let expected = fs::read_to_string(&file).unwrap_or_default();
    if expected == actual {
        return;
    }
    let line = expected
        .lines()
        .zip(actual.lines())
        .position(|(expected, actual)| expected != actual)
        .unwrap_or_else(|| {
            expected.lines().count().min(actual.lines().count())
        });
    panic!(
        "{} differs from line {} on; BLESS=1 accepts this:\n{actual}",
        file.display(),
        line + 1
    );
}
