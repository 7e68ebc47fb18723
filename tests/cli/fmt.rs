//! `audience fmt`.

use super::Folder;

const UGLY: &str = "# what we know\ncustomer { id :string   key,orders:int } # all of it\nsegment   loyal=orders>=10 and   orders<100\n";

#[test]
fn files_are_formatted_in_place_and_comments_kept() {
    let folder = Folder::new("fmt_in_place");
    folder.write("a.audience", UGLY);
    folder.run("fmt a.audience").expect(0, "", "");
    let once = folder.read("a.audience");
    assert_ne!(once, UGLY);
    for part in [
        "# what we know\n",
        "# all of it\n",
        "segment loyal = orders >= 10 and orders < 100\n",
    ] {
        assert!(once.contains(part), "{part:?} is not in:\n{once}");
    }
    folder.run("fmt --check a.audience").expect(0, "", "");
    folder.run("fmt a.audience").expect(0, "", "");
    assert_eq!(folder.read("a.audience"), once);
    assert_eq!(folder.names(), ["a.audience"], "no other file is left behind");
}

#[test]
fn check_lists_files_and_changes_nothing() {
    let folder = Folder::new("fmt_check");
    folder
        .write("good.audience", UGLY)
        .write("ugly.audience", UGLY)
        .write("bad.audience", "segment = \n");
    folder.run("fmt good.audience").expect(0, "", "");
    folder
        .run("fmt --check good.audience ugly.audience")
        .expect(1, "ugly.audience\n", "");
    assert_eq!(folder.read("ugly.audience"), UGLY);
}

#[test]
fn a_file_with_errors_is_told_and_left_and_others_are_done() {
    let folder = Folder::new("fmt_errors");
    folder
        .write("bad.audience", "segment = \n")
        .write("ugly.audience", UGLY);
    let run = folder.run("fmt bad.audience ugly.audience");
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""));
    assert!(
        run.stderr.starts_with("error[syntax]") && run.stderr.contains("--> bad.audience:1:"),
        "{}",
        run.stderr
    );
    assert_eq!(folder.read("bad.audience"), "segment = \n");
    folder.run("fmt --check ugly.audience").expect(0, "", "");
    folder.run("fmt nothing.audience").expect(
        1,
        "",
        "error: nothing.audience: No such file or directory (os error 2)\n",
    );
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::{fs, os::unix::fs::PermissionsExt};

    let folder = Folder::new("fmt_link");
    folder.write("real.audience", UGLY);
    let real = folder.path.join("real.audience");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("our own file");
    std::os::unix::fs::symlink("real.audience", folder.path.join("link.audience")).expect("a link");
    folder.run("fmt link.audience").expect(0, "", "");
    assert!(folder.path.join("link.audience").is_symlink());
    assert_ne!(folder.read("real.audience"), UGLY);
    assert_eq!(
        fs::metadata(&real).expect("there").permissions().mode() & 0o777,
        0o640
    );
}
