//! `channel email { … }`: an address, a consent, and when it is too much.

use super::{CampaignChecker, duplicate};
use crate::{
    check::{expression::bare, named, scope::Member, scope::Members},
    diagnostic::{Code, Diagnostic},
    hir::{Channel, ChannelRules, Condition, ConditionKind, Quiet},
    span::Span,
    syntax::ast::{self, ChannelClauseKind, CompareOp, Expr, ExprKind, Literal, Name},
    value::Type,
};

/// The state of somebody who has agreed, and confirmed it.
const CONFIRMED: &str = "confirmed";

impl CampaignChecker<'_, '_> {
    pub(super) fn channel(&mut self, written: &ast::Channel) -> Option<ChannelRules> {
        let before = self.report.error_count();
        let channel = named::channel(&written.name, Code::UnknownChannel, self.report)?;
        self.channels.insert(channel, written.name.span);
        let mut address = None;
        let mut consent = None;
        let mut quiet = None;
        let mut caps = Vec::new();
        let mut suppress = Vec::new();
        let mut once: Vec<(&str, Span)> = Vec::new();
        for clause in &written.clauses {
            let word = match &clause.kind {
                ChannelClauseKind::Address(_) => "address",
                ChannelClauseKind::Consent(_) => "consent",
                ChannelClauseKind::Quiet { .. } => "quiet",
                ChannelClauseKind::AtMost(_) | ChannelClauseKind::Suppress(_) => "",
            };
            if let Some((_, first)) = once.iter().find(|(it, _)| !word.is_empty() && *it == word) {
                let error = duplicate(format!("`{word}` is given twice"), clause.span, *first);
                self.report.push(error);
                continue;
            }
            once.push((word, clause.span));
            match &clause.kind {
                ChannelClauseKind::Address(it) => address = self.address(channel, it),
                ChannelClauseKind::Consent(it) => {
                    let meant = self.consent(it);
                    consent = self.rule(format!("consent to {channel}"), &meant);
                }
                ChannelClauseKind::AtMost(it) => {
                    let counted = self.deliveries_by(channel, it.span);
                    caps.extend(self.cap(it, counted));
                }
                ChannelClauseKind::Quiet { from, to } => quiet = self.quiet(*from, *to),
                ChannelClauseKind::Suppress(it) => {
                    suppress.extend(self.rule(format!("suppression of {channel}"), it));
                }
            }
        }
        let is_given = |word: &str| once.iter().any(|(it, _)| *it == word);
        if !is_given("consent") {
            let error = Diagnostic::new(
                Code::MissingConsent,
                format!("`{channel}` has no rule of consent"),
            )
            .label(written.name.span, "who has agreed to it?")
            .help("write `consent` and a condition, such as `consent consent.email`".to_owned())
            .help("a message that nobody has to have agreed to says `transactional`".to_owned());
            self.report.push(error);
        }
        if !is_given("address") && matches!(channel, Channel::Email | Channel::Push | Channel::Sms) {
            let error = Diagnostic::new(Code::InvalidChannel, format!("`{channel}` has no address"))
                .label(written.name.span, "where does it go?")
                .help("write `address` and the attribute that has it".to_owned());
            self.report.push(error);
        }
        if self.report.error_count() > before {
            return None;
        }
        Some(ChannelRules {
            channel,
            description: crate::check::schema::text_of(written.description.as_ref()),
            address,
            consent: consent?,
            caps,
            quiet,
            suppress,
        })
    }

    fn address(&mut self, channel: Channel, written: &Expr) -> Option<(crate::hir::Expr, usize)> {
        let mut checker = self.checker();
        let value = checker.check_value(written)?;
        let (roles, ranked) = (checker.used.clone(), checker.is_ranked());
        if !value.ty.is_text() {
            let message = format!("an address is a text, not {}", crate::check::type_name(&value.ty));
            let error = Diagnostic::new(Code::TypeMismatch, message)
                .label(value.span, "where is the customer reached?");
            return self.report.fail(error);
        }
        let kind = ConditionKind::TextFilled(Box::new(value.clone()));
        let condition = Condition::new(value.span, kind);
        let rule = self.add(format!("address for {channel}"), condition, roles, ranked);
        Some((value, rule))
    }

