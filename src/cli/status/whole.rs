//! What a whole store holds.

use std::collections::BTreeMap;
use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.

use super::standing::{Standing, Tally, details, standing, table};
use super::verb::StatusArguments;
use crate::cli::exit::{Exit, Problem};
use crate::cli::naming::{bytes, counted};
use crate::cli::output::say;
use crate::store::Store;

/// The steps of a store by kind, who is at work, and what failed.
pub(super) fn of_store(arguments: &StatusArguments, store: &Store) -> Result<Exit, Problem> {
    let mut kinds: BTreeMap<String, (Tally, u64)> = BTreeMap::new();
    let (mut running, mut failed) = (Vec::new(), Vec::new());
    for record in store.steps().map_err(Problem::set_up)? {
        let standing = standing(store, &record.key, &record.label)?;
        let (tally, size) = kinds.entry(record.kind.clone()).or_default();
        tally.count(&standing);
        *size += store.size(&record.key).map_err(Problem::set_up)?;
        match standing {
            Standing::Running(one) => running.push(one),
            Standing::Failed(one) => failed.push(one),
            _ => {}
        }
    }
    let runner = store.runner().map_err(Problem::set_up)?;
    if arguments.json {
        let kinds: BTreeMap<&String, serde_json::Value> = kinds
            .iter()
            .map(|(kind, (tally, size))| {
                (kind, serde_json::json!({ "steps": tally, "bytes": size }))
            })
            .collect();
        let shown = serde_json::json!({
            "version": 1,
            "results": store.root(),
            "runner": runner,
            "kinds": kinds,
            "running": running,
            "failed": failed,
        });
        say(&format!("{shown:#}"));
        return Ok(Exit::Done);
    }
    let steps: usize = kinds.values().map(|(tally, _)| tally.total()).sum();
    let size: u64 = kinds.values().map(|(_, size)| size).sum();
    let mut text = format!(
        "{}: {}, {}\n",
        store.root().display(),
        counted(steps, "step"),
        bytes(size)
    );
    match &runner {
        Some(owner) => {
            let _ = writeln!(text, "`sweep run` is at work: {owner}");
        }
        None => text.push_str("nothing is running\n"),
    }
    if steps > 0 {
        let kinds = kinds.iter();
        let lines: Vec<_> = kinds
            .map(|(kind, (tally, size))| (kind.clone(), *tally, Some(bytes(*size))))
            .collect();
        text.push('\n');
        text.push_str(&table("kind", &lines, Some("size")));
    }
    text.push_str(&details(&running, &failed));
    say(&text);
    Ok(Exit::Done)
}
