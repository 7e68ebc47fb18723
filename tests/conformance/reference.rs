//! A table of templates and values, rendered by the reference implementation of Liquid too: what compiles here says the same.

use std::{
    io::Write,
    process::{Command, Stdio},
    thread,
};

use serde_json::{Value, json};

use super::{Outcome, outcome};

#[derive(Debug)]
struct Case {
    template: String,
    context: Value,
}

fn values() -> Vec<Value> {
    vec![
        json!("Hello World"),
        json!(" a b  c "),
        json!("a,b,,c,"),
        json!("<p>x & y</p>\n&lt;b&gt;"),
        json!("héllo \"Wörld\"\r\n日本"),
        json!("3"),
        json!("-4.5"),
        json!("12 apples"),
        json!(""),
        json!(" "),
        json!(0),
        json!(7),
        json!(-12),
        json!(2.5),
        json!(-183.357),
        json!(0.00001),
        json!(true),
        json!(false),
        json!(null),
        json!([]),
        json!(["b", "a", "C", "a"]),
        json!([3, 1, 2, 1]),
        json!([1.5, -0.5]),
        json!([{"t": "b", "n": 2}, {"t": "a", "n": 1}, {"t": "a", "n": 3}]),
        json!({"t": "x", "n": 1}),
    ]
}

