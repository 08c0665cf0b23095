//! Listings come in pages, and a server says of each how the next one is asked
//! for. That is not believed without end: a listing that goes round in a
//! circle, or on and on without an object, is an error.

use std::collections::HashSet;

use xxhash_rust::xxh3::xxh3_64;

/// How many pages without anything may follow each other. Some servers have
/// such pages where much was deleted.
const EMPTY: u32 = 1000;

/// How many pages a listing may have: those of a billion objects.
const MOST: usize = 1_000_000;

/// What is said of a listing that goes round in a circle.
const AGAIN: &str = "the server lists the same again and again";

/// The pages of a listing that were seen: hashes of what asked for them, and
/// of what they ended with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Turned {
    tokens: HashSet<u64>,
    ends: HashSet<u64>,
    empty: u32,
}

impl Turned {
    /// Takes note of a page: of the last key in it, if there is any, and of
    /// what asks for the next one, if there is one.
    ///
    /// # Errors
    /// The listing does not come to an end.
    pub(crate) fn page(
        &mut self,
        last: Option<&str>,
        next: Option<&str>,
    ) -> Result<(), &'static str> {
        let Some(next) = next else { return Ok(()) };
        let new_token = self.tokens.insert(xxh3_64(next.as_bytes()));
        let new_end = match last {
            Some(last) => {
                self.empty = 0;
                self.ends.insert(xxh3_64(last.as_bytes()))
            }
            None => {
                self.empty += 1;
                true
            }
        };
        if !new_token || !new_end {
            return Err(AGAIN);
        }
        if self.empty >= EMPTY || self.tokens.len() >= MOST {
            return Err("the server's listing does not end");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{EMPTY, Turned};

    #[test]
    fn a_listing_that_makes_no_headway_is_an_error() {
        let mut circle = Turned::default();
        circle.page(Some("a"), Some("1")).unwrap();
        circle.page(Some("b"), Some("2")).unwrap();
        circle.page(Some("c"), Some("1")).unwrap_err();
        let mut same = Turned::default();
        same.page(Some("a"), Some("1")).unwrap();
        same.page(Some("a"), Some("2")).unwrap_err();
        let mut empty = Turned::default();
        let pages = (0..2 * EMPTY).map(|it| it.to_string());
        let ended = pages.map(|it| empty.page(None, Some(&it)));
        let turned = ended.take_while(Result::is_ok).count();
        assert_eq!(turned, EMPTY as usize - 1);
    }

    #[test]
    fn a_long_listing_is_listed_to_its_end() {
        let mut turned = Turned::default();
        for number in 0..3000 {
            let number = number.to_string();
            // Now and then a page has nothing.
            let last = Some(&*number).filter(|it| !it.ends_with('7'));
            turned.page(last, Some(&number)).unwrap();
        }
        turned.page(Some("z"), None).unwrap();
    }
}
