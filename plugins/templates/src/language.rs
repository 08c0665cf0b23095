//! The languages that there are templates in, and the files of each.

use crate::World;

/// A language that there is a template in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Rust, with all of the standard library.
    Rust,
    /// C, without its library.
    C,
    /// JavaScript, with the engine QuickJS.
    Javascript,
    /// Python, with CPython.
    Python,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 4] =
        [Self::Rust, Self::C, Self::Javascript, Self::Python];

    /// What the command line calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::C => "c",
            Self::Javascript => "javascript",
            Self::Python => "python",
        }
    }

    pub(crate) fn files(self) -> &'static [File] {
        match self {
            Self::Rust => RUST,
            Self::C => C,
            Self::Javascript => JAVASCRIPT,
            Self::Python => PYTHON,
        }
    }

    /// The path of the file with the example.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Self::Rust => "src/lib.rs",
            Self::C => "{{kind}}.c",
            Self::Javascript => "plugin.js",
            Self::Python => "plugin.py",
        }
    }
}

/// A file of a template, with placeholders.
pub(crate) struct File {
    /// Where it goes in the plugin's folder.
    pub(crate) path: &'static str,
    filter: &'static str,
    extractor: &'static str,
}

impl File {
    pub(crate) fn text(&self, world: World) -> &'static str {
        match world {
            World::Filter => self.filter,
            World::Extractor => self.extractor,
        }
    }
}

/// A file of `files/` for each world.
macro_rules! each {
    ($path:literal, $filter:literal, $extractor:literal) => {
        File {
            path: $path,
            filter: include_str!(concat!("../files/", $filter)),
            extractor: include_str!(concat!("../files/", $extractor)),
        }
    };
}

/// A file of `files/`, the same for both worlds.
macro_rules! both {
    ($path:literal, $from:literal) => {
        each!($path, $from, $from)
    };
}

/// A file that the build script generates for each world.
macro_rules! generated {
    ($path:literal, $name:literal) => {
        File {
            path: $path,
            filter: include_str!(concat!(
                env!("OUT_DIR"),
                "/filter-plugin/",
                $name
            )),
            extractor: include_str!(concat!(
                env!("OUT_DIR"),
                "/extractor-plugin/",
                $name
            )),
        }
    };
}

const RUST: &[File] = &[
    both!("Cargo.toml", "rust/Cargo.toml.in"),
    both!("README.md", "rust/README.md"),
    both!("src/bindings.rs", "rust/src/bindings.rs"),
    both!("src/last_words.rs", "rust/src/last_words.rs"),
    each!("src/lib.rs", "rust/filter.rs", "rust/extractor.rs"),
];

const C: &[File] = &[
    both!("Makefile", "c/Makefile"),
    both!("README.md", "c/README.md"),
    each!("{{kind}}.c", "c/filter.c", "c/extractor.c"),
    both!("support/after_call.c", "c/support/after_call.c"),
    both!("support/libc.c", "c/support/libc.c"),
    both!("support/stdlib.h", "c/support/stdlib.h"),
    both!("support/string.h", "c/support/string.h"),
    generated!("support/plugin.c", "plugin.c"),
    generated!("support/plugin.h", "plugin.h"),
    generated!("support/world.s", "world.s"),
];

const JAVASCRIPT: &[File] = &[
    both!("README.md", "javascript/README.md"),
    both!("package.json", "javascript/package.json"),
    each!("plugin.js", "javascript/filter.js", "javascript/extractor.js"),
    each!(
        "plugin.test.js",
        "javascript/filter.test.js",
        "javascript/extractor.test.js"
    ),
];

const PYTHON: &[File] = &[
    both!("README.md", "python/README.md"),
    each!("plugin.py", "python/filter.py", "python/extractor.py"),
    each!(
        "test_plugin.py",
        "python/test_filter.py",
        "python/test_extractor.py"
    ),
];
