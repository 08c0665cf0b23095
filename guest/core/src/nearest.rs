//! What a name that is not known was meant to be: "did you mean size?".

use alloc::vec::Vec;

/// The nearest of some names, if one is near.
///
/// ```
/// use sanchay_core::nearest::nearest;
///
/// let fields = ["size", "modified"];
/// assert_eq!(nearest("siez", fields.into_iter()), Some("size"));
/// assert_eq!(nearest("colour", fields.into_iter()), None);
/// ```
#[must_use]
pub fn nearest<'n>(
    name: &str,
    names: impl Iterator<Item = &'n str>,
) -> Option<&'n str> {
    let distances = names.map(|it| (distance(name, it), it));
    let near = distances.min_by_key(|(distance, _)| *distance)?;
    (near.0 <= 2 && near.0 < name.len()).then_some(near.1)
}

/// How many letters have to be changed, added or left out.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(32).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(32).enumerate() {
        let mut diagonal = i;
        let mut left = i.saturating_add(1);
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (y, above) in b.iter().zip(row.iter_mut().skip(1)) {
            let changed = diagonal.saturating_add(usize::from(x != *y));
            diagonal = *above;
            let moved = left.min(*above).saturating_add(1);
            *above = changed.min(moved);
            left = *above;
        }
    }
    row.last().copied().unwrap_or_default()
}
