//! Cutting a name that is too long, so that it keeps its extension and its
//! characters stay whole.

use alloc::vec::Vec;

use crate::plan::MAX_NAME;
use crate::record::split_extension;

/// A longer extension, with its dot, is cut like the rest of the name.
const MAX_EXTENSION: usize = 32;

/// Cuts a name to what a file system takes.
pub(super) fn truncate(name: &mut Vec<u8>) {
    if name.len() <= MAX_NAME {
        return;
    }
    let (stem, extension) = split_extension(name);
    let tail = extension
        .filter(|it| it.len() < MAX_EXTENSION)
        .map_or(0, |it| it.len().saturating_add(1));
    let end = stem.len();
    let keep = boundary(name, MAX_NAME.saturating_sub(tail));
    match tail {
        0 => name.truncate(keep),
        _ => drop(name.drain(keep..end)),
    }
}

/// The greatest place up to this one where no character is cut. Bytes that
/// are not UTF-8 are cut anywhere.
fn boundary(name: &[u8], at: usize) -> usize {
    let continues =
        |at: &usize| name.get(*at).is_some_and(|byte| byte & 0xc0 == 0x80);
    let least = at.saturating_sub(3);
    let whole = (least..=at).rev().find(|at| !continues(at));
    whole.unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::truncate;

    fn cut(name: &str) -> String {
        let mut name = name.as_bytes().to_vec();
        truncate(&mut name);
        String::from_utf8(name).unwrap()
    }

    #[test]
    fn a_long_name_keeps_its_extension_and_its_characters() {
        assert_eq!(cut("a.txt"), "a.txt");
        assert_eq!(cut(&format!("{}.txt", "x".repeat(300))).len(), 255);
        assert!(cut(&format!("{}.txt", "x".repeat(300))).ends_with("x.txt"));
        // 251 bytes are 125 whole characters.
        let name = cut(&format!("{}.txt", "ä".repeat(300)));
        assert_eq!(name, format!("{}.txt", "ä".repeat(125)));
        assert_eq!(cut(&"👻".repeat(70)), "👻".repeat(63));
        // What follows the last dot is no extension.
        assert_eq!(cut(&format!("a.{}", "x".repeat(300))).len(), 255);
    }

    proptest! {
        #[test]
        fn whatever_is_cut_fits_and_stays_text(name in ".{0,300}") {
            let cut = cut(&name);
            prop_assert!(cut.len() <= 255);
            prop_assert!(name.len() > 255 || cut == name);
        }

        #[test]
        fn bytes_are_cut_too(
            name in prop::collection::vec(any::<u8>(), 0..600),
        ) {
            let mut cut = name.clone();
            truncate(&mut cut);
            prop_assert!(cut.len() <= 255);
            prop_assert!(cut.len() >= name.len().min(252));
        }
    }
}
