//! Tables in LaTeX with booktabs, to be pasted into a paper.

use std::fmt::Write as _; // Writing to a string cannot fail, so its results are ignored.

use super::fields::Shown;
use super::grid::{Entry, Grid, Row};

/// The whole table as a float, and one more for each group of published values that stands apart.
pub(crate) fn render(grid: &Grid) -> String {
    let mut out = String::from("% \\usepackage{booktabs,graphicx}\n");
    let extra = 1 + usize::from(grid.uneven);
    let mut head = vec![escaped(&grid.head)];
    if grid.uneven {
        head.push(grid.counted.clone());
    }
    let fields = grid.fields(0..grid.groups.len());
    head.extend(
        fields
            .iter()
            .map(|field| escaped(&grid.field_title(*field))),
    );
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
            row_line(&mut out, grid, row);
        }
    }
    close(&mut out, &head, &grid.legend);
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
        close(&mut out, &head, &[]);
    }
    out
}

/// The line above the heads of the columns, with rules under it; empty where nothing stands across.
fn headings(grid: &Grid, extra: usize) -> String {
    let (mut fields, mut rules) = (vec![String::new(); extra], String::new());
    let mut first = extra + 1;
    for (number, heading) in grid.headings().enumerate() {
        let width = grid.fields(number..number + 1).len();
        if width == 0 {
            return String::new();
        }
        fields.push(format!(
            "\\multicolumn{{{width}}}{{c}}{{{}}}",
            escaped(heading)
        ));
        let _ = write!(rules, "\\cmidrule(lr){{{first}-{}}}", first + width - 1);
        first += width;
    }
    if rules.is_empty() {
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
        close(
            out,
            &head,
            if is_last { &grid.pairwise.legend } else { &[] },
        );
    }
}

/// From so many columns on a table is as wide as both columns of a page.
const WIDE: usize = 7;
/// From so many columns on a table is made smaller until it fits.
const TOO_WIDE: usize = 13;

fn open(out: &mut String, caption: &str, above: &str, head: &[String]) {
    let _ = writeln!(out, "\\begin{{{}}}[t]", float(head));
    out.push_str("\\centering\n\\small\n\\setlength{\\tabcolsep}{4pt}\n");
    let _ = writeln!(out, "\\caption{{{}}}", escaped(caption));
    if head.len() >= TOO_WIDE {
        out.push_str("\\resizebox{\\textwidth}{!}{%\n");
    }
    let _ = writeln!(
        out,
        "\\begin{{tabular}}{{l{}}}\n\\toprule",
        "r".repeat(head.len() - 1)
    );
    let _ = writeln!(out, "{above}{} \\\\\n\\midrule", head.join(" & "));
}

fn float(head: &[String]) -> &'static str {
    if head.len() >= WIDE {
        "table*"
    } else {
        "table"
    }
}

fn close(out: &mut String, head: &[String], legend: &[String]) {
    out.push_str("\\bottomrule\n\\end{tabular}");
    if head.len() >= TOO_WIDE {
        out.push('}');
    }
    out.push('\n');
    if !legend.is_empty() {
        let lines: Vec<String> = legend.iter().map(|line| escaped(line)).collect();
        let _ = writeln!(
            out,
            "\n\\smallskip\n\\begin{{minipage}}{{\\linewidth}}\\footnotesize\n{}\n\\end{{minipage}}",
            lines.join("\n")
        );
    }
    let _ = writeln!(out, "\\end{{{}}}", float(head));
}

fn row_line(out: &mut String, grid: &Grid, row: &Row) {
    let mut line = vec![escaped(&row.label)];
    if grid.uneven {
        line.push(row.shown_runs());
    }
    let fields = grid.fields(0..grid.groups.len()).into_iter();
    line.extend(fields.map(|field| match field.shown {
        Shown::Ours => shown(field.entry(row)),
        Shown::Published | Shown::Difference => escaped(&field.beside(row)),
    }));
    let _ = writeln!(out, "{} \\\\", line.join(" & "));
}

fn shown(entry: &Entry) -> String {
    if entry.spread.is_none() {
        return "--".to_owned();
    }
    let mut out = entry.shown_mean();
    if entry.is_bold() {
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
            'Δ' => out.push_str("$\\Delta$"),
            '≥' => out.push_str("$\\geq$"),
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
