//! `sweep model check NAME`: what is wrong with a model, if anything.

use std::path::PathBuf;

use crate::encoder::{Checked, HubSettings, check_model};

use super::super::arguments::NamedModel;
use super::super::exit::{Exit, Problem};
use super::super::output::say;
use super::find::find;

pub(super) fn check(
    named: &NamedModel,
    models: &[PathBuf],
    settings: &HubSettings,
) -> Result<Exit, Problem> {
    let place = find(&named.name, named.revision.as_deref(), models, settings)?;
    let all = check_model(&place.path);
    let lines: Vec<String> = all.iter().map(line).collect();
    say(&lines.join("\n"));
    match all.iter().filter(|checked| checked.found.is_err()).count() {
        0 => Ok(Exit::Done),
        wrong => Err(Problem::set_up(format!(
            "{} cannot be used as it is: {wrong} of {} checks failed",
            place.path.display(),
            all.len()
        ))),
    }
}

fn line(checked: &Checked) -> String {
    match &checked.found {
        Ok(found) => format!("ok       {:<13}  {found}", checked.what),
        Err(wrong) => format!("problem  {:<13}  {wrong}", checked.what),
    }
}
