//! Compiles templates.

use std::{fmt, marker::PhantomData, sync::Arc};

use super::{Format, Inner, Template, compile, inputs::Input, partials::Partials, placeholder};
use crate::{
    check::{
        Facts, Local, Names, Report, lint_template,
        template::{Written, check_template},
    },
    diagnostic::{Code, Diagnostic, Lints, Severity, Source},
    error::CompileError,
    hir::Module,
    limits::Limits,
    record::{Binding, Customer, Shape},
    requirements::{Gather, RequiredField},
    span::Span,
    syntax::template::{Delimiters, ast as tags, parse_template},
    value::{Roles, Type},
};

/// Gathers what a [`Template`] is made of, made by [`Definitions::template_builder`](crate::Definitions::template_builder)
/// or [`Bound::template_builder`](crate::Bound::template_builder).
///
/// # Example
///
/// ```
/// # use audience::{Definitions, Format, Type};
/// let shop = Definitions::parse("customer { id: string key }")?;
/// let template = shop
///     .template_builder(Format::Html)
///     .source("mail.html", r#"<a href="{{ unsubscribe }}">Goodbye</a>{% if coupon is known %} {{ coupon }}{% endif %}"#)
///     .input("unsubscribe", Type::Url)
///     .optional_input("coupon", Type::String)
///     .build()?;
/// assert_eq!(template.name(), "mail.html");
/// # Ok::<(), audience::CompileError>(())
/// ```
#[must_use]
pub struct TemplateBuilder<R = Customer> {
    module: Arc<Module>,
    shape: Arc<Shape>,
    binding: Option<Arc<Binding>>,
    format: Format,
    source: Source,
    inputs: Vec<Input>,
    limits: Limits,
    lints: Lints,
    part: Option<PartOf>,
    partials: Partials,
    language: Option<Arc<str>>,
    delimiters: Delimiters,
    record: PhantomData<fn(&R)>,
}

/// The message that a template is a part of.
#[derive(Clone, Debug)]
pub(crate) struct PartOf {
    /// What is known of everyone who gets it.
    pub(crate) audience: Facts,
    /// Those of all its parts.
    pub(crate) inputs: Arc<[Input]>,
}

/// Inputs of one template.
const MOST_INPUTS: usize = 1_000;

impl<R> TemplateBuilder<R> {
    pub(crate) fn new(
        module: Arc<Module>,
        shape: Arc<Shape>,
        binding: Option<Arc<Binding>>,
        format: Format,
        lints: Lints,
    ) -> Self {
        Self {
            module,
            shape,
            binding,
            format,
            source: Source::new("template", ""),
            inputs: Vec::new(),
            limits: Limits::default(),
            lints,
            part: None,
            partials: Partials::default(),
            language: None,
            delimiters: Delimiters::default(),
            record: PhantomData,
        }
    }

    /// Sets the text, under the name that diagnostics show.
    pub fn source(mut self, name: impl AsRef<str>, text: impl AsRef<str>) -> Self {
        self.source = Source::new(name, text);
        self
    }

