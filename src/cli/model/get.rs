//! `sweep model get OWNER/NAME`: the only verb that speaks to the network.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use crate::encoder::{FetchProgress, Fetched, HubName, HubSettings, fetch_model};

use super::super::exit::{Exit, Problem};
use super::super::output::{complain, say};
use super::words::bytes;

pub(super) fn get(name: &str, revision: &str, settings: &HubSettings) -> Result<Exit, Problem> {
    let name: HubName = name.parse().map_err(Problem::set_up)?;
    let bar = if std::io::stderr().is_terminal() {
        ProgressBar::new(0).with_style(style())
    } else {
        ProgressBar::hidden()
    };
    let mut file = String::new();
    let mut told = |progress: FetchProgress<'_>| {
        if file != progress.file {
            progress.file.clone_into(&mut file);
            bar.reset();
            bar.set_length(progress.size);
            bar.set_message(file.clone());
        }
        bar.set_position(progress.done);
    };
    let fetched = fetch_model(settings, &name, revision, &mut told);
    bar.finish_and_clear();
    let fetched = fetched.map_err(Problem::set_up)?;
    complain(&match fetched.fetched {
        0 => format!("{name} is complete; nothing was fetched"),
        new => format!("fetched {} of {name}", bytes(new)),
    });
    say(&render(&fetched));
    Ok(Exit::Done)
}

fn style() -> ProgressStyle {
    // The template is a constant; a wrong one would show as the default style.
    ProgressStyle::with_template(" {bar:18}  {bytes}/{total_bytes}  {eta}  {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("█░")
}

/// Folder, commit, and the files with their sizes.
fn render(fetched: &Fetched) -> String {
    let folder = &fetched.folder;
    let mut lines = vec![folder.path.display().to_string()];
    if let Some(commit) = &folder.commit {
        lines.push(match &folder.revision {
            Some(revision) => format!("{revision} at commit {commit}"),
            None => format!("commit {commit}"),
        });
    }
    for (name, size) in &fetched.files {
        lines.push(format!("{:>8}  {name}", bytes(*size)));
    }
    let whole = fetched.files.iter().map(|(_, size)| size).sum();
    lines.push(format!("{:>8}  in all", bytes(whole)));
    lines.join("\n")
}
