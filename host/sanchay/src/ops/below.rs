//! New names with folders before them: `{modified:%Y}/{name}`.

use sanchay_core::naming::Naming;

/// The naming of the folders that a template puts before the name, which lie
/// below the folder of each entry, and of the name; `None` where it has no
/// slash of its own. One that a value brings along makes no folder, and is
/// refused in a name.
pub(super) fn split(naming: &Naming) -> Option<(Naming, Naming)> {
    let template = naming.template.as_str();
    let slash = last_slash(template).filter(|at| *at > 0)?;
    let (folder, name) = template.split_at_checked(slash)?;
    let folder = Naming {
        template: folder.to_owned(),
        folders: true,
        replacements: Vec::new(),
        ..naming.clone()
    };
    let template = name.strip_prefix('/').unwrap_or(name).to_owned();
    Some((folder, Naming { template, ..naming.clone() }))
}

/// The last slash that stands in no placeholder.
fn last_slash(template: &str) -> Option<usize> {
    let (mut slash, mut within, mut quoted) = (None, false, false);
    let mut bytes = template.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' if quoted => drop(bytes.next()),
            b'"' if within => quoted = !quoted,
            b'}' if within => within = quoted,
            b'{' if !within => {
                // Two of them are a brace, and no placeholder.
                within = bytes.next_if(|(_, next)| *next == b'{').is_none();
            }
            b'/' if !within => slash = Some(at),
            _ => {}
        }
    }
    slash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_slash_outside_of_placeholders_makes_folders() {
        let split = |template: &str| {
            let template = template.to_owned();
            let naming = Naming { template, ..Naming::default() };
            let (folder, name) = split(&naming)?;
            assert!(folder.folders && !name.folders);
            Some((folder.template, name.template))
        };
        for (template, folder, name) in [
            ("a/b", "a", "b"),
            ("{taken:%Y/%m}/{stem}.{ext}", "{taken:%Y/%m}", "{stem}.{ext}"),
            ("a/{x|\"/}\"}/c", "a/{x|\"/}\"}", "c"),
            ("{{/{name}", "{{", "{name}"),
            ("../{name}", "..", "{name}"),
            ("a/", "a", ""),
        ] {
            let expected = Some((folder.to_owned(), name.to_owned()));
            assert_eq!(split(template), expected, "{template}");
        }
        for template in ["{name}", "{taken:%Y/%m}", "{x|\"a/b\"}", "/{name}"] {
            assert_eq!(split(template), None, "{template}");
        }
    }
}