/// What is done with each value.
const TEMPLATES: &[&str] = &[
    "{{ x }}",
    "{{ x | default: 'd' }}",
    "{{ x | default: 5, allow_false: true }}",
    "{% assign y = x | append: '!' %}{{ y }}{{ y | size }}",
    "{{ x | upcase | prepend: '-' }}",
    "{{ x | downcase | capitalize | append: '.' }}",
    "[{{ x | strip | append: '.' }}{{ x | lstrip | append: '.' }}{{ x | rstrip | append: '.' }}]",
    "{{ x | strip_newlines | append: '.' }}",
    "{{ x | strip_html | append: '.' }}",
    "{{ x | newline_to_br | append: '.' }}",
    "{{ x | escape | append: '.' }}{{ x | escape_once | append: '.' }}",
    "{{ x | url_encode | append: '.' }}{{ x | url_encode | url_decode | append: '.' }}",
    "{{ x | base64_encode | append: '.' }}{{ x | base64_url_safe_encode | append: '.' }}",
    "{{ x | remove: 'l' | append: '.' }}{{ x | remove_first: 'l' | append: '.' }}{{ x | remove_last: 'l' | append: '.' }}",
    "{{ x | replace: 'l', 'L' | append: '.' }}{{ x | replace_first: 'l', 'L' | append: '.' }}{{ x | replace_last: 'l', 'L' | append: '.' }}",
    "{{ x | replace: '', '-' | append: '.' }}{{ x | replace: 'o' | append: '.' }}",
    "{{ x | slice: 1 | append: '.' }}{{ x | slice: 1, 3 | append: '.' }}{{ x | slice: -3, 2 | append: '.' }}{{ x | slice: 99 | append: '.' }}",
    "{{ x | slice: 1, 2 | join: ',' | append: '.' }}",
    "{{ x | truncate: 5 | append: '.' }}{{ x | truncate: 5, '' | append: '.' }}{{ x | truncate: 2 | append: '.' }}{{ x | truncate | append: '.' }}",
    "{{ x | truncatewords: 2 | append: '.' }}{{ x | truncatewords: 1, '--' | append: '.' }}{{ x | truncatewords: 0 | append: '.' }}",
    "{% assign y = x | split: ',' %}{{ y | size }}{{ y | join: '|' | append: '.' }}",
    "{% assign y = x | split: ' ' %}{{ y | size }}{% for i in y %}({{ i | append: '.' }}){% endfor %}",
    "{{ x | split: '' | join: '-' | append: '.' }}",
    "{{ x | plus: 3 }},{{ x | minus: 3 }},{{ x | times: 3 }}",
    "{{ x | plus: 1.5 }},{{ x | minus: 1.5 }},{{ x | times: 1.5 }}",
    "{{ x | plus: '2' }},{{ x | times: '0.5' }}",
    "{{ 10 | plus: x }},{{ 10 | minus: x }},{{ 1.5 | times: x }}",
    "{{ x | divided_by: 4 }},{{ x | modulo: 4 }}",
    "{{ x | divided_by: -4 }},{{ x | modulo: -4 }}",
    "{{ x | at_least: 3 }},{{ x | at_most: 3 }},{{ x | at_least: 2.5 }}",
    "{{ x | abs }},{{ x | ceil }},{{ x | floor }},{{ x | round }}",
    "{{ x | round: 1 }},{{ x | round: 2 }}",
    "{{ x | size }},{{ x.size }}",
    "{{ x | first | append: '.' }}{{ x | last | append: '.' }}",
    "{{ x.first | append: '.' }}{{ x.last | append: '.' }}{{ x[0] | append: '.' }}{{ x[-1] | append: '.' }}",
    "{{ x[1] | default: '-' }}",
    "{{ x | join }}.{{ x | join: ', ' }}",
    "{{ x | sort | join: ',' }}",
    "{{ x | sort_natural | join: ',' }}",
    "{{ x | uniq | join: ',' }}{{ x | compact | size }}",
    "{{ x | reverse | join: ',' }}",
    "{{ x | concat: x | join: ',' }}",
    "{{ x | map: 't' | join: ',' }}{{ x | map: 'n' | join: ',' }}",
    "{{ x | sort: 't' | map: 'n' | join: ',' }}{{ x | sort: 'n' | map: 't' | join: ',' }}",
    "{{ x | where: 't', 'a' | map: 'n' | join: ',' | append: '.' }}{{ x | where: 'n' | size }}",
    "{{ x | uniq: 't' | map: 'n' | join: ',' }}",
    "{{ x.t }}{{ x['n'] }}",
    "{% if x %}y{% else %}n{% endif %}{% unless x %}y{% else %}n{% endunless %}",
    "{% if x == blank %}y{% else %}n{% endif %}",
    "{% if x == empty %}y{% else %}n{% endif %}{% if x != empty %}y{% else %}n{% endif %}",
    "{% if x == nil %}y{% else %}n{% endif %}{% if x != nil %}y{% else %}n{% endif %}",
    "{% if x == 7 %}y{% else %}n{% endif %}{% if x != 7 %}y{% else %}n{% endif %}",
    "{% if x > 2 %}y{% else %}n{% endif %}{% if x <= 2 %}y{% else %}n{% endif %}",
    "{% if x == '3' %}y{% else %}n{% endif %}{% if x < 'b' %}y{% else %}n{% endif %}",
    "{% if x == true %}y{% else %}n{% endif %}{% if x != true %}y{% else %}n{% endif %}",
    "{% if x contains 'a' %}y{% else %}n{% endif %}",
    "{% if x contains 1 %}y{% else %}n{% endif %}",
    "{% if x and true %}y{% else %}n{% endif %}{% if x or false %}y{% else %}n{% endif %}",
    "{% case x %}{% when 'b', 'Hello World' %}m{% when '3' or '' %}o{% else %}e{% endcase %}",
    "{% case x %}{% when 0, 7 %}m{% when 2.5 %}o{% else %}e{% endcase %}",
    "{% case x %}{% when true %}t{% when false %}f{% endcase %}.",
    "{% case x.size %}{% when 3 %}m{% else %}e{% endcase %}",
    "{% for i in x %}{{ i | append: '' | default: '-' }};{% else %}none{% endfor %}",
    "{% for i in x limit: 2 offset: 1 %}{{ forloop.index }}/{{ forloop.length }}{% unless forloop.last %},{% endunless %}{% else %}none{% endfor %}",
    "{% for i in x reversed %}{{ forloop.index0 }}{{ forloop.rindex }}{{ forloop.first }} {% endfor %}",
    "{% for i in x %}{% for j in x %}{{ forloop.parentloop.index }}{{ forloop.index }}{% if forloop.index == 2 %}{% break %}{% endif %} {% endfor %}{% endfor %}",
    "{% for i in x limit: 1 %}{{ forloop.index }}{% endfor %}{% for i in x limit: 1 offset: continue %}{{ forloop.length }}{% endfor %}{% for i in x offset: continue %}{{ forloop.length }}{% else %}none{% endfor %}",
    "{% for i in x %}{{ i.t }}{{ i.n | plus: 1 }}{% endfor %}",
    "{% for i in (1..x) %}{{ i }}{% if i == 4 %}{% break %}{% endif %}{% endfor %}.",
    "{% for i in (x..3) %}{% if i == 0 %}{% continue %}{% endif %}{{ i }} {% endfor %}.",
    "{% capture y %}<{{ x }}>{% endcapture %}{{ y }}{{ y | size }}",
    "{%- assign y = x -%} [{{- y -}}] {%- echo y | append: '.' -%} .",
    "{% liquid assign y = x\n if y\n echo 'there'\n else\n echo 'gone'\n endif %}",
];

