//! `sweep bench FILE`: how fast an experiment's runs infer, whether or not its tables show it.

use std::collections::BTreeMap;

use serde_json::json;

use crate::plan::{Plan, Timing};
use crate::report::{bench_text, bench_values};
use crate::systems::speed::{NO_EXTRACTION, NO_RELATIONS};

use super::arguments::BenchArguments;
use super::exit::{Exit, Problem};
use super::job::Job;
use super::output::{say, width};

pub(super) fn bench(arguments: &BenchArguments) -> Result<Exit, Problem> {
    let timing = if arguments.again {
        Timing::Anew
    } else {
        Timing::Always
    };
    if arguments.run.dry_run {
        return super::plan::show(&arguments.run.experiment, timing);
    }
    let mut job = Job::plan(&arguments.run, timing)?;
    // Nobody should wait for trainings whose speed cannot be measured.
    if let Some(reason) = untimed(&job.plan) {
        let name = &job.experiment.name;
        return Err(Problem::set_up(format!(
            "none of the {} runs of {name} can be timed: {reason}",
            job.plan.runs.len()
        )));
    }
    let outcome = job.carry_out()?;
    // Where not all was measured anew, what was measured before still counts.
    job.plan_again(Timing::Always)?;
    let exit = job.exit(&outcome);
    let report = job.report()?;
    if arguments.json {
        let values = match &report {
            Some((input, page)) => {
                let mut values = bench_values(input).map_err(Problem::internal)?;
                values["report"] = page.display().to_string().into();
                values
            }
            None => json!({ "experiment": job.experiment.name, "cells": [], "runs": [] }),
        };
        say(&serde_json::to_string_pretty(&values).map_err(Problem::internal)?);
    } else if let Some((input, page)) = &report {
        say(&bench_text(input, width()));
        say(&format!("\n{}", page.display()));
    }
    Ok(exit)
}

/// Why no run can be timed, and what to do; nothing where any can.
fn untimed(plan: &Plan) -> Option<String> {
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for run in &plan.runs {
        match &run.speed {
            Some(Err(reason)) => *reasons.entry(reason).or_default() += 1,
            _ => return None,
        }
    }
    let advice = |reason: &str| match reason {
        NO_RELATIONS => "; `--set speed.inside=extraction` times all that a run extracts",
        NO_EXTRACTION => "; `--set speed.inside=relations` times the relations alone",
        _ => "",
    };
    let told = reasons.iter().map(|(reason, runs)| {
        let runs = if *runs == plan.runs.len() {
            String::new()
        } else {
            format!("of {runs}, ")
        };
        format!("{runs}{reason}{}", advice(reason))
    });
    Some(told.collect::<Vec<_>>().join("; "))
}
