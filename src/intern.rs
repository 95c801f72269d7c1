//! Texts as small numbers, each text once.

use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The number of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sym(pub u32);

impl Sym {
    /// As it is kept among whole numbers.
    #[must_use]
    pub const fn whole(self) -> i64 {
        self.0 as i64
    }

    /// From a whole number.
    #[must_use]
    pub fn from_whole(n: i64) -> Option<Self> {
        u32::try_from(n).ok().map(Self)
    }
}

/// All texts seen so far.
#[derive(Debug, Clone, Default)]
pub struct Interner {
    numbers: FxHashMap<Arc<str>, Sym>,
    texts: Vec<Arc<str>>,
}

impl Interner {
    /// The number of a text.
    pub fn add(&mut self, text: &str) -> Sym {
        if let Some(sym) = self.numbers.get(text) {
            return *sym;
        }
        let sym = Sym(u32::try_from(self.texts.len()).unwrap_or(u32::MAX));
        let text: Arc<str> = Arc::from(text);
        self.texts.push(Arc::clone(&text));
        self.numbers.insert(text, sym);
        sym
    }

    /// The number of a text that has been seen.
    #[must_use]
    pub fn find(&self, text: &str) -> Option<Sym> {
        self.numbers.get(text).copied()
    }

    /// The text of a number.
    #[must_use]
    pub fn get(&self, sym: Sym) -> &str {
        self.texts.get(sym.0 as usize).map_or("", AsRef::as_ref)
    }

    /// The text of a whole number.
    #[must_use]
    pub fn whole(&self, n: i64) -> &str {
        Sym::from_whole(n).map_or("", |s| self.get(s))
    }
}
