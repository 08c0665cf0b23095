//! Option groups that several commands share, and the values they take.

pub(crate) mod act;
pub(crate) mod algorithm;
pub(crate) mod catalog;
pub(crate) mod check;
pub(crate) mod cloud;
pub(crate) mod execute;
pub(crate) mod filter;
pub(crate) mod global;
pub(crate) mod groups;
pub(crate) mod into;
pub(crate) mod likeness;
pub(crate) mod name;
pub(crate) mod output;
pub(crate) mod plan;
pub(crate) mod plugin;
pub(crate) mod root;
pub(crate) mod run;
pub(crate) mod sort;
pub(crate) mod walk;
