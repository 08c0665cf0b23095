//! Types of files, by their extensions: what people tell apart on a map. The
//! page has the same table for the names that it shows; a test compares them.

use std::{collections::HashMap, ffi::OsStr, path::Path, sync::LazyLock};

use sanchay_names::OsStrExt as _;

/// How many there are.
pub(crate) const COUNT: usize = 10;

/// Each with its extensions; all others are of the last.
const TYPES: [(&str, &str); COUNT] = [
    ("image", "jpg jpeg png gif webp heic avif tif tiff bmp svg psd"),
    ("raw", "cr2 cr3 nef arw dng raf orf rw2 raw"),
    ("video", "mp4 mov mkv avi webm m4v mpg mpeg wmv"),
    ("audio", "mp3 flac wav ogg opus m4a aac aiff"),
    ("document", "pdf doc docx odt xls xlsx ods ppt pptx txt md epub rtf"),
    ("archive", "zip gz tar 7z xz bz2 zst rar iso img deb rpm jar"),
    ("code", "rs js ts py c h cpp hpp go java rb sh html css toml yaml yml o"),
    ("data", "csv tsv json parquet sqlite db npy arrow xml bin dat"),
    ("log", "log jsonl ndjson"),
    ("other", ""),
];

static BY_EXTENSION: LazyLock<HashMap<&'static [u8], usize>> =
    LazyLock::new(|| {
        let all = TYPES.iter().enumerate();
        all.flat_map(|(number, (_, extensions))| {
            let each = extensions.split_whitespace();
            each.map(move |it| (it.as_bytes(), number))
        })
        .collect()
    });

/// The name of a type.
pub(crate) fn name(number: usize) -> &'static str {
    TYPES.get(number).map_or("other", |(name, _)| name)
}

/// The type of a file, by its name.
pub(crate) fn of(name: &[u8]) -> usize {
    const LONGEST: usize = 8;
    let other = COUNT - 1;
    let path = Path::new(OsStr::from_bytes(name));
    let Some(extension) = path.extension() else { return other };
    let extension = extension.as_bytes();
    let mut small = [0; LONGEST];
    let Some(small) = small.get_mut(..extension.len()) else { return other };
    small.copy_from_slice(extension);
    small.make_ascii_lowercase();
    BY_EXTENSION.get(&*small).copied().unwrap_or(other)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn types_are_told_by_extensions_without_regard_to_case() {
        for (file, wanted) in [
            ("a.JPG", "image"),
            ("b.tar.gz", "archive"),
            (".jpg", "other"),
            ("jpg", "other"),
            ("x.ndjson", "log"),
            ("y.a-long-extension", "other"),
            ("z.", "other"),
        ] {
            assert_eq!(name(of(file.as_bytes())), wanted, "{file}");
        }
    }

    #[test]
    fn the_page_has_the_same_types() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/page/js/format.js");
        let source = fs::read_to_string(path).unwrap();
        let (_, table) = source.split_once("const EXTENSIONS = ").unwrap();
        let (table, _) = table.split_once("});").unwrap();
        let lines = table.lines().filter_map(|line| {
            let (name, rest) = line.trim().split_once(": '")?;
            Some((name.to_owned(), rest.strip_suffix("',")?.to_owned()))
        });
        let page: Vec<(String, String)> = lines.collect();
        let own: Vec<(String, String)> = TYPES[..COUNT - 1]
            .iter()
            .map(|(name, all)| ((*name).to_owned(), (*all).to_owned()))
            .collect();
        assert_eq!(page, own);
    }
}
