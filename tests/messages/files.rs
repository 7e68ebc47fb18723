//! Where the files of messages come from, and where they do not.

use std::{fs, path::PathBuf};

use audience::{Code, Definitions};

use super::{Result, SHOP, builder, says};

pub(super) fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("messages")
        .join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(path.join("mails")).expect("a folder below target/");
    path
}

const ANA: &str =
    r#"{"id": "ana", "first_name": "Ana", "orders": 1, "language": "es", "consent": {"email": true}}"#;

/// [message-7] [message-8]
#[test]
fn files_lie_beside_the_definitions() -> Result {
    let folder = folder("beside");
    fs::write(folder.join("shop.audience"), SHOP)?;
    fs::write(
        folder.join("mails.audience"),
        "message hello for named { channel sms, languages [\"en\", \"es\"] by language, text from \"mails/hello.{language}.txt\" }",
    )?;
    fs::write(
        folder.join("mails/hello.en.txt"),
        "\u{feff}Hello {{ first_name }}",
    )?;
    fs::write(folder.join("mails/hello.es.txt"), "Hola {{ first_name }}")?;
    let by_folder = Definitions::builder().folder(&folder).build()?;
    assert_eq!(says(&by_folder, "hello", ANA, &[]), "text: Hola Ana");
    let by_file = Definitions::builder()
        .file(folder.join("shop.audience"))
        .file(folder.join("mails.audience"));
    assert_eq!(
        says(&by_file.clone().build()?, "hello", ANA, &[]),
        "text: Hola Ana"
    );
    // What is given takes the place of what lies there.
    let given = by_file.message_file("mails/hello.es.txt", "Buenas");
    assert_eq!(says(&given.build()?, "hello", ANA, &[]), "text: Buenas");
    // The formatter, the JSON form and a comparison look at definitions only.
    assert!(Definitions::diff(&by_folder, &by_folder).changes().is_empty());
    Ok(())
}

/// [message-8]
#[test]
fn a_link_does_not_lead_out_of_the_folder() -> Result {
    let folder = folder("link");
    let outside = folder.parent().expect("a folder around it").join("secret.txt");
    fs::write(&outside, "secret")?;
    fs::write(
        folder.join("shop.audience"),
        format!("{SHOP}\nmessage leak {{ channel sms, text from \"mails/hello.txt\" }}"),
    )?;
    let link = folder.join("mails/hello.txt");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, &link)?;
    #[cfg(not(unix))]
    return Ok(drop(link));
    let error = Definitions::builder()
        .folder(&folder)
        .build()
        .expect_err("a link");
    let [problem] = error.diagnostics() else {
        panic!("{error}");
    };
    assert_eq!(problem.code, Code::UnreadableFile);
    assert!(problem.message.contains("leads out of the folder"), "{error}");
    fs::remove_file(&link)?;
    fs::write(&link, "well")?;
    assert!(Definitions::builder().folder(&folder).build().is_ok());
    Ok(())
}

#[test]
fn files_count_for_the_limit_of_the_sources() {
    let text = "message m { channel sms, text from \"long.txt\" }";
    let limits = audience::Limits {
        source_bytes: SHOP.len() + text.len() + 10,
        ..audience::Limits::default()
    };
    let build = |bytes: usize| {
        let file = "x".repeat(bytes);
        builder(text)
            .limits(limits.clone())
            .message_file("long.txt", file)
            .build()
    };
    assert!(build(10).is_ok());
    let error = build(11).expect_err("one byte too many");
    assert_eq!(error.diagnostics()[0].code, Code::Limit, "{error}");
}

#[test]
fn a_file_that_is_not_utf8_is_told_where_it_is_named() -> Result {
    let folder = folder("utf8");
    fs::write(
        folder.join("shop.audience"),
        format!("{SHOP}\nmessage m {{ channel sms, text from \"latin.txt\" }}"),
    )?;
    fs::write(folder.join("latin.txt"), b"caf\xe9")?;
    let error = Definitions::builder().folder(&folder).build().expect_err("bytes");
    let [problem] = error.diagnostics() else {
        panic!("{error}");
    };
    assert_eq!(problem.code, Code::InvalidUtf8);
    assert!(problem.message.starts_with("byte 3 of "), "{error}");
    Ok(())
}
