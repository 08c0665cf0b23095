//! The page for those who download what is published: what each file is, how
//! to check it, run it and embed it.

use std::{collections::BTreeMap, fmt::Write as _};

use sha2::{Digest as _, Sha256};

use crate::{description::Described, package::Package};

/// The page, with a place in double braces for what is not known before.
const PAGE: &str = include_str!("../README.in.md");

/// What the page has to say of what is published.
pub(crate) struct Facts(BTreeMap<String, String>);

impl Facts {
    pub(crate) fn new(package: &Package) -> Self {
        let mut facts = BTreeMap::new();
        let version = env!("CARGO_PKG_VERSION");
        facts.insert("version".into(), version.into());
        facts.insert("package".into(), package.name());
        facts.insert("package.file".into(), package.file_name());
        Self(facts)
    }

    /// What there is to say of a component.
    pub(crate) fn add(&mut self, name: &str, component: &Described) {
        let bare = Sha256::digest(&component.bare);
        let digest = bare.iter().fold(String::new(), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        });
        for (what, value) in [
            ("bare.size", component.bare.len().to_string()),
            ("bare.sha256", digest),
            ("imports", list(&component.imports)),
            ("exports", list(&component.exports)),
        ] {
            self.0.insert(format!("{name}.{what}"), value);
        }
    }
}

fn list(names: &[String]) -> String {
    let lines: Vec<_> = names.iter().map(|it| format!("- `{it}`")).collect();
    lines.join("\n")
}

/// The page.
pub(crate) fn text(facts: &Facts) -> String {
    let mut text = PAGE.to_owned();
    for (name, value) in &facts.0 {
        text = text.replace(&format!("{{{{{name}}}}}"), value);
    }
    text
}

/// The guide to embedding, with the links that hold where it is published.
pub(crate) fn guide(text: &[u8]) -> String {
    String::from_utf8_lossy(text)
        .replace("](../examples/", "](examples/")
        .replace("](../wit)", "](wit)")
}

#[cfg(test)]
mod tests {
    use super::guide;

    #[test]
    fn the_guides_links_hold_where_it_is_published() {
        let text = b"[a](../examples/a) [b](../wit) [c](INTERFACES.md)";
        let published = "[a](examples/a) [b](wit) [c](INTERFACES.md)";
        assert_eq!(guide(text), published);
    }
}
