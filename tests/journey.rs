//! The service of `examples/journey` is stopped at every point where it can be, and killed as a process at random moments: what the mail server got
//! is each time what it gets when nothing goes wrong.
//!
//! A binary of its own, because it starts itself as the process that is killed.

#[path = "../examples/journey/codes.rs"]
mod codes;
#[path = "../examples/journey/database.rs"]
mod database;
#[path = "../examples/journey/mail.rs"]
mod mail;
#[path = "../examples/journey/service.rs"]
mod service;
#[path = "../examples/journey/story.rs"]
mod story;

use std::{
    cell::RefCell,
    collections::BTreeSet,
    env,
    error::Error,
    fs,
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    rc::Rc,
};

use audience::{DateTime, Duration};
use serde_json::json;
use service::{Letter, Service};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// Names the folder in which the process does its work.
const FOLDER: &str = "AUDIENCE_JOURNEY";
/// Stands before the name of a point, among what else a process says.
const POINT: &str = "at point: ";
/// Besides the four whose story is told.
const OTHERS: u32 = 6;

/// A folder with the story in its queue, and nothing done yet.
fn folder(name: &str, others: u32) -> Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("journey").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut service = Service::open(&folder, |_| Ok(()))?;
    assert!(service.database().is_empty()?);
    story::tell(service.database_mut(), others)?;
    Ok(folder)
}

