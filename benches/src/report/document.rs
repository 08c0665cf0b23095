//! docs/PERFORMANCE.md, with a table of all jobs, and docs/figures.md, with
//! the details of each: what people wrote stays, what was measured replaces
//! the text between two marks.

use std::fs;
use std::path::{Path, PathBuf};

use super::{SUMMARY, Table, results};
use crate::data;
use crate::problem::{Problem, Result, Trying};

/// The first line that is generated.
const BEGIN: &str = "<!-- figures: begin (written by `bench report`) -->";

/// The line after the last one that is generated.
const END: &str = "<!-- figures: end -->";

/// The jobs in the order of the document; others follow by name.
const ORDER: [&str; 10] = [
    "scan",
    "extension",
    "hash",
    "blake3",
    "sha256",
    "partial",
    "dupes",
    "cold",
    "start",
    "growth",
];

/// What was measured, as Markdown.
struct Figures {
    /// A table of all jobs.
    summary: String,
    /// A section for each job.
    sections: String,
}

/// Writes the results that were kept into the documents.
///
/// # Errors
///
/// Where there is nothing to write or a document's marks are gone.
pub(crate) fn write(sets: &Path) -> Result<()> {
    let docs = data::checkout().join("docs");
    let Figures { summary, sections } = figures(&results(sets))?;
    replace(&docs.join("PERFORMANCE.md"), &summary)?;
    replace(&docs.join("figures.md"), &sections)
}

/// Replaces the text between a document's marks.
fn replace(document: &Path, figures: &str) -> Result<()> {
    let text = fs::read_to_string(document).trying("read", document)?;
    let text = insert(&text, figures).ok_or_else(|| {
        Problem::new(format!(
            "{document:?} lacks the lines {BEGIN:?} and {END:?}, in this \
             order: put them where the figures belong"
        ))
    })?;
    fs::write(document, text).trying("write", document)?;
    eprintln!("wrote {document:?}");
    Ok(())
}

/// Reads what was measured.
fn figures(folder: &Path) -> Result<Figures> {
    let names = names(folder)?;
    if names.is_empty() {
        return Err(Problem::new(format!(
            "there are no results in {folder:?}: measure something first \
             (bench run)"
        )));
    }
    let mut rows = Vec::new();
    let mut sections = Vec::new();
    for name in names {
        let read = |extension: &str| {
            let path = folder.join(format!("{name}.{extension}"));
            fs::read_to_string(&path).trying("read", &path)
        };
        for line in read("rows")?.lines() {
            rows.push(line.split('\t').map(str::to_owned).collect());
        }
        sections.push(read("section")?);
    }
    let summary = Table::new(&SUMMARY, rows).markdown();
    Ok(Figures { summary, sections: sections.join("\n") })
}

/// The jobs there are results of.
fn names(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    if !folder.is_dir() {
        return Ok(names);
    }
    for entry in fs::read_dir(folder).trying("list", folder)? {
        let path: PathBuf = entry.trying("list", folder)?.path();
        if path.extension().is_some_and(|it| it == "rows")
            && let Some(name) = path.file_stem().and_then(|it| it.to_str())
        {
            names.push(name.to_owned());
        }
    }
    names.sort_by_key(|name| {
        let kind = name.split('-').next().unwrap_or_default();
        let place = ORDER.iter().position(|it| *it == kind);
        let greater = name.ends_with("m");
        (place.unwrap_or(ORDER.len()), greater, name.clone())
    });
    Ok(names)
}

/// Replaces what stands between the marks.
fn insert(text: &str, figures: &str) -> Option<String> {
    let (above, rest) = text.split_once(BEGIN)?;
    let (_, below) = rest.split_once(END)?;
    Some(format!("{above}{BEGIN}\n\n{figures}\n{END}{below}"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{BEGIN, END, Figures, figures, insert};

    #[test]
    fn what_stands_outside_the_marks_stays() {
        let text = format!("above\n{BEGIN}\nold\n{END}\nbelow\n");
        let new = insert(&text, "new").unwrap();
        assert_eq!(new, format!("above\n{BEGIN}\n\nnew\n{END}\nbelow\n"));
        assert_eq!(insert(&new, "new").unwrap(), new);
        assert_eq!(insert("no marks", "new"), None);
    }

    #[test]
    fn jobs_stand_in_their_order_with_the_smaller_tree_first() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["growth-scan", "dupes-1m", "scan-1m", "scan-100k"] {
            let path = folder.path().join(name);
            fs::write(path.with_extension("rows"), name).unwrap();
            fs::write(path.with_extension("section"), name).unwrap();
        }
        let Figures { summary, sections } = figures(folder.path()).unwrap();
        for text in [summary, sections] {
            let places: Vec<usize> =
                ["scan-100k", "scan-1m", "dupes-1m", "growth-scan"]
                    .iter()
                    .map(|name| text.find(name).unwrap())
                    .collect();
            assert!(places.is_sorted(), "{places:?}");
        }
    }
}
