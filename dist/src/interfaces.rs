//! The WIT package: read from its folder, encoded as one file, and as a page
//! for people, most of which `wit-bindgen-markdown` writes.

use std::{collections::BTreeSet, fmt::Write as _, path::Path};

use anyhow::{Context as _, Result};
use wit_bindgen_core::Files;
use wit_bindgen_markdown::Opts;
use wit_parser::{Docs, PackageId, Resolve, World, WorldItem};

/// What the page begins with.
const HEAD: &str = "\
<!-- Made by `./x wit-docs` from the files in wit/; what is written here by
     hand is lost. -->

# Interfaces
";

/// A world of all interfaces, for the page: the generator tells what an
/// interface is for where it is imported.
const ALL: &str = "package sanchay:page;\n\nworld all";

/// How the heading of an interface goes on after its anchor.
const HEADING: &str = "</a>Import interface ";

/// A WIT package that was read.
#[derive(Debug)]
pub struct Package {
    /// Everything that the package consists of.
    pub resolve: Resolve,
    /// The package itself.
    pub id: PackageId,
}

impl Package {
    /// Reads the package whose files lie in a folder.
    ///
    /// # Errors
    /// They cannot be read, or make no sense.
    pub fn read(folder: &Path) -> Result<Self> {
        let mut resolve = Resolve::default();
        let (id, _) = resolve
            .push_dir(folder)
            .with_context(|| format!("{}: cannot read", folder.display()))?;
        Ok(Self { resolve, id })
    }

    /// The package's name and version, as `NAMESPACE:NAME@VERSION`.
    #[must_use]
    pub fn name(&self) -> String {
        let package = self.resolve.packages.get(self.id);
        package.map(|it| it.name.to_string()).unwrap_or_default()
    }

    /// What a file with the whole package is called, without its ending.
    #[must_use]
    pub fn file_name(&self) -> String {
        self.name().replace([':', '@'], "-")
    }

    /// The package as one binary file, documentation included, in the form
    /// in which registries and `wkg` carry packages.
    ///
    /// # Errors
    /// It cannot be encoded.
    pub fn encode(&self) -> Result<Vec<u8>> {
        wit_component::encode(&self.resolve, self.id)
    }

    /// Its worlds.
    fn worlds(&self) -> impl Iterator<Item = &World> {
        let package = self.resolve.packages.get(self.id);
        let ids = package.into_iter().flat_map(|it| it.worlds.values());
        ids.filter_map(|id| self.resolve.worlds.get(*id))
    }

    /// What a world says of itself, and of each interface that it exports:
    /// for the component that is made of it, which has no other place for
    /// that.
    #[must_use]
    pub fn world(&self, name: &str) -> String {
        let world = self.worlds().find(|it| it.name == name);
        let Some(world) = world else { return String::new() };
        format!(
            "{}\n\n{}\nThe interfaces are documented in the WIT package `{}`.",
            world.docs.contents.as_deref().unwrap_or_default(),
            self.exports(world),
            self.name(),
        )
    }

    /// What a world exports, as a list.
    fn exports(&self, world: &World) -> String {
        let mut list = String::new();
        for (key, item) in &world.exports {
            let docs = match item {
                WorldItem::Interface { docs, .. } => docs,
                WorldItem::Function(function) => &function.docs,
                WorldItem::Type { .. } => &Docs::default(),
            };
            let words = docs.contents.as_deref().unwrap_or_default();
            let words: Vec<_> = words.split_whitespace().collect();
            let name = self.resolve.name_world_key(key);
            // Writing to a string cannot fail.
            let _ = writeln!(list, "- `{name}`: {}", words.join(" "));
        }
        list
    }

    /// The page about the package: its worlds, then its interfaces in the
    /// order in which the worlds name them.
    ///
    /// # Errors
    /// The package has what the generator does not know.
    pub fn page(&self) -> Result<String> {
        let package = self.resolve.packages.get(self.id);
        let docs = package.and_then(|it| it.docs.contents.as_deref());
        let mut page = format!(
            "{HEAD}\nThe package `{}`. Its files say since which version each \
             item is there.\n\n{}\n",
            self.name(),
            docs.unwrap_or_default(),
        );
        for world in self.worlds() {
            let docs = world.docs.contents.as_deref().unwrap_or_default();
            let (name, exports) = (&world.name, self.exports(world));
            let imports = match world.imports.is_empty() {
                true => "nothing",
                false => "other interfaces",
            };
            write!(page, "\n## World `{name}`\n\n{docs}\n\n")?;
            write!(page, "It imports {imports}, and exports:\n\n{exports}")?;
        }
        let mut taken = BTreeSet::new();
        for section in self.interfaces()?.split("\n## <a id=\"").skip(1) {
            let (_, section) =
                section.split_once(HEADING).context("no heading")?;
            let (name, text) =
                section.split_once('\n').context("no interface")?;
            let name = name.rsplit('/').next().unwrap_or(name);
            let name = name.split('@').next().unwrap_or(name);
            let text = own_anchors(name, text, &mut taken);
            write!(page, "\n## Interface `{name}`\n{text}")?;
        }
        let lines = page.lines().map(|it| it.trim_end().to_owned());
        let mut lines: Vec<_> = lines.collect();
        lines.dedup_by(|line, before| line.is_empty() && before.is_empty());
        Ok(lines.join("\n").trim_end().to_owned() + "\n")
    }

    /// The interfaces in Markdown, each a section.
    fn interfaces(&self) -> Result<String> {
        let mut names = Vec::new();
        for key in self.worlds().flat_map(|it| it.exports.keys()) {
            let name = format!("import {};", self.resolve.name_world_key(key));
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let mut resolve = self.resolve.clone();
        // As the encoded package has them: those of resources first.
        for (_, interface) in resolve.interfaces.iter_mut() {
            interface
                .functions
                .sort_by_key(|_, it| it.kind.resource().is_none());
        }
        let all = format!("{ALL} {{\n{}\n}}\n", names.join("\n"));
        let package = resolve.push_str("page.wit", &all)?;
        let world = resolve.select_world(&[package], None)?;
        let mut files = Files::default();
        let mut generator = Opts::default().build();
        generator.generate(&mut resolve, world, &mut files)?;
        let mut pages = files.iter().filter(|it| it.0.ends_with(".md"));
        let (_, page) = pages.next().context("there is no page")?;
        Ok(String::from_utf8(page.to_vec())?)
    }
}

/// The section of an interface, with its name before the anchors that an
/// earlier one has, and where it refers to them. What is merely another name
/// of an earlier type refers to that.
fn own_anchors(
    interface: &str,
    text: &str,
    taken: &mut BTreeSet<String>,
) -> String {
    let mut own = text.to_owned();
    let definitions = text.split("<a id=\"").skip(1);
    for definition in definitions.filter_map(|it| it.split_once("\"></a>")) {
        let (anchor, of_what) = definition;
        let link = format!("](#{anchor})");
        let another_name = of_what.starts_with("`type ")
            && of_what.lines().nth(1).is_some_and(|it| it.ends_with(&link));
        let there = format!("<a id=\"{anchor}\"></a>");
        if taken.insert(anchor.to_owned()) {
            continue;
        }
        if another_name {
            own = own.replace(&there, "");
        } else {
            let new = format!("{interface}.{anchor}");
            own = own.replace(&there, &format!("<a id=\"{new}\"></a>"));
            own = own.replace(&link, &format!("](#{new})"));
        }
    }
    own
}
