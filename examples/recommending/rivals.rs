//! The same question to another library: what it learns from goes out as a file, and its lists come back as files.

use std::{
    collections::BTreeMap,
    error::Error,
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
};

use audience::{Evaluation, Split, Target};

use crate::Cut;

/// The lists of one model, by customer.
type Lists = BTreeMap<String, Vec<String>>;

/// Writes what is known (customer, item, seconds since 1970) and who is asked about.
pub(crate) fn export(folder: &Path, cut: &Cut, split: &Split) -> Result<(), Box<dyn Error>> {
    let mut known = BufWriter::new(File::create(folder.join(format!("{}_known.csv", cut.name)))?);
    writeln!(known, "customer,item,at")?;
    for it in split.train().iter() {
        writeln!(
            known,
            "{},{},{}",
            it.customer,
            it.item,
            it.at.micros() / 1_000_000
        )?;
    }
    let mut asked = BufWriter::new(File::create(folder.join(format!("{}_later.csv", cut.name)))?);
    writeln!(asked, "customer,item")?;
    for (customer, items) in split.later() {
        for item in items {
            writeln!(asked, "{customer},{item}")?;
        }
    }
    known.flush()?;
    asked.flush()?;
    Ok(())
}

/// Reads lists that lie there: a file for each model, a line for each customer with the key and then the items.
pub(crate) fn lists(
    folder: &Path,
    cut: &Cut,
    target: Target,
) -> Result<Vec<(String, Lists)>, Box<dyn Error>> {
    let ending = match target {
        Target::New => "new.csv",
        Target::All => "all.csv",
        Target::Repeats => return Ok(Vec::new()),
    };
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|it| it.to_str()).unwrap_or_default();
        let start = format!("{}_list_", cut.name);
        let Some(model) = name.strip_prefix(&start).and_then(|it| it.strip_suffix(ending)) else {
            continue;
        };
        let text = fs::read_to_string(&path)?;
        let line = |line: &str| {
            let mut words = line.split(',').map(str::to_owned);
            words.next().map(|customer| (customer, words.collect()))
        };
        let lists = text.lines().filter_map(line).collect();
        found.insert(format!("implicit: {}", model.trim_end_matches('_')), lists);
    }
    Ok(found.into_iter().collect())
}

/// Holds our best against the best of the others, where there are any.
pub(crate) fn compare(reports: &[(String, Target, Evaluation)]) {
    for (target, title) in [(Target::New, "new items"), (Target::All, "with repeats")] {
        for (measure, of) in [
            ("HR@10", (|it: &Evaluation| it.hit_rate) as fn(&Evaluation) -> f64),
            ("NDCG@10", |it| it.ndcg),
        ] {
            let best = |ours: bool| {
                let those = reports
                    .iter()
                    .filter(|it| it.1 == target && it.0.starts_with("ours") == ours);
                those.max_by(|a, b| of(&a.2).total_cmp(&of(&b.2)))
            };
            if let (Some(ours), Some(theirs)) = (best(true), best(false)) {
                let ratio = of(&ours.2) / of(&theirs.2);
                println!("{title}, {measure}: {} is {ratio:.2} times {}", ours.0, theirs.0);
                assert!(ratio >= 0.95, "another library does better");
            }
        }
    }
}
