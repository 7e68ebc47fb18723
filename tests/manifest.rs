//! Holds what the manifest and the README promise.

use std::{collections::HashMap, process::Command};

use serde_json::Value;

/// A user with the promised Rust version can compile every dependency, whatever features they ask for.
#[test]
fn no_dependency_needs_a_newer_rust() {
    let metadata = metadata();
    let packages: HashMap<&str, &Value> = array(&metadata["packages"])
        .map(|it| (text(&it["id"]), it))
        .collect();
    let nodes: HashMap<&str, &Value> = array(&metadata["resolve"]["nodes"])
        .map(|it| (text(&it["id"]), it))
        .collect();
    let root = text(&metadata["resolve"]["root"]);
    let ours = version(text(&packages[root]["rust_version"]));

    let mut seen = vec![root];
    let mut next = 0;
    while let Some(id) = seen.get(next) {
        for dependency in array(&nodes[id]["deps"]) {
            let compiled = array(&dependency["dep_kinds"]).any(|it| it["kind"] != "dev");
            let id = text(&dependency["pkg"]);
            if compiled && !seen.contains(&id) {
                seen.push(id);
            }
        }
        next += 1;
    }
    assert!(seen.len() > 30, "the walk found only {seen:?}");
    let newer: Vec<_> = seen
        .iter()
        .filter_map(|id| Some((id, packages[id]["rust_version"].as_str()?)))
        .filter(|(_, theirs)| version(theirs) > ours)
        .collect();
    assert!(newer.is_empty(), "newer than our {ours:?}: {newer:?}");
}

/// The README names the Rust version and every feature of the manifest.
#[test]
fn the_readme_says_what_the_manifest_says() {
    let metadata = metadata();
    let root = text(&metadata["resolve"]["root"]);
    let package = array(&metadata["packages"])
        .find(|it| it["id"] == root)
        .expect("our own package");
    let readme = include_str!("../README.md");
    let rust = text(&package["rust_version"]);
    assert!(
        readme.contains(&format!("minimum supported Rust version is {rust};")),
        "{rust}"
    );
    let features = package["features"].as_object().expect("a map");
    for feature in features.keys().filter(|it| *it != "default") {
        assert!(readme.contains(&format!("| `{feature}` |")), "{feature}");
    }
}

/// They are ten, and give neither errors nor warnings.
#[test]
fn the_ten_lines_of_the_readme_compile() {
    let (_, rest) = include_str!("../README.md")
        .split_once("## The language in ten lines\n\n```text\n")
        .expect("a chapter");
    let lines = rest.split_once("```").expect("closed").0;
    assert_eq!(lines.lines().count(), 10);
    let shop = audience::Definitions::parse(lines).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(shop.warnings(), []);
}

/// What cargo knows of the crate and of what is compiled for it on this machine; needs no network, because a build has
/// fetched all of it.
fn metadata() -> Value {
    let rustc = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let about = String::from_utf8(rustc.stdout).expect("text");
    let host = about
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .expect("the host");
    let cargo = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--locked",
            "--offline",
            "--all-features",
            "--format-version",
            "1",
        ])
        .args(["--filter-platform", host])
        .args([
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
        ])
        .output()
        .expect("cargo runs");
    assert!(
        cargo.status.success(),
        "{}",
        String::from_utf8_lossy(&cargo.stderr)
    );
    serde_json::from_slice(&cargo.stdout).expect("JSON")
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("an array").iter()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("text")
}

/// `1.88` and `1.88.0` are the same version.
fn version(text: &str) -> Vec<u32> {
    let mut parts: Vec<u32> = text.split('.').map(|it| it.parse().expect("a number")).collect();
    parts.resize(3, 0);
    parts
}
