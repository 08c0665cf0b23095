//! The licences of everything that is compiled into something: a list, and
//! every text in full, as most licences want it of who passes the work on.
//!
//! cargo-about does not do for this: it knows the packages of a manifest, and
//! not Rust's own `core`, `alloc` and `compiler_builtins`, which are in each
//! component. The bill of materials names the same [parts](crate::parts).

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use anyhow::{Context as _, Result};
use spdx::Expression;

use crate::parts::{Origin, Part, Parts};

/// How the names of files with licences begin, in upper case.
const NAMES: [&str; 6] =
    ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];

/// The list of parts with their licences, then the texts that lie beside
/// their sources, each once. Of a part that brings none, the texts that SPDX
/// has for its licences stand in.
///
/// `root` is the folder of the checkout, which has the texts for our own.
///
/// # Errors
/// A text cannot be read.
pub fn list(subject: &str, parts: &Parts, root: &Path) -> Result<String> {
    let mut list = format!(
        "{subject} consists of these parts. Each line has the part, its \
         version, its\nlicence as an SPDX expression, and the numbers of the \
         texts below that it\nbrings. Where a licence is a choice, any will \
         do.\n\n"
    );
    // By their words: two that differ in white space alone are one.
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut texts: Vec<(String, Vec<String>)> = Vec::new();
    for part in parts.iter() {
        let name = format!("{} {}", part.name, part.version);
        let mut own = Vec::new();
        for text in texts_of(part, root)? {
            let words: Vec<_> = text.split_whitespace().collect();
            let number =
                *numbers.entry(words.join(" ")).or_insert_with(|| {
                    texts.push((text, Vec::new()));
                    texts.len()
                });
            let owners = texts.get_mut(number - 1).map(|it| &mut it.1);
            if let Some(owners) = owners.filter(|it| !it.contains(&name)) {
                owners.push(name.clone());
                own.push(number.to_string());
            }
        }
        let (licence, numbers) = (&part.licence, own.join(", "));
        let place = part.repository.as_deref().unwrap_or(match part.origin {
            Origin::Own => "this project",
            Origin::Registry | Origin::Rust => "no repository is named",
        });
        writeln!(list, "{name}\n    {licence}\n    {place}")?;
        writeln!(list, "    texts: {numbers}")?;
    }
    let rule = "=".repeat(79);
    for (index, (text, owners)) in texts.iter().enumerate() {
        let (number, owners) = (index + 1, owners.join(", "));
        let text = text.trim_matches('\n');
        write!(list, "\n{rule}\nText {number}, of {owners}\n{rule}\n\n")?;
        writeln!(list, "{text}")?;
    }
    Ok(list)
}

/// The texts of a part's licences.
fn texts_of(part: &Part, root: &Path) -> Result<Vec<String>> {
    let folder = match part.origin {
        Origin::Own => Some(root),
        Origin::Registry | Origin::Rust => part.sources.as_deref(),
    };
    let texts = folder.map(beside).transpose()?.unwrap_or_default();
    Ok(if texts.is_empty() { published(part) } else { texts })
}

/// The texts in a folder, by the names of their files.
fn beside(folder: &Path) -> Result<Vec<String>> {
    let mut texts = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.to_ascii_uppercase();
        if NAMES.iter().any(|it| name.starts_with(it)) && path.is_file() {
            let text = fs::read(&path)
                .with_context(|| format!("{}: cannot read", path.display()))?;
            let text = String::from_utf8_lossy(&text).replace("\r\n", "\n");
            texts.insert(path, text);
        }
    }
    Ok(texts.into_values().filter(|it| !it.trim().is_empty()).collect())
}

/// The texts that SPDX has for the licences of a part.
fn published(part: &Part) -> Vec<String> {
    let expression = Expression::parse(&part.licence).ok();
    let mut texts = Vec::new();
    for it in expression.iter().flat_map(Expression::requirements) {
        if let Some(id) = it.req.license.id() {
            texts.push(format!(
                "{}\n(as SPDX publishes it; the authors are: {})\n\n{}",
                id.full_name,
                part.authors.join(", "),
                id.text(),
            ));
        }
        let addition = it.req.addition.as_ref().and_then(|it| it.id());
        texts.extend(addition.map(|it| it.text().to_owned()));
    }
    texts
}
