//! The mail server, which is somebody else's: it takes part in no transaction of the service.

use std::{error::Error, path::Path};

use rusqlite::{Connection, params};

use crate::{database, service::Letter};

/// Keeps each message by its id, as a real one does with an idempotency key.
pub(crate) struct MailServer {
    connection: Connection,
}

impl MailServer {
    pub(crate) fn open(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let connection = Connection::open(folder.join("mail.sqlite"))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS accepted (
                 id       TEXT PRIMARY KEY,
                 customer TEXT NOT NULL,
                 address  TEXT NOT NULL,
                 channel  TEXT NOT NULL,
                 message  TEXT NOT NULL,
                 at       INTEGER NOT NULL,
                 text     TEXT NOT NULL,
                 repeats  INTEGER NOT NULL DEFAULT 0
             )",
        )?;
        Ok(Self { connection })
    }

    /// Takes a message. One that it has already is recognised, and refused if it says something else than before.
    pub(crate) fn accept(&self, letter: &Letter) -> Result<(), Box<dyn Error>> {
        let accepted = self.connection.execute(
            "INSERT INTO accepted VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)
             ON CONFLICT (id) DO UPDATE SET repeats = repeats + 1
             WHERE address = excluded.address AND channel = excluded.channel AND text = excluded.text",
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
        match accepted {
            1 => Ok(()),
            _ => Err(format!("the message {} came again, and says something else", letter.id).into()),
        }
    }

    /// All messages, in the order of their time.
    pub(crate) fn accepted(&self) -> Result<Vec<Letter>, Box<dyn Error>> {
        let mut query = self.connection.prepare(
            "SELECT id, customer, address, channel, message, at, text FROM accepted ORDER BY at, id",
        )?;
        let letters = query.query_map([], database::letter)?;
        Ok(letters.collect::<Result<_, _>>()?)
    }

    /// How often a message came again.
    pub(crate) fn repeats(&self) -> Result<i64, Box<dyn Error>> {
        let sum = "SELECT coalesce(sum(repeats), 0) FROM accepted";
        Ok(self.connection.query_row(sum, [], |row| row.get(0))?)
    }
}
