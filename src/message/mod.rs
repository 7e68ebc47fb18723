//! Messages compiled: a template for each part, and the rules that the whole is held to.
//!
//! What a message is was settled by `check::message`; here the texts of its parts go through [`TemplateBuilder`], with what the
//! audience proves, and what is said of them points into the definitions or into the files that have them.

mod place;
#[cfg(feature = "plain-text")]
pub(crate) mod plain;
mod rules;

use std::sync::Arc;

use self::{place::Place, rules::Written};
use crate::{
    check::{Facts, proves},
    diagnostic::{Diagnostic, Lints, Source},
    hir::{self, Form, Module, PartRule},
    limits::Limits,
    record::Shape,
    requirements::{Gather, RequiredField, Requirements},
    span::Span,
    template::{Format, Input, PartOf, Partials, Template, TemplateBuilder},
    value::Field,
};

/// Why nothing is sent to a customer outside of the audience.
const NOT_IN_AUDIENCE: &str = "not in the audience";

/// A message ready to be rendered.
#[derive(Clone, Debug)]
pub(crate) struct Compiled {
    pub(crate) message: Arc<hir::Message>,
    pub(crate) inputs: Arc<[Input]>,
    pub(crate) parts: Vec<Part>,
    pub(crate) requirements: Requirements,
    /// In the order of the text.
    pub(crate) warnings: Vec<Diagnostic>,
    /// Why nothing is sent to those it is not for.
    pub(crate) not_in_audience: Arc<str>,
}

/// A part, perhaps in one language.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) rule: PartRule,
    /// Index into [`hir::Languages::tags`].
    pub(crate) language: Option<usize>,
    pub(crate) template: Template,
    /// Why nothing is sent when the part is blank.
    pub(crate) blank: Arc<str>,
}

/// What messages are compiled with.
pub(crate) struct Setting<'s> {
    pub(crate) module: &'s Arc<Module>,
    pub(crate) shape: &'s Arc<Shape>,
    pub(crate) sources: &'s [Source],
    /// Where the file of a part lies among the sources: by where its name is written, and that name.
    pub(crate) file: &'s dyn Fn(Span, &str) -> Option<u32>,
    pub(crate) limits: &'s Limits,
    pub(crate) lints: &'s Lints,
    pub(crate) partials: &'s Partials,
}

/// Compiles all messages of a module. Those with an error are left out; the problems are in the order of the messages. The
/// partials that they render are further sources, behind those of the setting.
pub(crate) fn compile(setting: &Setting<'_>) -> (Vec<Compiled>, Vec<Diagnostic>, Vec<Source>) {
    let mut problems = Vec::new();
    let mut rendered = Vec::new();
    let mut compiled = Vec::with_capacity(setting.module.messages.len());
    for message in &setting.module.messages {
        compiled.extend(one(setting, message, &mut rendered, &mut problems));
    }
    (compiled, problems, rendered)
}

fn one(
    setting: &Setting<'_>,
    message: &Arc<hir::Message>,
    rendered: &mut Vec<Source>,
    problems: &mut Vec<Diagnostic>,
) -> Option<Compiled> {
    let module = setting.module;
    let inputs: Arc<[Input]> = message.inputs.iter().map(input).collect();
    let part_of = PartOf {
        audience: facts(module, message),
        inputs: Arc::clone(&inputs),
    };
    let mut warnings = Vec::new();
    let mut parts = Vec::with_capacity(message.parts.len());
    let mut places = Vec::with_capacity(message.parts.len());
    let mut is_whole = true;
    for (part, language) in in_languages(message) {
        // What is the same in all languages is there already.
        let is_there = |it: &Part| it.rule.name == part.rule.name && it.language.is_none();
        if part.language.is_none() && parts.iter().any(is_there) {
            continue;
        }
        // That a file is not there is told already.
        let mut place = Place::of(setting, part)?;
        let builder = TemplateBuilder::new(
            Arc::clone(module),
            Arc::clone(setting.shape),
            None,
            format(part.rule.form),
            setting.lints.clone(),
        );
        let tag = language.and_then(|it| message.languages.as_ref()?.tags.get(it));
        let name = part_name(message, part, tag);
        let builder = message.inputs.iter().fold(builder, |builder, input| {
            let (name, ty) = (input.name.clone(), input.ty.clone());
            if input.optional {
                builder.optional_input(name, ty)
            } else {
                builder.input(name, ty)
            }
        });
        let built = builder
            .source(place.name().unwrap_or(&name), place.text(part.rule.form))
            .limits(setting.limits.clone())
            .partials(setting.partials.clone())
            .part_of(part_of.clone());
        let built = match tag {
            Some(language) => built.language(language),
            None => built,
        };
        let built = built.build();
        let first = setting.sources.len();
        let template = match built {
            Ok(template) => {
                place.found_in(template.sources(), first, rendered);
                template
            }
            Err(error) => {
                place.found_in(error.sources(), first, rendered);
                for problem in error.diagnostics() {
                    add(problems, place.moved(problem));
                }
                is_whole = false;
                continue;
            }
        };
        for warning in template.warnings() {
            add(&mut warnings, place.moved(warning));
        }
        places.push((place, part.span));
        parts.push(Part {
            rule: part.rule,
            language: language.filter(|_| part.language.is_some() || template.checked().asks_language),
            template,
            blank: format!("the {} is blank", part.rule.name).into(),
        });
    }
    let written: Vec<_> = parts
        .iter()
        .zip(places)
        .map(|(part, (place, name))| Written { part, place, name })
        .collect();
    for warning in rules::check(module, message, &written) {
        add(&mut warnings, warning);
    }
    setting.lints.apply(&mut warnings);
    for warning in &warnings {
        add(problems, warning.clone());
    }
    is_whole.then(|| Compiled {
        message: Arc::clone(message),
        requirements: requirements(module, message, &parts),
        inputs,
        parts,
        warnings,
        not_in_audience: NOT_IN_AUDIENCE.into(),
    })
}

