//! Gathers sources and compiles them.

use std::{fs, path::Path, sync::Arc};

use crate::{
    check::{self, Given},
    definitions::{
        Definitions, Inner,
        files::Files,
        library::Library,
        test_case,
        warnings::{self, Warnings},
    },
    diagnostic::{Code, Diagnostic, Level, Lints, Severity, Source},
    error::CompileError,
    hir::{Module, Rank, Translations},
    limits::Limits,
    message,
    population::{Population, PopulationProblem},
    record::{Loader, Shape},
    schema::Schema,
    span::Span,
    syntax,
    template::Partials,
};

/// Gathers the sources of a set of [`Definitions`], made by [`Definitions::builder`].
///
/// Nothing fails before [`build`](Self::build): what is wrong with a file is among the diagnostics there.
///
/// # Example
///
/// ```
/// # use audience::Definitions;
/// let shop = Definitions::builder()
///     .source("customer.audience", "customer { id: string key, orders: int }")
///     .source("loyal.audience", "segment loyal = orders >= 10")
///     .build()?;
/// assert_eq!(shop.segments().len(), 1);
/// # Ok::<(), audience::CompileError>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Builder {
    pub(super) sources: Vec<Source>,
    pub(super) problems: Vec<Diagnostic>,
    pub(super) limits: Limits,
    lints: Lints,
    population: Option<Population>,
    pub(super) given: Given,
    pub(super) files: Files,
    pub(super) partials: Partials,
    translations: Translations,
}

