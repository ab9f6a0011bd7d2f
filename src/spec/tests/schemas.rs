//! The JSON schema.

use serde_json::{Value, json};

use super::Kitchen;
use crate::spec::schema;

#[test]
fn the_schema_describes_every_layer() {
    let schema = schema::<Kitchen>();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    assert_eq!(schema["required"], json!(["name"]));
    assert_eq!(schema["additionalProperties"], false);
    let pan = &schema["definitions"]["Pan"];
    assert_eq!(pan["additionalProperties"], false);
    assert_eq!(pan["properties"]["width"]["type"], "integer");
    assert_eq!(
        pan["properties"]["width"]["description"],
        "Its width in centimetres."
    );
    assert_eq!(
        schema["definitions"]["Kind"]["enum"],
        json!(["cast-iron", "copper"])
    );
    assert_eq!(
        schema["properties"]["axes"]["properties"]["pan.lid.tight"]["items"]["type"],
        "boolean"
    );
    let profile = &schema["definitions"]["Profile"];
    assert!(profile["properties"]["pan"].is_object());
    assert!(profile["properties"]["name"].is_null());
    assert!(profile["required"].is_null());
}

#[test]
fn there_is_no_null_and_every_reference_leads_somewhere() {
    fn walk(value: &Value, root: &Value) {
        if let Some(Value::String(reference)) = value.get("$ref") {
            assert!(
                root.pointer(reference.trim_start_matches('#')).is_some(),
                "{reference}"
            );
        }
        assert!(!value.is_null() && value != "null");
        match value {
            Value::Array(items) => items.iter().for_each(|item| walk(item, root)),
            Value::Object(object) => object.values().for_each(|item| walk(item, root)),
            _ => {}
        }
    }
    let schema = schema::<Kitchen>();
    walk(&schema, &schema);
}

#[test]
fn the_whole_schema() {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("schema", serde_json::to_string_pretty(&schema::<Kitchen>()).unwrap());
    });
}
