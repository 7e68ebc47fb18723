//! A record without all that requirements do not list.

use audience::{DateTime, Field, RequiredField, Requirements, Schema, Type, Zone};
use serde_json::{Map, Value};

/// Takes from a customer what is not needed and may be missing: optional attributes, fields and properties, and events that are of other
/// types or too old.
pub(crate) fn strip(schema: &Schema, needed: &Requirements, json: &str, now: DateTime, zone: Zone) -> String {
    let Ok(Value::Object(mut record)) = serde_json::from_str(json) else {
        panic!("no object: {json}");
    };
    fields(&schema.customer, "", &mut record, &needed.attributes);
    for (name, event) in &schema.events {
        let Some(required) = needed.events.iter().find(|it| it.name == *name) else {
            record.remove(&**name);
            continue;
        };
        let start = required.look_back.start(now, zone);
        if let Some(Value::Array(events)) = record.get_mut(&**name) {
            events.retain(|it| {
                let at = it["at"].as_str().expect("an instant");
                let at: DateTime = at.parse().expect("an instant");
                start.is_none_or(|start| at >= start)
            });
            for it in events {
                let properties = it.as_object_mut().expect("an event is an object");
                fields(&event.fields, "", properties, &required.properties);
            }
        }
    }
    Value::Object(record).to_string()
}

fn fields(schema: &[Field], prefix: &str, record: &mut Map<String, Value>, needed: &[RequiredField]) {
    for field in schema {
        let path = format!("{prefix}{}", field.name);
        let inside = format!("{path}.");
        let required = needed.iter().find(|it| it.path == path);
        let listed = required.is_some() || needed.iter().any(|it| it.path.starts_with(&inside));
        if !listed && field.optional {
            record.remove(&*field.name);
            continue;
        }
        let Some(value) = record.get_mut(&*field.name) else {
            continue;
        };
        match (&field.ty, value) {
            (Type::Record(inner), Value::Object(record)) => fields(inner, &inside, record, needed),
            (Type::List(item), Value::Array(items)) => {
                if let Type::Record(inner) = &**item {
                    let read: &[RequiredField] = required.map_or(&[], |it| &it.fields);
                    for item in items {
                        if let Value::Object(record) = item {
                            fields(inner, "", record, read);
                        }
                    }
                }
            }
            _ => {}
        }
    }
}
