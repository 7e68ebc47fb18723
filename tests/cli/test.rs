//! `audience test`.

use super::Folder;

const SHOP: &str = "customer { id: string key, orders: int }\nsegment loyal = orders >= 10\n";

#[test]
fn tests_that_pass_are_listed() {
    let folder = Folder::new("test_good");
    folder.write("shop.audience", SHOP).write(
        "tests.audience",
        "test \"ten are enough\" at 2026-06-01 { customer { \"id\": \"ana\", \"orders\": 10 } in loyal }\n",
    );
    folder.run("test shop.audience tests.audience").expect(
        0,
        "ok      ten are enough\n1 test, 0 failed\n",
        "",
    );
    folder
        .run("test shop.audience")
        .expect(0, "0 tests, 0 failed\n", "");
}

#[test]
fn a_name_of_several_lines_is_one_line() {
    let folder = Folder::new("test_lines");
    let test =
        "test \"one\\ntwo\\u{1b}\" at 2026-06-01 { customer { \"id\": \"ana\", \"orders\": 10 } in loyal }\n";
    folder.write("shop.audience", SHOP.to_owned() + test);
    folder
        .run("test shop.audience")
        .expect(0, "ok      one two \n1 test, 0 failed\n", "");
}

#[test]
fn a_test_that_fails_is_drawn() {
    let folder = Folder::new("test_bad");
    let tests = "test \"nine\" at 2026-06-01 { customer { \"id\": \"ana\", \"orders\": 9 } in loyal }\n\
                 test \"ten\" at 2026-06-01 { customer { \"id\": \"ana\", \"orders\": 10 } in loyal }\n";
    folder.write("shop.audience", SHOP.to_owned() + tests);
    let drawn = "\
error[failed-test]: `in loyal` does not hold
 --> shop.audience:3:67
  |
3 | test \"nine\" at 2026-06-01 { customer { \"id\": \"ana\", \"orders\": 9 } in loyal }
  |      ------ in this test                                          ^^^^^^^^ `orders` is 9
";
    folder
        .run("test shop.audience")
        .expect(1, "FAILED  nine\nok      ten\n2 tests, 1 failed\n", drawn);
}

#[test]
fn definitions_with_errors_have_no_tests() {
    let folder = Folder::new("test_errors");
    folder.write(
        "shop.audience",
        SHOP.to_owned() + "test \"x\" at 2026-06-01 { customer { \"id\": 5 } in loyal }\n",
    );
    let run = folder.run("test shop.audience");
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""));
    assert!(run.stderr.contains("error[invalid-test]"), "{}", run.stderr);
    let run = folder.run("test nothing.audience");
    assert_eq!(run.status, Some(1));
}
