//! How sizes and counts are put into words.

/// Bytes with a decimal unit: `91.6 MB`.
pub(super) fn bytes(count: u64) -> String {
    if count < 1000 {
        return format!("{count} B");
    }
    format!("{}B", scaled(count))
}

/// A large count with a decimal unit: `22.7 M`.
pub(super) fn count(count: u64) -> String {
    if count < 1000 {
        return count.to_string();
    }
    scaled(count)
}

/// Three significant digits, or four before the unit changes.
fn scaled(count: u64) -> String {
    let mut value = count as f64;
    let mut unit = "";
    for larger in ["k", "M", "G", "T"] {
        if value < 999.5 {
            break;
        }
        value /= 1000.0;
        unit = larger;
    }
    let decimals = usize::from(value < 99.95);
    format!("{value:.decimals$} {unit}")
}

/// A commit by its first digits, as git shows it.
pub(super) fn short(commit: &str) -> &str {
    commit.get(..8).unwrap_or(commit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_keep_three_digits() {
        let shown = [
            0,
            999,
            1000,
            90_868_376,
            999_960,
            282_751_080,
            1_340_000_000,
        ]
        .map(bytes);
        assert_eq!(
            shown,
            [
                "0 B", "999 B", "1.0 kB", "90.9 MB", "1.0 MB", "283 MB", "1.3 GB"
            ]
        );
        assert_eq!([12, 22_713_216].map(count), ["12", "22.7 M"]);
    }
}
