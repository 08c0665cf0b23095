//! What a plan is to do, as a request says it.

use std::path::{Path, PathBuf};

use sanchay::{
    DuplicateOptions, WalkOptions,
    ops::{DedupeAction, KeepRules, Naming, OnConflict, SortFields},
};
use serde_json::Value;

use crate::{
    jobs::{
        kind::Kind,
        options::{Options, wrong},
        request::RootRef,
        spec::places,
    },
    problem::Problem,
    roots::Roots,
};

/// What is to be planned.
#[derive(Debug)]
pub(crate) enum PlanSpec {
    /// New names, or new places.
    Names {
        walk: Box<WalkOptions>,
        naming: Box<Naming>,
        verb: Verb,
        sort: Option<SortFields>,
        on_conflict: OnConflict,
        /// Only the records of this view.
        view: Option<String>,
    },
    /// One of each group of equal files stays.
    Dedupe {
        options: Box<DuplicateOptions>,
        action: DedupeAction,
        keep: Vec<String>,
        /// The job whose marks by hand hold.
        marks: Option<i64>,
        on_conflict: OnConflict,
    },
}

/// What is done with entries.
#[derive(Clone, Debug)]
pub(crate) enum Verb {
    Rename,
    Move { into: PathBuf, flat: bool },
    Copy { into: PathBuf, flat: bool, verify: bool },
    Delete { for_good: bool },
}

impl PlanSpec {
    /// Makes sense of the options of a kind; the duplicates' own are parsed
    /// already.
    pub(crate) fn names(
        kind: Kind,
        options: &mut Options,
        walk: WalkOptions,
        roots: &Roots,
    ) -> Result<Self, Problem> {
        let sort = match options.text("sort")? {
            None => None,
            Some(text) => {
                Some(text.parse().map_err(|why: String| wrong("sort", &why))?)
            }
        };
        let naming = naming(kind, options)?;
        let verb = match kind {
            Kind::Move => {
                let into = into(options, roots)?;
                Verb::Move { into, flat: options.flag("flat")? }
            }
            Kind::Copy => Verb::Copy {
                into: into(options, roots)?,
                flat: options.flag("flat")?,
                verify: options.flag("verify")?,
            },
            Kind::Delete => {
                let how = how(options, &["trash", "delete"])?;
                Verb::Delete { for_good: how == "delete" }
            }
            _ => Verb::Rename,
        };
        Ok(Self::Names {
            walk: Box::new(walk),
            naming: Box::new(naming),
            verb,
            sort,
            on_conflict: on_conflict(options)?,
            view: options.text("view")?,
        })
    }

    /// The same for duplicates.
    pub(crate) fn dedupe(
        options: &mut Options,
        duplicates: DuplicateOptions,
        roots: &Roots,
    ) -> Result<Self, Problem> {
        const WAYS: &[&str] =
            &["trash", "hardlink", "reflink", "symlink", "delete", "move-to"];
        let action = match how(options, WAYS)?.as_str() {
            "hardlink" => DedupeAction::HardLink,
            "reflink" => DedupeAction::Reflink,
            "symlink" => DedupeAction::Symlink,
            "delete" => DedupeAction::Delete,
            "move-to" => DedupeAction::MoveTo(into(options, roots)?),
            _ => DedupeAction::Trash,
        };
        let keep = match options.take("keep") {
            None => Vec::new(),
            Some(Value::String(rule)) => vec![rule],
            Some(value) => serde_json::from_value(value)
                .map_err(|_| wrong("keep", "expected rules, as `oldest`"))?,
        };
        check_rules(&keep, roots)?;
        let marks = options.number("marks")?;
        let marks = marks.map(u64::cast_signed);
        let on_conflict = on_conflict(options)?;
        let options = Box::new(duplicates);
        Ok(Self::Dedupe { options, action, keep, marks, on_conflict })
    }

    /// Whether files are read before there is a plan.
    pub(crate) fn reads(&self) -> bool {
        matches!(self, Self::Dedupe { .. })
    }

    /// Whether what it does can be taken back.
    pub(crate) fn can_be_undone(&self) -> bool {
        !matches!(
            self,
            Self::Names { verb: Verb::Delete { for_good: true }, .. }
                | Self::Dedupe { action: DedupeAction::Delete, .. }
        )
    }
}

/// Refuses rules that make no sense, or name a folder that is in no root.
pub(crate) fn check_rules(
    keep: &[String],
    roots: &Roots,
) -> Result<(), Problem> {
    KeepRules::new(keep).map_err(|why| wrong("keep", &why.to_string()))?;
    for rule in keep {
        let Some(path) = rule.strip_prefix("under:") else { continue };
        // Such a path could tell whether something outside is there.
        if roots.containing(Path::new(path)).is_none() {
            let why = "under: names a folder that is in no root";
            return Err(wrong("keep", why));
        }
    }
    Ok(())
}

