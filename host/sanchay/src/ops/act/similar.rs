//! Files that make way for similar ones. There is nothing to compare byte by
//! byte: each of the two must be what it was when it was judged.

use super::{Actor, Tried};
use crate::ops::{places::Places, rows::Row};

impl Actor {
    /// Fails unless the similar file that stays for a row's is there and is
    /// what it was when the two were compared.
    pub(super) fn check_similar(
        &mut self,
        places: &Places,
        row: &Row,
    ) -> Tried<()> {
        let kept = *places.rows.kept(row).ok_or("no file stays for it")?;
        match self.at(places, kept.from)? {
            None => Err("the similar file that stays is gone".to_owned()),
            Some(found) if found.id == row.id => {
                Err("it is the file that stays, by another path".to_owned())
            }
            Some(found) if !self.is_same(&kept, &found) => {
                let why = "the similar file that stays was changed since the \
                           plan was made";
                Err(why.to_owned())
            }
            Some(_) => Ok(()),
        }
    }
}
