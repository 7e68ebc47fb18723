//! The texts that templates show with `{% render "name" %}`: those of the application, and those of the standard library.

use std::sync::Arc;

use super::Format;
use crate::diagnostic::Source;

/// By their names; files keep their ending.
#[derive(Clone, Debug, Default)]
pub(crate) struct Partials {
    given: Vec<(Arc<str>, Source)>,
}

impl Partials {
    /// Adds one in the place of another of its name.
    pub(crate) fn add(&mut self, name: impl Into<Arc<str>>, source: Source) {
        let name = name.into();
        self.given.retain(|(known, _)| *known != name);
        self.given.push((name, source));
    }

    /// The partial that a template of a format means: the one of that very name, else the file of that name whose ending is
    /// that of the format, else any file of that name, and last one of the standard library.
    pub(crate) fn find(&self, name: &str, format: Format) -> Option<Source> {
        let is_file = |known: &str| stem(known) == name;
        let is_own = |known: &str| is_file(known) && known.ends_with(ending(format));
        let given = |is: &dyn Fn(&str) -> bool| self.given.iter().find(|(known, _)| is(known));
        let found = given(&|known| known == name)
            .or_else(|| given(&is_own))
            .or_else(|| given(&is_file));
        match found {
            Some((_, source)) => Some(source.clone()),
            None => standard(name, format),
        }
    }

    /// The names of all that a template of a format may render.
    pub(crate) fn names(&self, format: Format) -> Vec<Arc<str>> {
        let given = self.given.iter().map(|(name, _)| stem(name));
        let standard = STANDARD.iter().map(|(name, _)| *name);
        let standard = standard.filter(|_| format == Format::Html);
        given.chain(standard).map(Arc::from).collect()
    }
}

/// Those of the standard library, which are pages.
const STANDARD: [(&str, &str); 6] = [
    ("standard/layout", include_str!("../standard/layout.html")),
    ("standard/header", include_str!("../standard/header.html")),
    ("standard/hero", include_str!("../standard/hero.html")),
    ("standard/text", include_str!("../standard/text.html")),
    ("standard/button", include_str!("../standard/button.html")),
    ("standard/product", include_str!("../standard/product.html")),
];

fn standard(name: &str, format: Format) -> Option<Source> {
    let found = STANDARD.iter().find(|(known, _)| *known == name);
    let (name, text) = found.filter(|_| format == Format::Html)?;
    Some(Source::new(format!("{name}.html"), text))
}

/// The name of a file without its ending.
fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && !ending.contains('/') => stem,
        _ => name,
    }
}

fn ending(format: Format) -> &'static str {
    match format {
        Format::Html => ".html",
        Format::Text => ".txt",
        Format::Json => ".json",
    }
}
