//! `send a when …`, `send 50% a, 50% b of "salt" to 20%`: which message, for whom, and in which variants.

use std::sync::Arc;

use super::{CampaignChecker, duplicate};
use crate::{
    check::type_name,
    diagnostic::{Code, Diagnostic},
    hir::{MOST_SENDS, Message, Offered, Send, Term, Variant},
    span::Span,
    syntax::ast,
    value::{Decimal, Type, sample::WHOLE},
};

impl CampaignChecker<'_, '_> {
    pub(super) fn send(
        &mut self,
        campaign: &str,
        audience: Option<usize>,
        written: &ast::Send,
        span: Span,
    ) -> Option<Send> {
        if let Some(variant) = written.variants.get(MOST_SENDS) {
            let message = format!("more than {MOST_SENDS} variants");
            let error = Diagnostic::new(Code::Limit, message).label(variant.span, "one too many");
            return self.report.fail(error);
        }
        let names: Vec<_> = written.variants.iter().map(|it| &*it.message.text).collect();
        let label = format!("the sending of {}", names.join(" or "));
        let mut when = Vec::new();
        let mut whole = true;
        if let Some(condition) = &written.when {
            match self.rule(label.clone(), condition) {
                Some(rule) => when.push(rule),
                None => whole = false,
            }
        }
        let shares = self.shares(written, span);
        let mut variants: Vec<Variant> = Vec::new();
        let mut from = 0;
        for (index, variant) in written.variants.iter().enumerate() {
            let message = self.message(&variant.message);
            let offer = match (&variant.offer, message) {
                (Some(name), Some(message)) => self.offered(name, message).map(Some),
                (Some(_), None) => None,
                (None, _) => Some(None),
            };
            let (Some(message), Some(offer)) = (message, offer) else {
                whole = false;
                continue;
            };
            // All variants reach the same customers, or they could not be compared.
            let of_message = self.messages[message].audience.filter(|it| Some(*it) != audience);
            let of_offer = offer.as_ref().and_then(|it| self.eligible(it));
            for rule in of_message.into_iter().chain(of_offer) {
                if !when.contains(&rule) {
                    when.push(rule);
                }
            }
            let mut name = None;
            let mut slice = None;
            if let (Some(shares), Some(salt)) = (&shares, &written.salt)
                && written.variants.len() > 1
            {
                let called = variant.label.as_ref().unwrap_or(&variant.message);
                let to = from + shares[index];
                let of = format!("variant {} of {campaign}", called.text);
                slice = Some(self.slice(of, variant.span, (from, to), &salt.text));
                from = to;
                name = Some(called.text.clone());
            }
            variants.push(Variant {
                name,
                slice,
                message,
                offer,
            });
        }
        if let (Some(exposure), Some(salt)) = (written.exposure, &written.salt)
            && let Some(share) = self.share(exposure.span, exposure.percent)
            && share < WHOLE
        {
            // Drawn apart from the variants, so that who joins later is spread over them, and nobody changes hers.
            let salt = format!("{}/exposure", salt.text);
            when.push(self.slice(format!("{label} so far"), exposure.span, (0, share), &salt));
        }
        whole.then_some(Send { when, variants })
    }

    /// The shares of the variants in millionths; reports what is wrong with them.
    fn shares(&mut self, written: &ast::Send, span: Span) -> Option<Vec<u32>> {
        let before = self.report.error_count();
        let drawn = written.variants.len() > 1 || written.exposure.is_some();
        if drawn && written.salt.is_none() {
            let error = Diagnostic::new(Code::InvalidCampaign, "a share is drawn from a sample")
                .label(span, "of which one?")
                .help(
                    "write `of` and a name for the sample, as in `send 50% a, 50% b of \"copy of May\"`"
                        .to_owned(),
                );
            self.report.push(error);
        }
        if let (false, Some(salt)) = (drawn, &written.salt) {
            let error = Diagnostic::new(Code::InvalidCampaign, "nothing is drawn here").label(
                salt.span,
                "leave it out, or say how many it reaches with `to 20%`",
            );
            self.report.push(error);
        }
        if let [only] = &written.variants[..] {
            if only.percent.is_some() {
                let error = Diagnostic::new(Code::InvalidCampaign, "one message alone has no share")
                    .label(only.span, "leave the share out")
                    .help("to send it to some only, write `of \"name\" to 20%` behind it".to_owned());
                self.report.push(error);
            }
            if let Some(label) = &only.label {
                let error = Diagnostic::new(Code::InvalidCampaign, "one message alone is no variant")
                    .label(label.span, "leave the name out");
                self.report.push(error);
            }
            return None;
        }
        let mut shares = Vec::new();
        let mut sum = Decimal::ZERO;
        for variant in &written.variants {
            let Some(percent) = variant.percent else {
                let error = Diagnostic::new(Code::InvalidCampaign, "each variant has a share")
                    .label(variant.span, "this one has none")
                    .help("write it before the message, as in `50% short_mail`".to_owned());
                self.report.push(error);
                continue;
            };
            // Beyond the range of decimals it is no 100% either way.
            sum = sum.checked_add(percent).unwrap_or(Decimal::ZERO);
            shares.extend(self.share(variant.span, percent));
        }
        let all_given = shares.len() == written.variants.len();
        if all_given && i64::from(WHOLE) != sum.units() {
            let error = Diagnostic::new(
                Code::InvalidCampaign,
                format!("the shares of the variants make {sum}%"),
            )
            .label(span, "expected 100% together")
            .help(
                "to reach fewer customers, keep the shares and write `to 20%` behind the sample".to_owned(),
            );
            self.report.push(error);
        }
        let called = |it: &ast::Variant| it.label.as_ref().unwrap_or(&it.message).clone();
        for (index, variant) in written.variants.iter().enumerate() {
            let name = called(variant);
            let first = written.variants[..index]
                .iter()
                .map(called)
                .find(|it| *it == name);
            if let Some(first) = first {
                let message = format!("two variants are called `{}`", name.text);
                let error = duplicate(message, name.span, first.span)
                    .help("name one of them with `as`, as in `50% mail as short`".to_owned());
                self.report.push(error);
            }
        }
        (self.report.error_count() == before).then_some(shares)
    }

