//! Mistakes as they are made in practice, `tests/golden/template/faults`: each is one diagnostic, in the right place, with a mend.

mod table;

use std::{collections::BTreeSet, fs, path::Path};

use audience::{Definitions, Diagnostic, Format, Type};

use self::table::{FAULTS, Fault};

const SHOP: &str = include_str!("../../golden/template/shop.audience");

/// What is said of a file: the diagnostics, and their picture.
fn told(file: &str, text: &str) -> (Vec<Diagnostic>, String) {
    let shop = Definitions::builder().source("shop.audience", SHOP);
    let (diagnostics, sources) = if file.ends_with(".audience") {
        match shop.source(file, text).build() {
            Ok(shop) => (shop.warnings().to_vec(), shop.sources().to_vec()),
            Err(error) => (error.diagnostics().to_vec(), error.sources().to_vec()),
        }
    } else {
        let format = match file.rsplit('.').next() {
            Some("html") => Format::Html,
            Some("json") => Format::Json,
            _ => Format::Text,
        };
        let shop = shop.build().unwrap_or_else(|error| panic!("{error}"));
        let builder = shop.template_builder(format).source(file, text);
        match builder.input("shop_url", Type::Url).build() {
            Ok(template) => (template.warnings().to_vec(), template.sources().to_vec()),
            Err(error) => (error.diagnostics().to_vec(), error.sources().to_vec()),
        }
    };
    let picture = audience::render(&diagnostics, &sources);
    (diagnostics, picture)
}

/// What a diagnostic points at.
fn place<'t>(diagnostic: &Diagnostic, text: &'t str) -> &'t str {
    let span = diagnostic.span();
    text.get(span.start as usize..span.end as usize)
        .unwrap_or("no place")
}

#[test]
fn pictures() {
    insta::glob!(
        "../../golden/template/faults",
        "*.{html,txt,json,audience}",
        |path| {
            let text = fs::read_to_string(path).expect("glob found it");
            let file = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            insta::with_settings!({
                snapshot_path => "../../golden/template/faults",
                prepend_module_to_snapshot => false,
                snapshot_suffix => "",
                omit_expression => true,
            }, {
                insta::assert_snapshot!(file.split('.').next().unwrap_or_default(), told(&file, &text).1);
            });
        }
    );
}

/// Each is one diagnostic, at the very text, with a mend that leaves nothing to say when it is followed.
#[test]
fn each_is_told_once_in_its_place_and_mended_as_it_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/template/faults");
    let mut wrong = Vec::new();
    for Fault {
        file,
        at,
        says,
        mend,
        mended,
    } in FAULTS
    {
        let text = fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let (diagnostics, picture) = told(file, &text);
        let [diagnostic] = &*diagnostics else {
            wrong.push(format!("{file}: {} diagnostics\n{picture}", diagnostics.len()));
            continue;
        };
        let place = place(diagnostic, &text);
        let mends = diagnostic.help.join("\n");
        let label = diagnostic.labels.first().map_or("", |it| &it.text);
        let offers = if mends.is_empty() {
            diagnostic.message.contains(mend) || label.contains(mend)
        } else {
            mends.contains(mend)
        };
        if place != *at || !diagnostic.message.contains(says) || !offers {
            wrong.push(format!("{file}: points at `{place}`\n{picture}"));
        }
        let mut whole = text.clone();
        for (from, to) in *mended {
            if !whole.contains(from) {
                wrong.push(format!("{file}: there is no `{from}`"));
            }
            whole = whole.replacen(from, to, 1);
        }
        let (left, picture) = told(file, &whole);
        if !left.is_empty() {
            wrong.push(format!("{file}, mended:\n{whole}\n{picture}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let files = fs::read_dir(&folder).expect("the folder is there");
    let files: BTreeSet<String> = files
        .filter_map(|it| Some(it.ok()?.path()))
        .filter(|it| it.extension().is_none_or(|it| it != "snap"))
        .filter_map(|it| Some(it.file_name()?.to_str()?.to_owned()))
        .collect();
    let listed: BTreeSet<String> = FAULTS.iter().map(|it| it.file.to_owned()).collect();
    assert_eq!(files, listed);
    assert!(files.len() >= 100, "only {}", files.len());
}
