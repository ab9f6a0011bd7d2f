//! `sweep model get | list | show | check`: one file per verb, and what they share.

mod check;
mod find;
mod get;
mod list;
mod show;
mod verbs;
mod words;

pub(super) use find::find;
pub(super) use verbs::model;
