//! A chart as SVG. Colours and dashes are the style sheet's, by class.

use super::scale::{Scale, Tick, days, numbers, written};
use super::{Axis, Chart, Dot, Join, Mark, Series, Size, escaped};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::fmt::Write;

/// How wide a character is, about, in hundredths of a pixel.
const CHARACTER: i64 = 680;
/// How high a line of writing is.
const LINE: i64 = 1500;
/// How many marks a line has at most; a line with more of them would be all marks.
const MARKS: usize = 150;

/// The picture.
#[must_use]
pub fn svg(chart: &Chart, size: Size) -> String {
    Picture::new(chart, size).map_or_else(String::new, |p| p.drawn())
}

/// A chart laid out.
struct Picture<'c> {
    chart: &'c Chart,
    size: Size,
    x: Scale,
    y: Scale,
    across: Vec<Tick>,
    up: Vec<Tick>,
    /// Whether lines have their names and last values beside them.
    named: bool,
    /// How many marks there are.
    marked: usize,
}

impl<'c> Picture<'c> {
    fn new(chart: &'c Chart, size: Size) -> Option<Self> {
        let points = || chart.series.iter().flat_map(|s| &s.points);
        let ys = || points().filter_map(|p| p.y);
        let xs = || points().map(|p| p.x).chain(chart.since).chain(chart.until).chain(chart.edges.iter().map(|e| e.x));
        let (low, high) = (ys().min()?, ys().max()?);
        let (mut first, mut last) = (xs().min()?, xs().max()?);
        if first == last {
            (first, last) = (first.checked_sub(Decimal::ONE)?, last.checked_add(Decimal::ONE)?);
        }
        let small = size.width < 600;
        let round = numbers(low, high, if small { 4 } else { 5 });
        let up = written(&round, &chart.unit.before, small);
        let named = !small && chart.series.len() > 1;
        let left = 1300 + CHARACTER * up.iter().map(|t| count(&t.label)).max().unwrap_or(0);
        let right = if named {
            1600 + CHARACTER
                * (0..).zip(&chart.series).map(|(n, s)| count(&beside(n, s, is_lettered(&chart.series)))).max().unwrap_or(0)
        } else {
            1400
        };
        let (width, height) = (size.width * 100, size.height * 100);
        let (top, bottom) = (if chart.edges.is_empty() { 1900 } else { 3000 }, height - 2800);
        let x = Scale { values: (first, last), places: (left, width - right) };
        let y = Scale { values: (*round.first()?, *round.last()?), places: (bottom, top) };
        let across = match chart.axis {
            Axis::Days => days(first.to_i64()?, last.to_i64()?, if small { 4 } else { 9 }),
            Axis::Numbers => {
                let inside = |n: &Decimal| *n >= first && *n <= last;
                let round: Vec<Decimal> = numbers(first, last, if small { 4 } else { 8 }).into_iter().filter(inside).collect();
                written(&round, &chart.across.before, small)
            }
        };
        let marked = points().filter(|p| p.mark.is_some()).count();
        Some(Self { chart, size, x, y, across, up, named, marked })
    }

    fn drawn(&self) -> String {
        let Size { width, height, name } = self.size;
        let id = format!("{}-{name}", self.chart.id);
        let mut out = format!(
            "<svg class=\"chart {name}\" viewBox=\"0 0 {width} {height}\" role=\"group\" aria-labelledby=\"{id}-t {id}-d\">\
             <title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>",
            escaped(&self.chart.title),
            escaped(&self.told())
        );
        self.grid(&mut out);
        self.edges(&mut out);
        for (n, series) in self.chart.series.iter().enumerate() {
            let _ = write!(out, "<path class=\"line c{n}\" d=\"{}\"/>", self.path(series));
        }
        for (n, series) in self.chart.series.iter().enumerate() {
            self.dots(n, series, &mut out);
            self.marks(n, series, &mut out);
        }
        match self.chart.series.as_slice() {
            [one] => self.ends(one, &mut out),
            _ if self.named => self.names(&mut out),
            _ => {}
        }
        out.push_str("</svg>");
        out
    }

    /// The picture in words: what it shows, and from where to where each line goes.
    fn told(&self) -> String {
        let line = |s: &Series| {
            let name = if s.name.is_empty() { String::new() } else { format!("{}: ", s.name) };
            format!(" {name}from {} to {}.", s.ends.0, s.ends.1)
        };
        self.chart.about.clone() + &self.chart.series.iter().map(line).collect::<String>()
    }

