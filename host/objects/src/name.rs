//! Names that nobody else gives.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A name that nobody else is likely to give, here or on another machine:
/// 32 hexadecimal digits.
#[must_use]
pub fn unlikely_name() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Relaxed);
    let random = || {
        // Each is keyed by what the system has at random.
        let mut hasher = RandomState::new().build_hasher();
        hasher.write_u64(count);
        hasher.write_u32(process::id());
        hasher.finish()
    };
    format!("{:016x}{:016x}", random(), random())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::unlikely_name;

    #[test]
    fn no_name_is_given_twice() {
        let names: HashSet<_> = (0..10_000).map(|_| unlikely_name()).collect();
        assert_eq!(names.len(), 10_000);
        assert!(names.iter().all(|name| name.len() == 32));
    }
}
