//! The page: text, tables and pictures in one file that needs nothing else.

/// A page in the making.
pub(super) struct Page {
    body: String,
}

/// A cell of a table.
pub(super) enum Cell {
    Text(String),
    Number(String),
    /// A name with what it means in small letters below.
    Named(String, String),
    /// A word that stands out.
    Mark(String),
}

impl Page {
    /// Begins with a heading and what the page is about.
    pub(super) fn new(title: &str, about: &str) -> Self {
        let (title, about) = (escaped(title), escaped(about));
        let style = include_str!("style.css");
        Self {
            body: format!(
                "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
                 <title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<p class=\"quiet\">{about}</p>\n"
            ),
        }
    }

    pub(super) fn heading(&mut self, words: &str) {
        self.line("<h2>", words, "</h2>");
    }

    pub(super) fn subheading(&mut self, words: &str) {
        self.line("<h3>", words, "</h3>");
    }

    pub(super) fn text(&mut self, words: &str) {
        self.line("<p>", words, "</p>");
    }

    pub(super) fn quiet(&mut self, words: &str) {
        self.line("<p class=\"quiet\">", words, "</p>");
    }

    /// Numbers that stand out, each with what it counts.
    pub(super) fn figures(&mut self, figures: &[(String, &str)]) {
        self.body.push_str("<ul class=\"figures\">\n");
        for (number, words) in figures {
            let (number, words) = (escaped(number), escaped(words));
            self.add(&["<li><b>", &number, "</b>", &words, "</li>\n"]);
        }
        self.body.push_str("</ul>\n");
    }

    /// A picture, which is SVG already, with what it shows.
    pub(super) fn picture(&mut self, caption: &str, svg: &str) {
        let caption = escaped(caption);
        self.add(&[
            "<figure>\n<figcaption>",
            &caption,
            "</figcaption>\n<div class=\"scroll\">\n",
            svg,
            "</div>\n</figure>\n",
        ]);
    }

    /// A table; the head of a column with numbers stands to the right as they do.
    pub(super) fn table(&mut self, heads: &[&str], rows: &[Vec<Cell>]) {
        self.body.push_str("<div class=\"scroll\">\n<table>\n<thead><tr>");
        for (column, head) in heads.iter().enumerate() {
            let is_number = rows
                .iter()
                .any(|row| matches!(row.get(column), Some(Cell::Number(_))));
            let class = if is_number { " class=\"number\"" } else { "" };
            self.add(&["<th scope=\"col\"", class, ">", &escaped(head), "</th>"]);
        }
        self.body.push_str("</tr></thead>\n<tbody>\n");
        for row in rows {
            self.body.push_str("<tr>");
            for cell in row {
                match cell {
                    Cell::Text(words) => self.add(&["<td>", &escaped(words), "</td>"]),
                    Cell::Number(words) => self.add(&["<td class=\"number\">", &escaped(words), "</td>"]),
                    Cell::Named(name, words) if words.is_empty() => {
                        self.add(&["<td>", &escaped(name), "</td>"]);
                    }
                    Cell::Named(name, words) => {
                        self.add(&[
                            "<td>",
                            &escaped(name),
                            "<small>",
                            &escaped(words),
                            "</small></td>",
                        ]);
                    }
                    Cell::Mark(words) => {
                        self.add(&["<td><span class=\"mark\">", &escaped(words), "</span></td>"]);
                    }
                }
            }
            self.body.push_str("</tr>\n");
        }
        self.body.push_str("</tbody>\n</table>\n</div>\n");
    }

    pub(super) fn finish(mut self) -> String {
        self.body.push_str("</body>\n</html>\n");
        self.body
    }

    fn add(&mut self, parts: &[&str]) {
        self.body.extend(parts.iter().copied());
    }

    fn line(&mut self, open: &str, words: &str, close: &str) {
        self.add(&[open, &escaped(words), close, "\n"]);
    }
}

/// Text in a page or in a quoted attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\0' => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
    out
}

/// A count with its thousands apart: `1,234,567`.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number with two digits behind the point, or none from a thousand on, its thousands apart.
pub(super) fn amount(number: f64) -> String {
    let written = if number.abs() < 1000.0 {
        format!("{number:.2}")
    } else {
        format!("{number:.0}")
    };
    let (sign, digits) = written
        .strip_prefix('-')
        .map_or(("", &*written), |digits| ("-", digits));
    match digits.split_once('.') {
        Some(_) => written,
        None => digits
            .parse()
            .map_or_else(|_| written.clone(), |whole| format!("{sign}{}", count(whole))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_thousands_apart() {
        let counts = [0, 999, 1000, 1_234_567, u64::MAX].map(count);
        assert_eq!(
            counts,
            ["0", "999", "1,000", "1,234,567", "18,446,744,073,709,551,615"]
        );
        let amounts = [
            0.0,
            -0.004,
            12.345,
            999.994,
            1234.5,
            -98765.4,
            f64::NAN,
            f64::INFINITY,
        ]
        .map(amount);
        assert_eq!(
            amounts,
            [
                "0.00", "-0.00", "12.35", "999.99", "1,234", "-98,765", "NaN", "inf"
            ]
        );
    }

    #[test]
    fn whatever_stands_in_a_page_is_text() {
        let mut page = Page::new("<var>", "'\"&");
        page.table(
            &["<i>"],
            &[
                vec![Cell::Named("<u>".to_owned(), "<s>".to_owned())],
                vec![Cell::Mark("<q>".to_owned())],
            ],
        );
        page.figures(&[("<em>".to_owned(), "<strong>")]);
        let page = page.finish();
        for tag in ["<var>", "<i>", "<u>", "<s>", "<q>", "<em>", "<strong>"] {
            assert!(!page.contains(tag), "{tag}");
        }
        assert!(page.contains("&#39;&quot;&amp;"));
    }
}