    fn grid(&self, out: &mut String) {
        let ((left, right), (bottom, _)) = (self.x.places, self.y.places);
        for tick in &self.up {
            let y = self.y.at(tick.value);
            let _ = write!(
                out,
                "<path class=\"grid\" d=\"M{} {}H{}\"/><text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
                px(left),
                px(y),
                px(right),
                px(left - 700),
                px(y + 400),
                escaped(&tick.label)
            );
        }
        let _ = write!(out, "<path class=\"axis\" d=\"M{} {}H{}\"/>", px(left), px(bottom), px(right));
        for tick in &self.across {
            let x = self.x.at(tick.value);
            let half = CHARACTER * count(&tick.label) / 2;
            let (at, anchor) = if x + half > self.size.width * 100 - 100 {
                (self.size.width * 100 - 100, "end")
            } else if x - half < 100 {
                (100, "start")
            } else {
                (x, "middle")
            };
            let _ = write!(
                out,
                "<path class=\"axis\" d=\"M{} {}v5\"/><text class=\"tick\" x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\">{}</text>",
                px(x),
                px(bottom),
                px(at),
                px(bottom + 1900),
                escaped(&tick.label)
            );
        }
    }

    /// Places that are pointed out: a line down, with its number, or its numbers where several share a place.
    fn edges(&self, out: &mut String) {
        let (bottom, top) = self.y.places;
        let mut places: Vec<(i64, Vec<usize>, &Mark)> = Vec::new();
        for (n, edge) in self.chart.edges.iter().enumerate() {
            let x = self.x.at(edge.x);
            match places.iter_mut().find(|(at, ..)| *at == x) {
                Some((_, numbers, _)) => numbers.push(n + 1),
                None => places.push((x, vec![n + 1], &edge.mark)),
            }
        }
        places.sort_by_key(|(x, ..)| *x);
        let mut last = i64::MIN / 2;
        let mut high = false;
        for (x, numbers, mark) in places {
            let label = numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let half = CHARACTER * count(&label) / 2;
            // numbers close to one another stand on two levels
            high = x - half < last && !high;
            last = x + half + 600;
            let y = if high { top - 2000 } else { top - 700 };
            let _ = write!(out, "<path class=\"edge\" d=\"M{} {}V{}\"/>", px(x), px(bottom), px(y + 200));
            let text = format!(
                "<text class=\"edge\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{label}<title>{}</title></text>",
                px(x),
                px(y),
                escaped(&mark.text)
            );
            if mark.href.is_empty() {
                out.push_str(&text);
            } else {
                let _ = write!(out, "<a href=\"{}\">{text}</a>", escaped(&mark.href));
            }
        }
    }

    fn path(&self, series: &Series) -> String {
        let mut out = String::new();
        let mut open = false;
        for p in &series.points {
            let x = self.x.at(p.x);
            let Some(y) = p.y.map(|y| self.y.at(y)) else {
                if open && self.chart.join == Join::Steps {
                    let _ = write!(out, "H{}", px(x));
                }
                open = false;
                continue;
            };
            let _ = match (open, self.chart.join) {
                (false, _) => write!(out, "M{} {}", px(x), px(y)),
                (true, Join::Steps) => write!(out, "H{}V{}", px(x), px(y)),
                (true, Join::Straight) => write!(out, "L{} {}", px(x), px(y)),
            };
            open = true;
        }
        if let (true, Some(until)) = (open && self.chart.join == Join::Steps, self.chart.until) {
            let _ = write!(out, "H{}", px(self.x.at(until)));
        }
        out
    }

    fn dots(&self, n: usize, series: &Series, out: &mut String) {
        for p in &series.points {
            let (Some(y), Some(dot)) = (p.y, p.dot) else { continue };
            let class = if dot == Dot::Open { "dot open" } else { "dot" };
            let (x, y) = (px(self.x.at(p.x)), px(self.y.at(y)));
            let _ = write!(out, "<circle class=\"{class} c{n}\" cx=\"{x}\" cy=\"{y}\" r=\"3.5\"/>");
        }
    }

