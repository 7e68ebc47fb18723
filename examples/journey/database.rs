//! The service's database: an ordinary queue, timers and an outbox in SQLite.

use std::{error::Error, path::Path};

use audience::DateTime;
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use serde_json::{Value, json};

use crate::service::Letter;

/// Instants are counted in microseconds, so that they compare as numbers.
const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS customers (
        customer TEXT PRIMARY KEY,
        known    TEXT NOT NULL
    );
    -- What happened, in the order of its time.
    CREATE TABLE IF NOT EXISTS events (
        number   INTEGER PRIMARY KEY,
        at       INTEGER NOT NULL,
        customer TEXT NOT NULL,
        kind     TEXT NOT NULL,
        body     TEXT NOT NULL,
        handled  INTEGER NOT NULL DEFAULT 0
    );
    CREATE INDEX IF NOT EXISTS queue ON events (at, number) WHERE NOT handled;
    -- In which segments she is, since when, and whether the campaign for it has been answered.
    CREATE TABLE IF NOT EXISTS membership (
        customer TEXT NOT NULL,
        segment  TEXT NOT NULL,
        since    INTEGER NOT NULL,
        answered INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (customer, segment)
    );
    CREATE TABLE IF NOT EXISTS timers (
        customer TEXT PRIMARY KEY,
        due      INTEGER NOT NULL
    );
    CREATE INDEX IF NOT EXISTS due ON timers (due);
    -- The id is made of the customer, the campaign and the occasion.
    CREATE TABLE IF NOT EXISTS outbox (
        id       TEXT PRIMARY KEY,
        customer TEXT NOT NULL,
        address  TEXT NOT NULL,
        channel  TEXT NOT NULL,
        message  TEXT NOT NULL,
        at       INTEGER NOT NULL,
        text     TEXT NOT NULL,
        status   TEXT NOT NULL CHECK (status IN ('waiting', 'sent'))
    );
    CREATE INDEX IF NOT EXISTS waiting ON outbox (at, id) WHERE status = 'waiting';
    -- What the caps count. It is written with the outbox, so that a slow mail server lets nothing past a cap.
    CREATE TABLE IF NOT EXISTS deliveries (
        id       TEXT PRIMARY KEY,
        customer TEXT NOT NULL,
        at       INTEGER NOT NULL,
        channel  TEXT NOT NULL,
        message  TEXT NOT NULL,
        offer    TEXT
    );
    CREATE INDEX IF NOT EXISTS written_to ON deliveries (customer, at);
    CREATE TABLE IF NOT EXISTS codes (
        code     TEXT PRIMARY KEY,
        offer    TEXT NOT NULL,
        customer TEXT,
        occasion TEXT,
        UNIQUE (offer, customer, occasion)
    );
";

pub(crate) struct Database {
    connection: Connection,
}

/// What is done in one transaction. Dropped without a commit, it has not happened.
pub(crate) struct Step<'d> {
    transaction: Transaction<'d>,
}

/// What comes next.
pub(crate) struct Next {
    pub at: DateTime,
    pub customer: String,
    pub what: What,
}

pub(crate) enum What {
    Event { number: i64, kind: String, body: Value },
    Timer,
}

impl Database {
    pub(crate) fn open(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let connection = Connection::open(folder.join("journey.sqlite"))?;
        // What is committed is on the disk, with one wait instead of three.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.execute_batch(TABLES)?;
        Ok(Self { connection })
    }

    /// Begins a step.
    pub(crate) fn begin(&mut self) -> Result<Step<'_>, Box<dyn Error>> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        Ok(Step { transaction })
    }

    /// The first message that has not been handed over.
    pub(crate) fn waiting(&self) -> Result<Option<Letter>, Box<dyn Error>> {
        let found = self.connection.query_row(
            "SELECT id, customer, address, channel, message, at, text FROM outbox
             WHERE status = 'waiting' ORDER BY at, id LIMIT 1",
            [],
            letter,
        );
        Ok(found.optional()?)
    }

    pub(crate) fn sent(&self, id: &str) -> Result<(), Box<dyn Error>> {
        self.connection
            .execute("UPDATE outbox SET status = 'sent' WHERE id = ?1", [id])?;
        Ok(())
    }

    /// Whether anything was put into the queue yet.
    pub(crate) fn is_empty(&self) -> Result<bool, Box<dyn Error>> {
        let empty = "SELECT NOT EXISTS (SELECT 1 FROM events)";
        Ok(self.connection.query_row(empty, [], |row| row.get(0))?)
    }

    /// The events that nobody has taken, the messages that nobody has sent, and the codes that went out.
    pub(crate) fn left(&self) -> Result<(i64, i64, i64), Box<dyn Error>> {
        let counts = "SELECT (SELECT count(*) FROM events WHERE NOT handled),
                             (SELECT count(*) FROM outbox WHERE status = 'waiting'),
                             (SELECT count(*) FROM codes WHERE customer IS NOT NULL)";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        Ok(self.connection.query_row(counts, [], row)?)
    }
}

