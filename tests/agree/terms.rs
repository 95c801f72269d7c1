//! Random terms that are well-typed, each with a random stream: what the engine and the plain reckoning must agree on.

#[path = "terms/build.rs"]
mod build;
#[path = "terms/cover.rs"]
mod cover;
#[path = "terms/declare.rs"]
mod declare;
#[path = "terms/dice.rs"]
mod dice;
#[path = "terms/duty.rs"]
mod duty;
#[path = "terms/form.rs"]
pub(crate) mod form;
#[path = "terms/literal.rs"]
mod literal;
#[path = "terms/maker.rs"]
mod maker;
#[path = "terms/number.rs"]
mod number;
#[path = "terms/plan.rs"]
mod plan;
#[path = "terms/policy.rs"]
mod policy;
#[path = "terms/question.rs"]
mod question;
#[path = "terms/refer.rs"]
mod refer;
#[path = "terms/rule.rs"]
mod rule;
#[path = "terms/scope.rs"]
mod scope;
#[path = "terms/statement.rs"]
mod statement;
#[path = "terms/stream.rs"]
mod stream;
#[path = "terms/time.rs"]
mod time;
#[path = "terms/world.rs"]
mod world;

pub(crate) use cover::table;
pub(crate) use form::{Form, impossible};
use maker::Maker;
use tenor::terms::Slot;
use world::{Kept, Sort};

/// Terms, a stream for them, and which forms of formulas stand in which slots.
pub(crate) struct Draft {
    /// The terms file.
    pub(crate) terms: String,
    /// JSON lines.
    pub(crate) stream: Vec<String>,
    /// What formulas the terms hold, and where.
    pub(crate) covered: Vec<(Slot, Form)>,
}

/// The draft of a seed. Seeds that follow one another put every form into every slot in its turn.
pub(crate) fn draft(seed: u64) -> Draft {
    let mut maker = Maker::new(seed);
    maker.plan();
    let quiet = maker.world.kinds.iter().rposition(|k| k.sort == Sort::Deemed && k.kept == Kept::No).unwrap_or(usize::MAX);
    let mut blocks = maker.head();
    // definitions first: what follows may name all of them
    let definitions = maker.definitions();
    blocks.extend(maker.events());
    blocks.extend(maker.lists());
    blocks.extend(maker.state_blocks());
    blocks.extend(definitions);
    blocks.extend(maker.policies(quiet));
    blocks.extend(maker.all_rules(quiet));
    blocks.extend(maker.obligations());
    blocks.extend(maker.covenants());
    blocks.extend(maker.reports());
    blocks.push(maker.example());
    let stream = maker.stream();
    Draft { terms: blocks.join("\n") + "\n", stream, covered: maker.covered }
}
