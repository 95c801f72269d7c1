//! Figures asked for on the command line, as columns added to what the terms report.

use super::{End, diagnose, terms};
use crate::check::{Added, Reader};
use crate::terms::Terms;
use std::path::Path;

/// Terms with the figures of `--show` among their reports, their files read by a reader.
pub(super) fn load_by(path: &Path, shows: &[String], reader: &dyn Reader) -> Result<Terms, End> {
    let t = terms::load_by(path, false, reader, &[])?;
    if shows.is_empty() {
        return Ok(t);
    }
    let added: Result<Vec<Added>, End> = shows.iter().map(|s| block(s, &t)).collect();
    terms::load_by(path, false, reader, &added?)
}

/// `value of certificate: number × ($5/share - price)` as a report of that kind.
fn block(show: &str, t: &Terms) -> Result<Added, End> {
    let split = show.split_once(':').map(|(head, formula)| (head.trim(), formula.trim()));
    let Some((head, formula)) = split.filter(|(h, f)| !h.is_empty() && !f.is_empty()) else {
        let help = "write a name, whose it is and a formula: `--show 'value of certificate: number × ($5/share - price)'`";
        diagnose::message("usage::show", &format!("`{show}` shows nothing"), help);
        return Err(End::Usage);
    };
    let (name, of) = head.split_once(" of ").map_or((head, None), |(n, o)| (n.trim(), Some(o.trim())));
    let reports = || t.reports.iter().map(|r| (r.name.as_str(), r.of.and_then(|k| t.kind(k)).map(|k| k.name.as_str())));
    // without a word on whose it is, it belongs to the entries of the first report that has some
    let found = match of {
        None => reports().find(|(_, kind)| kind.is_some()).or_else(|| reports().next()),
        Some(of) => reports().find(|(report, kind)| *report == of || *kind == Some(of)),
    };
    let found = found.or_else(|| of.filter(|k| t.kind_named(k).is_some()).map(|k| (k, Some(k))));
    let Some((report, kind)) = found else {
        let of = of.unwrap_or_default();
        let names: Vec<&str> = reports().flat_map(|(r, k)| k.into_iter().chain([r])).collect();
        let help = crate::check::nearest(of, names.into_iter())
            .map_or_else(|| "name a kind whose entries are kept, or a report".to_owned(), |n| format!("did you mean `{n}`?"));
        diagnose::message("usage::show", &format!("these terms have no `{of}`"), &help);
        return Err(End::Usage);
    };
    let of = kind.map_or_else(String::new, |k| format!(" of {k}"));
    Ok(Added {
        name: "--show".to_owned(),
        text: format!("report {report}{of} {{\n  {}: {formula}\n}}\n", name.replace(' ', "_")),
    })
}
