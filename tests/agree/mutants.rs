//! Terms of the project with one thing changed: a number, a comparison, a limit, a window, a rounding, a condition, a state.

use crate::dice::Dice;
use crate::tree::{bodies, conditions, each};
use rust_decimal::Decimal;
use tenor::syntax::ast::{
    Comparison, Edge, Expr, ExprKind, Item, ItemKind, Measure, Operator, PolicyKind, RoundingMode, StatementKind, Trigger,
};

/// Changes one thing of the terms; what it was. None where nothing was changed.
pub(crate) fn mutate(items: &mut [Item], dice: &mut Dice) -> Option<&'static str> {
    match dice.roll(10) {
        0..6 => expression(items, dice),
        6 => condition(items, dice),
        7 => limit(items, dice),
        _ => declaration(items, dice),
    }
}

/// One expression among all.
fn expression(items: &mut [Item], dice: &mut Dice) -> Option<&'static str> {
    let names: Vec<String> =
        items.iter().filter_map(|i| if let ItemKind::State(s) = &i.kind { Some(s.name.name.clone()) } else { None }).collect();
    let mut count = 0;
    items.iter_mut().for_each(|i| each(i, &mut |e| count += usize::from(can(e))));
    let mut left = dice.roll(count.max(1));
    let mut done = None;
    for item in items {
        each(item, &mut |e| {
            if done.is_some() || !can(e) {
                return;
            }
            if left == 0 {
                done = change(e, &names, dice).or(Some(""));
            }
            left = left.wrapping_sub(1);
        });
    }
    done.filter(|d| !d.is_empty())
}

/// Whether an expression can be changed.
fn can(e: &Expr) -> bool {
    matches!(
        e.kind,
        ExprKind::Number(_)
            | ExprKind::Percent(_)
            | ExprKind::Money { .. }
            | ExprKind::Quantity(..)
            | ExprKind::PercentOf(..)
            | ExprKind::Compare(..)
            | ExprKind::Binary(..)
            | ExprKind::Rounded(..)
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Not(_)
            | ExprKind::Edge(..)
            | ExprKind::At { .. }
            | ExprKind::Query(_)
            | ExprKind::Name(_)
            | ExprKind::YesNo(_)
            | ExprKind::Date(_)
            | ExprKind::Before(_)
            | ExprKind::After(_)
            | ExprKind::Dot(..)
            | ExprKind::Is { .. }
            | ExprKind::FirstOf(_)
    )
}

fn number(n: Decimal, dice: &mut Dice) -> Decimal {
    let step = Decimal::new(1, n.scale());
    match dice.roll(7) {
        0 => n.checked_add(step).unwrap_or(n),
        1 => n.checked_sub(step).unwrap_or(n),
        2 => n.checked_mul(Decimal::TWO).unwrap_or(n),
        3 => n.checked_div(Decimal::from(3)).map_or(n, |n| n.round_dp(6)),
        4 => Decimal::ZERO,
        5 => Decimal::ONE,
        _ => n.checked_mul(Decimal::from(10)).unwrap_or(n),
    }
}

