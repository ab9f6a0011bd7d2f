//! Seeds and folds: `{ count = 5 }`, `{ count = 5, from = 10 }`, or a list of whole numbers.

use crate::spec::fault::Fault;
use crate::spec::suggest::advice;
use crate::spec::tree::{Node, Value};

/// More than this is a slip of the keyboard.
const MOST: u64 = 10_000;

/// Reads the numbers of `seed` (64 bits) or `fold` (32 bits).
pub(crate) fn read_numbers<T>(word: &str, node: &Node, faults: &mut Vec<Fault>) -> Vec<T>
where
    T: TryFrom<i64> + PartialEq,
{
    let form = format!(
        "write `{word} = {{ count = 5 }}`, `{word} = {{ count = 5, from = 10 }}` or `{word} = [0, 1, 2]`"
    );
    let before = faults.len();
    let mut numbers = Vec::new();
    match &node.value {
        Value::Array(items) => {
            for item in items {
                let number = match item.value {
                    Value::Integer(number) => T::try_from(number).ok(),
                    _ => None,
                };
                match number {
                    None => faults.push(
                        Fault::at(
                            item.place,
                            format!("a {word} must be a whole number, 0 or more"),
                        )
                        .help(&form),
                    ),
                    Some(number) if numbers.contains(&number) => {
                        faults.push(Fault::at(item.place, format!("this {word} is given twice")));
                    }
                    Some(number) => numbers.push(number),
                }
            }
            if items.is_empty() && word == "seed" {
                faults.push(Fault::at(node.place, "at least one seed is needed").help(&form));
            }
        }
        Value::Table(table) => {
            let (mut count, mut from) = (None, 0);
            for entry in &table.0 {
                let place = entry.node.place;
                match (entry.key.as_str(), &entry.node.value) {
                    ("count", Value::Integer(number @ 1..)) if number.unsigned_abs() <= MOST => {
                        count = Some(*number);
                    }
                    ("count", _) => {
                        faults.push(Fault::at(
                            place,
                            format!("`count` must be a whole number from 1 to {MOST}"),
                        ));
                    }
                    ("from", Value::Integer(number @ 0..)) => from = *number,
                    ("from", _) => {
                        faults.push(Fault::at(place, "`from` must be a whole number, 0 or more"));
                    }
                    (key, _) => faults.push(
                        Fault::at(entry.place, format!("unknown key `{key}` in `{word}`"))
                            .help(advice(key, &["count", "from"], "keys")),
                    ),
                }
            }
            if let Some(count) = count {
                numbers.extend(
                    (0..count).filter_map(|index| T::try_from(from.checked_add(index)?).ok()),
                );
                if numbers.len() as u64 != count.unsigned_abs() {
                    faults.push(Fault::at(
                        node.place,
                        format!("these numbers are too large for a {word}"),
                    ));
                }
            } else if faults.len() == before {
                faults.push(Fault::at(node.place, format!("`{word}` needs a `count`")).help(&form));
            }
        }
        _ => faults
            .push(Fault::at(node.place, format!("`{word}` must be a table or a list")).help(&form)),
    }
    numbers
}
