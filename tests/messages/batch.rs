//! A message for many customers.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use audience::{
    Definitions, HostFunction, Inputs, Limits, Parts, Placements, Prepared, Recipient, RenderError, Type,
    Value, ValueRef, Zone,
};

use super::{Result, builder};

const MESSAGE: &str = r#"
message hi for buyers {
  channel sms
  inputs  { code: string }
  text    "{% if orders = 2 %}{% skip 'two' %}{% endif %}{% for p in purchases %}{{ p.amount }} {% endfor %}{{ code }} {{ orders }}"
}
segment buyers = orders > 0
"#;

fn shop() -> Result<Definitions> {
    let limits = Limits {
        output_bytes: 40,
        ..Limits::default()
    };
    Ok(builder(MESSAGE).limits(limits).build()?)
}

fn said(result: Result<Prepared<'_>, RenderError>) -> String {
    match result {
        Ok(Prepared::Sent(parts)) => parts.part("text").unwrap_or_default().to_owned(),
        Ok(Prepared::Skipped(reason)) => format!("skipped: {reason}"),
        Err(error) => format!("error: {error}"),
    }
}

/// [message-23]
#[test]
fn whoever_fails_stops_nobody() -> Result {
    let shop = shop()?;
    let message = shop.message("hi")?;
    let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    let load = |key: &str, orders: u32, purchases: usize| {
        let each = vec![r#"{"at": "2026-01-01T00:00:00Z", "sku": "A", "amount": 123456}"#; purchases];
        let purchases = each.join(",");
        shop.customer_from_json(format!(
            r#"{{"id": "{key}", "orders": {orders}, "consent": {{"email": true}}, "purchases": [{purchases}]}}"#
        ))
    };
    let foreign = Definitions::parse("customer { id: string key }")?.customer_from_json(r#"{"id": "x"}"#)?;
    let customers = [
        load("a", 1, 0)?,
        load("b", 2, 0)?,
        load("c", 3, 9)?,
        load("d", 0, 0)?,
        foreign,
        load("e", 4, 1)?,
    ];
    let (inputs, wrong, none) = (
        message.inputs([("code", "TEA")])?,
        Inputs::default(),
        Placements::new(),
    );
    let mut recipients: Vec<_> = customers
        .iter()
        .map(|customer| Recipient {
            customer,
            inputs: &inputs,
            placements: &none,
        })
        .collect();
    recipients.push(Recipient {
        inputs: &wrong,
        ..recipients[0]
    });
    let expected = [
        ("a", "TEA 1"),
        ("b", "skipped: two"),
        ("c", "error: hi.text:1:71: the message has more than 40 bytes"),
        ("d", "skipped: not in the audience"),
        (
            "x",
            "error: the customer was loaded for another schema; load it with the definitions it is used with",
        ),
        ("e", "123456 TEA 4"),
        ("a", "error: the inputs were made for another message"),
    ];
    let mut out = Vec::new();
    let batch = message.render_many(recipients.iter().copied(), &at, |recipient, result| {
        out.push((recipient.customer.key().to_string(), said(result)));
    });
    assert_eq!((batch.sent, batch.skipped, batch.failed), (2, 2, 3));
    let shown: Vec<_> = out.iter().map(|(key, said)| (&**key, &**said)).collect();
    assert_eq!(shown, expected);

    #[cfg(feature = "parallel")]
    {
        let found = std::sync::Mutex::new(Vec::new());
        let many: Vec<_> = recipients.iter().copied().cycle().take(7 * 500).collect();
        let batch = message.render_many_parallel(&many, &at, |recipient, result| {
            let one = (recipient.customer.key().to_string(), said(result));
            found.lock().expect("no sink fails").push(one);
        });
        assert_eq!((batch.sent, batch.skipped, batch.failed), (1000, 1000, 1500));
        let mut found = found.into_inner().expect("no sink fails");
        found.sort();
        found.dedup();
        out.sort();
        assert_eq!(found, out);
    }
    Ok(())
}

#[test]
fn one_buffer_is_as_good_as_a_new_one() -> Result {
    let shop = shop()?;
    let message = shop.message("hi")?;
    let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    let (inputs, none) = (message.inputs([("code", "TEA")])?, Placements::new());
    let mut kept = Parts::new();
    for orders in [5, 0, 1, 2, 12_345] {
        let customer = shop.customer_from_json(format!(
            r#"{{"id": "a", "orders": {orders}, "consent": {{"email": true}}, "purchases": []}}"#
        ))?;
        let mut new = Parts::new();
        let first = message.render_into(&customer, &inputs, &none, &at, &mut kept)?;
        let second = message.render_into(&customer, &inputs, &none, &at, &mut new)?;
        assert_eq!(first, second);
        assert!(kept.iter().eq(new.iter()));
    }
    Ok(())
}

/// Each part of a message found out for itself what another had asked about a segment.
#[test]
fn a_segment_is_worked_out_once_per_customer() -> Result {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let likes = HostFunction::new("likes", [Type::String], Type::Bool, move |arguments| {
        counted.fetch_add(1, Ordering::Relaxed);
        match arguments {
            [ValueRef::Text(id)] => Some(Value::Bool(id.contains('a'))),
            _ => None,
        }
    });
    let message = r#"
segment fans = likes(id) = true
segment buyers = orders > 0 and orders < 1000 and (spent_much or not in segment fans)
trait spent_much = orders > 100
message hi for fans {
  channel  push
  title    "{% if in segment fans %}Fan{% else %}You{% endif %}"
  body     "{% for n in (1..3) %}{% if in segment buyers and n > 1 %}{{ n }}{% elsif in segment fans %}-{% endif %}{% endfor %}."
}
message news {
  channel  push
  title    "{% if in segment fans %}Fan{% else %}You{% endif %}"
  body     "{% if in segment fans %}fan{% else %}you{% endif %}{% if not in segment fans %}!{% endif %}"
}
"#;
    let shop = builder(message).function(likes).build()?;
    let at = shop.at("2026-06-01T00:00:00Z".parse()?, &Zone::UTC);
    let load = |id: &str, orders: u32| {
        shop.customer_from_json(format!(
            r#"{{"id": "{id}", "orders": {orders}, "consent": {{"email": true}}, "purchases": []}}"#
        ))
    };
    let customers = [load("ana", 1)?, load("ben", 2)?, load("cara", 200)?];
    let (inputs, none) = (Inputs::default(), Placements::new());
    let says = |name: &str| -> Result<(Vec<String>, usize)> {
        let recipients = customers.iter().map(|customer| Recipient {
            customer,
            inputs: &inputs,
            placements: &none,
        });
        asked.store(0, Ordering::Relaxed);
        let mut out = Vec::new();
        shop.message(name)?.render_many(recipients, &at, |_, result| {
            out.push(match result {
                Ok(Prepared::Sent(parts)) => parts.iter().map(|(_, text)| text).collect::<Vec<_>>().join(" "),
                other => said(other),
            });
        });
        Ok((out, asked.load(Ordering::Relaxed)))
    };
    let (said_to_all, asked_of_all) = says("news")?;
    assert_eq!(said_to_all, ["Fan fan", "You you!", "Fan fan"]);
    assert_eq!(asked_of_all, customers.len());
    let (said_to_fans, asked_of_fans) = says("hi")?;
    assert_eq!(
        said_to_fans,
        ["Fan ---.", "skipped: not in the audience", "Fan -23."]
    );
    // Who is a buyer asks once more, for each of the two fans who bought little or much.
    assert!(asked_of_fans <= customers.len() + 2, "{asked_of_fans}");
    Ok(())
}
