//! The order of a directory's entries that makes a depth-first walk come upon
//! files in the byte order of their whole paths.

use core::cmp::Ordering;

/// Compares two entries of one directory. All that lies in a directory `d`
/// has a path that begins with `d/`, so a directory is placed as if its name
/// ended in a slash: `a-b` comes before `a/c`, which comes before `a0`.
#[must_use]
pub fn by_path(
    (a, a_is_dir): (&[u8], bool),
    (b, b_is_dir): (&[u8], bool),
) -> Ordering {
    let common = a.len().min(b.len());
    let (a_head, a_tail) = a.split_at(common);
    let (b_head, b_tail) = b.split_at(common);
    let next = |tail: &[u8], is_dir: bool| {
        tail.first().copied().or(is_dir.then_some(b'/'))
    };
    a_head
        .cmp(b_head)
        .then_with(|| next(a_tail, a_is_dir).cmp(&next(b_tail, b_is_dir)))
}

#[cfg(test)]
mod tests {
    use super::by_path;
    use proptest::prelude::*;

    #[test]
    fn a_directory_is_placed_as_its_contents_are() {
        let mut entries = [
            (&b"a0"[..], false),
            (b"a", true),
            (b"a-b", false),
            (b"a", true),
            (b"", false),
        ];
        entries.sort_by(|a, b| by_path(*a, *b));
        let names: Vec<_> = entries.iter().map(|entry| entry.0).collect();
        assert_eq!(names, [&b""[..], b"a-b", b"a", b"a", b"a0"]);
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_names_with_a_slash_behind_directories(
            a in "[a-c./-]{0,4}", a_is_dir: bool,
            b in "[a-c.-]{0,4}", b_is_dir: bool,
        ) {
            let a = a.replace('/', "");
            let key = |name: &str, is_dir: bool| {
                if is_dir { format!("{name}/") } else { name.to_owned() }
            };
            prop_assert_eq!(
                by_path((a.as_bytes(), a_is_dir), (b.as_bytes(), b_is_dir)),
                key(&a, a_is_dir).cmp(&key(&b, b_is_dir))
            );
        }
    }
}
