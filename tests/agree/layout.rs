//! A law of layout: random terms, put in disorder and laid out, say what they said, and are laid out.

use crate::dice::Dice;
use crate::laws::Account;
use tenor::source::FileId;
use tenor::syntax::{layout, parse, print};

/// Tries it on so many random terms.
pub(crate) fn run(seed: u64, count: u64) -> Account {
    let mut out = Account::default();
    for n in 0..count {
        let terms = crate::draft::draft(seed.wrapping_mul(1_000_037).wrapping_add(n)).terms;
        let mut dice = Dice::new(seed.wrapping_add(n));
        out.tried += 1;
        if let Err(why) = holds(&terms, &disorder(&terms, &mut dice)) {
            out.broken.push(format!("random terms {n}: {why}\n{terms}"));
        }
    }
    out
}

fn holds(terms: &str, wild: &str) -> Result<(), String> {
    let said = |t: &str| print::file(&parse(FileId(0), t).0);
    let once = layout(FileId(0), wild).map_err(|e| format!("{e:?}"))?;
    if said(&once) != said(terms) {
        return Err("it says something else".to_owned());
    }
    let twice = layout(FileId(0), &once).map_err(|e| format!("{e:?}"))?;
    if twice == once { Ok(()) } else { Err("it changes again".to_owned()) }
}

/// The same terms with other white space: a space outside of texts is a few, a tab, or a new line with a comment.
fn disorder(terms: &str, dice: &mut Dice) -> String {
    let (mut out, mut in_text) = (String::new(), false);
    for line in terms.lines() {
        // clauses stay on the line of what they are the clauses of
        let from = if line.starts_with('§') { line.find([':', '{']).unwrap_or(line.len()) } else { 0 };
        for (at, c) in line.char_indices() {
            in_text ^= c == '"';
            match c {
                ' ' if !in_text && at > from => match dice.roll(12) {
                    0 => out.push_str("   "),
                    1 => out.push('\t'),
                    2 => out.push_str(" # a comment\n   "),
                    3 => out.push_str("\n\n\n\t "),
                    _ => out.push(' '),
                },
                c => out.push(c),
            }
        }
        out.push('\n');
    }
    out
}
