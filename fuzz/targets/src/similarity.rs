//! Shingles: however a text is cut into pieces, its sketch and its set are
//! those of the whole, and of ASCII the ones that a plain way gives.

use sanchay_core::similarity::{
    Collector, MinHasher, Shingler, Shingling, Sketcher, Unit,
};
use xxhash_rust::xxh3::xxh3_128;

use crate::input::Input;

/// Sketches a text and collects its shingles, in pieces, twice.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let characters = input.flag();
    let unit = if characters { Unit::Characters } else { Unit::Words };
    let size = u32::from(input.byte() % 8) + 1;
    let shingling = Shingling::new(unit, size).unwrap();
    let cuts: Vec<u64> = (0..input.below(8)).map(|_| input.number()).collect();
    let text = input.rest();

    let mut whole = Vec::new();
    let mut shingler = Shingler::new(shingling);
    shingler.update(text, &mut |some| whole.extend_from_slice(some));
    let is_text = shingler.finish(&mut |some| whole.extend_from_slice(some));
    assert!(is_text || whole.is_empty(), "shingles of what is no text");
    let is_plain = |byte: &u8| matches!(byte, b'\n' | b' '..=b'~');
    if text.iter().all(is_plain) {
        assert_eq!(whole, plain(unit, size, text), "another way");
    }
    let mut set = whole.clone();
    set.sort_unstable();
    set.dedup();

    let mut sketcher = Sketcher::new(shingling);
    let mut collector = Collector::new(shingling);
    for _ in 0..2 {
        let mut rest = text;
        for cut in &cuts {
            let len = usize::try_from(*cut).unwrap_or(usize::MAX);
            let (piece, after) = rest.split_at(len.min(rest.len()));
            sketcher.update(piece);
            collector.update(piece);
            rest = after;
        }
        sketcher.update(rest);
        collector.update(rest);
        assert_eq!(collector.finish().unwrap(), set, "the set");
        let sketch = sketcher.finish();
        assert_eq!(sketch.is_some(), is_text, "whether it is a text");
        let Some(sketch) = sketch else { continue };
        let signature = MinHasher::default().signature(&set);
        assert_eq!(sketch.signature, signature, "the signature");
        assert_eq!(sketch.shingles, whole.len() as u64, "their number");
        let bytes: Vec<u8> =
            whole.iter().flat_map(|it| it.to_le_bytes()).collect();
        let digest = u128::from_be_bytes(sketch.digest);
        assert_eq!(digest, xxh3_128(&bytes), "the digest");
    }
}

/// The shingles of ASCII without control characters but newlines.
fn plain(unit: Unit, size: u32, text: &[u8]) -> Vec<u64> {
    let mut units = Vec::new();
    let mut word = Vec::new();
    for byte in text {
        let is_letter = byte.is_ascii_alphanumeric() || *byte == b'_';
        if unit == Unit::Characters {
            units.push(mix(u64::from(*byte)));
        } else if is_letter {
            word.push(*byte);
        } else {
            units.extend((!word.is_empty()).then(|| hash(&word)));
            word.clear();
            let is_space = byte.is_ascii_whitespace();
            units.extend((!is_space).then(|| hash(&[*byte])));
        }
    }
    units.extend((!word.is_empty()).then(|| hash(&word)));
    let shingle = |units: &[u64]| {
        units.iter().fold(0_u64, |shingle, unit| {
            shingle.wrapping_mul(0xe220_a839_7b1d_cdaf).wrapping_add(*unit)
        })
    };
    let size = usize::try_from(size).unwrap().min(units.len()).max(1);
    units.windows(size).map(shingle).collect()
}

fn hash(word: &[u8]) -> u64 {
    word.chunks(8).fold(0, |hash, chunk| {
        let bytes = chunk.iter().rev();
        let number = bytes.fold(0, |it, byte| it << 8 | u64::from(*byte));
        mix(hash ^ number)
    })
}

fn mix(number: u64) -> u64 {
    let mut z = number;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
