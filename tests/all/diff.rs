//! `tenor diff`: what says the same is no difference, and what differs is shown where it differs.

use crate::tenor::{root, tenor};
use serde_json::Value as Json;
use std::path::Path;
use tenor::source::FileId;
use tenor::syntax::{ast, parse, print};

const TERMS: &str = "terms/glowpoint-2005.terms";

const HEAD: &str = r#"terms "A warrant"
edition 1
currency USD
time zone America/New_York
close of business 17:00
event certificate kept by certificate { certificate : text  holder : text  shares : shares }
event issuance { shares : shares  price : USD/share  parts : list of { holder : text, shares : shares } optional }
§1 state price of certificate : USD/share = $2.40/share
§1 state number of certificate : shares = certificate.shares
effect payments { to : text  amount : USD }
"#;

/// Two files in a folder that goes when the test ends.
struct Pair {
    folder: tempfile::TempDir,
    a: String,
    b: String,
}

impl Pair {
    fn of(a: &str, b: &str) -> Self {
        let folder = tempfile::tempdir().unwrap_or_else(|e| panic!("no folder: {e}"));
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            path.display().to_string()
        };
        let (a, b) = (write("a.terms", a), write("b.terms", b));
        Self { folder, a, b }
    }

    /// One more file beside them.
    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap_or_else(|e| panic!("{name}: {e}"));
    }

    /// What the command says, and its exit code.
    fn diff(&self, more: &[&str]) -> (Option<i32>, String) {
        let out = tenor(&[&["diff", &self.a, &self.b], more].concat());
        let told = String::from_utf8_lossy(&out.stderr).into_owned();
        (out.status.code(), String::from_utf8_lossy(&out.stdout).replace("\r\n", "\n") + &told)
    }
}

/// What differs between two files that begin alike.
fn diff(a: &str, b: &str) -> (Option<i32>, String) {
    Pair::of(&format!("{HEAD}{a}"), &format!("{HEAD}{b}")).diff(&[])
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

// ---- what is the same -------------------------------------------------------

#[test]
fn a_file_printed_anew_and_turned_round_says_the_same() {
    let (file, problems) = parse(FileId(0), &read(&root().join(TERMS)));
    assert!(problems.is_empty(), "{problems:?}");
    let mut items = file.items;
    items.reverse();
    for item in &mut items {
        if let ast::ItemKind::Setting(ast::Setting::Import(path, _)) = &mut item.kind {
            let absolute = root().join("terms").join(path.plain());
            path.chunks = vec![ast::Chunk::Plain(absolute.display().to_string())];
        }
    }
    let text = print::file(&ast::File { items, ..ast::File::default() });
    let pair = Pair::of(&text, "");
    let out = tenor(&["diff", TERMS, &pair.a]);
    assert_eq!(out.status.code(), Some(0), "{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(String::from_utf8_lossy(&out.stdout).contains("Nothing differs: both say the same in "));
}

#[test]
fn what_means_nothing_is_no_difference() {
    let same = [
        ("layout and comments", "§2 define a : number = 1 + 2", "§2\n# a comment\ndefine a : number =\n    (1 + 2)   # another"),
        ("how a number is written", "§2 define a : number = 1,000 + 4.50%", "§2 define a : number = 1000.0 + 0.045"),
        ("the order of terms", "§2 define a(x : number) : number = 2 × x + 1", "§2 define a(x : number) : number = 1 + x × 2"),
        ("a percentage of a value", "§2 define a(x : number) : number = 5% of x", "§2 define a(x : number) : number = x × 5%"),
        ("names of parameters", "§2 define a(x : number) : number = x × x", "§2 define a(y : number) : number = y × y"),
        (
            "the order of conditions",
            "§2 rule r on issuance, for each certificate when event.price < price and event.shares > 0 shares { end certificate }",
            "§2 rule r on issuance, for each certificate when 0 shares < event.shares when price > event.price { end certificate }",
        ),
        (
            "`unless`",
            "§2 rule r on issuance, for each certificate unless known event.parts { end certificate }",
            "§2 rule r on issuance, for each certificate when not known event.parts { end certificate }",
        ),
        (
            "the order of lines, and of fields",
            "§2 rule r on issuance, for each certificate { price becomes event.price
               record payments { to: certificate.holder, amount: price × number } }",
            "§2 rule r on issuance, for each certificate { record payments { amount: number × price, to: certificate.holder }
               price becomes event.price }",
        ),
        (
            "names that a rule gives for itself",
            "§2 rule r on issuance, for each certificate { let a = price + event.price  let b = a / 2  price becomes b }",
            "§2 rule r on issuance, for each certificate { let total = event.price + price  let part = total / 2  price becomes part }",
        ),
        (
            "a value without a name of its own",
            "§2 rule r on issuance, for each certificate { let a = price + event.price  price becomes a / 2 }",
            "§2 rule r on issuance, for each certificate { price becomes (event.price + price) / 2 }",
        ),
        (
            "the name of what is gone through",
            "§2 rule r on issuance { for each part in event.parts { record payments { to: part.holder, amount: $1 } } }",
            "§2 rule r on issuance { for each line in event.parts { record payments { to: line.holder, amount: $1 } } }",
        ),
        ("the order of words", "§2 event e { k : one | two }", "§2 event e { k : two | one }"),
        ("the title", "§2 define a : number = 1", "terms \"Another\"\n§2 define a : number = 1"),
    ];
    for (what, a, b) in same {
        // a second title takes the place of the first only where the head has none
        let (a, b) = if what == "the title" {
            (format!("{HEAD}{a}"), HEAD.replace("A warrant", "Another") + a)
        } else {
            (format!("{HEAD}{a}"), format!("{HEAD}{b}"))
        };
        let (code, text) = Pair::of(&a, &b).diff(&[]);
        assert_eq!(code, Some(0), "{what}: {text}");
    }
}

