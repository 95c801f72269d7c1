//! What there is: names and types of all that is declared, before any formula.

use super::maker::Maker;
use super::world::{DAYS, Duty, Field, Kept, Kind, MONEY, NUMBER, PRICE, SHARES, Sort, State, Table, Ty};

impl Maker {
    /// Decides what is declared.
    pub(super) fn plan(&mut self) {
        self.words();
        self.kinds();
        self.states();
        self.effects();
        self.tables();
        let kept: Vec<usize> = (0..self.world.kinds.len())
            .filter(|k| self.world.kinds[*k].kept() && self.world.kinds[*k].sort == Sort::Event)
            .collect();
        for n in 0..self.dice.between(1, 2) {
            let name = self.world.name("duty");
            let about = if n == 0 || self.dice.chance(50) { self.dice.one(&kept) } else { None };
            self.world.duties.push(Duty { name, about });
        }
    }

    fn words(&mut self) {
        self.world.words = vec![vec!["red".into(), "green".into(), "blue".into()], vec!["north".into(), "south".into()]];
        for n in 0..self.dice.between(1, 2) {
            let name = self.world.name("reading");
            let all = if n == 0 { vec!["wide", "narrow"] } else { vec!["early", "middle", "late_one"] };
            self.world.readings.push((name, all.into_iter().map(str::to_owned).collect()));
        }
    }

    /// A type of a field.
    fn field_type(&mut self) -> Ty {
        match self.dice.below(26) {
            0..4 => NUMBER,
            4..7 => SHARES,
            7..11 => PRICE,
            11 | 12 => MONEY,
            13 => DAYS,
            14 => Ty::Ratio,
            15 | 16 => Ty::Date,
            17 => Ty::Moment,
            18 => Ty::Months,
            19 => Ty::TradingDays,
            20 => Ty::YesNo,
            21 => Ty::Text,
            22 | 23 => Ty::Word(self.dice.below(2)),
            24 => Ty::List(Box::new(if self.dice.chance(50) { Ty::Text } else { PRICE })),
            _ if !self.world.shapes.is_empty() => Ty::Lines(self.dice.below(self.world.shapes.len())),
            _ => NUMBER,
        }
    }