/// Texts that name a day, and some that name none.
const DAYS: &[&str] = &[
    "2020-01-31",
    "2020/1/5",
    "31.12.2020",
    "31/12/2020",
    "2020-01-31 10:20:30",
    "2020-01-31T10:20",
    "2020-01-31 10:20 PM",
    "2006-05-05 10:00:00 +0200",
    "2006-05-05 10:00:00 -05:30",
    "March 14, 2016",
    "14 Mar 2016",
    "14-Mar-2016 5:30 am",
    "March 14th, 2016",
    "March 2016",
    "Sept 5 2020",
    "Fri Jul 16 01:00:00 2004",
    "Fri, 16 Jul 2004 01:00:00 +0000",
    "1152098955",
    "soon",
    "twelve of them",
];

const FORMS: &[&str] = &[
    "%Y-%m-%d %H:%M:%S",
    "%a, %b %-d, %y %A %B %^a %h",
    "%e %j %k %l %I %p %P %u %w %U %W %V %G %C",
    "%s %z %:z %::z %Z",
    "%D %F %T %R %r %c %x %X %v %%",
    "%3d %_m %-m %010Y %L %N",
    "no field",
];

/// Templates without a value.
const ALONE: &[&str] = &[
    "{{ 1 | plus: 2 | times: 3 | minus: 0.5 }}",
    "{{ -7 | divided_by: 2 }}{{ -7 | modulo: 3 }}{{ 7 | modulo: -3 }}",
    "{{ 15 | round: -1 }}{{ 5.5 | round }}{{ -5.5 | round }}{{ 2.675 | round: 2 }}",
    "{{ ' a  b ' | split: ' ' | join: '-' }}{{ ',a,,b,,' | split: ',' | size }}",
    "{{ 'a,b' | split: ',' | first }}{{ 'b a' | split: ' ' | sort | join: '' }}",
    "{% assign a = 1 %}{% assign a = a | plus: 1 %}{{ a }}",
    "{% for i in (1..3) %}{% for j in (i..3) %}{{ i }}{{ j }} {% endfor %}{% endfor %}",
    "{% for i in (1..3) %}{% assign q = i %}{% endfor %}{{ q }}",
    "{% for i in (1..9) reversed limit: 3 offset: 2 %}{{ i }}{% endfor %}",
    "{% for i in (1..6) limit: 2 %}{{ i }}{% endfor %}{% for i in (1..6) limit: 2 offset: continue %}{{ i }}{% endfor %}{% for i in (1..6) offset: continue %}{{ i }}{% endfor %}",
    "{% for k in (1..3) %}{% for i in (1..5) limit: 2 offset: continue %}{{ i }}{% endfor %};{% endfor %}",
    "{% raw %}{{ a }}{% if %}{% endraw %}{% comment %}{{ b }}{% endcomment %}",
    "a \n {{- 1 -}} \n b {%- if true -%} c {%- endif -%} d",
    "{% unless false %}a{% endunless %}{% if false %}{% elsif true %}b{% endif %}",
    "{{ '' | default: 'x' }}{{ false | default: 'x' }}{{ false | default: 'x', allow_false: true }}",
];

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for template in TEMPLATES {
        cases.extend(values().into_iter().map(|value| Case {
            template: (*template).to_owned(),
            context: json!({ "x": value }),
        }));
    }
    for form in FORMS {
        for day in DAYS {
            cases.push(Case {
                template: format!("{{{{ x | date: '{form}' }}}}"),
                context: json!({ "x": day }),
            });
            cases.push(Case {
                template: format!("{{{{ '{day}' | date: '{form}' }}}}"),
                context: json!({}),
            });
        }
    }
    cases.extend(ALONE.iter().map(|template| Case {
        template: (*template).to_owned(),
        context: json!({}),
    }));
    cases
}

