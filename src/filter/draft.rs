//! A text that is written with a bound on its length.

use std::fmt::{self, Write};

/// A text on its way into memory, which takes no more than there is room for.
#[derive(Debug)]
pub(crate) struct Draft {
    text: String,
    most: usize,
    full: bool,
}

impl Draft {
    /// Written into that buffer, at most so many bytes.
    pub(crate) fn new(mut buffer: String, most: usize) -> Self {
        buffer.clear();
        Self {
            text: buffer,
            most,
            full: false,
        }
    }

    pub(crate) fn push_str(&mut self, text: &str) {
        if text.len() <= self.most.saturating_sub(self.text.len()) {
            self.text.push_str(text);
        } else {
            self.full = true;
        }
    }

    /// Whether something was left out, so that the rest need not be written either.
    pub(crate) fn is_full(&self) -> bool {
        self.full
    }

    /// The text itself, for what is at most a few times as long as the value that it is made from.
    pub(crate) fn buffer(&mut self) -> &mut String {
        &mut self.text
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn into_buffer(self) -> String {
        self.text
    }
}

impl Write for Draft {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push_str(text);
        Ok(())
    }
}
