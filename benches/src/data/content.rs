//! What small files hold: sizes and bytes, as functions of a file's number.

use super::random::Random;

/// The median size in bytes.
const MEDIAN: f64 = 4096.0;

/// The deviation of the sizes' natural logarithm: 100,000 files are then
/// about 0.84 GB.
const DEVIATION: f64 = 1.2;

/// No file is greater, in bytes.
pub(crate) const MOST: u64 = 1024 * 1024;

/// One file in this many repeats the content of another.
const DUPLICATES: u64 = 5;

/// The purposes of the streams of random numbers.
const WHICH: u64 = 1;
const SIZE: u64 = 2;
const BYTES: u64 = 3;

/// The number of the file whose content the file with this number has: its
/// own, or that of an earlier one.
pub(crate) fn original(file: u64) -> u64 {
    if !repeats(file) {
        return file;
    }
    // Originals are so common that this ends at once; the first file is one.
    let mut random = Random::new(WHICH, file);
    loop {
        let earlier = random.below(file);
        if !repeats(earlier) {
            return earlier;
        }
    }
}

/// The bytes of an original, written into a buffer that is used again.
pub(crate) fn write(original: u64, buffer: &mut Vec<u8>) {
    buffer.clear();
    let length = usize::try_from(size(original)).unwrap_or(0);
    buffer.resize(length, 0);
    Random::new(BYTES, original).fill(buffer);
}

/// The size of an original in bytes: log-normal, from 1 to [`MOST`].
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range before it is converted"
)]
pub(crate) fn size(original: u64) -> u64 {
    let normal = Random::new(SIZE, original).normal();
    let size = MEDIAN * (DEVIATION * normal).exp();
    size.clamp(1.0, MOST as f64) as u64
}

/// Whether a file has the content of an earlier one.
fn repeats(file: u64) -> bool {
    file > 0 && Random::new(WHICH, file).once_in(DUPLICATES)
}

#[cfg(test)]
mod tests {
    use super::{original, size};

    #[test]
    fn sizes_are_as_the_documentation_says() {
        let mut sizes: Vec<u64> = (0..100_000).map(size).collect();
        sizes.sort_unstable();
        let median = sizes[sizes.len() / 2];
        assert!((4000..4200).contains(&median), "{median}");
        let sum: u64 = sizes.iter().sum();
        assert!((810_000_000..880_000_000).contains(&sum), "{sum}");
        assert!(sizes[0] >= 1 && sizes[sizes.len() - 1] <= super::MOST);
    }

    #[test]
    fn a_fifth_of_the_files_repeat_an_earlier_original() {
        let mut repeated = 0;
        for file in 0..100_000 {
            let source = original(file);
            assert_eq!(original(source), source);
            assert!(source <= file);
            repeated += u64::from(source != file);
        }
        assert!((19_500..20_500).contains(&repeated), "{repeated}");
    }
}
