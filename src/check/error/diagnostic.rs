//! What is wrong with terms, as it is drawn.

use super::Problem;
use miette::{Diagnostic, LabeledSpan, Severity};

impl Diagnostic for Problem {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(self.id()))
    }

    fn severity(&self) -> Option<Severity> {
        Some(if self.is_error() { Severity::Error } else { Severity::Warning })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        if let Self::Syntax(p) = self {
            return p.help();
        }
        self.help_text().map(|t| Box::new(t) as Box<dyn std::fmt::Display>)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        match self {
            Self::Syntax(p) => p.labels(),
            Self::Dimensions { left, left_at, right, right_at, .. } => Some(Box::new(
                [
                    LabeledSpan::new_with_span(Some(format!("this is {left}")), left_at.label()),
                    LabeledSpan::new_with_span(Some(format!("this is {right}")), right_at.label()),
                ]
                .into_iter(),
            )),
            _ => Some(Box::new(std::iter::once(LabeledSpan::new_with_span(Some(self.label_text()), self.span().label())))),
        }
    }
}
