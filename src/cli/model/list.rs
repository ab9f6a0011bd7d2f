//! `sweep model list`: what there is.

use std::path::PathBuf;

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use crate::encoder::{Description, HubSettings, list_models};
use crate::report::wrapped;

use super::super::exit::{Exit, Problem};
use super::super::output::{complain, say, width};
use super::words::{bytes, count, short};

pub(super) fn list(
    json: bool,
    models: &[PathBuf],
    settings: &HubSettings,
) -> Result<Exit, Problem> {
    let listed = list_models(models, settings);
    if json {
        say(&serde_json::to_string_pretty(&listed).map_err(Problem::internal)?);
    } else if listed.is_empty() {
        let folders = models.iter().chain([&settings.cache]);
        let folders: Vec<String> = folders.map(|it| it.display().to_string()).collect();
        complain(&format!(
            "no models: looked in {}; `sweep model get OWNER/NAME` fetches one",
            folders.join(", ")
        ));
    } else {
        say(&render(&listed, width()));
    }
    Ok(Exit::Done)
}

/// A table with a line per model, or where that is too wide a paragraph per model.
fn render(listed: &[Description], width: usize) -> String {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_header([
        "name",
        "architecture",
        "layers × width",
        "parameters",
        "size",
        "revision",
        "state",
    ]);
    for model in listed {
        table.add_row([
            model.name.clone(),
            architecture(model),
            shape(model),
            parameters(model),
            bytes(model.bytes),
            revision(model),
            state(model),
        ]);
    }
    for column in [3, 4] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines: Vec<String> = table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    if lines.iter().all(|line| line.chars().count() <= width) {
        return lines.join("\n");
    }
    let paragraphs: Vec<String> = listed.iter().map(|it| paragraph(it, width)).collect();
    paragraphs.join("\n")
}

fn paragraph(model: &Description, width: usize) -> String {
    let facts = [
        architecture(model),
        shape(model),
        format!("{} parameters", parameters(model)),
        bytes(model.bytes),
        revision(model),
    ];
    let facts: Vec<String> = facts
        .into_iter()
        .filter(|fact| !fact.starts_with(UNKNOWN))
        .collect();
    let facts = format!("{}; {}", facts.join(", "), state(model));
    let mut lines = vec![model.name.clone()];
    // The first line is not indented by the wrapping itself.
    let text = wrapped(&facts, width.saturating_sub(2), 0);
    lines.extend(text.iter().map(|line| format!("  {line}")));
    lines.join("\n")
}

/// Stands for what the files do not tell.
const UNKNOWN: &str = "–";

fn architecture(model: &Description) -> String {
    let architecture = model.architecture.clone();
    architecture.unwrap_or_else(|| UNKNOWN.to_owned())
}

fn shape(model: &Description) -> String {
    match (model.layers, model.width) {
        (Some(layers), Some(width)) => format!("{layers} × {width}"),
        (None, Some(width)) => width.to_string(),
        _ => UNKNOWN.to_owned(),
    }
}

fn parameters(model: &Description) -> String {
    model.parameters.map_or_else(|| UNKNOWN.to_owned(), count)
}

fn revision(model: &Description) -> String {
    match (&model.revision, &model.commit) {
        (Some(revision), Some(commit)) => format!("{revision} @ {}", short(commit)),
        (None, Some(commit)) => short(commit).to_owned(),
        _ => UNKNOWN.to_owned(),
    }
}

fn state(model: &Description) -> String {
    match &model.problem {
        Some(problem) => format!("not usable: {problem}"),
        None => "usable".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(name: &str) -> Description {
        Description {
            name: name.to_owned(),
            folder: "/models".into(),
            revision: None,
            commit: None,
            architecture: Some("bert".to_owned()),
            layers: Some(6),
            width: Some(384),
            vocabulary: Some(30522),
            positions: Some(512),
            parameters: Some(22_713_216),
            dtypes: vec!["F32".to_owned()],
            files: Vec::new(),
            bytes: 91_572_000,
            problem: None,
        }
    }

    fn two() -> [Description; 2] {
        let fetched = Description {
            revision: Some("main".to_owned()),
            commit: Some("1234567890".repeat(4)),
            parameters: None,
            problem: Some("pickled weights".to_owned()),
            ..model("an-owner-of-models/a-model-with-a-long-name")
        };
        [model("minilm-l6"), fetched]
    }

    #[test]
    fn a_wide_terminal_gets_a_table() {
        insta::assert_snapshot!(render(&two(), 160));
    }

    #[test]
    fn a_narrow_terminal_gets_paragraphs() {
        let text = render(&two(), 60);
        assert!(
            text.lines().all(|line| line.chars().count() <= 60),
            "{text}"
        );
        insta::assert_snapshot!(text);
    }
}
