//! The checked form: what terms mean, with every name resolved to a number and every dimension settled.
//! Only [`crate::check`] makes one.

mod after;
mod clause;
mod decl;
mod expr;
mod layout;
mod slots;
mod types;
mod walk;

pub use after::{Knot, Unit, any_after, order};
pub use clause::within;
pub use decl::*;
pub use expr::*;
pub use layout::{Layout, Lines, Place, Spot};
pub use slots::{Formulas, Slot, Visit};
pub use types::*;
pub use walk::{children, walk};

use crate::source::{Sources, Span};
use crate::syntax::ast;

/// A number in one of the tables of [`Terms`].
macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// As an index.
            #[must_use]
            pub const fn at(self) -> usize {
                self.0 as usize
            }
        }

        impl From<usize> for $name {
            fn from(at: usize) -> Self {
                Self(u32::try_from(at).unwrap_or(u32::MAX))
            }
        }
    )*};
}

ids! {
    /// An event, observation or deemed event.
    KindId,
    /// A field of an event or of a line of a list.
    FieldId,
    /// A state.
    StateId,
    /// A definition.
    DefId,
    /// A reading.
    ReadingId,
    /// A rule.
    RuleId,
    /// An effect.
    EffectId,
    /// A table.
    TableId,
    /// A calendar.
    CalendarId,
    /// An obligation.
    ObligationId,
    /// A covenant.
    CovenantId,
    /// A word of an alternative.
    WordId,
    /// A shape of the lines of a list.
    ShapeId,
    /// A clause, or several together.
    ClauseId,
    /// A variable of a rule or a definition.
    VarId,
}

/// Checked terms.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// The title.
    pub title: String,
    /// Whether the file is a library, which runs only inside terms.
    pub library: bool,
    /// The agreement they encode.
    pub document: Option<String>,
    /// The currency of all money.
    pub currency: String,
    /// The time zone of all hours.
    pub zone: String,
    /// Close of business, in minutes of the day.
    pub close: i64,
    /// The definition that tells trading days.
    pub trading_day: Option<DefId>,
    /// The files they were read from.
    pub sources: Sources,
    /// Clauses cited, by [`ClauseId`].
    pub clauses: Vec<Clause>,
    /// Words of alternatives, by [`WordId`].
    pub words: Vec<String>,
    /// Shapes of lists, by [`ShapeId`].
    pub shapes: Vec<Shape>,
    /// Events, observations and deemed events, by [`KindId`].
    pub kinds: Vec<Kind>,
    /// Effects, by [`EffectId`].
    pub effects: Vec<Effect>,
    /// States, by [`StateId`].
    pub states: Vec<State>,
    /// Definitions, by [`DefId`].
    pub defs: Vec<Def>,
    /// Tables, by [`TableId`].
    pub tables: Vec<Table>,
    /// Calendars, by [`CalendarId`].
    pub calendars: Vec<Calendar>,
    /// Readings, by [`ReadingId`].
    pub readings: Vec<Reading>,
    /// Rules, by [`RuleId`].
    pub rules: Vec<Rule>,
    /// Obligations, by [`ObligationId`].
    pub obligations: Vec<Obligation>,
    /// Covenants, by [`CovenantId`].
    pub covenants: Vec<Covenant>,
    /// What counts as an adjustment.
    pub adjustments: Vec<Adjustments>,
    /// What the result shows.
    pub reports: Vec<Report>,
    /// Clauses no number can check.
    pub not_computable: Vec<Remark>,
    /// Defects of the agreement.
    pub defects: Vec<Remark>,
    /// Examples, as written: they are run, not compiled.
    pub examples: Vec<Example>,
    /// All blocks after imports and variants, as written.
    pub items: Vec<ast::Item>,
}

/// A clause that a declaration comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Clause {
    /// As results cite it: `4(d)(i)`.
    pub cite: String,
    /// All clauses cited with it.
    pub all: Vec<String>,
}

/// A clause with a text.
#[derive(Debug, Clone)]
pub struct Remark {
    /// The clause.
    pub clause: Option<ClauseId>,
    /// What is said of it.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A record of an example: when, which event, its fields.
pub type ExampleStep = (ast::When, String, Vec<(ast::Ident, ast::StepValue)>);

/// An example of a file.
#[derive(Debug, Clone)]
pub struct Example {
    /// Its title.
    pub title: String,
    /// The clauses it is about.
    pub clause: Option<ClauseId>,
    /// The readings it chooses.
    pub given: Vec<Choice>,
    /// Its records, as written.
    pub steps: Vec<ExampleStep>,
    /// What must be, after so many records.
    pub expected: Vec<Expected>,
    /// Where.
    pub span: Span,
}

/// What an example expects.
#[derive(Debug, Clone)]
pub struct Expected {
    /// After so many records.
    pub after: usize,
    /// What.
    pub what: Expectation,
    /// Where.
    pub span: Span,
}

/// What must be.
#[derive(Debug, Clone)]
pub enum Expectation {
    /// The last record is refused, citing a clause.
    Refused(Option<String>),
    /// The last record is not refused.
    Accepted,
    /// The run stops at the last record, saying this.
    Stopped(Option<String>),
    /// A condition holds; where it compares, both sides.
    Holds(Body<Expr>, Vec<Body<Expr>>),
}

impl Terms {
    /// A kind.
    #[must_use]
    pub fn kind(&self, id: KindId) -> Option<&Kind> {
        self.kinds.get(id.at())
    }

    /// A kind by its name.
    #[must_use]
    pub fn kind_named(&self, name: &str) -> Option<KindId> {
        self.kinds.iter().position(|k| k.name == name).map(KindId::from)
    }

    /// The words of a clause, empty for none.
    #[must_use]
    pub fn cite(&self, clause: Option<ClauseId>) -> &str {
        clause.and_then(|c| self.clauses.get(c.at())).map_or("", |c| c.cite.as_str())
    }

    /// A clause with its sign, where there is one: `§4(d)`.
    #[must_use]
    pub fn cited(&self, clause: Option<ClauseId>) -> String {
        match self.cite(clause) {
            "" => String::new(),
            cite => format!("§{cite}"),
        }
    }

    /// The number of a clause, without the heading that a citation may add to it: `8` for `8 "Trading Day"`.
    #[must_use]
    pub fn section(&self, clause: Option<ClauseId>) -> &str {
        let cite = self.cite(clause);
        cite.split_once(" \"").map_or(cite, |(section, _)| section)
    }

    /// Whether a change of a state under a clause counts as an adjustment.
    #[must_use]
    pub fn is_adjustment(&self, state: StateId, clause: Option<ClauseId>) -> bool {
        let cite = self.cite(clause);
        self.adjustments.iter().any(|a| a.states.contains(&state) && a.under.iter().any(|u| within(cite, u)))
    }

    /// A word of an alternative.
    #[must_use]
    pub fn word(&self, id: WordId) -> &str {
        self.words.get(id.at()).map_or("", String::as_str)
    }
}
