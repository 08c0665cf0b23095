//! The file of tokens.

use std::{collections::HashMap, path::Path};

use super::{Hash, OF_FILE, digest, hex};
use crate::{
    error::ServiceError,
    rights::{Caller, PAGE, Rights},
};

/// Reads a file of tokens: a name, rights and a token a line. Empty lines and
/// those that begin with `#` are left out.
pub(super) fn read_tokens(
    path: &Path,
) -> Result<HashMap<Hash, Caller>, ServiceError> {
    let text = std::fs::read_to_string(path).map_err(|source| {
        let path = path.to_owned();
        ServiceError::File { path, action: "cannot read the tokens", source }
    })?;
    let mut all = HashMap::new();
    for (line, text) in (1..).zip(text.lines()) {
        let wrong =
            |why| ServiceError::Tokens { path: path.to_owned(), line, why };
        if text.trim().is_empty() || text.starts_with('#') {
            continue;
        }
        let parts: Vec<&str> = text.split_whitespace().collect();
        let [name, rights, token] = parts.as_slice() else {
            return Err(wrong("it has not three parts"));
        };
        let rights = Rights::parse(rights).ok_or_else(|| {
            wrong("rights are read, run and write, with commas between them")
        })?;
        if *name == PAGE {
            return Err(wrong("a token cannot be called `page`"));
        }
        if token.len() < 20 {
            return Err(wrong("the token has less than 20 characters"));
        }
        let caller = Caller {
            name: (*name).to_owned(),
            id: format!("file-{line}"),
            rights,
            expires: i64::MAX,
            account: format!("{OF_FILE}{name}"),
            source: Some(format!("{OF_FILE}{}", hex(&digest(token)))),
        };
        all.insert(digest(token), caller);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rights::Right;

    #[test]
    fn a_file_of_tokens_is_read_line_by_line_and_mistakes_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens");
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            read_tokens(&path)
        };
        let token = "abcdefghijklmnopqrstuvwxyz";
        let all = read(&format!("# a\n\nnightly read,run {token}\n")).unwrap();
        let caller = &all[&digest(token)];
        assert_eq!(caller.name, "nightly");
        assert!(caller.needs(Right::Run).is_ok());
        assert!(caller.needs(Right::Write).is_err());
        for (text, line) in [
            ("nightly read", "line 1"),
            (&format!("a read {token}\nb rule {token}"), "line 2"),
            ("a read short", "line 1"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(line), "{error}");
        }
    }
}
