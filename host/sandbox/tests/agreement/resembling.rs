//! Sketches of texts and sets of shingles, natively and in the sandbox.

use proptest::collection::vec;
use proptest::prelude::*;
use sanchay_core::similarity::{
    Collector, MAX_SHINGLES, Shingling, Sketch, Sketcher, Unit,
};
use sanchay_sandbox::{Fault, Inspector, TextTask};

use crate::support::inspector;

fn read(inspector: &mut Inspector, data: &[u8], piece: usize) {
    for piece in data.chunks(piece) {
        let goes_on = inspector.read_text_with(piece.len(), &mut |space| {
            space.copy_from_slice(piece);
            piece.len()
        });
        if !goes_on.unwrap() {
            return;
        }
    }
}

fn sketch(
    inspector: &mut Inspector,
    of: Shingling,
    data: &[u8],
    piece: usize,
) -> Option<Sketch> {
    inspector.begin_text(TextTask::Sketch, of).unwrap();
    read(inspector, data, piece);
    inspector.finish_sketch().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn sketches_and_sets_agree(
        texts in vec(vec(prop_oneof![
            8 => prop::sample::select(b"abc  .\n".to_vec()),
            1 => 0x80_u8..,
            1 => 1_u8..,
        ], 0..20_000), 1..4),
        piece in 1_usize..9000,
        size in 1_u32..9,
        characters: bool,
    ) {
        let unit = if characters { Unit::Characters } else { Unit::Words };
        let shingling = Shingling::new(unit, size).unwrap();
        let mut inspector = inspector();
        for text in texts {
            let mut sketcher = Sketcher::new(shingling);
            sketcher.update(&text);
            let expected = sketcher.finish();
            let told = sketch(&mut inspector, shingling, &text, piece);
            prop_assert_eq!(told, expected);
            let mut collector = Collector::new(shingling);
            collector.update(&text);
            let expected = collector.finish().ok();
            inspector.begin_text(TextTask::Set, shingling).unwrap();
            read(&mut inspector, &text, piece);
            prop_assert_eq!(inspector.finish_set().unwrap(), expected);
        }
    }
}

#[test]
fn a_text_that_was_abandoned_leaves_nothing_behind() {
    let mut inspector = inspector();
    let of = Shingling::default();
    let expected = sketch(&mut inspector, of, b"a b c d", 100);
    inspector.begin_text(TextTask::Sketch, of).unwrap();
    read(&mut inspector, b"other words", 100);
    assert_eq!(sketch(&mut inspector, of, b"a b c d", 100), expected);
    let other = Shingling::new(Unit::Words, 2).unwrap();
    assert_ne!(sketch(&mut inspector, other, b"a b c d", 100), expected);
    assert_eq!(sketch(&mut inspector, of, b"a b c d", 100), expected);
}

#[test]
fn a_text_ends_as_what_it_was_begun_for_and_once() {
    let mut inspector = inspector();
    let of = Shingling::default();
    let none = |it| matches!(it, Err(Fault::NoStream));
    assert!(none(inspector.finish_sketch().map(drop)));
    inspector.begin_text(TextTask::Sketch, of).unwrap();
    assert!(none(inspector.finish_set().map(drop)));
    assert!(none(inspector.finish_sketch().map(drop)));
    let read = inspector.read_text_with(1, &mut |_| 0);
    assert!(none(read.map(drop)));
}

#[test]
fn the_largest_set_fits_the_sandbox_and_a_larger_one_is_refused() {
    let mut inspector = inspector();
    let of = Shingling::new(Unit::Words, 1).unwrap();
    for (more, fits) in [(0, true), (1, false)] {
        let words = 0..MAX_SHINGLES + more;
        let text: String = words.map(|it| format!("{it} ")).collect();
        inspector.begin_text(TextTask::Set, of).unwrap();
        read(&mut inspector, text.as_bytes(), 128 << 10);
        let set = inspector.finish_set().unwrap();
        let expected = fits.then_some(MAX_SHINGLES);
        assert_eq!(set.map(|it| it.len()), expected);
    }
}
