//! The parts that every run has, whatever its terms are.

use crate::report::ending::Told;
use crate::report::receipt::Shown;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value as Json};

/// What a rule changed that is an adjustment under the terms. It also has the entry that was changed, under the name of
/// its kind.
#[expect(dead_code, reason = "rows are written as they are gone through; a test holds them against this")]
#[derive(JsonSchema)]
pub(super) struct Adjustment {
    /// The number of the record; none where a day or an hour made the change.
    event: Option<u32>,
    /// The day.
    date: String,
    /// The clause, without its sign.
    clause: String,
    /// The rule.
    rule: String,
    /// What was changed.
    state: String,
    /// Its value before; none where there was none.
    before: Option<String>,
    /// Its value after.
    after: String,
    /// How the change stands.
    status: Standing,
    /// Where what had waited was made.
    #[serde(default)]
    made: Option<Made>,
}

/// How a change stands.
#[expect(dead_code, reason = "rows are written as they are gone through; a test holds them against this")]
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Standing {
    Rescinded,
    Superseded,
    Pending,
    InForce,
}

/// Where what had waited was made.
#[expect(dead_code, reason = "rows are written as they are gone through; a test holds them against this")]
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Made {
    /// The number of the record; none where a day or an hour made it.
    event: Option<u32>,
    /// The day.
    date: String,
}

/// What the terms refused. It also has the figures the terms give with it.
#[expect(dead_code, reason = "rows are written as they are gone through; a test holds them against this")]
#[derive(JsonSchema)]
pub(super) struct Refusal {
    /// The number of the record.
    event: u32,
    /// The day.
    date: String,
    /// The clause, without its sign.
    clause: String,
    /// Why, in the words of the terms.
    reason: String,
}

/// What is owed, or a covenant that is broken.
#[expect(dead_code, reason = "rows are written as they are gone through; a test holds them against this")]
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Obligation {
    /// The number of the record it arose at; 0 where a day or an hour was.
    event: u32,
    /// The clause, without its sign.
    clause: String,
    /// What is owed.
    what: String,
    /// Whom or what it is about.
    #[serde(default)]
    of: Option<String>,
    /// The day it is due, or `promptly`.
    due: String,
    /// The day it was done.
    #[serde(default)]
    done: Option<String>,
    /// The day a broken covenant was kept again.
    #[serde(default)]
    cured: Option<String>,
    /// How it stands.
    status: Owed,
}

/// How an obligation stands.
#[expect(dead_code, reason = "rows are written as they are gone through; a test holds them against this")]
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Owed {
    Open,
    Met,
    Late,
    Breached,
}

/// Changes that were taken back.
#[expect(dead_code, reason = "rows are written as they are gone through; a test holds them against this")]
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
struct Rescission {
    /// The number of the record.
    event: u32,
    /// The day.
    date: String,
    /// The clause, without its sign.
    clause: String,
    /// The records whose changes were taken back.
    rescinds: Vec<u32>,
    /// Completed records that are final.
    affected: Vec<u32>,
}

/// The schemas of the fixed parts, by name, and what they refer to.
pub(super) struct Fixed {
    pub adjustment: Json,
    pub refusal: Json,
    pub parts: Vec<(&'static str, Json)>,
    pub told: Json,
    pub definitions: Map<String, Json>,
}

/// All fixed parts.
pub(super) fn fixed() -> Fixed {
    let mut schemas = SchemaGenerator::default();
    let adjustment = Json::from(schemas.root_schema_for::<Adjustment>());
    let refusal = Json::from(schemas.root_schema_for::<Refusal>());
    let parts = vec![
        ("obligations", Json::from(schemas.subschema_for::<Vec<Obligation>>())),
        ("rescissions", Json::from(schemas.subschema_for::<Vec<Rescission>>())),
        ("warnings", Json::from(schemas.subschema_for::<Vec<String>>())),
        ("receipt", Json::from(schemas.subschema_for::<Shown<'_>>())),
    ];
    let told = Json::from(schemas.subschema_for::<Told>());
    Fixed { adjustment, refusal, parts, told, definitions: schemas.take_definitions(true) }
}
