//! Where two descriptions differ.

use serde_json::Value;

/// A dotted path, and what both sides have there as people read it.
pub type Difference = (String, String, String);

/// Dotted paths at which `new` differs from `old`, with both sides as people read them.
pub fn differences(old: &Value, new: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare("", Some(old), Some(new), &mut found);
    found
}

fn compare(path: &str, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<Difference>) {
    if old == new {
        return;
    }
    let object = |value: Option<&Value>| match value {
        None => Some(serde_json::Map::new()),
        Some(Value::Object(fields)) => Some(fields.clone()),
        Some(_) => None,
    };
    let either = [old, new].into_iter().flatten().any(Value::is_object);
    match (object(old), object(new)) {
        (Some(old), Some(new)) if either => {
            let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                compare(&path, old.get(name), new.get(name), found);
            }
        }
        _ => found.push((path.to_owned(), show(old), show(new))),
    }
}

fn show(value: Option<&Value>) -> String {
    match value {
        None => "the default".to_owned(),
        Some(Value::String(text)) if text.len() == 64 => format!("{}…", &text[..8]),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn differences_are_named_by_their_path() {
        let old = json!({"train": {"epochs": 10}, "module": "re"});
        let new = json!({"train": {"epochs": 20, "clip": 1.0}, "module": "re"});
        let found = differences(&old, &new);
        assert_eq!(
            found,
            [
                ("train.clip".into(), "the default".into(), "1.0".into()),
                ("train.epochs".into(), "10".into(), "20".into()),
            ]
        );
        let none = json!({"module": "re"});
        assert_eq!(differences(&none, &new).len(), 2, "down to single keys");
    }
}
