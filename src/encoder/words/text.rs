//! Word vectors from text: a line per word, the word and then its numbers, separated
//! by single spaces.
//!
//! Words may contain spaces (GloVe 840B has some), so the last fields of a line are
//! the numbers, as many as the header says or else as the first line has. The file is
//! read in blocks of whole lines whose lines are parsed in parallel; only one block
//! and the vectors themselves are ever in memory.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use rayon::prelude::*;

use super::vectors::WordVectors;
use crate::encoder::error::EncoderError;

/// Bytes that are read before their lines are parsed together.
const BLOCK: usize = 1 << 24;

/// A line's word and vector.
type Entry<'a> = (&'a str, Vec<f32>);

/// Adds the file's vectors, or those of `wanted` words only.
pub(super) fn read(
    path: &Path,
    wanted: Option<&HashSet<String>>,
    into: &mut WordVectors,
) -> Result<(), EncoderError> {
    let fail = |reason: String| EncoderError::unreadable(path, reason);
    let file = File::open(path).map_err(|error| fail(error.to_string()))?;
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let mut block = Block::default();
    let mut read = |block: &mut Block, bytes| {
        block
            .fill(&mut reader, bytes)
            .map_err(|error| fail(error.to_string()))
    };
    read(&mut block, 1)?;
    let header = block.lines().next().and_then(header);
    let mut line = 1;
    if header.is_some() {
        block.clear();
        line = 2;
    }
    let mut dimension = header.map(|(_, dimension)| dimension);
    let mut words = 0;
    loop {
        read(&mut block, BLOCK)?;
        let lines: Vec<&[u8]> = block.lines().collect();
        let Some(first) = lines.first() else {
            break;
        };
        let width = *dimension.get_or_insert_with(|| fields(first).saturating_sub(1));
        if width == 0 {
            return Err(fail(format!(
                "line {line}: expected a word and numbers, separated by single spaces"
            )));
        }
        into.set_dimension(width);
        let entries: Vec<Result<Option<Entry>, String>> = lines
            .par_iter()
            .with_min_len(64)
            .map(|line| parse(line, width, wanted))
            .collect();
        for (offset, entry) in entries.into_iter().enumerate() {
            let entry =
                entry.map_err(|reason| fail(format!("line {}: {reason}", line + offset)))?;
            if let Some((word, vector)) = entry {
                into.insert(word, &vector);
            }
        }
        line += lines.len();
        words += lines.len();
        block.clear();
    }
    match header {
        Some((promised, _)) if promised != words => Err(fail(format!(
            "the header promises {promised} words and {words} follow; the file may be cut short"
        ))),
        _ => Ok(()),
    }
}

/// The header of word2vec's text format: how many words of how many numbers.
fn header(line: &[u8]) -> Option<(usize, usize)> {
    let (words, dimension) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    Some((words.parse().ok()?, dimension.parse().ok()?))
}

/// Some whole lines of a file.
#[derive(Default)]
struct Block {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Block {
    /// Takes lines until there are so many bytes or the file ends.
    fn fill(&mut self, reader: &mut impl BufRead, bytes: usize) -> std::io::Result<()> {
        while self.bytes.len() < bytes && reader.read_until(b'\n', &mut self.bytes)? > 0 {
            self.ends.push(self.bytes.len());
        }
        Ok(())
    }

    /// The lines without their ends.
    fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, end)| trim(&self.bytes[start..*end]))
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }
}

/// Some writers end lines in a space, or as Windows does.
fn trim(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.strip_suffix(b" ").unwrap_or(line)
}

fn fields(line: &[u8]) -> usize {
    line.split(|byte| *byte == b' ').count()
}

/// A line's word and numbers, or nothing where the word is not wanted.
fn parse<'a>(
    line: &'a [u8],
    dimension: usize,
    wanted: Option<&HashSet<String>>,
) -> Result<Option<Entry<'a>>, String> {
    let cut = line
        .iter()
        .enumerate()
        .rev()
        .filter(|(_, byte)| **byte == b' ')
        .nth(dimension - 1)
        .map(|(at, _)| at)
        .ok_or_else(|| {
            format!(
                "expected a word and {dimension} numbers, found {} fields",
                fields(line)
            )
        })?;
    let word = std::str::from_utf8(&line[..cut]);
    if wanted.is_some_and(|wanted| word.is_ok_and(|word| !wanted.contains(word))) {
        return Ok(None);
    }
    let word = word.map_err(|_| "the word is not UTF-8; convert the file".to_owned())?;
    if word.is_empty() || word.starts_with(' ') || word.ends_with(' ') {
        return Err("the word must be followed by one space and not be empty".to_owned());
    }
    let mut vector = Vec::with_capacity(dimension);
    let mut rest = &line[cut + 1..];
    while vector.len() < dimension {
        let (value, length) = number(rest).ok_or_else(|| {
            let field = rest.split(|byte| *byte == b' ').next().unwrap_or(rest);
            format!(
                "`{}` after the word `{word}` is not a finite number",
                String::from_utf8_lossy(field)
            )
        })?;
        vector.push(value);
        rest = rest.get(length + 1..).unwrap_or_default();
    }
    Ok(Some((word, vector)))
}

/// Powers of ten that f32 holds exactly.
const POWERS: [f32; 11] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10];

