//! Messages: the values in a text, each in a register, known or not.

use super::Emit;
use crate::engine::code::{Arg, FailCode, Message, MessagePart, Op, Reg};
use crate::engine::graph::{Bank, FailId, NodeId, Part, Template};
use crate::terms::Type;

impl Emit<'_> {
    /// A refusal or a stop, with its values computed here.
    pub(super) fn fail_code(&mut self, id: FailId) -> u16 {
        let Some(fail) = self.graph.fails.get(usize::try_from(id.0).unwrap_or(usize::MAX)).cloned() else {
            return self.impossible("a refusal nobody wrote");
        };
        let message = self.message(&fail.text);
        let with = fail
            .with
            .into_iter()
            .map(|(path, node, key)| {
                let ty = self.type_of(key);
                (path, self.arg(node, ty))
            })
            .collect();
        let at = self.out.fails.len();
        let clause = fail.clause.or(self.clause);
        self.out.fails.push(FailCode { stop: fail.stop, clause, message, with, span: fail.span });
        self.number(at, "more than 65,535 refusals and stops")
    }

    fn type_of(&self, key: crate::engine::graph::TypeKey) -> Type {
        self.graph.types.get(usize::try_from(key.0).unwrap_or(usize::MAX)).cloned().unwrap_or(Type::NUMBER)
    }

    /// A text with its values in registers.
    pub(super) fn message(&mut self, t: &Template) -> Message {
        let parts = t
            .parts
            .iter()
            .map(|p| match p {
                Part::Plain(s) => MessagePart::Plain(s.clone()),
                Part::Value(node, key) => {
                    let ty = self.type_of(*key);
                    MessagePart::Value(self.arg(*node, ty))
                }
            })
            .collect();
        Message { parts }
    }

    /// A value that may be missing, in a register with a mark.
    pub(super) fn arg(&mut self, node: NodeId, ty: Type) -> Arg {
        let known = self.new_i();
        let reg = self.maybe(node, known);
        Arg { reg, known: Some(known), ty }
    }

    /// A value and a mark that tells whether it is there.
    pub(super) fn maybe(&mut self, node: NodeId, known: Reg) -> Reg {
        let bank = self.graph.bank(node);
        let to = match bank {
            Bank::Decimal => self.new_d(),
            Bank::Whole => self.new_i(),
            Bank::List => self.new_l(),
        };
        let absent = self.label();
        self.op(Op::SetI(known, 0));
        self.scoped(|e| {
            e.handled(Some(absent), |e| match bank {
                Bank::Decimal => {
                    let from = e.d(node);
                    e.op(Op::MoveD(to, from));
                }
                Bank::Whole => {
                    let from = e.i(node);
                    e.op(Op::MoveI(to, from));
                }
                Bank::List => {
                    let from = e.l(node);
                    e.op(Op::MoveL(to, from));
                }
            });
        });
        self.op(Op::SetI(known, 1));
        self.place(absent);
        to
    }
}
