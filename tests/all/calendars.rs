//! The calendars of `terms/lib`: what each says it knows is held against its file, and its file against what the almanac says.

use crate::tenor::{file, root, tenor};
use std::path::{Path, PathBuf};

/// A day: year, month, day of the month.
type Day = (i32, u32, u32);

/// A calendar as it stands in a library: its name, the library, its file with the days in it, and the first and the last day it knows.
struct Calendar {
    name: String,
    library: PathBuf,
    path: PathBuf,
    closed: Vec<Day>,
    first: Day,
    last: Day,
}

/// The closures of one year, as month-day.
type Year = (&'static str, i32, &'static [&'static str]);

/// The first and the last year of each file, worked out by hand. 1990 began on a Monday and Easter was on April 15; 2000 on a
/// Saturday, April 23; 2009 on a Thursday, April 12; 2016 on a Friday, March 27; 2035 begins on a Monday, March 25.
const YEARS: [Year; 12] = [
    ("nyse", 1990, &["01-01", "02-19", "04-13", "05-28", "07-04", "09-03", "11-22", "12-25"]),
    // King since 1998, Juneteenth since 2022
    ("nyse", 2035, &["01-01", "01-15", "02-19", "03-23", "05-28", "06-19", "07-04", "09-03", "11-22", "12-25"]),
    // November 11 is a Sunday in both years
    ("new_york_banks", 1990, &["01-01", "01-15", "02-19", "05-28", "07-04", "09-03", "10-08", "11-12", "11-22", "12-25"]),
    (
        "new_york_banks",
        2035,
        &["01-01", "01-15", "02-19", "05-28", "06-19", "07-04", "09-03", "10-08", "11-12", "11-22", "12-25"],
    ),
    ("london", 1990, &["01-01", "04-13", "04-16", "05-07", "05-28", "08-27", "12-25", "12-26"]),
    ("london", 2035, &["01-01", "03-23", "03-26", "05-07", "05-28", "08-27", "12-25", "12-26"]),
    // December 26 is a Saturday
    ("toronto", 2009, &["01-01", "02-16", "04-10", "05-18", "07-01", "08-03", "09-07", "10-12", "12-25", "12-28"]),
    // July 1 is a Sunday
    ("toronto", 2035, &["01-01", "02-19", "03-23", "05-21", "07-02", "08-06", "09-03", "10-08", "12-25", "12-26"]),
    // January 1 is a Saturday, December 24 and 31 are Sundays; Whit Monday is June 12
    ("stockholm", 2000, &["01-06", "04-21", "04-24", "05-01", "06-01", "06-12", "06-23", "12-25", "12-26"]),
    // January 6 is a Saturday
    ("stockholm", 2035, &["01-01", "03-23", "03-26", "05-01", "05-03", "06-06", "06-22", "12-24", "12-25", "12-26", "12-31"]),
    // May 1 and December 25 are Sundays, December 24 and 31 are Saturdays; Whit Monday is May 16
    ("frankfurt", 2016, &["01-01", "03-25", "03-28", "05-16", "10-03", "12-26"]),
    ("frankfurt", 2035, &["01-01", "03-23", "03-26", "05-01", "12-24", "12-25", "12-26", "12-31"]),
];

/// Days that are not as a rule has them, or that a rule easily gets wrong, and whether the place is open.
const DAYS: [(&str, &str, bool); 40] = [
    // New Year on a Sunday, then on a Saturday
    ("nyse", "1995-01-02", false),
    ("nyse", "2021-12-31", true),
    ("nyse", "2027-12-31", true),
    // Christmas and the fourth of July on a Saturday
    ("nyse", "2027-12-24", false),
    ("nyse", "2026-07-03", false),
    ("nyse", "2027-11-25", false),
    // the attacks, two funerals, a storm
    ("nyse", "2001-09-10", true),
    ("nyse", "2001-09-11", false),
    ("nyse", "2001-09-14", false),
    ("nyse", "2001-09-17", true),
    ("nyse", "2018-12-05", false),
    ("nyse", "2025-01-09", false),
    ("nyse", "2012-10-30", false),
    ("nyse", "2012-10-31", true),
    // Juneteenth was law on a Saturday in 2021; on a Sunday in 2022 it is kept on the Monday; in 2027 it is a Saturday
    ("nyse", "2021-06-18", true),
    ("nyse", "2022-06-20", false),
    ("nyse", "2027-06-18", false),
    ("new_york_banks", "2021-06-18", true),
    ("new_york_banks", "2022-06-20", false),
    ("new_york_banks", "2027-06-18", true),
    // banks move nothing from a Saturday, keep Columbus and Veterans, and are open on Good Friday and days of mourning
    ("new_york_banks", "2027-12-24", true),
    ("new_york_banks", "2024-10-14", false),
    ("new_york_banks", "2024-11-11", false),
    ("new_york_banks", "2024-03-29", true),
    ("new_york_banks", "2018-12-05", true),
    // May 8 in place of the first Monday; jubilees, a funeral, a coronation
    ("london", "1995-05-01", true),
    ("london", "1995-05-08", false),
    ("london", "2020-05-04", true),
    ("london", "2020-05-08", false),
    ("london", "2022-05-30", true),
    ("london", "2022-06-02", false),
    ("london", "2022-06-03", false),
    ("london", "2022-09-19", false),
    ("london", "2023-05-08", false),
    // Christmas and Boxing Day on Saturday and Sunday
    ("london", "2021-12-28", false),
    ("toronto", "2021-12-28", false),
    // Remembrance Day is no holiday of the exchange
    ("toronto", "2021-11-11", true),
    // Midsummer Eve; Whit Monday is none any more
    ("stockholm", "2026-06-19", false),
    ("stockholm", "2005-05-16", true),
    // Whit Monday was the last time in 2021
    ("frankfurt", "2022-06-06", true),
];

fn day(text: &str) -> Option<Day> {
    let mut parts = text.split('-');
    let mut next = |digits: usize| parts.next().filter(|p| p.len() == digits).and_then(|p| p.parse().ok());
    let (year, month, day) = (next(4)?, next(2)?, next(2)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    (parts.next().is_none() && (1..=length).contains(&day)).then_some((i32::try_from(year).ok()?, month, day))
}

/// The day of the week, from 0 for Sunday, by the rule of Sakamoto.
fn weekday((year, month, day): Day) -> usize {
    const SHIFT: [i32; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
    let (month, day) = (usize::try_from(month).unwrap_or(1), i32::try_from(day).unwrap_or(1));
    let y = if month < 3 { year - 1 } else { year };
    usize::try_from((y + y / 4 - y / 100 + y / 400 + SHIFT[month - 1] + day).rem_euclid(7)).unwrap_or(0)
}

/// The calendars of all libraries; each closes on Saturday and Sunday, and has one file.
fn calendars() -> Vec<Calendar> {
    let folder = root().join("terms/lib");
    let mut out = Vec::new();
    for entry in std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())).flatten() {
        let text = std::fs::read_to_string(entry.path()).unwrap_or_else(|e| panic!("{}: {e}", entry.path().display()));
        for block in text.split("\ncalendar ").skip(1) {
            let name = block.split(' ').next().unwrap_or_default().to_owned();
            assert!(block.contains("closed saturday, sunday"), "{name}: it closes on Saturday and Sunday");
            let after = |word: &str| block.split_once(word).map_or_else(|| panic!("{name}: no `{word}`"), |(_, rest)| rest);
            let path = folder.join(after("closed on \"").split('"').next().unwrap_or_default());
            let mut known = after("known ").lines().next().unwrap_or_default().split(" to ").map(day);
            let [Some(Some(first)), Some(Some(last))] = [known.next(), known.next()] else { panic!("{name}: no range") };
            out.push(Calendar { closed: days(&path), name, library: entry.path(), path, first, last });
        }
    }
    out.sort_by(|a, b| a.name.cmp(&b.name));
    out
}

/// The days of a file; what begins with # is for people.
fn days(path: &Path) -> Vec<Day> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    assert!(text.starts_with("# "), "{}: its first lines say what it is and where it comes from", path.display());
    assert!(text.ends_with('\n'), "{}: its last line ends", path.display());
    let lines = text.lines().filter(|l| !l.starts_with('#'));
    lines.map(|l| day(l).unwrap_or_else(|| panic!("{}: `{l}` is no day", path.display()))).collect()
}

#[test]
fn a_file_of_closures_is_in_order() {
    let all = calendars();
    assert_eq!(
        all.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(),
        ["frankfurt", "london", "new_york_banks", "nyse", "stockholm", "toronto"]
    );
    for c in &all {
        for pair in c.closed.windows(2) {
            assert!(pair[0] < pair[1], "{}: {:?} stands before {:?}", c.name, pair[0], pair[1]);
        }
        for d in &c.closed {
            assert!((1..6).contains(&weekday(*d)), "{}: {d:?} is on a weekend, which is closed as it is", c.name);
            assert!(*d >= c.first && *d <= c.last, "{}: {d:?} is not among the days it says it knows", c.name);
        }
    }
}

#[test]
fn a_calendar_knows_whole_years_and_its_file_and_name_say_so() {
    for c in calendars() {
        assert_eq!((c.first.1, c.first.2, c.last.1, c.last.2), (1, 1, 12, 31), "{}: it knows whole years", c.name);
        let stem = c.path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        assert!(stem.ends_with(&format!("{}-{}", c.first.0, c.last.0)), "{}: its file is named for its years", c.name);
        // a year of any of these places has from 3 (Frankfurt in 2022, where four fall on weekends) to 14 closures on weekdays
        for year in c.first.0..=c.last.0 {
            let n = c.closed.iter().filter(|d| d.0 == year).count();
            assert!((3..=14).contains(&n), "{}: {n} closures in {year}", c.name);
        }
    }
}

#[test]
fn the_first_and_the_last_year_are_whole() {
    for c in calendars() {
        for year in [c.first.0, c.last.0] {
            let known =
                YEARS.iter().find(|y| y.0 == c.name && y.1 == year).unwrap_or_else(|| panic!("{}: {year} is not here", c.name));
            let has: Vec<String> = c.closed.iter().filter(|d| d.0 == year).map(|d| format!("{:02}-{:02}", d.1, d.2)).collect();
            assert_eq!(has, known.2, "{}, {year}", c.name);
        }
    }
}

#[test]
fn days_that_a_rule_gets_wrong() {
    let all = calendars();
    for (calendar, text, open) in DAYS {
        let c = all.iter().find(|c| c.name == calendar).unwrap_or_else(|| panic!("no calendar {calendar}"));
        let d = day(text).unwrap_or_else(|| panic!("`{text}` is no day"));
        assert!(d >= c.first && d <= c.last, "{calendar}: {text} is not among the days it knows");
        let closed = c.closed.contains(&d) || !(1..6).contains(&weekday(d));
        assert_eq!(closed, !open, "{calendar}: {text}");
    }
}

/// The day before the first and the day after the last stop a run; the first and the last do not.
#[test]
fn outside_its_days_a_calendar_says_nothing() {
    for c in calendars() {
        let ask = |year: i32, day: &str| {
            let text = format!(
                "terms \"A day\"\nedition 1\ncurrency USD\ntime zone Europe/London\nclose of business 17:00\n\
                 import \"{}\"\nevent go {{ }}\n§1 state open : yes/no = no\n\
                 §1 rule looked on go {{ open becomes {}({year}-{day}) }}\n",
                c.library.display(),
                c.name
            );
            let (folder, path) = file("day.terms", &text);
            let events = folder.path().join("go.jsonl");
            std::fs::write(&events, "{\"date\":\"2020-01-02\",\"event\":\"go\"}\n").unwrap_or_else(|e| panic!("{e}"));
            let out = tenor(&["run", &path, &events.display().to_string()]);
            (out.status.code(), String::from_utf8_lossy(&out.stderr).into_owned())
        };
        for (year, day) in [(c.first.0, "01-01"), (c.last.0, "12-31")] {
            let (code, said) = ask(year, day);
            assert_eq!(code, Some(0), "{}, {year}-{day}: {said}", c.name);
        }
        for (year, day) in [(c.first.0 - 1, "12-31"), (c.last.0 + 1, "01-01")] {
            let (code, said) = ask(year, day);
            assert_eq!(code, Some(65), "{}, {year}-{day}: {said}", c.name);
            assert!(said.contains("run::unknown-day"), "{}, {year}-{day}: {said}", c.name);
        }
    }
}
