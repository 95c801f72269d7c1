//! What a person says who knows the language, where a word of contracts or of other languages stands in its place.

mod name;
mod phrase;
mod statement;

use super::day::{clock_meant, date_advice, dates_meant};
use super::parser::Rule;
use super::token::{Token, tokens};
use std::ops::Range;

/// What stands in the wrong place, and what to write.
pub(super) struct Advice {
    /// The place, in bytes of the block.
    pub at: Range<usize>,
    /// What to do.
    pub help: String,
    /// Whether it is a word of the language where a name is needed.
    pub reserved: bool,
}

impl Advice {
    fn new(at: Range<usize>, help: impl Into<String>) -> Self {
        Self { at, help: help.into(), reserved: false }
    }
}

/// Words of the language that are often meant as a field of the event.
const NOUNS: [&str; 12] =
    ["shares", "share", "state", "table", "count", "sum", "list", "record", "reading", "months", "years", "days"];

/// The tokens of a block, seen from the one that cannot stand where it does.
struct View<'t> {
    text: &'t str,
    all: Vec<Token<'t>>,
    here: usize,
    expected: &'t [Rule],
}

/// Advice on what stands at a place.
pub(super) fn advice(text: &str, at: usize, expected: &[Rule]) -> Option<Advice> {
    let all = tokens(text);
    let here = all.iter().position(|t| t.end() > at).unwrap_or(all.len());
    let view = View { text, all, here, expected };
    name::reserved(&view)
        .or_else(|| view.zone())
        .or_else(|| view.date())
        .or_else(|| view.number())
        .or_else(|| view.clause())
        .or_else(|| view.margin())
        .or_else(|| view.capital())
        .or_else(|| view.rounding())
        .or_else(|| view.otherwise())
        .or_else(|| view.question())
        .or_else(|| view.becomes())
        .or_else(|| view.let_())
        .or_else(|| view.heads())
        .or_else(|| phrase::found(&view))
        .or_else(|| name::figures(&view))
        .or_else(|| name::kept(&view))
        .or_else(|| name::many_words(&view))
        .or_else(|| name::signs(&view))
        .or_else(|| view.sign())
}

