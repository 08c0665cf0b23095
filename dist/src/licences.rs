//! The licences of everything that a component consists of: a list, and every
//! text in full, as most licences want it of who passes the work on.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use spdx::Expression;

use crate::{
    Error,
    parts::{Origin, Part},
};

/// How the names of files with licences begin, in upper case.
const NAMES: [&str; 6] =
    ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];

/// What stands between two texts.
const RULE: &str = "\
===============================================================================";

/// The list for a component: its parts with their licences, then the texts
/// that lie beside their sources, each once. Of a part that brings none, the
/// texts that SPDX has for its licences stand in.
///
/// `root` is the folder of the checkout, which has the texts for our own.
///
/// # Errors
/// [`Error::File`] if a text cannot be read.
pub fn list(
    component: &str,
    parts: &[Part],
    root: &Path,
) -> Result<String, Error> {
    let mut list = format!(
        "{component} consists of these parts. Each line has the part, its \
         version, its\nlicence as an SPDX expression, and the numbers of the \
         texts below that it\nbrings. Where a licence is a choice, any will \
         do.\n\n"
    );
    let mut texts: Vec<String> = Vec::new();
    let mut owners: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for part in parts {
        let mut numbers = Vec::new();
        for text in texts_of(part, root)? {
            let at = texts.iter().position(|it| same(it, &text));
            let at = at.unwrap_or_else(|| {
                texts.push(text);
                texts.len() - 1
            });
            if !numbers.contains(&(at + 1)) {
                numbers.push(at + 1);
            }
        }
        let name = format!("{} {}", part.name, part.version);
        for number in &numbers {
            owners.entry(*number).or_default().push(name.clone());
        }
        let numbers: Vec<_> = numbers.iter().map(usize::to_string).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(
            list,
            "{name}\n    {}\n    {}\n    texts: {}",
            part.licence,
            place(part),
            numbers.join(", "),
        );
    }
    for (index, text) in texts.iter().enumerate() {
        let number = index + 1;
        let owners = owners.remove(&number).unwrap_or_default().join(", ");
        let _ = write!(
            list,
            "\n{RULE}\nText {number}, of {owners}\n{RULE}\n\n{}\n",
            text.trim_matches('\n'),
        );
    }
    Ok(list)
}

/// Where a part can be had.
fn place(part: &Part) -> String {
    match (&part.repository, part.origin) {
        (Some(repository), _) => repository.clone(),
        (None, Origin::Own) => "this project".to_owned(),
        (None, _) => "no repository is named".to_owned(),
    }
}

/// Whether two texts differ in nothing but white space.
fn same(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

/// The texts of a part's licences.
fn texts_of(part: &Part, root: &Path) -> Result<Vec<String>, Error> {
    let folder = match part.origin {
        Origin::Own => Some(root),
        Origin::Registry | Origin::Rust => part.sources.as_deref(),
    };
    let mut texts = Vec::new();
    for path in folder.map(files).transpose()?.unwrap_or_default() {
        let bytes = fs::read(&path).map_err(Error::file(&path, "read"))?;
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        if !text.trim().is_empty() {
            texts.push(text);
        }
    }
    if texts.is_empty() {
        texts = published(part);
    }
    Ok(texts)
}

/// The files with licences in a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    let read = || Error::file(folder, "list");
    for entry in fs::read_dir(folder).map_err(read())? {
        let path = entry.map_err(read())?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.to_ascii_uppercase();
        let is_text = NAMES.iter().any(|it| name.starts_with(it));
        if is_text && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The texts that SPDX has for the licences of a part.
fn published(part: &Part) -> Vec<String> {
    let Ok(expression) = Expression::parse(&part.licence) else {
        return Vec::new();
    };
    let mut texts: Vec<String> = Vec::new();
    for requirement in expression.requirements() {
        if let Some(id) = requirement.req.license.id() {
            texts.push(format!(
                "{}\n(as SPDX publishes it; the authors are: {})\n\n{}",
                id.full_name,
                part.authors.join(", "),
                id.text(),
            ));
        }
        let addition = requirement.req.addition.as_ref();
        texts.extend(addition.and_then(|it| Some(it.id()?.text().to_owned())));
    }
    texts
}
