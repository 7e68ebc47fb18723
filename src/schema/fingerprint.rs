//! What makes two schemas the same to a customer.

use std::fmt;

use sha2::{Digest, Sha256};

use super::{Catalog, Schema};
use crate::value::{Field, Type};

/// The identity of a schema's content: what a customer and its events may hold.
///
/// Two schemas with the same attributes and events, in the same order and with the same roles, have the same identity;
/// descriptions, catalogues and placements do not count. So customers stay valid when definitions are loaded anew.
///
/// # Example
///
/// ```
/// # use audience::Schema;
/// let schema = Schema::default();
/// assert_eq!(schema.id(), schema.clone().id());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SchemaId([u8; 16]);

/// As hexadecimal digits.
impl fmt::Display for SchemaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for SchemaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SchemaId({self})")
    }
}

impl Schema {
    /// The identity of its content.
    #[must_use]
    pub fn id(&self) -> SchemaId {
        let mut content = Content(Sha256::new());
        content.fields(&self.customer);
        content.number(self.events.len());
        for (name, event) in &self.events {
            content.text(name);
            content.fields(&event.fields);
        }
        content.finish()
    }
}

/// The identity of a catalogue's content: its name and its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CatalogId([u8; 16]);

impl CatalogId {
    pub(crate) fn of(name: &str, catalog: &Catalog) -> Self {
        let mut content = Content(Sha256::new());
        content.text(name);
        content.fields(&catalog.fields);
        Self(content.finish().0)
    }
}

/// Every part is written with its length or number first, so different contents never read the same.
struct Content(Sha256);

impl Content {
    fn number(&mut self, number: usize) {
        self.0.update((number as u64).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.update(text);
    }

    fn fields(&mut self, fields: &[Field]) {
        self.number(fields.len());
        for field in fields {
            self.text(&field.name);
            self.ty(&field.ty);
            let roles = &field.roles;
            let marks = [field.optional, roles.key, roles.personal, roles.sensitive];
            self.0.update(marks.map(u8::from));
            self.0.update([u8::from(roles.filled.is_some())
                | u8::from(roles.letters.is_some()) << 1
                | u8::from(roles.zone) << 2
                | u8::from(roles.channel) << 3]);
            if let Some(letters) = roles.letters {
                self.number(letters as usize);
            }
            let except = roles.filled.as_ref().map_or(&[][..], |filled| &filled.except);
            self.number(except.len());
            for word in except {
                self.text(word);
            }
        }
    }

    fn ty(&mut self, ty: &Type) {
        let tag: u8 = match ty {
            Type::Bool => 0,
            Type::Int => 1,
            Type::Float => 2,
            Type::Decimal => 3,
            Type::String => 4,
            Type::Words(_) => 5,
            Type::Date => 6,
            Type::DateTime => 7,
            Type::Duration => 8,
            Type::Geo => 9,
            Type::Url => 10,
            Type::Ref(_) => 11,
            Type::List(_) => 12,
            Type::Record(_) => 13,
        };
        self.0.update([tag]);
        match ty {
            Type::Words(words) => {
                self.number(words.len());
                for word in words.iter() {
                    self.text(word);
                }
            }
            Type::Ref(catalog) => self.text(catalog),
            Type::List(item) => self.ty(item),
            Type::Record(fields) => self.fields(fields),
            _ => {}
        }
    }

    fn finish(self) -> SchemaId {
        let mut id = [0; 16];
        for (byte, hashed) in id.iter_mut().zip(self.0.finalize()) {
            *byte = hashed;
        }
        SchemaId(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, ty: Type) -> Field {
        Field {
            name: name.into(),
            ty,
            optional: false,
            roles: crate::value::Roles::default(),
            description: None,
        }
    }

    #[test]
    fn what_customers_hold_decides() {
        let base = Schema {
            customer: vec![field("id", Type::String), field("n", Type::Int)],
            ..Schema::default()
        };
        let mut described = base.clone();
        described.customer[1].description = Some("how many".into());
        assert_eq!(base.id(), described.id());
        let mut catalog = base.clone();
        catalog
            .catalogs
            .insert("products".into(), crate::schema::Catalog::default());
        assert_eq!(base.id(), catalog.id());

        let mut optional = base.clone();
        optional.customer[1].optional = true;
        let mut typed = base.clone();
        typed.customer[1].ty = Type::Decimal;
        let mut swapped = base.clone();
        swapped.customer.swap(0, 1);
        let mut event = base.clone();
        event.events.insert("n".into(), crate::schema::Event::default());
        let ids = [&base, &optional, &typed, &swapped, &event].map(Schema::id);
        let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!(distinct.len(), ids.len());
    }
}