impl Builder {
    /// Takes what is known of a customer from a schema, built in Rust or read with serde, in place of a `customer` block.
    /// The sources may add catalogues, events and placements to it.
    ///
    /// ```
    /// # use audience::{Definitions, Field, Schema, Type};
    /// let schema = Schema::builder()
    ///     .attribute(Field::new("id", Type::String).key())
    ///     .attribute(Field::new("orders", Type::Int))
    ///     .build()?;
    /// let shop = Definitions::builder()
    ///     .schema(schema)
    ///     .source("loyal.audience", "segment loyal = orders >= 10")
    ///     .build()?;
    /// assert_eq!(shop.segments().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn schema(mut self, schema: Schema) -> Self {
        self.given.schema = Some(schema);
        self
    }

    /// Adds a text under the name that diagnostics show.
    pub fn source(mut self, name: impl AsRef<str>, text: impl AsRef<str>) -> Self {
        self.sources.push(Source::new(name, text));
        self
    }

    /// Adds definitions in JSON, see [`Definitions::to_json`], under the name that diagnostics show: they point into the
    /// canonical text.
    ///
    /// ```
    /// # use audience::{Code, Definitions};
    /// let json = Definitions::to_json("shop", "customer { id: string key, orders: int }  segment loyal = orders >= 10")?;
    /// assert!(Definitions::builder().json("shop.json", &json).build().is_ok());
    /// let error = Definitions::builder().json("shop.json", "{}").build().unwrap_err();
    /// assert_eq!(error.diagnostics()[0].code, Code::InvalidJson);
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    pub fn json(mut self, name: impl AsRef<str>, json: &str) -> Self {
        match syntax::from_json(json, &self.limits) {
            Ok(text) => self.source(name, text),
            Err(problem) => {
                let span = Span::new(self.next(), 0, 0);
                let message = problem.to_string();
                self.problems
                    .push(Diagnostic::new(Code::InvalidJson, message).label(span, "given as JSON"));
                self.source(name, "")
            }
        }
    }

    /// Adds a text of bytes, which must be UTF-8. A byte order mark is dropped.
    pub fn source_bytes(mut self, name: impl AsRef<str>, bytes: &[u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => self.source(name, text),
            Err(error) => {
                // The picture shows the text up to the bad byte, and a replacement character in its place.
                let start = error.valid_up_to();
                let text = format!("{}\u{fffd}", String::from_utf8_lossy(&bytes[..start]));
                let span = Span::new(self.next(), offset(start), offset(text.len()));
                self.problems.push(
                    Diagnostic::new(Code::InvalidUtf8, format!("byte {start} is not UTF-8"))
                        .label(span, "the text is readable up to here")
                        .help(String::from("save the file as UTF-8")),
                );
                self.source(name, text)
            }
        }
    }

    /// Adds a file of definitions. The files that its messages name are read from the folder that it lies in, or from below
    /// that folder.
    pub fn file(mut self, path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let name = path.to_string_lossy();
        match fs::read(path) {
            Ok(bytes) => {
                self.files.read_from(self.next(), path);
                self.source_bytes(name, &bytes)
            }
            Err(error) => {
                self.unreadable(&name, &error);
                self
            }
        }
    }

    /// Adds every `*.audience` file of a folder, in the order of their names, with the files that their messages name.
    pub fn folder(mut self, path: impl AsRef<Path>) -> Self {
        let path = path.as_ref();
        let files = fs::read_dir(path).and_then(|entries| {
            entries
                .map(|entry| entry.map(|it| it.path()))
                .collect::<Result<Vec<_>, _>>()
        });
        match files {
            Ok(mut files) => {
                files.retain(|file| file.extension().is_some_and(|it| it == "audience") && file.is_file());
                files.sort();
                files.into_iter().fold(self, Self::file)
            }
            Err(error) => {
                self.unreadable(&path.to_string_lossy(), &error);
                self
            }
        }
    }

    /// Adds the texts of a language for the filter `t`, in JSON: an object of texts, or of objects like it. In `{name}` stands what
    /// the argument `name` says; of a text with `count`, there is one for each form: `orders.one`, `orders.other`.
    ///
    /// ```
    /// # use audience::{Code, Definitions, Format, Inputs, Placements, Zone};
    /// let shop = Definitions::builder()
    ///     .source("shop", "customer { id: string key, orders: int }")
    ///     .translations("en", r#"{"orders": {"one": "one order", "other": "{count} orders"}}"#)
    ///     .build()?;
    /// let template = shop.template(Format::Text, "You have {{ \"orders\" | t: count: orders }}.")?;
    /// let ana = shop.customer_from_json(r#"{"id": "ana", "orders": 3}"#)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let mut out = String::new();
    /// let _ = template.render_into(&ana, &Inputs::default(), &Placements::new(), &at, &mut out)?;
    /// assert_eq!(out, "You have 3 orders.");
    ///
    /// let error = Definitions::builder().translations("en", "[]").build().unwrap_err();
    /// assert_eq!(error.diagnostics()[0].code, Code::InvalidJson);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn translations(mut self, language: impl AsRef<str>, json: &str) -> Self {
        let language = language.as_ref();
        if let Err(problem) = self.translations.add(language, json) {
            let span = Span::new(self.next(), 0, 0);
            self.problems
                .push(Diagnostic::new(Code::InvalidJson, problem).label(span, "given as JSON"));
            return self.source(format!("translations.{language}"), "");
        }
        self
    }

    /// Sets the bounds on what the sources may ask for.
    ///
    /// ```
    /// # use audience::{Code, Definitions, Limits};
    /// let strict = Limits { nesting: 8, ..Limits::default() };
    /// let text = format!("customer {{ id: string key }}  segment s = {}true{}", "(".repeat(9), ")".repeat(9));
    /// let error = Definitions::builder().source("shop", text).limits(strict).build().unwrap_err();
    /// assert_eq!(error.diagnostics()[0].code, Code::Limit);
    /// ```
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Gives what a batch of customers says of what is ranked, see
    /// [`Definitions::with_population`](crate::Definitions::with_population). One that was fitted for other definitions is an
    /// error of [`build`](Self::build).
    ///
    /// ```
    /// # use audience::{Code, Definitions, Zone};
    /// let text = "customer { id: string key, spent: decimal }  segment best = spent in top 10%";
    /// let shop = Definitions::parse(text)?;
    /// let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    /// let population = shop.fit(&[], &at);
    /// let build = |text| Definitions::builder().source("shop", text).population(population.clone()).build();
    /// assert!(build(text)?.segment("best").is_ok());
    /// let error = build("customer { id: string key, spent: int }  segment best = spent in top 10%").unwrap_err();
    /// assert_eq!(error.diagnostics()[0].code, Code::WrongPopulation);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn population(mut self, population: Population) -> Self {
        self.population = Some(population);
        self
    }

    /// Sets what becomes of a warning: nothing, a warning, or an error that stops the build; also of the templates of
    /// these definitions. The last call for a code decides. Errors stay what they are.
    ///
    /// ```
    /// # use audience::{Code, Definitions, Level};
    /// let text = "customer { id: string key, country: string? }  segment abroad = country != \"ES\"";
    /// let quiet = Definitions::builder().source("shop", text).lint(Code::NegationOverMissing, Level::Allow).build()?;
    /// assert!(quiet.warnings().is_empty());
    /// # Ok::<(), audience::CompileError>(())
    /// ```
    pub fn lint(mut self, code: Code, level: Level) -> Self {
        self.lints.set(code, level);
        self
    }

    /// Parses, checks and compiles everything.
    ///
    /// Takes time proportional to the length of the sources.
    ///
    /// # Errors
    ///
    /// All that is wrong with the sources, at once.
    pub fn build(self) -> Result<Definitions, CompileError> {
        let Self {
            mut sources,
            mut problems,
            limits,
            lints,
            population,
            given,
            files: message_files,
            partials,
            translations,
        } = self;
        let bytes: usize = sources.iter().map(|source| source.text.len()).sum();
        if bytes > limits.source_bytes {
            let message = format!(
                "the sources have {bytes} bytes; the limit is {}",
                limits.source_bytes
            );
            let span = Span::new(0, 0, 0);
            problems.push(Diagnostic::new(Code::Limit, message).label(span, "too much text"));
            return Err(CompileError::new(
                problems,
                shortened(sources),
                limits.diagnostics,
            ));
        }
        let mut files: Vec<_> = (0..)
            .zip(&sources)
            .map(|(index, source)| {
                let (file, diagnostics) = syntax::parse_file(index, &source.text, &limits);
                problems.extend(diagnostics);
                file
            })
            .collect();
        let library = Library::add(&mut sources, &mut files, &mut problems, &limits);
        let (mut module, diagnostics) = check::check_beside(&given, &files, &limits);
        problems.extend(diagnostics);
        if let (Some(module), Some(population)) = (&mut module, &population) {
            problems.extend(take_cuts(module, population));
        }
        let definitions = sources.len();
        let compiled = module.map(|mut module| {
            module.translations = Arc::new(translations);
            let module = Arc::new(module);
            let shape = Arc::new(Shape::new(Arc::clone(&module.schema)));
            let files = message_files.add(&module, &mut sources, &mut problems, &limits);
            let setting = message::Setting {
                module: &module,
                shape: &shape,
                sources: &sources,
                file: &|span, name| files.get(&(span, name.into())).copied(),
                limits: &limits,
                lints: &lints,
                partials: &partials,
            };
            let (messages, found, rendered) = message::compile(&setting);
            problems.extend(found);
            sources.extend(rendered);
            let customers = Loader::of(shape).limits(&limits);
            let tests = test_case::load(&module, &messages, &customers, &mut problems);
            (module, customers, messages, tests)
        });
        if problems.iter().any(|it| it.code == Code::UnreadableFile) {
            // It may well stand there.
            problems.retain(|it| it.code != Code::MissingCustomer);
        }
        let warnings = Warnings::new(problems, library, &lints);
        let stops = |module| warnings::has_errors(warnings.all(module, &sources, &lints, &limits));
        match compiled {
            Some((module, customers, messages, tests)) if !(warnings.may_stop(&lints) && stops(&module)) => {
                let inner = Inner::new(
                    module,
                    customers,
                    (messages, tests.into()),
                    (sources, definitions, Arc::new(warnings)),
                    (&limits, lints, partials),
                );
                Ok(Definitions {
                    inner: Arc::new(inner),
                })
            }
            _ => Err(CompileError::new(
                warnings.into_told(),
                sources,
                limits.diagnostics,
            )),
        }
    }

    fn next(&self) -> u32 {
        offset(self.sources.len())
    }

    pub(super) fn unreadable(&mut self, name: &str, error: &std::io::Error) {
        let span = Span::new(self.next(), 0, 0);
        self.problems.push(
            Diagnostic::new(Code::UnreadableFile, format!("cannot read `{name}`: {error}"))
                .label(span, "wanted here"),
        );
        self.sources.push(Source::new(name, ""));
    }
}

