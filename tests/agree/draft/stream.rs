//! A random stream for a draft: entries, acts on them, values at and beside the constants of the terms.

use super::maker::Maker;
use super::world::{Field, Kept, Sort, Ty, World};

/// The days on which most things happen: together, at weekends, at the ends of months.
const DAYS: [&str; 30] = [
    "2006-01-02",
    "2006-01-02",
    "2006-01-03",
    "2006-01-03",
    "2006-01-04",
    "2006-01-05",
    "2006-01-06",
    "2006-01-07",
    "2006-01-08",
    "2006-01-09",
    "2006-01-09",
    "2006-01-10",
    "2006-01-10",
    "2006-01-11",
    "2006-01-12",
    "2006-01-13",
    "2006-01-16",
    "2006-01-19",
    "2006-01-20",
    "2006-01-23",
    "2006-01-30",
    "2006-01-31",
    "2006-02-01",
    "2006-02-14",
    "2006-02-28",
    "2006-03-01",
    "2006-03-31",
    "2006-04-03",
    "2006-12-29",
    "2007-01-02",
];

impl Maker {
    /// The records, one JSON object each.
    pub(super) fn stream(&mut self) -> Vec<String> {
        let count = self.dice.between(6, 24);
        let mut days: Vec<usize> = (0..count).map(|_| self.dice.below(DAYS.len())).collect();
        days.sort_unstable();
        let entries: Vec<usize> = self.of_stream(true);
        let others: Vec<usize> = self.of_stream(false);
        let mut made = vec![0_usize; self.world.kinds.len()];
        let mut out = Vec::new();
        for (n, day) in days.into_iter().enumerate() {
            // entries come first, so that there is something to speak of
            let entry = n < 2 || (n < 6 && self.dice.chance(60)) || others.is_empty() || self.dice.chance(12);
            let from = if entry { &entries } else { &others };
            let kind = if n < 2 { entries[0] } else { from[self.dice.below(from.len())] };
            let date = DAYS[if n == 0 { day.min(1) } else { day }];
            out.push(self.one(kind, date, &mut made));
        }
        out
    }

    fn of_stream(&self, kept: bool) -> Vec<usize> {
        let kinds = self.world.kinds.iter().enumerate();
        kinds.filter(|(_, k)| k.sort != Sort::Deemed && k.kept() == kept).map(|(n, _)| n).collect()
    }

    fn one(&mut self, kind: usize, date: &str, made: &mut [usize]) -> String {
        let k = self.world.kinds[kind].clone();
        // an entry that is to be named comes first
        let missing = k.fields.iter().filter(|f| !f.optional).find_map(|f| match &f.ty {
            Ty::Entry(kinds) if kinds.iter().all(|k| made[*k] == 0) => kinds.first().copied(),
            _ => None,
        });
        if let Some(missing) = missing.filter(|_| self.dice.chance(97)) {
            return self.one(missing, date, made);
        }
        let mut pairs = vec![format!("\"date\":\"{date}\"")];
        if self.dice.chance(45) {
            let time = World::hour(&mut self.dice);
            pairs.push(format!("\"time\":\"{time}\""));
        }
        pairs.push(format!("\"event\":\"{}\"", k.name));
        if self.dice.chance(5) {
            let later = DAYS[self.dice.below(DAYS.len())].max(date).to_owned();
            pairs.push(format!("\"recorded\":\"{later}\""));
        }
        made[kind] += 1;
        let own = self.fresh_key(kind, made[kind]);
        if k.kept == Kept::Id || self.dice.chance(8) {
            pairs.push(format!("\"id\":\"{own}\""));
        }
        for (n, f) in k.fields.iter().enumerate() {
            if n == 0 && k.kept == Kept::Key {
                pairs.push(format!("\"{}\":\"{own}\"", f.name));
                continue;
            }
            if (f.optional || f.default.is_some()) && self.dice.chance(45) {
                continue;
            }
            if let Some(makes) = f.makes {
                made[makes] += 1;
                let key = self.fresh_key(makes, made[makes]);
                pairs.push(format!("\"{}\":\"{key}\"", f.name));
                continue;
            }
            let value = self.given_value(f, made);
            pairs.push(format!("\"{}\":{value}", f.name));
        }
        format!("{{{}}}", pairs.join(","))
    }

