//! Names in the user's editor: a line each, with a number that says whose it
//! is, so that lines can be sorted and removed there.

use std::{
    env, fs,
    io::{self, Write as _},
};

use sanchay::{escaped, escaped_path};
use sanchay_system::process;
use tempfile::{Builder, NamedTempFile};

use crate::{failure::Failure, messages::Messages};

const HELP: &str = "\
# A number and a name on each line: change the names, keep the numbers.
# What is not there any more, or not changed, stays as it is.
# \\n is a newline, \\t a tab, \\\\ a backslash, \\xff a byte.
";

/// What a user wrote.
#[derive(Debug)]
pub(super) struct Edited {
    file: NamedTempFile,
    text: Vec<u8>,
}

impl Edited {
    /// The new names, in the order of the paths; an empty one for what stays
    /// as it is.
    pub(super) fn names(
        &self,
        paths: &[Vec<u8>],
    ) -> Result<Vec<Vec<u8>>, Failure> {
        read(&self.text, paths)
            .map_err(|(line, why)| Failure::Edited { line, why })
    }

    /// Keeps what was written, which would be lost otherwise. Says where.
    pub(super) fn keep(self, messages: &Messages) {
        keep(self.file, messages);
    }
}

fn keep(file: NamedTempFile, messages: &Messages) {
    match file.keep() {
        Ok((_, path)) => messages.say(format_args!(
            "the edited names are kept in {}",
            escaped_path(&path)
        )),
        Err(error) => messages.say(format_args!(
            "the edited names cannot be kept: {}",
            error.error
        )),
    }
}

/// Has the user edit the names of paths. Where the editor fails, what was
/// written by then is kept.
pub(super) fn edit(
    paths: &[Vec<u8>],
    messages: &Messages,
) -> Result<Edited, Failure> {
    let file = Builder::new().prefix("sanchay-").suffix(".txt").tempfile();
    let mut file = file.map_err(|source| Failure::Edit {
        action: "cannot create a file for the editor",
        source,
    })?;
    let text = written(paths);
    let edited = file
        .write_all(text.as_bytes())
        .and_then(|()| run_editor(file.path()))
        .and_then(|()| fs::read(file.path()));
    match edited {
        Ok(text) => Ok(Edited { file, text }),
        Err(source) => {
            let left = fs::read(file.path());
            if left.is_ok_and(|left| left != text.as_bytes()) {
                keep(file, messages);
            }
            let action = "cannot edit the names";
            Err(Failure::Edit { action, source })
        }
    }
}

fn run_editor(path: &std::path::Path) -> io::Result<()> {
    let named = |name| env::var_os(name).filter(|it| !it.is_empty());
    let editor = named("VISUAL").or_else(|| named("EDITOR"));
    let line = editor.unwrap_or_else(|| process::EDITOR.into());
    // By the shell: it may have arguments.
    let status = process::shell_with(&line, path).status()?;
    match status.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!("the editor failed: {status}"))),
    }
}

/// The names of paths, with a comment for each folder.
fn written(paths: &[Vec<u8>]) -> String {
    let mut text = HELP.to_owned();
    let mut folder = None;
    for (number, path) in paths.iter().enumerate() {
        let (above, name) = parts(path);
        if folder != Some(above) {
            folder = Some(above);
            text.push_str(&format!("# {}\n", escaped(above)));
        }
        text.push_str(&format!("{}\t{}\n", number + 1, escaped(name)));
    }
    text
}

fn parts(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(at) => {
            let (above, name) = path.split_at(at + 1);
            (above, name)
        }
        None => (b"", path),
    }
}

/// What a user wrote, or the line that makes no sense, from 1.
fn read(
    text: &[u8],
    paths: &[Vec<u8>],
) -> Result<Vec<Vec<u8>>, (usize, &'static str)> {
    let text = str::from_utf8(text).map_err(|error| {
        let before = text.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count();
        (line, "it is not UTF-8; \\xff stands for such a byte")
    })?;
    // Some editors mark what is UTF-8.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut names: Vec<Option<Vec<u8>>> = vec![None; paths.len()];
    for (number, line) in text.lines().enumerate() {
        let wrong = |why| (number + 1, why);
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let (index, name) =
            line.split_once('\t').ok_or(wrong("there is no tab in it"))?;
        let index: usize = index
            .trim()
            .parse()
            .map_err(|_| wrong("it does not begin with a number"))?;
        let place = index.checked_sub(1).and_then(|at| names.get_mut(at));
        let place = place.ok_or(wrong("there is no entry of that number"))?;
        let name = unescaped(name).ok_or(wrong("it has an unknown escape"))?;
        if name.is_empty() {
            return Err(wrong("its name is empty"));
        }
        if place.replace(name).is_some() {
            return Err(wrong("its number is there twice"));
        }
    }
    let unchanged = |(name, path): (Option<Vec<u8>>, &Vec<u8>)| {
        name.filter(|name| name.as_slice() != parts(path).1)
    };
    let names = names.into_iter().zip(paths).map(unchanged);
    Ok(names.map(Option::unwrap_or_default).collect())
}

/// Undoes the escapes of [`escaped`].
fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        let character = match character {
            '\\' => match rest.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '\\' => '\\',
                'x' => {
                    let digits: String = rest.by_ref().take(2).collect();
                    bytes.push(u8::from_str_radix(&digits, 16).ok()?);
                    continue;
                }
                'u' => {
                    let digits: String =
                        rest.by_ref().take_while(|it| *it != '}').collect();
                    let digits = digits.strip_prefix('{')?;
                    char::from_u32(u32::from_str_radix(digits, 16).ok()?)?
                }
                _ => return None,
            },
            other => other,
        };
        let mut room = [0; 4];
        bytes.extend_from_slice(character.encode_utf8(&mut room).as_bytes());
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{read, unescaped, written};
    use sanchay_testkit::ODD_NAMES;

    #[test]
    fn names_that_are_not_changed_stay_as_they_are() {
        let paths: Vec<Vec<u8>> =
            ODD_NAMES.iter().map(|name| [b"d/", *name].concat()).collect();
        let names = read(written(&paths).as_bytes(), &paths).unwrap();
        assert!(names.iter().all(Vec::is_empty), "{names:?}");
    }

    #[test]
    fn lines_may_be_sorted_removed_and_changed() {
        let paths = [b"d/a".to_vec(), b"d/b".to_vec(), b"c".to_vec()];
        let text = "3\tx\\ny\n# comment\n\n1\ta\n";
        let names = read(text.as_bytes(), &paths).unwrap();
        assert_eq!(names, [b"".to_vec(), b"".to_vec(), b"x\ny".to_vec()]);
    }

    #[test]
    fn lines_that_make_no_sense_are_named() {
        let paths = [b"a".to_vec()];
        for text in
            ["a", "x\ta", "2\ta", "0\ta", "1\t", "1\t\\q", "1\ta\n1\tb"]
        {
            let line = text.lines().count();
            let found = read(text.as_bytes(), &paths).unwrap_err().0;
            assert_eq!(found, line, "{text}");
        }
        assert_eq!(read(b"# x\n1\ta\xe9", &paths).unwrap_err().0, 2);
        assert_eq!(unescaped("\\x4").as_deref(), Some(&b"\x04"[..]));
        assert_eq!(unescaped("\\u{zz}"), None);
    }
}
