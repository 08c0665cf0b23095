//! Sizes as people read them.

use core::fmt;

use unit_prefix::NumberPrefix;

/// A number of bytes, with two digits and a power of 1024: `1.46 KiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HumanBytes(pub u64);

impl fmt::Display for HumanBytes {
    #[expect(
        clippy::cast_precision_loss,
        clippy::as_conversions,
        reason = "two digits after the point are shown"
    )]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NumberPrefix::binary(self.0 as f64) {
            NumberPrefix::Standalone(number) => write!(f, "{number:.0} B"),
            NumberPrefix::Prefixed(prefix, number) => {
                write!(f, "{number:.2} {prefix}B")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::HumanBytes;

    #[test]
    fn bytes_are_told_in_powers_of_1024() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.00 KiB"),
            (1500, "1.46 KiB"),
            (u64::MAX, "16.00 EiB"),
        ] {
            assert_eq!(HumanBytes(bytes).to_string(), text);
        }
    }
}
