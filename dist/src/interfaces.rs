//! A page for people, in Markdown, from what the WIT package says of itself.

use wit_parser::{
    Docs, Function, Interface, InterfaceId, Stability, TypeId, World,
    WorldItem,
};

use crate::{package::Package, signature};

#[cfg(test)]
mod tests;
mod types;

/// What the page begins with.
const HEAD: &str = "\
<!-- Made by `./x wit-docs` from the files in wit/; what is written here by
     hand is lost. -->

# Interfaces
";

/// The page about a package: its worlds, then its interfaces in the order in
/// which the worlds name them.
#[must_use]
pub fn page(package: &Package) -> String {
    let mut page = Page { package, text: HEAD.to_owned() };
    page.package();
    page.text
}

/// What a world says of itself, and of each interface that it exports: for
/// the component that is made of it, which has no other place for that.
#[must_use]
pub fn world(package: &Package, name: &str) -> String {
    let resolve = &package.resolve;
    let id = resolve.packages.get(package.id).map(|it| it.worlds.get(name));
    let Some(world) = id.flatten().and_then(|id| resolve.worlds.get(*id))
    else {
        return String::new();
    };
    let mut text = world.docs.contents.clone().unwrap_or_default();
    text.push_str("\n\n");
    for (key, item) in &world.exports {
        if let WorldItem::Interface { docs, .. } = item {
            let name = resolve.name_world_key(key);
            text.push_str(&format!("- `{name}`: {}\n", flat(docs)));
        }
    }
    text.push_str(&format!(
        "\nThe interfaces are documented in the WIT package `{}`.",
        package.name(),
    ));
    text
}

/// A page in the making.
struct Page<'a> {
    package: &'a Package,
    text: String,
}

impl Page<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// A paragraph of its own; nothing where there is nothing to say.
    fn paragraph(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.text.push('\n');
        for line in text.trim().lines() {
            self.line(line);
        }
    }

    fn docs(&mut self, docs: &Docs) {
        if let Some(text) = &docs.contents {
            self.paragraph(text);
        }
    }

    fn code(&mut self, code: &str) {
        self.paragraph(&format!("```wit\n{code}\n```"));
    }

    fn package(&mut self) {
        let resolve = &self.package.resolve;
        let Some(package) = resolve.packages.get(self.package.id) else {
            return;
        };
        self.paragraph(&format!("The package `{}`.", self.package.name()));
        self.docs(&package.docs);
        let worlds: Vec<_> = package
            .worlds
            .values()
            .filter_map(|id| resolve.worlds.get(*id))
            .collect();
        let mut interfaces: Vec<InterfaceId> = worlds
            .iter()
            .flat_map(|world| {
                world.imports.values().chain(world.exports.values())
            })
            .filter_map(|item| match item {
                WorldItem::Interface { id, .. } => Some(*id),
                WorldItem::Function(_) | WorldItem::Type { .. } => None,
            })
            .chain(package.interfaces.values().copied())
            .collect();
        let mut seen = Vec::new();
        interfaces.retain(|id| {
            let new = !seen.contains(id);
            seen.push(*id);
            new
        });
        for world in worlds {
            self.world(world);
        }
        for id in interfaces {
            if let Some(interface) = resolve.interfaces.get(id) {
                self.interface(interface);
            }
        }
    }

    fn world(&mut self, world: &World) {
        self.paragraph(&format!("## World `{}`", world.name));
        self.docs(&world.docs);
        self.paragraph(&since(&world.stability));
        for (word, items) in
            [("Imports", &world.imports), ("Exports", &world.exports)]
        {
            if items.is_empty() {
                self.paragraph(&format!("{word} nothing."));
                continue;
            }
            self.paragraph(&format!("{word}:"));
            self.line("");
            for (key, item) in items {
                let name = self.package.resolve.name_world_key(key);
                let line = match item {
                    WorldItem::Interface { id, docs, .. } => {
                        let name = self.interface_name(*id).unwrap_or(name);
                        let docs = flat(docs);
                        format!("- [`{name}`](#interface-{name}): {docs}")
                    }
                    WorldItem::Function(function) => {
                        let docs = flat(&function.docs);
                        format!("- `{}`: {docs}", function.name)
                    }
                    WorldItem::Type { .. } => format!("- the type `{name}`"),
                };
                self.line(&line);
            }
        }
    }

    fn interface_name(&self, id: InterfaceId) -> Option<String> {
        self.package.resolve.interfaces.get(id)?.name.clone()
    }

    fn interface(&mut self, interface: &Interface) {
        let resolve = &self.package.resolve;
        let name = interface.name.as_deref().unwrap_or("?");
        self.paragraph(&format!("## Interface `{name}`"));
        self.docs(&interface.docs);
        self.paragraph(&since(&interface.stability));
        for (name, id) in &interface.types {
            if let Some(def) = resolve.types.get(*id) {
                self.definition(interface, name, *id, def);
            }
        }
        for function in interface.functions.values() {
            if owner(function).is_none() {
                self.function("###", function);
            }
        }
    }

    fn function(&mut self, level: &str, function: &Function) {
        let (name, line) =
            signature::of_function(&self.package.resolve, function);
        self.paragraph(&format!("{level} `{name}`"));
        self.code(&line);
        self.docs(&function.docs);
        self.paragraph(&since(&function.stability));
    }
}

/// The resource that a function belongs to.
fn owner(function: &Function) -> Option<TypeId> {
    function.kind.resource()
}

/// In which version something appeared.
fn since(stability: &Stability) -> String {
    match stability {
        Stability::Stable { since, deprecated: None } => {
            format!("*Since {since}.*")
        }
        Stability::Stable { since, deprecated: Some(version) } => {
            format!("*Since {since}; deprecated since {version}.*")
        }
        Stability::Unstable { feature, .. } => {
            format!("*Unstable: the feature `{feature}`.*")
        }
        Stability::Unknown => String::new(),
    }
}

/// Documentation in one line, for a list.
fn flat(docs: &Docs) -> String {
    let text = docs.contents.as_deref().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
