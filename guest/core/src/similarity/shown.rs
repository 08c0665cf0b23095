//! Similarities as people read them.

use core::fmt;

/// How alike two files are, with three digits. Only what is the same is shown
/// as 1.
///
/// ```
/// use sanchay_core::similarity::Shown;
///
/// assert_eq!(Shown(0.93449).to_string(), "0.934");
/// assert_eq!(Shown(0.99999).to_string(), "0.999");
/// assert_eq!(Shown(1.0).to_string(), "1.000");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Shown(pub f64);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(similarity) = *self;
        let shown = if similarity < 1.0 { similarity.min(0.999) } else { 1.0 };
        write!(f, "{shown:.3}")
    }
}
