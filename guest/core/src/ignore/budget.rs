//! What matching may cost. Steps are counted rather than time, so that the
//! same names and rules have the same answer on every machine.

/// How many steps each name may cost, for all rules together: thousands of
/// rules with wildcards, of which nearly all fail at their first byte.
const STEPS_PER_NAME: u64 = 1 << 17;

/// How many a listing may cost besides, however short it is.
const STEPS_PER_LISTING: u64 = 1 << 20;

/// The steps that matching a listing may still take.
#[derive(Debug)]
pub(super) struct Budget {
    left: u64,
}

impl Budget {
    /// For a listing of so many names.
    pub(super) fn of_listing(names: usize) -> Self {
        let names = u64::try_from(names).unwrap_or(u64::MAX);
        let steps = STEPS_PER_NAME.saturating_mul(names);
        Self { left: steps.saturating_add(STEPS_PER_LISTING) }
    }

    /// Takes steps; `false` once there are none left.
    #[inline]
    pub(super) fn spend(&mut self, steps: usize) -> bool {
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        self.left = self.left.saturating_sub(steps);
        self.left > 0
    }

    /// How many are left.
    pub(super) const fn left(&self) -> u64 {
        self.left
    }
}
