//! Which rows of a table can be acted on: the next of them is found in a few steps, however many rows lie between.

/// A set of row numbers, in words of 64; a word of the level above tells which words have any.
#[derive(Debug, Clone, Default)]
pub struct Live {
    levels: Vec<Vec<u64>>,
}

impl Live {
    /// Puts a row in, or takes it out.
    pub fn set(&mut self, row: usize, live: bool) {
        if self.levels.is_empty() {
            self.levels.push(Vec::new());
        }
        let (mut at, mut on) = (row, live);
        for level in 0.. {
            let Some(words) = self.levels.get_mut(level) else { return };
            let word = at / 64;
            if words.len() <= word {
                words.resize(word + 1, 0);
            }
            let Some(bits) = words.get_mut(word) else { return };
            let bit = 1_u64 << (at % 64);
            *bits = if on { *bits | bit } else { *bits & !bit };
            (on, at) = (*bits != 0, word);
            if words.len() == 1 {
                return;
            }
            // a level has come to need one above it
            if self.levels.len() == level + 1 {
                let any = |words: &[u64]| (0..).zip(words).filter(|(_, w)| **w != 0).fold(0, |bits, (n, _)| bits | 1_u64 << n);
                let above = self.levels.last().map(|words| words.chunks(64).map(any).collect());
                self.levels.extend(above);
            }
        }
    }

    /// The first row from one on that is in.
    #[must_use]
    pub fn next(&self, from: usize) -> Option<usize> {
        let mut at = from;
        let mut level = 0;
        // up until a word has one, then down to the first of them
        loop {
            let words = self.levels.get(level)?;
            let bits = words.get(at / 64).copied().unwrap_or(0) & (u64::MAX << (at % 64));
            if bits != 0 {
                at = at / 64 * 64 + usize::try_from(bits.trailing_zeros()).unwrap_or(0);
                break;
            }
            at = at / 64 + 1;
            level += 1;
        }
        while level > 0 {
            level -= 1;
            let bits = self.levels.get(level)?.get(at).copied()?;
            at = at * 64 + usize::try_from(bits.trailing_zeros()).unwrap_or(0);
        }
        Some(at)
    }
}
