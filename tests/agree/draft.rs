//! Random terms that are well-typed, each with a random stream: what the engine and the plain reckoning must agree on.

#[path = "draft/build.rs"]
mod build;
#[path = "draft/cover.rs"]
mod cover;
#[path = "draft/declare.rs"]
mod declare;
#[path = "draft/dice.rs"]
mod dice;
#[path = "draft/duty.rs"]
mod duty;
#[path = "draft/form.rs"]
pub(crate) mod form;
#[path = "draft/literal.rs"]
mod literal;
#[path = "draft/maker.rs"]
mod maker;
#[path = "draft/number.rs"]
mod number;
#[path = "draft/plan.rs"]
mod plan;
#[path = "draft/policy.rs"]
mod policy;
#[path = "draft/question.rs"]
mod question;
#[path = "draft/refer.rs"]
mod refer;
#[path = "draft/rule.rs"]
mod rule;
#[path = "draft/scope.rs"]
mod scope;
#[path = "draft/statement.rs"]
mod statement;
#[path = "draft/stream.rs"]
mod stream;
#[path = "draft/time.rs"]
mod time;
#[path = "draft/world.rs"]
mod world;

pub(crate) use cover::table;
pub(crate) use form::Form;
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