    fn quiet(&mut self, from: ast::Clock, to: ast::Clock) -> Option<Quiet> {
        if from.minutes == to.minutes {
            let error = Diagnostic::new(Code::InvalidLiteral, "the quiet hours end when they begin")
                .label(to.span, "expected another time");
            return self.report.fail(error);
        }
        Some(Quiet {
            from: from.minutes,
            to: to.minutes,
        })
    }

    /// What a consent means as a condition: a state is there when it is confirmed, and a record with a state and its time
    /// when it was confirmed by now.
    fn consent(&mut self, written: &Expr) -> Expr {
        let ExprKind::Path(path) = &bare(written).kind else {
            return written.clone();
        };
        match self.state_of(path) {
            Some(State::Words) => confirmed(written.span, path.clone()),
            Some(State::Record { has_time }) => {
                let step = |name: &str| {
                    let name = Name {
                        span: written.span,
                        text: name.into(),
                        quoted: true,
                    };
                    path.iter().cloned().chain([name]).collect::<Vec<_>>()
                };
                let mut parts = vec![confirmed(written.span, step("state"))];
                if has_time {
                    parts.push(compared(
                        written.span,
                        CompareOp::Le,
                        ExprKind::Path(step("at")),
                        ExprKind::Now,
                    ));
                }
                match parts.len() {
                    1 => parts.remove(0),
                    _ => Expr {
                        span: written.span,
                        kind: ExprKind::And(parts),
                    },
                }
            }
            None => written.clone(),
        }
    }

    fn state_of(&self, path: &[Name]) -> Option<State> {
        let (first, rest) = path.split_first()?;
        let is_customer = !first.quoted && first.text.eq_ignore_ascii_case("customer");
        if rest.is_empty()
            && let Some(Some(of_trait)) = self.names.traits.get(&first.text)
        {
            return is_state(&of_trait.ty).then_some(State::Words);
        }
        let mut steps = if is_customer { rest } else { path }.iter();
        let shape = &self.names.customer;
        let mut member = shape.members.get(&steps.next()?.text)?;
        for step in steps {
            match member {
                Member::Record { members, .. } => member = members.get(&step.text)?,
                Member::Slot { .. } => return None,
            }
        }
        let ty_of = |members: &Members, name: &str| match members.get(name) {
            Some(Member::Slot { slot, .. }) => shape.layout.slots.get(*slot as usize).map(|it| it.ty.clone()),
            _ => None,
        };
        match member {
            Member::Slot { slot, .. } => {
                let slot = shape.layout.slots.get(*slot as usize)?;
                is_state(&slot.ty).then_some(State::Words)
            }
            Member::Record { members, .. } => {
                let state = ty_of(members, "state").filter(is_state);
                state.map(|_| State::Record {
                    has_time: ty_of(members, "at") == Some(Type::DateTime),
                })
            }
        }
    }
}

/// What a consent that is no condition is.
enum State {
    Words,
    Record { has_time: bool },
}

fn is_state(ty: &Type) -> bool {
    matches!(ty, Type::Words(words) if words.iter().any(|it| **it == *CONFIRMED))
}

fn confirmed(span: Span, path: Vec<Name>) -> Expr {
    let word = ExprKind::Literal(Literal::Text(CONFIRMED.into()));
    compared(span, CompareOp::Eq, ExprKind::Path(path), word)
}

pub(super) fn compared(span: Span, op: CompareOp, lhs: ExprKind, rhs: ExprKind) -> Expr {
    let side = |kind| Box::new(Expr { span, kind });
    Expr {
        span,
        kind: ExprKind::Compare {
            op,
            lhs: side(lhs),
            rhs: side(rhs),
            ignoring_case: false,
        },
    }
}
