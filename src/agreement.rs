//! An agreement read from plain text: its clauses, the words it defines, and the clauses it refers to.

mod mark;
mod outline;
mod page;
mod phrase;
mod refer;

pub use phrase::Undefined;
pub use refer::Wrong;

/// An agreement.
#[derive(Debug, Clone, Default)]
pub struct Agreement {
    /// Its clauses, in order.
    pub clauses: Vec<Clause>,
    /// What stands before the first of them.
    pub face: String,
}

/// A clause.
#[derive(Debug, Clone, Default)]
pub struct Clause {
    /// As it is cited: `4(d)(i)`, `8 "Trading Day"`.
    pub number: String,
    /// Its heading, or the term it defines.
    pub heading: String,
    /// The line it begins on, from 1.
    pub line: usize,
    /// The clause it is part of.
    pub parent: Option<usize>,
    /// Whether it is an item of a sentence of that clause rather than a provision of its own.
    pub item: bool,
    /// Whether it defines a term.
    pub defines: bool,
    /// Its own paragraphs, without those of the clauses in it.
    pub paragraphs: Vec<String>,
}

impl Agreement {
    /// Reads an agreement.
    #[must_use]
    pub fn read(text: &str) -> Self {
        outline::outline(&page::paragraphs(text))
    }

    /// A clause by its number.
    #[must_use]
    pub fn find(&self, number: &str) -> Option<usize> {
        self.clauses.iter().position(|c| c.number == number)
    }

    /// The clauses directly in one.
    pub fn parts(&self, of: usize) -> impl Iterator<Item = (usize, &Clause)> {
        self.clauses.iter().enumerate().filter(move |(_, c)| c.parent == Some(of))
    }

    /// Terms that are used and never defined.
    #[must_use]
    pub fn undefined(&self) -> Vec<Undefined> {
        phrase::undefined(self)
    }

    /// References to clauses that do not exist, and clauses that call themselves by another's number.
    #[must_use]
    pub fn wrong_references(&self) -> Vec<Wrong> {
        refer::wrong(self)
    }
}
