//! What a draft declares: types, events, states, definitions and all else that formulas may name.

use super::dice::Dice;

/// A type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ty {
    /// Powers of money, shares and days.
    Qty(i8, i8, i8),
    Ratio,
    Date,
    Moment,
    Months,
    TradingDays,
    YesNo,
    Text,
    /// One of the words of a list of words.
    Word(usize),
    /// An entry of one of several kinds.
    Entry(Vec<usize>),
    /// Plain values.
    List(Box<Ty>),
    /// Lines of a shape of the draft.
    Lines(usize),
}

pub(super) const NUMBER: Ty = Ty::Qty(0, 0, 0);
pub(super) const MONEY: Ty = Ty::Qty(1, 0, 0);
pub(super) const SHARES: Ty = Ty::Qty(0, 1, 0);
pub(super) const PRICE: Ty = Ty::Qty(1, -1, 0);
pub(super) const DAYS: Ty = Ty::Qty(0, 0, 1);

impl Ty {
    /// The dimension of a number.
    pub(super) fn dim(&self) -> Option<(i8, i8, i8)> {
        match self {
            Self::Qty(m, s, d) => Some((*m, *s, *d)),
            Self::Ratio => Some((0, 0, 0)),
            _ => None,
        }
    }

    /// Whether values of it have an order.
    pub(super) fn ordered(&self) -> bool {
        self.dim().is_some() || matches!(self, Self::Date | Self::Moment | Self::Months | Self::TradingDays)
    }

    /// Whether a value of it may stand where another type is wanted.
    pub(super) fn fits(&self, wanted: &Self) -> bool {
        match (self, wanted) {
            (Self::Entry(a), Self::Entry(b)) => a.iter().all(|k| b.contains(k)),
            (a, b) if a.dim().is_some() => a.dim() == b.dim(),
            (a, b) => a == b,
        }
    }
}

/// A field of an event, a line or an effect.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub name: String,
    pub ty: Ty,
    pub optional: bool,
    /// What it is where it is left out, as the terms write it.
    pub default: Option<String>,
    /// The kind whose key it is, where the event is to make an entry.
    pub makes: Option<usize>,
    pub any: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Event,
    Observation,
    Deemed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    No,
    Bare,
    Id,
    /// By its first field.
    Key,
}

/// An event, an observation or a deemed event.
#[derive(Debug, Clone)]
pub(super) struct Kind {
    pub name: String,
    pub sort: Sort,
    pub kept: Kept,
    pub fields: Vec<Field>,
    pub at_close: bool,
}

impl Kind {
    pub(super) fn kept(&self) -> bool {
        self.kept != Kept::No
    }
}

/// A state.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub name: String,
    pub of: Option<usize>,
    pub ty: Ty,
    pub postponed: bool,
    /// Whether it may be unknown.
    pub unknown: bool,
}

/// A definition.
#[derive(Debug, Clone)]
pub(super) struct Def {
    pub name: String,
    pub of: Option<usize>,
    pub params: Vec<(String, Ty)>,
    pub ty: Ty,
    /// The last of the states it reads.
    pub reads: usize,
    /// The last of the states it reads `after`, one more than its number.
    pub after: usize,
    /// Whether it may be unknown.
    pub unknown: bool,
    /// Whether it asks how an obligation stands.
    pub standing: bool,
}

/// A table.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub name: String,
    pub params: Vec<Ty>,
    pub ty: Ty,
}

/// An obligation and the kind of entry it is about.
#[derive(Debug, Clone)]
pub(super) struct Duty {
    pub name: String,
    pub about: Option<usize>,
}

/// All that is declared.
#[derive(Debug, Clone, Default)]
pub(super) struct World {
    pub words: Vec<Vec<String>>,
    pub kinds: Vec<Kind>,
    pub shapes: Vec<Vec<Field>>,
    pub states: Vec<State>,
    pub defs: Vec<Def>,
    pub effects: Vec<(String, Vec<Field>)>,
    pub tables: Vec<Table>,
    pub readings: Vec<(String, Vec<String>)>,
    pub duties: Vec<Duty>,
    /// Constants that occur in formulas: a type and the value as a record has it.
    pub constants: Vec<(Ty, String)>,
    /// How many names have been given.
    names: usize,
}

