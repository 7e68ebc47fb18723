//! A catalogue of translations: texts in several languages, under keys.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

/// The texts of all languages.
#[derive(Clone, Debug, Default)]
pub(crate) struct Translations {
    languages: IndexMap<Arc<str>, Texts>,
}

/// The texts of a language by their keys: `cart.title`.
pub(crate) type Texts = IndexMap<Arc<str>, Arc<str>>;

impl Translations {
    /// Adds texts in JSON: an object of texts, or of objects like it.
    pub(crate) fn add(&mut self, language: &str, json: &str) -> Result<(), String> {
        let value: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
        let Value::Object(members) = value else {
            return Err("expected an object of texts".to_owned());
        };
        let texts = self.languages.entry(language.into()).or_default();
        let mut open: Vec<(String, Value)> = members.into_iter().collect();
        while let Some((key, value)) = open.pop() {
            match value {
                Value::String(text) if !text.contains('\0') => {
                    texts.insert(key.into(), text.into());
                }
                Value::Object(members) => {
                    open.extend(
                        members
                            .into_iter()
                            .map(|(name, value)| (format!("{key}.{name}"), value)),
                    );
                }
                _ => return Err(format!("`{key}` is no text")),
            }
        }
        texts.sort_unstable_keys();
        Ok(())
    }

    /// The texts of a language, with its name here; those of the language where the country has none of its own.
    pub(crate) fn of(&self, language: &str) -> Option<(&Arc<str>, &Texts)> {
        let mut wanted = language;
        loop {
            let mut all = self.languages.iter();
            if let Some(found) = all.find(|(tag, _)| tag.eq_ignore_ascii_case(wanted)) {
                return Some(found);
            }
            wanted = &wanted[..wanted.rfind(['-', '_'])?];
        }
    }

    pub(crate) fn languages(&self) -> impl ExactSizeIterator<Item = &Arc<str>> {
        self.languages.keys()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_keys_of_their_whole_way() {
        let mut all = Translations::default();
        assert_eq!(
            all.add("es", r#"{"cart": {"title": "Cesta", "empty": ""}, "hi": "Hola"}"#),
            Ok(())
        );
        let texts = all
            .of("es-MX")
            .map(|(_, texts)| texts.clone())
            .unwrap_or_default();
        let keys: Vec<&str> = texts.keys().map(|it| &**it).collect();
        assert_eq!(keys, ["cart.empty", "cart.title", "hi"]);
        assert!(all.of("de").is_none() && all.of("").is_none());
        assert_eq!(all.add("de", "[]"), Err("expected an object of texts".to_owned()));
        assert_eq!(
            all.add("de", r#"{"a": {"b": 1}}"#),
            Err("`a.b` is no text".to_owned())
        );
        assert!(all.add("de", "{").is_err());
    }
}
