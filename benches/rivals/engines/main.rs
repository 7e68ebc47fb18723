//! What `compare.py` asks of other engines, asked of `audience`: one turn over the same files.
//!
//! `engines FOLDER CORES [QUESTION…]` reads the files of that folder, and prints what each question took and found as lines of JSON:
//! on one core the time of the processor, on several that of the wall.
#![expect(clippy::print_stdout, reason = "the measures are what a turn is run for")]

use std::{
    error::Error,
    fs,
    fs::File,
    hint::black_box,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use arrow_array::RecordBatch;
use arrow_ipc::reader::FileReader;
use audience::{
    Definitions, Segments, Zone,
    batch::{Customers, Members},
};
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    // `cargo bench` adds options of its own.
    let folder = std::env::args_os()
        .skip(1)
        .map(PathBuf::from)
        .find(|it| it.is_dir());
    let Some(folder) = folder else {
        println!("no folder of files is given: `compare.py` makes one, and calls this program");
        return Ok(());
    };
    let shop = Definitions::parse(&fs::read_to_string(folder.join("rules.audience"))?)?;
    let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    let [customers, purchases, returns] = ["customers", "purchases", "returns"].map(|it| read(&folder, it));
    let (customers, purchases, returns) = (customers?, purchases?, returns?);
    let files =
        ["customers", "purchases", "returns"].map(|it| fs::metadata(file(&folder, it)).map(|it| it.len()));
    let size = files.into_iter().sum::<Result<u64, _>>()?;
    let begin = Instant::now();
    let people = Customers::from_arrow(&shop, &customers)?
        .events("purchases", &purchases)?
        .events("returns", &returns)?;
    let checking = begin.elapsed().as_secs_f64();
    let hundred: Vec<String> = (0..100).map(|it| format!("ten_{it}")).collect();
    let questions = [
        ("ten", vec!["ten".to_owned()]),
        ("all_three", vec!["all_three".to_owned()]),
        ("hundred", hundred),
    ];
    let asked: Vec<String> = std::env::args().collect();
    let is_asked = |wanted: &str| asked.iter().any(|it| it == wanted);
    let cores = asked.iter().find_map(|it| it.parse::<usize>().ok());
    let one = cores.unwrap_or(1) == 1;
    for (question, names) in questions.into_iter().filter(|(question, _)| is_asked(question)) {
        let segments = shop.segments().only(&names)?;
        let (counts, clock): (fn(&Segments, &_, &_) -> _, _) = if one {
            (Segments::counts, ClockId::ProcessCPUTime)
        } else {
            (Segments::counts_parallel, ClockId::Monotonic)
        };
        let now = || Duration::try_from(clock_gettime(clock));
        // As often as the others.
        let rounds = if question == "hundred" { 1 } else { 5 };
        let mut found = if rounds == 1 {
            Vec::new()
        } else {
            counts(&segments, &people, &at)
        };
        let mut seconds = Vec::new();
        for _ in 0..rounds {
            let begin = now()?;
            found = counts(black_box(&segments), black_box(&people), &at);
            seconds.push((now()? - begin).as_secs_f64());
        }
        println!(
            "{}",
            json!({ "engine": "audience", "question": question, "seconds": seconds, "found": found })
        );
        // Who they are, and not their number alone, is in the memory.
        let members = segments.evaluate(&people, &at);
        assert!(members.iter().map(Members::count).eq(found));
    }
    println!(
        "{}",
        json!({
            "columns": size, "peak": peak()?, "checking": checking,
        })
    );
    Ok(())
}

fn file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.arrow"))
}

/// The one batch of a file.
fn read(folder: &Path, name: &str) -> Result<RecordBatch, Box<dyn Error>> {
    let batch = FileReader::try_new(File::open(file(folder, name))?, None)?.next();
    Ok(batch.ok_or("a file without a batch")??)
}

/// The most bytes that the process has had so far.
fn peak() -> Result<usize, Box<dyn Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|it| it.trim().strip_suffix(" kB"));
    Ok(kilobytes
        .ok_or("the system does not say how much memory there was")?
        .parse::<usize>()?
        * 1024)
}
