//! Sets of filters and roots that have names.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use sanchay::{Filter, FilterOption, escaped};
use sanchay_core::nearest::nearest;
use sanchay_names::OsStrExt as _;

use super::{ConfigurationError, Origin, Setting, Value};
use crate::options::filter;

/// A set of filters: `[filters.NAME]`.
#[derive(Clone, Debug)]
pub(crate) struct NamedFilter {
    pub(crate) name: String,
    /// The options of filters in it, all of which must hold.
    pub(crate) settings: Vec<Setting>,
}

impl NamedFilter {
    /// The filter that it means.
    pub(crate) fn filter(&self) -> Result<Filter, ConfigurationError> {
        let mut filter = Filter::default();
        for setting in &self.settings {
            let Some(option) = FilterOption::named(&setting.key) else {
                continue;
            };
            let values = setting.value.each().iter();
            for value in values.filter_map(Value::argument) {
                let set =
                    filter.set(option, value.as_bytes(), &filter::clock());
                set.map_err(|error| setting.error(&error.why))?;
            }
        }
        Ok(filter)
    }

    /// The filter of a name, for whoever wrote that.
    pub(crate) fn resolve(
        all: &BTreeMap<String, Self>,
        name: &str,
    ) -> Result<Filter, String> {
        match all.get(name) {
            Some(named) => named.filter().map_err(|why| why.to_string()),
            None => Err(format!(
                "no configuration file has [filters.{}]{}",
                escaped(name.as_bytes()),
                near(name, all)
            )),
        }
    }
}

/// Roots with a name: `[roots.NAME]`.
#[derive(Clone, Debug)]
pub(crate) struct NamedRoots {
    pub(crate) name: String,
    pub(crate) paths: Vec<PathBuf>,
    pub(crate) origin: Origin,
}

impl NamedRoots {
    /// The same roots with what stands for others replaced: `@NAME` by the
    /// paths of that name, `@NAME/REST` by what lies in them. A path that
    /// begins with `@` itself is written `./@`.
    pub(crate) fn resolve(
        all: &BTreeMap<String, Self>,
        roots: &[PathBuf],
    ) -> Result<Vec<PathBuf>, String> {
        let mut resolved = Vec::new();
        for root in roots {
            let Some((name, rest)) = reference(root) else {
                resolved.push(root.clone());
                continue;
            };
            let shown = escaped(name);
            let known = str::from_utf8(name).ok().and_then(|it| all.get(it));
            let Some(named) = known else {
                let name = String::from_utf8_lossy(name);
                return Err(format!(
                    "@{shown}: no configuration file has [roots.{shown}]{}; a \
                     path that begins with @ is written ./@{shown}",
                    near(&name, all)
                ));
            };
            resolved.extend(named.paths.iter().map(|path| match rest {
                Some(rest) => path.join(rest),
                None => path.clone(),
            }));
        }
        Ok(resolved)
    }

    /// Whether any of these roots stands for others.
    pub(crate) fn is_used(roots: &[PathBuf]) -> bool {
        roots.iter().any(|root| reference(root).is_some())
    }
}

/// The name that a root is, and what stands behind it.
fn reference(root: &Path) -> Option<(&[u8], Option<&Path>)> {
    let name = root.as_os_str().as_bytes().strip_prefix(b"@")?;
    let mut parts = name.splitn(2, |byte| *byte == b'/');
    let name = parts.next()?;
    let rest = parts.next().map(|rest| {
        // An absolute path would leave the root.
        let slashes = rest.iter().take_while(|it| **it == b'/').count();
        let rest = rest.get(slashes..).unwrap_or_default();
        Path::new(std::ffi::OsStr::from_bytes(rest))
    });
    Some((name, rest))
}

fn near<T>(name: &str, all: &BTreeMap<String, T>) -> String {
    match nearest(name, all.keys().map(String::as_str)) {
        Some(near) => {
            format!(": did you mean {}?", escaped(near.as_bytes()))
        }
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::{NamedRoots, Origin};

    fn resolve(roots: &[&str]) -> Result<Vec<PathBuf>, String> {
        let named = NamedRoots {
            name: "photos".into(),
            paths: vec!["/a".into(), "/b".into()],
            origin: Origin::file(&Path::new("f").into()),
        };
        let all = [("photos".to_owned(), named)].into();
        let roots: Vec<PathBuf> = roots.iter().map(PathBuf::from).collect();
        NamedRoots::resolve(&all, &roots)
    }

    #[test]
    fn a_name_stands_for_its_paths_and_what_lies_in_them() {
        let resolved = resolve(&["x", "@photos", "./@photos", "@photos/2026"]);
        let paths = ["x", "/a", "/b", "./@photos", "/a/2026", "/b/2026"];
        assert_eq!(resolved, Ok(paths.map(PathBuf::from).to_vec()));
        let resolved = resolve(&["@photos//2026"]);
        let paths = ["/a/2026", "/b/2026"];
        assert_eq!(resolved, Ok(paths.map(PathBuf::from).to_vec()));
    }

    #[test]
    fn a_name_that_is_not_known_is_refused_with_one_that_is() {
        let why = resolve(&["@photo"]).unwrap_err();
        assert!(why.contains("did you mean photos?"), "{why}");
        assert!(why.contains("./@photo"), "{why}");
        assert!(resolve(&["@"]).is_err());
    }
}