    fn marks(&self, n: usize, series: &Series, out: &mut String) {
        let all: Vec<(i64, i64, &Mark)> =
            series.points.iter().filter_map(|p| Some((self.x.at(p.x), self.y.at(p.y?), p.mark.as_ref()?))).collect();
        if all.len() > MARKS {
            return;
        }
        let small = self.size.width < 600;
        let radius = match self.marked {
            0..=40 if small => "3.5",
            0..=60 => "4",
            61..=150 if !small => "2.5",
            _ => "1.5",
        };
        for (x, y, mark) in all {
            let _ = write!(
                out,
                "<a href=\"{}\"><circle class=\"mark c{n}\" cx=\"{}\" cy=\"{}\" r=\"{radius}\"><title>{}</title></circle></a>",
                escaped(&mark.href),
                px(x),
                px(y),
                escaped(&mark.text)
            );
        }
    }

    /// The first and the last value of the only line, beside it.
    fn ends(&self, series: &Series, out: &mut String) {
        let known = || series.points.iter().filter_map(|p| Some((p.x, p.y?)));
        let (Some((x, first)), Some((end, last))) = (known().next(), known().next_back()) else { return };
        let end = self.chart.until.filter(|_| self.chart.join == Join::Steps).unwrap_or(end);
        let (from, to) = (self.x.at(x), self.x.at(end));
        let (begins, ends) = (&series.ends.0, &series.ends.1);
        // below a line that falls to its end, above one that rises to it
        let under = if last < first { 1600 } else { -800 };
        let room = CHARACTER * (count(begins) + count(ends)) + 2000 < to - from;
        if room {
            let _ = write!(
                out,
                "<text class=\"value\" x=\"{}\" y=\"{}\">{}</text>",
                px(from),
                px(self.y.at(first) - 800),
                escaped(begins)
            );
        }
        let y = (self.y.at(last) + under).min(self.y.places.0 - 400);
        let _ =
            write!(out, "<text class=\"value\" x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>", px(to), px(y), escaped(ends));
    }

    /// The names of lines at their ends, none over another.
    fn names(&self, out: &mut String) {
        let mut all: Vec<(i64, usize, String)> = Vec::new();
        let lettered = is_lettered(&self.chart.series);
        for (n, series) in self.chart.series.iter().enumerate() {
            if let Some(y) = series.points.iter().rev().find_map(|p| p.y) {
                all.push((self.y.at(y) + 400, n, beside(n, series, lettered)));
            }
        }
        all.sort_by_key(|(y, n, _)| (*y, *n));
        let (bottom, top) = self.y.places;
        // down the picture, each below the one above; then up again from the bottom
        let mut least = top;
        for name in &mut all {
            name.0 = name.0.max(least);
            least = name.0 + LINE;
        }
        let mut most = bottom + 400;
        for name in all.iter_mut().rev() {
            name.0 = name.0.min(most);
            most = name.0 - LINE;
        }
        for (y, n, name) in all {
            let x = self.x.places.1 + 800;
            let _ = write!(out, "<text class=\"name c{n}\" x=\"{}\" y=\"{}\">{}</text>", px(x), px(y), escaped(&name));
        }
    }
}

/// What stands beside a line: its name, or its letter where names are long, and its last value.
fn beside(n: usize, series: &Series, lettered: bool) -> String {
    let name = if lettered { letter(n) } else { series.name.clone() };
    format!("{name}: {}", series.ends.1)
}

/// How long names are that stand beside lines.
const NAME: usize = 22;

/// Whether lines have letters, for there is no room for their names.
fn is_lettered(series: &[Series]) -> bool {
    series.len() > 1 && series.iter().any(|s| s.name.chars().count() > NAME)
}

fn letter(n: usize) -> String {
    u8::try_from(n).ok().filter(|n| *n < 26).map_or_else(String::new, |n| char::from(b'A' + n).to_string())
}

/// The names of lines, whole, with their letters where they have some.
#[must_use]
pub fn legend(series: &[Series]) -> Vec<String> {
    let name = |(n, s): (usize, &Series)| if is_lettered(series) { format!("{}: {}", letter(n), s.name) } else { s.name.clone() };
    if series.len() == 1 { Vec::new() } else { series.iter().enumerate().map(name).collect() }
}

/// Hundredths of a pixel as SVG has them.
fn px(n: i64) -> String {
    let (sign, n) = if n < 0 { ("-", -n) } else { ("", n) };
    match (n / 100, n % 100) {
        (whole, 0) => format!("{sign}{whole}"),
        (whole, part) if part % 10 == 0 => format!("{sign}{whole}.{}", part / 10),
        (whole, part) => format!("{sign}{whole}.{part:02}"),
    }
}

fn count(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX / CHARACTER)
}
