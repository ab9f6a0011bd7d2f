//! Canonical JSON and the keys made from it.
//!
//! Two descriptions that mean the same must have the same text on every machine and with every version
//! of every library, so the text is written here rather than by a JSON library.

use std::fmt::Write;

use serde_json::{Map, Value, json};

/// Canonical JSON: fields sorted by name, no white space, floating-point numbers as the shortest digits
/// that read back the same, always with an exponent (`1e0`), so that the integer 1 stays distinct from them.
///
/// A JSON value cannot hold NaN or an infinity; convert a structure that may have one field by field.
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write_value(&mut text, value);
    text
}

/// The key of a step: the blake3 hash, 64 hexadecimal digits, of the canonical text of what it is.
///
/// `version` is that of the kind of step: raise it when the same description starts to mean another result.
/// The order of `inputs` counts.
pub fn key(kind: &str, version: u32, description: &Value, inputs: &[String]) -> String {
    let whole =
        json!({ "kind": kind, "version": version, "description": description, "inputs": inputs });
    blake3::hash(canonical(&whole).as_bytes())
        .to_hex()
        .to_string()
}

/// What of `value` differs from `default`: fields at their default are left out at every depth, and so are
/// objects in which nothing is left. A field that only the default has is kept as `null`, because its
/// absence is a difference; lists are compared whole.
///
/// A description built this way keeps its key when a later version adds a field with a default.
#[must_use]
pub fn without_defaults(value: &Value, default: &Value) -> Value {
    difference(value, default).unwrap_or_else(|| Value::Object(Map::new()))
}

fn difference(value: &Value, default: &Value) -> Option<Value> {
    let (Value::Object(fields), Value::Object(defaults)) = (value, default) else {
        return (value != default).then(|| value.clone());
    };
    let mut kept = Map::new();
    for (name, field) in fields {
        let remaining = match defaults.get(name) {
            Some(default) => difference(field, default),
            None => Some(field.clone()),
        };
        if let Some(remaining) = remaining {
            kept.insert(name.clone(), remaining);
        }
    }
    for (name, default) in defaults {
        if !fields.contains_key(name) && !default.is_null() {
            kept.insert(name.clone(), Value::Null);
        }
    }
    (!kept.is_empty()).then_some(Value::Object(kept))
}

fn write_value(text: &mut String, value: &Value) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => write_number(text, number),
        Value::String(string) => write_string(text, string),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write_value(text, item);
            }
            text.push(']');
        }
        Value::Object(fields) => write_object(text, fields),
    }
}

fn write_object(text: &mut String, fields: &Map<String, Value>) {
    let mut sorted: Vec<_> = fields.iter().collect();
    sorted.sort_by_key(|(name, _)| *name);
    text.push('{');
    for (index, (name, field)) in sorted.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        write_string(text, name);
        text.push(':');
        write_value(text, field);
    }
    text.push('}');
}

fn write_number(text: &mut String, number: &serde_json::Number) {
    match number.as_f64() {
        Some(float) if number.is_f64() => {
            // Negative zero equals zero, so it must not make another key.
            let float = if float == 0.0 { 0.0 } else { float };
            // Writing to a string cannot fail.
            let _ = write!(text, "{float:e}");
        }
        _ => {
            let _ = write!(text, "{number}");
        }
    }
}

