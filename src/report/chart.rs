//! Charts over plain data, drawn as SVG: lines of steps or straight ones, and bars. What a figure is of is not known here.
//!
//! Places are whole hundredths of a pixel, so that a picture is the same on every machine.

mod bars;
mod draw;
mod scale;

pub use bars::{Bar, bars};
pub use draw::{legend, svg};

use rust_decimal::Decimal;

/// What the horizontal axis counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Axis {
    /// Days, as the engine counts them.
    #[default]
    Days,
    /// Numbers.
    Numbers,
}

/// How the points of a line are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Join {
    /// A value holds until the next.
    #[default]
    Steps,
    /// Straight.
    Straight,
}

/// The unit of numbers: what stands before them, and after.
#[derive(Debug, Clone, Default)]
pub struct Unit {
    /// Before: `$`.
    pub before: String,
    /// After: `shares`.
    pub after: String,
}

/// A place on a line that leads somewhere.
#[derive(Debug, Clone, Default)]
pub struct Mark {
    /// Where to.
    pub href: String,
    /// What is said of it.
    pub text: String,
}

/// A point of a line.
#[derive(Debug, Clone, Default)]
pub struct Point {
    /// Where: a day or a number.
    pub x: Decimal,
    /// How much; none where there is no value, and the line is broken.
    pub y: Option<Decimal>,
    /// What stands behind it.
    pub mark: Option<Mark>,
    /// A dot, where a line ends that goes on elsewhere.
    pub dot: Option<Dot>,
}

/// A dot at the end of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dot {
    /// The value is there.
    Full,
    /// The line comes to it, and the value is elsewhere.
    Open,
}

/// A line.
#[derive(Debug, Clone, Default)]
pub struct Series {
    /// What it shows.
    pub name: String,
    /// Its first and its last value, as they are written beside it.
    pub ends: (String, String),
    /// Its points, from left to right.
    pub points: Vec<Point>,
}

/// A place on the horizontal axis that is pointed out.
#[derive(Debug, Clone, Default)]
pub struct Edge {
    /// Where.
    pub x: Decimal,
    /// What begins or ends there.
    pub mark: Mark,
}

/// A chart.
#[derive(Debug, Clone, Default)]
pub struct Chart {
    /// What ids within the picture begin with.
    pub id: String,
    /// Its title, for those who do not see it.
    pub title: String,
    /// What it shows, in a sentence.
    pub about: String,
    /// What the horizontal axis counts.
    pub axis: Axis,
    /// The unit along the horizontal axis, where that counts numbers.
    pub across: Unit,
    /// The unit of the values.
    pub unit: Unit,
    /// How points are joined.
    pub join: Join,
    /// The lines: so many as can be told apart.
    pub series: Vec<Series>,
    /// Places that are pointed out.
    pub edges: Vec<Edge>,
    /// The first day or number, where the axis begins before all lines.
    pub since: Option<Decimal>,
    /// The last day or number, where lines go on to it.
    pub until: Option<Decimal>,
}

/// How large a picture is, and how it is named.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Pixels across.
    pub width: i64,
    /// Pixels down.
    pub height: i64,
    /// What its ids end with.
    pub name: &'static str,
}

/// For a screen.
pub const WIDE: Size = Size { width: 960, height: 340, name: "wide" };
/// For a telephone.
pub const NARROW: Size = Size { width: 360, height: 260, name: "narrow" };

/// How many lines can be told apart.
pub const LINES: usize = 8;

/// A text inside SVG or HTML.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\n' => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
