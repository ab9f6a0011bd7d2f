//! Claims as plain text, Markdown, part of the page, and CSV.

use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.

use minijinja::{Value, context};

use super::claim_measure::Measured;
use super::claims::{self, Judged, Verdict};
use super::claims_text::{HEADS, comparison, notes, numbers, remarks, sentence};
use super::error::ReportError;
use super::input::Input;
use super::markdown::{aligned, escaped};
use super::text;

/// The list for the terminal, no line wider than `width`; empty without claims.
pub(crate) fn terminal(input: &Input, judged: &[Judged<'_>], width: usize) -> String {
    if judged.is_empty() {
        return String::new();
    }
    let mut out = "\nClaims\n".to_owned();
    let mut push = |text: &str, first: &str, indent: usize| {
        let room = width.saturating_sub(indent);
        for (number, line) in text::wrapped(text, room, 0).iter().enumerate() {
            let rest = " ".repeat(indent);
            let before = if number == 0 { first } else { &rest };
            let _ = writeln!(out, "{before}{line}");
        }
    };
    for one in judged {
        let number = format!("{}. ", one.number);
        let indent = number.chars().count();
        let blank = " ".repeat(indent);
        let claimed = format!("{}: {}", one.verdict().name(), one.claim.text);
        push(&claimed, &number, indent);
        push(&comparison(one), &blank, indent);
        if let Some(sentence) = sentence(one) {
            push(&sentence, &blank, indent);
        }
        for remark in remarks(input, one) {
            push(&remark, &format!("{blank}- "), indent + 2);
        }
    }
    for note in notes(input, judged) {
        for line in text::wrapped(&note, width, 2) {
            let _ = writeln!(out, "{line}");
        }
    }
    out
}

/// `tables/claims.md`.
pub(crate) fn markdown(input: &Input, judged: &[Judged<'_>]) -> String {
    let mut head = vec!["claim".to_owned(), "verdict".to_owned()];
    head.extend(HEADS.map(str::to_owned));
    let mut lines = vec![head];
    for one in judged {
        let claimed = format!("{}. {}", one.number, escaped(&one.claim.text));
        let mut line = vec![claimed, one.verdict().name().to_owned()];
        line.extend(numbers(one));
        lines.push(line);
    }
    let mut out = format!("**Claims**\n\n{}\n", aligned(&lines));
    for one in judged {
        let mut parts = vec![comparison(one)];
        parts.extend(remarks(input, one));
        let _ = writeln!(
            out,
            "- Claim {}: {}.",
            one.number,
            escaped(&parts.join("; "))
        );
    }
    for note in notes(input, judged) {
        let _ = writeln!(out, "- {}", escaped(&note));
    }
    out
}

/// What `claims.html` fills in; nothing without claims.
pub(crate) fn page(input: &Input, judged: &[Judged<'_>]) -> Option<Value> {
    let row = |one: &Judged<'_>| {
        context! {
            verdict => one.verdict().name(),
            class => match one.verdict() {
                Verdict::Held => "held",
                Verdict::Contradicted => "contradicted",
                Verdict::NotShown | Verdict::NotRun => "open",
            },
            text => one.claim.text,
            comparison => comparison(one),
            remarks => remarks(input, one),
            numbers => numbers(one),
        }
    };
    let rows: Vec<Value> = judged.iter().map(row).collect();
    let notes = notes(input, judged);
    (!rows.is_empty()).then(|| context! { heads => HEADS, rows, notes })
}

const COLUMNS: [&str; 29] = [
    "claim",
    "text",
    "metric",
    "corpus",
    "claimed of",
    "where",
    "left",
    "relation",
    "right",
    "verdict",
    "reason",
    "weakest",
    "p",
    "p corrected",
    "p documents",
    "floor",
    "floor corrected",
    "runs needed",
    "left mean",
    "right mean",
    "effect",
    "lower",
    "upper",
    "left n",
    "right n",
    "comparison test",
    "comparison p",
    "comparison floor",
    "comparison p documents",
];

/// `claims.csv`: a line for each comparison of each claim, scores and effects in percent (of speeds in sentences a second) with six decimals.
pub(crate) fn csv(judged: &[Judged<'_>]) -> Result<Vec<u8>, ReportError> {
    let failed = |error: csv::Error| ReportError::Format {
        file: "claims.csv".to_owned(),
        problem: error.to_string(),
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(failed)?;
    for one in judged {
        for index in 0..one.claim.right.len() {
            writer.write_record(line(one, index)).map_err(failed)?;
        }
    }
    let written = writer.into_inner();
    written.map_err(|error| failed(error.into_error().into()))
}

fn line(one: &Judged<'_>, index: usize) -> [String; 29] {
    let outcome = one.outcome.as_ref().ok();
    let measured = outcome.map(|outcome| &outcome.comparisons[index]);
    let percent =
        |value: Option<f64>| value.map_or_else(String::new, |value| format!("{value:.6}"));
    let plain = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let count = |value: Option<usize>| value.map_or_else(String::new, |value| value.to_string());
    let ends = measured.and_then(|one| one.interval.as_ref().ok());
    let documents = measured.and_then(|one| one.documents.as_ref().ok());
    [
        one.number.to_string(),
        one.claim.text.clone(),
        one.claim.metric.clone(),
        one.case.corpus.clone(),
        one.claim.corpus.clone().unwrap_or_default(),
        text::described(&one.told),
        claims::side(&one.claim.left),
        one.claim.relation.sign().to_string(),
        claims::side(&one.claim.right[index]),
        one.verdict().name().to_owned(),
        one.outcome.as_ref().err().cloned().unwrap_or_default(),
        outcome.map_or_else(String::new, |outcome| {
            (outcome.weakest == index).to_string()
        }),
        plain(outcome.map(|outcome| outcome.p)),
        plain(outcome.map(|outcome| outcome.corrected)),
        plain(outcome.and_then(|outcome| outcome.documents.clone().ok())),
        plain(outcome.map(|outcome| outcome.floor)),
        plain(outcome.map(|outcome| outcome.corrected_floor)),
        count(outcome.and_then(|outcome| outcome.needed)),
        percent(measured.map(|one| one.left)),
        percent(measured.map(|one| one.right)),
        percent(measured.map(Measured::effect)),
        percent(ends.map(|ends| ends.0)),
        percent(ends.map(|ends| ends.1)),
        count(measured.map(|one| one.seeds.first)),
        count(measured.map(|one| one.seeds.second)),
        measured.map_or_else(String::new, |one| one.seeds.name().to_owned()),
        plain(measured.map(Measured::p)),
        plain(measured.map(|one| one.seeds.floor)),
        plain(documents.map(|test| test.test.p().two_sided)),
    ]
}
