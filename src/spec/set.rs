//! `--set key=value`: one value from the command line.

use crate::spec::fault::Fault;
use crate::spec::source::{Place, Source, Sources};
use crate::spec::syntax::Origin;
use crate::spec::tree::{Node, Part, Table, Value};

/// A value given outside the files, at a path of keys.
#[derive(Debug, Clone)]
pub(crate) struct Override {
    pub(crate) path: Vec<Part>,
    pub(crate) node: Node,
}

/// Reads the argument of one `--set`.
pub(crate) fn parse_set(
    argument: &str,
    sources: &mut Sources,
    faults: &mut Vec<Fault>,
) -> Option<Override> {
    let label = Some(format!("--set {argument}"));
    let source = sources.add(Source {
        name: "--set".into(),
        text: argument.into(),
        label,
    });
    let whole = Place {
        source,
        start: 0,
        end: argument.len(),
    };
    let Some((key, value)) = split(argument) else {
        faults.push(
            Fault::at(whole, "`--set` needs a key and a value")
                .help("write it like `--set train.epochs=3`"),
        );
        return None;
    };
    let path = parse_key(key, source, faults)?;
    let node = parse_value(
        Origin {
            source,
            offset: key.len() + 1,
        },
        value,
        faults,
    )?;
    Some(Override { path, node })
}

/// Splits at the first equals sign outside quotes.
fn split(argument: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (index, letter) in argument.char_indices() {
        match (quote, letter) {
            (None, '=') => return Some((&argument[..index], &argument[index + 1..])),
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            _ => {}
        }
    }
    None
}

fn parse_key(key: &str, source: usize, faults: &mut Vec<Fault>) -> Option<Vec<Part>> {
    let mut wrong = Vec::new();
    let mut table = Origin { source, offset: 0 }.document(&format!("{key}=0"), &mut wrong);
    let mut path = Vec::new();
    while let Some(entry) = table.0.pop() {
        path.push((entry.key, entry.place));
        match entry.node.value {
            Value::Table(below) => table = below,
            _ => break,
        }
    }
    if wrong.is_empty() && !path.is_empty() {
        return Some(path);
    }
    let place = Place {
        source,
        start: 0,
        end: key.len(),
    };
    faults.push(
        Fault::at(place, format!("`{key}` is not a key"))
            .help("keys are dotted names, like `train.epochs`"),
    );
    None
}

/// Reads a value as TOML; what is not TOML and does not try to be is text.
pub(crate) fn parse_value(origin: Origin, text: &str, faults: &mut Vec<Fault>) -> Option<Node> {
    match origin.value(text, faults) {
        Ok(node) => Some(node),
        Err(fault) if text.trim_start().starts_with(['[', '{', '"', '\'']) => {
            faults.push(
                fault.help("texts inside a list or a table need quotes: key='[\"a\", \"b\"]'"),
            );
            None
        }
        Err(_) => {
            let place = Place {
                source: origin.source,
                start: origin.offset,
                end: origin.offset + text.len(),
            };
            Some(Node {
                place,
                value: Value::Text(text.into()),
            })
        }
    }
}

/// Splits an override that gives a table into one for each value in it, so that `train={epochs=3}` and
/// `train.epochs=3` do the same.
pub(crate) fn leaves(given: Override) -> Vec<Override> {
    let Value::Table(table) = &given.node.value else {
        return vec![given];
    };
    let below = |(mut rest, node): (Vec<Part>, &Node)| {
        let mut path = given.path.clone();
        path.append(&mut rest);
        Override {
            path,
            node: node.clone(),
        }
    };
    Table::leaves(table).into_iter().map(below).collect()
}