    /// The position of a message that may be sent.
    fn message(&mut self, name: &ast::Name) -> Option<usize> {
        let Some(&index) = self.by_name.get(&name.text) else {
            let defined = self.definitions.messages.contains_key(&name.text);
            if !defined && !self.names.is_silent(&name.text) {
                let names = self.definitions.messages.keys().map(|it| &**it);
                let help = self.report.suggest(&name.text, names);
                let error = Diagnostic::new(Code::UnknownMessage, format!("unknown message `{}`", name.text))
                    .label(name.span, "not defined")
                    .help(help);
                self.report.push(error);
            }
            return None;
        };
        let channel = self.messages[index].channel;
        let is_defined = self.channels.contains_key(&channel)
            || self.definitions.channels.contains_key(channel.as_str())
            || self.names.is_silent(channel.as_str());
        if !is_defined {
            let message = format!("nothing says when `{channel}` may be used");
            let error = Diagnostic::new(Code::MissingConsent, message)
                .label(name.span, format!("sent by {channel}"))
                .help(format!(
                    "define it: `channel {channel} {{ address …  consent … }}`"
                ));
            return self.report.fail(error);
        }
        Some(index)
    }

    /// An offer beside a message: what is called as one of its inputs is given to it.
    fn offered(&mut self, name: &ast::Name, message: usize) -> Option<Offered> {
        let defined = self.definitions.offers.get_index_of(&name.text);
        let found = defined.and_then(|it| Some((it, self.offers.get(it)?.clone()?)));
        let Some((index, offer)) = found else {
            if defined.is_none() && !self.names.is_silent(&name.text) {
                let names = self.definitions.offers.keys().map(|it| &**it);
                let help = self.report.suggest(&name.text, names);
                let error = Diagnostic::new(Code::UnknownOffer, format!("unknown offer `{}`", name.text))
                    .label(name.span, "not defined")
                    .help(help);
                self.report.push(error);
            }
            return None;
        };
        let message = Arc::clone(&self.messages[message]);
        let mut inputs = Vec::new();
        for (number, term) in offer.terms.iter().enumerate() {
            if let Some(input) = message.inputs.iter().position(|it| it.name == term.name) {
                self.fits(term, &message, input, name);
                inputs.push((input, number));
            }
        }
        Some(Offered { offer: index, inputs })
    }

    fn fits(&mut self, term: &Term, message: &Message, input: usize, name: &ast::Name) {
        let input = &message.inputs[input];
        let (ty, optional) = match &term.value {
            None => (Type::String, false),
            Some(value) => (
                value.ty.clone(),
                value.optional || value.ty.is_text() && !term.filled,
            ),
        };
        let widens = matches!(
            (&input.ty, &ty),
            (Type::Decimal | Type::Float, Type::Int)
                | (Type::Float, Type::Decimal)
                | (Type::String, Type::Words(_) | Type::Url)
        );
        let problem = if input.ty != ty && !widens {
            format!(
                "`{}` is {} in the offer and {} in the message",
                term.name,
                type_name(&ty),
                type_name(&input.ty)
            )
        } else if optional && !input.optional {
            format!(
                "`{}` may be missing or blank in the offer, and the message needs it",
                term.name
            )
        } else {
            return;
        };
        let error = Diagnostic::new(Code::TypeMismatch, problem)
            .label(name.span, "the terms of this offer")
            .label(
                message.span,
                format!("the input `{}` of this message", input.name),
            )
            .help(if optional {
                format!(
                    "give it a value in every case, with `default(…, …)` or `case`, or write `{}: …?` in the message",
                    term.name
                )
            } else {
                "give them one type, or one of them another name".to_owned()
            });
        self.report.push(error);
    }

    fn eligible(&self, offered: &Offered) -> Option<usize> {
        self.offers.get(offered.offer)?.as_ref()?.eligible
    }
}