fn change(e: &mut Expr, names: &[String], dice: &mut Dice) -> Option<&'static str> {
    match &mut e.kind {
        ExprKind::Number(n) | ExprKind::Percent(n) | ExprKind::PercentOf(n, _) | ExprKind::Money { amount: n, .. } => {
            *n = number(*n, dice);
            Some("number")
        }
        ExprKind::Quantity(n, _) => {
            *n = if n.is_integer() && dice.chance(70) { *n + Decimal::from(dice.between(-1, 1)) } else { number(*n, dice) };
            Some("quantity")
        }
        ExprKind::Compare(c, ..) => {
            *c = match (*c, dice.chance(70)) {
                (Comparison::Less, true) => Comparison::AtMost,
                (Comparison::AtMost, true) => Comparison::Less,
                (Comparison::More, true) => Comparison::AtLeast,
                (Comparison::AtLeast, true) => Comparison::More,
                (Comparison::Less | Comparison::AtMost, false) => Comparison::AtLeast,
                (Comparison::More | Comparison::AtLeast, false) => Comparison::Less,
            };
            Some("comparison")
        }
        ExprKind::Binary(o, ..) => {
            *o = match o {
                Operator::Add => Operator::Subtract,
                Operator::Subtract => Operator::Add,
                Operator::Multiply => Operator::Divide,
                Operator::Divide => Operator::Multiply,
                Operator::Power => return None,
            };
            Some("operator")
        }
        ExprKind::Rounded(_, r) => {
            r.mode = mode(dice);
            Some("rounding")
        }
        ExprKind::And(list) => {
            e.kind = ExprKind::Or(std::mem::take(list));
            Some("and")
        }
        ExprKind::Or(list) => {
            e.kind = ExprKind::And(std::mem::take(list));
            Some("or")
        }
        ExprKind::Not(x) => {
            e.kind = x.kind.clone();
            Some("not")
        }
        ExprKind::Edge(edge, _) | ExprKind::At { edge, .. } => {
            *edge = match edge {
                Edge::Start => Edge::Close,
                Edge::Close => Edge::Start,
                Edge::Hour(n) => Edge::Hour((*n + 1) % 1440),
            };
            Some("edge")
        }
        ExprKind::Query(q) => {
            use tenor::syntax::ast::Ask;
            match (&mut q.ask, dice.roll(3)) {
                (Ask::Measure(m, _), 0) => {
                    *m = *dice.pick(&[Measure::Sum, Measure::Mean, Measure::Lowest, Measure::Highest])?;
                }
                (Ask::Latest, 0) => q.ask = Ask::Earliest,
                (Ask::Earliest, 0) => q.ask = Ask::Latest,
                (Ask::Count, 0) => q.ask = Ask::CountDays,
                (_, 1) if q.window.is_some() => q.window = None,
                _ if q.filter.is_some() => q.filter = None,
                _ => return None,
            }
            Some("question")
        }
        ExprKind::Name(n) if names.contains(&n.name) => {
            if dice.chance(40) {
                let inner = Box::new(e.clone());
                e.kind = if dice.chance(70) { ExprKind::After(inner) } else { ExprKind::Pending(inner) };
                return Some("after");
            }
            n.name.clone_from(dice.pick(names)?);
            Some("state")
        }
        ExprKind::Dot(_, n) if names.contains(&n.name) => {
            n.name.clone_from(dice.pick(names)?);
            Some("state")
        }
        ExprKind::Before(x) => {
            e.kind = ExprKind::After(x.clone());
            Some("before")
        }
        ExprKind::After(x) => {
            e.kind = ExprKind::Before(x.clone());
            Some("after")
        }
        ExprKind::YesNo(b) => {
            *b = !*b;
            Some("yes or no")
        }
        ExprKind::Date(d) => {
            *d = if dice.chance(50) { d.succ_opt()? } else { d.pred_opt()? };
            Some("date")
        }
        ExprKind::Is { not, .. } => {
            *not = !*not;
            Some("is")
        }
        ExprKind::FirstOf(rungs) if rungs.len() > 1 => {
            let at = dice.roll(rungs.len() - 1);
            rungs.swap(at, at + 1);
            Some("case")
        }
        _ => None,
    }
}

fn mode(dice: &mut Dice) -> RoundingMode {
    let all = [RoundingMode::Down, RoundingMode::Up, RoundingMode::HalfAwayFromZero, RoundingMode::HalfToEven];
    dice.pick(&all).copied().unwrap_or(RoundingMode::Down)
}