impl<'t> View<'t> {
    /// The token so many after the wrong one, or before it.
    fn token(&self, by: isize) -> Option<Token<'t>> {
        self.here.checked_add_signed(by).and_then(|at| self.all.get(at)).copied()
    }

    fn word(&self, by: isize) -> &'t str {
        self.token(by).map_or("", |t| t.text)
    }

    /// From one token to another, as bytes of the block.
    fn range(&self, from: isize, to: isize) -> Range<usize> {
        let start = self.token(from).map_or(self.text.len(), |t| t.start);
        start..self.token(to).map_or(self.text.len(), |t| t.end()).max(start)
    }

    fn slice(&self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or("")
    }

    fn expects(&self, of: Rule) -> bool {
        self.expected.contains(&of)
    }

    /// The last token before the wrong one that is one of some, and which.
    fn last(&self, of: &[&str]) -> Option<&'t str> {
        self.all.get(..self.here.min(self.all.len()))?.iter().rev().map(|t| t.text).find(|t| of.contains(t))
    }

    /// Whether a condition is being read.
    fn in_condition(&self) -> bool {
        let opens = ["when", "unless", "require", "where", "while", "check", "once", "expect"];
        let ends = ["{", "}", "becomes", "let", "deem", "record", "else", "rule", "define", "state", "with"];
        self.last(&[&opens[..], &ends[..]].concat()).is_some_and(|w| opens.contains(&w))
    }

    /// Whether a value is needed.
    fn wants_value(&self) -> bool {
        [Rule::expr, Rule::value, Rule::operand, Rule::negation, Rule::literal].iter().any(|r| self.expects(*r))
    }

    /// A date as it is written elsewhere.
    fn date(&self) -> Option<Advice> {
        let ahead = -isize::from(self.word(0) == "the");
        for len in [6, 5, 4, 3, 2, 1] {
            for back in ahead..=len {
                let (from, to) = (-back, len - 1 - back);
                if to < -1 || self.token(from).is_none() || self.token(to).is_none() {
                    continue;
                }
                let range = self.range(from, to);
                let text = self.slice(range.clone());
                let whole = |t: Option<Token<'_>>| t.is_some_and(|t| t.text.starts_with(char::is_alphanumeric));
                let bounded = whole(self.token(from)) && whole(self.token(to));
                let right = text.len() == 10 && text.bytes().filter(|b| *b == b'-').count() == 2;
                if bounded && !right && text.len() < 40 && !text.contains(['"', '\n']) && !dates_meant(text).is_empty() {
                    return Some(Advice::new(range, date_advice(text)));
                }
            }
        }
        None
    }

    /// `Section 4(d)`, `§ 4 (d)`.
    fn clause(&self) -> Option<Advice> {
        let word = self.word(0).to_lowercase();
        if self.word(-1) == "business" && self.last(&["close"]).is_some() {
            let rest = self.text.get(self.token(0)?.start..)?.lines().next()?.trim_end();
            let time = rest.trim_start_matches("at ").trim_start();
            if let Some(hour) = clock_meant(time).or_else(|| time.get(..5).and_then(clock_meant)) {
                let start = self.token(0)?.start;
                return Some(Advice::new(start..start + rest.len(), format!("write `close of business {hour}`")));
            }
        }
        let named = matches!(word.as_str(), "section" | "sections" | "sec" | "clause" | "article" | "art" | "para" | "paragraph");
        let skip = isize::from(self.word(1) == ".");
        if named && self.word(1 + skip).starts_with(|c: char| c.is_ascii_alphanumeric()) {
            let rest = self.text.get(self.token(1 + skip)?.start..)?;
            let line = rest.lines().next()?;
            let end = line.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '.' | '(' | ')')).unwrap_or(line.len());
            let number = line.get(..end)?;
            let start = self.token(0)?.start;
            let help = format!("a clause is written with `§`: §{number}");
            return Some(Advice::new(start..self.token(1 + skip)?.start + end, help));
        }
        let head = self.slice(0..self.token(0)?.start);
        let citing = head.trim_start().starts_with('§') && !head.contains(['{', ':']);
        let line = head.rsplit('\n').next().unwrap_or("").trim();
        if self.here == 0 && self.word(0).starts_with(|c: char| c.is_ascii_digit()) && self.word(1) == "(" {
            let at = self.range(0, 3);
            return Some(Advice::new(at.clone(), format!("a clause is written with `§`: §{}", self.slice(at))));
        }
        let declares = line.split_whitespace().any(|w| super::blocks::OPENERS.contains(&w));
        if citing && line.starts_with('§') && !declares {
            let help = match self.word(0) {
                "and" | "or" | "&" | ";" => "clauses are parted by commas: `§4(d), §5`",
                "." => "leave out the point",
                "¶" => "the paragraph stands before the heading: `§4(d) ¶2 \"…\"`",
                _ => "",
            };
            if !help.is_empty() {
                return Some(Advice::new(self.range(0, 0), help));
            }
        }
        if self.word(0) == "§" && self.word(1) == "§" {
            return Some(Advice::new(self.range(0, 1), "write each clause with its own `§`: `§4(d), §5`"));
        }
        let label = self.word(0) == "(" && self.word(2) == ")";
        let section = self.slice(0..self.token(0)?.start).rsplit('\n').next().unwrap_or("").trim();
        let number = section.trim_start_matches('§').trim();
        (label && section.starts_with('§') && !number.contains(' ')).then(|| {
            let at = self.range(0, 2);
            let help = format!("write the clause without a space in it: §{number}{}", self.slice(at.clone()));
            Advice::new(at, help)
        })
    }

    /// A clause or a declaration that does not begin at the margin.
    fn margin(&self) -> Option<Advice> {
        let token = self.token(0)?;
        let opens = token.text == "§" || (super::blocks::OPENERS.contains(&token.text) && self.word(1) != ":");
        (token.indented && opens && (self.expects(Rule::EOI) || token.text == "§")).then(|| {
            let what = if token.text == "§" { "a clause" } else { "a declaration" };
            Advice::new(self.range(0, 0), format!("{what} begins at the margin: take away the space before it"))
        })
    }

    /// `time zone New York`
    fn zone(&self) -> Option<Advice> {
        let zone = (self.word(-1) == "zone" && self.word(-2) == "time") || (self.word(-2) == "zone" && self.word(-3) == "time");
        let written = self.word(0).starts_with(|c: char| c.is_alphabetic() || matches!(c, '"' | '“'));
        (zone && written && self.here <= 3).then(|| {
            let from = if self.word(-1) == "zone" { 0 } else { -1 };
            let last = self.all.len().saturating_sub(self.here + 1);
            let to = isize::try_from(last).unwrap_or(0);
            let help = "write its name in the tz database, without a space or quotation marks: `America/New_York`";
            Advice::new(self.range(from, to), help)
        })
    }

    /// `Rule`, `Require`.
    fn capital(&self) -> Option<Advice> {
        [0, -1].into_iter().find_map(|by| {
            let word = self.word(by);
            let small = word.to_lowercase();
            let known = name::is_reserved(&small) || super::blocks::OPENERS.contains(&small.as_str());
            (small != word && known && self.token(by)?.is_word())
                .then(|| Advice::new(self.range(by, by), format!("words of the language are written small: `{small}`")))
        })
    }

    fn rounding(&self) -> Option<Advice> {
        let whole = [-2, -1, 0, 1, 2].into_iter().find(|by| {
            let word = self.word(*by);
            matches!(word, "whole" | "full") && self.word(*by + 1).starts_with("share")
        });
        let tie = "half-way: `half away from zero` (0.5 becomes 1) or `half to even` (0.5 becomes 0, and 1.5 becomes 2)";
        let before = |n: isize| self.word(-n);
        if before(1) == "," && matches!(self.word(0), "rounded" | "when" | "unless" | "pro") {
            return Some(Advice::new(self.range(-1, -1), format!("leave out the comma before `{}`", self.word(0))));
        }
        if matches!(self.word(0), "cent" | "cents" | "dollar") && before(1) == "nearest" {
            let unit = if self.word(0) == "dollar" { "$1/share" } else { "$0.01/share" };
            let help = format!("write the unit as a value, such as `{unit}`, and what happens {tie}");
            return Some(Advice::new(self.range(0, 0), help));
        }
        if before(1) == "to" && matches!(self.word(1), "decimals" | "decimal" | "places" | "digits") {
            let help = format!("write the unit: `rounded to the nearest 0.01 …`, and what happens {tie}");
            return Some(Advice::new(self.range(0, 1), help));
        }
        if let Some(by) = whole {
            let at = self.range(by, by + 1);
            let nearest = self.word(by - 1) == "nearest" && !matches!(self.word(by - 4), "down" | "up");
            let help = if nearest {
                format!("write `to the nearest 1 share`, and what happens {tie}")
            } else {
                let up = self.last(&["up", "down"]) == Some("up");
                format!("write `rounded {} to 1 share`", if up { "up" } else { "down" })
            };
            return Some(Advice::new(at, help));
        }
        if self.expects(Rule::kw_half) && self.last(&["nearest", "becomes", "=", "{"]) == Some("nearest") {
            return Some(Advice::new(self.range(0, 0), format!("say what happens {tie}")));
        }
        if matches!(before(2), "down" | "up") && before(1) == "to" {
            let help = format!("write `rounded {} to 1 share`, without `the nearest`", before(2));
            return Some(Advice::new(self.range(0, 0), help));
        }
        if matches!(before(1), "down" | "up") && matches!(before(2), "rounded" | "round" | "{") && self.word(0) != "to" {
            let help = format!("say to what: `rounded {} to 1 share`, or to `0.01 shares`", before(1));
            return Some(Advice::new(self.range(0, 0), help));
        }
        (before(1) == "to" && before(2) == "rounded" && self.word(0) != "the").then(|| {
            let help = "say how: `rounded down to …`, `rounded up to …` or `rounded to the nearest … half away from zero`";
            Advice::new(self.range(0, 0), help)
        })
    }

    /// Figures as they are written elsewhere.
    fn number(&self) -> Option<Advice> {
        let token = self.token(0)?;
        let figures = |t: &str| t.starts_with(|c: char| c.is_ascii_digit());
        if token.text == "." && figures(self.word(1)) && self.wants_value() {
            return Some(Advice::new(self.range(0, 1), format!("write `0.{}`", self.word(1))));
        }
        for at in [-1, 0, 1] {
            let hour = |t: &str| t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit());
            if self.word(at - 1) == ":" && hour(self.word(at)) && hour(self.word(at - 2)) && !self.word(at - 3).contains('-') {
                let text = format!("{}:{}", self.word(at - 2), self.word(at));
                return Some(Advice::new(self.range(at - 2, at), format!("an hour stands with its day: `2005-03-14 {text}`")));
            }
        }
        if !figures(token.text) {
            return None;
        }
        if self.word(1).starts_with(['e', 'E']) && self.wants_value() {
            return Some(Advice::new(self.range(0, 1), "write the number out, such as `1,000,000`"));
        }
        if self.token(-1).is_none() && self.word(1) != "(" {
            let at = self.range(0, 0);
            return Some(Advice::new(at, format!("the number of a clause has `§` before it: `§{}`", token.text)));
        }
        let grouped = token.text.contains(',') || token.text.matches('.').count() > 1;
        grouped.then(|| {
            let help = "a point stands before the fraction, and commas only between thousands: `1,000,000` or `2.5`";
            Advice::new(self.range(0, 0), help)
        })
    }

    /// Signs of other languages, and those nobody sees.
    fn sign(&self) -> Option<Advice> {
        let token = self.token(0)?;
        let help = match token.text {
            ";" => "leave it out: a statement ends where the next begins".to_owned(),
            "//" | "/*" => "a comment begins with `#`".to_owned(),
            "/" if self.word(1) == "/" => "a comment begins with `#`".to_owned(),
            "‘" | "’" | "'" | "`" | "«" | "»" | "„" => "text stands in double quotation marks: \"…\"".to_owned(),
            "—" | "‒" | "―" | "--" => "write a minus as `-`".to_owned(),
            "$" | "€" | "£" | "¥" if self.word(-1).starts_with(|c: char| c.is_ascii_digit()) => {
                let at = self.range(-1, 0);
                return Some(Advice::new(at, format!("the sign stands before the amount: `{}{}`", token.text, self.word(-1))));
            }
            "•" | "·" | "∙" | "⋅" => "write `×` or `*` to multiply".to_owned(),
            "§" => "a clause stands in a line before the declaration, at the margin".to_owned(),
            word if self.wants_value() && NOUNS.contains(&word) => {
                format!("`{word}` is a word of the language and has no value; a field of the event is `event.{word}`")
            }
            "%" if self.word(-1).starts_with(|c: char| c.is_ascii_digit()) => {
                return Some(Advice::new(self.range(-1, 0), format!("write it without the space: `{}%`", self.word(-1))));
            }
            "%" => "a percentage is a number with its sign, such as `1.5%`".to_owned(),
            t if t.chars().all(|c| !c.is_ascii() && (c.is_control() || unseen(c))) => {
                "take it away: it cannot be seen and means nothing here".to_owned()
            }
            _ => return None,
        };
        Some(Advice::new(self.range(0, 0), help))
    }
}

/// A character without a shape that is no space of the language.
pub(super) fn unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{fe0f}')
        || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        || (c.is_whitespace() && !c.is_ascii())
}
