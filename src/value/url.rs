//! Which addresses may be shown to a reader: those of a scheme on the allow-list.

use std::sync::Arc;

/// The schemes that every application accepts.
const COMMON: [&str; 4] = ["http", "https", "mailto", "tel"];

/// The schemes that a `url` may have: http, https, mailto, tel and the application's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Schemes(Arc<[Arc<str>]>);

impl Default for Schemes {
    fn default() -> Self {
        Self(COMMON.map(Arc::from).into())
    }
}

impl Schemes {
    /// The same list with more schemes, compared without regard to ASCII case.
    pub(crate) fn with<S: AsRef<str>>(&self, more: impl IntoIterator<Item = S>) -> Self {
        let more = more
            .into_iter()
            .map(|scheme| scheme.as_ref().to_ascii_lowercase().into());
        Self(self.0.iter().cloned().chain(more).collect())
    }

    /// Each of them, in lower case.
    #[cfg(feature = "sql")]
    pub(crate) fn each(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|it| &**it)
    }

    /// Tells whether `url` begins with a scheme that every application accepts.
    pub(crate) fn allow_everywhere(url: &str) -> bool {
        scheme(url).is_some_and(|scheme| COMMON.iter().any(|it| it.eq_ignore_ascii_case(scheme)))
    }

    /// Tells whether `url` begins with a scheme of the list.
    #[inline]
    pub(crate) fn allow(&self, url: &str) -> bool {
        begins_with_http(url)
            || scheme(url).is_some_and(|scheme| self.0.iter().any(|it| it.eq_ignore_ascii_case(scheme)))
    }
}

/// What most addresses begin with, and what is on every list.
#[inline]
pub(crate) fn begins_with_http(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// As `http, https, mailto, tel`.
impl std::fmt::Display for Schemes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join(", "))
    }
}

/// What stands before the first colon, where it is a scheme by RFC 3986: a letter, then letters, digits, `+ - .`.
///
/// White space and control characters that browsers would skip are not skipped here, so they make the address refused.
pub(crate) fn scheme(url: &str) -> Option<&str> {
    let bytes = url.as_bytes();
    let continues = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let end = bytes.iter().position(|byte| !continues(byte))?;
    (bytes[end] == b':' && bytes[0].is_ascii_alphabetic()).then(|| &url[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_schemes_of_the_list_pass() {
        let schemes = Schemes::default();
        for url in [
            "https://shop.example/a?b#c",
            "HTTP://x",
            "mailto:ana@example.com",
            "tel:+34",
        ] {
            assert!(schemes.allow(url), "{url}");
        }
        for url in [
            "javascript:alert(1)",
            " https://x",
            "java\tscript:x",
            "/a",
            "",
            ":x",
            "1http:x",
            "myapp:x",
        ] {
            assert!(!schemes.allow(url), "{url}");
        }
        assert!(schemes.with(["MyApp"]).allow("myapp:x"));
        assert_eq!(
            schemes.with(["MyApp"]).to_string(),
            "http, https, mailto, tel, myapp"
        );
    }
}
