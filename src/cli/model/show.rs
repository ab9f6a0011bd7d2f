//! `sweep model show NAME`: what a model's files say of it.

use std::path::PathBuf;

use crate::encoder::{
    Description, HubSettings, ModelFolder, ModelPlace, describe, tokenizer_family,
};

use super::super::arguments::NamedModel;
use super::super::exit::{Exit, Problem};
use super::super::output::say;
use super::find::find;
use super::words::{bytes, count};

pub(super) fn show(
    named: &NamedModel,
    models: &[PathBuf],
    settings: &HubSettings,
) -> Result<Exit, Problem> {
    let place = find(&named.name, named.revision.as_deref(), models, settings)?;
    let model = describe(&named.name, &place);
    say(&render(&model, &place));
    Ok(Exit::Done)
}

fn render(model: &Description, place: &ModelPlace) -> String {
    let mut lines = vec![model.name.clone()];
    for (what, value) in facts(model, place) {
        if let Some(value) = value {
            lines.push(format!("  {what:<12}  {value}"));
        }
    }
    for (name, size) in &model.files {
        lines.push(format!("  {:>12}  {name}", bytes(*size)));
    }
    lines.join("\n")
}

/// Everything but the files; what they do not tell is none.
fn facts(model: &Description, place: &ModelPlace) -> Vec<(&'static str, Option<String>)> {
    let shape = match (model.layers, model.width) {
        (Some(layers), Some(width)) => format!(", {layers} layers of width {width}"),
        (None, Some(width)) => format!(", width {width}"),
        _ => String::new(),
    };
    let architecture = model.architecture.as_ref();
    let parameters = model.parameters.map(|number| {
        let dtypes = model.dtypes.join(", ");
        format!("{} in {dtypes}", count(number))
    });
    let family = tokenizer_family(&place.path);
    let vocabulary = model.vocabulary.map(|entries| match &family {
        Some(family) => format!("{entries}, {family}"),
        None => entries.to_string(),
    });
    // Files of word vectors are no model folder, and have no content hash.
    let hash = ModelFolder::at(place).and_then(|folder| folder.content_hash());
    let licences: Vec<&str> = model.licences().collect();
    vec![
        ("folder", Some(model.folder.display().to_string())),
        ("revision", model.revision.clone()),
        ("commit", model.commit.clone()),
        (
            "architecture",
            architecture.map(|name| format!("{name}{shape}")),
        ),
        ("parameters", parameters),
        ("vocabulary", vocabulary),
        ("positions", model.positions.map(|most| most.to_string())),
        ("content", hash.ok()),
        (
            "licence",
            (!licences.is_empty()).then(|| licences.join(", ")),
        ),
        (
            "state",
            Some(match &model.problem {
                Some(problem) => format!("not usable: {problem}"),
                None => "usable".to_owned(),
            }),
        ),
        ("size", Some(bytes(model.bytes))),
    ]
}
