//! The worlds that plugins implement.

use std::fmt;

use wit_parser::{Resolve, WorldId};

use crate::wit;

/// A world that plugins implement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum World {
    /// Selects entries of directories.
    Filter,
    /// Extracts values from files.
    Extractor,
}

impl World {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Filter, Self::Extractor];

    /// What the WIT package calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Filter => "filter-plugin",
            Self::Extractor => "extractor-plugin",
        }
    }

    /// What the command line calls it.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::Filter => "filter",
            Self::Extractor => "extractor",
        }
    }

    /// The interface that it exports beside types.
    #[must_use]
    pub fn interface(self) -> &'static str {
        match self {
            Self::Filter => "matching",
            Self::Extractor => "extracting",
        }
    }

    /// The function of the interface that does a plugin's work.
    #[must_use]
    pub fn call(self) -> &'static str {
        match self {
            Self::Filter => "select",
            Self::Extractor => "extract",
        }
    }

    /// The WIT package, and this world in it.
    ///
    /// # Errors
    ///
    /// What is wrong with the package; a test sees to it that nothing is.
    pub fn resolve(self) -> Result<(Resolve, WorldId), String> {
        let (resolve, package) = wit::resolve()?;
        let world = resolve
            .select_world(&[package], Some(self.name()))
            .map_err(|error| format!("{error:#}"))?;
        Ok((resolve, world))
    }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::World;

    #[test]
    fn each_world_exports_its_interface_with_its_call() {
        for world in World::ALL {
            let found = world.resolve().map(|(resolve, id)| {
                let exports = resolve.worlds.get(id).map(|it| &it.exports);
                let interfaces = exports.into_iter().flat_map(|it| it.keys());
                let mut calls = interfaces.filter_map(|key| {
                    let wit_parser::WorldKey::Interface(id) = key else {
                        return None;
                    };
                    let interface = resolve.interfaces.get(*id)?;
                    let functions = &interface.functions;
                    (interface.name.as_deref() == Some(world.interface()))
                        .then(|| functions.contains_key(world.call()))
                });
                calls.next()
            });
            assert_eq!(found, Ok(Some(true)), "{world}");
        }
    }
}