    /// Gives a text that the template may show with `{% render "name" %}`, under that name. A second one of a name takes the
    /// place of the first.
    ///
    /// A partial sees its arguments and nothing else, and is checked with them wherever it is rendered.
    ///
    /// ```
    /// # use audience::{Definitions, Format, Inputs, Placements, Zone};
    /// let shop = Definitions::parse("customer { id: string key, interests: [string] }")?;
    /// let template = shop
    ///     .template_builder(Format::Html)
    ///     .partial("tag", "<b>{{ tag | default: \"-\" }}</b>")
    ///     .source("mail.html", "{% render \"tag\" for interests %}")
    ///     .build()?;
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "interests": ["tea", "R&B"]}"#)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let mut out = String::new();
    /// template.render_into(&ana, &Inputs::default(), &Placements::new(), &at, &mut out)?;
    /// assert_eq!(out, "<b>tea</b><b>R&amp;B</b>");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn partial(mut self, name: impl Into<Arc<str>>, text: impl AsRef<str>) -> Self {
        let name = name.into();
        let source = Source::new(&name, text);
        self.partials.add(name, source);
        self
    }

    /// Sets all that were given with the definitions.
    pub(crate) fn partials(mut self, partials: Partials) -> Self {
        self.partials = partials;
        self
    }

    /// Sets what begins and ends placeholders and tags, here and in the partials.
    pub fn delimiters(mut self, delimiters: Delimiters) -> Self {
        self.delimiters = delimiters;
        self
    }

    /// Declares a value that every message is given, known in the template by that name.
    ///
    /// It has one value of the type, no list and no record. A text is never blank.
    pub fn input(mut self, name: impl Into<Arc<str>>, ty: Type) -> Self {
        self.inputs.push(Input {
            name: name.into(),
            ty,
            optional: false,
            letters: None,
        });
        self
    }

    /// Declares a value that a message may be given.
    pub fn optional_input(mut self, name: impl Into<Arc<str>>, ty: Type) -> Self {
        self.inputs.push(Input {
            name: name.into(),
            ty,
            optional: true,
            letters: None,
        });
        self
    }

    /// Says which language the template is written in, such as `es` or `es-MX`: what `t`, `date`, `money`, `number` and `plural`
    /// write where they name none. Another than English needs the feature `locale`, but for `t`.
    ///
    /// ```
    /// # use audience::{Definitions, Format};
    /// let shop = Definitions::builder()
    ///     .source("shop", "customer { id: string key }")
    ///     .translations("en", r#"{"hello": "Hello {name}"}"#)
    ///     .translations("es", r#"{"hello": "Hola {name}"}"#)
    ///     .build()?;
    /// let template = |text| shop.template_builder(Format::Text).source("mail", text).language("es").build();
    /// assert!(template("{{ \"hello\" | t: name: id }}!").is_ok());
    /// assert!(template("{{ \"hullo\" | t: name: id }}!").is_err());
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    pub fn language(mut self, language: impl AsRef<str>) -> Self {
        self.language = Some(language.as_ref().into());
        self
    }

    /// Makes the template a part of a message.
    pub(crate) fn part_of(mut self, message: PartOf) -> Self {
        self.part = Some(message);
        self
    }

    /// Sets the bounds on the text and on the messages.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Parses, checks and compiles the template.
    ///
    /// Takes time proportional to the length of the text.
    ///
    /// # Errors
    ///
    /// All that is wrong with it, at once.
    pub fn build(self) -> Result<Template<R>, CompileError> {
        let Self {
            module,
            shape,
            binding,
            format,
            source,
            inputs,
            limits,
            lints,
            part,
            partials,
            language,
            delimiters,
            ..
        } = self;
        let mut report = Report::new(&limits);
        let mut names = Names::of_module(&module);
        // A message that needs a population is not handed out without one.
        names.unfitted &= part.is_none();
        let is_part = part.is_some();
        let (given, inputs) = match part {
            Some(part) => (part.audience, part.inputs),
            None => (Facts::default(), inputs.into()),
        };
        let locals = locals(&inputs, &names, &mut report);
        let (written, problems) = parse_template(0, &source.text, &delimiters, &limits);
        for problem in problems {
            report.push(problem);
        }
        let mut sources = vec![source];
        if let Some(inputs) = &written.inputs {
            let error = Diagnostic::new(Code::Unsupported, "`inputs` in a template that is no partial")
                .label(inputs.span, "leave this out")
                .help("the inputs of a message stand in its definition, those of a template are declared by the application".to_owned());
            report.push(error);
        }
        let known = partials.names(format);
        let find = |name: &str| partials.find(name, format);
        let partials = read(&written, &find, &delimiters, &limits, &mut sources, &mut report);
        let broken = std::iter::once(&written).chain(partials.iter().map(|(_, it)| it));
        let broken = broken.flat_map(|it| &it.broken);
        names.broken.extend(broken.map(|name| name.as_str().into()));
        let texts: Vec<&str> = sources.iter().map(|it| &*it.text).collect();
        let whole = Written {
            template: &written,
            partials: &partials,
            known: &known,
            texts: &texts,
            language: language.as_deref(),
            is_page: format == Format::Html,
        };
        let template = check_template(whole, &names, locals, &given, &mut report);
        let (program, problems) = compile::compile(&template, &texts, format, &module, is_part);
        for problem in problems {
            report.push(problem);
        }
        let mut diagnostics = report.finish();
        if diagnostics.iter().all(|it| it.severity < Severity::Error) {
            diagnostics.extend(lint_template(&module, &template, &texts, &limits));
            diagnostics.sort_by_key(Diagnostic::span);
        }
        lints.apply(&mut diagnostics);
        if diagnostics.iter().any(|it| it.severity == Severity::Error) {
            return Err(CompileError::new(diagnostics, sources, limits.diagnostics));
        }
        let placeholders = placeholder::placeholders(&template, &texts);
        let mut gather = Gather::new(&module);
        gather.template(&template);
        let mut requirements = gather.finish();
        requirements.inputs = inputs
            .iter()
            .map(|input| RequiredField {
                path: input.name.to_string(),
                ty: input.ty.clone(),
                optional: input.optional,
                roles: Roles::default(),
                fields: Vec::new(),
            })
            .collect();
        Ok(Template {
            inner: Arc::new(Inner {
                program,
                is_part,
                format,
                inputs,
                checked: Arc::new(template),
                shape,
                sources: sources.into(),
                warnings: diagnostics,
                requirements,
                placeholders,
                limits,
            }),
            binding,
            record: PhantomData,
        })
    }
}

