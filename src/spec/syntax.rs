//! TOML text to [`Table`], by the spanned parser of the `toml` crate.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::spec::fault::Fault;
use crate::spec::source::Place;
use crate::spec::tree::{Entry, Node, Table, Value};

/// Where a text being parsed stands: its source, and the bytes before it in that source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    pub(crate) source: usize,
    pub(crate) offset: usize,
}

impl Origin {
    fn place(self, span: Range<usize>) -> Place {
        Place {
            source: self.source,
            start: span.start + self.offset,
            end: span.end + self.offset,
        }
    }

    fn fault(self, error: &toml::de::Error) -> Fault {
        let message = format!("not valid TOML: {}", error.message().replace('\n', ", "));
        Fault::at(self.place(error.span().unwrap_or(0..0)), message)
    }

    /// A whole document, empty after a syntax error. Only the first of these is a fault: an open bracket makes
    /// every later line wrong.
    pub(crate) fn document(self, text: &str, faults: &mut Vec<Fault>) -> Table {
        match DeTable::parse(text) {
            Ok(document) => self.table(document.get_ref(), faults),
            Err(error) => {
                faults.push(self.fault(&error));
                Table::default()
            }
        }
    }

    /// A single value, as on the right of an equals sign.
    pub(crate) fn value(self, text: &str, faults: &mut Vec<Fault>) -> Result<Node, Fault> {
        let value = DeValue::parse(text).map_err(|error| self.fault(&error))?;
        Ok(self.node(&value, faults))
    }

    fn table(self, table: &DeTable<'_>, faults: &mut Vec<Fault>) -> Table {
        let mut entries: Vec<Entry> = table
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref().to_string(),
                place: self.place(key.span()),
                node: self.node(value, faults),
            })
            .collect();
        // The parser sorts by name; the order written is that of the positions.
        entries.sort_by_key(|entry| entry.place);
        Table(entries)
    }

    fn node(self, value: &Spanned<DeValue<'_>>, faults: &mut Vec<Fault>) -> Node {
        let place = self.place(value.span());
        let value = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(number) => Value::Integer(
                i64::from_str_radix(number.as_str(), number.radix()).unwrap_or_else(|_| {
                    faults.push(Fault::at(place, "this number does not fit into 64 bits"));
                    0
                }),
            ),
            DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or_else(|_| {
                faults.push(Fault::at(place, "this is not a number"));
                0.0
            })),
            DeValue::Boolean(truth) => Value::Boolean(*truth),
            DeValue::Datetime(date) => Value::Text(date.to_string()),
            DeValue::Array(items) => {
                Value::Array(items.iter().map(|item| self.node(item, faults)).collect())
            }
            DeValue::Table(table) => Value::Table(self.table(table, faults)),
        };
        Node { place, value }
    }
}
