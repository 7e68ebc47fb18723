//! Leaves that test text.

use super::{
    constant,
    planner::Planner,
    program::{NodeId, Op, Test},
    tree::Tree,
};
use crate::{
    hir::{Expr, ExprKind, Pattern, TextTest},
    value::{
        Value,
        fold::{Folding, Needle},
    },
};

impl Planner<'_> {
    pub(super) fn text(&mut self, test: TextTest, operand: &Expr, pattern: &Expr) -> Tree {
        let (operand, pattern) = (self.written_out(operand), self.written_out(pattern));
        let Some(Some(Value::Text(constant))) = constant::fold(pattern) else {
            let (operand, pattern) = (self.node(operand), self.node(pattern));
            return self.add_test(Test::Text {
                test,
                operand,
                pattern,
            });
        };
        if let Some(operand) = constant::fold(operand) {
            return Tree::Constant(matches!(operand, Some(Value::Text(it)) if test.accepts(&it, &constant)));
        }
        if let ExprKind::Folded(inner) = &operand.kind {
            let pattern = Box::from(&*constant);
            return self.folded(
                inner,
                match test {
                    TextTest::Contains => Folding::Contains(Needle::new(&constant)),
                    TextTest::StartsWith => Folding::Starts(pattern),
                    TextTest::EndsWith => Folding::Ends(pattern),
                },
            );
        }
        if let Some((slot, words)) = self.words(operand) {
            return Self::mask(slot, words, |word| test.accepts(word, &constant));
        }
        match self.slot(operand) {
            Some((slot, _)) if constant.is_empty() => Op::Known { slot }.into(),
            Some((slot, _)) => match test {
                TextTest::Contains => Op::TextContains {
                    slot,
                    finder: self.add_finder(&constant),
                },
                TextTest::StartsWith => Op::TextStarts {
                    slot,
                    text: self.add_text(&constant),
                },
                TextTest::EndsWith => Op::TextEnds {
                    slot,
                    text: self.add_text(&constant),
                },
            }
            .into(),
            None => {
                let (operand, pattern) = (self.node(operand), self.node(pattern));
                self.add_test(Test::Text {
                    test,
                    operand,
                    pattern,
                })
            }
        }
    }

    /// A test of text alone.
    pub(super) fn of_text(
        &mut self,
        expr: &Expr,
        accepts: fn(&str) -> bool,
        op: fn(u32) -> Op,
        test: fn(NodeId) -> Test,
    ) -> Tree {
        let expr = self.written_out(expr);
        match (self.words(expr), self.slot(expr)) {
            (Some((slot, words)), _) => Self::mask(slot, words, accepts),
            (None, Some((slot, _))) => op(slot).into(),
            (None, None) => self.general(expr, test),
        }
    }

    /// A text that is a constant where case is ignored.
    pub(super) fn folded_is(&mut self, operand: &Expr, constant: &Value) -> Tree {
        match constant {
            Value::Text(text) => self.folded(operand, Folding::Is(Box::from(&**text))),
            _ => Tree::FALSE,
        }
    }

    /// A text tested against constants where case is ignored: it is folded on the way.
    pub(super) fn folded(&mut self, operand: &Expr, folding: Folding) -> Tree {
        let operand = self.written_out(operand);
        if let ExprKind::Case { arms, otherwise } = &operand.kind {
            return self.each_arm(arms, otherwise.as_deref(), |this, value| {
                this.folded(value, folding.clone())
            });
        }
        if let Some(constant) = constant::fold(operand) {
            return Tree::Constant(matches!(constant, Some(Value::Text(it)) if folding.accepts(&it)));
        }
        if let Some((slot, words)) = self.words(operand) {
            return Self::mask(slot, words, |word| folding.accepts(word));
        }
        let folding = self.add_folding(folding);
        match self.slot(operand) {
            Some((slot, _)) => Op::TextFolded { slot, folding }.into(),
            None => self.general(operand, |operand| Test::Folded { operand, folding }),
        }
    }

    pub(super) fn matches(&mut self, operand: &Expr, pattern: &Pattern) -> Tree {
        let operand = self.written_out(operand);
        if let ExprKind::Case { arms, otherwise } = &operand.kind {
            return self.each_arm(arms, otherwise.as_deref(), |this, value| {
                this.matches(value, pattern)
            });
        }
        if let Some(constant) = constant::fold(operand) {
            return Tree::Constant(matches!(constant, Some(Value::Text(it)) if pattern.regex.is_match(&it)));
        }
        if let Some((slot, words)) = self.words(operand) {
            return Self::mask(slot, words, |word| pattern.regex.is_match(word));
        }
        let pattern = self.add_pattern(pattern);
        match self.slot(operand) {
            Some((slot, _)) => Op::TextMatches { slot, pattern }.into(),
            None => self.general(operand, |operand| Test::Matches { operand, pattern }),
        }
    }
}

impl TextTest {
    pub(crate) fn accepts(self, text: &str, pattern: &str) -> bool {
        match self {
            Self::Contains => text.contains(pattern),
            Self::StartsWith => text.starts_with(pattern),
            Self::EndsWith => text.ends_with(pattern),
        }
    }
}