/// Reads the partials that a template may come to; the sources grow by theirs.
fn read(
    template: &tags::Template,
    find: &dyn Fn(&str) -> Option<Source>,
    delimiters: &Delimiters,
    limits: &Limits,
    sources: &mut Vec<Source>,
    report: &mut Report,
) -> Vec<(Arc<str>, tags::Template)> {
    let mut wanted = Vec::new();
    template.partials(&mut wanted);
    let mut found: Vec<(Arc<str>, tags::Template)> = Vec::new();
    while let Some(name) = wanted.pop() {
        if found.iter().any(|(known, _)| *known == name) {
            continue;
        }
        let Some(source) = find(&name) else { continue };
        let number = u32::try_from(sources.len()).unwrap_or(u32::MAX);
        let (partial, problems) = parse_template(number, &source.text, delimiters, limits);
        for problem in problems {
            report.push(problem);
        }
        sources.push(source);
        partial.partials(&mut wanted);
        found.push((name, partial));
    }
    found
}

/// The inputs as names of the template.
fn locals(inputs: &[Input], names: &Names, report: &mut Report) -> Vec<Local> {
    let start = Span::new(0, 0, 0);
    let mut problem = |code, message| {
        report.push(Diagnostic::new(code, message).label(start, "declared for this template"));
    };
    if inputs.len() > MOST_INPUTS {
        problem(Code::Limit, format!("more than {MOST_INPUTS} inputs"));
        return Vec::new();
    }
    for (index, Input { name, ty, .. }) in inputs.iter().enumerate() {
        let twice = inputs[..index].iter().any(|other| other.name == *name);
        if twice || names.customer.members.contains_key(name) || names.traits.contains_key(name) {
            let other = if twice {
                "another input"
            } else {
                "an attribute or trait"
            };
            problem(
                Code::DuplicateName,
                format!("the input `{name}` has the name of {other}"),
            );
        }
        if matches!(
            ty,
            Type::List(_) | Type::Record(_) | Type::Ref(_) | Type::Duration | Type::Geo
        ) {
            problem(
                Code::InvalidType,
                format!("the input `{name}` cannot be of type `{ty}`"),
            );
        }
    }
    let local = |(index, input): (usize, &Input)| Local {
        name: input.name.clone(),
        index,
        ty: input.ty.clone(),
        optional: input.optional,
        filled: true,
    };
    inputs.iter().enumerate().map(local).collect()
}

impl<R> Clone for TemplateBuilder<R> {
    fn clone(&self) -> Self {
        Self {
            module: Arc::clone(&self.module),
            shape: Arc::clone(&self.shape),
            binding: self.binding.clone(),
            format: self.format,
            source: self.source.clone(),
            inputs: self.inputs.clone(),
            limits: self.limits.clone(),
            lints: self.lints.clone(),
            part: self.part.clone(),
            partials: self.partials.clone(),
            language: self.language.clone(),
            delimiters: self.delimiters.clone(),
            record: PhantomData,
        }
    }
}

impl<R> fmt::Debug for TemplateBuilder<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TemplateBuilder")
            .field("name", &self.source.name)
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}
