//! What is to be known of a new file: from the command line, or from whoever sits at the terminal.

use super::New;
use super::library::{Form, forms};
use crate::check::nearest;
use crate::cli::{End, diagnose};
use crate::event::decimal;
use crate::syntax::print::number;
use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;

/// What is known.
pub(super) struct Answers {
    /// The form.
    pub form: Form,
    /// The file to write.
    pub output: PathBuf,
    issuer: String,
    price: Decimal,
    shares: Decimal,
    issued: NaiveDate,
    expiry: Option<NaiveDate>,
}

impl Answers {
    /// All of it, or what is missing.
    pub(super) fn of(args: &New) -> Result<Self, End> {
        let mut desk = Desk { asks: std::io::stdin().is_terminal(), missing: Vec::new(), wrong: false };
        let kinds = forms();
        if desk.asks && args.kind.is_none() {
            told("What kind of warrant is it?");
            kinds.iter().for_each(|k| told(&format!("  {:18}  {}", k.name, k.about)));
        }
        let form = desk.one("kind", args.kind.as_deref(), "Kind", |text| kind(&kinds, text))?;
        let issuer = desk.one("issuer", args.issuer.as_deref(), "Who issues it", issuer)?;
        let price = desk.one("price", args.price.as_deref(), "The price of a share, such as 2.40", |t| above_zero(t, false))?;
        let shares = desk.one("shares", args.shares.as_deref(), "For how many shares is it", |t| above_zero(t, true))?;
        let issued = match &args.issued {
            Some(text) => desk.one("issued", Some(text), "", day)?,
            None => today(),
        };
        let has_no_end = form.as_ref().is_some_and(|f| !f.asks("expiry"));
        let expiry = match (&args.expiry, has_no_end) {
            (Some(_), true) => {
                let help = "leave out `--expiry`; what ends it stands in the file";
                diagnose::message("usage::new", "a warrant of this kind has no last day of its own", help);
                return Err(End::Usage);
            }
            (None, true) => None,
            (given, false) => {
                let after = |text: &str| {
                    let day = day(text)?;
                    let late = issued.is_none_or(|i| day > i);
                    if late { Ok(day) } else { Err("it is not after the day of issue".to_owned()) }
                };
                desk.one("expiry", given.as_deref(), "The last day on which it may be exercised, such as 2030-01-15", after)?
            }
        };
        let named = args.output.as_ref().map(|p| p.display().to_string());
        let output = desk.one("output", named.as_deref(), "The file to write, such as warrant.terms", file)?;
        if desk.wrong {
            return Err(End::Usage);
        }
        match (form, issuer, price, shares, issued, output) {
            (Some(form), Some(issuer), Some(price), Some(shares), Some(issued), Some(output)) if desk.missing.is_empty() => {
                Ok(Self { form, output, issuer, price, shares, issued, expiry })
            }
            _ => {
                let missing: Vec<String> = desk.missing.iter().map(|m| format!("`--{m}`")).collect();
                let text = format!("{} missing", if missing.len() == 1 { "an answer is" } else { "answers are" });
                diagnose::message("usage::new", &text, &format!("give {}", missing.join(", ")));
                Err(End::Usage)
            }
        }
    }

    /// The values of a form.
    pub(super) fn values(&self) -> Result<BTreeMap<&'static str, String>, String> {
        let beyond = || "a number is too large".to_owned();
        // four fifths of the price: a sale below it
        let lower = self.price.checked_mul(Decimal::new(8, 1)).ok_or_else(beyond)?;
        let thousandfold = self.shares.checked_mul(Decimal::from(1000)).ok_or_else(beyond)?;
        let reset = self.issued.checked_add_days(Days::new(90)).ok_or_else(beyond)?;
        let file = self.output.display().to_string();
        Ok(BTreeMap::from([
            ("issuer", self.issuer.clone()),
            ("price", number(self.price)),
            ("lower", number(lower.normalize())),
            ("shares", number(self.shares)),
            ("thousandfold", number(thousandfold)),
            ("issued", self.issued.to_string()),
            ("reset", reset.to_string()),
            ("expiry", self.expiry.map_or_else(String::new, |d| d.to_string())),
            ("file", file),
        ]))
    }
}

/// Asks, where somebody is there to answer.
struct Desk {
    asks: bool,
    missing: Vec<&'static str>,
    wrong: bool,
}

impl Desk {
    /// One answer: that of the command line, or one that is asked for until it will do.
    fn one<T>(
        &mut self,
        name: &'static str,
        given: Option<&str>,
        question: &str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, End> {
        if let Some(text) = given {
            return match read(text) {
                Ok(value) => Ok(Some(value)),
                Err(why) => {
                    diagnose::message("usage::new", &format!("`--{name} {text}` will not do: {why}"), "");
                    self.wrong = true;
                    Ok(None)
                }
            };
        }
        if !self.asks {
            self.missing.push(name);
            return Ok(None);
        }
        loop {
            let _ = write!(anstream::stderr(), "{question}: ");
            let _ = anstream::stderr().flush();
            let mut line = String::new();
            match std::io::stdin().lock().read_line(&mut line) {
                Ok(0) => {
                    self.missing.push(name);
                    self.asks = false;
                    return Ok(None);
                }
                Ok(_) => match read(line.trim()) {
                    Ok(value) => return Ok(Some(value)),
                    Err(why) => told(&format!("  {why}")),
                },
                Err(_) => return Err(End::Io),
            }
        }
    }
}

fn told(line: &str) {
    let _ = writeln!(anstream::stderr(), "{line}");
}

fn kind(kinds: &[Form], text: &str) -> Result<Form, String> {
    let names = kinds.iter().map(|k| k.name.as_str());
    kinds.iter().find(|k| k.name == text).cloned().ok_or_else(|| match nearest(text, names.clone()) {
        Some(n) => format!("there is no such kind; did you mean `{n}`?"),
        None => format!("there is no such kind; there are {}", names.collect::<Vec<_>>().join(", ")),
    })
}

fn issuer(text: &str) -> Result<String, String> {
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    match text.chars().find(|c| matches!(c, '"' | '“' | '”' | '{' | '}') || c.is_control()) {
        Some(c) => Err(format!("a name in a terms file has no {c:?}")),
        None => Ok(text.to_owned()),
    }
}

fn above_zero(text: &str, whole: bool) -> Result<Decimal, String> {
    let plain = text.trim_start_matches('$').replace(',', "");
    let n = decimal(&plain).filter(|n| *n > Decimal::ZERO).ok_or("it is no number above zero")?;
    if whole && !n.is_integer() {
        return Err("it is no whole number".to_owned());
    }
    Ok(n)
}

fn day(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| "it is no day: write year, month and day, as 2030-01-15".to_owned())
}

fn file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match path.extension() {
        Some(e) if e == "terms" => Ok(path),
        _ => Err("the name of a terms file ends with .terms".to_owned()),
    }
}

/// The present day.
fn today() -> Option<NaiveDate> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?;
    NaiveDate::from_ymd_opt(1970, 1, 1)?.checked_add_days(Days::new(since.as_secs() / 86_400))
}
