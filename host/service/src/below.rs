//! Paths that requests name, below a root: names that lead down, and nowhere
//! else. What they lead to is opened name by name from the root's handle, and
//! no link is followed.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::problem::Problem;

/// How long a path may be, in bytes.
const LONGEST: usize = 4096;

/// A path below a root, as a request has it.
#[derive(Clone, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PathParams {
    /// The path below the root; empty or absent: the root itself.
    pub(crate) path: Option<String>,
    /// The same in Base64, where it is not UTF-8.
    pub(crate) path_base64: Option<String>,
}

impl PathParams {
    /// Takes the path apart.
    ///
    /// # Errors
    /// 404 for one that does not lead down.
    pub(crate) fn below(&self) -> Result<Below, Problem> {
        Below::new(self.bytes()?)
    }

    /// The path's bytes, wherever it leads.
    ///
    /// # Errors
    /// 400 where both are given, and for what is no Base64.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, Problem> {
        match (&self.path, &self.path_base64) {
            (Some(_), Some(_)) => Err(Problem::bad_request(
                "Give path or path_base64, and not both.",
            )),
            (Some(path), None) => Ok(path.clone().into_bytes()),
            (None, Some(text)) => BASE64_STANDARD.decode(text).map_err(|_| {
                Problem::bad_request("path_base64 is not Base64.")
            }),
            (None, None) => Ok(Vec::new()),
        }
    }
}

/// A path that leads down from a root: its names, with slashes between them.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Below(Vec<u8>);

impl Below {
    /// Takes a path apart.
    ///
    /// # Errors
    /// 404 for one that does not lead down. A path that is absolute, has `.`
    /// or `..` in it, an empty name or a zero byte is no path below anything.
    pub(crate) fn new(bytes: Vec<u8>) -> Result<Self, Problem> {
        let leads_down =
            |name: &[u8]| !name.is_empty() && name != b"." && name != b"..";
        let is_fine = bytes.is_empty()
            || bytes.len() <= LONGEST
                && !bytes.contains(&0)
                && bytes.split(|byte| *byte == b'/').all(leads_down);
        if is_fine {
            return Ok(Self(bytes));
        }
        let shown = sanchay::escaped(&bytes).to_string();
        tracing::warn!(path = shown, "a path that does not lead down");
        Err(outside())
    }

    /// Its names.
    pub(crate) fn names(&self) -> impl Iterator<Item = &[u8]> {
        let all = self.0.split(|byte| *byte == b'/');
        all.filter(|name| !name.is_empty())
    }

    /// Its bytes: empty for the root itself.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What is answered to whatever is not there, or not below a root: which of
/// the two, nobody is told.
pub(crate) fn outside() -> Problem {
    Problem::not_found("There is nothing of that path below the root.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_that_lead_down_are_paths() {
        for path in ["", "a", "a/b", "..a/b..", "a\\b", "%2e%2e", "a b\n"] {
            assert!(Below::new(path.as_bytes().to_vec()).is_ok(), "{path}");
        }
        for path in [
            "/",
            "/etc",
            "..",
            "../a",
            "a/..",
            "a/../b",
            ".",
            "a/./b",
            "a//b",
            "a/",
            "a\0b",
            "//server/share",
        ] {
            let problem = Below::new(path.as_bytes().to_vec()).unwrap_err();
            assert_eq!(problem.status(), 404, "{path}");
        }
        assert!(Below::new(vec![b'a'; LONGEST + 1]).is_err());
    }

    #[test]
    fn a_path_that_is_not_utf8_comes_in_base64() {
        let params = |path: Option<&str>, base64: Option<&str>| PathParams {
            path: path.map(str::to_owned),
            path_base64: base64.map(str::to_owned),
        };
        let below = params(None, Some("YS//")).below().unwrap();
        assert_eq!(below.as_bytes(), b"a/\xff");
        assert!(params(None, Some("Li4=")).below().is_err());
        assert!(params(Some("a"), Some("YQ==")).below().is_err());
        assert!(params(None, Some("!")).below().is_err());
        assert_eq!(params(None, None).below().unwrap(), Below::default());
    }
}
