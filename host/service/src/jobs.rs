//! Jobs: what is asked for, kept in the database until somebody has done it,
//! and what came of it.

pub(crate) mod document;
pub(crate) mod kind;
pub(crate) mod live;
pub(crate) mod options;
pub(crate) mod parts;
pub(crate) mod queue;
pub(crate) mod request;
pub(crate) mod retention;
pub(crate) mod runner;
pub(crate) mod scope;
pub(crate) mod shards;
pub(crate) mod spec;
pub(crate) mod work;
