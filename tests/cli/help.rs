//! What the program says of itself, and the page about it.

use super::Folder;

const PAGE: &str = include_str!("../../docs/command_line.md");

/// The words of a help text that begin so, such as options.
fn words<'t>(text: &'t str, start: &str) -> Vec<&'t str> {
    let is_end = |it: char| !(it.is_ascii_alphanumeric() || it == '-');
    text.split_whitespace()
        .filter(|it| it.starts_with(start))
        .map(|it| it.split(is_end).next().unwrap_or(it))
        .collect()
}

#[test]
fn the_page_names_each_command_and_each_option() {
    let folder = Folder::new("help");
    let help = folder.run("help").stdout;
    let (_, commands) = help.split_once("Commands:\n").expect("a list of commands");
    let commands: Vec<&str> = commands
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|it| *it != "help")
        .collect();
    assert!(commands.len() >= 11, "{commands:?}");
    let readme = include_str!("../../README.md");
    let of_feature = readme
        .lines()
        .find(|it| it.starts_with("| `cli` |"))
        .expect("a row");
    for command in commands {
        assert!(PAGE.contains(&format!("| `audience {command} ")), "{command}");
        assert!(
            of_feature.contains(&format!("`{command}`")),
            "{command} is not in the README"
        );
        let help = folder.run(&format!("help {command}"));
        assert_eq!(help.status, Some(0), "{command}");
        for option in words(&help.stdout, "--").into_iter().filter(|it| *it != "--help") {
            assert!(PAGE.contains(&format!("`{option}")), "{command} {option}");
        }
    }
}

#[test]
fn the_page_names_only_options_that_there_are() {
    let folder = Folder::new("help_options");
    let mut all = String::new();
    for command in PAGE.split("| `audience ").skip(1) {
        let command = command.split([' ', '`']).next().expect("a word");
        all += &folder.run(&format!("help {command}")).stdout;
    }
    let options = PAGE.split('`').filter(|it| it.starts_with("--"));
    for option in options.flat_map(|it| words(it, "--")) {
        assert!(words(&all, "--").contains(&option), "{option}");
    }
}