fn run(folder: &Path, at_point: impl FnMut(&'static str) -> Result<()> + 'static) -> Result<()> {
    Service::open(folder, at_point)?.run(story::END.parse()?, |_| {})
}

/// What the mail server got, once everything is done.
fn delivered(folder: &Path) -> Result<Vec<Letter>> {
    let service = Service::open(folder, |_| Ok(()))?;
    let letters = service.mail().accepted()?;
    let (events, waiting, codes) = service.database().left()?;
    assert_eq!((events, waiting), (0, 0), "everything was taken and sent");
    let with_code = letters
        .iter()
        .filter(|it| it.text.contains("BACK-") || it.text.contains("DAY-"));
    assert_eq!(
        usize::try_from(codes)?,
        with_code.count(),
        "no code was taken in vain"
    );
    Ok(letters)
}

/// A line for each message, which a failure shows.
fn lines(letters: &[Letter]) -> Vec<String> {
    let line = |it: &Letter| {
        format!(
            "{} {} to {} by {}: {}",
            it.id, it.at, it.address, it.channel, it.text
        )
    };
    letters.iter().map(line).collect()
}

fn undisturbed(name: &str, others: u32) -> Result<Vec<Letter>> {
    let folder = folder(name, others)?;
    run(&folder, |_| Ok(()))?;
    delivered(&folder)
}

/// With the variable [`FOLDER`], it is the process that others kill: it says where it is, and goes on when it is told to.
#[test]
fn the_service() -> Result<()> {
    if let Ok(folder) = env::var(FOLDER) {
        return run(Path::new(&folder), |point| {
            // In one piece, since others may write there too.
            std::io::stderr().write_all(format!("{POINT}{point}\n").as_bytes())?;
            std::io::stdin().read_exact(&mut [0])?;
            Ok(())
        });
    }
    let letters = undisturbed("undisturbed", OTHERS)?;
    let to = |customer: &str| -> Vec<(String, String)> {
        let hers = letters.iter().filter(|it| it.customer == customer);
        hers.map(|it| (it.message.clone(), it.at.to_string())).collect()
    };
    let expected = |all: &[(&str, &str)]| -> Vec<(String, String)> {
        all.iter()
            .map(|(message, at)| ((*message).to_owned(), (*at).to_owned()))
            .collect()
    };
    assert_eq!(to("ana"), expected(&story::ANA));
    assert_eq!(to("ben"), expected(&story::BEN));
    assert_eq!(to("cem"), expected(&[]));
    assert_eq!(to("eva"), expected(&story::EVA));
    Ok(())
}

#[test]
fn the_definitions_pass_their_own_tests() -> Result<()> {
    let folder = folder("definitions", 0)?;
    let service = Service::open(&folder, |_| Ok(()))?;
    let outcomes: Vec<_> = service.shop().tests().map(|it| it.run()).collect();
    assert!(!outcomes.is_empty());
    for outcome in outcomes {
        assert!(outcome.passed(), "{outcome:?}");
    }
    Ok(())
}

#[test]
fn a_service_that_is_stopped_once_at_every_point_loses_and_doubles_nothing() -> Result<()> {
    let folder = folder("stopped", 1)?;
    let mut points = BTreeSet::new();
    let mut stops = 0;
    // Stopped at its first point, then at its second, and so on until it gets something done.
    let mut lives = 1;
    loop {
        let passed = Rc::new(RefCell::new(Vec::new()));
        let seen = Rc::clone(&passed);
        let outcome = run(&folder, move |point| {
            let mut seen = seen.borrow_mut();
            seen.push(point);
            if seen.len() == lives {
                Err(STOPPED.into())
            } else {
                Ok(())
            }
        });
        let passed = passed.borrow();
        points.extend(passed.iter().copied());
        match outcome {
            Ok(()) => break,
            Err(error) => assert_eq!(error.to_string(), STOPPED),
        }
        stops += 1;
        let got_done = passed
            .iter()
            .any(|it| ["after the commit", "marked as sent"].contains(it));
        lives = if got_done { 1 } else { lives + 1 };
    }
    let known = [
        "after sending",
        "after the commit",
        "before sending",
        "before the commit",
        "code taken",
        "entered",
        "marked as sent",
        "taken",
        "written to the outbox",
    ];
    assert_eq!(points, BTreeSet::from(known));
    assert!(stops > 100, "only {stops} stops");
    let letters = delivered(&folder)?;
    assert_eq!(lines(&letters), lines(&undisturbed("not_stopped", 1)?));
    // It was stopped once before and once after each message was marked, and the mail server had it by then.
    let repeats = Service::open(&folder, |_| Ok(()))?.mail().repeats()?;
    assert_eq!(usize::try_from(repeats)?, letters.len());
    Ok(())
}

const STOPPED: &str = "stopped here";

#[test]
fn a_process_that_is_killed_over_and_over_loses_and_doubles_nothing() -> Result<()> {
    let folder = folder("killed", OTHERS)?;
    // The same moments each time, so that a failure comes again.
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    let mut kills = 0;
    loop {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let mut process = start(&folder)?;
        let (points, between) = (random % 24, random >> 32 & 1 == 0);
        if go_on(&mut process, points)? {
            break;
        }
        // Somewhere before the next point, or right where it stands.
        if between {
            answer(&mut process)?;
        }
        process.kill()?;
        // There may have been no next point.
        if process.wait()?.success() {
            assert!(between, "it waits until it is told to go on");
            break;
        }
        kills += 1;
        assert!(kills < 1000, "it gets nothing done");
    }
    assert!(kills >= 20, "only {kills} kills");
    let letters = delivered(&folder)?;
    assert_eq!(lines(&letters), lines(&undisturbed("not_killed", OTHERS)?));
    Ok(())
}

/// What `next_change` promises: between two timers there is nothing to be found.
#[test]
fn looking_at_customers_more_often_sends_nothing_else() -> Result<()> {
    let folder = folder("visited", 0)?;
    let mut service = Service::open(&folder, |_| Ok(()))?;
    let end: DateTime = story::END.parse()?;
    let step = service.database_mut().begin()?;
    let mut visits = 0;
    for (customer, signed_up_at) in [
        ("ana", "2026-01-10T10:00:00Z"),
        ("ben", "2026-02-02T15:00:00Z"),
        ("cem", "2026-02-10T09:00:00Z"),
        ("eva", "2026-02-20T09:00:00Z"),
    ] {
        let day_and_more = Duration::from_micros(29 * 60 * 60 * 1_000_000);
        let mut at: DateTime = signed_up_at.parse()?;
        while let Some(next) = at.checked_add(day_and_more).filter(|it| *it < end) {
            at = next;
            step.put_event(at, customer, "visited", &json!({}))?;
            visits += 1;
        }
    }
    step.commit()?;
    assert!(visits > 400, "only {visits} visits");
    service.run(end, |_| {})?;
    assert_eq!(
        lines(&delivered(&folder)?),
        lines(&undisturbed("not_visited", 0)?)
    );
    Ok(())
}

/// This very program, as the service.
fn start(folder: &Path) -> Result<Child> {
    let process = Command::new(env::current_exe()?)
        .args(["--exact", "the_service", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    Ok(process)
}

/// Lets the process pass so many points, and stands at the next one; tells whether it ended before.
fn go_on(process: &mut Child, points: u64) -> Result<bool> {
    let errors = process.stderr.take().ok_or("no pipe")?;
    let mut errors = BufReader::new(errors);
    let mut passed = 0;
    let mut said = String::new();
    loop {
        let mut line = String::new();
        if errors.read_line(&mut line)? == 0 {
            let status = process.wait()?;
            assert!(status.success(), "the service failed: {said}");
            return Ok(true);
        }
        if !line.starts_with(POINT) {
            said.push_str(&line);
            continue;
        }
        if passed == points {
            // The pipe stays open until the process is killed.
            process.stderr = Some(errors.into_inner());
            return Ok(false);
        }
        answer(process)?;
        passed += 1;
    }
}

fn answer(process: &mut Child) -> Result<()> {
    let stdin = process.stdin.as_mut().ok_or("no pipe")?;
    stdin.write_all(&[1])?;
    Ok(stdin.flush()?)
}
