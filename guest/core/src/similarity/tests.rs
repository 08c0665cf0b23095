//! Signatures that are what they always were, how well they estimate, and
//! what makes texts alike.

use proptest::prelude::*;

use super::mix::SplitMix;
use super::{
    Banding, Collector, MAX_SHINGLES, MinHasher, PERMUTATIONS, Shingling,
    ShinglingError, Signature, Sketch, Sketcher, TooManyShingles, Unit,
    jaccard,
};

fn sketch(text: &[u8]) -> Option<Sketch> {
    let mut sketcher = Sketcher::new(Shingling::default());
    sketcher.update(text);
    sketcher.finish()
}

fn set_of(shingling: Shingling, text: &[u8]) -> Vec<u64> {
    let mut collector = Collector::new(shingling);
    collector.update(text);
    collector.finish().unwrap()
}

fn words(size: u32) -> Shingling {
    Shingling::new(Unit::Words, size).unwrap()
}

/// Numbers that look random.
fn random(seed: u64, count: usize) -> Vec<u64> {
    let mut sequence = SplitMix::new(seed);
    (0..count).map(|_| sequence.next()).collect()
}

#[test]
fn signatures_are_what_they_always_were() {
    let fox = sketch(b"The quick brown fox jumps over the lazy dog.").unwrap();
    let values = fox.signature.values();
    assert_eq!(values.len(), PERMUTATIONS);
    assert_eq!(fox.shingles, 8);
    assert_eq!(values[..4], FOX_FIRST);
    assert_eq!(values[124..], FOX_LAST);
    assert_eq!(u128::from_be_bytes(fox.digest), FOX_DIGEST);
    assert_eq!(fox.signature.bands(25)[..2], FOX_BANDS);
    let numbers = MinHasher::new(3, 42).signature(&[1, 2, 3]);
    assert_eq!(numbers.values(), NUMBERS);
}

// Another implementation, written from the documentation in Python, gave
// these, and xxhsum the digest.
const FOX_FIRST: [u32; 4] = [641451606, 521222826, 2659313, 1789247988];
const FOX_LAST: [u32; 4] = [697640615, 233839968, 7942369, 628647230];
const FOX_DIGEST: u128 = 0xa227_6463_1b5c_e9ae_dc4c_c21d_9758_128f;
const FOX_BANDS: [u64; 2] = [0x6d38_82aa_4549_bb16, 0x1a59_a43b_aa70_a328];
const NUMBERS: [u32; 3] = [2247984903, 769045496, 187851054];

#[test]
fn permutations_agree_as_often_as_sets_are_alike() {
    // 400 pairs of sets of 600 members, which have a Jaccard index.
    for (shared, index) in [(200, 0.2), (400, 0.5), (533, 0.7987)] {
        let hasher = MinHasher::default();
        let mut errors = Vec::new();
        for pair in 0..400 {
            let common = random(pair * 3, shared);
            let with = |seed| {
                let mut set = random(seed, 600 - shared);
                set.extend(&common);
                hasher.signature(&set)
            };
            let (one, other) = (with(pair * 3 + 1), with(pair * 3 + 2));
            errors.push(one.similarity(&other) - index);
        }
        let count = errors.len() as f64;
        let mean = errors.iter().sum::<f64>() / count;
        let square = errors.iter().map(|it| it * it).sum::<f64>() / count;
        let variance = index * (1.0 - index) / PERMUTATIONS as f64;
        let deviation = (variance / count).sqrt();
        assert!(mean.abs() < 4.0 * deviation, "{index}: a bias of {mean}");
        let ratio = square / variance;
        assert!((0.7..1.35).contains(&ratio), "{index}: {ratio}");
    }
}

#[test]
fn pairs_at_the_threshold_share_a_band() {
    let hasher = MinHasher::default();
    let Banding { bands, .. } = Banding::for_threshold(0.8, PERMUTATIONS);
    let share = |one: &Signature, other: &Signature| {
        let bands = one.bands(bands).into_iter().zip(other.bands(bands));
        bands.filter(|(one, other)| one == other).count() > 0
    };
    let mut found = 0;
    for pair in 0..1000 {
        let common = random(pair * 3, 400);
        let with = |seed| {
            let mut set = random(seed, 50);
            set.extend(&common);
            hasher.signature(&set)
        };
        let (one, other) = (with(pair * 3 + 1), with(pair * 3 + 2));
        found += usize::from(share(&one, &other));
    }
    assert!(found >= 990, "{found} of 1000");
}

#[test]
fn numbers_in_a_row_are_estimated_as_well_as_others() {
    let hasher = MinHasher::default();
    let one: Vec<u64> = (0..1000).collect();
    let other: Vec<u64> = (500..1500).collect();
    let estimate =
        hasher.signature(&one).similarity(&hasher.signature(&other));
    assert!((0.2..0.47).contains(&estimate), "{estimate}");
}