    const fn stem(ty: &Ty) -> &'static str {
        match ty {
            Ty::Qty(0, 0, 0) => "number",
            Ty::Qty(1, 0, 0) => "amount",
            Ty::Qty(0, 1, 0) => "size",
            Ty::Qty(1, -1, 0) => "price",
            Ty::Qty(0, 0, 1) => "span",
            Ty::Qty(..) => "rate",
            Ty::Ratio => "split",
            Ty::Date => "day",
            Ty::Moment => "hour",
            Ty::Months => "term",
            Ty::TradingDays => "sessions",
            Ty::YesNo => "flag",
            Ty::Text => "note",
            Ty::Word(_) => "colour",
            Ty::Entry(_) => "of",
            Ty::List(_) | Ty::Lines(_) => "parts",
        }
    }

    fn plain_field(&mut self, ty: Ty) -> Field {
        let name = self.world.name(Self::stem(&ty));
        let optional = self.dice.chance(22);
        let default = match &ty {
            Ty::Qty(0, 0, 0) if !optional && self.dice.chance(25) => Some("2".to_owned()),
            Ty::Qty(1, -1, 0) if !optional && self.dice.chance(15) => Some("$1.5/share".to_owned()),
            Ty::Word(n) if !optional && self.dice.chance(30) => self.world.words[*n].first().cloned(),
            _ => None,
        };
        Field { name, ty, optional, default, makes: None, any: false }
    }

    fn fields(&mut self, least: usize, most: usize) -> Vec<Field> {
        (0..self.dice.between(least, most))
            .map(|_| {
                let ty = self.field_type();
                self.plain_field(ty)
            })
            .collect()
    }

    /// A field that names an entry.
    fn entry_field(&mut self, kinds: Vec<usize>) -> Field {
        let any = kinds.len() == 1 && self.dice.chance(15);
        let optional = self.dice.chance(15);
        Field { name: self.world.name("of"), ty: Ty::Entry(kinds), optional, default: None, makes: None, any }
    }

    fn kind(&mut self, stem: &str, sort: Sort, kept: Kept, fields: Vec<Field>) -> usize {
        let name = self.world.name(stem);
        let at_close = sort == Sort::Event && self.dice.chance(20);
        self.world.kinds.push(Kind { name, sort, kept, fields, at_close });
        self.world.kinds.len() - 1
    }

    fn kinds(&mut self) {
        for _ in 0..self.dice.between(1, 2) {
            let shape = vec![self.plain_field(SHARES), self.plain_field(PRICE), self.plain_field(Ty::Text)];
            let shape = shape.into_iter().map(|f| Field { default: None, ..f }).collect();
            self.world.shapes.push(shape);
        }
        let key = Field { optional: false, ..self.plain_field(Ty::Text) };
        let mut fields = vec![key, self.plain_field(SHARES)];
        fields.extend(self.fields(0, 2));
        let bond = self.kind("bond", Sort::Event, Kept::Key, fields);
        let mut kept = vec![bond];
        if self.dice.chance(75) {
            let mut fields = self.fields(1, 3);
            if self.dice.chance(80) {
                fields.insert(0, self.entry_field(vec![bond]));
            }
            kept.push(self.kind("lot", Sort::Event, Kept::Id, fields));
        }
        if self.dice.chance(40) {
            let fields = self.fields(1, 3);
            self.kind("memo", Sort::Event, Kept::Bare, fields);
        }
        for n in 0..self.dice.between(1, 3) {
            let mut fields = self.fields(1, 3);
            match self.dice.below(10) {
                0..5 => {
                    let kind = kept[self.dice.below(kept.len())];
                    fields.push(self.entry_field(vec![kind]));
                }
                5 | 6 if kept.len() > 1 => fields.push(self.entry_field(kept.clone())),
                _ => {}
            }
            if n == 0 && self.dice.chance(45) {
                let name = self.world.name("fresh");
                fields.push(Field { name, ty: Ty::Text, optional: false, default: None, makes: Some(bond), any: false });
            }
            self.kind("act", Sort::Event, Kept::No, fields);
        }
        let mut fields = vec![Field { optional: false, default: None, ..self.plain_field(PRICE) }];
        fields.extend(self.fields(0, 2));
        self.kind("quote", Sort::Observation, Kept::No, fields);
        if self.dice.chance(35) {
            let fields = self.fields(1, 2);
            self.kind("piece", Sort::Deemed, Kept::Bare, fields);
        }
        for _ in 0..self.dice.between(1, 2) {
            let kind = kept[self.dice.below(kept.len())];
            let mut fields = self.fields(1, 2);
            fields.push(self.entry_field(vec![kind]));
            self.kind("step", Sort::Deemed, Kept::No, fields);
        }
    }

    fn states(&mut self) {
        let kept = self.world.kept();
        for n in 0..self.dice.between(3, 7) {
            let of = if n == 0 || (n > 1 && self.dice.chance(40)) { None } else { self.dice.one(&kept) };
            let ty = match (n, self.dice.below(20)) {
                (0, _) => [NUMBER, SHARES, MONEY][self.dice.below(3)].clone(),
                (1, _) => PRICE,
                (_, 0..2) => Ty::Ratio,
                (_, 2..4) => SHARES,
                (_, 4..6) => PRICE,
                (_, 6 | 7) => Ty::Date,
                (_, 8) => Ty::Moment,
                (_, 9) => Ty::Months,
                (_, 10) => Ty::TradingDays,
                (_, 11 | 12) => Ty::YesNo,
                (_, 13 | 14) => Ty::Word(self.dice.below(2)),
                (_, 15) => Ty::Text,
                (_, 16 | 17) => Ty::Entry(vec![kept[self.dice.below(kept.len())]]),
                (_, 18) => MONEY,
                _ => NUMBER,
            };
            let unknown = matches!(ty, Ty::Entry(_)) || self.dice.chance(20);
            let name = self.world.name(&format!("{}_now", Self::stem(&ty)));
            self.world.states.push(State { name, of, ty, postponed: false, unknown });
        }
        // what waits: numbers
        let numbers: Vec<usize> = (0..self.world.states.len()).filter(|s| self.world.states[*s].ty.dim().is_some()).collect();
        for s in numbers {
            if self.dice.chance(45) {
                self.world.states[s].postponed = true;
            }
        }
    }

    fn effects(&mut self) {
        for _ in 0..self.dice.between(1, 2) {
            let name = self.world.name("payments");
            let mut fields = vec![Field { optional: false, default: None, ..self.plain_field(MONEY) }];
            let more = self.fields(0, 2);
            fields.extend(more.into_iter().map(|f| Field { default: None, ..f }));
            if self.dice.chance(30) {
                let kept = self.world.kept();
                let kind = kept[self.dice.below(kept.len())];
                fields.push(Field { optional: true, any: false, ..self.entry_field(vec![kind]) });
            }
            self.world.effects.push((name, fields));
        }
    }

    fn tables(&mut self) {
        let name = self.world.name("factor");
        let first = [NUMBER, PRICE, SHARES][self.dice.below(3)].clone();
        let params = if self.dice.chance(50) { vec![first] } else { vec![first, NUMBER] };
        let ty = if self.dice.chance(70) { NUMBER } else { PRICE };
        self.world.tables.push(Table { name, params, ty });
    }
}