impl World {
    /// A name nothing else has.
    pub(super) fn name(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}_{}", self.names)
    }

    /// A type as the terms write it.
    pub(super) fn written(&self, ty: &Ty) -> String {
        match ty {
            Ty::Qty(0, 0, 0) => "number".to_owned(),
            Ty::Qty(1, 0, 0) => "USD".to_owned(),
            Ty::Qty(0, 1, 0) => "shares".to_owned(),
            Ty::Qty(0, 0, 1) => "days".to_owned(),
            Ty::Qty(1, -1, 0) => "USD/share".to_owned(),
            Ty::Qty(0, 1, -1) => "shares/day".to_owned(),
            Ty::Qty(..) => "number".to_owned(),
            Ty::Ratio => "ratio".to_owned(),
            Ty::Date => "date".to_owned(),
            Ty::Moment => "moment".to_owned(),
            Ty::Months => "months".to_owned(),
            Ty::TradingDays => "trading days".to_owned(),
            Ty::YesNo => "yes/no".to_owned(),
            Ty::Text => "text".to_owned(),
            Ty::Word(n) => self.words[*n].join(" | "),
            Ty::Entry(kinds) => kinds.iter().map(|k| self.kinds[*k].name.as_str()).collect::<Vec<_>>().join(" or "),
            Ty::List(of) => format!("list of {}", self.written(of)),
            Ty::Lines(n) => {
                let fields: Vec<String> = self.shapes[*n].iter().map(|f| self.field(f)).collect();
                format!("list of {{ {} }}", fields.join(", "))
            }
        }
    }

    /// A field as the terms write it.
    pub(super) fn field(&self, f: &Field) -> String {
        let ty = match f.makes {
            Some(kind) => format!("new {}", self.kinds[kind].name),
            None if f.any => format!("any {}", self.written(&f.ty)),
            None => self.written(&f.ty),
        };
        let default = f.default.as_ref().map_or(String::new(), |d| format!(" = {d}"));
        format!("{} : {ty}{}{default}", f.name, if f.optional { " optional" } else { "" })
    }

    /// Kinds that are kept.
    pub(super) fn kept(&self) -> Vec<usize> {
        (0..self.kinds.len()).filter(|k| self.kinds[*k].kept()).collect()
    }

    /// Kinds of a sort.
    pub(super) fn of_sort(&self, sort: Sort) -> Vec<usize> {
        (0..self.kinds.len()).filter(|k| self.kinds[*k].sort == sort).collect()
    }

    /// A number of ordinary size, as text.
    pub(super) fn figure(dice: &mut Dice) -> String {
        const PLAIN: [&str; 24] = [
            "1", "1", "2", "2", "3", "4", "5", "7", "10", "12", "41", "97", "100", "1000", "0.5", "0.25", "0.05", "0.01", "1.5",
            "2.4", "99.5", "0.333", "0", "33.335",
        ];
        const ODD: [&str; 8] =
            ["1000000", "40000000", "0.000001", "0.0000000001", "123456789.123456789", "7.0000000000000000001", "0.1", "1e3"];
        let of: &[&str] = if dice.chance(94) { &PLAIN } else { &ODD[..7] };
        dice.pick(of).to_owned()
    }

    /// A day of the time in which things happen, as text.
    pub(super) fn day(dice: &mut Dice) -> String {
        const DAYS: [&str; 16] = [
            "2006-01-02",
            "2006-01-03",
            "2006-01-04",
            "2006-01-05",
            "2006-01-06",
            "2006-01-07",
            "2006-01-09",
            "2006-01-10",
            "2006-01-13",
            "2006-01-20",
            "2006-01-31",
            "2006-02-01",
            "2006-02-14",
            "2006-02-28",
            "2006-03-31",
            "2007-01-02",
        ];
        dice.pick(&DAYS).to_owned()
    }

    /// An hour, as text.
    pub(super) fn hour(dice: &mut Dice) -> String {
        dice.pick(&["09:30", "10:00", "12:15", "16:59", "17:00", "17:01", "00:00", "23:59"]).to_owned()
    }
}
