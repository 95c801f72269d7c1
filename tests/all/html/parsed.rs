//! Pages taken apart.

use quick_xml::events::Event;
use std::collections::{BTreeMap, BTreeSet};

/// A page taken apart.
#[derive(Default)]
pub(crate) struct Parsed {
    /// The ids, each once.
    pub ids: BTreeSet<String>,
    /// The values of attributes by name.
    pub attributes: BTreeMap<String, BTreeSet<String>>,
    /// The names of elements.
    pub elements: BTreeSet<String>,
    /// All text between tags, but for styles and scripts.
    pub text: String,
}

/// Reads a page as XML: it is written so that every element is closed and every value quoted.
pub(crate) fn parsed(html: &str) -> Parsed {
    let mut out = Parsed::default();
    let body = html.trim_start().strip_prefix("<!DOCTYPE html>").unwrap_or_else(|| panic!("no doctype"));
    let mut reader = quick_xml::Reader::from_str(body);
    reader.config_mut().check_end_names = true;
    let mut open: Vec<String> = Vec::new();
    loop {
        let at = reader.buffer_position();
        match reader.read_event().unwrap_or_else(|e| panic!("at {at}: {e}")) {
            Event::Eof => break,
            event @ (Event::Start(_) | Event::Empty(_)) => {
                let (Event::Start(e) | Event::Empty(e)) = &event else { unreachable!() };
                let name = e.name().as_ref().to_owned();
                for a in e.attributes() {
                    let a = a.unwrap_or_else(|e| panic!("at {at}: {e}"));
                    let key = a.key.as_ref().to_owned();
                    let value = a
                        .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                        .unwrap_or_else(|e| panic!("at {at}: {e}"))
                        .into_owned();
                    if key == "id" {
                        assert!(out.ids.insert(value.clone()), "two elements have the id {value}");
                    }
                    out.attributes.entry(key).or_default().insert(value);
                }
                out.elements.insert(name.clone());
                if matches!(event, Event::Start(_)) {
                    open.push(name);
                }
            }
            Event::End(_) => {
                open.pop();
            }
            Event::Text(t) if open.last().is_none_or(|o| o != "style" && o != "script") => {
                out.text.push_str(t.as_ref());
            }
            Event::GeneralRef(r) => {
                out.text.push_str(match &*r {
                    "lt" => "<",
                    "gt" => ">",
                    "amp" => "&",
                    "quot" => "\"",
                    "#39" | "#x27" => "'",
                    other => panic!("at {at}: &{other};"),
                });
            }
            _ => {}
        }
    }
    assert!(open.is_empty(), "not closed: {open:?}");
    out
}

/// The exact figures below a chart whose title begins so: for each entry the days with the values.
pub(crate) fn figures(html: &str, title: &str) -> Vec<(String, String, String)> {
    let (capital, small) = title.split_at(1);
    let Some((_, rest)) = html.split_once(&format!("<h3>{}{small} of ", capital.to_uppercase())) else { return Vec::new() };
    let first = |names: &str| {
        names.split([',', '<']).next().unwrap_or_default().split(" and ").next().unwrap_or_default().trim().to_owned()
    };
    let name = first(rest);
    let table = rest.split("</figure>").next().and_then(|f| f.split_once("<table")).map_or("", |(_, t)| t);
    let plain = |cell: &str| {
        let text = cell.split_once('>').map_or("", |(_, t)| t);
        let text = text.split("</t").next().unwrap_or_default();
        text.split_once('>').map_or(text, |(_, t)| t.split('<').next().unwrap_or_default()).replace(',', "")
    };
    let heads: Vec<String> =
        table.split("<th").skip(3).map(|h| h.split(['>', '<']).nth(1).unwrap_or_default().to_owned()).collect();
    let mut out = Vec::new();
    for row in table.split("<tr").skip(2) {
        let cells: Vec<String> = row.split("<td").skip(1).map(plain).collect();
        let Some((date, values)) = cells.split_first() else { continue };
        for (value, head) in values.iter().zip(&heads) {
            let entry = if head.starts_with("W-") { first(head) } else { name.clone() };
            out.push((entry, date.clone(), value.clone()));
        }
    }
    out
}
