//! Acting on files: copying them, moving them to the trash and back, and
//! replacing them by equal ones.

pub(crate) mod copy;
pub(crate) mod replace;
pub(crate) mod trash;
