//! Where outputs may go. They name their roots themselves, and whoever may
//! write to the bucket has them name any: nothing goes to a root of which only
//! they tell.

use std::path::PathBuf;

use sanchay_core::attachments::{Attachments, text};
use sanchay_names::OsStrExt as _;

use crate::{AttachmentError, location::path_of};

/// Where outputs may go. By default nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutputRoots {
    /// Where a root is here: as outputs name it, and as it is.
    pub mapping: Vec<(Vec<u8>, PathBuf)>,
    /// Roots that are known to be the job's: their outputs go back to them.
    pub known: Vec<Vec<u8>>,
    /// Where the outputs of another root go, if there is but one.
    pub into: Option<PathBuf>,
    /// Whether outputs go to whatever other root they name.
    pub trusted: bool,
}

impl OutputRoots {
    /// The roots of a job, as they were submitted.
    #[must_use]
    pub fn of(attachments: &Attachments) -> Self {
        let roots = attachments.manifests.iter();
        let known = roots.map(|it| it.root_path.clone()).collect();
        Self { known, ..Self::default() }
    }

    /// The directories of roots, in their order.
    pub(crate) fn places<'r>(
        &self,
        roots: impl Iterator<Item = &'r Vec<u8>>,
    ) -> Result<Vec<PathBuf>, AttachmentError> {
        let mut places = Vec::new();
        let (mut untold, mut odd) = (Vec::new(), Vec::new());
        let mut into = self.into.as_ref();
        let mut all = Vec::new();
        for root in roots {
            all.push(root);
            let mut mapping = self.mapping.iter();
            if let Some((_, to)) = mapping.find(|(from, _)| from == root) {
                places.push(to.clone());
            } else if self.known.contains(root) {
                match plain(root) {
                    Some(path) => places.push(path),
                    None => odd.push(root),
                }
            } else if let Some(into) = into.take() {
                places.push(into.clone());
            } else if !self.trusted || self.into.is_some() {
                untold.push(root);
            } else {
                match plain(root) {
                    Some(path) => places.push(path),
                    None => odd.push(root),
                }
            }
        }
        let why = match (&*odd, &*untold) {
            ([], []) => match into.filter(|_| !all.is_empty()) {
                None => return Ok(places),
                Some(into) => format!(
                    "no outputs are left to go to {}: where those of the root \
                     {} go is told by a mapping, or by the job's attachments; \
                     map that root to the directory instead",
                    sanchay::escaped_path(into),
                    shown(&all)
                ),
            },
            ([], untold) if self.into.is_some() => format!(
                "outputs name more than one root, also {}: map each of them",
                shown(untold)
            ),
            ([], untold) => format!(
                "outputs name the root {}, and nothing else does: map it to \
                 a directory, or tell of the job's attachments",
                shown(untold)
            ),
            (odd, _) => format!(
                "outputs name the root {}, which is no absolute path here, or \
                 leads through . or ..: map it to a directory",
                shown(odd)
            ),
        };
        Err(AttachmentError::Invalid(why))
    }
}

/// Roots that are mapped and are none of these.
pub(crate) fn unused<'r>(
    mapping: &[(Vec<u8>, PathBuf)],
    roots: impl Iterator<Item = &'r Vec<u8>>,
) -> Vec<Vec<u8>> {
    let roots: Vec<&Vec<u8>> = roots.collect();
    let mapped = mapping.iter().map(|(from, _)| from);
    mapped.filter(|from| !roots.contains(from)).cloned().collect()
}

/// The path that a root is here: an absolute one that leads straight there.
fn plain(root: &[u8]) -> Option<PathBuf> {
    let path = path_of(text::to_name(root)?);
    if !path.is_absolute() {
        return None;
    }
    let name = path.as_os_str().as_bytes();
    // A drive there, or both slashes before a server.
    let top = if cfg!(windows) { 2 } else { 0 };
    let below = name.get(top..)?;
    let below = below.strip_prefix(b"/").unwrap_or(below);
    let below = below.strip_suffix(b"/").unwrap_or(below);
    let odd = |part: &[u8]| matches!(part, b"" | b"." | b"..");
    let mut parts = below.split(|byte| *byte == b'/');
    let straight = below.is_empty() || !parts.any(odd);
    (straight && !name.contains(&0)).then_some(path)
}

