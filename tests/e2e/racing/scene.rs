//! A tree in which a name alone tells what its file can hold, at any moment
//! and whatever was done to it; and, outside of it, what must stay unseen.
//!
//! A file `CLASS-COPY` holds the first bytes of one stream, in any number: a
//! body, which all copies of a class share, and a tail that is its own. It is
//! cut and appended to in place, and replaced in one step by one that holds
//! just the body. So whoever knows a name and a length knows the bytes.

use std::path::PathBuf;

use sanchay_testkit::{Tree, content::noise, watch::Watch};

/// How many classes there are, and how many copies of each a directory has.
pub(super) const CLASSES: usize = 9;
pub(super) const COPIES: usize = 3;

/// Two roots with the same directories and files: one in which they are
/// swapped for other things, and one in which files are cut and appended to.
pub(super) const SWAPPED: &str = "top/swapped";
pub(super) const CUT: &str = "top/cut";

/// A root that nothing is done to, with one file.
pub(super) const STEADY: &str = "steady";

/// The directories of each root.
pub(super) const DIRECTORIES: [&str; 4] = ["a", "a/deep", "b", "b/deep"];

/// What only the outside has: a name, and contents of a size.
pub(super) const SECRET_NAME: &str = "name-of-the-secret";
pub(super) const SECRET_SIZE: usize = 45_678;

/// The name of a file.
pub(super) fn name(class: usize, copy: usize) -> String {
    format!("{class}-{copy}")
}

/// The bytes of which a file with this name holds the first; nothing if no
/// file inside has such a name.
pub(super) fn stream(name: &str) -> Option<Vec<u8>> {
    let (class, copy) = name.split_once('-')?;
    let class: usize = class.parse().ok()?;
    let copy: usize = copy.parse().ok()?;
    if class >= CLASSES || copy >= COPIES {
        return None;
    }
    let seed = 1000 + (class * COPIES + copy) as u64;
    let mut stream = body(class);
    stream.extend(noise(seed, 5000));
    Some(stream)
}

/// What the copies of a class share. Three classes have the same length, and
/// differ in the last byte alone.
pub(super) fn body(class: usize) -> Vec<u8> {
    let kind = class % 3;
    let len = [3000, 60_000, 300_000][kind];
    let mut body = noise(kind as u64, len);
    *body.last_mut().unwrap() = class.to_le_bytes()[0];
    body
}

/// The length to which a copy is cut: another one for each.
pub(super) fn cut(class: usize, copy: usize) -> u64 {
    (body(class).len() / 2 + 10 * (class * COPIES + copy)) as u64
}

/// The tree, and the watch over what lies outside of it.
pub(super) struct Scene {
    pub(super) tree: Tree,
    watch: Watch,
}

impl Scene {
    pub(super) fn new() -> Self {
        let tree = Tree::new();
        for directory in DIRECTORIES {
            for (class, copy) in copies() {
                let name = name(class, copy);
                for root in [SWAPPED, CUT] {
                    let file = format!("{root}/{directory}/{name}");
                    tree.file(file, body(class));
                }
                // Outside: the same names, so that whoever was led there
                // would find its way.
                let secret = noise(666, SECRET_SIZE);
                tree.file(format!("out/{directory}/{name}"), secret);
            }
            let secret = format!("out/{directory}/{SECRET_NAME}");
            tree.file(secret, noise(666, SECRET_SIZE));
        }
        tree.file(format!("{STEADY}/{}", name(0, 0)), body(0));
        tree.dir("stage");
        let watch = Watch::below(&tree.path("out"));
        Self { tree, watch }
    }

    /// Asserts that nothing outside was opened since this was last asked.
    pub(super) fn is_unseen(&self, when: &str) {
        let opened = self.watch.opened();
        assert!(opened.is_empty(), "{when}: opened outside: {opened:?}");
    }

    /// Asserts that the watch would have seen it.
    pub(super) fn would_be_seen(&self) {
        let secret: PathBuf = self.tree.path("out/a").join(SECRET_NAME);
        assert_eq!(std::fs::read(secret).unwrap().len(), SECRET_SIZE);
        let opened = self.watch.opened();
        assert!(opened.iter().any(|name| name == SECRET_NAME));
    }
}

/// Every file of a directory.
pub(super) fn copies() -> impl Iterator<Item = (usize, usize)> {
    (0..CLASSES).flat_map(|class| (0..COPIES).map(move |copy| (class, copy)))
}