/// The finite number up to the next space, and its length in bytes.
///
/// A plain decimal whose digits and power of ten are both exact in f32 is one exact
/// operation (Clinger 1990, "How to read floating point numbers accurately"). Files
/// hold hardly any others, and these go the general way.
fn number(text: &[u8]) -> Option<(f32, usize)> {
    let negative = text.first() == Some(&b'-');
    let (mut digits, mut value) = (0usize, 0u32);
    let mut point = None;
    let mut plain = true;
    let mut length = usize::from(negative);
    while let Some(byte) = text.get(length).filter(|byte| **byte != b' ') {
        match byte {
            b'0'..=b'9' if value < 1_000_000 => {
                value = 10 * value + u32::from(byte - b'0');
                digits += 1;
            }
            b'.' if point.is_none() => point = Some(digits),
            _ => plain = false,
        }
        length += 1;
    }
    let decimals = point.map_or(0, |point| digits - point);
    if plain && digits > 0 && decimals < POWERS.len() {
        let magnitude = value as f32 / POWERS[decimals];
        return Some((if negative { -magnitude } else { magnitude }, length));
    }
    let general = std::str::from_utf8(&text[..length]).ok()?;
    let value = general.parse::<f32>().ok()?;
    value.is_finite().then_some((value, length))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fmt::Write;

    use super::super::lookup::Lookup;
    use super::*;
    use proptest::prelude::*;

    fn open(content: impl AsRef<[u8]>) -> Result<WordVectors, EncoderError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(&file, content).unwrap();
        WordVectors::open(file.path(), Lookup::Exact)
    }

    fn problem(content: impl AsRef<[u8]>) -> String {
        open(content).unwrap_err().to_string()
    }

    #[test]
    fn words_may_contain_spaces_and_the_first_of_two_stays() {
        let vectors = open("a 1 -2e-1\n. . . 3 4\r\na 5 6\nb 7 8 ").unwrap();
        assert_eq!((vectors.len(), vectors.dimension()), (3, 2));
        assert_eq!(vectors.find("a"), Some([1.0, -0.2].as_slice()));
        assert_eq!(vectors.find(". . ."), Some([3.0, 4.0].as_slice()));
        assert_eq!(vectors.find("b"), Some([7.0, 8.0].as_slice()));
    }

    #[test]
    fn a_header_is_recognised_and_held_to() {
        let vectors = open("2 3\n. . 1 2 3\nb 4 5 6\n").unwrap();
        assert_eq!((vectors.len(), vectors.dimension()), (2, 3));
        assert!(vectors.find("2").is_none());
        let text = problem("3 3\n. . 1 2 3\nb 4 5 6\n");
        assert!(text.contains("promises 3 words and 2 follow"), "{text}");
    }

    #[test]
    fn a_malformed_line_is_named() {
        for (content, expected) in [
            (
                "a 1 2\nb 3\n",
                "line 2: expected a word and 2 numbers, found 2 fields",
            ),
            ("2 2\na 1 2\nb 3\n", "line 3: expected a word and 2 numbers"),
            (
                "a 1 2\nb x 4\n",
                "line 2: `x` after the word `b` is not a finite",
            ),
            ("a 1 nan\n", "line 1: `nan`"),
            ("a 1 2\nb 1e39 4\n", "line 2: `1e39`"),
            ("a 1 2\n\nb 3 4\n", "line 2: expected"),
            (
                "a 1 2\nb  3 4\n",
                "line 2: the word must be followed by one space",
            ),
            (
                "a 1 2\n 3 4\n",
                "line 2: the word must be followed by one space",
            ),
            ("word\n", "line 1: expected a word and numbers"),
            ("", "holds no word vectors"),
        ] {
            let text = problem(content);
            assert!(text.contains(expected), "{content:?}: {text}");
        }
        let text = problem(b"a 1 2\n\xff 3 4\n");
        assert!(text.contains("line 2: the word is not UTF-8"), "{text}");
    }

    #[test]
    fn lines_across_blocks_are_whole() {
        let zeros = " 0000000000000000".repeat(60);
        let lines = BLOCK / 1000;
        let mut content = String::new();
        for number in 0..lines {
            writeln!(content, "w{number} {number}{zeros}").unwrap();
        }
        assert!(content.len() > BLOCK);
        let vectors = open(&content).unwrap();
        assert_eq!((vectors.len(), vectors.dimension()), (lines, 61));
        for number in 0..lines {
            let found = vectors.find(&format!("w{number}")).unwrap();
            assert_eq!(found[..2], [number as f32, 0.0]);
        }
        content.push_str("last\n");
        let text = problem(&content);
        assert!(text.contains(&format!("line {}: ", lines + 1)), "{text}");
    }

    proptest! {
        #[test]
        fn numbers_are_those_of_the_general_way(
            text in "-?[0-9]{0,9}(\\.[0-9]{0,12})?(e-?[0-9]{1,2})?",
        ) {
            let line = format!("{text} 1");
            let expected = text.parse::<f32>().ok().filter(|number| number.is_finite());
            let found = number(line.as_bytes());
            prop_assert_eq!(
                found.map(|(number, _)| number.to_bits()),
                expected.map(f32::to_bits)
            );
            prop_assert!(found.is_none_or(|(_, length)| length == text.len()));
        }

        #[test]
        fn what_is_written_is_read(
            words in prop::collection::btree_set("[a-zé,\u{a0}]{1,4}( [a-z.]{1,2})?", 1..20),
            numbers in prop::collection::vec(prop::num::f32::NORMAL, 60),
        ) {
            let mut content = format!("{} 3\n", words.len());
            for (word, row) in words.iter().zip(numbers.chunks(3)) {
                writeln!(content, "{word} {} {:e} {}", row[0], row[1], row[2]).unwrap();
            }
            let vectors = open(&content).unwrap();
            for (word, row) in words.iter().zip(numbers.chunks(3)) {
                prop_assert_eq!(vectors.find(word), Some(row));
            }
        }
    }
}
