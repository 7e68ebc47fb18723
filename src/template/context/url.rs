//! How far the literal text before a placeholder has got into a URL.

use crate::value::Schemes;

/// The part of a URL reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Url {
    /// Nothing, or a beginning that may still become a scheme.
    Start(String),
    /// A value stands at the start, so nothing after it may make a scheme of it.
    AfterValue,
    /// After a scheme of the allow-list or at the start of a relative URL, before anything but slashes: a `/` here may
    /// begin another host.
    Slashes,
    /// A host, path, query or fragment.
    Part,
    /// A scheme outside the allow-list, such as `javascript:`.
    Refused,
    /// Different parts on different branches.
    Unclear,
}

/// A literal that makes a scheme out of the value before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SchemeFromValue;

impl Default for Url {
    fn default() -> Self {
        Self::Start(String::new())
    }
}

impl Url {
    const LONGEST_SCHEME: usize = 16;

    /// Whether a scheme that is not known to be safe stands there, or the beginning of one.
    pub(super) fn has_other_scheme(&self) -> bool {
        match self {
            Self::Start(scheme) => !scheme.is_empty(),
            url => *url == Self::Refused,
        }
    }

    pub(super) fn push(&mut self, byte: u8) -> Result<(), SchemeFromValue> {
        match self {
            Self::Start(scheme) => match byte {
                b'/' | b'\\' => *self = Self::Slashes,
                b'?' | b'#' => *self = Self::Part,
                b':' => {
                    let allowed = Schemes::default().allow(&format!("{scheme}:"));
                    *self = if allowed { Self::Slashes } else { Self::Refused };
                }
                _ if byte <= b' ' && scheme.is_empty() => {}
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.'
                    if scheme.len() < Self::LONGEST_SCHEME =>
                {
                    scheme.push(byte as char);
                }
                // An entity or a control character could still spell a scheme.
                b'&' | 0..=b' ' => *self = Self::Refused,
                _ => *self = Self::AfterValue,
            },
            Self::AfterValue => match byte {
                b'/' | b'?' | b'#' => *self = Self::Part,
                b':' => {
                    *self = Self::Refused;
                    return Err(SchemeFromValue);
                }
                _ => {}
            },
            Self::Slashes if !matches!(byte, b'/' | b'\\') => *self = Self::Part,
            Self::Slashes | Self::Part | Self::Refused | Self::Unclear => {}
        }
        Ok(())
    }
}
