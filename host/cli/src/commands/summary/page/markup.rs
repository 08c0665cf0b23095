//! What stands in HTML: names, escaped twice.

use std::fmt;

use sanchay::escaped;

/// A name in HTML, in text or in an attribute.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shown<'a>(pub(super) &'a [u8]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        write!(Markup(f), "{}", escaped(self.0))
    }
}

/// Replaces what HTML reads as markup.
struct Markup<'f, 'a>(&'f mut fmt::Formatter<'a>);

impl fmt::Write for Markup<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for part in text.split_inclusive(['&', '<', '>', '"', '\'']) {
            let plain = part.trim_end_matches(['&', '<', '>', '"', '\'']);
            self.0.write_str(plain)?;
            self.0.write_str(match part.strip_prefix(plain) {
                Some("&") => "&amp;",
                Some("<") => "&lt;",
                Some(">") => "&gt;",
                Some("\"") => "&quot;",
                Some("'") => "&#39;",
                _ => "",
            })?;
        }
        Ok(())
    }
}

/// The last component of a path, which `Shown` shows.
pub(super) fn name(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|it| *it == b'/') {
        Some(slash) if slash + 1 < path.len() => {
            path.get(slash + 1..).unwrap_or(path)
        }
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::{Shown, name};

    #[test]
    fn nothing_in_a_name_is_markup_or_reorders_text() {
        let name = b"<script>\"a\" & 'b'</script>\n\xff\xe2\x80\xae&&";
        assert_eq!(
            Shown(name).to_string(),
            "&lt;script&gt;&quot;a&quot; &amp; &#39;b&#39;&lt;/script&gt;\
             \\n\\xff\\u{202e}&amp;&amp;"
        );
        assert_eq!(Shown("ünï/文".as_bytes()).to_string(), "ünï/文");
    }

    #[test]
    fn a_name_is_what_follows_the_last_slash() {
        for (path, last) in
            [("a/b", "b"), ("a", "a"), ("/", "/"), (".", "."), ("", "")]
        {
            assert_eq!(name(path.as_bytes()), last.as_bytes());
        }
    }
}
