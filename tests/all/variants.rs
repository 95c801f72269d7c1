//! Variants, and variants of variants.

use crate::tenor::tenor;
use std::path::PathBuf;
use std::process::Output;

const COMMON: &str = r#"library "Common"
edition 1
currency USD
event certificate kept by certificate { certificate : text  holder : text  shares : shares }
event issuance { shares : shares  price : USD/share }
"#;

const BASE: &str = r#"terms "Base"
edition 1
currency USD
time zone America/New_York
close of business 17:00
import "lib/common.terms"
import "./lib/more.terms"

§1 define cap : number = 4.999%
§8 reading floor "Is there a floor?" { none "No word of it."  some "It is implied." }
§8 state price of certificate : USD/share = $2.40/share
§8 state number of certificate : shares = certificate.shares
§7 covenant enough "enough" { cap > 0 }
§7(a) define room of certificate : shares = cap × number
§7(b) rule capped on issuance, for each certificate { require event.shares <= room else refuse "no room: {room}" }
§7(b), §8 rule too_low on issuance { require event.price > $0/share else refuse "the price is nothing" }
§4(d) rule diluted on issuance, for each certificate { price becomes event.price  when floor is none and event.price < price }
§5 obligation pay "payment" on issuance { due promptly  done event.date }
§4 adjustment of price under §4
report issuer { cap }
example "of the base, which fails for every variant" { 2005-03-14 halt { } expect cap is 4.999% }
"#;

/// Files in folders, gone when the test ends.
struct Files(tempfile::TempDir);

impl Files {
    /// The base in one folder, its libraries within it, and variants in another.
    fn of(variants: &[(&str, &str)]) -> Self {
        let out = Self(tempfile::tempdir().unwrap_or_else(|e| panic!("no folder: {e}")));
        out.write("base/base.terms", BASE);
        out.write("base/lib/common.terms", COMMON);
        out.write("base/lib/more.terms", "library \"More\"\nedition 1\nimport \"../lib/common.terms\"\nobservation halt { }\n");
        for (name, text) in variants {
            out.write(&format!("variants/{name}"), text);
        }
        out
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        let folder = path.parent().unwrap_or_else(|| panic!("no folder"));
        std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text)).unwrap_or_else(|e| panic!("{name}: {e}"));
    }

    fn run(&self, command: &str, name: &str) -> (Option<i32>, String) {
        let Output { status, stdout, stderr } = tenor(&[command, &self.path(&format!("variants/{name}")).display().to_string()]);
        (status.code(), format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
    }

    /// The examples of a variant come out, which shows what it says.
    fn tested(&self, name: &str) {
        let (code, told) = self.run("test", name);
        assert_eq!(code, Some(0), "{name}: {told}");
    }

    /// A variant is wrong, and this is told of it.
    fn rejected(&self, name: &str, parts: &[&str]) {
        let (code, told) = self.run("check", name);
        assert_eq!(code, Some(65), "{name}: {told}");
        for part in parts {
            assert!(told.contains(part), "{name}: no `{part}` in\n{told}");
        }
    }
}

#[test]
fn each_of_three_levels_may_change_what_the_one_below_left() {
    let second = "variant \"Second\" of \"../base/base.terms\"\nedition 1\nimport \"../base/lib/more.terms\"\n\
        §1 set cap = 9.99%\nset reading floor to some\nextend issuance { note : text optional }\n\
        replace rule diluted on issuance, for each certificate { price becomes event.price }\n";
    // 10 of 100 shares are 10%, and the third level allows 20%; a price that rises shows the rule of the second level
    let third = "variant \"Third\" of \"deeper/../second.terms\"\nset cap = 20%\nremove obligation pay \"Not owed.\"\n\
        §9 define later : number = cap × 2\n\
        example \"of the third\" {\n\
        \x20 2005-03-14 certificate { certificate: \"W-1\", holder: \"A\", shares: 100 shares }\n\
        \x20 2005-03-15 issuance { shares: 10 shares, price: $3/share, note: \"x\" }\n\
        \x20 expect price of certificate \"W-1\" is $3/share\n\
        \x20 expect later is 40%\n\
        \x20 2005-03-16 issuance { shares: 21 shares, price: $3/share }\n\
        \x20 expect refused under §7(b)\n}\n";
    let fourth = "variant \"Fourth\" of \"third.terms\"\nreplace §1 define cap : number = 5%\nremove rule capped \"No cap.\"\n\
        replace rule diluted on issuance, for each certificate { price becomes event.price + $1/share }\n\
        example \"of the fourth\" {\n\
        \x20 2005-03-14 certificate { certificate: \"W-1\", holder: \"A\", shares: 100 shares }\n\
        \x20 2005-03-16 issuance { shares: 21 shares, price: $3/share }\n\
        \x20 expect price of certificate \"W-1\" is $4/share\n\
        \x20 expect later is 10%\n}\n";
    let files = Files::of(&[("second.terms", second), ("third.terms", third), ("fourth.terms", fourth)]);
    files.tested("third.terms");
    files.tested("fourth.terms");
    let (_, told) = files.run("check", "fourth.terms");
    assert!(told.contains("Fourth: 2 rules") && told.contains("1 example\n"), "the examples of the others are not run: {told}");
    assert!(told.contains("reading floor (§8): Is there a floor?") && told.contains("    some, unless another"), "{told}");
}

