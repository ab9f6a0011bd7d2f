//! `sweep schema`: for editors.

use crate::spec;
use crate::systems::Configuration;

use super::exit::{Exit, Problem};
use super::output::say;

pub(super) fn schema() -> Result<Exit, Problem> {
    let schema = spec::schema::<Configuration>();
    say(&serde_json::to_string_pretty(&schema).map_err(Problem::internal)?);
    Ok(Exit::Done)
}
