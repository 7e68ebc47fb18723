//! Pieces of SQL in the making.

use std::{borrow::Cow, sync::Arc};

/// A piece of SQL that belongs to one relation: text, values, and columns of the relation.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::sql) struct Sql {
    pub(in crate::sql) parts: Vec<Part>,
    /// The lowest layer of the relation in which all of its columns are there.
    pub(in crate::sql) layer: usize,
    /// Whether it may be null.
    pub(in crate::sql) nullable: bool,
    /// Beside what it can stand without parentheses.
    binds: Binds,
    /// Whether it costs nothing to write it twice.
    atom: bool,
    /// The whole number that it is.
    number: Option<i64>,
}

/// What a piece of SQL binds more tightly than.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Binds {
    /// Perhaps nothing.
    #[default]
    Nothing,
    /// A row of conditions between each of which stands `AND`.
    All,
    /// `AND` and `OR`.
    Conditions,
    /// Every operator.
    Everything,
}

#[derive(Clone, Debug, PartialEq)]
pub(in crate::sql) enum Part {
    Text(Cow<'static, str>),
    /// A text of a rule.
    Value(Arc<str>),
    /// Index into the columns of the relation.
    Column(usize),
    /// Between conditions, which stand on lines of their own where that is all there is.
    And,
    Or,
    Open,
    Close,
}

/// Puts pieces together: texts as they are, and other pieces of SQL.
macro_rules! sql {
    ($($part:expr),* $(,)?) => {{
        let mut it = $crate::sql::translate::fragment::Sql::default();
        $( $crate::sql::translate::fragment::Push::push($part, &mut it); )*
        it
    }};
}
pub(in crate::sql) use sql;

/// What can be put into a piece of SQL.
pub(in crate::sql) trait Push {
    fn push(self, sql: &mut Sql);
}

impl Push for &'static str {
    fn push(self, sql: &mut Sql) {
        sql.text(Cow::Borrowed(self));
    }
}

impl Push for String {
    fn push(self, sql: &mut Sql) {
        sql.text(Cow::Owned(self));
    }
}

impl Push for i64 {
    fn push(self, sql: &mut Sql) {
        // The smallest whole number has no literal in some engines: its digits alone are out of range.
        sql.text(match self {
            i64::MIN => Cow::Borrowed("(-9223372036854775807 - 1)"),
            // Two signs in a row would begin a comment.
            it if it < 0 => Cow::Owned(format!("({it})")),
            it => Cow::Owned(it.to_string()),
        });
    }
}

impl Push for &Sql {
    fn push(self, sql: &mut Sql) {
        for part in &self.parts {
            match part {
                Part::Text(text) => sql.text(text.clone()),
                part => sql.parts.push(part.clone()),
            }
        }
        sql.layer = sql.layer.max(self.layer);
        sql.nullable |= self.nullable;
    }
}

impl Push for Sql {
    fn push(self, sql: &mut Sql) {
        (&self).push(sql);
    }
}

impl Push for Arc<str> {
    fn push(self, sql: &mut Sql) {
        sql.parts.push(Part::Value(self));
    }
}

impl Sql {
    fn text(&mut self, text: Cow<'static, str>) {
        if let Some(Part::Text(before)) = self.parts.last_mut() {
            before.to_mut().push_str(&text);
        } else {
            self.parts.push(Part::Text(text));
        }
    }

    /// A column of the relation.
    pub(in crate::sql) fn column(index: usize, layer: usize, nullable: bool) -> Self {
        Self {
            parts: vec![Part::Column(index)],
            layer,
            nullable,
            binds: Binds::Everything,
            atom: true,
            number: None,
        }
    }

    /// A value of a rule.
    pub(in crate::sql) fn value(value: Arc<str>) -> Self {
        Self {
            parts: vec![Part::Value(value)],
            binds: Binds::Everything,
            atom: true,
            ..Self::default()
        }
    }

    /// A whole number.
    pub(in crate::sql) fn int(int: i64) -> Self {
        sql![int].number(int)
    }

