//! States as CSV or safetensors.

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use safetensors::tensor::{Dtype, TensorView};

use super::states::States;

/// Writes a header and a line a row: what it stands for, then its numbers.
///
/// # Errors
/// When the writer fails.
pub(super) fn csv(states: &States, writer: impl Write) -> Result<(), csv::Error> {
    let mut csv = csv::Writer::from_writer(writer);
    let named = ["sentence", "word", "piece", "text"].map(str::to_owned);
    let columns = (0..states.width).map(|column| format!("h{column}"));
    csv.write_record(named.into_iter().chain(columns))?;
    let or_empty = |number: Option<usize>| number.map(|n| n.to_string()).unwrap_or_default();
    for (row, values) in states
        .rows
        .iter()
        .zip(states.values.chunks_exact(states.width.max(1)))
    {
        let named = [
            row.sentence.to_string(),
            or_empty(row.word),
            or_empty(row.piece.map(|id| id as usize)),
            row.text.clone(),
        ];
        let values = values.iter().map(f32::to_string);
        csv.write_record(named.into_iter().chain(values))?;
    }
    csv.flush()?;
    Ok(())
}

/// Writes the tensors `states` (rows × width, F32), and `sentence`, `word` and `piece`
/// (one whole number a row, −1 for none).
///
/// # Errors
/// When the file cannot be written.
pub(super) fn safetensors(states: &States, path: &Path) -> Result<(), String> {
    let fail = |error: safetensors::SafeTensorError| format!("{}: {error}", path.display());
    let unwritable = |error: std::io::Error| format!("{}: {error}", path.display());
    let count = states.rows.len();
    let column = |number: &dyn Fn(usize) -> i64| -> Vec<u8> {
        (0..count)
            .flat_map(|row| number(row).to_le_bytes())
            .collect()
    };
    let rows = &states.rows;
    let values: Vec<u8> = states.values.iter().flat_map(|v| v.to_le_bytes()).collect();
    let whole = [
        ("sentence", column(&|row| rows[row].sentence as i64)),
        (
            "word",
            column(&|row| rows[row].word.map_or(-1, |word| word as i64)),
        ),
        (
            "piece",
            column(&|row| rows[row].piece.map_or(-1, i64::from)),
        ),
    ];
    let mut tensors = vec![(
        "states",
        TensorView::new(Dtype::F32, vec![count, states.width], &values).map_err(fail)?,
    )];
    for (name, bytes) in &whole {
        let view = TensorView::new(Dtype::I64, vec![count], bytes).map_err(fail)?;
        tensors.push((*name, view));
    }
    let metadata = HashMap::from([("format".to_owned(), "pt".to_owned())]);
    // The crate's own way to a file leaves it readable to its owner alone.
    let bytes = safetensors::serialize(tensors, Some(metadata)).map_err(fail)?;
    std::fs::write(path, bytes).map_err(unwritable)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::super::states::Row;
    use super::*;

    fn states() -> States {
        let row = |word, piece, text: &str| Row {
            sentence: 0,
            word,
            piece,
            text: text.to_owned(),
        };
        States {
            width: 2,
            rows: vec![row(None, Some(2), "[CLS]"), row(Some(0), Some(9), "a,b")],
            values: vec![0.5, -1.0, 0.1, 3e-9],
        }
    }

    #[test]
    fn csv_says_what_rows_stand_for_and_quotes_what_it_must() {
        let mut text = Vec::new();
        csv(&states(), &mut text).unwrap();
        let lines: Vec<String> = String::from_utf8(text)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect();
        assert_eq!(
            lines,
            [
                "sentence,word,piece,text,h0,h1",
                "0,,2,[CLS],0.5,-1",
                "0,0,9,\"a,b\",0.1,0.000000003"
            ]
        );
    }

    #[test]
    fn safetensors_hold_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("states.safetensors");
        safetensors(&states(), &path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        assert_eq!(file.tensor("states").unwrap().shape(), [2, 2]);
        let word = file.tensor("word").unwrap();
        assert_eq!(word.data()[..8], (-1i64).to_le_bytes());
        assert_eq!(word.data()[8..], 0i64.to_le_bytes());
    }
}
