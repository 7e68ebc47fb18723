//! Shows how far a long command has come.

use std::{io::IsTerminal, path::Path};

use indicatif::{ProgressBar, ProgressStyle};

/// A bar over the bytes of the file, when a person watches standard error and the answers go elsewhere or come at the end;
/// else nothing.
pub(crate) fn over(file: &Path, quiet_output: bool) -> ProgressBar {
    over_all(&[file], quiet_output)
}

/// The same over the bytes of all these files.
pub(crate) fn over_all(files: &[&Path], quiet_output: bool) -> ProgressBar {
    let watched = std::io::stderr().is_terminal() && (quiet_output || !std::io::stdout().is_terminal());
    let length = |file: &&Path| {
        file.metadata()
            .ok()
            .filter(std::fs::Metadata::is_file)
            .map(|it| it.len())
    };
    let length: Option<u64> = files.iter().map(length).sum();
    match length {
        Some(length) if watched => {
            let style = ProgressStyle::with_template("{bar:40} {percent}% {bytes}/{total_bytes}, {eta} left")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
            ProgressBar::new(length).with_style(style)
        }
        _ => ProgressBar::hidden(),
    }
}
