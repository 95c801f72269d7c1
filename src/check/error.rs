//! What can be wrong with terms that read well.

mod diagnostic;

use crate::source::Span;
use crate::syntax;
use thiserror::Error;

/// Something wrong with terms.
#[derive(Debug, Clone, Error)]
pub enum Problem {
    /// The text itself.
    #[error(transparent)]
    Syntax(#[from] syntax::Problem),
    /// A file that cannot be read.
    #[error("`{path}` cannot be read: {why}")]
    Unreadable { at: Span, path: String, why: String },
    /// Files that import one another.
    #[error("`{path}` leads back to itself")]
    ImportCycle { at: Span, path: String, chain: String, variant: bool },
    /// Something every terms file states.
    #[error("{what} is not stated")]
    MissingSetting { at: Span, what: &'static str, example: &'static str },
    /// A setting that makes no sense.
    #[error("{what}")]
    BadSetting { at: Span, what: String, help: String },
    /// A name nothing has.
    #[error("{}", none(what, name))]
    UnknownName { at: Span, name: String, what: String, nearest: Option<String> },
    /// A name nothing has, with what is meant.
    #[error("{}", none(what, name))]
    Meant { at: Span, name: String, what: String, help: String },
    /// A name two things have.
    #[error("`{name}` can be `{one}` or `{other}`")]
    Ambiguous { at: Span, name: String, one: String, other: String },
    /// A name declared twice.
    #[error("`{name}` is declared twice")]
    Duplicate { at: Span, name: String, first: String },
    /// A variant that declares what its base has.
    #[error("`{name}` is declared twice")]
    NotReplaced { at: Span, name: String, first: String },
    /// A name declared in another file too.
    #[error("`{name}` is declared twice")]
    DuplicateOfFile { at: Span, name: String, first: String },
    /// A report or an effect with the name of a part that every result has.
    #[error("every result has a part `{name}`")]
    PartOfResult { at: Span, name: String },
    /// Two sides that do not go together.
    #[error("{left} and {right} cannot be {verb}")]
    Dimensions { at: Span, left: String, left_at: Span, right: String, right_at: Span, verb: &'static str, hint: String },
    /// A value of the wrong type.
    #[error("{wanted} {} needed here, and this is {found}", are(wanted))]
    WrongType { at: Span, wanted: String, found: String, help: String },
    /// A definition called with the wrong values.
    #[error("`{name}` takes {wanted}, and is given {found}")]
    Arguments { at: Span, name: String, wanted: String, found: String },
    /// A field that must be given.
    #[error("`{kind}` needs `{field}`")]
    MissingField { at: Span, kind: String, field: String },
    /// Cases that do not cover everything.
    #[error("no case applies when {case}")]
    MissingCase { at: Span, case: String },
    /// A case that can never apply.
    #[error("this case can never apply")]
    Unreachable { at: Span, why: String },
    /// Definitions that need one another.
    #[error("`{name}` is defined by itself")]
    Circular { at: Span, name: String, path: String },
    /// Events that deem one another.
    #[error("`{name}` would deem itself")]
    DeemCycle { at: Span, name: String, path: String },
    /// Two rules for one state.
    #[error("`{rule}` and `{other}` both set `{state}`")]
    Clash { at: Span, rule: String, other: String, other_at: String, state: String, case: String },
    /// One rule that sets a state twice.
    #[error("`{rule}` sets `{state}` twice on one event")]
    SetTwice { at: Span, rule: String, state: String, first_at: String, case: String },
    /// A rule whose effects depend on one another.
    #[error("`{name}` after the event depends on itself")]
    AfterCycle { at: Span, name: String },
    /// A word that has no meaning in this place.
    #[error("{what}")]
    Misplaced { at: Span, what: String, help: String },
    /// A variant that changes nothing.
    #[error("there is no {sort} `{name}` to {verb}")]
    NothingToChange { at: Span, sort: String, name: String, verb: &'static str, help: Option<String> },
    /// A variant that removes what is needed.
    #[error("{name} is removed and still used")]
    StillUsed { at: Span, name: String, places: String },
    /// A variant that changes something twice.
    #[error("`{name}` is changed twice")]
    ChangedTwice { at: Span, name: String, first: String },
    /// A library's need that nothing meets.
    #[error("`{library}` needs {what}, which is not declared")]
    UnmetNeed { at: Span, library: String, what: String },
    /// Something declared and never used.
    #[error("{sort} `{name}` is never used")]
    Unused { at: Span, sort: &'static str, name: String },
    /// A rounding of a sum without brackets.
    #[error("`rounded` takes in everything before it")]
    RoundsAll { at: Span, whole: String, part: String },
    /// A condition that always holds, or never.
    #[error("this condition {} holds", if *always { "always" } else { "never" })]
    ConstantCondition { at: Span, always: bool },
    /// A rule for each entry on an event that names one.
    #[error("`{event}` names one {kind}, and the rule is for each")]
    EachOfNamed { at: Span, event: String, kind: String, field: String },
    /// Adjustments under a clause from which nothing comes.
    #[error("nothing comes from {clause}")]
    AdjustmentOfNothing { at: Span, clause: String },
    /// Terms that change entries and count no change as an adjustment.
    #[error("these terms count no change as an adjustment")]
    NoAdjustment { at: Span, state: String },
    /// An example that expects nothing.
    #[error("the example expects nothing")]
    NoExpectation { at: Span, title: String },
    /// A divisor that nothing keeps from being zero.
    #[error("{what} may be zero, and is divided by")]
    MayDivideByZero { at: Span, what: String, bound: Option<String> },
    /// A point where the file parts thousands with commas.
    #[error("`{text}` has a point, and thousands are parted by commas in this file")]
    Thousands { at: Span, text: String },
    /// A percentage that is multiplied as it stands.
    #[error("`{field}` of `{event}` is multiplied as it stands")]
    Percentage { at: Span, field: String, event: String },
    /// An `allow` that silences nothing.
    #[error("there is no warning `{code}` {}", within(of.as_ref()))]
    AllowsNothing { at: Span, code: String, of: Option<String> },
    /// A rule without a clause.
    #[error("{sort} `{name}` cites no clause")]
    Uncited { at: Span, sort: &'static str, name: String },
}

/// The codes of warnings: they keep nothing from running, and `allow` silences them, all but the last.
pub(super) const WARNINGS: [&str; 12] = [
    "check::unused",
    "check::uncited",
    "check::rounds-all",
    "check::constant-condition",
    "check::each-of-named",
    "check::adjustment-of-nothing",
    "check::no-adjustment",
    "check::no-expectation",
    "check::may-divide-by-zero",
    "check::thousands",
    "check::percentage",
    "check::allows-nothing",
];

impl Problem {
    /// Where it is.
    #[must_use]
    pub const fn span(&self) -> Span {
        match self {
            Self::Syntax(p) => p.span(),
            Self::Unreadable { at, .. }
            | Self::ImportCycle { at, .. }
            | Self::MissingSetting { at, .. }
            | Self::BadSetting { at, .. }
            | Self::UnknownName { at, .. }
            | Self::Meant { at, .. }
            | Self::Ambiguous { at, .. }
            | Self::Duplicate { at, .. }
            | Self::NotReplaced { at, .. }
            | Self::DuplicateOfFile { at, .. }
            | Self::PartOfResult { at, .. }
            | Self::Dimensions { at, .. }
            | Self::WrongType { at, .. }
            | Self::Arguments { at, .. }
            | Self::MissingField { at, .. }
            | Self::MissingCase { at, .. }
            | Self::Unreachable { at, .. }
            | Self::Circular { at, .. }
            | Self::DeemCycle { at, .. }
            | Self::Clash { at, .. }
            | Self::SetTwice { at, .. }
            | Self::RoundsAll { at, .. }
            | Self::AfterCycle { at, .. }
            | Self::Misplaced { at, .. }
            | Self::NothingToChange { at, .. }
            | Self::StillUsed { at, .. }
            | Self::ChangedTwice { at, .. }
            | Self::UnmetNeed { at, .. }
            | Self::Unused { at, .. }
            | Self::ConstantCondition { at, .. }
            | Self::EachOfNamed { at, .. }
            | Self::AdjustmentOfNothing { at, .. }
            | Self::NoAdjustment { at, .. }
            | Self::NoExpectation { at, .. }
            | Self::MayDivideByZero { at, .. }
            | Self::Thousands { at, .. }
            | Self::Percentage { at, .. }
            | Self::AllowsNothing { at, .. }
            | Self::Uncited { at, .. } => *at,
        }
    }

    /// Its code, the name of its fixture and of its heading in the documentation.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Syntax(p) => p.id(),
            Self::Unreadable { .. } => "check::unreadable",
            Self::ImportCycle { .. } => "check::import-cycle",
            Self::MissingSetting { .. } => "check::missing-setting",
            Self::BadSetting { .. } => "check::bad-setting",
            Self::UnknownName { .. } | Self::Meant { .. } => "check::unknown-name",
            Self::Ambiguous { .. } => "check::ambiguous",
            Self::Duplicate { .. } | Self::NotReplaced { .. } | Self::DuplicateOfFile { .. } | Self::PartOfResult { .. } => {
                "check::duplicate"
            }
            Self::Dimensions { .. } => "check::dimensions",
            Self::WrongType { .. } => "check::wrong-type",
            Self::Arguments { .. } => "check::arguments",
            Self::MissingField { .. } => "check::missing-field",
            Self::MissingCase { .. } => "check::missing-case",
            Self::Unreachable { .. } => "check::unreachable",
            Self::Circular { .. } => "check::circular",
            Self::DeemCycle { .. } => "check::deem-cycle",
            Self::Clash { .. } | Self::SetTwice { .. } => "check::clash",
            Self::RoundsAll { .. } => "check::rounds-all",
            Self::AfterCycle { .. } => "check::after-cycle",
            Self::Misplaced { .. } => "check::misplaced",
            Self::NothingToChange { .. } => "check::nothing-to-change",
            Self::StillUsed { .. } => "check::still-used",
            Self::ChangedTwice { .. } => "check::changed-twice",
            Self::UnmetNeed { .. } => "check::unmet-need",
            Self::Unused { .. } => "check::unused",
            Self::ConstantCondition { .. } => "check::constant-condition",
            Self::EachOfNamed { .. } => "check::each-of-named",
            Self::AdjustmentOfNothing { .. } => "check::adjustment-of-nothing",
            Self::NoAdjustment { .. } => "check::no-adjustment",
            Self::NoExpectation { .. } => "check::no-expectation",
            Self::MayDivideByZero { .. } => "check::may-divide-by-zero",
            Self::Thousands { .. } => "check::thousands",
            Self::Percentage { .. } => "check::percentage",
            Self::AllowsNothing { .. } => "check::allows-nothing",
            Self::Uncited { .. } => "check::uncited",
        }
    }

    /// Whether it keeps the terms from running; a warning does not.
    #[must_use]
    pub fn is_error(&self) -> bool {
        !WARNINGS.contains(&self.id())
    }

    fn label_text(&self) -> String {
        match self {
            Self::Syntax(_) => String::new(),
            Self::Unreadable { .. } => "named here".into(),
            Self::ImportCycle { chain, .. } => chain.clone(),
            Self::MissingSetting { .. } => "in this file".into(),
            Self::UnknownName { .. } | Self::Meant { .. } => "not declared".into(),
            Self::Ambiguous { .. } => "which of the two".into(),
            Self::Duplicate { .. } | Self::NotReplaced { .. } | Self::DuplicateOfFile { .. } => "declared again here".into(),
            Self::PartOfResult { .. } => "taken".into(),
            Self::WrongType { found, .. } => format!("this is {found}"),
            Self::Arguments { .. } => "these values".into(),
            Self::MissingField { .. } => "made here".into(),
            Self::MissingCase { .. } => "the cases end here".into(),
            Self::Unreachable { why, .. } => why.clone(),
            Self::Circular { path, .. } | Self::DeemCycle { path, .. } => path.clone(),
            Self::Clash { case, .. } | Self::SetTwice { case, .. } => format!("both apply when {case}"),
            Self::AfterCycle { .. } | Self::Misplaced { .. } | Self::BadSetting { .. } | Self::Dimensions { .. } => "here".into(),
            Self::NothingToChange { .. } => "not in the file this is a variant of".into(),
            Self::StillUsed { .. } => "removed here".into(),
            Self::ChangedTwice { .. } => "changed again here".into(),
            Self::UnmetNeed { .. } => "needed here".into(),
            Self::RoundsAll { .. } => "all of this is rounded".into(),
            Self::Unused { .. } => "declared here".into(),
            Self::ConstantCondition { always: true, .. } => "whatever the values are".into(),
            Self::ConstantCondition { .. } => "no values make it hold".into(),
            Self::EachOfNamed { field, .. } => format!("`event.{field}` is not read"),
            Self::AdjustmentOfNothing { .. } => "no declaration cites it or a part of it".into(),
            Self::NoAdjustment { state, .. } => format!("this changes `{state}` of entries"),
            Self::NoExpectation { .. } => "nothing is tried here".into(),
            Self::MayDivideByZero { .. } => "zero here stops the run".into(),
            Self::Thousands { text, .. } => format!("read as {}", text.split('.').next().unwrap_or(text)),
            Self::Percentage { .. } => "50 here would be fifty times, and no half".into(),
            Self::AllowsNothing { .. } => "silences nothing".into(),
            Self::Uncited { .. } => "no § before it".into(),
        }
    }

    fn help_text(&self) -> Option<String> {
        let nearest = |n: &Option<String>| n.as_ref().map(|n| format!("did you mean `{n}`?"));
        Some(match self {
            Self::Syntax(_) => return None,
            Self::Unreadable { .. } => "paths are relative to the file that names them".into(),
            Self::ImportCycle { variant: true, .. } => "the first of the files must be `terms`, and no variant".into(),
            Self::ImportCycle { .. } => "put what both files need into a third one".into(),
            Self::MissingSetting { example, .. } => format!("add a line such as `{example}`"),
            Self::BadSetting { help, .. }
            | Self::Misplaced { help, .. }
            | Self::WrongType { help, .. }
            | Self::Meant { help, .. } => {
                if help.is_empty() {
                    return None;
                }
                help.clone()
            }
            Self::UnknownName { nearest: n, .. } => return nearest(n),
            Self::NothingToChange { help, .. } => return help.clone(),
            Self::StillUsed { places, .. } => format!("it is used at {places}; replace what uses it, or remove that too"),
            Self::Ambiguous { one, other, .. } => format!("write `{one}` or `{other}`"),
            Self::Duplicate { first, .. } => format!("the first is at {first}; give one of them another name"),
            Self::NotReplaced { first, .. } => {
                format!(
                    "the first is at {first}; write `replace` before this one to put it in its place, or give it another name"
                )
            }
            Self::PartOfResult { .. } => "give it another name".into(),
            Self::DuplicateOfFile { first, .. } => {
                format!("the first is at {first}; give one of them another name, or write `replace` in a variant of that file")
            }
            Self::Dimensions { hint, .. } => {
                if hint.is_empty() {
                    return None;
                }
                hint.clone()
            }
            Self::Arguments { wanted, .. } => format!("give it {wanted}"),
            Self::MissingField { field, .. } => format!("add `{field}: …`, or declare the field `optional`"),
            Self::MissingCase { .. } => "add that case, or `otherwise : …`, or `otherwise stop \"…\"`".into(),
            Self::Unreachable { .. } => "remove it, or move it up".into(),
            Self::Circular { .. } => "give one of them a value that does not need the others".into(),
            Self::DeemCycle { .. } => "a deemed event may not lead back to itself: the run would never end".into(),
            Self::Clash { rule, other, other_at, .. } => {
                format!(
                    "`{other}` is at {other_at}; say which goes first: `rule {rule} … notwithstanding {other}`, or add a condition"
                )
            }
            Self::SetTwice { first_at, .. } => {
                format!("the first is at {first_at}; keep one of them, or give them conditions of which only one can hold")
            }
            Self::RoundsAll { whole, part, .. } => {
                format!(
                    "write `({whole}) rounded …` if that is meant, or put brackets around the part that is rounded: `({part} rounded …)`"
                )
            }
            Self::AfterCycle { .. } => "use the value `before` in one of the formulas".into(),
            Self::ChangedTwice { first, .. } => format!("the first change is at {first}; keep one of them"),
            Self::UnmetNeed { .. } => "declare it in the file that imports the library".into(),
            Self::Unused { .. } => "remove it, or use it".into(),
            Self::ConstantCondition { .. } => "correct it, or leave it out".into(),
            Self::EachOfNamed { kind, field, .. } => format!(
                "write `for the {kind}` for the one that `{field}` names; where all are meant, say why: `allow check::each-of-named in … \"…\"`"
            ),
            Self::AdjustmentOfNothing { .. } => "cite a clause that a rule comes from, or leave this one out".into(),
            Self::NoAdjustment { state, .. } => {
                format!("say which changes are adjustments: `adjustment of {state} under §…`, or the result lists none")
            }
            Self::NoExpectation { .. } => "add what must come of it, such as `expect not refused` or `expect … is …`".into(),
            Self::MayDivideByZero { bound: Some(bound), .. } => {
                format!("rule it out where the event is declared: `check {bound} \"…\"`, or say when the formula applies")
            }
            Self::MayDivideByZero { .. } => {
                "it is zero where there is nothing: say first what holds then, `when … is 0 : …`".into()
            }
            Self::Thousands { text, .. } => {
                let (whole, part) = text.split_once('.').unwrap_or((text, ""));
                format!("write `{whole},{part}` where thousands are meant, or `{whole}` where they are not")
            }
            Self::Percentage { field, .. } => format!(
                "where records say 50 for 50%, divide by 100; where they say 0.5, say so in the event: `check event.{field} <= 100% \"…\"`"
            ),
            Self::AllowsNothing { .. } => "remove it".into(),
            Self::Uncited { .. } => "write the clause it comes from in a line before it, such as `§4(d)(i)`".into(),
        })
    }
}

/// ``there is no type `money` ``, or `` `ratio` is no field of `split` ``.
fn none(what: &str, name: &str) -> String {
    if what.contains(" of ") { format!("`{name}` is no {what}") } else { format!("there is no {what} `{name}`") }
}

/// `in this file`, or in a declaration of it.
fn within(of: Option<&String>) -> String {
    of.map_or_else(|| "in this file".to_owned(), |of| format!("in `{of}`"))
}

/// `is`, or `are` of several.
fn are(wanted: &str) -> &'static str {
    if matches!(wanted, "shares" | "days" | "months" | "trading days") { "are" } else { "is" }
}
