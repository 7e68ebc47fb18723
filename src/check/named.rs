//! What messages and campaigns name: the segment that they are for, and a channel.

use super::{report::Report, scope::Names};
use crate::{
    diagnostic::{Code, Diagnostic},
    hir::Channel,
    syntax::ast::Name,
};

/// The position of a segment. `None` without a word where its definition has an error.
pub(super) fn segment(name: &Name, names: &Names, report: &mut Report) -> Option<usize> {
    if let Some(index) = names.segments.get_index_of(&name.text) {
        return Some(index);
    }
    if names.is_silent(&name.text) {
        return None;
    }
    let help = report.suggest(&name.text, names.segments.iter().map(|it| &**it));
    let error = Diagnostic::new(Code::UnknownSegment, format!("unknown segment `{}`", name.text))
        .label(name.span, "not defined")
        .help(help);
    report.fail(error)
}

/// The channel that a name stands for; that there is none is told with this code.
pub(super) fn channel(name: &Name, code: Code, report: &mut Report) -> Option<Channel> {
    let found = Channel::ALL.iter().find(|it| *it.as_str() == *name.text);
    if found.is_none() {
        let names = Channel::ALL.iter().map(|it| it.as_str());
        let help = report.suggest(&name.text, names).unwrap_or_else(all_channels);
        let error = Diagnostic::new(code, format!("unknown channel `{}`", name.text))
            .label(name.span, "no such channel")
            .help(help);
        report.push(error);
    }
    found.copied()
}

/// `the channels are …`
pub(super) fn all_channels() -> String {
    let names: Vec<_> = Channel::ALL.iter().map(|it| format!("`{it}`")).collect();
    format!("the channels are {}", names.join(", "))
}
