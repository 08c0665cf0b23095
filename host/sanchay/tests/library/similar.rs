//! Texts that are nearly the same, among many that nearly are.

use std::{fs, ops::ControlFlow};

use sanchay::Similar;

use crate::engine;

/// How many texts there are under one licence.
const MANY: usize = 600;

/// How many times a text is compared with others of its bucket, at most; and
/// how many bands a signature has for the threshold.
const BOUND: u64 = 8 * 16;

/// Files that begin with the same words and go on otherwise. Any two of them
/// are somewhat less alike than the threshold says. Of every 150th, another
/// one is nearly the same.
fn tree() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let licence: String = (0..300).map(|it| format!("word{it} ")).collect();
    for number in 0..MANY {
        let own = (0..28).map(|it| format!("own{number}x{it} "));
        let text = licence.clone() + &own.collect::<String>();
        let path = folder.path().join(format!("{number:04}"));
        fs::write(&path, &text).unwrap();
        if number % 150 == 0 {
            fs::write(path.with_extension("copy"), text + "more").unwrap();
        }
    }
    folder
}

fn found(folder: &tempfile::TempDir, threads: usize) -> Similar {
    let request = engine(threads).similar([folder.path()]).threshold(0.9);
    request.find(|_| ControlFlow::Continue(())).unwrap()
}

#[test]
fn texts_under_one_licence_are_not_all_compared_with_each_other() {
    let folder = tree();
    let names = |found: &Similar| -> Vec<Vec<Vec<u8>>> {
        let names = found.groups().map(|group| {
            group.files().map(|file| file.name.to_vec()).collect()
        });
        names.collect()
    };
    let [one, two] = [1, 2].map(|threads| found(&folder, threads));
    let expected: Vec<Vec<Vec<u8>>> = (0..MANY)
        .step_by(150)
        .map(|it| {
            vec![format!("{it:04}").into(), format!("{it:04}.copy").into()]
        })
        .collect();
    assert_eq!(names(&one), expected);
    assert_eq!(names(&two), expected);
    let [one, two] = [one, two].map(|it| it.summary().comparisons);
    assert_eq!(one, two);
    let bound = BOUND * (MANY as u64 + 4);
    // Many are, or this would be no test.
    assert!(one > bound / 4 && one <= bound, "{one} of {bound}");
}
