//! The difference of F1 under many exchanges of documents at once.
//!
//! A byte of coins says which of eight documents are exchanged, and a table for every eight documents holds what each
//! of the 256 bytes adds to the totals of the first system. So a row of coins costs one look-up and one addition for
//! every eight documents. What is looked up is short: F1 needs two numbers of a run, the correct items and the
//! predicted and gold items together, and the numbers of several runs stand side by side in one word, in fields just
//! wide enough for the largest sum there can be. Rows are worked off in batches, a few tables after the other, so that
//! the tables in use stay in the cache. All totals are integers; nothing is rounded before the F1 is taken.

use crate::stats::Counts;

/// Rows of coins that are best worked off together.
pub(super) const BATCH: usize = 256;

/// Documents that share a byte of coins.
pub(super) const BLOCK: usize = 8;

/// Two words, which a processor adds at once.
type Pair = [u64; 2];

/// What each byte of coins adds.
type Table = [Pair; 256];

/// The bits of 2^52 as a double; below it, an integer in the lowest bits is what is added.
const SHIFTED: u64 = 0x4330_0000_0000_0000;

/// Two systems between which documents can be exchanged.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    documents: usize,
    runs: Vec<Run>,
    /// `[pair][block of documents]`
    tables: Vec<Vec<Table>>,
}

/// One run of both systems.
#[derive(Debug, Clone)]
struct Run {
    correct: Field,
    items: Field,
}

/// One number of a run.
#[derive(Debug, Clone)]
struct Field {
    /// What the first system has where the field is 0; a field is never negative.
    base: f64,
    /// What both systems have together, which no exchange changes.
    both: f64,
    word: usize,
    shift: u32,
    mask: u64,
}

impl Exchange {
    /// Takes the counts of both systems, `[run][document]`, equally many runs and documents.
    pub(super) fn new(first: &[Vec<Counts>], second: &[Vec<Counts>]) -> Self {
        let documents = first.first().map_or(0, Vec::len);
        let mut layout = Layout::default();
        let runs = first.iter().zip(second).map(|(first, second)| {
            let side = |of: fn(Counts) -> i64| -> [Vec<i64>; 2] {
                [first, second].map(|run| run.iter().copied().map(of).collect())
            };
            Run {
                correct: layout.add(side(correct)),
                items: layout.add(side(items)),
            }
        });
        let runs = runs.collect();
        Self {
            documents,
            runs,
            tables: layout.words.chunks(2).map(tables).collect(),
        }
    }

    /// How many documents there are.
    pub(super) fn documents(&self) -> usize {
        self.documents
    }

    /// How many bytes of coins a row has; the last may have bits that stand for no document.
    pub(super) fn blocks(&self) -> usize {
        self.documents.div_ceil(BLOCK)
    }

    /// Mean F1 of the first system minus mean F1 of the second under each row of coins: `coins` holds the first byte
    /// of every row, then the second of every row, and so on; `statistics` has a place for each row.
    pub(super) fn statistics(&self, coins: &[u8], statistics: &mut [f64]) {
        let rows = statistics.len();
        let sums: Vec<Vec<Pair>> = self
            .tables
            .iter()
            .map(|tables| sums(tables, coins, rows))
            .collect();
        statistics.fill(0.0);
        for run in &self.runs {
            let (correct, items) = (&run.correct, &run.items);
            let corrects = sums[correct.word / 2].iter().map(|sum| correct.of(sum));
            let all_items = sums[items.word / 2].iter().map(|sum| items.of(sum));
            for ((statistic, own), own_items) in statistics.iter_mut().zip(corrects).zip(all_items)
            {
                // Without items nothing is correct, and any divisor gives an F1 of 0.
                let other = correct.both - own;
                let other_items = (items.both - own_items).max(1.0);
                let own_items = own_items.max(1.0);
                let numerator = own * other_items - other * own_items;
                *statistic += numerator / (own_items * other_items);
            }
        }
        let scale = 2.0 / self.runs.len() as f64;
        for statistic in statistics {
            *statistic *= scale;
        }
    }
}

fn correct(counts: Counts) -> i64 {
    counts.correct as i64
}

fn items(counts: Counts) -> i64 {
    counts.predicted as i64 + counts.gold as i64
}

impl Field {
    /// The number of the first system after an exchange. Totals are below 2^52.
    fn of(&self, sum: &Pair) -> f64 {
        let bits = (sum[self.word % 2] >> self.shift) & self.mask;
        self.base + (f64::from_bits(bits | SHIFTED) - f64::from_bits(SHIFTED))
    }
}

/// The words so far: for each what a document adds to it where it is kept, and where it is exchanged.
#[derive(Default)]
struct Layout {
    words: Vec<Vec<[u64; 2]>>,
    /// Bits of the last word that are taken.
    taken: u32,
}

impl Layout {
    /// Adds a field for a number that documents have in the first system and in the second.
    fn add(&mut self, [first, second]: [Vec<i64>; 2]) -> Field {
        let changes = || first.iter().zip(&second).map(|(own, other)| other - own);
        let largest: u64 = changes().map(i64::unsigned_abs).sum();
        let width = u64::BITS - largest.leading_zeros();
        if self.words.is_empty() || self.taken + width > u64::BITS {
            self.words.push(vec![[0; 2]; first.len()]);
            self.taken = 0;
        }
        let (word, shift) = (self.words.len() - 1, self.taken.min(u64::BITS - 1));
        self.taken += width;
        for (document, change) in self.words[word].iter_mut().zip(changes()) {
            // A document that makes the number smaller adds when it is kept instead.
            document[usize::from(change > 0)] += change.unsigned_abs() << shift;
        }
        let lower: i64 = changes().filter(|change| *change < 0).sum();
        let total = |numbers: &[i64]| numbers.iter().sum::<i64>();
        Field {
            base: (total(&first) + lower) as f64,
            both: (total(&first) + total(&second)) as f64,
            word,
            shift,
            mask: (1_u64.checked_shl(width).unwrap_or(0)).wrapping_sub(1),
        }
    }
}

