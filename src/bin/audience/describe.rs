//! `audience describe`: the sheet that everyone shares.

use std::io::Write;

use audience::{Definitions, NameError};

use crate::{args, failure::Failure, input, output, render};

/// Markdown, or one JSON object.
pub(crate) fn run(arguments: &args::Describe) -> Result<(), Failure> {
    let files = [&arguments.definitions]
        .into_iter()
        .chain(&arguments.more_definitions);
    let shop = input::definitions(files, &arguments.partials).build()?;
    eprint!("{}", audience::render(shop.warnings(), shop.sources()));
    let mut sheet = shop.describe();
    if let Some(name) = &arguments.name {
        sheet = sheet.only(name).ok_or_else(|| unknown(&shop, name))?;
    }
    for path in &arguments.templates {
        let text = render::text_of(path)?;
        let mut builder = shop
            .template_builder(render::format_of(path))
            .source(path.to_string_lossy(), text);
        for (name, ty) in &arguments.inputs {
            builder = builder.input(name.as_str(), ty.clone());
        }
        let template = builder.build()?;
        eprint!("{}", audience::render(template.warnings(), template.sources()));
        sheet = sheet.with_message(&template);
    }
    let mut out = output::stdout();
    if arguments.json {
        serde_json::to_writer_pretty(&mut out, &sheet).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        write!(out, "{sheet}")?;
    }
    out.flush()?;
    Ok(())
}

fn unknown(shop: &Definitions, name: &str) -> Failure {
    let near = [
        shop.segment(name).err(),
        shop.computed(name).err(),
        shop.message(name).err(),
    ];
    let help = near.iter().flatten().find_map(|it| match it {
        NameError::Unknown(unknown) => unknown.help(),
        _ => None,
    });
    let help = help.map(|it| format!("; {it}")).unwrap_or_default();
    Failure::Data(format!("there is no segment, trait or message `{name}`{help}"))
}