#[test]
fn another_name_is_told_and_is_no_difference() {
    let a = "§2 define cap : number = 5%\n§2 define room of certificate : shares = cap × number\n\
        §2 rule capped on issuance, for each certificate { require event.shares < room else refuse \"{certificate.room}\" }\n\
        §2 rule next on issuance, for each certificate subject to capped { price becomes event.price }\n\
        report all of certificate { room }\n";
    let b =
        a.replace("cap ", "limit ").replace("room", "space").replace("capped", "limited").replace("{ space }", "{ room: space }");
    let (code, text) = diff(a, &b);
    assert_eq!(code, Some(0), "{text}");
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in ["definition cap is limit", "definition room of certificate is space of certificate", "rule capped is limited"] {
        assert!(words.contains(said), "{said}: {text}");
    }
    // one that is changed too is another
    let (code, text) = diff(a, &b.replace("5%", "6%"));
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("definition cap removed") && text.contains("definition limit added"), "{text}");
}

// ---- what differs -----------------------------------------------------------

#[test]
fn the_least_change_is_a_difference() {
    let differ = [
        ("the order of a difference", "§2 define a(x : number) : number = x - 1", "§2 define a(x : number) : number = 1 - x"),
        ("brackets that count", "§2 define a(x : number) : number = (x + 1) × 2", "§2 define a(x : number) : number = x + 1 × 2"),
        (
            "the order of parameters",
            "§2 define a(x : number, y : number) : number = x - y",
            "§2 define a(x : number, y : number) : number = y - x",
        ),
        ("a strict bound", "§2 define a(x : number) : yes/no = x < 1", "§2 define a(x : number) : yes/no = x <= 1"),
        (
            "`and` for `or`",
            "§2 define a(x : number) : yes/no = x < 1 and x > 0",
            "§2 define a(x : number) : yes/no = x < 1 or x > 0",
        ),
        ("the clause", "§2 define a : number = 1", "§3 define a : number = 1"),
        ("the type", "§2 define a : number = 1", "§2 define a : ratio = 1"),
        (
            "the order of cases",
            "§2 define a(x : number, y : number) : number = first of { when x > 1 : 1  when y > 2 : 2  otherwise : 0 }",
            "§2 define a(x : number, y : number) : number = first of { when y > 2 : 2  when x > 1 : 1  otherwise : 0 }",
        ),
        (
            "a name in a final rule, whose names keep their first values",
            "§2 final rule r on issuance, for each certificate { let a = price + event.price  price becomes a / 2 }",
            "§2 final rule r on issuance, for each certificate { price becomes (price + event.price) / 2 }",
        ),
        (
            "two names changed for each other",
            "§2 rule r on issuance, for each certificate { let a = price  let b = event.price  price becomes a / 2 + b / 3 }",
            "§2 rule r on issuance, for each certificate { let b = price  let a = event.price  price becomes a / 2 + b / 3 }",
        ),
        (
            "a refusal for a stop",
            "§2 rule r on issuance { require event.shares > 0 shares else refuse \"none\" }",
            "§2 rule r on issuance { require event.shares > 0 shares else stop \"none\" }",
        ),
        ("the close of business", "", "close of business 16:00"),
        ("a field that may be left out", "§2 event e { k : text }", "§2 event e { k : text optional }"),
        ("what is kept", "§2 event e { k : text }", "§2 event e kept { k : text }"),
        ("a note", "§2 not computable \"A fact.\"", "§2 not computable \"A judgment.\""),
        (
            "the default of a reading",
            "§2 reading r \"Which?\" { one \"One.\"  two \"Two.\" }",
            "§2 reading r \"Which?\" { two \"Two.\"  one \"One.\" }",
        ),
        ("what counts as an adjustment", "§2 adjustment of price or number under §3", "§2 adjustment of price under §3"),
        (
            "a table's cell",
            "§2 table t(x : number) : number { between linear  beyond nearest  row 1 : 2  row 2 : 3 }",
            "§2 table t(x : number) : number { between linear  beyond nearest  row 1 : 2  row 2 : 4 }",
        ),
    ];
    for (what, a, b) in differ {
        let (a, b) = match what {
            "the close of business" => (HEAD.to_owned(), HEAD.replace("business 17:00", "business 16:00")),
            _ => (format!("{HEAD}{a}"), format!("{HEAD}{b}")),
        };
        for pair in [Pair::of(&a, &b), Pair::of(&b, &a)] {
            let (code, text) = pair.diff(&[]);
            assert_eq!(code, Some(1), "{what}: {text}");
        }
    }
}