impl Step<'_> {
    pub(crate) fn commit(self) -> Result<(), Box<dyn Error>> {
        Ok(self.transaction.commit()?)
    }

    pub(crate) fn put_event(
        &self,
        at: DateTime,
        customer: &str,
        kind: &str,
        body: &Value,
    ) -> Result<(), Box<dyn Error>> {
        self.transaction.execute(
            "INSERT INTO events (at, customer, kind, body) VALUES (?1, ?2, ?3, ?4)",
            params![at.micros(), customer, kind, body.to_string()],
        )?;
        Ok(())
    }

    pub(crate) fn put_code(&self, offer: &str, code: &str) -> Result<(), Box<dyn Error>> {
        self.transaction
            .execute("INSERT INTO codes (code, offer) VALUES (?1, ?2)", [code, offer])?;
        Ok(())
    }

    /// The event or the timer that comes first, until an instant; of an event and a timer at one instant, the event.
    pub(crate) fn next(&self, until: DateTime) -> Result<Option<Next>, Box<dyn Error>> {
        let row = |row: &rusqlite::Row<'_>| {
            let event: Option<(i64, String, String)> = match row.get(2)? {
                Some(number) => Some((number, row.get(3)?, row.get(4)?)),
                None => None,
            };
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, event))
        };
        let found = self.transaction.query_row(
            "SELECT * FROM (
                 SELECT * FROM (SELECT at, customer, number, kind, body FROM events
                                WHERE NOT handled AND at <= ?1 ORDER BY at, number LIMIT 1)
                 UNION ALL
                 SELECT * FROM (SELECT due, customer, NULL, NULL, NULL FROM timers
                                WHERE due <= ?1 ORDER BY due, customer LIMIT 1)
             ) ORDER BY at, number IS NULL LIMIT 1",
            [until.micros()],
            row,
        );
        let Some((at, customer, event)) = found.optional()? else {
            return Ok(None);
        };
        let what = match event {
            Some((number, kind, body)) => What::Event {
                number,
                kind,
                body: serde_json::from_str(&body)?,
            },
            None => What::Timer,
        };
        let at = instant(at)?;
        Ok(Some(Next { at, customer, what }))
    }

    pub(crate) fn handled(&self, number: i64) -> Result<(), Box<dyn Error>> {
        self.transaction
            .execute("UPDATE events SET handled = 1 WHERE number = ?1", [number])?;
        Ok(())
    }

    /// What is known of a customer; nothing before she signs up.
    pub(crate) fn customer(&self, customer: &str) -> Result<Value, Box<dyn Error>> {
        let known: Option<String> = self
            .transaction
            .query_row(
                "SELECT known FROM customers WHERE customer = ?1",
                [customer],
                |row| row.get(0),
            )
            .optional()?;
        Ok(known.map_or(Ok(Value::Null), |it| serde_json::from_str(&it))?)
    }

    pub(crate) fn put_customer(&self, customer: &str, known: &Value) -> Result<(), Box<dyn Error>> {
        self.transaction.execute(
            "INSERT INTO customers VALUES (?1, ?2) ON CONFLICT (customer) DO UPDATE SET known = excluded.known",
            [customer, &known.to_string()],
        )?;
        Ok(())
    }

    /// What was written to a customer, as the definitions know it.
    pub(crate) fn deliveries(&self, customer: &str) -> Result<Vec<Value>, Box<dyn Error>> {
        let mut query = self.transaction.prepare_cached(
            "SELECT at, channel, message, offer FROM deliveries WHERE customer = ?1 ORDER BY at, id",
        )?;
        let mut rows = query.query([customer])?;
        let mut deliveries = Vec::new();
        while let Some(row) = rows.next()? {
            deliveries.push(json!({
                "at": instant(row.get(0)?)?.to_string(),
                "channel": row.get::<_, String>(1)?,
                "message": row.get::<_, String>(2)?,
                "offer": row.get::<_, Option<String>>(3)?,
                "kind": "sent",
            }));
        }
        Ok(deliveries)
    }

    /// Since when she is in a segment, if she is, and whether its campaign has been answered.
    pub(crate) fn inside(
        &self,
        customer: &str,
        segment: &str,
    ) -> Result<Option<(DateTime, bool)>, Box<dyn Error>> {
        let found: Option<(i64, bool)> = self
            .transaction
            .query_row(
                "SELECT since, answered FROM membership WHERE customer = ?1 AND segment = ?2",
                [customer, segment],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        found
            .map(|(since, answered)| Ok((instant(since)?, answered)))
            .transpose()
    }

    pub(crate) fn enter(&self, customer: &str, segment: &str, at: DateTime) -> Result<(), Box<dyn Error>> {
        self.transaction.execute(
            "INSERT INTO membership (customer, segment, since) VALUES (?1, ?2, ?3)",
            params![customer, segment, at.micros()],
        )?;
        Ok(())
    }

    pub(crate) fn leave(&self, customer: &str, segment: &str) -> Result<(), Box<dyn Error>> {
        self.transaction.execute(
            "DELETE FROM membership WHERE customer = ?1 AND segment = ?2",
            [customer, segment],
        )?;
        Ok(())
    }

    pub(crate) fn answered(&self, customer: &str, segment: &str) -> Result<(), Box<dyn Error>> {
        self.transaction.execute(
            "UPDATE membership SET answered = 1 WHERE customer = ?1 AND segment = ?2",
            [customer, segment],
        )?;
        Ok(())
    }

    pub(crate) fn set_timer(&self, customer: &str, due: Option<DateTime>) -> Result<(), Box<dyn Error>> {
        self.transaction
            .execute("DELETE FROM timers WHERE customer = ?1", [customer])?;
        if let Some(due) = due {
            self.transaction.execute(
                "INSERT INTO timers VALUES (?1, ?2)",
                params![customer, due.micros()],
            )?;
        }
        Ok(())
    }

    /// Puts a message into the outbox, and counts it. One with this id cannot be there already.
    pub(crate) fn put_letter(&self, letter: &Letter, offer: Option<&str>) -> Result<(), Box<dyn Error>> {
        self.transaction.execute(
            "INSERT INTO outbox VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'waiting')",
            params![
                letter.id,
                letter.customer,
                letter.address,
                letter.channel,
                letter.message,
                letter.at.micros(),
                letter.text
            ],
        )?;
        self.transaction.execute(
            "INSERT INTO deliveries VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                letter.id,
                letter.customer,
                letter.at.micros(),
                letter.channel,
                letter.message,
                offer
            ],
        )?;
        Ok(())
    }

    /// The code that was given for a request.
    pub(crate) fn code_of(
        &self,
        offer: &str,
        customer: &str,
        occasion: &str,
    ) -> Result<Option<String>, rusqlite::Error> {
        self.transaction
            .query_row(
                "SELECT code FROM codes WHERE offer = ?1 AND customer = ?2 AND occasion = ?3",
                [offer, customer, occasion],
                |row| row.get(0),
            )
            .optional()
    }

    /// Gives the next code of an offer, if one is left.
    pub(crate) fn give_code(
        &self,
        offer: &str,
        customer: &str,
        occasion: &str,
    ) -> Result<Option<String>, rusqlite::Error> {
        self.transaction
            .query_row(
                "UPDATE codes SET customer = ?2, occasion = ?3
                 WHERE code = (SELECT min(code) FROM codes WHERE offer = ?1 AND customer IS NULL)
                 RETURNING code",
                [offer, customer, occasion],
                |row| row.get(0),
            )
            .optional()
    }
}

/// A row of the outbox, and of the mail server.
pub(crate) fn letter(row: &rusqlite::Row<'_>) -> Result<Letter, rusqlite::Error> {
    let at = row.get(5)?;
    Ok(Letter {
        id: row.get(0)?,
        customer: row.get(1)?,
        address: row.get(2)?,
        channel: row.get(3)?,
        message: row.get(4)?,
        at: DateTime::from_micros(at).ok_or(rusqlite::Error::IntegralValueOutOfRange(5, at))?,
        text: row.get(6)?,
    })
}

fn instant(micros: i64) -> Result<DateTime, Box<dyn Error>> {
    Ok(DateTime::from_micros(micros).ok_or("an instant outside of the calendar")?)
}
