//! Expressions as text.

use crate::syntax::ast::{
    Alternatives, Ask, Binding, Chunk, Comparison, Edge, Expr, ExprKind, Failure, Ident, Measure, Operator, Outcome, Query,
    Rounding, RoundingMode, Rung, Text, Unit, Window,
};
use rust_decimal::Decimal;

/// A number with commas between its thousands.
#[must_use]
pub fn number(value: Decimal) -> String {
    let text = value.to_string();
    let (sign, rest) = text.strip_prefix('-').map_or(("", text.as_str()), |r| ("-", r));
    let (whole, part) = rest.split_once('.').map_or((rest, None), |(w, p)| (w, Some(p)));
    let mut out = String::from(sign);
    let len = whole.len();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (len - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(part) = part {
        out.push('.');
        out.push_str(part);
    }
    out
}

/// An expression.
#[must_use]
pub fn expression(e: &Expr) -> String {
    match &e.kind {
        ExprKind::Number(n) => number(*n),
        ExprKind::Percent(n) => format!("{}%", number(*n)),
        ExprKind::Money { amount, sign, per_share } => {
            format!("{sign}{}{}", number(*amount), if *per_share { "/share" } else { "" })
        }
        ExprKind::Quantity(n, unit) => format!("{} {}", number(*n), unit_name(unit, *n == Decimal::ONE)),
        ExprKind::Ratio(new, old) => format!("{} for {}", number(*new), number(*old)),
        ExprKind::Date(d) => d.to_string(),
        ExprKind::Moment(m) => m.format("%Y-%m-%d %H:%M").to_string(),
        ExprKind::YesNo(b) => if *b { "yes" } else { "no" }.into(),
        ExprKind::Text(t) => text(t),
        ExprKind::Name(n) => n.name.clone(),
        ExprKind::Its(n) => format!("its {}", n.name),
        ExprKind::It => "it".into(),
        ExprKind::Now => "now".into(),
        ExprKind::Dot(base, field) => format!("{}.{}", expression(base), field.name),
        ExprKind::Before(x) => format!("{} before", expression(x)),
        ExprKind::After(x) => format!("{} after", expression(x)),
        ExprKind::Keyed { value, kind, key } => format!("{} of {} {}", expression(value), kind.name, text(key)),
        ExprKind::At { value, edge, of } => format!("{} at {} of {}", expression(value), edge_name(*edge), expression(of)),
        ExprKind::Edge(Edge::Hour(at), of) => format!("{:02}:{:02} on {}", at / 60, at % 60, expression(of)),
        ExprKind::Edge(edge, of) => format!("{} of {}", edge_name(*edge), expression(of)),
        ExprKind::Call(name, args) => {
            format!("{}({})", name.name, args.iter().map(expression).collect::<Vec<_>>().join(", "))
        }
        ExprKind::Known(x) => format!("known {}", expression(x)),
        ExprKind::Void(x) => format!("void {}", expression(x)),
        ExprKind::Pending(x) => format!("pending {}", expression(x)),
        ExprKind::ChangeBy { state, by } => format!("change of {} by {}", state.name, by.name),
        ExprKind::Negative(x) => format!("-{}", expression(x)),
        ExprKind::Binary(op, a, b) => format!("{} {} {}", expression(a), operator(*op), expression(b)),
        ExprKind::PercentOf(n, x) => format!("{}% of {}", number(*n), expression(x)),
        ExprKind::Rounded(x, r) => format!("{} rounded {}", expression(x), rounding(r)),
        ExprKind::RoundedAs(x, state) => format!("{} rounded as {}", expression(x), state.name),
        ExprKind::ProRata(x, to) => format!("{} pro rata to {}", expression(x), expression(to)),
        ExprKind::Compare(c, a, b) => format!("{} {} {}", expression(a), comparison(*c), expression(b)),
        ExprKind::Is { value, not, of } => {
            format!("{} is {}{}", expression(value), if *not { "not " } else { "" }, alternatives(of))
        }
        ExprKind::In(x, list) => format!("{} in {}", expression(x), expression(list)),
        ExprKind::Not(x) => format!("not {}", expression(x)),
        ExprKind::And(xs) => xs.iter().map(expression).collect::<Vec<_>>().join(" and "),
        ExprKind::Or(xs) => xs.iter().map(expression).collect::<Vec<_>>().join(" or "),
        ExprKind::FirstOf(rungs) => {
            format!("first of {{ {} }}", rungs.iter().map(rung).collect::<Vec<_>>().join(" "))
        }
        ExprKind::Query(q) => query(q),
        ExprKind::List(xs) => format!("[{}]", xs.iter().map(expression).collect::<Vec<_>>().join(", ")),
        ExprKind::Records(xs) => format!("[{}]", xs.iter().map(|f| fields(f)).collect::<Vec<_>>().join(", ")),
        ExprKind::Brackets(x) => format!("({})", expression(x)),
    }
}

/// Text in quotation marks.
pub(super) fn text(t: &Text) -> String {
    let inner: String = t
        .chunks
        .iter()
        .map(|c| match c {
            Chunk::Plain(s) => s.clone(),
            Chunk::Hole(e) => format!("{{{}}}", expression(e)),
        })
        .collect();
    format!("\"{inner}\"")
}

/// A refusal or a stop.
pub(super) fn failure(f: &Failure) -> String {
    let verb = if f.stop { "stop" } else { "refuse" };
    format!("{verb} {}{}", text(&f.text), with(&f.with))
}

/// Values given with something.
pub(super) fn with(bindings: &[Binding]) -> String {
    if bindings.is_empty() {
        return String::new();
    }
    let all: Vec<String> = bindings
        .iter()
        .map(|b| format!("{}{} = {}", if b.pending { "pending " } else { "" }, path(&b.path), expression(&b.value)))
        .collect();
    format!(" with {}", all.join(", "))
}

/// How a value is rounded.
pub(super) fn rounding(r: &Rounding) -> String {
    let unit = expression(&r.unit);
    let mut out = match r.mode {
        RoundingMode::Down => format!("down to {unit}"),
        RoundingMode::Up => format!("up to {unit}"),
        RoundingMode::HalfAwayFromZero => format!("to the nearest {unit} half away from zero"),
        RoundingMode::HalfToEven => format!("to the nearest {unit} half to even"),
    };
    if r.keeps {
        out += " but not to nothing";
    }
    out
}

/// Words joined by points.
pub(super) fn path(words: &[Ident]) -> String {
    words.iter().map(|w| w.name.as_str()).collect::<Vec<_>>().join(".")
}

/// Values for fields.
pub(super) fn fields(list: &[(Ident, Expr)]) -> String {
    if list.is_empty() {
        return "{ }".into();
    }
    let all: Vec<String> = list.iter().map(|(k, v)| format!("{}: {}", k.name, expression(v))).collect();
    format!("{{ {} }}", all.join(", "))
}

fn rung(r: &Rung) -> String {
    let label = r.label.as_ref().map_or_else(String::new, |l| format!("({l}) "));
    let outcome = match &r.outcome {
        Outcome::Value(e) => expression(e),
        Outcome::Failure(f) => failure(f),
    };
    match &r.when {
        Some(when) => format!("{label}when {} : {outcome}", expression(when)),
        None if r.otherwise => format!("{label}otherwise : {outcome}"),
        None => format!("{label}{outcome}"),
    }
}

fn query(q: &Query) -> String {
    let ask = match &q.ask {
        Ask::Measure(m, value) => format!("{} of {} over ", measure(*m), expression(value)),
        Ask::Count => "count of ".into(),
        Ask::CountDays => "count of distinct days of ".into(),
        Ask::Latest => "latest ".into(),
        Ask::Earliest => "earliest ".into(),
        Ask::List(value) => format!("list of {} over ", expression(value)),
        Ask::Records(list) => format!("list of {} over ", fields(list)),
    };
    let window = match &q.window {
        None => String::new(),
        Some(Window::On(d)) => format!(" on {}", expression(d)),
        Some(Window::UpTo(d)) => format!(" up to {}", expression(d)),
        Some(Window::From(a, b)) => format!(" from {} to {}", expression(a), expression(b)),
        Some(Window::In(n, d)) => format!(" in the {} to {}", expression(n), expression(d)),
    };
    let filter = q.filter.as_ref().map_or_else(String::new, |f| format!(" where {}", expression(f)));
    format!("{ask}{}{window}{filter}", path(&q.source))
}

fn alternatives(of: &Alternatives) -> String {
    match of {
        Alternatives::Either(words) => {
            format!("either {}", words.iter().map(|w| w.name.as_str()).collect::<Vec<_>>().join(" or "))
        }
        Alternatives::Breached => "breached".into(),
        Alternatives::One(value) => expression(value),
        Alternatives::Word(word) => word.name.clone(),
    }
}

fn unit_name(unit: &Unit, one: bool) -> String {
    let (singular, plural) = match unit {
        Unit::Shares => ("share", "shares"),
        Unit::Days => ("day", "days"),
        Unit::TradingDays => ("trading day", "trading days"),
        Unit::Months => ("month", "months"),
        Unit::Years => ("year", "years"),
        Unit::Currency(code) => return code.clone(),
        Unit::CurrencyPerShare(code) => return format!("{code}/share"),
    };
    if one { singular } else { plural }.to_owned()
}

const fn edge_name(edge: Edge) -> &'static str {
    match edge {
        Edge::Start => "start",
        Edge::Close | Edge::Hour(_) => "close",
    }
}

/// The sign of an operation.
pub(super) const fn operator(op: Operator) -> &'static str {
    match op {
        Operator::Add => "+",
        Operator::Subtract => "-",
        Operator::Multiply => "×",
        Operator::Divide => "/",
        Operator::Power => "^",
    }
}

/// The sign of a comparison.
pub(super) const fn comparison(c: Comparison) -> &'static str {
    match c {
        Comparison::Less => "<",
        Comparison::AtMost => "<=",
        Comparison::More => ">",
        Comparison::AtLeast => ">=",
    }
}

/// The word of a measure.
pub(super) const fn measure(m: Measure) -> &'static str {
    match m {
        Measure::Sum => "sum",
        Measure::Mean => "mean",
        Measure::Lowest => "lowest",
        Measure::Highest => "highest",
    }
}