const BODY: &str = r#"
§2 define cap : number = 4.999%
§2 define worth(d : date) : USD = first of { when d > 2006-03-05 : $1.25  otherwise : $3 }
§2 rule r on issuance, for each certificate  when event.price > $2/share {
  let part = price / 2
  require event.shares < 40 shares else refuse "only 40 are allowed"
  price becomes part + $8/share but not below $6/share, or not at all when event.shares is 5 shares
  number becomes number rounded down to 3 shares  when number > 9 shares
  record payments { to: "A1", amount: $7 + worth(today) }
  warn "2 things"  when number > 6 shares
}
§2 postpone number { on issuance  while the change is under 2%  until issuance }
§2 round price { to the nearest $0.01/share half away from zero }
§2 covenant c "of 3" while cap > 2 { cap < 4 }
§2 obligation o "in 3 days" on issuance { due event.date + 3 days  done event.date + 1 day }
§2 table t(x : number, y : number) : number { between linear  beyond nearest  columns 1 3  row 2 : 5 6  row 4 : 7 8 }
§2 calendar k { closed sunday  closed on "days.txt"  known 2005-01-01 to 2007-12-31 }
§2 event e { k : number = 4  check event.k > 2 "more than 2" }
report all of certificate where number > 2 shares { a_half: number / 2 }
"#;

#[test]
fn any_digit_that_changes_is_found() {
    let mut tried = 0;
    for (at, digit) in BODY.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
        if BODY[..at].ends_with('§') {
            continue;
        }
        let new = if digit == '9' { '1' } else { char::from(digit as u8 + 1) };
        let changed = format!("{}{new}{}", &BODY[..at], &BODY[at + 1..]);
        let pair = Pair::of(&format!("{HEAD}{BODY}"), &format!("{HEAD}{changed}"));
        pair.write("days.txt", "2005-07-04\n");
        let (code, told) = pair.diff(&[]);
        // a few changes leave nothing to compare: a month 13
        if code != Some(65) {
            tried += 1;
            assert_eq!(code, Some(1), "byte {at} of the body: {told}");
        }
    }
    assert!(tried > 50, "{tried} digits were changed");
}

