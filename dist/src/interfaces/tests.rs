//! Pages of packages that have what ours has not, or not yet.

use wit_parser::Resolve;

use super::page;
use crate::package::Package;

const EVERYTHING: &str = "\
/// A package of everything.
package a:b@1.2.0;

/// Types of all sorts.
@since(version = 1.0.0)
interface types {
    /// A name for a list.
    @since(version = 1.1.0)
    type names = list<string>;
    /// Some bits.
    flags bits {
        /// The first.
        one,
    }
    /// A thing with functions.
    resource thing {
        /// Makes one.
        constructor(size: u32);
        /// Makes one or fails.
        make: static func(of: names) -> result<thing, bits>;
        /// Compares two of them.
        equals: func(other: borrow<thing>) -> bool;
    }
    /// Takes a lot of arguments, which do not stand on one line together.
    @deprecated(version = 1.2.0)
    @since(version = 1.0.0)
    long: func(
        first: option<tuple<u8, s16>>,
        second: result<_, string>,
        third: list<f32, 4>,
    ) -> result;
}

/// A world that imports.
world taker {
    use types.{bits};
    /// The types.
    import types;
    /// A function by itself.
    export run: func() -> bits;
}
";

fn everything() -> String {
    let mut resolve = Resolve::default();
    match resolve.push_str("everything.wit", EVERYTHING) {
        Ok(id) => page(&Package { resolve, id }),
        Err(error) => format!("{error:#}"),
    }
}

#[test]
fn types_and_functions_stand_as_in_wit() {
    let page = everything();
    for words in [
        "\n### Type `names`\n\n```wit\ntype names = list<string>;\n```\n",
        "\n### Flags `bits`\n\nSome bits.\n\n- `one`: The first.\n",
        "\n#### `constructor`\n\n```wit\nconstructor(size: u32);\n```\n",
        "\nmake: static func(of: names) -> result<thing, bits>;\n",
        "\nequals: func(other: borrow<thing>) -> bool;\n",
        "\nlong: func(\n    first: option<tuple<u8, s16>>,\n    \
         second: result<_, string>,\n    third: list<f32, 4>,\n) -> \
         result;\n",
    ] {
        assert!(page.contains(words), "{words}\nis not in\n{page}");
    }
}

#[test]
fn versions_stand_where_wit_has_them() {
    let page = everything();
    assert!(page.contains("\n*Since 1.0.0; deprecated since 1.2.0.*\n"));
    assert!(page.contains("A name for a list.\n\n*Since 1.1.0.*\n"));
    let (_, bits) = page.split_once("### Flags `bits`").unwrap_or_default();
    let bits = bits.split("###").next().unwrap_or_default();
    assert!(!bits.contains("Since"), "{bits}");
}

#[test]
fn a_world_tells_what_it_imports_and_exports() {
    let page = everything();
    for words in [
        "\nImports:\n\n- [`types`](#interface-types): The types.\n",
        "\n- `run`: A function by itself.\n",
    ] {
        assert!(page.contains(words), "{words}\nis not in\n{page}");
    }
}

#[test]
fn no_two_empty_lines_follow_each_other_and_no_line_ends_in_a_space() {
    let page = everything();
    assert!(!page.contains("\n\n\n"), "{page}");
    assert!(page.lines().all(|line| line.trim_end() == line));
    assert!(page.ends_with('\n') && !page.ends_with("\n\n"));
}
