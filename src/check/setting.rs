//! What holds for the whole file: each setting once, and nothing left out.

use super::Problem;
use super::declare::Checker;
use super::load::LoadedItem;
use crate::source::Span;
use crate::syntax::ast::{Ident, ItemKind, Setting};

impl Checker<'_> {
    /// The settings.
    pub(super) fn settings(&mut self, items: &[LoadedItem]) {
        let start = Span { file: self.loaded.main, start: 0, end: 0 };
        let mut seen: Vec<std::mem::Discriminant<Setting>> = Vec::new();
        let own = items.iter().find_map(|i| match &i.item.kind {
            ItemKind::Setting(Setting::Currency(c)) if !i.imported => Some(c.name.as_str()),
            _ => None,
        });
        let mut stated = Vec::new();
        for LoadedItem { item, imported, .. } in items {
            let ItemKind::Setting(setting) = &item.kind else { continue };
            if let Some(what) = once(setting) {
                if stated.contains(&(what, item.span.file)) {
                    let (what, help) = (format!("this file states its {what} twice"), "keep one of them".to_owned());
                    self.problems.push(Problem::BadSetting { at: item.span, what, help });
                    continue;
                }
                stated.push((what, item.span.file));
            }
            match setting {
                Setting::Terms(t) | Setting::Variant(t, _) if !imported => self.terms.title = t.plain(),
                Setting::Library(t) if !imported => {
                    self.terms.title = t.plain();
                    self.terms.library = true;
                }
                Setting::Edition(n) if *n != rust_decimal::Decimal::ONE => {
                    let what = format!("there is no edition {n} of the language");
                    let help = "this is edition 1".to_owned();
                    self.problems.push(Problem::BadSetting { at: item.span, what, help });
                }
                Setting::Document(t) => self.terms.document = Some(t.plain()),
                // the file's own currency comes last
                Setting::Currency(c) => {
                    if let Some(own) = own.filter(|own| *imported && *own != c.name) {
                        let what = format!("this library is written for {}, and the terms are in {own}", c.name);
                        let help = "let it name no currency, and write `money`, `money/share`, `0 money`".to_owned();
                        self.problems.push(Problem::BadSetting { at: item.span, what, help });
                    }
                    self.terms.currency.clone_from(&c.name);
                }
                Setting::Zone(z) => {
                    self.zone(z);
                    self.terms.zone.clone_from(&z.name);
                }
                Setting::Close(t) => {
                    use chrono::Timelike;
                    self.terms.close = i64::from(t.hour() * 60 + t.minute());
                }
                Setting::Terms(_)
                | Setting::Library(_)
                | Setting::Variant(..)
                | Setting::Edition(_)
                | Setting::MonthEnd
                | Setting::TradingDays(_)
                | Setting::Import(..) => {}
            }
            seen.push(std::mem::discriminant(setting));
        }
        let span = Span::default();
        let missing = |probe: &Setting| !seen.contains(&std::mem::discriminant(probe));
        let lost: Vec<&str> = self.loaded.lost.iter().map(|l| l.opener.as_str()).collect();
        let torn = self.loaded.torn;
        let mut need = |absent: bool, what, example: &'static str| {
            // a line that does not read is told of already, and so is a base that cannot be read
            let first = example.split(' ').next().unwrap_or(example);
            let told = lost.contains(&first) || (first == "terms" && lost.iter().any(|l| matches!(*l, "library" | "variant")));
            if absent && !told && !torn {
                self.problems.push(Problem::MissingSetting { at: start, what, example });
            }
        };
        need(self.terms.title.is_empty(), "what the file is", "terms \"Warrant W-1\"");
        need(missing(&Setting::Edition(rust_decimal::Decimal::ONE)), "the edition of the language", "edition 1");
        if !self.terms.library {
            let word = || Ident { name: String::new(), span };
            need(missing(&Setting::Currency(word())), "the currency", "currency USD");
            need(missing(&Setting::Zone(word())), "the time zone", "time zone America/New_York");
            let noon = chrono::NaiveTime::MIN;
            need(missing(&Setting::Close(noon)), "the close of business", "close of business 17:00");
        }
        let written = self.loaded.lost.iter().filter(|l| l.opener == "currency").find_map(|l| l.code.clone());
        if let (true, Some(code)) = (self.terms.currency.is_empty(), written) {
            self.terms.currency = code;
        }
        if self.terms.currency.is_empty() {
            self.terms.currency = "USD".into();
        }
    }

    /// A time zone is one of the tz database.
    fn zone(&mut self, z: &Ident) {
        if z.name.parse::<chrono_tz::Tz>().is_ok() {
            return;
        }
        let names = || chrono_tz::TZ_VARIANTS.iter().map(|t| t.name());
        let plain = |name: &str| name.to_lowercase().replace(['_', '-', ' '], "");
        let wanted = plain(z.name.rsplit('/').next().unwrap_or(&z.name));
        // the city alone, or in another part of the world
        let city = names().find(|n| n.contains('/') && plain(n.rsplit('/').next().unwrap_or(n)) == wanted);
        let spoken = ZONES.iter().find(|(name, _)| *name == wanted).map(|(_, zone)| *zone);
        let help = match spoken.or(city).map(str::to_owned).or_else(|| super::name::nearest(&z.name, names())) {
            Some(n) => format!("did you mean `{n}`?"),
            None => "write its name in the tz database, such as `America/New_York`".to_owned(),
        };
        self.problems.push(Problem::BadSetting { at: z.span, what: format!("there is no time zone `{}`", z.name), help });
    }
}

/// Zones as they are spoken of in the United States.
const ZONES: [(&str, &str); 12] = [
    ("eastern", "America/New_York"),
    ("easterntime", "America/New_York"),
    ("et", "America/New_York"),
    ("edt", "America/New_York"),
    ("central", "America/Chicago"),
    ("centraltime", "America/Chicago"),
    ("ct", "America/Chicago"),
    ("mountain", "America/Denver"),
    ("mountaintime", "America/Denver"),
    ("pacific", "America/Los_Angeles"),
    ("pacifictime", "America/Los_Angeles"),
    ("pt", "America/Los_Angeles"),
];

/// What a file states once, where a setting is of that sort.
const fn once(setting: &Setting) -> Option<&'static str> {
    match setting {
        Setting::Edition(_) => Some("edition"),
        Setting::Document(_) => Some("source"),
        Setting::Currency(_) => Some("currency"),
        Setting::Zone(_) => Some("time zone"),
        Setting::Close(_) => Some("close of business"),
        _ => None,
    }
}