/// What the reference says to each; `None` where it cannot be run.
fn reference(cases: &[Case]) -> Option<Vec<Value>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/reference.rb");
    let mut child = Command::new("ruby")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .ok()?;
    let lines: String = cases
        .iter()
        .map(|it| json!({"template": it.template, "context": it.context}).to_string() + "\n")
        .collect();
    let mut stdin = child.stdin.take()?;
    let writer = thread::spawn(move || stdin.write_all(lines.as_bytes()).is_ok());
    let output = child.wait_with_output().ok()?;
    let is_written = writer.join().is_ok_and(|it| it);
    if !is_written || !output.status.success() {
        return None;
    }
    let said = String::from_utf8(output.stdout).ok()?;
    said.lines().map(|line| serde_json::from_str(line).ok()).collect()
}

/// Whether two texts differ in their numbers alone, and these as the manual lists it: ours are exact, and rounded to four digits
/// behind the point.
fn is_rounded(ours: &str, theirs: &str) -> bool {
    let (between, numbers) = parted(ours);
    let (others, exact) = parted(theirs);
    let is_near = |(one, other): (&f64, &f64)| (one - other).abs() <= 0.000_050_1;
    between == others && numbers.len() == exact.len() && numbers.iter().zip(&exact).all(is_near)
}

/// What stands between the numbers of a text, and the numbers.
fn parted(text: &str) -> (Vec<&str>, Vec<f64>) {
    let (mut between, mut numbers, mut rest) = (Vec::new(), Vec::new(), text);
    while let Some(start) = rest.find(|it: char| it.is_ascii_digit()) {
        let digits = |text: &str| text.find(|it: char| !it.is_ascii_digit()).unwrap_or(text.len());
        let number = &rest[start..];
        let whole = digits(number);
        let fraction = number[whole..].strip_prefix('.').map_or(0, digits);
        let length = if fraction > 0 { whole + 1 + fraction } else { whole };
        between.push(&rest[..start]);
        numbers.push(number[..length].parse().unwrap_or(f64::NAN));
        rest = &number[length..];
    }
    between.push(rest);
    (between, numbers)
}

/// Whether a difference is one that the manual lists, beside that of numbers.
fn is_listed(case: &Case) -> bool {
    let x = &case.context["x"];
    // Text of white space alone gives way to a fallback.
    let is_blank = x.as_str().is_some_and(|it| it.trim().is_empty());
    // The code of another text of a number is another one, and so are its letters.
    let is_number = x.as_f64().is_some();
    is_blank && case.template.contains("default")
        || is_number
            && ["base64", "size", "slice"]
                .iter()
                .any(|it| case.template.contains(it))
}

/// [liquid-1] [liquid-2]
#[test]
fn the_reference_implementation_says_the_same() {
    let cases = cases();
    let Some(theirs) = reference(&cases) else {
        // `.ci/run` installs it.
        assert!(
            std::env::var_os("CI").is_none(),
            "ruby and its gem liquid are needed: apt-get install ruby ruby-liquid"
        );
        println!("nothing was compared: ruby and its gem liquid are not there");
        return;
    };
    assert_eq!(cases.len(), theirs.len());
    let (mut same, mut refused, mut listed, mut wrong) = (0, 0, 0, Vec::new());
    for (case, theirs) in cases.iter().zip(theirs) {
        let Some(theirs) = theirs["said"].as_str() else {
            continue;
        };
        match outcome(&case.template, &case.context.to_string()) {
            Outcome::Refused(..) => refused += 1,
            Outcome::Said(ours) if ours == theirs => same += 1,
            Outcome::Said(ours) if is_rounded(&ours, theirs) || is_listed(case) => listed += 1,
            Outcome::Said(ours) => wrong.push(format!("{case:?}\n{ours:?}, Liquid says {theirs:?}")),
        }
    }
    println!(
        "same {same}, refused {refused}, different as the manual lists {listed}, wrong {}",
        wrong.len()
    );
    assert!(
        wrong.is_empty(),
        "{} wrong\n\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
    assert!(same >= 700, "only {same} are the same");
}
