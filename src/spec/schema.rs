//! The JSON schema of an experiment file, for editors.
//!
//! Written for Taplo, which reads an old draft: no null (TOML has none), plain `enum` lists in place of `oneOf`.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::spec::claim::Claim;
use crate::spec::configuration::Configuration;
use crate::spec::plot::Plot;
use crate::spec::report::ReportOptions;
use crate::spec::statistics::Statistics;
use crate::spec::table::Table;

/// The schema (draft 7) of experiment files over the configuration `C`.
///
/// Nothing but the name is required, in the file as in its profiles: every layer is partial.
pub fn schema<C: Configuration>() -> Value {
    let mut generator = SchemaSettings::draft07().into_generator();
    let statistics = Value::from(generator.subschema_for::<Statistics>());
    let report = Value::from(generator.subschema_for::<ReportOptions>());
    let table = Value::from(generator.subschema_for::<Table>());
    let plot = Value::from(generator.subschema_for::<Plot>());
    let claim = Value::from(generator.subschema_for::<Claim>());
    let mut properties = take_properties(Value::from(C::json_schema(&mut generator)));
    let mut definitions = Value::Object(generator.take_definitions(true));
    definitions
        .as_object_mut()
        .into_iter()
        .flat_map(Map::values_mut)
        .for_each(simplify);
    properties.values_mut().for_each(simplify);

    let axes = axes(&properties, &definitions);
    properties.insert("axes".into(), axes);
    properties.insert("statistics".into(), statistics);
    properties.insert("report".into(), report);
    properties.insert(
        "table".into(),
        json!({ "description": "Tables of the report.", "type": "array", "items": table }),
    );
    properties.insert(
        "plot".into(),
        json!({ "description": "Plots of the report, beside those that the tables get.", "type": "array", "items": plot }),
    );
    properties.insert(
        "claim".into(),
        json!({ "description": "Claims that the report tests.", "type": "array", "items": claim }),
    );
    properties.insert(
        "title".into(),
        json!({ "description": "The title of the report.", "type": "string" }),
    );
    properties.insert(
        "mirrors".into(),
        json!({ "description": "The published table or figure to show beside ours: `jointere/table2`.", "type": "string" }),
    );
    definitions["Profile"] = json!({
        "description": "A partial overlay of the file, chosen by name.",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    properties.insert(
        "name".into(),
        json!({ "description": "The name, also that of the report's folder.", "type": "string", "pattern": "^[a-z0-9_-]+$" }),
    );
    properties.insert(
        "include".into(),
        json!({
            "description": "Files to lay this one over, relative to it.",
            "type": "array",
            "items": { "type": "string" },
        }),
    );
    properties.insert(
        "profile".into(),
        json!({
            "description": "Overlays by name; `demo` is used unless another is chosen.",
            "type": "object",
            "additionalProperties": { "$ref": "#/definitions/Profile" },
        }),
    );
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "sweep experiment",
        "type": "object",
        "properties": properties,
        "required": ["name"],
        "additionalProperties": false,
        "definitions": definitions,
    })
}

fn take_properties(mut schema: Value) -> Map<String, Value> {
    match schema.get_mut("properties").map(Value::take) {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    }
}

/// Drops what a layer of a TOML file cannot have or need not have: nulls, required keys, keys of no struct.
fn simplify(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(simplify),
        Value::Object(object) => {
            object.retain(|key, value| key != "required" && !value.is_null());
            if object.contains_key("properties") {
                object.entry("additionalProperties").or_insert(false.into());
            }
            without_null(object);
            plain_enumeration(object);
            // Without required keys more than one alternative may fit.
            if let Some(choices) = object.remove("oneOf") {
                object.insert("anyOf".into(), choices);
            }
            object.values_mut().for_each(simplify);
        }
        _ => {}
    }
}

fn without_null(object: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(values)) = object.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    if let Some(Value::Array(mut choices)) = object.remove("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
        let word = if choices.len() == 1 { "allOf" } else { "anyOf" };
        object.insert(word.into(), choices.into());
    }
}

/// An enum whose variants have descriptions comes as `oneOf`; a list of names with one description says the same.
fn plain_enumeration(object: &mut Map<String, Value>) {
    let Some(Value::Array(variants)) = object.get("oneOf") else {
        return;
    };
    let (mut names, mut lines) = (Vec::new(), Vec::new());
    lines.extend(
        object
            .get("description")
            .and_then(Value::as_str)
            .map(str::to_owned),
    );
    for variant in variants {
        let listed = variant.get("enum").and_then(Value::as_array).cloned();
        let Some(values) = listed.or_else(|| variant.get("const").map(|value| vec![value.clone()]))
        else {
            return;
        };
        if let (Some(description), [value]) = (
            variant.get("description").and_then(Value::as_str),
            values.as_slice(),
        ) {
            lines.push(format!("{value}: {description}"));
        }
        names.extend(values);
    }
    object.remove("oneOf");
    object.insert("type".into(), "string".into());
    object.insert("enum".into(), names.into());
    if !lines.is_empty() {
        object.insert("description".into(), lines.join("\n").into());
    }
}

/// `[axes]`: the words of the language, and every key of the configuration with a list of its values.
fn axes(sections: &Map<String, Value>, definitions: &Value) -> Value {
    let numbers = |what: &str| {
        json!({
            "description": format!("{what}: {{ count = 5 }}, {{ count = 5, from = 10 }}, or a list."),
            "type": ["object", "array"],
            "properties": { "count": { "type": "integer", "minimum": 1 }, "from": { "type": "integer", "minimum": 0 } },
            "additionalProperties": false,
            "items": { "type": "integer", "minimum": 0 },
        })
    };
    let rows =
        |what: &str| json!({ "description": what, "type": "array", "items": { "type": "object" } });
    let mut properties = Map::new();
    properties.insert("seed".into(), numbers("Seeds"));
    properties.insert("fold".into(), numbers("Folds of a cross-validation"));
    properties.insert(
        "zip".into(),
        rows("Keys with lists of values that advance together."),
    );
    properties.insert("list".into(), rows("Cells written out one by one."));
    properties.insert(
        "exclude".into(),
        rows("Cells to drop: all that have these values."),
    );
    dotted_keys(sections, "", definitions, &mut properties);
    json!({
        "description": "What varies: dotted keys with lists of values. The first axis is the slowest.",
        "type": "object",
        "properties": properties,
        "additionalProperties": { "type": ["array", "object"] },
    })
}

fn dotted_keys(
    sections: &Map<String, Value>,
    above: &str,
    definitions: &Value,
    keys: &mut Map<String, Value>,
) {
    for (name, schema) in sections {
        let key = if above.is_empty() {
            name.clone()
        } else {
            format!("{above}.{name}")
        };
        match resolve(schema, definitions)
            .get("properties")
            .and_then(Value::as_object)
        {
            Some(below) => dotted_keys(below, &key, definitions, keys),
            None if above.is_empty() => {}
            None => {
                keys.insert(key, json!({ "type": "array", "items": schema }));
            }
        }
    }
}

fn resolve<'a>(schema: &'a Value, definitions: &'a Value) -> &'a Value {
    let reference = schema
        .get("$ref")
        .or_else(|| schema.pointer("/allOf/0/$ref"));
    let name = reference
        .and_then(Value::as_str)
        .and_then(|path| path.rsplit('/').next());
    name.and_then(|name| definitions.get(name))
        .unwrap_or(schema)
}
