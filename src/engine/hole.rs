//! A program with a hole for one of its fixed numbers: the same at every value of a constant, so that it is made once.

use super::code::Program;
use super::graph::Graph;
use rust_decimal::Decimal;

/// The registers in which two programs of the same terms hold a constant that is `x` in the one and `y` in the other; none
/// where they differ by anything else, as where the constant decides what is computed.
#[must_use]
pub fn hole(a: &Program, b: &Program, x: Decimal, y: Decimal) -> Option<Vec<u16>> {
    if a.d.len() != b.d.len() {
        return None;
    }
    let mut out = Vec::new();
    for (n, (p, q)) in a.d.iter().zip(&b.d).enumerate() {
        if p == q {
            continue;
        }
        if *p != x || *q != y {
            return None;
        }
        out.push(u16::try_from(n).ok()?);
    }
    let bare = |p: &Program| {
        let mut p = p.clone();
        p.d = Vec::new();
        p.plan.graph = Graph::default();
        format!("{p:?}")
    };
    (bare(a) == bare(b)).then_some(out)
}
