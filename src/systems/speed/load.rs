//! How busy other programs keep the machine while something is timed.

use std::fs;

/// Processor time so far, in the system's ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ticks {
    /// Of all processors, busy or idle.
    all: u64,
    /// Of all processors, busy.
    busy: u64,
    /// Of this process.
    own: u64,
}

impl Ticks {
    /// What the system says now; nothing where it does not say.
    pub(super) fn now() -> Option<Self> {
        Self::read(
            &fs::read_to_string("/proc/stat").ok()?,
            &fs::read_to_string("/proc/self/stat").ok()?,
        )
    }

    /// From the texts of `/proc/stat` and `/proc/self/stat`.
    fn read(machine: &str, process: &str) -> Option<Self> {
        let numbers = |text: &str| -> Vec<u64> {
            let fields = text.split_whitespace();
            fields.filter_map(|field| field.parse().ok()).collect()
        };
        // user, nice, system, idle, iowait, irq, softirq, steal; guests are counted under user.
        let machine = numbers(machine.lines().next()?.strip_prefix("cpu ")?);
        let machine = machine.get(..8)?;
        let all: u64 = machine.iter().sum();
        // The name, which may hold blanks, ends with the last parenthesis. State, parent and nine more numbers
        // stand before user and system time.
        let (_, process) = process.rsplit_once(") ")?;
        let mut process = process.split_whitespace().skip(11);
        let mut next = || process.next()?.parse::<u64>().ok();
        Some(Self {
            all,
            busy: all - machine[3] - machine[4],
            own: next()? + next()?,
        })
    }

    /// The part of all processor time since `before` that went to other programs, from 0 to 1.
    pub(super) fn others_since(self, before: Self) -> Option<f64> {
        let all = self.all.checked_sub(before.all).filter(|all| *all > 0)?;
        let busy = self.busy.checked_sub(before.busy)?;
        let own = self.own.checked_sub(before.own)?;
        Some(busy.saturating_sub(own) as f64 / all as f64)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn process(user: u64, system: u64) -> String {
        format!("7 (a (b) c) R 1 2 3 4 5 6 7 8 9 10 {user} {system} 0 0 20 0 1 0 99")
    }

    #[test]
    fn what_others_take_is_what_is_busy_and_not_ours() {
        let before =
            Ticks::read("cpu  100 0 50 800 50 0 0 0 9 9\ncpu0 1", &process(40, 10)).unwrap();
        assert_eq!((before.all, before.busy, before.own), (1000, 150, 50));
        let after =
            Ticks::read("cpu  180 0 60 880 70 0 0 10 9 9\ncpu0 1", &process(100, 20)).unwrap();
        // Of 200 ticks 100 were busy, 70 of them ours.
        assert!((after.others_since(before).unwrap() - 0.15).abs() < 1e-12);
        assert_eq!(before.others_since(after), None);
        assert_eq!(after.others_since(after), None);
    }

    #[test]
    fn a_system_that_says_nothing_is_no_fault() {
        assert_eq!(Ticks::read("", &process(1, 1)), None);
        assert_eq!(Ticks::read("cpu  1 2 3", &process(1, 1)), None);
        assert_eq!(Ticks::read("cpu  1 2 3 4 5 6 7 8", "7 (a) R 1"), None);
    }
}
