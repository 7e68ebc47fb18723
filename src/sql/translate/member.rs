//! Values inside of columns of JSON.

use super::{
    Maybe, Translator, Val,
    fragment::Sql,
    rows::{Row, is_text},
};
use crate::{
    sql::{
        dialect::{Bind, Encoding, Member},
        mapping::{Column, Form, StoredColumn},
    },
    value::Type,
};

impl Column {
    /// The names of the members that lead to the value, where the column has JSON.
    pub(in crate::sql) fn member(&self) -> Option<&StoredColumn> {
        match self {
            Self::Stored(stored) if !stored.json.is_empty() => Some(stored),
            _ => None,
        }
    }
}

impl Member {
    /// What a value of a type is inside of JSON; references are those of the keys that they are.
    pub(in crate::sql) fn of(ty: &Type, form: Form) -> Self {
        match (ty, form) {
            (_, Form::Units | Form::Micros | Form::Days) | (Type::Int, _) => Self::Int,
            (Type::Bool, _) => Self::Bool,
            (Type::Float, _) => Self::Float,
            (Type::Decimal, _) => Self::Digits,
            _ => Self::Text,
        }
    }
}

/// A member of a column, compared byte by byte where it is text, as JSON has it.
pub(in crate::sql) fn read_member(
    encoding: &dyn Encoding,
    column: &str,
    path: &[String],
    member: Member,
) -> Option<String> {
    let written = encoding.member(column, path, member)?;
    Some(match member {
        Member::Text | Member::Digits => encoding.bytewise(written),
        _ => written,
    })
}

/// What JSON has as text in the logical form.
pub(in crate::sql) fn logical_member(
    encoding: &dyn Encoding,
    bind: Bind<'_>,
    member: Sql,
    ty: &Type,
    form: Form,
) -> Sql {
    match (ty, form) {
        (Type::Decimal | Type::Date | Type::DateTime, Form::Native) => encoding.of_text(bind, member, ty),
        _ => member,
    }
}

impl<'q> Translator<'q> {
    /// The value that a column has inside of JSON, in the logical form.
    pub(super) fn read_inside(
        &mut self,
        row: &Row<'q>,
        stored: &StoredColumn,
        ty: &Type,
        nullable: bool,
    ) -> Maybe<Val> {
        let encoding = self.encoding;
        let reference = self.reference_type(ty);
        let kept = reference.as_ref().unwrap_or(ty);
        let column = format!(
            "{}.{}",
            encoding.quote(&row.alias),
            encoding.quote(&stored.column)
        );
        let written = read_member(encoding, &column, &stored.json, Member::of(kept, stored.form))?;
        let name = stored.json.last().unwrap_or(&stored.column);
        let read = self.relation().read(written, name, row.layer, nullable);
        if reference == Some(Type::Int) {
            return Some(Val::new(encoding.digits(read), Type::String));
        }
        let sql = logical_member(
            encoding,
            &mut |sql| self.relations[self.current].bind(sql, name),
            read,
            kept,
            stored.form,
        );
        let folded = stored.folded.as_ref().filter(|_| is_text(kept));
        let folded = folded.map(|folded| self.read_plain(row, folded, &Type::String, nullable));
        Some(Val {
            folded,
            ..Val::new(sql.null_if(nullable), ty.clone())
        })
    }
}
