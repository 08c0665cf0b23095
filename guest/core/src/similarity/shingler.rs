//! The shingles of a text, as numbers.

use alloc::vec;
use alloc::vec::Vec;

use super::Shingling;
use super::text::Text;
use super::words::Units;

/// What the hash of a unit is multiplied by for each unit that follows in the
/// shingle: any odd number whose bits look random. This one is the first of
/// `SplitMix64` with the seed 0.
const BASE: u64 = 0xe220_a839_7b1d_cdaf;

/// How many bytes are cut into shingles at a time: what comes of them is still
/// in the processor's cache when it is used.
const PIECE: usize = 4096;

/// Cuts texts into shingles. Each is one number: the hashes of its units, as
/// the digits of a number in base [`BASE`] of 64 bits. A text of fewer units
/// than a shingle has is one shingle.
///
/// Any bytes can be passed. What begins with a byte order mark, or looks like
/// UTF-16, is decoded; otherwise it is UTF-8, or another encoding in which
/// ASCII is as it is. What has zeros, or many control characters, in its first
/// 4096 bytes, is no text and has no shingles.
///
/// ```
/// use sanchay_core::similarity::{Shingler, Shingling};
///
/// let mut shingles = Vec::new();
/// let mut shingler = Shingler::new(Shingling::default());
/// let mut each = |some: &[u64]| shingles.extend_from_slice(some);
/// shingler.update(b"the quick brown fox", &mut each);
/// assert!(shingler.finish(&mut each));
/// assert_eq!(shingles.len(), 2);
/// ```
pub struct Shingler {
    shingling: Shingling,
    text: Text,
    cutter: Cutter,
}

/// Makes shingles of units.
struct Cutter {
    units: Units,
    window: Window,
}

/// The units that the next shingle may begin with.
struct Window {
    /// Their hashes, each in its place by its number.
    last: Vec<u64>,
    /// Where the next one goes.
    next: usize,
    /// How many units there were, up to those of a shingle.
    count: usize,
    /// The shingle of these units.
    shingle: u64,
    /// What the hash of a unit has been multiplied by that leaves.
    power: u64,
    /// Shingles to pass on.
    found: Vec<u64>,
}

impl Shingler {
    /// Cuts into such shingles.
    #[must_use]
    pub fn new(shingling: Shingling) -> Self {
        let units = Units::new(shingling.unit());
        let cutter = Cutter { units, window: Window::new(shingling) };
        Self { shingling, text: Text::new(), cutter }
    }

    /// What a shingle is.
    #[must_use]
    pub const fn shingling(&self) -> Shingling {
        self.shingling
    }

    /// Reads the next bytes of the text. `each` gets shingles, some at a time
    /// and in their order; some occur several times. Returns false where it is
    /// known to be no text, of which no more need be read.
    pub fn update(
        &mut self,
        data: &[u8],
        each: &mut dyn FnMut(&[u64]),
    ) -> bool {
        let Self { text, cutter, .. } = self;
        text.update(data, &mut |text| cutter.cut(text, each))
    }

    /// Ends the text; whether it was one. The next one can be read then.
    pub fn finish(&mut self, each: &mut dyn FnMut(&[u64])) -> bool {
        let Self { text, cutter, .. } = self;
        let is_text = text.finish(&mut |text| cutter.cut(text, each));
        cutter.finish(each);
        is_text
    }
}

impl Cutter {
    fn cut(&mut self, text: &[u8], each: &mut dyn FnMut(&[u64])) {
        let Self { units, window } = self;
        for piece in text.chunks(PIECE) {
            units.update(piece, &mut |unit| window.add(unit));
            window.pass_on(each);
        }
    }

    fn finish(&mut self, each: &mut dyn FnMut(&[u64])) {
        let Self { units, window } = self;
        units.finish(&mut |unit| window.add(unit));
        window.finish(each);
    }
}

impl Window {
    fn new(shingling: Shingling) -> Self {
        let size = shingling.size();
        let len = usize::try_from(size).unwrap_or(1).max(1);
        Self {
            last: vec![0; len],
            next: 0,
            count: 0,
            shingle: 0,
            power: BASE.wrapping_pow(size),
            found: Vec::with_capacity(PIECE + len),
        }
    }

    #[inline]
    fn add(&mut self, unit: u64) {
        let len = self.last.len();
        let Some(place) = self.last.get_mut(self.next) else { return };
        let first = core::mem::replace(place, unit);
        self.next = match self.next + 1 {
            next if next < len => next,
            _ => 0,
        };
        self.shingle = self
            .shingle
            .wrapping_mul(BASE)
            .wrapping_add(unit)
            .wrapping_sub(first.wrapping_mul(self.power));
        self.count = (self.count + 1).min(len);
        if self.count == len {
            self.found.push(self.shingle);
        }
    }

    fn pass_on(&mut self, each: &mut dyn FnMut(&[u64])) {
        if !self.found.is_empty() {
            each(&self.found);
            self.found.clear();
        }
    }

    /// Makes a shingle of what there is, if that is less than one.
    fn finish(&mut self, each: &mut dyn FnMut(&[u64])) {
        if self.count > 0 && self.count < self.last.len() {
            self.found.push(self.shingle);
        }
        self.pass_on(each);
        self.last.fill(0);
        (self.next, self.count, self.shingle) = (0, 0, 0);
    }
}