#[test]
fn white_space_does_not_count_and_order_does() {
    let one = sketch(b"if x:\n    y = 1\n").unwrap();
    assert_eq!(Some(&one), sketch(b"if x :\r\n\ty=1").as_ref());
    assert_ne!(Some(&one), sketch(b"y = 1 if x:").as_ref());
}

#[test]
fn a_text_shorter_than_a_shingle_is_one() {
    let short = sketch(b"two words").unwrap();
    assert_eq!(short.shingles, 1);
    assert_ne!(Some(&short), sketch(b"words two").as_ref());
    assert_eq!(sketch(b" \n").unwrap().shingles, 0);
    assert_eq!(set_of(words(3), b""), []);
}

#[test]
fn what_is_no_text_has_no_sketch() {
    assert_eq!(sketch(b"\x7fELF\x02\x01\x01\0\0\0\0"), None);
    assert_eq!(set_of(words(3), b"\x7fELF\x02\x01\x01\0\0\0\0"), []);
    // And the next is not taken for what the one before was.
    let mut sketcher = Sketcher::new(Shingling::default());
    assert!(sketcher.update(b"abc") && !sketcher.update(&[0; 5000]));
    assert_eq!(sketcher.finish(), None);
    sketcher.update(b"a b c");
    assert_eq!(sketcher.finish(), sketch(b"a b c"));
}

#[test]
fn a_text_is_the_same_in_every_encoding() {
    let text = "Ça va très bien, merci. 日本語 😀 fin\n".repeat(300);
    let expected = sketch(text.as_bytes());
    let little: Vec<u8> =
        text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(sketch(&[b"\xff\xfe", &*little].concat()), expected);
    assert_eq!(sketch(&[b"\xef\xbb\xbf", text.as_bytes()].concat()), expected);
}

#[test]
fn the_exact_index_is_that_of_the_sets() {
    let one = set_of(words(1), b"a b c d");
    let other = set_of(words(1), b"c d d e");
    assert!((jaccard(&one, &other) - 0.4).abs() < 1e-12);
    assert_eq!(jaccard(&[], &[]), 1.0);
    assert_eq!(jaccard(&one, &[]), 0.0);
    assert_eq!(jaccard(&one, &one), 1.0);
}

#[test]
fn shingles_have_so_many_units() {
    assert_eq!(Shingling::new(Unit::Words, 0), Err(ShinglingError(0)));
    assert_eq!(Shingling::new(Unit::Words, 65), Err(ShinglingError(65)));
    let characters = Shingling::new(Unit::Characters, 3).unwrap();
    assert_eq!(set_of(characters, b"aaaa").len(), 1);
    assert_eq!(set_of(characters, b"abcab").len(), 3);
    assert_eq!(set_of(characters, b"abcabc").len(), 3);
    assert_eq!(set_of(words(2), b"a b a b c").len(), 3);
}

#[test]
fn a_set_has_so_many_shingles_at_most() {
    let mut collector = Collector::new(words(1));
    for number in 0..MAX_SHINGLES {
        assert!(collector.update(format!("{number} ").as_bytes()));
    }
    collector.update(b"x");
    assert_eq!(collector.finish(), Err(TooManyShingles));
    collector.update(b"a b b");
    assert_eq!(collector.finish().map(|it| it.len()), Ok(2));
}

#[test]
fn signatures_that_cannot_be_compared_are_not_alike() {
    let of = |count| MinHasher::new(count, 1).signature(&[1]);
    assert_eq!(of(0).similarity(&of(0)), 0.0);
    assert_eq!(of(8).similarity(&of(16)), 0.0);
    assert_eq!(of(17).values().len(), 17);
    assert_eq!(of(16).values(), &of(17).values()[..16]);
    assert_eq!(of(10).bands(3).len(), 3);
    assert_eq!(of(10).bands(30).len(), 10);
    assert!(of(10).bands(0).is_empty() && of(0).bands(3).is_empty());
}

proptest! {
    #[test]
    fn a_sketch_is_the_same_in_any_pieces(
        text in prop::collection::vec(
            prop::sample::select(b"ab \n.\xc3\xa9\xff".to_vec()), 0..9000),
        size in 1_usize..6000,
    ) {
        let mut sketcher = Sketcher::new(Shingling::default());
        let mut collector = Collector::new(Shingling::default());
        for piece in text.chunks(size) {
            sketcher.update(piece);
            collector.update(piece);
        }
        prop_assert_eq!(sketcher.finish(), sketch(&text));
        prop_assert_eq!(
            collector.finish().unwrap(),
            set_of(Shingling::default(), &text)
        );
    }

    #[test]
    fn a_signature_is_that_of_the_set(mut members: Vec<u64>) {
        let hasher = MinHasher::new(20, 7);
        let expected = hasher.signature(&members);
        members.sort_unstable();
        members.dedup();
        prop_assert_eq!(&hasher.signature(&members), &expected);
        let twice = [&*members, &*members].concat();
        prop_assert_eq!(&hasher.signature(&twice), &expected);
    }
}
