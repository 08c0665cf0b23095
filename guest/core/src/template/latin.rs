//! The letters and signs of Latin scripts in ASCII: what Unicode's
//! compatibility decomposition leaves of them without its marks, and the usual
//! spelling of those that have no decomposition.

/// The ASCII form, and the characters that have it.
const FORMS: &[(&str, &str)] = &[
    (" ", "\u{a0}"),
    ("\"", "«»“”„"),
    ("'", "‘’‚"),
    ("(c)", "©"),
    ("(r)", "®"),
    ("(tm)", "™"),
    ("*", "•"),
    ("-", "‐‑‒–—―"),
    (".", "·"),
    ("...", "…"),
    ("1", "¹"),
    ("2", "²"),
    ("3", "³"),
    ("A", "ÀÁÂÃÄÅĀĂĄǍǞǠǺȀȂȦḀẠẢẤẦẨẪẬẮẰẲẴẶ"),
    ("AE", "ÆǢǼ"),
    ("B", "ƁḂḄḆ"),
    ("C", "ÇĆĈĊČƇḈ"),
    ("D", "ÐĎĐƉƊḊḌḎḐḒ"),
    ("DZ", "ǄǱ"),
    ("Dz", "ǅǲ"),
    ("E", "ÈÉÊËĒĔĖĘĚȄȆȨḔḖḘḚḜẸẺẼẾỀỂỄỆ"),
    ("EUR", "€"),
    ("F", "ƑḞ"),
    ("G", "ĜĞĠĢƓǤǦǴḠ"),
    ("GBP", "£"),
    ("H", "ĤĦȞḢḤḦḨḪ"),
    ("I", "ÌÍÎÏĨĪĬĮİƗǏȈȊḬḮỈỊ"),
    ("IJ", "Ĳ"),
    ("J", "Ĵ"),
    ("K", "ĶƘǨḰḲḴ"),
    ("L", "ĹĻĽŁḶḸḺḼ"),
    ("LJ", "Ǉ"),
    ("Lj", "ǈ"),
    ("M", "ḾṀṂ"),
    ("N", "ÑŃŅŇŊƝǸṄṆṈṊ"),
    ("NJ", "Ǌ"),
    ("Nj", "ǋ"),
    ("O", "ÒÓÔÕÖØŌŎŐƆƠǑǪǬǾȌȎȪȬȮȰṌṎṐṒỌỎỐỒỔỖỘỚỜỞỠỢ"),
    ("OE", "Œ"),
    ("P", "ƤṔṖ"),
    ("R", "ŔŖŘȐȒṘṚṜṞ"),
    ("S", "ŚŜŞŠȘṠṢṤṦṨ"),
    ("SS", "ẞ"),
    ("T", "ŢŤŦƬƮȚṪṬṮṰ"),
    ("Th", "Þ"),
    ("U", "ÙÚÛÜŨŪŬŮŰŲƯǓǕǗǙǛȔȖṲṴṶṸṺỤỦỨỪỬỮỰ"),
    ("V", "ƲṼṾ"),
    ("W", "ŴẀẂẄẆẈ"),
    ("X", "ẊẌ"),
    ("Y", "ÝŶŸƳȲẎỲỴỶỸ"),
    ("Z", "ŹŻŽƵẐẒẔ"),
    ("a", "ªàáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ"),
    ("ae", "æǣǽ"),
    ("b", "ƀḃḅḇ"),
    ("c", "çćĉċčƈḉ"),
    ("d", "ðďđȡḋḍḏḑḓ"),
    ("dz", "ǆǳ"),
    ("e", "èéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ"),
    ("f", "ƒḟ"),
    ("g", "ĝğġģǥǧǵḡ"),
    ("h", "ĥħȟḣḥḧḩḫẖ"),
    ("i", "ìíîïĩīĭįıǐȉȋḭḯỉị"),
    ("ij", "ĳ"),
    ("j", "ĵǰ"),
    ("k", "ķĸƙǩḱḳḵ"),
    ("l", "ĺļľłḷḹḻḽ"),
    ("lj", "ǉ"),
    ("m", "ḿṁṃ"),
    ("n", "ñńņňŋƞǹṅṇṉṋ"),
    ("nj", "ǌ"),
    ("o", "ºòóôõöøōŏőơǒǫǭǿȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ"),
    ("oe", "œ"),
    ("p", "ƥṕṗ"),
    ("r", "ŕŗřȑȓṙṛṝṟ"),
    ("s", "śŝşšſșṡṣṥṧṩẛ"),
    ("ss", "ß"),
    ("t", "ţťŧƫƭțṫṭṯṱẗ"),
    ("th", "þ"),
    ("u", "ùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự"),
    ("v", "ṽṿ"),
    ("w", "ŵẁẃẅẇẉẘ"),
    ("x", "×ẋẍ"),
    ("y", "ýÿŷƴȳẏẙỳỵỷỹ"),
    ("z", "źżžƶẑẓẕ"),
];

/// The ASCII form of a character that is not ASCII: nothing for a combining
/// mark, `None` where there is no usual one.
pub(super) fn ascii(c: char) -> Option<&'static str> {
    if matches!(c, '\u{300}'..='\u{36f}') {
        return Some("");
    }
    let form = FORMS.iter().find(|(_, characters)| characters.contains(c));
    form.map(|(form, _)| *form)
}

#[cfg(test)]
mod tests {
    use super::{FORMS, ascii};

    #[test]
    fn forms_are_ascii_and_no_character_has_two() {
        let mut seen = std::collections::BTreeSet::new();
        for (form, characters) in FORMS {
            assert!(form.is_ascii() && !form.contains('/'), "{form}");
            for c in characters.chars() {
                assert!(!c.is_ascii() && seen.insert(c), "{c}");
            }
        }
        assert!(seen.len() > 550, "{}", seen.len());
    }

    #[test]
    fn letters_lose_their_marks_and_ligatures_are_spelled_out() {
        for (c, form) in [
            ('É', "E"),
            ('ñ', "n"),
            ('ß', "ss"),
            ('Œ', "OE"),
            ('ł', "l"),
            ('ǆ', "dz"),
            ('ệ', "e"),
            ('\u{301}', ""),
        ] {
            assert_eq!(ascii(c), Some(form), "{c}");
        }
        assert_eq!(ascii('文'), None);
    }
}
