//! Filters on text that give parts of URLs, or read them.

use super::super::{arena::Arena, escape};
use crate::hir::template::UrlFilter;

pub(in crate::template) fn apply<'a>(filter: UrlFilter, text: &'a str, arena: &'a Arena) -> &'a str {
    match filter {
        UrlFilter::Encode => arena.write(|draft| escape::form_url(text, draft.buffer())),
    }
}