    /// Never null, whatever it is made of.
    pub(in crate::sql) fn known(mut self) -> Self {
        self.nullable = false;
        self
    }

    /// It may be null, whatever it is made of.
    pub(in crate::sql) fn maybe(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// It may be null in that case alone.
    pub(in crate::sql) fn null_if(mut self, nullable: bool) -> Self {
        self.nullable = nullable;
        self
    }

    /// It can stand beside any operator.
    pub(in crate::sql) fn tight(mut self) -> Self {
        self.binds = Binds::Everything;
        self
    }

    /// It can stand beside `AND` and `OR`.
    pub(in crate::sql) fn comparison(mut self) -> Self {
        if self.binds == Binds::Nothing {
            self.binds = Binds::Conditions;
        }
        self
    }

    /// It costs nothing to write it twice.
    pub(in crate::sql) fn atom(mut self) -> Self {
        (self.binds, self.atom) = (Binds::Everything, true);
        self
    }

    pub(in crate::sql) fn is_atom(&self) -> bool {
        self.atom
    }

    /// It is this whole number, however that is written.
    pub(in crate::sql) fn number(mut self, number: i64) -> Self {
        self.number = Some(number);
        self.atom()
    }

    /// The whole number that it is, if it is one.
    pub(in crate::sql) fn as_int(&self) -> Option<i64> {
        self.number
    }

    /// How many parentheses and cases lie around its innermost part.
    pub(in crate::sql) fn depth(&self) -> usize {
        let (mut depth, mut deepest) = (0_usize, 0);
        let mut turn = |deeper: bool| {
            depth = if deeper {
                depth + 1
            } else {
                depth.saturating_sub(1)
            };
            deepest = deepest.max(depth);
        };
        for part in &self.parts {
            match part {
                Part::Open => turn(true),
                Part::Close => turn(false),
                Part::Text(text) => {
                    // Neither names nor texts in quotes count.
                    let outside = text.split('"').step_by(2);
                    for text in outside.flat_map(|it| it.split('\'').step_by(2)) {
                        for word in text.split_inclusive(['(', ')', ' ']) {
                            match word {
                                "CASE " => turn(true),
                                "END" | "END " | "END, " => turn(false),
                                "END)" => (0..2).for_each(|_| turn(false)),
                                _ if word.ends_with('(') => turn(true),
                                _ if word.ends_with(')') => turn(false),
                                _ => {}
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        deepest
    }

    /// Whether it reads no column.
    pub(in crate::sql) fn is_constant(&self) -> bool {
        !self.parts.iter().any(|part| matches!(part, Part::Column(_)))
    }

    /// The same, in parentheses where it needs them beside an operator.
    pub(in crate::sql) fn operand(self) -> Self {
        if self.binds == Binds::Everything {
            return self;
        }
        let mut it = Self {
            binds: Binds::Everything,
            layer: self.layer,
            nullable: self.nullable,
            ..Self::default()
        };
        it.parts.push(Part::Open);
        it.parts.extend(self.parts);
        it.parts.push(Part::Close);
        it
    }

    /// Conditions joined by `AND`, or by `OR`.
    pub(in crate::sql) fn joined(mut all: Vec<Self>, by: &Part) -> Self {
        if all.len() == 1 {
            return all.swap_remove(0);
        }
        let mut joined = Self::default();
        for (index, one) in all.into_iter().enumerate() {
            if index > 0 {
                joined.parts.push(by.clone());
            }
            let stands = match one.binds {
                Binds::Nothing => false,
                Binds::All => *by == Part::And,
                Binds::Conditions | Binds::Everything => true,
            };
            let one = if stands { one } else { one.operand() };
            one.push(&mut joined);
        }
        joined.binds = if *by == Part::And {
            Binds::All
        } else {
            Binds::Nothing
        };
        joined
    }

    /// Comparisons joined by `AND`, as the condition of a join.
    pub(in crate::sql) fn matched(all: Vec<Self>) -> Self {
        Self::joined(all.into_iter().map(Self::comparison).collect(), &Part::And)
    }
}
