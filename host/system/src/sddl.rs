//! Whose a file of Windows is, and who may write it, by the text of its
//! security descriptor: the Security Descriptor Definition Language of
//! Microsoft's documentation, as
//! `O:S-1-5-21-1-2-3-1001D:AI(A;ID;FA;;;SY)(A;ID;0x1200a9;;;BU)`.

use crate::OtherWriter;

/// Who may write anything in any case: the system, administrators of the
/// machine and of its domain, the installer of Windows.
const ADMINISTRATORS: [&str; 8] = [
    "SY",
    "S-1-5-18",
    "BA",
    "S-1-5-32-544",
    "LA",
    "DA",
    "EA",
    "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464",
];

/// The rights by which what is read later can be another: to write data or add
/// a file, to append or add a folder, to delete entries, to delete it, to say
/// who may do what, to take it over, everything, and writing in general.
const WRITING: u32 = 0x2
    | 0x4
    | 0x40
    | 0x1_0000
    | 0x4_0000
    | 0x8_0000
    | 0x1000_0000
    | 0x4000_0000;

/// Rights by two letters, of which nothing can be written: reading in general,
/// executing, and the single ones of reading.
const READING: [&str; 9] =
    ["FR", "FX", "GR", "GX", "RC", "CC", "SW", "WP", "LO"];

/// Who else than a user and the administrators may write what has a
/// descriptor. What is not understood counts as a right to write.
pub(crate) fn other_writer(text: &str, user: &str) -> Option<OtherWriter> {
    let trusted = |who: &str| who == user || ADMINISTRATORS.contains(&who);
    let rest = text.strip_prefix("O:").unwrap_or_default();
    let (owner, list) = rest.split_once("D:").unwrap_or((rest, ""));
    // The group, which means nothing there.
    let owner = owner.split_once("G:").map_or(owner, |(owner, _)| owner);
    if !trusted(owner) {
        return Some(OtherWriter::Owner(owner.to_owned()));
    }
    // Without a list, everybody may do everything.
    let is_list = !list.is_empty() && !list.contains("NO_ACCESS_CONTROL");
    let mut entries = list.split('(').skip(1);
    let writes = |entry: &str| {
        let entry = entry.trim_end_matches(')');
        let fields: Vec<&str> = entry.split(';').collect();
        let &[kind, flags, rights, _, _, who, ..] = fields.as_slice() else {
            return true;
        };
        // Who is denied something may do no more for it, and what only
        // entries of a folder inherit says nothing of it. Rights of the owner
        // are the owner's.
        let counts = kind != "D" && !pairs(flags).any(|it| it == "IO");
        counts && !trusted(who) && who != "OW" && may_write(rights)
    };
    (!is_list || entries.any(writes)).then_some(OtherWriter::Permitted)
}

fn may_write(rights: &str) -> bool {
    if let Some(digits) = rights.strip_prefix("0x") {
        let bits = u32::from_str_radix(digits, 16).unwrap_or(u32::MAX);
        return bits & WRITING != 0;
    }
    pairs(rights).any(|it| !READING.contains(&it))
}

/// Pieces of two letters; the last may have one, as none has that means
/// anything.
fn pairs(text: &str) -> impl Iterator<Item = &str> {
    let starts = (0..text.len()).step_by(2);
    starts.map(move |at| {
        text.get(at..at + 2).or_else(|| text.get(at..)).unwrap_or("?")
    })
}

#[cfg(test)]
mod tests {
    use super::other_writer;
    use crate::OtherWriter;

    const USER: &str = "S-1-5-21-1-2-3-1001";

    fn found(text: &str) -> Option<OtherWriter> {
        other_writer(&text.replace("{me}", USER), USER)
    }

    #[test]
    fn what_the_user_and_administrators_alone_may_write_is_trusted() {
        for text in [
            "O:{me}D:(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;{me})",
            // What others may read.
            "O:{me}G:S-1-5-21-1-2-3-513D:AI(A;ID;FA;;;SY)\
             (A;ID;0x1200a9;;;BU)(A;;FRFX;;;WD)",
            // What others are denied, and what entries inherit.
            "O:BAD:PAI(D;;FA;;;BG)(A;OICIIO;0x1301bf;;;AU)(A;OICIIO;GA;;;CO)",
            "O:SYD:(A;;FA;;;OW)",
            // A list without entries.
            "O:{me}D:P",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }

    #[test]
    fn what_others_may_write_is_not() {
        for text in [
            "O:{me}D:AI(A;OICIID;0x1301bf;;;AU)",
            "O:{me}D:(A;;FA;;;WD)",
            "O:{me}D:(A;;GW;;;S-1-5-21-1-2-3-1002)",
            "O:{me}D:(A;;0x2;;;BU)",
            "O:{me}D:(A;;FRSD;;;BU)",
            "O:{me}D:(XA;;FW;;;WD;(@User.x==1))",
            "O:{me}D:NO_ACCESS_CONTROL",
            "O:{me}",
            // What is not understood.
            "O:{me}D:(A;;0xzz;;;BU)",
            "O:{me}D:(A;;F;;;BU)",
            "O:{me}D:(A)",
        ] {
            assert_eq!(found(text), Some(OtherWriter::Permitted), "{text}");
        }
    }

    #[test]
    fn what_belongs_to_another_user_is_not() {
        for owner in ["S-1-5-21-1-2-3-1002", "BU", ""] {
            let text = format!("O:{owner}D:(A;;FA;;;{USER})");
            let other = OtherWriter::Owner(owner.to_owned());
            assert_eq!(found(&text), Some(other), "{text}");
        }
        assert!(found("").is_some());
        assert!(found("ä").is_some());
    }
}
