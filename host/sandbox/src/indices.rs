//! Indices that a component returned: those of the entries of a batch that
//! are wanted.

/// Checks that indices ascend strictly and stay below `count`.
pub(crate) fn check(indices: &[u32], count: usize) -> Result<(), String> {
    let ascending = indices.is_sorted_by(|a, b| a < b);
    let within = indices.last().is_none_or(|last| (*last as usize) < count);
    match ascending && within {
        true => Ok(()),
        false => Err(format!("indices that cannot be, of {count} entries")),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn indices_ascend_and_stay_within_the_batch() {
        for (indices, count) in [(&[][..], 0), (&[0], 1), (&[0, 7, 9], 10)] {
            assert_eq!(check(indices, count), Ok(()), "{indices:?}");
        }
        for (indices, count) in
            [(&[0][..], 0), (&[1], 1), (&[1, 0], 2), (&[0, 0], 2)]
        {
            assert!(check(indices, count).is_err(), "{indices:?}");
        }
    }
}
