//! What each kind of mistake is answered with, and what remains of the file; and how files are laid out.

use super::parse;
use crate::{
    diagnostic::{Source, render},
    syntax::{
        ast::{File, Name},
        format_file,
    },
};

#[test]
fn mistakes_are_explained() {
    golden("tests/golden/syntax/errors", |name, text| {
        let (file, diagnostics) = parse(text);
        assert!(!diagnostics.is_empty(), "{name} is meant to be wrong");
        let drawn = render(&diagnostics, &[Source::new(name, text)]);
        format!(
            "{drawn}\n-- what remains --\n{}\n-- broken --\n{}",
            format_file(&file),
            broken(&file)
        )
    });
}

/// [test-9]
#[test]
fn files_are_laid_out() {
    golden("tests/golden/syntax", |name, text| {
        let (file, diagnostics) = parse(text);
        assert!(
            diagnostics.is_empty(),
            "{}",
            render(&diagnostics, &[Source::new(name, text)])
        );
        let formatted = format_file(&file);
        let (again, _) = parse(&formatted);
        assert_eq!(file.items, again.items, "{name} says something else");
        assert_eq!(format_file(&again), formatted, "{name} is not settled");
        formatted
    });
}

fn golden(folder: &str, show: impl Fn(&str, &str) -> String) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(&root);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.remove_input_file();
    let mut paths: Vec<_> = std::fs::read_dir(&root)
        .expect("the folder of golden files exists")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|it| it == "audience"))
        .collect();
    paths.sort();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("golden files are UTF-8");
        let name = path
            .file_stem()
            .and_then(|it| it.to_str())
            .expect("golden files have plain names");
        settings.bind(|| insta::assert_snapshot!(name, show(name, &text)));
    }
}

fn broken(file: &File) -> String {
    let name = |it: &Option<Name>| it.as_ref().map_or("-", |it| &*it.text).to_owned();
    let lines = file.broken.iter().map(|broken| {
        format!(
            "{:?} {} {}\n",
            broken.kind,
            name(&broken.name),
            name(&broken.field)
        )
    });
    lines.collect()
}