/// Takes the cut points of a population, or says where they are missing.
fn take_cuts(module: &mut Module, population: &Population) -> Vec<Diagnostic> {
    match population.cuts(module.ranks.iter().map(|it| &it.wanted)) {
        Ok(cuts) => {
            module.cuts = Some(cuts);
            Vec::new()
        }
        Err(error) => {
            let diagnostic = |problem: &PopulationProblem| {
                let of = |it: &&Rank| *it.wanted.written == *problem.expression();
                let span = module.ranks.iter().find(of).map(|it| it.operand.span);
                let message = format!("the population was fitted for other definitions: {problem}");
                Diagnostic::new(Code::WrongPopulation, message)
                    .label(span.unwrap_or_default(), "compared with the others here")
                    .help("fit it again with these definitions".to_owned())
            };
            error.problems().iter().map(diagnostic).collect()
        }
    }
}

/// The canonical text of a source.
pub(super) fn format(source: Source) -> Result<String, CompileError> {
    let limits = Limits::default();
    let (file, problems) = syntax::parse_file(0, &source.text, &limits);
    if problems.iter().any(|it| it.severity == Severity::Error) {
        return Err(CompileError::new(problems, vec![source], limits.diagnostics));
    }
    Ok(syntax::format_file(&file))
}

/// A source as JSON.
pub(super) fn json(source: Source) -> Result<String, CompileError> {
    let limits = Limits::default();
    syntax::to_json(&source.text, &limits)
        .map_err(|problems| CompileError::new(problems, vec![source], limits.diagnostics))
}

/// The sources with at most their first lines, for an error about their size.
fn shortened(sources: Vec<Source>) -> Vec<Source> {
    let first = |text: &str| {
        text.lines()
            .next()
            .unwrap_or_default()
            .chars()
            .take(80)
            .collect::<String>()
    };
    sources
        .into_iter()
        .map(|source| Source::new(&source.name, first(&source.text)))
        .collect()
}

pub(super) fn offset(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