/// The tables of one or two words.
fn tables(words: &[Vec<[u64; 2]>]) -> Vec<Table> {
    let documents = words.first().map_or(0, Vec::len);
    let at = |document: usize, coin: usize| -> Pair {
        std::array::from_fn(|word| words.get(word).map_or(0, |word| word[document][coin]))
    };
    let table = |block: usize| {
        let documents: Vec<usize> = (block * BLOCK..documents.min((block + 1) * BLOCK)).collect();
        let kept = documents.iter().map(|&document| at(document, 0));
        let mut table = [kept.fold([0; 2], added); 256];
        for byte in 1..table.len() {
            // Each byte is one without its lowest coin, and what that coin changes; bits that stand for no document
            // change nothing.
            table[byte] = table[byte & (byte - 1)];
            if let Some(&document) = documents.get(byte.trailing_zeros() as usize) {
                let (kept, exchanged) = (at(document, 0), at(document, 1));
                let less = kept.map(u64::wrapping_neg);
                table[byte] = added(table[byte], added(exchanged, less));
            }
        }
        table
    };
    (0..documents.div_ceil(BLOCK)).map(table).collect()
}

fn added(one: Pair, other: Pair) -> Pair {
    [one[0].wrapping_add(other[0]), one[1].wrapping_add(other[1])]
}

/// What each of `rows` rows of coins adds.
fn sums(tables: &[Table], coins: &[u8], rows: usize) -> Vec<Pair> {
    let mut sums = vec![[0; 2]; rows];
    let at = |table: &Table, coin: &u8| table[usize::from(*coin)];
    let mut fours = tables.chunks_exact(4);
    let mut coins = coins.chunks_exact(rows);
    // Four tables at once save reading and writing the sums three times.
    for tables in &mut fours {
        let four: [&[u8]; 4] = std::array::from_fn(|_| coins.next().unwrap_or_default());
        let rows = four[0].iter().zip(four[1]).zip(four[2]).zip(four[3]);
        for (sum, (((one, two), three), four)) in sums.iter_mut().zip(rows) {
            let left = added(at(&tables[0], one), at(&tables[1], two));
            let right = added(at(&tables[2], three), at(&tables[3], four));
            *sum = added(*sum, added(left, right));
        }
    }
    for (table, coins) in fours.remainder().iter().zip(coins) {
        for (sum, coin) in sums.iter_mut().zip(coins) {
            *sum = added(*sum, at(table, coin));
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same by its definition: counts taken from the one system or the other, added up, F1 taken.
    fn difference(first: &[Vec<Counts>], second: &[Vec<Counts>], coins: &[bool]) -> f64 {
        let mean = |own: &[Vec<Counts>], other: &[Vec<Counts>]| {
            let f1 = |(own, other): (&Vec<Counts>, &Vec<Counts>)| {
                let documents = own.iter().zip(other).zip(coins);
                let chosen =
                    documents.map(|((own, other), &coin)| if coin { *other } else { *own });
                chosen.sum::<Counts>().f1()
            };
            own.iter().zip(other).map(f1).sum::<f64>() / own.len() as f64
        };
        mean(first, second) - mean(second, first)
    }

    fn counts(largest: u64) -> impl Strategy<Value = Counts> {
        (0..=largest, 0..=largest, 0..=largest)
            .prop_map(|(correct, more, gold)| Counts::new(correct, correct + more, correct + gold))
    }

    fn systems() -> impl Strategy<Value = [Vec<Vec<Counts>>; 2]> {
        // Small counts share a word, and large ones fill one each.
        let largest = prop_oneof![Just(0_u64), Just(3), Just(40), Just(1 << 20), Just(1 << 40)];
        (largest, 1..7_usize, 1..45_usize).prop_flat_map(|(largest, runs, documents)| {
            let run = prop::collection::vec(counts(largest), documents);
            prop::array::uniform2(prop::collection::vec(run, runs))
        })
    }

    proptest! {
        #[test]
        fn exchanging_is_taking_from_the_other(
            [first, second] in systems(),
            tossed in prop::collection::vec(prop::collection::vec(any::<bool>(), 45), 1..6),
        ) {
            let exchange = Exchange::new(&first, &second);
            let rows = tossed.len();
            let mut coins = vec![0_u8; exchange.blocks() * rows];
            for (row, tossed) in tossed.iter().enumerate() {
                for (document, _) in tossed.iter().enumerate().filter(|(_, coin)| **coin) {
                    // The last byte keeps coins of documents that there are not.
                    if let Some(byte) = coins.get_mut(document / BLOCK * rows + row) {
                        *byte |= 1 << (document % BLOCK);
                    }
                }
            }
            let mut found = vec![0.0; rows];
            exchange.statistics(&coins, &mut found);
            for (found, tossed) in found.iter().zip(&tossed) {
                let expected = difference(&first, &second, tossed);
                prop_assert!((found - expected).abs() < 1e-14, "{found} {expected}");
            }
        }
    }
}