/// Adds a problem, unless another message has told it of the same file.
fn add(problems: &mut Vec<Diagnostic>, problem: Diagnostic) {
    if !problems.contains(&problem) {
        problems.push(problem);
    }
}

/// What is known of everyone whom a message is for.
fn facts(module: &Module, message: &hir::Message) -> Facts {
    let Some(audience) = message.audience else {
        return Facts::default();
    };
    let segments: Vec<_> = module
        .segments
        .iter()
        .map(|it| Some(Arc::clone(&it.condition)))
        .collect();
    proves(&module.segments[audience].condition, true, &segments)
}

fn input(field: &Field) -> Input {
    Input {
        name: field.name.clone(),
        ty: field.ty.clone(),
        optional: field.optional,
        letters: field.roles.letters,
    }
}

fn format(form: Form) -> Format {
    match form {
        Form::Html => Format::Html,
        Form::Line | Form::Text => Format::Text,
        Form::Json => Format::Json,
    }
}

/// `win_back_mail.subject`, `win_back_mail.subject.es`.
fn part_name(message: &hir::Message, part: &hir::MessagePart, tag: Option<&Arc<str>>) -> String {
    let tag = tag.filter(|_| part.language.is_some());
    let tag = tag.map(|it| format!(".{it}")).unwrap_or_default();
    format!("{}.{}{tag}", message.name, part.rule.name)
}

/// The parts, those that all languages share once for each: dates, amounts and translations differ.
fn in_languages(message: &hir::Message) -> impl Iterator<Item = (&hir::MessagePart, Option<usize>)> {
    let count = message.languages.as_ref().map_or(0, |it| it.tags.len());
    message.parts.iter().flat_map(move |part| {
        let shared = (0..count).filter(|_| part.language.is_none()).map(Some);
        let own = (part.language.is_some() || count == 0).then_some(part.language);
        shared.chain(own).map(move |language| (part, language))
    })
}

/// What a message reads to know whom it is for, in which language, and what it says.
fn requirements(module: &Module, message: &hir::Message, parts: &[Part]) -> Requirements {
    let mut gather = Gather::new(module);
    add_reads(message, parts, &mut gather);
    let mut requirements = gather.finish();
    let inputs = message.inputs.iter().map(|input| RequiredField {
        path: input.name.to_string(),
        ty: input.ty.clone(),
        optional: input.optional,
        roles: input.roles.clone(),
        fields: Vec::new(),
    });
    requirements.inputs = inputs.collect();
    requirements
}

fn add_reads(message: &hir::Message, parts: &[Part], gather: &mut Gather<'_>) {
    if let Some(audience) = message.audience {
        gather.refer(audience);
    }
    if let Some(languages) = &message.languages {
        gather.value(&languages.by);
    }
    for part in parts {
        gather.template(part.template.checked());
    }
}

impl Compiled {
    /// Adds what it reads.
    pub(crate) fn gather(&self, gather: &mut Gather<'_>) {
        add_reads(&self.message, &self.parts, gather);
    }

    /// The same for definitions to which a population was given.
    pub(crate) fn planned(&self, module: &Module) -> Self {
        let mut planned = self.clone();
        for part in &mut planned.parts {
            part.template = part.template.planned(module);
        }
        planned
    }

    /// What must be fitted before it can be rendered.
    pub(crate) fn ranks(&self) -> &[Arc<str>] {
        &self.requirements.population
    }
}