/// A template, replacements and what else names are made of.
fn naming(kind: Kind, options: &mut Options) -> Result<Naming, Problem> {
    let standard = Naming::default();
    let template = options.text("template")?;
    let pattern = options.text("match")?;
    let replacements = match options.take("replace") {
        None => Vec::new(),
        Some(Value::String(one)) => vec![one],
        Some(Value::Object(pair)) => vec![replacement(&pair)?],
        Some(value) => serde_json::from_value(value).map_err(|_| {
            wrong("replace", "expected s/REGEX/TEXT/ or {find, put, regex}")
        })?,
    };
    let lower = options.flag("lower")?;
    let template = match (template, lower) {
        (Some(template), false) => template,
        (None, false) => standard.template,
        (None, true) => "{name:lower}".to_owned(),
        (Some(template), true) => ["name", "stem", "ext"].into_iter().fold(
            template,
            |template, field| {
                let (plain, small) =
                    (format!("{{{field}}}"), format!("{{{field}:lower}}"));
                template.replace(&plain, &small)
            },
        ),
    };
    if kind == Kind::Rename
        && template == Naming::default().template
        && replacements.is_empty()
    {
        return Err(wrong("template", "say what the names are to be"));
    }
    Ok(Naming {
        template,
        pattern,
        replacements,
        folders: false,
        truncate: options.flag("truncate")?,
        portable: options.flag("portable")?,
    })
}

/// A text that is replaced, as the program spells it.
fn replacement(
    pair: &serde_json::Map<String, Value>,
) -> Result<String, Problem> {
    let text = |name: &str| {
        pair.get(name).and_then(Value::as_str).unwrap_or_default()
    };
    let known = ["find", "put", "regex"];
    if pair.keys().any(|name| !known.contains(&name.as_str())) {
        return Err(wrong("replace", "its members are find, put and regex"));
    }
    let (find, put) = (text("find"), text("put"));
    let is_regex = pair.get("regex") == Some(&Value::Bool(true));
    let free = |mark: &char| !find.contains(*mark) && !put.contains(*mark);
    let mark = "/|,;:!@%=~'\"`#<>".chars().find(free);
    let mark = mark.ok_or_else(|| {
        wrong(
            "replace",
            "it has every mark that could stand between its parts",
        )
    })?;
    let escape = |text: &str, special: &str| {
        let mut out = String::new();
        for character in text.chars() {
            if special.contains(character) {
                out.push('\\');
            }
            out.push(character);
        }
        out
    };
    let (find, put) = match is_regex {
        true => (find.to_owned(), put.to_owned()),
        false => (escape(find, r"\.+*?()|[]{}^$"), escape(put, r"\$")),
    };
    Ok(format!("s{mark}{find}{mark}{put}{mark}g"))
}

/// Where results go: a folder below a root.
fn into(options: &mut Options, roots: &Roots) -> Result<PathBuf, Problem> {
    let missing = || wrong("into", "name a folder below a root");
    let value = options.take("into").ok_or_else(missing)?;
    let place: RootRef = serde_json::from_value(value)
        .map_err(|_| wrong("into", "expected {root, path}"))?;
    let root = roots.find(&place.root)?;
    let below = place.params().below()?;
    // What is there must be no way out; what is not is made.
    let mut known = Vec::new();
    for name in below.names() {
        known.push(name);
        let so_far = crate::below::Below::new(known.join(&b'/'))?;
        if !root.is_there(&so_far)? {
            break;
        }
        root.folder(&so_far)?;
    }
    Ok(root.join(&below))
}

fn how(options: &mut Options, ways: &[&str]) -> Result<String, Problem> {
    let first = ways.first().copied().unwrap_or_default();
    let given = options.text("how")?.unwrap_or_else(|| first.to_owned());
    match ways.contains(&given.as_str()) {
        true => Ok(given),
        false => {
            let why = format!("expected one of {}", ways.join(", "));
            Err(wrong("how", &why))
        }
    }
}

fn on_conflict(options: &mut Options) -> Result<OnConflict, Problem> {
    // A page shows what is left alone: nothing is gained by refusing all.
    match options.text("on_conflict")?.as_deref() {
        None | Some("skip") => Ok(OnConflict::Skip),
        Some("error") => Ok(OnConflict::Error),
        Some("rename") => Ok(OnConflict::Rename),
        Some(_) => Err(wrong("on_conflict", "expected error, skip or rename")),
    }
}

/// References of duplicates, as places.
pub(crate) fn references(
    options: &mut Options,
    roots: &Roots,
) -> Result<Vec<PathBuf>, Problem> {
    let Some(value) = options.take("references") else {
        return Ok(Vec::new());
    };
    let given: Vec<RootRef> = serde_json::from_value(value)
        .map_err(|error| wrong("references", &error.to_string()))?;
    places(&given, roots)
}