    /// A key that is mostly not taken.
    fn fresh_key(&mut self, kind: usize, nth: usize) -> String {
        let stem: String = self.world.kinds[kind].name.chars().take(1).flat_map(char::to_uppercase).collect();
        let n = if self.dice.chance(96) { nth } else { nth.saturating_sub(1).max(1) };
        format!("{stem}{n}")
    }

    fn given_value(&mut self, f: &Field, made: &[usize]) -> String {
        match &f.ty {
            Ty::Entry(kinds) => {
                let there: Vec<usize> = kinds.iter().copied().filter(|k| made[*k] > 0).collect();
                let kind = self.dice.one(&there).unwrap_or(kinds[0]);
                let stem: String = self.world.kinds[kind].name.chars().take(1).flat_map(char::to_uppercase).collect();
                let most = made[kind].max(1);
                // mostly one of the first, so that much happens to it
                let first = if self.dice.chance(60) { most.min(2) } else { most };
                let n = if self.dice.chance(96) { self.dice.between(1, first) } else { most + 1 };
                format!("\"{stem}{n}\"")
            }
            Ty::Lines(shape) => {
                let fields = self.world.shapes[*shape].clone();
                let lines: Vec<String> = (0..self.dice.between(0, 3))
                    .map(|_| {
                        let mut pairs = Vec::new();
                        for g in &fields {
                            if !g.optional || self.dice.chance(60) {
                                pairs.push(format!("\"{}\":{}", g.name, self.plain(&g.ty)));
                            }
                        }
                        format!("{{{}}}", pairs.join(","))
                    })
                    .collect();
                format!("[{}]", lines.join(","))
            }
            Ty::List(of) => {
                let of = (**of).clone();
                let items: Vec<String> = (0..self.dice.between(0, 4)).map(|_| self.plain(&of)).collect();
                format!("[{}]", items.join(","))
            }
            ty => self.plain(&ty.clone()),
        }
    }

    /// A plain value: at or beside a constant of the terms, or of ordinary size.
    fn plain(&mut self, ty: &Ty) -> String {
        match ty {
            Ty::Qty(..) | Ty::Ratio => self.figure_near(ty),
            Ty::Date => {
                let near: Vec<String> =
                    self.world.constants.iter().filter(|(t, _)| *t == Ty::Date).map(|(_, v)| v.clone()).collect();
                match self.dice.one(&near) {
                    Some(day) if self.dice.chance(50) => format!("\"{day}\""),
                    _ => format!("\"{}\"", DAYS[self.dice.below(DAYS.len())]),
                }
            }
            Ty::Moment => {
                let day = DAYS[self.dice.below(DAYS.len())];
                format!("\"{day}T{}\"", World::hour(&mut self.dice))
            }
            Ty::Months => self.dice.between(0, 13).to_string(),
            Ty::TradingDays => self.dice.between(0, 6).to_string(),
            Ty::YesNo => self.dice.pick(&["true", "false"]).to_owned(),
            Ty::Text => format!("\"{}\"", self.dice.pick(&["alpha", "beta", "gamma", "B1", "L2", "é — “x”"])),
            Ty::Word(n) => {
                let words = self.world.words[*n].clone();
                format!("\"{}\"", self.dice.one(&words).unwrap_or_default())
            }
            Ty::Entry(_) | Ty::List(_) | Ty::Lines(_) => "null".to_owned(),
        }
    }

    fn figure_near(&mut self, ty: &Ty) -> String {
        let near: Vec<String> =
            self.world.constants.iter().filter(|(t, _)| t.dim() == ty.dim()).map(|(_, v)| v.clone()).collect();
        let n = match self.dice.one(&near) {
            Some(n) if self.dice.chance(50) => n,
            _ => World::figure(&mut self.dice),
        };
        match self.dice.below(20) {
            0 => format!("-{}", n.trim_start_matches('-')),
            1 if n.contains('.') => format!("{n}0001"),
            1 => format!("{n}.0000001"),
            2 => "0".to_owned(),
            _ => n,
        }
    }
}
