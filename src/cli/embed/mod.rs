//! `sweep embed`: the states that a model gives to text, as the quick way to see that it
//! loads and to compare it with anything else.

mod states;
mod verb;
mod write;

pub(super) use verb::embed;