#[test]
fn what_differs_is_marked_where_it_differs() {
    let a = r#"
§2(a) define cap : number = 4.999%
§2(b) define room of certificate : shares = cap × number
§2(c) rule capped on issuance, for each certificate  when event.price < price and event.shares > 0 shares {
  let most = room
  require event.shares <= most else refuse "{event.shares} are more than {most}"
  price becomes event.price but not below $1.00/share
  number becomes number + 1 share
}
§3 define worth(day : date) : USD = first of {
  (a) when day > 2006-01-01 : $1
  (b) when day > 2005-01-01 : $2
  otherwise : $3
}
§10 defect "Says nothing."
"#;
    let b = r#"
§2(a) define cap : number = 9.99%
§2(b) define room of certificate : shares = cap × number
§2(c) rule capped on issuance, for each certificate  when event.price <= price and event.shares > 0 shares {
  let limit = room
  require event.shares <= limit else refuse "{event.shares} are above {limit}"
  number becomes number + 2 shares
  price becomes event.price
}
§3 define worth(d : date) : USD = first of {
  (a) when d > 2006-01-01 : $1
  (b) when d > 2004-01-01 : $2
  (c) when d > 2003-01-01 : $4
  otherwise : $3
}
§11 not computable "Governing law."
"#;
    let (code, text) = diff(a, b);
    assert_eq!(code, Some(1), "{text}");
    let due = r#"A warrant → A warrant

§2(a)
  definition cap changed
    value
      before  [-4.999%-]
      after   {+9.99%+}
    used by §2(c) rule capped

§2(c)
  rule capped changed
    applies when
      before  event.price [-<-] price and event.shares > 0 shares
      after   event.price {+<=+} price and event.shares > 0 shares
    or refuses
      before  "{event.shares} are [-more than-] {limit}"
      after   "{event.shares} are {+above+} {limit}"
    price becomes
      before  event.price [-but not below $1.00/share-]
      after   event.price
    number becomes
      before  number + [-1 share-]
      after   number + {+2 shares+}

§3
  definition worth changed
    value, case (b)
      before  (b) when d > [-2005-01-01-] : $2
      after   (b) when d > {+2004-01-01+} : $2
    value, case (c)
      after   {+(c) when d > 2003-01-01 : $4+}

§10
  defect of §10 removed
    - defect "Says nothing."

§11
  why not computable: §11 added
    + not computable "Governing law."

5 clauses differ: §2(a), §2(c), §3, §10, §11; 3 declarations changed, 1 added, 1 removed. 2 others are the same.
"#;
    assert_eq!(text, due);
}

#[test]
fn clauses_stand_in_the_order_of_the_agreement() {
    let cites =
        ["10", "5.10", "5.2", "4(a)(iv)", "4(a)(x)", "4(b)", "4(a) ¶1", "4 \"Price\"", "5.2(c)", "5.1.1", "3", "4(a)(ix)"];
    let notes = cites.map(|c| format!("§{c} not computable \"A fact.\"\n")).concat();
    let (_, text) = diff("", &notes);
    let headings: Vec<&str> = text.lines().filter_map(|l| l.strip_prefix('§')).collect();
    // a defined word and paragraphs before the parts, ten after nine and after two
    let due = ["3", "4 \"Price\"", "4(a) ¶1", "4(a)(iv)", "4(a)(ix)", "4(a)(x)", "4(b)", "5.1.1", "5.2", "5.2(c)", "5.10", "10"];
    assert_eq!(headings, due, "{text}");
}

#[test]
fn what_repeats_itself_without_end_is_still_compared() {
    // sums in products in sums, as deep as may be, and names that each say the one before twice
    let sums = |n: u32| {
        let nest = (0..30).fold(format!("x + {n}"), |e, _| format!("({e}) × 2 + (1)"));
        format!("§2 define sums(x : number) : number = {nest}\n")
    };
    let names = |n: u32| {
        let lets: String = (1..15).map(|i| format!("let a{i} = (a{} + a{}) / 2\n  ", i - 1, i - 1)).collect();
        format!("§2 rule r on issuance, for each certificate {{\n  let a0 = price + ${n}/share\n  {lets}price becomes a14\n}}\n")
    };
    let whole = |n: u32| sums(n) + &names(n);
    assert_eq!(diff(&whole(1), &whole(1)).0, Some(0));
    let (code, text) = diff(&whole(1), &whole(2));
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("let a0\n      before  price + [-$1/share-]\n      after   price + {+$2/share+}\n"), "{text}");
    assert!(!text.contains("let a1\n"), "what only uses it is no difference of its own: {text}");
}

