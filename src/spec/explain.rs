//! Figment's structured errors in the words of this language.

use figment::error::{Actual, Kind};

use crate::spec::axes::WORDS;
use crate::spec::fault::Fault;
use crate::spec::source::Place;
use crate::spec::suggest::{advice, nearest};

/// The names that a message may suggest beyond those that the error itself lists.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names {
    /// Keys that are valid at the top level although the extracted type does not know them.
    pub(crate) top_level: Vec<&'static str>,
    /// All dotted keys of the configuration, for a key that was written in the wrong section.
    pub(crate) everywhere: Vec<String>,
}

impl Names {
    /// Advice for an unknown key, where serde knows the `expected` ones.
    fn unknown(&self, path: &[String], expected: &[&str]) -> String {
        let Some((name, above)) = path.split_last() else {
            return advice("", expected, "keys");
        };
        let mut here = expected.to_vec();
        if above.is_empty() {
            if WORDS.contains(&name.as_str()) {
                return format!("`{name}` belongs into `[axes]`");
            }
            here.extend(&self.top_level);
        }
        let key = dotted(path);
        let same_name = |key: &&String| key.rsplit('.').next() == Some(name);
        let elsewhere = self
            .everywhere
            .iter()
            .filter(|other| **other != key)
            .find(same_name);
        match (nearest(name, here.iter().copied()), elsewhere) {
            (Some(near), _) if above.is_empty() => format!("did you mean `{near}`?"),
            (Some(near), _) => format!("did you mean `{}.{near}`?", dotted(above)),
            (None, Some(elsewhere)) => format!("did you mean `{elsewhere}`?"),
            (None, None) => advice(name, &here, "keys"),
        }
    }
}

/// The dotted key of a path, without the numbers of list elements: the caret shows which one is meant.
fn dotted(path: &[String]) -> String {
    let names = path.iter().filter(|part| part.parse::<usize>().is_err());
    names.map(String::as_str).collect::<Vec<_>>().join(".")
}

/// Turns an error at a path into a fault at the place that was found for it.
pub(crate) fn explain(kind: &Kind, path: &[String], place: Option<Place>, names: &Names) -> Fault {
    let key = dotted(path);
    let fault = |message: String| Fault::maybe_at(place, message);
    match kind {
        Kind::UnknownField(_, expected) => {
            fault(format!("unknown key `{key}`")).help(names.unknown(path, expected))
        }
        Kind::UnknownVariant(value, expected) => {
            fault(format!("`{key}` cannot be \"{value}\"")).help(advice(value, expected, "values"))
        }
        Kind::InvalidType(actual, expected) | Kind::InvalidValue(actual, expected) => {
            fault(format!(
                "`{key}` must be {}, not {}",
                wanted(expected),
                given(actual)
            ))
        }
        Kind::InvalidLength(length, expected) => fault(format!(
            "`{key}` must have {expected}, not {length} elements"
        )),
        Kind::MissingField(name) => {
            fault(format!("`{name}` is missing{}", inside(&key))).help(format!("add `{name} = …`"))
        }
        other => fault(format!("{other}{}", inside(&key))),
    }
}

fn inside(key: &str) -> String {
    if key.is_empty() {
        String::new()
    } else {
        format!(" in `{key}`")
    }
}

/// What serde expected, without the names of Rust types.
fn wanted(expected: &str) -> String {
    match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more".into(),
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number".into(),
        "f32" | "f64" => "a number".into(),
        "a boolean" => "true or false".into(),
        "a sequence" => "a list".into(),
        "a map" => "a table".into(),
        other if other.starts_with("struct ") => "a table".into(),
        other
            if other.starts_with("enum ")
                || other.contains("variant")
                || other == "string or map" =>
        {
            "one of its names in quotes".into()
        }
        other => other.into(),
    }
}

fn given(actual: &Actual) -> String {
    match actual {
        Actual::Str(text) => format!("the text \"{text}\""),
        Actual::Bool(truth) => truth.to_string(),
        Actual::Unsigned(number) => number.to_string(),
        Actual::Signed(number) => number.to_string(),
        Actual::Float(number) => format!("{number:?}"),
        Actual::Seq => "a list".into(),
        Actual::Map => "a table".into(),
        other => other.to_string(),
    }
}
