//! Columns of text under each other.

/// Blanks before a column.
const GAP: usize = 2;

/// The lines of a table whose first column stands to the left and whose others to the right. A label that leaves no
/// room for the values within `width` columns has a line of its own.
pub(in crate::cli) fn lines(rows: &[(String, Vec<String>)], width: usize) -> Vec<String> {
    let columns = rows.iter().map(|(_, values)| values.len()).max();
    let length = |text: &str| text.chars().count();
    let widths: Vec<usize> = (0..columns.unwrap_or(0))
        .map(|column| {
            let values = rows.iter().filter_map(|(_, values)| values.get(column));
            values.map(|value| length(value)).max().unwrap_or(0)
        })
        .collect();
    let taken: usize = widths.iter().map(|width| width + GAP).sum();
    let room = width.saturating_sub(taken);
    let labels = rows.iter().map(|(label, _)| length(label));
    let short = labels.filter(|length| *length <= room).max().unwrap_or(0);
    let mut lines = Vec::new();
    for (label, values) in rows {
        let mut line = label.clone();
        if length(label) > short && !values.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        line.extend(std::iter::repeat_n(' ', short - length(&line).min(short)));
        for (value, width) in values.iter().zip(&widths) {
            let blanks = GAP + width - length(value);
            line.extend(std::iter::repeat_n(' ', blanks));
            line.push_str(value);
        }
        lines.push(line.trim_end().to_owned());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_label_has_a_line_of_its_own() {
        let rows = [
            (String::new(), vec!["P".to_owned(), "gold".to_owned()]),
            ("Ent".to_owned(), vec!["61.00".to_owned(), "7".to_owned()]),
            (
                "  a very long type".to_owned(),
                vec!["8.00".to_owned(), "3".to_owned()],
            ),
        ];
        insta::assert_snapshot!(lines(&rows, 20).join("\n"), @r"
                 P  gold
        Ent  61.00     7
          a very long type
              8.00     3
        ");
        assert_eq!(lines(&rows, 80).len(), 3);
    }
}
