//! The ways in which releases write down a sentence with its triples.

use serde_json::Value;

use super::sentence::{Triple, UNTYPED, occurrence};
use crate::corpus::line::kind;
use crate::corpus::records::{Fault, list, tokens};
use crate::corpus::{Entity, Span};

/// What a record looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::corpus) enum Layout {
    /// `text` and `triple_list`, by words: as CasRel's data (Wei et al. 2020).
    Text,
    /// `tokens` and `spo_details`, by offsets with exclusive ends.
    Offsets,
    /// `sentext` and `relations` with `em1`, `rtext` and `em2`: as released with HRL (Takanobu et al. 2019).
    Mentions,
}

/// The words of a sentence and its triples.
type Annotated = (Vec<String>, Vec<Triple>);

/// The places in a triple of `spo_details` of an argument's start, end and type.
const SUBJECT: [usize; 3] = [0, 1, 2];
const OBJECT: [usize; 3] = [4, 5, 6];

impl Layout {
    /// The layout of records that begin with `first`, if they are triples.
    pub(in crate::corpus) fn of(first: &Value) -> Option<Self> {
        let has = |field: &str| first.get(field).is_some();
        if has("text") && has("triple_list") {
            Some(Self::Text)
        } else if has("tokens") && has("spo_details") {
            Some(Self::Offsets)
        } else if has("sentext") && has("relations") {
            Some(Self::Mentions)
        } else {
            None
        }
    }

    /// Reads a record; nothing where it is none of the corpus.
    pub(super) fn read(self, record: &Value) -> Result<Option<Annotated>, Fault> {
        match self {
            Self::Text => text(record).map(Some),
            Self::Offsets => offsets(record).map(Some),
            Self::Mentions => mentions(record),
        }
    }
}

fn text(record: &Value) -> Result<Annotated, Fault> {
    let tokens = words(string(record.get("text"), "text")?);
    let triple = |(place, triple): (usize, &Value)| {
        let field = format!("triple_list[{place}]");
        of_length(triple, &field, 3)?;
        let part = |index: usize| string(triple.get(index), &format!("{field}[{index}]"));
        Ok(Triple {
            subject: mention(&tokens, part(0)?),
            relation: part(1)?.to_owned(),
            object: mention(&tokens, part(2)?),
        })
    };
    let triples = list(record, "triple_list")?.iter().enumerate().map(triple);
    let triples = triples.collect::<Result<_, Fault>>()?;
    Ok((tokens, triples))
}

fn offsets(record: &Value) -> Result<Annotated, Fault> {
    let tokens = tokens(record)?;
    let triple = |(place, triple): (usize, &Value)| {
        let field = format!("spo_details[{place}]");
        of_length(triple, &field, 7)?;
        let argument = |places| argument(triple, &field, places, tokens.len());
        Ok(Triple {
            subject: Some(argument(SUBJECT)?),
            relation: string(triple.get(3), &format!("{field}[3]"))?.to_owned(),
            object: Some(argument(OBJECT)?),
        })
    };
    let triples = list(record, "spo_details")?.iter().enumerate().map(triple);
    let triples = triples.collect::<Result<_, Fault>>()?;
    Ok((tokens, triples))
}

/// Triples labelled `None` are none, and sentences without any other are not part of the corpus: so its published
/// sizes come about. Quotation marks around the whole sentence are left over from a table and no words.
fn mentions(record: &Value) -> Result<Option<Annotated>, Fault> {
    let sentence = string(record.get("sentext"), "sentext")?.trim();
    let tokens = words(sentence.trim_matches('"'));
    let mut triples = Vec::new();
    for (place, relation) in list(record, "relations")?.iter().enumerate() {
        let part = |name: &str| string(relation.get(name), &format!("relations[{place}].{name}"));
        let label = part("rtext")?;
        if label != "None" {
            triples.push(Triple {
                subject: mention(&tokens, part("em1")?),
                relation: label.to_owned(),
                object: mention(&tokens, part("em2")?),
            });
        }
    }
    Ok((!triples.is_empty()).then_some((tokens, triples)))
}

/// The words of a text, which are divided by blanks.
fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// The entity that words stand for, where they occur.
fn mention(tokens: &[String], argument: &str) -> Option<Entity> {
    let span = occurrence(tokens, &words(argument))?;
    let label = UNTYPED.to_owned();
    Some(Entity { span, label })
}

/// The entity at the offsets in a triple.
fn argument(
    triple: &Value,
    field: &str,
    [start, end, label]: [usize; 3],
    words: usize,
) -> Result<Entity, Fault> {
    let number = |index: usize| {
        let value = triple.get(index);
        let number = value.and_then(Value::as_u64).map(|number| number as usize);
        let wrong = || {
            let found = value.map_or_else(|| "nothing".to_owned(), Value::to_string);
            let message = format!("expected a word index, found {found}");
            (format!("{field}[{index}]"), message)
        };
        number.ok_or_else(wrong)
    };
    let (first, after) = (number(start)?, number(end)?);
    if first >= after || after > words {
        let message = format!("words {first} to {after} (exclusive) are no span of {words} words");
        return Err((field.to_owned(), message));
    }
    let label = match string(triple.get(label), &format!("{field}[{label}]"))? {
        "None-label" => UNTYPED,
        label => label,
    };
    Ok(Entity {
        span: Span::new(first, after - 1),
        label: label.to_owned(),
    })
}

fn of_length(triple: &Value, field: &str, length: usize) -> Result<(), Fault> {
    let found = match triple {
        Value::Array(values) if values.len() == length => return Ok(()),
        Value::Array(values) => format!("{} values", values.len()),
        other => kind(other).to_owned(),
    };
    let message = format!("expected a triple of {length} values, found {found}");
    Err((field.to_owned(), message))
}

fn string<'a>(value: Option<&'a Value>, field: &str) -> Result<&'a str, Fault> {
    let wrong = || {
        let found = value.map_or("nothing", kind);
        (
            field.to_owned(),
            format!("expected a string, found {found}"),
        )
    };
    value.and_then(Value::as_str).ok_or_else(wrong)
}
