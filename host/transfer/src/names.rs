//! What copies may be called: a key as a path below a folder, and a path as a
//! key.

use std::str;

/// The longest key, in bytes.
const MAX_KEY: usize = 1024;

/// The components of the path that a key becomes below a folder. A key may say
/// anything: what would lead out of the folder, or could not be created as it
/// is, is refused.
pub(crate) fn components(key: &[u8]) -> Result<Vec<&[u8]>, &'static str> {
    let parts: Vec<&[u8]> = key.split(|byte| *byte == b'/').collect();
    if let Some(why) = parts.iter().find_map(|part| refused(part)) {
        return Err(why);
    }
    match key.len() > sanchay_storage::MAX_PATH {
        true => Err("its name is longer than a path can be"),
        false => Ok(parts),
    }
}

fn refused(part: &[u8]) -> Option<&'static str> {
    match part {
        b"" => Some("a component of its name is empty, as no file's can be"),
        b"." | b".." => {
            Some("a component of its name is . or .., which leads elsewhere")
        }
        part if part.contains(&0) => {
            Some("its name contains NUL, as no file's can")
        }
        part if sanchay_names::is_too_long(part) => {
            Some("a component of its name is longer than any file's can be")
        }
        _ => None,
    }
}

/// The key that a path becomes after a prefix.
pub(crate) fn key(prefix: &str, path: &[u8]) -> Result<String, &'static str> {
    let Ok(path) = str::from_utf8(path) else {
        return Err("its name is not UTF-8, as every key is");
    };
    if path.split('/').any(|part| matches!(part, "." | "..")) {
        return Err(
            "a component of its name is . or .., which no request can \
                    ask for",
        );
    }
    let key = format!("{prefix}{path}");
    match key.len() > MAX_KEY {
        true => Err("its key would be longer than 1024 bytes"),
        false => Ok(key),
    }
}

#[cfg(test)]
mod tests {
    use super::{components, key};

    #[test]
    fn a_key_that_leads_elsewhere_becomes_no_path() {
        assert_eq!(components(b"a/b c").unwrap(), [&b"a"[..], b"b c"]);
        let long = [b'x'; 256];
        let deep = [&b"x/"[..]; 3000].concat();
        for bad in [
            &b""[..],
            b"/etc/passwd",
            b"../x",
            b"a/../../x",
            b"a//b",
            b"a/",
            b".",
            b"a\0b",
            &long,
            &deep,
        ] {
            assert!(components(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_path_becomes_a_key_after_the_prefix() {
        assert_eq!(key("p/", b"a/b").unwrap(), "p/a/b");
        assert!(key("", &[b'x'; 1024]).is_ok());
        assert!(key("p/", &[b'x'; 1024]).is_err());
        assert!(key("", b"\xff").is_err());
        assert!(key("", b"a/../b").is_err());
    }
}
