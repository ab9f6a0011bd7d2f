//! Which verb was asked for, and where it looks.

use crate::encoder::HubSettings;

use super::super::arguments::{ModelArguments, ModelVerb};
use super::super::exit::{Exit, Problem};
use super::super::experiment::models;
use super::{check, get, list, show};

pub(in crate::cli) fn model(arguments: &ModelArguments) -> Result<Exit, Problem> {
    let models = models(arguments.models.as_deref());
    let settings = HubSettings::from_environment();
    match &arguments.verb {
        ModelVerb::Get { name, revision } => get::get(name, revision, &settings),
        ModelVerb::List { json } => list::list(*json, &models, &settings),
        ModelVerb::Show(named) => show::show(named, &models, &settings),
        ModelVerb::Check(named) => check::check(named, &models, &settings),
    }
}