/// A condition left out, or turned round.
fn condition(items: &mut [Item], dice: &mut Dice) -> Option<&'static str> {
    let mut count = 0;
    items.iter_mut().for_each(|i| conditions(i, &mut |l| count += l.len()));
    let mut left = dice.roll(count.max(1));
    let (turn, mut done) = (dice.chance(50), None);
    for item in items {
        conditions(item, &mut |list| {
            for at in 0..list.len() {
                if done.is_none() && left == 0 {
                    if turn {
                        list[at].unless = !list[at].unless;
                    } else {
                        list.remove(at);
                    }
                    done = Some("condition");
                    return;
                }
                left = left.wrapping_sub(1);
            }
        });
    }
    done
}

/// A limit left out, turned round, or made absolute; a statement left out.
fn limit(items: &mut [Item], dice: &mut Dice) -> Option<&'static str> {
    let mut done = None;
    let start = dice.roll(items.len());
    for n in 0..items.len() {
        let at = (start + n) % items.len();
        bodies(&mut items[at], &mut |list| {
            if done.is_some() {
                return;
            }
            if dice.chance(20) && list.len() > 1 {
                list.remove(dice.roll(list.len()));
                done = Some("statement");
                return;
            }
            for s in list {
                if let StatementKind::Becomes { clamps, .. } = &mut s.kind
                    && done.is_none()
                    && !clamps.is_empty()
                {
                    match dice.roll(3) {
                        0 => clamps.clear(),
                        1 => clamps.iter_mut().for_each(|c| c.above = !c.above),
                        _ => clamps.iter_mut().for_each(|c| c.skip = if c.skip.is_some() { None } else { Some(None) }),
                    }
                    done = Some("limit");
                }
            }
        });
        if done.is_some() {
            break;
        }
    }
    done
}

/// Something of a declaration: rounding, postponement, what a rule answers, what is final.
fn declaration(items: &mut [Item], dice: &mut Dice) -> Option<&'static str> {
    let start = dice.roll(items.len());
    for n in 0..items.len() {
        let at = (start + n) % items.len();
        let item = &mut items[at];
        match &mut item.kind {
            ItemKind::Round { lines, .. } => {
                lines.iter_mut().for_each(|(r, _)| r.mode = mode(dice));
                return Some("rounding");
            }
            ItemKind::Postpone { policies, .. } => {
                let at = dice.roll(policies.len());
                let policy = policies.get_mut(at)?;
                match &mut policy.kind {
                    PolicyKind::While { strict, .. } if dice.chance(50) => *strict = !*strict,
                    PolicyKind::Compounding => policy.kind = PolicyKind::Restating,
                    PolicyKind::Restating => policy.kind = PolicyKind::Compounding,
                    PolicyKind::With(_, proportion) if dice.chance(70) => {
                        use tenor::syntax::ast::Proportion;
                        *proportion = *dice.pick(&[None, Some(Proportion::Direct), Some(Proportion::Inverse)])?;
                    }
                    _ => drop(policies.remove(at)),
                }
                return Some("postponement");
            }
            ItemKind::Rule(r) => {
                match dice.roll(8) {
                    0 => r.is_final = !r.is_final,
                    1 if !r.rescinding.is_empty() => r.rescinding.iter_mut().for_each(|x| x.keeping = !x.keeping),
                    2 if r.scope.each.is_some() => r.scope.each.iter_mut().for_each(|e| e.any = !e.any),
                    3 if r.scope.each.as_ref().is_some_and(|e| e.filter.is_some()) => {
                        r.scope.each.iter_mut().for_each(|e| e.filter = None);
                    }
                    4 if !r.subject_to.is_empty() => r.subject_to.clear(),
                    5 if matches!(&r.trigger, Trigger::On(names) if names.len() > 1) => {
                        if let Trigger::On(names) = &mut r.trigger {
                            names.remove(dice.roll(names.len()));
                        }
                    }
                    _ => continue,
                }
                return Some("rule");
            }
            ItemKind::AtClose(names) if dice.chance(30) => {
                names.pop();
                return Some("at close");
            }
            ItemKind::State(s) if s.initial.is_some() && dice.chance(10) => {
                s.initial = None;
                return Some("initial");
            }
            _ => {}
        }
    }
    None
}
