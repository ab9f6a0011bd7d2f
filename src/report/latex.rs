//! Tables in LaTeX with booktabs, to be pasted into a paper.

use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.

use super::grid::{Entry, Grid, Row};

/// The whole table as a float, and one more for each group of published values that stands apart.
pub(crate) fn render(grid: &Grid) -> String {
    let mut out = String::from("% \\usepackage{booktabs}\n");
    let extra = 1 + usize::from(grid.uneven);
    let mut head = vec![escaped(&grid.head)];
    if grid.uneven {
        head.push(grid.counted.clone());
    }
    for _ in &grid.groups {
        head.extend(grid.titles());
    }
    let caption = format!("{}. {}", grid.caption.trim_end_matches('.'), grid.note);
    let span = head.len();
    open(&mut out, &caption, &headings(grid, extra), &head);
    for (number, block) in grid.blocks.iter().enumerate() {
        if let Some(heading) = &block.heading {
            if number > 0 {
                out.push_str("\\midrule\n");
            }
            let _ = writeln!(
                out,
                "\\multicolumn{{{span}}}{{l}}{{\\textit{{{}}}}} \\\\",
                escaped(heading)
            );
        }
        for row in &block.rows {
            row_lines(&mut out, grid, row);
        }
    }
    close(&mut out, &grid.legend);
    matrices(&mut out, grid);
    for apart in &grid.apart {
        out.push('\n');
        let mut head = vec!["system".to_owned()];
        head.extend(grid.titles());
        open(&mut out, &format!("{}.", apart.heading), "", &head);
        for (system, values) in &apart.rows {
            let shown: Vec<String> = values
                .iter()
                .map(|value| value.clone().unwrap_or_else(|| "--".to_owned()))
                .collect();
            let _ = writeln!(out, "{} & {} \\\\", escaped(system), shown.join(" & "));
        }
        close(&mut out, &[]);
    }
    out
}

/// The line above the heads of the columns, with rules under it; empty where nothing stands across.
fn headings(grid: &Grid, extra: usize) -> String {
    let (mut fields, mut rules) = (vec![String::new(); extra], String::new());
    let width = grid.columns.len();
    for (number, heading) in grid.headings().enumerate() {
        fields.push(format!(
            "\\multicolumn{{{width}}}{{c}}{{{}}}",
            escaped(heading)
        ));
        let first = extra + number * width + 1;
        let _ = write!(rules, "\\cmidrule(lr){{{first}-{}}}", first + width - 1);
    }
    if rules.is_empty() || width == 0 {
        return String::new();
    }
    format!("{} \\\\\n{rules}\n", fields.join(" & "))
}

fn matrices(out: &mut String, grid: &Grid) {
    let matrices = &grid.pairwise.matrices;
    for (number, matrix) in matrices.iter().enumerate() {
        out.push('\n');
        let labels = matrix.labels.iter().map(|label| escaped(label));
        let head: Vec<String> = std::iter::once(escaped(&grid.head)).chain(labels).collect();
        let caption = format!(
            "{}. {}.",
            grid.caption.trim_end_matches('.'),
            matrix.heading
        );
        open(out, &caption, "", &head);
        for (label, fields) in matrix.labels.iter().zip(&matrix.fields) {
            let mut line = vec![escaped(label)];
            line.extend(
                fields
                    .iter()
                    .map(|field| format!("{}{}", escaped(&field.text), raised(&field.marks))),
            );
            let _ = writeln!(out, "{} \\\\", line.join(" & "));
        }
        let is_last = number + 1 == matrices.len();
        close(out, if is_last { &grid.pairwise.legend } else { &[] });
    }
}

fn open(out: &mut String, caption: &str, above: &str, head: &[String]) {
    out.push_str("\\begin{table}[t]\n\\centering\n\\small\n\\setlength{\\tabcolsep}{4pt}\n");
    let _ = writeln!(out, "\\caption{{{}}}", escaped(caption));
    let _ = writeln!(
        out,
        "\\begin{{tabular}}{{l{}}}\n\\toprule",
        "r".repeat(head.len() - 1)
    );
    let _ = writeln!(out, "{above}{} \\\\\n\\midrule", head.join(" & "));
}

fn close(out: &mut String, legend: &[String]) {
    out.push_str("\\bottomrule\n\\end{tabular}\n");
    if !legend.is_empty() {
        let lines: Vec<String> = legend.iter().map(|line| escaped(line)).collect();
        let _ = writeln!(
            out,
            "\n\\smallskip\n\\begin{{minipage}}{{\\linewidth}}\\footnotesize\n{}\n\\end{{minipage}}",
            lines.join("\n")
        );
    }
    out.push_str("\\end{table}\n");
}

fn row_lines(out: &mut String, grid: &Grid, row: &Row) {
    let mut line = |label: String, runs: String, show: &dyn Fn(&Entry) -> String| {
        let mut cells = vec![label];
        if grid.uneven {
            cells.push(runs);
        }
        cells.extend(row.entries().map(show));
        let _ = writeln!(out, "{} \\\\", cells.join(" & "));
    };
    line(escaped(&row.label), row.shown_runs(), &shown);
    if row.has_published() {
        let label = |name: &str| format!("\\quad\\textit{{{name}}}");
        let or_nothing = |text: Option<String>| text.map_or("--".to_owned(), |text| escaped(&text));
        line(label("published"), String::new(), &|entry| {
            or_nothing(entry.shown_published())
        });
        line(label("difference"), String::new(), &|entry| {
            or_nothing(entry.shown_difference())
        });
    }
}

fn shown(entry: &Entry) -> String {
    if entry.spread.is_none() {
        return "--".to_owned();
    }
    let mut out = entry.shown_mean();
    if entry.best {
        out = format!("\\textbf{{{out}}}");
    }
    if let Some(sd) = entry.bare_sd() {
        let _ = write!(out, " {{\\scriptsize$\\pm$ {sd}}}");
    }
    out + &raised(&entry.marks)
}

fn raised(marks: &str) -> String {
    if marks.is_empty() {
        return String::new();
    }
    let marks: String = marks.chars().map(mark).collect();
    format!("$^{{{marks}}}$")
}

fn mark(mark: char) -> &'static str {
    match mark {
        '†' => "\\dagger",
        '‡' => "\\ddagger",
        '*' => "*",
        _ => "\\circ",
    }
}

/// Text in which LaTeX sees no commands, with the signs that old fonts lack spelt as mathematics.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        match character {
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => out.extend(['\\', character]),
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '<' => out.push_str("$<$"),
            '>' => out.push_str("$>$"),
            '±' => out.push_str("$\\pm$"),
            '−' => out.push_str("$-$"),
            '→' => out.push_str("$\\to$"),
            '–' => out.push_str("--"),
            '†' | '‡' | '°' => {
                let _ = write!(out, "$^{{{}}}$", mark(character));
            }
            _ => out.push(character),
        }
    }
    out
}
