//! The templates of which `sanchay plugin new` makes a plugin, and the WIT
//! package that goes with them.
//!
//! A template's files are in `files/`, but for what is generated from the WIT
//! package when this crate is compiled. Their texts and paths have
//! placeholders; [`Template::files`] says which.
//!
//! The manifest is called `Cargo.toml.in` there, because cargo would take the
//! folder of a `Cargo.toml` for a package of its own.

mod language;
pub mod wit;
mod world;

pub use language::Language;
pub use world::World;

/// A template: what a plugin is written in, and what it is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// The language.
    pub language: Language,
    /// The world.
    pub world: World,
}

impl Template {
    /// The files of a plugin of this name: their paths in its folder, and
    /// their texts. The WIT package is among them, in the folder `wit`.
    ///
    /// `{{name}}` is the plugin's name, which also is that of a package of
    /// cargo's; `{{world}}` its world, `{{kind}}` that in a word,
    /// `{{interface}}` the interface that it exports, `{{call}}` the function
    /// that does its work, and `{{version}}` the WIT package's.
    #[must_use]
    pub fn files(self, name: &str) -> Vec<(String, String)> {
        let fill = |text: &str| self.fill(text, name);
        let own = self
            .language
            .files()
            .iter()
            .map(|file| (fill(file.path), fill(file.text(self.world))));
        let wit = wit::FILES
            .iter()
            .map(|(file, text)| (format!("wit/{file}"), (*text).to_owned()));
        own.chain(wit).collect()
    }

    /// The path of the file that has what the template does as an example.
    #[must_use]
    pub fn example(self) -> String {
        self.fill(self.language.example(), "")
    }

    fn fill(self, text: &str, name: &str) -> String {
        [
            ("{{name}}", name),
            ("{{world}}", self.world.name()),
            ("{{kind}}", self.world.kind()),
            ("{{interface}}", self.world.interface()),
            ("{{call}}", self.world.call()),
            ("{{version}}", wit::VERSION),
        ]
        .iter()
        .fold(text.to_owned(), |text, (place, value)| {
            text.replace(place, value)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Language, Template, World};

    #[test]
    fn every_place_is_filled_and_no_two_files_have_one_path() {
        for language in Language::ALL {
            for world in World::ALL {
                let template = Template { language, world };
                let mut paths = BTreeSet::new();
                for (path, text) in template.files("my-plugin") {
                    for filled in [&path, &text] {
                        assert!(!filled.contains("{{"), "{path}: {filled}");
                    }
                    assert!(paths.insert(path.clone()), "{path} twice");
                }
                assert!(paths.contains(&template.example()), "{template:?}");
                assert!(paths.contains("wit/world.wit"), "{template:?}");
            }
        }
    }

    #[test]
    fn generated_c_exports_the_calls_of_its_world() {
        for world in World::ALL {
            let template = Template { language: Language::C, world };
            let files = template.files("my-plugin");
            let text = |name: &str| {
                let mut of_it = files.iter().filter(|it| it.0 == name);
                of_it.next().map(|it| &*it.1).unwrap_or_default()
            };
            let (interface, call) = (world.interface(), world.call());
            let call = format!("exports_{interface}_{call}(");
            assert!(text("support/plugin.h").contains(&call), "{call}");
            assert!(text(&template.example()).contains(&call), "{call}");
            let section = format!("component-type:{world}\"");
            assert!(text("support/world.s").contains(&section), "{section}");
        }
    }
}
