//! Paths of Windows with slashes between their names.

/// Slashes in place of backslashes.
pub(crate) fn for_backslashes(mut text: Vec<u8>) -> Vec<u8> {
    for byte in &mut text {
        if *byte == b'\\' {
            *byte = b'/';
        }
    }
    text
}

/// A path with slashes in place of backslashes, and without the prefix that
/// lifts limits, where it says the same without.
pub(crate) fn with_slashes(path: Vec<u8>) -> Vec<u8> {
    let path = for_backslashes(path);
    let Some(rest) = path.strip_prefix(b"//?/") else { return path };
    if let Some(share) = rest.strip_prefix(b"UNC/") {
        return [b"//", share].concat();
    }
    match rest {
        [drive, b':', b'/', ..] if drive.is_ascii_alphabetic() => {
            rest.to_vec()
        }
        _ => path,
    }
}

/// A path without the slash that URLs have before the letter of a drive.
pub(crate) fn without_leading(mut path: Vec<u8>) -> Vec<u8> {
    if let [b'/', drive, b':', ..] = path.as_slice()
        && drive.is_ascii_alphabetic()
    {
        path.remove(0);
    }
    path
}

/// A path as URLs have it: with a slash before the letter of a drive, and
/// without those before the name of a server.
pub(crate) fn url_path(mut path: Vec<u8>) -> Vec<u8> {
    match path.as_slice() {
        [b'/', b'/', server @ ..] => server.to_vec(),
        [b'/', ..] => path,
        _ => {
            path.insert(0, b'/');
            path
        }
    }
}

/// An absolute path without what stands at its top, so that it can be part of
/// another one: it has no slashes around it, and a drive is its letter.
pub(crate) fn below_top(path: &[u8]) -> Vec<u8> {
    let path = path.strip_suffix(b"/").unwrap_or(path);
    match path {
        [drive, b':', rest @ ..] if drive.is_ascii_alphabetic() => {
            [&[*drive], rest].concat()
        }
        _ => {
            let slashes = path.iter().take_while(|byte| **byte == b'/');
            path.get(slashes.count()..).unwrap_or_default().to_vec()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{below_top, url_path, with_slashes, without_leading};

    #[test]
    fn a_path_from_the_top_can_be_part_of_another() {
        assert_eq!(below_top(b"C:/a/b"), b"C/a/b");
        assert_eq!(below_top(b"//server/share/x"), b"server/share/x");
        assert_eq!(below_top(b"/a"), b"a");
        // The tops of a drive and of a share.
        assert_eq!(below_top(b"C:/"), b"C");
        assert_eq!(below_top(b"//server/share/"), b"server/share");
    }

    #[test]
    fn a_url_of_a_drive_has_a_slash_more_than_its_path() {
        assert_eq!(without_leading(b"/C:/x".to_vec()), b"C:/x");
        assert_eq!(without_leading(b"/x".to_vec()), b"/x");
        assert_eq!(url_path(b"C:/x".to_vec()), b"/C:/x");
        assert_eq!(url_path(b"//server/x".to_vec()), b"server/x");
    }

    #[test]
    fn names_are_separated_by_slashes_whatever_was_given() {
        for (given, path) in [
            (r"C:\data\a b", "C:/data/a b"),
            (r"..\x/y", "../x/y"),
            (r"\\server\share\x", "//server/share/x"),
            (r"\\?\C:\data", "C:/data"),
            (r"\\?\UNC\server\share\x", "//server/share/x"),
            // Without the prefix, these would be something else.
            (r"\\?\C:", "//?/C:"),
            (r"\\?\Volume{1}\x", "//?/Volume{1}/x"),
            (r"\\.\pipe\x", "//./pipe/x"),
            ("", ""),
        ] {
            let bytes = with_slashes(given.as_bytes().to_vec());
            assert_eq!(bytes, path.as_bytes(), "{given}");
        }
    }
}
