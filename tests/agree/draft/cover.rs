//! The table of slots and forms: what is covered, what is not, and what cannot be.

use super::form::{Form, impossible};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use tenor::terms::Slot;

/// How often each form stood in each slot, as a table: slot by slot what is covered, what is missing, and what is impossible and why.
pub(crate) fn table(covered: &BTreeMap<(Slot, Form), usize>) -> String {
    let forms = Form::all();
    let (mut out, mut all, mut done) = (String::new(), 0, 0);
    for (slot, words) in Slot::ALL {
        let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let mut missing = Vec::new();
        let mut here = 0;
        for form in &forms {
            match (impossible(slot, *form), covered.contains_key(&(slot, *form))) {
                (Some(why), false) => reasons.entry(why).or_default().push(form.told()),
                (Some(why), true) => {
                    let _ = writeln!(out, "{words}: {} is covered, though {why}", form.told());
                }
                (None, true) => here += 1,
                (None, false) => missing.push(form.told()),
            }
        }
        let possible = here + missing.len();
        (all, done) = (all + possible, done + here);
        let _ = writeln!(out, "{words}: {here} of {possible}");
        if !missing.is_empty() {
            let _ = writeln!(out, "  not yet: {}", missing.join(", "));
        }
        for (why, forms) in reasons {
            let many = if forms.len() > 12 { format!("{} forms", forms.len()) } else { forms.join(", ") };
            let _ = writeln!(out, "  impossible, {why}: {many}");
        }
    }
    let _ = writeln!(out, "{done} of {all} pairs of a slot and a form are covered");
    out
}
