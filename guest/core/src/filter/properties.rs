//! Filters against a plain reading of their definition.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Entries, Filter, Matcher};
use crate::batch::{Batch, pack};
use crate::folding::folded;
use crate::kind::EntryKind;

/// The definition, word for word.
fn is_wanted(
    extensions: &[Vec<u8>],
    hidden: bool,
    name: &[u8],
    kind: EntryKind,
) -> bool {
    if name.starts_with(b".") && !hidden {
        return false;
    }
    kind == EntryKind::File
        && (extensions.is_empty()
            || extensions.iter().any(|extension| {
                let bare = extension.strip_prefix(b".").unwrap_or(extension);
                let suffix = folded(&[b".", bare].concat());
                let name = folded(name);
                name.len() > suffix.len() && name.ends_with(&suffix)
            }))
}

/// Bytes of which few are unlike, so that names end in extensions often, and
/// those at the edges of the ranges of letters.
fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![
        4 => Just(b'.'),
        8 => prop::sample::select(&b"aAbBkKzZ"[..]),
        2 => prop::sample::select(&b"@[`{\x01\x80\xc1\xe1\xff"[..]),
        1 => 1..=u8::MAX,
    ]
}

/// Such bytes, and characters whose case takes more than one byte.
fn bytes(length: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    let letters = prop::sample::select(&["ä", "Ä", "\u{212a}", "ſ", "ẞ"][..]);
    let part = prop_oneof![
        9 => byte().prop_map(|byte| vec![byte]),
        1 => letters.prop_map(|letter| letter.as_bytes().to_vec()),
    ];
    vec(part, length).prop_map(|parts| parts.concat())
}

fn extension() -> impl Strategy<Value = Vec<u8>> {
    bytes(1..12).prop_filter("must be possible", |extension| {
        extension != b"."
            && !extension.iter().any(|it| b"/*?,[]{}\0".contains(it))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_verdict_is_what_the_definition_says(
        extensions in vec(extension(), 0..8),
        hidden: bool,
        stems in vec((bytes(0..10), any::<prop::sample::Index>()), 0..20),
        odd in vec(vec(any::<u8>(), 0..12), 0..8),
        directories in vec(any::<bool>(), 28),
    ) {
        // Some names end in an extension that is wanted, others in anything.
        let mut names = odd;
        for (mut name, index) in stems {
            if !extensions.is_empty() {
                name.push(b'.');
                name.extend(index.get(&extensions));
            }
            names.push(name);
        }
        let filter = extensions
            .iter()
            .fold(Filter::default(), |filter, it| filter.extension(it))
            .hidden(hidden);
        let kinds: Vec<EntryKind> = directories[..names.len()]
            .iter()
            .map(|&directory| match directory {
                true => EntryKind::Directory,
                false => EntryKind::File,
            })
            .collect();
        let (data, ends) = pack(&names);
        let matcher = Matcher::compile(&filter.program().unwrap()).unwrap();
        let batch = Batch::new(&data, &ends).unwrap();
        let entries = Entries::named(b"", batch, &kinds).unwrap();
        let expected: Vec<u32> = (0..)
            .zip(names.iter().zip(&kinds))
            .filter(|(_, (name, kind))| {
                is_wanted(&extensions, hidden, name, **kind)
            })
            .map(|(index, _)| index)
            .collect();
        prop_assert_eq!(matcher.match_names(&entries).entries, expected);
    }
}
