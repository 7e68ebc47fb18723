//! The parts of a message: which there are, in which languages, and where their text comes from.

use std::sync::Arc;

use super::{
    MessageChecker,
    clauses::{Clauses, Part as Written},
    twice,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::{Channel, Content, MessagePart as Part, Need, PartRule},
    span::Span,
    syntax::ast::{self, Message, Text},
};

/// What stands for the language in the name of a file.
const LANGUAGE: &str = "{language}";

impl MessageChecker<'_, '_> {
    /// The parts in the order of the channel's table and of the languages.
    pub(super) fn parts(&mut self, message: &Message, channel: Channel, clauses: &Clauses<'_>) -> Vec<Part> {
        let rules = channel.parts();
        let tags = clauses.languages.map_or(&[][..], |(tags, _)| tags);
        let mut places: Vec<Vec<(Written<'_>, Part)>> = vec![Vec::new(); rules.len()];
        for written in &clauses.parts {
            let Some(index) = rules.iter().position(|it| it.name == &*written.name.text) else {
                self.unknown_part(channel, written);
                continue;
            };
            if let Some(parts) = self.part(written, rules[index], clauses.languages.map(|it| it.0)) {
                for part in parts {
                    self.place(&mut places[index], *written, part);
                }
            }
        }
        for (rule, parts) in rules.iter().zip(&mut places) {
            self.every_language(rule, tags, parts);
            parts.sort_by_key(|(_, part)| part.language);
        }
        let is_written = |rule: &PartRule| clauses.parts.iter().any(|it| *it.name.text == *rule.name);
        self.needed_parts(message, channel, is_written);
        places.into_iter().flatten().map(|(_, part)| part).collect()
    }

    fn unknown_part(&mut self, channel: Channel, written: &Written<'_>) {
        let name = &written.name.text;
        let names = channel.parts().iter().map(|it| it.name);
        let of_others = Channel::ALL.iter().flat_map(|it| it.parts());
        let elsewhere = of_others.into_iter().any(|it| it.name == &**name);
        let help = self.report.suggest(name, names.clone()).filter(|_| !elsewhere);
        let help = match &**name {
            "languages" => "write `languages [\"en\", \"es\"] by language`".to_owned(),
            _ => help.unwrap_or_else(|| {
                let all: Vec<_> = names.map(|it| format!("`{it}`")).collect();
                format!("its parts are {}", all.join(", "))
            }),
        };
        let message = format!("{} has no part `{name}`", channel.message());
        let error = Diagnostic::new(Code::InvalidMessage, message)
            .label(written.name.span, "no such part")
            .help(help);
        self.report.push(error);
    }

    /// One clause as a part, or as one for each language when the language stands in the name of its file.
    fn part(
        &mut self,
        written: &Written<'_>,
        rule: PartRule,
        languages: Option<&[Text]>,
    ) -> Option<Vec<Part>> {
        let language = match written.language {
            None => None,
            Some(language) => Some(self.language(language, languages)?),
        };
        let part = |language, content| Part {
            rule,
            span: written.name.span,
            language,
            content,
        };
        let file = match written.content {
            ast::Content::Text(text) => {
                let content = Content::Text {
                    text: text.text.clone(),
                    span: text.span,
                };
                return Some(vec![part(language, content)]);
            }
            ast::Content::File(name) => name,
        };
        self.file_name(file)?;
        let content = |name: Arc<str>| Content::File {
            name,
            span: file.span,
        };
        if !file.text.contains(LANGUAGE) {
            return Some(vec![part(language, content(file.text.clone()))]);
        }
        let Some(tags) = languages else {
            let error = Diagnostic::new(Code::InvalidMessage, "the message has no languages")
                .label(file.span, "which one stands in this name?")
                .help("write `languages [\"en\", \"es\"] by language`".to_owned());
            return self.report.fail(error);
        };
        let each = tags.iter().enumerate();
        let chosen = each.filter(|(index, _)| language.is_none_or(|it| it == *index));
        Some(
            chosen
                .map(|(index, tag)| {
                    let name = file.text.replace(LANGUAGE, &tag.text);
                    part(Some(index), content(name.into()))
                })
                .collect(),
        )
    }

    fn language(&mut self, language: &Text, languages: Option<&[Text]>) -> Option<usize> {
        let Some(tags) = languages else {
            let error = Diagnostic::new(Code::InvalidMessage, "the message has no languages")
                .label(language.span, "a part in one language")
                .help("write `languages [\"en\", \"es\"] by language`".to_owned());
            return self.report.fail(error);
        };
        let found = tags
            .iter()
            .position(|it| it.text.eq_ignore_ascii_case(&language.text));
        if found.is_none() {
            let help = self
                .report
                .suggest(&language.text, tags.iter().map(|it| &*it.text));
            let message = format!("the message is not written in `{}`", language.text);
            let error = Diagnostic::new(Code::InvalidMessage, message)
                .label(language.span, "not among its languages")
                .help(help);
            self.report.push(error);
        }
        found
    }

    /// Refuses names that lead out of the folder of the definitions.
    fn file_name(&mut self, name: &Text) -> Option<()> {
        let plain = name.text.replace(LANGUAGE, "x");
        let label = if plain.is_empty() {
            "a file without a name"
        } else if plain.contains(['{', '}']) {
            "only `{language}` stands for something"
        } else if plain.contains(['\\', ':']) || plain.chars().any(char::is_control) {
            "folders are parted by `/`; `\\`, `:` and control characters do not stand in a name"
        } else if plain.starts_with('/') {
            "a name that begins at the root of the disk"
        } else if plain.split('/').any(|step| ["", ".", ".."].contains(&step)) {
            "each step of the way has a name other than `.` and `..`"
        } else {
            return Some(());
        };
        let error = Diagnostic::new(
            Code::UnreadableFile,
            "the files of a message lie beside its definitions",
        )
        .label(name.span, label);
        self.report.fail(error)
    }

    /// Adds a part to those of its name.
    fn place<'m>(&mut self, parts: &mut Vec<(Written<'m>, Part)>, written: Written<'m>, part: Part) {
        let name = part.rule.name;
        let same = |other: &Part| other.language == part.language;
        let first = parts
            .iter()
            .find(|(_, it)| same(it) || it.language.is_none() != part.language.is_none());
        let Some((_, first)) = first else {
            parts.push((written, part));
            return;
        };
        let error = if same(first) {
            twice(&format!("`{name}`"), part.span, first.span)
        } else {
            let message = format!("`{name}` is written for one language and for all of them");
            Diagnostic::new(Code::InvalidMessage, message)
                .label(part.span, "here")
                .label(first.span, "and here")
                .help("write it once for all languages, or once for each".to_owned())
        };
        self.report.push(error);
    }

    /// A part that is written in one language is written in all of them.
    fn every_language(&mut self, rule: &PartRule, tags: &[Text], parts: &[(Written<'_>, Part)]) {
        let Some((_, first)) = parts.iter().find(|(_, part)| part.language.is_some()) else {
            return;
        };
        let is_written = |index: &usize| parts.iter().any(|(_, it)| it.language == Some(*index));
        let missing: Vec<_> = (0..tags.len()).filter(|it| !is_written(it)).collect();
        if missing.is_empty() {
            return;
        }
        let names: Vec<_> = missing.iter().map(|it| format!("`{}`", tags[*it].text)).collect();
        let message = format!("`{}` is not written in {}", rule.name, names.join(", "));
        let error = Diagnostic::new(Code::InvalidMessage, message)
            .label(first.span, "written in some languages")
            .help(format!(
                "write `{}.{} …`, or the part once for all languages",
                rule.name, tags[missing[0]].text
            ));
        self.report.push(error);
    }

    fn needed_parts(&mut self, message: &Message, channel: Channel, is_written: impl Fn(&PartRule) -> bool) {
        let rules = channel.parts();
        let mut lacking = |what: String| {
            let span: Span = message.name.span;
            let error = Diagnostic::new(Code::InvalidMessage, format!("{} has {what}", channel.message()))
                .label(span, "this one has not");
            self.report.push(error);
        };
        for rule in rules
            .iter()
            .filter(|it| it.need == Need::Always && !is_written(it))
        {
            lacking(format!("a `{}`", rule.name));
        }
        let choices: Vec<_> = rules.iter().filter(|it| it.need == Need::OneOf).collect();
        if !choices.is_empty() && !choices.iter().any(|it| is_written(it)) {
            let names: Vec<_> = choices.iter().map(|it| format!("`{}`", it.name)).collect();
            lacking(format!("{}, or both", names.join(" or ")));
        }
    }
}
