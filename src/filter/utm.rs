//! `utm`: where a visit comes from, as web analytics reads it from a URL.

use super::{Draft, code::form_url};
use crate::value::ValueRef;

/// What may be said, in the order of the filter's parameters.
const NAMES: [&str; 5] = [
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
];

/// Writes a URL with what is said of the visit, blank texts left out. What the URL says itself stays, and so do addresses that
/// no browser visits.
pub(super) fn utm(url: &str, said: &[ValueRef<'_>], draft: &mut Draft) {
    let (page, fragment) = match url.find('#') {
        Some(at) => url.split_at(at),
        None => (url, ""),
    };
    draft.push_str(page);
    let is_visited = match page.find([':', '/', '?']) {
        Some(at) if page[at..].starts_with(':') => {
            let scheme = &page[..at];
            scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")
        }
        _ => true,
    };
    let query = page.split_once('?').map(|(_, query)| query);
    let mut glue = match query {
        None => "?",
        Some("") => "",
        Some(query) if query.ends_with('&') => "",
        Some(_) => "&",
    };
    for (name, value) in NAMES.iter().zip(said).filter(|_| is_visited) {
        let ValueRef::Text(value) = value else { continue };
        let is_said =
            query.is_some_and(|query| query.split('&').any(|it| it.split('=').next() == Some(name)));
        if value.trim().is_empty() || is_said {
            continue;
        }
        draft.push_str(glue);
        draft.push_str(name);
        draft.push_str("=");
        form_url(value, draft.buffer());
        glue = "&";
    }
    draft.push_str(fragment);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_added_to_the_query() {
        for (url, expected) in [
            ("https://x.es", "https://x.es?utm_source=a+b&utm_campaign=%26"),
            (
                "https://x.es/p?q=1#top",
                "https://x.es/p?q=1&utm_source=a+b&utm_campaign=%26#top",
            ),
            ("/p?", "/p?utm_source=a+b&utm_campaign=%26"),
            ("/p?a=1&", "/p?a=1&utm_source=a+b&utm_campaign=%26"),
            ("/p?utm_source=own", "/p?utm_source=own&utm_campaign=%26"),
            (
                "/p?my_utm_source=1",
                "/p?my_utm_source=1&utm_source=a+b&utm_campaign=%26",
            ),
            ("#top", "?utm_source=a+b&utm_campaign=%26#top"),
            ("mailto:ana@x.es", "mailto:ana@x.es"),
            ("tel:+34", "tel:+34"),
            ("HTTP://x?a:b", "HTTP://x?a:b&utm_source=a+b&utm_campaign=%26"),
        ] {
            let mut draft = Draft::new(String::new(), 1000);
            utm(
                url,
                &[ValueRef::Text("a b"), ValueRef::Text(" "), ValueRef::Text("&")],
                &mut draft,
            );
            assert_eq!(draft.as_str(), expected);
        }
    }
}
