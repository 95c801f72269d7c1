//! Ways to make terms smaller, each numbered: the same number is the same edit.

use crate::tree::{bodies, conditions, each};
use tenor::syntax::ast::{Ask, Expr, ExprKind, Item, ItemKind, Outcome, StatementKind, Trigger};

/// Makes the edit of a number; whether there is one.
pub(super) type Way = fn(&mut [Item], usize) -> bool;

/// All ways.
pub(super) const WAYS: [Way; 5] = [statements, guards, clamps, parts, expressions];

/// Counts down to the edit that is meant.
struct Count(usize);

impl Count {
    /// Whether this is the one.
    fn here(&mut self) -> bool {
        let here = self.0 == 0;
        self.0 = self.0.wrapping_sub(1);
        here
    }
}

fn statements(items: &mut [Item], n: usize) -> bool {
    let (mut count, mut done) = (Count(n), false);
    for item in items {
        bodies(item, &mut |list| {
            for at in 0..list.len() {
                if !done && count.here() {
                    list.remove(at);
                    done = true;
                    return;
                }
            }
        });
    }
    done
}

fn guards(items: &mut [Item], n: usize) -> bool {
    let (mut count, mut done) = (Count(n), false);
    for item in items {
        conditions(item, &mut |list| {
            for at in 0..list.len() {
                if !done && count.here() {
                    list.remove(at);
                    done = true;
                    return;
                }
            }
        });
    }
    done
}

fn clamps(items: &mut [Item], n: usize) -> bool {
    let (mut count, mut done) = (Count(n), false);
    for item in items {
        bodies(item, &mut |list| {
            for s in list {
                if let StatementKind::Becomes { clamps, .. } = &mut s.kind {
                    for at in 0..clamps.len() {
                        if !done && count.here() {
                            clamps.remove(at);
                            done = true;
                            return;
                        }
                    }
                }
            }
        });
    }
    done
}

/// Parts of declarations: columns, fields, lines of a postponement, events that are answered.
fn parts(items: &mut [Item], n: usize) -> bool {
    let mut count = Count(n);
    fn drop<T>(list: &mut Vec<T>, least: usize, count: &mut Count) -> bool {
        for at in 0..list.len() {
            if list.len() > least && count.here() {
                list.remove(at);
                return true;
            }
        }
        false
    }
    for item in items {
        let done = match &mut item.kind {
            ItemKind::Report { columns, filter, .. } => {
                if filter.is_some() && count.here() {
                    *filter = None;
                    true
                } else {
                    drop(columns, 1, &mut count)
                }
            }
            ItemKind::Event(e) => drop(&mut e.members, 0, &mut count),
            ItemKind::Effect { fields, .. } => drop(fields, 0, &mut count),
            ItemKind::Postpone { policies, states } => drop(policies, 1, &mut count) || drop(states, 1, &mut count),
            ItemKind::AtClose(names) => drop(names, 1, &mut count),
            ItemKind::Adjustments { states, under } => drop(states, 1, &mut count) || drop(under, 1, &mut count),
            ItemKind::Round { lines, .. } => drop(lines, 1, &mut count),
            ItemKind::Covenant { during, .. } if during.is_some() => {
                let here = count.here();
                if here {
                    *during = None;
                }
                here
            }
            ItemKind::State(s) if s.initial.is_some() => {
                let here = count.here();
                if here {
                    s.initial = None;
                }
                here
            }
            ItemKind::Rule(r) => {
                let mut done = match &mut r.trigger {
                    Trigger::On(names) => drop(names, 1, &mut count),
                    Trigger::OnChange { states, by, .. } => drop(states, 1, &mut count) || drop(by, 1, &mut count),
                    _ => false,
                };
                done = done || drop(&mut r.subject_to, 0, &mut count) || drop(&mut r.notwithstanding, 0, &mut count);
                done = done || drop(&mut r.rescinding, 0, &mut count);
                if !done && r.is_final && count.here() {
                    r.is_final = false;
                    done = true;
                }
                done
            }
            _ => false,
        };
        if done {
            return true;
        }
    }
    false
}

fn expressions(items: &mut [Item], n: usize) -> bool {
    let (mut count, mut done) = (Count(n), false);
    for item in items {
        each(item, &mut |e| {
            if done {
                return;
            }
            for other in smaller(e) {
                if count.here() {
                    e.kind = other;
                    done = true;
                    return;
                }
            }
        });
        if done {
            break;
        }
    }
    done
}

/// Smaller expressions in the place of one.
fn smaller(e: &Expr) -> Vec<ExprKind> {
    let own = |x: &Expr| x.kind.clone();
    match &e.kind {
        ExprKind::Binary(_, a, b) => vec![own(a), own(b)],
        ExprKind::Not(x) | ExprKind::Brackets(x) | ExprKind::Rounded(x, _) | ExprKind::RoundedAs(x, _) => vec![own(x)],
        ExprKind::Before(x) | ExprKind::After(x) | ExprKind::At { value: x, .. } | ExprKind::ProRata(x, _) => vec![own(x)],
        ExprKind::And(list) | ExprKind::Or(list) => list.iter().map(own).collect(),
        ExprKind::Call(_, list) => list.iter().map(own).collect(),
        ExprKind::FirstOf(rungs) => {
            let values = rungs.iter().filter_map(|r| if let Outcome::Value(x) = &r.outcome { Some(own(x)) } else { None });
            let mut out: Vec<ExprKind> = values.collect();
            for at in 0..rungs.len() {
                let mut fewer = rungs.clone();
                fewer.remove(at);
                out.push(ExprKind::FirstOf(fewer));
            }
            out
        }
        ExprKind::Query(q) => {
            let mut out = Vec::new();
            if q.filter.is_some() {
                out.push(ExprKind::Query(Box::new(tenor::syntax::ast::Query { filter: None, ..(**q).clone() })));
            }
            if q.window.is_some() {
                out.push(ExprKind::Query(Box::new(tenor::syntax::ast::Query { window: None, ..(**q).clone() })));
            }
            if let Ask::Measure(_, x) = &q.ask {
                out.push(own(x));
            }
            out
        }
        ExprKind::Compare(..) | ExprKind::Is { .. } | ExprKind::In(..) | ExprKind::Known(_) | ExprKind::Void(_) => {
            vec![ExprKind::YesNo(true), ExprKind::YesNo(false)]
        }
        _ => Vec::new(),
    }
}
