//! What a formula may be made of, and which of it has no place in which slot.

use tenor::terms::Slot;

/// What is asked of what has happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Ask {
    Count,
    CountDays,
    Sum,
    Mean,
    Lowest,
    Highest,
    Latest,
    Earliest,
    List,
}

/// Of what it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Over {
    Entries,
    Past,
    Effect,
    List,
}

/// A form of formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Form {
    StateOfIssuer,
    StateOfEntry,
    Before,
    After,
    AtStart,
    AtClose,
    Field,
    FieldThrough,
    DateOrId,
    Parameter,
    Let,
    Question(Ask, Over),
    WindowOn,
    WindowUpTo,
    WindowFromTo,
    WindowDays,
    WindowTradingDays,
    Where,
    Table,
    Least,
    Greatest,
    Abs,
    Exp,
    Ln,
    Sqrt,
    Normal,
    KnownAmong,
    DaysInYear,
    TradingDaysBetween,
    Calendar,
    Known,
    Void,
    Definition,
    DefinitionOfEntry,
    DefinitionWithParameters,
    DefinitionAfter,
    Waterfall,
    Reading,
    Date,
    Moment,
    Months,
    TradingDays,
    Today,
    Now,
    ShiftDays,
    ShiftMonths,
    ShiftTradingDays,
    DaysBetween,
    DayOf,
    Hour,
    StartOf,
    CloseOf,
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Negative,
    PercentOf,
    Rounded,
    RoundedAs,
    ProRata,
    Compare,
    Is,
    IsKind,
    IsEither,
    In,
    And,
    Or,
    Not,
    Standing,
    Pending,
    ChangeBy,
    Text,
    ListWritten,
    Keyed,
}

const ASKS: [Ask; 9] =
    [Ask::Count, Ask::CountDays, Ask::Sum, Ask::Mean, Ask::Lowest, Ask::Highest, Ask::Latest, Ask::Earliest, Ask::List];
const OVERS: [Over; 4] = [Over::Entries, Over::Past, Over::Effect, Over::List];

/// The forms without those of questions.
const PLAIN: [Form; 75] = {
    use Form::*;
    [
        StateOfIssuer,
        StateOfEntry,
        Before,
        After,
        AtStart,
        AtClose,
        Field,
        FieldThrough,
        DateOrId,
        Parameter,
        Let,
        WindowOn,
        WindowUpTo,
        WindowFromTo,
        WindowDays,
        WindowTradingDays,
        Where,
        Table,
        Least,
        Greatest,
        Abs,
        Exp,
        Ln,
        Sqrt,
        Normal,
        KnownAmong,
        DaysInYear,
        TradingDaysBetween,
        Calendar,
        Known,
        Void,
        Definition,
        DefinitionOfEntry,
        DefinitionWithParameters,
        DefinitionAfter,
        Waterfall,
        Reading,
        Date,
        Moment,
        Months,
        TradingDays,
        Today,
        Now,
        ShiftDays,
        ShiftMonths,
        ShiftTradingDays,
        DaysBetween,
        DayOf,
        Hour,
        StartOf,
        CloseOf,
        Add,
        Subtract,
        Multiply,
        Divide,
        Power,
        Negative,
        PercentOf,
        Rounded,
        RoundedAs,
        ProRata,
        Compare,
        Is,
        IsKind,
        IsEither,
        In,
        And,
        Or,
        Not,
        Standing,
        Pending,
        ChangeBy,
        Text,
        ListWritten,
        Keyed,
    ]
};

impl Form {
    /// Its name in a table.
    pub(crate) fn told(self) -> String {
        let letters = match self {
            Self::Question(ask, over) => format!("{ask:?}Over{over:?}"),
            other => format!("{other:?}"),
        };
        let mut out = String::new();
        for c in letters.chars() {
            if c.is_uppercase() && !out.is_empty() {
                out.push(' ');
            }
            out.extend(c.to_lowercase());
        }
        out
    }

    /// All of them.
    pub(crate) fn all() -> Vec<Self> {
        let questions = ASKS.into_iter().flat_map(|a| OVERS.into_iter().map(move |o| Self::Question(a, o)));
        PLAIN.into_iter().chain(questions).collect()
    }
}

/// Why a form has no place in a slot; none where it has one.
pub(crate) fn impossible(slot: Slot, form: Form) -> Option<&'static str> {
    use Form as F;
    use Slot as S;
    // the slots that are a name or a path, or conditions on readings
    match slot {
        S::RoundingWhen
        | S::PostponeOnWhen
        | S::PostponeBoundWhen
        | S::PostponeWithWhen
        | S::CompoundingWhen
        | S::RestatingWhen
        | S::PostponeUntilWhen => {
            return (!matches!(form, F::Reading | F::And | F::Or | F::Not)).then_some("a policy depends on readings only");
        }
        S::TheEntry | S::ObligationTheEntry => {
            return (form != F::Field).then_some("the entry is named by a field of the event, which is not written out");
        }
        S::RescindingOf | S::DeemLike => {
            let named = matches!(form, F::StateOfIssuer | F::StateOfEntry | F::Definition | F::DefinitionOfEntry);
            let named = named || (slot == S::DeemLike && form == F::Let);
            return (!named).then_some("a name alone stands there");
        }
        S::BecomesOf | S::End | S::Restore => {
            let path = matches!(
                form,
                F::StateOfIssuer | F::StateOfEntry | F::Definition | F::DefinitionOfEntry | F::Field | F::FieldThrough | F::Let
            );
            return (!path).then_some("a path of names stands there");
        }
        S::ForEachList => {
            let path = matches!(form, F::Field | F::FieldThrough | F::Let | F::Definition | F::DefinitionOfEntry);
            return (!path).then_some("a path of names to a list stands there");
        }
        _ => {}
    }
    let of_rule = matches!(
        slot,
        S::Moment
            | S::Once
            | S::EachWhere
            | S::RuleWhen
            | S::RescindingWhen
            | S::StatementWhen
            | S::Let
            | S::Becomes
            | S::Limit
            | S::LimitSkip
            | S::Require
            | S::FailureText
            | S::FailureWith
            | S::DeemField
            | S::DeemWith
            | S::RecordField
            | S::WarnText
            | S::ForEachOrder
    );
    let head = matches!(slot, S::Moment | S::Once | S::EachWhere | S::RuleWhen | S::RescindingWhen);
    match form {
        F::Keyed if !matches!(slot, S::Expect | S::ExpectSide) => Some("an entry by its key stands in expectations"),
        F::Parameter if slot != S::Definition => Some("parameters belong to definitions"),
        F::Let if !of_rule || head => Some("a `let` belongs to the lines of a rule below it"),
        F::After | F::DefinitionAfter if !of_rule && slot != S::Definition => {
            Some("`after` means something only in what a rule does")
        }
        F::ProRata
            if !matches!(
                slot,
                S::StatementWhen | S::DeemField | S::DeemWith | S::RecordField | S::WarnText | S::ForEachOrder
            ) =>
        {
            Some("portions are of something divided among the lines of a list")
        }
        _ => None,
    }
}