#[test]
fn a_clause_is_removed_with_all_that_comes_from_it_alone() {
    let variant = "variant \"Without §7\" of \"../base/base.terms\"\nremove §7 \"There is no cap.\"\n\
        §7 rule another on issuance { require event.shares < 5 shares else refuse \"too many\" }\n\
        example \"another rule\" {\n\
        \x20 2005-03-14 certificate { certificate: \"W-1\", holder: \"A\", shares: 100 shares }\n\
        \x20 2005-03-15 issuance { shares: 5 shares, price: $1/share }\n\
        \x20 expect refused under §7\n\
        \x20 2005-03-16 issuance { shares: 4 shares, price: $0/share }\n\
        \x20 expect refused under §7(b)\n}\n";
    let files = Files::of(&[("without.terms", variant)]);
    // `too_low` comes from §8 too, and stays
    files.tested("without.terms");
    let (_, told) = files.run("coverage", "without.terms");
    assert!(told.contains("left out: There is no cap."), "the reason covers §7(a): {told}");
}

#[test]
fn everything_can_be_removed_by_its_sort() {
    let removals = "variant \"Less\" of \"../base/base.terms\"\nremove covenant enough \"a\"\nremove obligation pay \"b\"\n\
        remove adjustment \"c\"\nremove report issuer \"d\"\nremove observation halt \"e\"\nremove rule capped \"f\"\n\
        remove define room of certificate \"g\"\nremove reading floor \"h\"\nremove rule diluted \"i\"\n\
        remove state price of certificate \"j\"\n";
    let files = Files::of(&[("less.terms", removals)]);
    let (code, told) = files.run("check", "less.terms");
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("Less: 1 rule, 1 definition, 2 events, 0 readings"), "{told}");
}

#[test]
fn the_base_comes_first_wherever_its_line_stands() {
    let late =
        "import \"../base/lib/more.terms\"\nremove observation halt \"None.\"\nvariant \"Late\" of \"../base/base.terms\"\n";
    let files = Files::of(&[("late.terms", late)]);
    let (code, told) = files.run("check", "late.terms");
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("2 events"), "what both import is there once: {told}");
}

#[test]
fn a_replacement_without_a_clause_keeps_the_clause() {
    let variant = "variant \"Kept\" of \"../base/base.terms\"\n\
        replace rule too_low on issuance { require event.price > $1/share else refuse \"too low\" }\n\
        example \"cited\" { 2005-03-15 issuance { shares: 5 shares, price: $1/share } expect refused under §7(b) }\n";
    Files::of(&[("kept.terms", variant)]).tested("kept.terms");
}

#[test]
fn what_is_not_there_cannot_be_changed() {
    let wrong = "variant \"Wrong\" of \"../base/base.terms\"\nremove §77 \"no\"\nremove §7(a)(i) \"no\"\nset capp = 1\n\
        set reading flor to none\nextend issuanc { a : text }\nreplace define price : USD/share = $1/share\n\
        remove reding floor \"no\"\nremove example \"x\" \"no\"\nset reading floor to nne\n";
    let files = Files::of(&[("wrong.terms", wrong)]);
    files.rejected(
        "wrong.terms",
        &[
            "there is no clause `§77` to remove",
            "there is no clause `§7(a)(i)` to remove",
            "there is no definition or state `capp` to set",
            "there is no reading `flor` to set",
            "there is no event `issuanc` to extend",
            "there is no definition or table `price` to replace",
            "did you mean `state price of certificate`?",
            "did you mean `reading`?",
            "a variant has only its own examples",
            "`nne` is no alternative of `floor`",
        ],
    );
}

#[test]
fn one_file_changes_a_thing_once() {
    let twice = [
        ("removed.terms", "remove rule capped \"a\"\nreplace rule capped on issuance { warn \"x\" }\n", "`rule capped`"),
        ("set.terms", "set cap = 1\n§1 set cap = 2\n", "`define cap`"),
        ("state.terms", "set price = $1/share\nset price of certificate = $2/share\n", "`state price of certificate`"),
        ("clause.terms", "set room = 1 share\nremove §7(a) \"a\"\n", "`define room of certificate`"),
        ("extended.terms", "extend issuance { a : text }\nremove event issuance \"a\"\n", "`event issuance`"),
        ("reading.terms", "set reading floor to some\nremove reading floor \"a\"\n", "`reading floor`"),
    ];
    for (name, text, what) in twice {
        let files = Files::of(&[(name, &format!("variant \"Twice\" of \"../base/base.terms\"\n{text}"))]);
        files.rejected(name, &["check::changed-twice", &format!("{what} is changed twice"), &format!("{name}:2")]);
    }
}

#[test]
fn what_is_removed_and_still_used_is_told_with_its_places() {
    let files = Files::of(&[("used.terms", "variant \"Used\" of \"../base/base.terms\"\nremove define room \"None.\"\n")]);
    files.rejected("used.terms", &["check::still-used", "definition `room` is removed and still used", "base.terms:15"]);
}

#[test]
fn what_the_base_has_is_replaced_and_not_declared_beside_it() {
    let files = Files::of(&[("beside.terms", "variant \"Beside\" of \"../base/base.terms\"\n§1 define cap : number = 2\n")]);
    files.rejected("beside.terms", &["check::duplicate", "`cap` is declared twice", "write `replace` before this one"]);
    let titles = "variant \"One\" of \"../base/base.terms\"\nvariant \"Two\" of \"../base/base.terms\"\n";
    Files::of(&[("two.terms", titles)]).rejected("two.terms", &["check::bad-setting", "this file has two titles"]);
}

#[test]
fn variants_that_lead_back_to_themselves() {
    let files = Files::of(&[
        ("one.terms", "variant \"One\" of \"two.terms\"\nedition 1\n"),
        ("two.terms", "variant \"Two\" of \"one.terms\"\nedition 1\n"),
        ("self.terms", "variant \"Self\" of \"self.terms\"\nedition 1\n"),
    ]);
    files.rejected("one.terms", &["check::import-cycle", "one.terms → ", "two.terms → ", "must be `terms`, and no variant"]);
    files.rejected("self.terms", &["check::import-cycle", "self.terms → "]);
}
