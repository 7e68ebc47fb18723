//! A page to look at what was written.

use std::fmt::Write;

use crate::messages::Message;

/// An e-mail that was written.
pub(crate) struct Mail {
    pub customer: String,
    pub subject: String,
    /// Why each product was recommended.
    pub reasons: Vec<String>,
}

/// The e-mails of one message.
pub(crate) struct Group {
    pub message: &'static str,
    /// What the message's segment means.
    pub audience: String,
    pub mails: Vec<Mail>,
}

const HEAD: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Campaign</title>
<style>
  * { box-sizing: border-box; }
  body { margin: 0; display: flex; height: 100vh; font: 14px/20px Arial, Helvetica, sans-serif; color: #2b2a33; background: #fff; }
  nav { flex: 0 0 380px; overflow-y: auto; padding: 24px; border-right: 1px solid #d9d4ca; }
  main { flex: 1; display: flex; flex-direction: column; background: #e6e1d7; }
  h1 { margin: 0 0 4px; font: 24px/30px Georgia, serif; }
  p { margin: 0 0 12px; color: #6d6a75; }
  details { border-top: 1px solid #e6e1d7; padding: 10px 0; }
  summary { cursor: pointer; font-weight: bold; }
  summary span { float: right; font-weight: normal; color: #6d6a75; }
  ol { margin: 0; padding: 0; list-style: none; }
  li a { display: block; padding: 6px 8px; border-radius: 6px; color: inherit; text-decoration: none; }
  li a:hover, li a:focus { background: #f3ece0; }
  li small { display: block; color: #6d6a75; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  label { padding: 12px 24px; cursor: pointer; }
  iframe { flex: 1; width: 100%; border: 0; background: #fff; }
  body:has(#phone:checked) iframe { width: 390px; margin: 0 auto; }
</style>
</head>
<body>
<nav>
"#;

impl Group {
    pub(crate) fn new(message: &Message) -> Self {
        Self {
            message: message.name,
            audience: message.audience.description().unwrap_or_default().to_owned(),
            mails: Vec::new(),
        }
    }
}

/// The page: the messages with their e-mails on the left, the one chosen on the right.
pub(crate) fn page(groups: &[Group]) -> String {
    let mut page = HEAD.to_owned();
    let written: usize = groups.iter().map(|it| it.mails.len()).sum();
    put(
        &mut page,
        format_args!("<h1>{written} e-mails</h1>\n<p>Choose one to read it as the customer would.</p>\n"),
    );
    for (index, group) in groups.iter().enumerate() {
        let open = if index == 0 { " open" } else { "" };
        let (message, audience) = (escaped(group.message), escaped(&group.audience));
        put(
            &mut page,
            format_args!(
                "<details{open}><summary>{message}<span>{}</span></summary>\n<p>{audience}</p>\n<ol>\n",
                group.mails.len()
            ),
        );
        for mail in &group.mails {
            let (customer, subject, reason) = (
                escaped(&mail.customer),
                escaped(&mail.subject),
                escaped(&mail.reasons.join(", ")),
            );
            put(
                &mut page,
                format_args!(
                    "<li><a href=\"mail/{customer}.html\" target=\"mail\">{customer} &middot; {subject}<small>{reason}</small></a></li>\n"
                ),
            );
        }
        page.push_str("</ol></details>\n");
    }
    let first = groups.iter().flat_map(|it| &it.mails).next();
    let first = first.map_or(String::new(), |mail| {
        format!("mail/{}.html", escaped(&mail.customer))
    });
    put(
        &mut page,
        format_args!(
            "</nav>\n<main><label><input type=\"checkbox\" id=\"phone\"> as on a telephone</label>\
             <iframe name=\"mail\" title=\"The e-mail\" src=\"{first}\"></iframe></main>\n</body>\n</html>\n"
        ),
    );
    page
}

fn put(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.write_fmt(text).expect("writing to a string does not fail");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