fn shown(roots: &[&Vec<u8>]) -> String {
    let roots = roots.iter().map(|root| {
        let root = text::lossy(root);
        sanchay::escaped(root.as_bytes()).to_string()
    });
    roots.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{OutputRoots, unused};

    fn places(
        roots: &OutputRoots,
        named: &[&str],
    ) -> Result<Vec<PathBuf>, String> {
        let named: Vec<Vec<u8>> =
            named.iter().map(|it| it.as_bytes().to_vec()).collect();
        roots.places(named.iter()).map_err(|error| error.to_string())
    }

    #[test]
    fn outputs_go_where_the_caller_says_and_nowhere_else() {
        let none = OutputRoots::default();
        let error = places(&none, &["/home/u/.ssh", "/x"]).unwrap_err();
        assert!(error.contains("the root /home/u/.ssh, /x"), "{error}");
        assert!(error.contains("map it"), "{error}");
        let some = OutputRoots {
            mapping: vec![(b"/a".to_vec(), "/here/a".into())],
            known: vec![b"/b".to_vec()],
            into: Some("/here/c".into()),
            trusted: false,
        };
        assert_eq!(
            places(&some, &["/a", "/b", "/c"]).unwrap(),
            ["/here/a", "/b", "/here/c"].map(PathBuf::from)
        );
        let error = places(&some, &["/a", "/c", "/d\u{1b}[31m"]).unwrap_err();
        assert!(error.contains(r"/d\u{1b}[31m: map each"), "{error}");
        let error = places(&OutputRoots { into: None, ..some }, &["/bb"]);
        error.unwrap_err();
    }

    #[test]
    fn a_directory_that_no_outputs_would_go_to_is_refused() {
        let told = OutputRoots {
            mapping: vec![(b"/a".to_vec(), "/here/a".into())],
            known: vec![b"/b".to_vec()],
            into: Some("/here/c".into()),
            trusted: false,
        };
        for named in [&["/a"][..], &["/b"], &["/a", "/b"]] {
            let error = places(&told, named).unwrap_err();
            assert!(error.contains("left to go to /here/c:"), "{error}");
            assert!(error.contains("map that root"), "{error}");
        }
        assert_eq!(places(&told, &["/b", "/x"]).unwrap().len(), 2);
        // Where there are no outputs, none are missed.
        assert_eq!(places(&told, &[]).unwrap(), [""; 0].map(PathBuf::from));
    }

    #[test]
    fn a_mapping_is_of_use_if_there_is_its_root() {
        let mapping = [
            (b"/a".to_vec(), PathBuf::from("/x")),
            (b"/b".to_vec(), PathBuf::from("/y")),
        ];
        let roots = [b"/b".to_vec(), b"/c".to_vec()];
        assert_eq!(unused(&mapping, roots.iter()), [b"/a".to_vec()]);
    }

    #[test]
    fn a_root_that_leads_elsewhere_is_mapped_or_refused() {
        let odd =
            ["../x", "x", "/a/../b", "/a/./b", "/a//b", "/..", r"C:\x", ""];
        for odd in odd {
            let known = vec![odd.as_bytes().to_vec()];
            let known = OutputRoots { known, ..OutputRoots::default() };
            let trusted =
                OutputRoots { trusted: true, ..OutputRoots::default() };
            for roots in [&known, &trusted] {
                let error = places(roots, &[odd]).unwrap_err();
                assert!(error.contains("map it"), "{odd}: {error}");
            }
            let mapping = vec![(odd.as_bytes().to_vec(), "/m".into())];
            let mapped = OutputRoots { mapping, ..OutputRoots::default() };
            assert_eq!(
                places(&mapped, &[odd]).unwrap(),
                [PathBuf::from("/m")]
            );
        }
        let trusted = OutputRoots { trusted: true, ..OutputRoots::default() };
        for plain in ["/a/b", "/a/..b", "/a/", "/"] {
            places(&trusted, &[plain]).unwrap();
        }
    }
}
