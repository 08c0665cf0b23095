//! A whole expression as an option: `--where 'size > 1GiB'`. It is a field of
//! its own only in that it has an option.

use alloc::string::ToString as _;

pub(super) use super::no_check as check;
use super::Field;
use crate::filter::expr::Expr;
use crate::filter::options::{FilterOption, Repeat};

pub(super) const FIELDS: &[&Field] = &[];

pub(super) const OPTIONS: &[FilterOption] = &[FilterOption {
    name: "where",
    short: None,
    value_name: "EXPR",
    help: "Only entries of which EXPR is true: size > 1GiB and ext in (csv, \
           parquet) and modified within 7d; may be given more than once, and \
           each must be true",
    long_help: "Fields: name, path (below the root), stem, ext, parent, depth, \
                kind, size, allocated, modified, created, accessed, changed, \
                mode, uid, gid, inode, device, links; of pictures and films \
                media_type, width, height, taken, camera, duration, for \
                which files are read; and the flags hidden, empty, \
                executable, readonly. Operators: = != < <= > >= ~ !~ \
                (regular expression) glob iglob, in (a, b), within, before and \
                after (times); and, or, not, parentheses, has(FIELD).",
    repeat: Repeat::All,
    parse: |text, clock| {
        let text = str::from_utf8(text)
            .map_err(|_| "an expression is UTF-8; bytes are written \\xNN")?;
        Expr::parse(text, clock).map_err(|why| why.to_string())
    },
}];
