//! Whose an entry is: `--owner alice:staff`. What is tested are the numbers of
//! user and group.

use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

pub(super) use super::no_check as check;
use super::Field;
use super::numbers::{GID, UID};
use crate::filter::accounts::Accounts;
use crate::filter::expr::{Expr, Operand, Operator};
use crate::filter::options::{FilterOption, Repeat};

const OWNER: FilterOption = FilterOption {
    name: "owner",
    short: None,
    value_name: "USER[:GROUP]",
    help: "Only what belongs to USER and GROUP, by name or number; either may \
           be left out (:GROUP), and !USER or !GROUP means any other",
    long_help: "",
    repeat: Repeat::Last,
    parse: |text, clock| parse(text, clock.accounts()),
};

pub(super) const OPTIONS: &[FilterOption] = &[OWNER];

/// Those of the numbers are tested.
pub(super) const FIELDS: &[&Field] = &[];

fn parse(text: &[u8], accounts: &Accounts) -> Result<Expr, String> {
    let mut parts = text.splitn(2, |byte| *byte == b':');
    let user = parts.next().unwrap_or_default();
    let group = parts.next().unwrap_or_default();
    let mut tests = Vec::new();
    if !user.is_empty() {
        tests.push(test(&UID, user, |name| accounts.user(name))?);
    }
    if !group.is_empty() {
        tests.push(test(&GID, group, |name| accounts.group(name))?);
    }
    match (tests.len(), tests.pop()) {
        (0, _) => Err("expected USER, USER:GROUP or :GROUP".to_string()),
        (1, Some(only)) => Ok(only),
        (_, last) => {
            tests.extend(last);
            Ok(Expr::All(tests))
        }
    }
}

fn test(
    field: &Field,
    name: &[u8],
    number: impl Fn(&[u8]) -> Result<u64, String>,
) -> Result<Expr, String> {
    let (name, negated) = match name.strip_prefix(b"!") {
        Some(name) => (name, true),
        None => (name, false),
    };
    let operand = Operand::Number(number(name)?);
    let test = Expr::test(field, Operator::Equal, operand);
    Ok(match negated {
        true => Expr::Not(Box::new(test)),
        false => test,
    })
}
