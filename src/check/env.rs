//! What names mean at a point of a formula.

use crate::terms::{KindId, Type, Var, VarId};

/// The variables of a rule or a definition, and what of them can be seen.
#[derive(Debug, Clone, Default)]
pub(super) struct Env {
    /// All variables.
    pub vars: Vec<Var>,
    /// Names that can be seen, the innermost last.
    names: Vec<(String, VarId)>,
    /// Names whose values could not be read: what follows from that is not told.
    lost: Vec<String>,
    /// Rows whose states may be named alone, the innermost last.
    rows: Vec<(VarId, KindId)>,
    /// The event that is answered.
    pub event: Option<(VarId, KindId)>,
    /// The entry a query looks at.
    pub it: Option<VarId>,
    /// Whether `after` has a meaning.
    pub after: bool,
    /// Whether a change is answered: `before` is then the value before it.
    pub on_change: bool,
    /// Whether a list is gone through, for portions.
    pub portions: bool,
    /// Whether an entry only begins here: a name that is both a field and a state of it is the field.
    pub begins: bool,
}

impl Env {
    /// The same, for a rule that answers a change.
    pub(super) fn on_a_change(mut self) -> Self {
        self.on_change = true;
        self
    }

    /// A new variable without a name.
    pub(super) fn var(&mut self, name: &str, ty: Type) -> VarId {
        let id = VarId::from(self.vars.len());
        self.vars.push(Var { name: name.to_owned(), ty });
        id
    }

    /// A new variable that can be seen.
    pub(super) fn bind(&mut self, name: &str, ty: Type) -> VarId {
        let id = self.var(name, ty);
        self.names.push((name.to_owned(), id));
        id
    }

    /// A name whose value could not be read.
    pub(super) fn lose(&mut self, name: &str) {
        self.lost.push(name.to_owned());
    }

    /// Whether a name has a value that could not be read.
    pub(super) fn is_lost(&self, name: &str) -> bool {
        self.lost.iter().any(|n| n == name)
    }

    /// A new row whose states may be named alone.
    pub(super) fn row(&mut self, name: &str, kind: KindId) -> VarId {
        let id = self.bind(name, Type::Entry(vec![kind]));
        self.rows.push((id, kind));
        id
    }

    /// Makes a variable a row.
    pub(super) fn as_row(&mut self, var: VarId, kind: KindId) {
        self.rows.push((var, kind));
    }

    /// The variable of a name.
    pub(super) fn find(&self, name: &str) -> Option<VarId> {
        self.names.iter().rev().find(|(n, _)| n == name).map(|(_, id)| *id)
    }

    /// The rows, the innermost first.
    pub(super) fn rows(&self) -> impl Iterator<Item = (VarId, KindId)> {
        self.rows.iter().rev().copied()
    }

    /// The row of a kind.
    pub(super) fn row_of(&self, kind: KindId) -> Option<VarId> {
        self.rows().find(|(_, k)| *k == kind).map(|(v, _)| v)
    }

    /// The type of a variable.
    pub(super) fn ty(&self, var: VarId) -> Option<&Type> {
        self.vars.get(var.at()).map(|v| &v.ty)
    }

    /// All names that can be seen.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|(n, _)| n.as_str())
    }

    /// How much can be seen, to come back to.
    pub(super) fn mark(&self) -> (usize, usize, Option<VarId>) {
        (self.names.len(), self.rows.len(), self.it)
    }

    /// Sees no more than at the mark.
    pub(super) fn release(&mut self, mark: (usize, usize, Option<VarId>)) {
        self.names.truncate(mark.0);
        self.rows.truncate(mark.1);
        self.it = mark.2;
    }
}
