//! The files of which a new plugin is made, and where they go.
//!
//! A file's text has placeholders: `{{name}}` for the plugin's name, which
//! also is the name of a package of cargo's, and `{{world}}` for the world.
//! Beside these files goes the WIT package, as the folder `wit`.
//!
//! The manifest is called `Cargo.toml.in` here, because cargo would take the
//! folder of a `Cargo.toml` for a package of its own.

/// A file of a template.
pub(crate) struct File {
    /// Where it goes in the plugin's folder.
    pub(crate) path: &'static str,
    /// Its text, with placeholders.
    pub(crate) text: &'static str,
}

impl File {
    /// Its text for a plugin of this name and world (`filter-plugin` or
    /// `extractor-plugin`).
    pub(crate) fn fill(&self, name: &str, world: &str) -> String {
        self.text.replace("{{name}}", name).replace("{{world}}", world)
    }
}

/// A file, by its path in the plugin and its path here.
macro_rules! file {
    ($path:literal, $from:literal) => {
        File { path: $path, text: include_str!($from) }
    };
}

/// A filter in Rust.
pub(crate) const RUST_FILTER: &[File] = &[
    file!("Cargo.toml", "rust/Cargo.toml.in"),
    file!("README.md", "rust/README.md"),
    file!("src/bindings.rs", "rust/src/bindings.rs"),
    file!("src/last_words.rs", "rust/src/last_words.rs"),
    file!("src/lib.rs", "rust/filter/lib.rs"),
];

/// An extractor in Rust.
pub(crate) const RUST_EXTRACTOR: &[File] = &[
    file!("Cargo.toml", "rust/Cargo.toml.in"),
    file!("README.md", "rust/README.md"),
    file!("src/bindings.rs", "rust/src/bindings.rs"),
    file!("src/last_words.rs", "rust/src/last_words.rs"),
    file!("src/lib.rs", "rust/extractor/lib.rs"),
];

/// A filter in C.
pub(crate) const C_FILTER: &[File] = &[
    file!("Makefile", "c/Makefile"),
    file!("README.md", "c/README.md"),
    file!("filter.c", "c/filter/filter.c"),
    file!("support/after_call.c", "c/filter/support/after_call.c"),
    file!("support/libc.c", "c/support/libc.c"),
    file!("support/plugin.c", "c/filter/support/plugin.c"),
    file!("support/plugin.h", "c/filter/support/plugin.h"),
    file!("support/stdlib.h", "c/support/stdlib.h"),
    file!("support/string.h", "c/support/string.h"),
    file!("support/world.s", "c/filter/support/world.s"),
];

/// An extractor in C.
pub(crate) const C_EXTRACTOR: &[File] = &[
    file!("Makefile", "c/Makefile"),
    file!("README.md", "c/README.md"),
    file!("extractor.c", "c/extractor/extractor.c"),
    file!("support/after_call.c", "c/extractor/support/after_call.c"),
    file!("support/libc.c", "c/support/libc.c"),
    file!("support/plugin.c", "c/extractor/support/plugin.c"),
    file!("support/plugin.h", "c/extractor/support/plugin.h"),
    file!("support/stdlib.h", "c/support/stdlib.h"),
    file!("support/string.h", "c/support/string.h"),
    file!("support/world.s", "c/extractor/support/world.s"),
];

/// A filter in JavaScript.
pub(crate) const JAVASCRIPT_FILTER: &[File] = &[
    file!("README.md", "javascript/README.md"),
    file!("package.json", "javascript/package.json"),
    file!("plugin.js", "javascript/filter/plugin.js"),
    file!("plugin.test.js", "javascript/filter/plugin.test.js"),
];

/// A filter in Python.
pub(crate) const PYTHON_FILTER: &[File] = &[
    file!("README.md", "python/README.md"),
    file!("plugin.py", "python/filter/plugin.py"),
    file!("test_plugin.py", "python/filter/test_plugin.py"),
];

/// An extractor in JavaScript.
pub(crate) const JAVASCRIPT_EXTRACTOR: &[File] = &[
    file!("README.md", "javascript/README.md"),
    file!("package.json", "javascript/package.json"),
    file!("plugin.js", "javascript/extractor/plugin.js"),
    file!("plugin.test.js", "javascript/extractor/plugin.test.js"),
];

/// An extractor in Python.
pub(crate) const PYTHON_EXTRACTOR: &[File] = &[
    file!("README.md", "python/README.md"),
    file!("plugin.py", "python/extractor/plugin.py"),
    file!("test_plugin.py", "python/extractor/test_plugin.py"),
];