#[test]
fn long_lines_are_broken_and_colours_are_for_terminals() {
    let long = |n: u32| format!("§2 not computable \"{}{n}\"\n", "a long reason ".repeat(20));
    let (_, text) = diff(&long(1), &long(2));
    assert!(text.lines().all(|l| l.chars().count() <= 104), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
}

// ---- variants, formats, exit codes ------------------------------------------

#[test]
fn a_variant_is_held_against_its_base() {
    let base = root().join(TERMS).display().to_string();
    let variant = format!(
        "variant \"With another cap\" of \"{base}\"\nedition 1\n§7 set ownership_limit = 9.99%\nset reading floor to nominal\n\
         remove covenant par_below_price \"This form has no such covenant.\"\n"
    );
    let pair = Pair::of(&variant, "");
    let out = tenor(&["diff", TERMS, &pair.a, "--format", "json"]);
    assert_eq!(out.status.code(), Some(1), "{}", String::from_utf8_lossy(&out.stderr));
    let json: Json = serde_json::from_slice(&out.stdout).unwrap_or_else(|e| panic!("no JSON: {e}"));
    let clauses: Vec<&str> = json["clauses"].as_array().into_iter().flatten().filter_map(|c| c["clause"].as_str()).collect();
    assert_eq!(clauses, ["3(c)(i)", "4 ¶1", "7"], "in the order of the agreement");
    let change = |n: usize| &json["clauses"][n]["changes"][0];
    assert_eq!((&change(0)["change"], &change(0)["why"]), (&"removed".into(), &"This form has no such covenant.".into()));
    assert_eq!(change(1)["parts"][0]["after"]["text"], "nominal");
    assert_eq!(change(2)["parts"][0]["before"]["differs"][0], "4.999%");
    let uses: Vec<&str> = change(2)["used_by"].as_array().into_iter().flatten().filter_map(|u| u["name"].as_str()).collect();
    assert!(uses.contains(&"ownership_cap"), "{uses:?}");
    assert_eq!((&json["changed"], &json["added"], &json["removed"]), (&2.into(), &0.into(), &1.into()));
    // the other way round the covenant comes back, and the reason why it was left out is told
    let back = tenor(&["diff", &pair.a, TERMS]);
    let text = String::from_utf8_lossy(&back.stdout).into_owned();
    assert!(text.contains("covenant par_below_price added: the first file leaves it out: \"This form has"), "{text}");
}

#[test]
fn the_exit_code_tells() {
    let same = Pair::of(HEAD, HEAD);
    assert_eq!(same.diff(&["--quiet"]), (Some(0), String::new()));
    let (code, text) = same.diff(&["--format", "json"]);
    assert_eq!(code, Some(0));
    let json: Json = serde_json::from_str(&text).unwrap_or_else(|e| panic!("no JSON: {e}"));
    assert_eq!((&json["same"], &json["clauses"]), (&true.into(), &Json::Array(Vec::new())));
    let other = Pair::of(HEAD, &format!("{HEAD}§2 define a_b : number = 1\n"));
    assert_eq!(other.diff(&["-q"]), (Some(1), String::new()));
    let (_, page) = other.diff(&["--format", "md"]);
    assert!(page.contains("## §2\n\n**definition a\\_b** added"), "{page}");
    assert_eq!(Pair::of(HEAD, "terms \"Wrong\"\n").diff(&[]).0, Some(65));
    assert_eq!(tenor(&["diff", &same.a, "no-such-file.terms"]).status.code(), Some(66));
    // a library is read, though it cannot be run
    assert_eq!(tenor(&["diff", "terms/lib/capitalization.terms", "terms/lib/capitalization.terms"]).status.code(), Some(0));
}
