//! Which of equal files stay: what is decided by hand is above rules, and
//! references are above both. A group is never emptied.

/// One of equal files, as far as it matters to whether it stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether it is a reference, which stays in any case.
    pub is_reference: bool,
    /// What was decided of it by hand: whether it stays.
    pub mark: Option<bool>,
}

/// The places of those files of a group that rules choose among: references,
/// if it has any.
pub fn candidates(group: &[Standing]) -> impl Iterator<Item = usize> + '_ {
    let wanted = group.iter().any(|file| file.is_reference);
    let all = group.iter().enumerate();
    all.filter(move |(_, file)| file.is_reference == wanted).map(|(at, _)| at)
}

/// Which files of a group stay, where the rules chose the one at this place.
///
/// ```
/// use sanchay::ops::{Standing, staying};
///
/// let mut group = [Standing::default(); 3];
/// assert_eq!(staying(&group, 1), [false, true, false]);
/// group[2].mark = Some(true);
/// assert_eq!(staying(&group, 1), [false, true, true]);
/// group[1].mark = Some(false);
/// assert_eq!(staying(&group, 1), [false, false, true]);
/// // One stays, whatever was decided.
/// group[2].mark = Some(false);
/// assert_eq!(staying(&group, 1), [false, true, false]);
/// ```
#[must_use]
pub fn staying(group: &[Standing], chosen: usize) -> Vec<bool> {
    let mut stays: Vec<bool> = group
        .iter()
        .enumerate()
        .map(|(at, file)| {
            file.is_reference || file.mark.unwrap_or(at == chosen)
        })
        .collect();
    if !stays.contains(&true)
        && let Some(one) = stays.get_mut(chosen)
    {
        *one = true;
    }
    stays
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn of_every_group_at_least_one_stays_and_so_do_all_references(
            group in prop::collection::vec(
                (any::<bool>(), any::<Option<bool>>()), 1..8),
            nth in any::<prop::sample::Index>(),
        ) {
            let group: Vec<Standing> = group
                .into_iter()
                .map(|(is_reference, mark)| Standing { is_reference, mark })
                .collect();
            let among: Vec<usize> = candidates(&group).collect();
            let stays = staying(&group, *nth.get(&among));
            prop_assert!(stays.contains(&true));
            for (file, stays) in group.iter().zip(&stays) {
                prop_assert!(*stays || !file.is_reference);
            }
            if stays.iter().filter(|it| **it).count() > 1 {
                for (file, stays) in group.iter().zip(&stays) {
                    let is_kept = file.mark == Some(true);
                    prop_assert!(*stays || !is_kept);
                    let goes = file.mark == Some(false);
                    prop_assert!(!*stays || !goes || file.is_reference);
                }
            }
        }
    }
}