fn write_string(text: &mut String, string: &str) {
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            control if control < ' ' => {
                let _ = write!(text, "\\u{:04x}", u32::from(control));
            }
            other => text.push(other),
        }
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_is_sorted_and_numbers_keep_their_type() {
        let value: Value = serde_json::from_str(
            r#" {"b": [1, 1.0, 2e-5, -0.0, 1e300], "a": {"z": "q\"\n", "y": null}} "#,
        )
        .unwrap();
        assert_eq!(
            canonical(&value),
            r#"{"a":{"y":null,"z":"q\"\u000a"},"b":[1,1e0,2e-5,0e0,1e300]}"#
        );
    }

    #[test]
    fn a_key_never_changes_between_versions_of_this_program() {
        let description = json!({ "train": { "epochs": 20, "rate": 0.00005 } });
        assert_eq!(
            key("jointere/train", 1, &description, &["ab".into()]),
            "f2ab0b841a76df364d5bf7d48d2ecf0181433967e4f73b855cd1cb1ca5af729b"
        );
    }

    #[test]
    fn defaults_are_left_out_at_every_depth() {
        let default = json!({ "a": 1, "b": { "c": 2, "d": [1] }, "e": { "f": true }, "g": { "h": 1 }, "n": null });
        let value = json!({ "a": 1, "b": { "c": 3, "d": [1] }, "e": { "f": true }, "g": {}, "n": {}, "new": {} });
        assert_eq!(
            without_defaults(&value, &default),
            json!({ "b": { "c": 3 }, "g": { "h": null }, "n": {}, "new": {} })
        );
        assert_eq!(without_defaults(&default, &default), json!({}));
        assert_eq!(
            without_defaults(&json!({ "a": 1.0 }), &json!({ "a": 1 })),
            json!({ "a": 1.0 })
        );
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>()
                .prop_filter("finite", |float| float.is_finite())
                .prop_map(Value::from),
            "[a-c\"\\\\\n]{0,3}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
                prop::collection::btree_map("[a-d]{1,2}", inner, 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    fn any_object() -> impl Strategy<Value = Value> {
        prop::collection::btree_map("[a-d]{1,2}", any_value(), 1..5)
            .prop_map(|fields| Value::Object(fields.into_iter().collect()))
    }

    fn reversed(value: &Value) -> Value {
        match value {
            Value::Object(fields) => Value::Object(
                fields
                    .iter()
                    .rev()
                    .map(|(name, field)| (name.clone(), reversed(field)))
                    .collect(),
            ),
            Value::Array(items) => Value::Array(items.iter().map(reversed).collect()),
            other => other.clone(),
        }
    }

    fn without_nulls(value: &Value) -> Value {
        match value {
            Value::Object(fields) => Value::Object(
                fields
                    .iter()
                    .filter(|(_, field)| !field.is_null())
                    .map(|(name, field)| (name.clone(), without_nulls(field)))
                    .collect(),
            ),
            other => other.clone(),
        }
    }

    fn key_of(value: &Value, default: &Value) -> String {
        key("k", 1, &without_defaults(value, default), &[])
    }

    proptest! {
        #[test]
        fn canonical_text_reads_back_as_the_same_value(value in any_value()) {
            let read: Value = serde_json::from_str(&canonical(&value)).unwrap();
            prop_assert_eq!(canonical(&read), canonical(&value));
            prop_assert_eq!(read, value);
        }

        #[test]
        fn the_order_of_fields_changes_no_key(value in any_object(), default in any_object()) {
            prop_assert_eq!(key_of(&value, &default), key_of(&reversed(&value), &reversed(&default)));
        }

        #[test]
        fn a_new_field_at_its_default_changes_no_key(value in any_object(), default in any_object(), field in any_value()) {
            let (mut longer, mut longer_default) = (value.clone(), default.clone());
            longer["new"] = field.clone();
            longer_default["new"] = field;
            prop_assert_eq!(key_of(&value, &default), key_of(&longer, &longer_default));
        }

        #[test]
        fn a_changed_value_changes_the_key(value in any_object(), default in any_object(), field in any_value()) {
            let name = value.as_object().unwrap().keys().next().unwrap().clone();
            let mut changed = value.clone();
            // A missing field and a null one mean the same.
            prop_assume!(canonical(&without_nulls(&changed[&name])) != canonical(&without_nulls(&field)));
            changed[&name] = field;
            prop_assert_ne!(key_of(&value, &default), key_of(&changed, &default));
            prop_assert_ne!(key_of(&value, &json!({})), key_of(&changed, &json!({})));
        }
    }
}
