//! Classes of sizes, each sixteen times the one before.

/// A class of sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizeClass {
    /// The least size in it, in bytes.
    pub from: u64,
    /// The least size beyond it; `None` for the last class.
    pub below: Option<u64>,
}

/// The power of two that the second class of files with bytes begins at.
const FIRST: u32 = 12;

/// The powers of two in a class.
const STEP: u32 = 4;

impl SizeClass {
    /// All classes, the smallest first: empty files, those below 4 KiB,
    /// 64 KiB, 1 MiB, 16 MiB, 256 MiB, 4 GiB and 64 GiB, and the others.
    pub const ALL: [Self; 9] = [
        Self { from: 0, below: Some(1) },
        Self { from: 1, below: Some(1 << 12) },
        Self { from: 1 << 12, below: Some(1 << 16) },
        Self { from: 1 << 16, below: Some(1 << 20) },
        Self { from: 1 << 20, below: Some(1 << 24) },
        Self { from: 1 << 24, below: Some(1 << 28) },
        Self { from: 1 << 28, below: Some(1 << 32) },
        Self { from: 1 << 32, below: Some(1 << 36) },
        Self { from: 1 << 36, below: None },
    ];

    /// The index in [`Self::ALL`] of the class of a size.
    #[must_use]
    pub fn index_of(size: u64) -> usize {
        let last = Self::ALL.len() - 1;
        match size.checked_ilog2() {
            None => 0,
            Some(power) => match power.checked_sub(FIRST) {
                None => 1,
                Some(above) => last.min(2 + (above / STEP) as usize),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SizeClass;

    #[test]
    fn a_size_is_in_the_class_whose_bounds_hold_it() {
        for power in 0..64_u32 {
            for size in [0, (1 << power) - 1, 1 << power, (1 << power) + 1] {
                let class = SizeClass::ALL[SizeClass::index_of(size)];
                assert!(class.from <= size, "{size}: {class:?}");
                let within = class.below.is_none_or(|below| size < below);
                assert!(within, "{size}: {class:?}");
            }
        }
        let last = SizeClass::ALL[SizeClass::index_of(u64::MAX)];
        assert_eq!(last.below, None);
    }

    #[test]
    fn each_class_begins_where_the_one_before_it_ends() {
        for pair in SizeClass::ALL.windows(2) {
            assert_eq!(pair[0].below, Some(pair[1].from));
        }
    }
}
