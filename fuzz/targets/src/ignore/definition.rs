//! What ignore rules mean, by regular expressions of paths.

use std::fmt::Write as _;

use regex::bytes::Regex;

/// The longest text and the most rules that are translated.
const LONGEST: usize = 2000;
const MOST: usize = 40;

/// The rules of a text, in its order.
pub(super) struct Rules(Vec<Rule>);

struct Rule {
    negated: bool,
    directories: bool,
    /// Of the name alone, or of the path.
    by_name: bool,
    pattern: Regex,
}

impl Rules {
    /// Translates a text, if that is not too long.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        let lines = text.split(|byte| *byte == b'\n');
        if text.len() > LONGEST || lines.count() > MOST {
            return None;
        }
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
        let lines = text.split(|byte| *byte == b'\n');
        Some(Self(lines.filter_map(rule).collect()))
    }

    /// Whether the last rule that matches a path ignores it.
    pub(super) fn ignore(
        &self,
        path: &[u8],
        is_directory: bool,
    ) -> Option<bool> {
        let name = path.rsplit(|byte| *byte == b'/').next().unwrap();
        let matches = |rule: &&Rule| {
            let text = if rule.by_name { name } else { path };
            (is_directory || !rule.directories) && rule.pattern.is_match(text)
        };
        self.0.iter().rev().find(matches).map(|rule| !rule.negated)
    }
}

/// The rule of a line, if that is one and can match.
fn rule(line: &[u8]) -> Option<Rule> {
    if line.starts_with(b"#") {
        return None;
    }
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let end = line.iter().position(|byte| *byte == 0).unwrap_or(line.len());
    let mut line = &line[..end];
    // Spaces at the end go, as long as no backslash precedes one. One at the
    // very end leaves them all.
    let slashes = line.iter().rev().take_while(|it| **it == b'\\').count();
    while slashes % 2 == 0 && line.ends_with(b" ") {
        let before = &line[..line.len() - 1];
        let slashes =
            before.iter().rev().take_while(|it| **it == b'\\').count();
        if slashes % 2 == 1 {
            break;
        }
        line = before;
    }
    let negated = line.starts_with(b"!");
    let line = &line[usize::from(negated)..];
    let directories = line.ends_with(b"/");
    let line = &line[..line.len() - usize::from(directories)];
    let by_name = !line.contains(&b'/');
    let line = line.strip_prefix(b"/").unwrap_or(line);
    let wild = |byte: &u8| b"*?[\\".contains(byte);
    let begins = match by_name {
        true => 0,
        false => line.iter().position(wild).unwrap_or(line.len()),
    };
    let pattern = translate(line, begins, by_name)?;
    let pattern = Regex::new(&pattern).unwrap();
    Some(Rule { negated, directories, by_name, pattern })
}

/// A pattern as a regular expression; `None` where it matches nothing.
fn translate(pattern: &[u8], begins: usize, by_name: bool) -> Option<String> {
    let any = if by_name { "." } else { "[^/]" };
    let mut out = String::from("(?s-u)^");
    let mut at = 0;
    while let Some(byte) = pattern.get(at) {
        at += 1;
        match byte {
            b'?' => out.push_str(any),
            b'\\' => {
                literal(*pattern.get(at)?, &mut out);
                at += 1;
            }
            b'[' => {
                let (members, end) = members(pattern, at)?;
                at = end;
                // The empty class, too.
                out.push_str("(?:[^\\x00-\\xff]");
                for member in (0..=u8::MAX).filter(|it| *it != b'/') {
                    if members[usize::from(member)] {
                        out.push('|');
                        literal(member, &mut out);
                    }
                }
                out.push(')');
            }
            b'*' => {
                let start = at - 1;
                while pattern.get(at) == Some(&b'*') {
                    at += 1;
                }
                let opens = start == begins || pattern[start - 1] == b'/';
                let rest = &pattern[at..];
                let alone = at - start > 1 && opens && !by_name;
                if alone && rest.starts_with(b"/") {
                    out.push_str("(?:.*/)?");
                    at += 1;
                } else if alone
                    && (rest.is_empty() || rest.starts_with(b"\\/"))
                {
                    out.push_str(".*");
                } else {
                    write!(out, "{any}*").unwrap();
                }
            }
            other => literal(*other, &mut out),
        }
    }
    out.push('$');
    Some(out)
}

fn literal(byte: u8, out: &mut String) {
    write!(out, "\\x{byte:02x}").unwrap();
}

/// What is in a bracket expression, and where it ends.
fn members(pattern: &[u8], mut at: usize) -> Option<([bool; 256], usize)> {
    let negated = matches!(pattern.get(at), Some(b'!' | b'^'));
    at += usize::from(negated);
    let mut members = [false; 256];
    let mut low: Option<u8> = None;
    let mut first = true;
    while first || pattern.get(at)? != &b']' {
        first = false;
        let rest = &pattern[at..];
        if rest.starts_with(b"[:") {
            let end = rest.iter().skip(2).position(|it| *it == b']')? + 2;
            if end > 2 && rest[end - 1] == b':' {
                let class = class(&rest[2..end - 1])?;
                for byte in 0..128 {
                    members[usize::from(byte)] |= class(byte);
                }
                low = None;
                at += end + 1;
                continue;
            }
        }
        let is_range = rest.first()? == &b'-'
            && low.is_some()
            && !matches!(rest.get(1), None | Some(b']'));
        let escaped = |at: usize| match pattern.get(at)? {
            b'\\' => Some((*pattern.get(at + 1)?, at + 2)),
            other => Some((*other, at + 1)),
        };
        if is_range {
            let (high, next) = escaped(at + 1)?;
            for byte in low.unwrap()..=high {
                members[usize::from(byte)] = true;
            }
            (low, at) = (None, next);
        } else {
            let (byte, next) = escaped(at)?;
            members[usize::from(byte)] = true;
            (low, at) = (Some(byte), next);
        }
    }
    if negated {
        members = members.map(|it| !it);
    }
    Some((members, at + 1))
}

/// The members of a named class among ASCII.
fn class(name: &[u8]) -> Option<fn(u8) -> bool> {
    Some(match name {
        b"alnum" => |it| it.is_ascii_alphanumeric(),
        b"alpha" => |it| it.is_ascii_alphabetic(),
        b"blank" => |it| b" \t".contains(&it),
        b"cntrl" => |it| it < 32 || it == 127,
        b"digit" => |it| it.is_ascii_digit(),
        b"graph" => |it| (33..127).contains(&it),
        b"lower" => |it| it.is_ascii_lowercase(),
        b"print" => |it| (32..127).contains(&it),
        b"punct" => |it| it.is_ascii_punctuation(),
        b"space" => |it| b" \t\n\r".contains(&it),
        b"upper" => |it| it.is_ascii_uppercase(),
        b"xdigit" => |it| it.is_ascii_hexdigit(),
        _ => return None,
    })
}
