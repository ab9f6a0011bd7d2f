//! How numbers, names and lists are put into words, the same in every format.

/// A mark for the test over seeds.
pub(crate) const DAGGER: &str = "†";
/// A mark for the test over seeds at the stricter level.
pub(crate) const DOUBLE_DAGGER: &str = "‡";
/// A mark for the test over seeds without correction.
pub(crate) const STAR: &str = "*";
/// A mark for the test over documents.
pub(crate) const CIRCLE: &str = "°";
/// Stands where there is no value.
pub(crate) const NOTHING: &str = "–";

/// A percentage with two decimals.
pub(crate) fn percent(value: f64) -> String {
    format!("{value:.2}")
}

/// A difference in percentage points with its sign.
pub(crate) fn signed(value: f64) -> String {
    with_sign(value, 2)
}

/// A difference with its sign, with so many digits after the point.
pub(crate) fn with_sign(value: f64, digits: usize) -> String {
    let text = format!("{:.digits$}", value.abs());
    if text.chars().all(|sign| matches!(sign, '0' | '.')) {
        text
    } else if value < 0.0 {
        format!("−{text}")
    } else {
        format!("+{text}")
    }
}

/// A probability with two significant digits.
pub(crate) fn probability(p: f64) -> String {
    if p >= 0.0995 {
        return format!("{p:.2}");
    }
    if p < 0.0001 {
        return "< 0.0001".to_owned();
    }
    let decimals = (-p.log10().floor()) as usize + 1;
    let text = format!("{p:.decimals$}");
    text.trim_end_matches('0').to_owned()
}

/// A p-value in a sentence: `p = 0.03`, `p < 0.0001`.
pub(crate) fn p_value(p: f64) -> String {
    let shown = probability(p);
    if shown.starts_with('<') {
        format!("p {shown}")
    } else {
        format!("p = {shown}")
    }
}

/// `1 run`, `3 runs`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

/// The short name of an axis: its last part, or the part before it where the last says little.
pub(crate) fn short_key(key: &str) -> &str {
    let Some((sections, last)) = key.rsplit_once('.') else {
        return key;
    };
    if !matches!(last, "name" | "kind") {
        return last;
    }
    // The corpus that something began with must not read like the corpus itself.
    let parts: Vec<&str> = sections.rsplitn(3, '.').collect();
    match parts.as_slice() {
        [section, above, _] => &sections[sections.len() - section.len() - above.len() - 1..],
        [section, ..] => section,
        [] => sections,
    }
}

/// Axis values joined for a reader.
pub(crate) fn joined(values: &[(String, String)]) -> String {
    let values: Vec<&str> = values.iter().map(|(_, value)| value.as_str()).collect();
    values.join(" / ")
}

/// Axis keys and values, `approach = a4, corpus = scierc`, without axes that a cell leaves unset.
pub(crate) fn described(values: &[(String, String)]) -> String {
    let parts: Vec<String> = values
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| format!("{} = {value}", short_key(key)))
        .collect();
    parts.join(", ")
}

/// Breaks text into lines of at most `width` characters; continued lines are indented by `indent`.
pub(crate) fn wrapped(text: &str, width: usize, indent: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let length = line.chars().count();
        if length > indent && length + 1 + word.chars().count() > width {
            lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
        }
        if line.chars().any(|character| character != ' ') {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_keep_two_digits() {
        let shown = [
            1.0,
            0.1,
            0.0996,
            0.05,
            2.0 / 70.0,
            2.0 / 252.0,
            1.0 / 10001.0,
            1e-6,
        ]
        .map(probability);
        assert_eq!(
            shown,
            [
                "1.00", "0.10", "0.10", "0.05", "0.029", "0.0079", "< 0.0001", "< 0.0001"
            ]
        );
    }

    #[test]
    fn differences_have_a_sign_unless_they_vanish() {
        assert_eq!(
            [1.204, -0.3, -0.001].map(signed),
            ["+1.20", "−0.30", "0.00"]
        );
    }

    #[test]
    fn short_keys_stay_telling() {
        assert_eq!(
            [
                "system.approach",
                "corpus.name",
                "seed",
                "iter.pretrain.corpus.name"
            ]
            .map(short_key),
            ["approach", "corpus", "seed", "pretrain.corpus"]
        );
    }

    #[test]
    fn wrapping_keeps_every_word_and_the_width() {
        let lines = wrapped("one two three four five", 11, 2);
        assert_eq!(lines, ["one two", "  three", "  four five"]);
    }
}
