//! The SQL side: raw lines in a table, and one query for each segment and each state of the trait.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs::File,
};

use rusqlite::Connection;

use crate::retail;

/// An invoice in UTC with its amount in 1/10000 pounds, from the lines as they stand in the file.
///
/// Great Britain was one hour ahead from 27 March to 30 October 2011 (each time at 01:00 UTC), which is all the summer
/// time that the file covers. Prices have at most two decimals, so rounding their ten-thousandfold restores them exactly.
const INVOICES: &str = "
    create temp table invoice as
    select CustomerID as customer,
           InvoiceNo as number,
           InvoiceNo like 'C%' as returned,
           min(case when InvoiceDate >= '2011-03-27 02:00:00' and InvoiceDate < '2011-10-30 02:00:00'
                    then datetime(InvoiceDate, '-1 hour')
                    else InvoiceDate end) as utc,
           min(InvoiceDate) as local,
           sum(Quantity * cast(round(UnitPrice * 10000) as integer)) as amount,
           count(*) as lines
    from line
    group by CustomerID, InvoiceNo;
    create index temp.invoices on invoice (customer);
    create temp view customer as select distinct CustomerID as id from line;
    create temp view purchase as select * from invoice where not returned;
    create temp view refund as select * from invoice where returned;";

/// The segments, in the order of the file. The windows are counted back by hand from 2011-12-10 00:00 UTC.
pub(super) const SEGMENTS: [(&str, &str); 12] = [
    (
        "first_time_buyers",
        "select customer from purchase group by customer having count(*) = 1",
    ),
    (
        "recent_buyers",
        "select customer from purchase where utc > '2011-11-10 00:00:00'",
    ),
    (
        "new_customers",
        "select customer from purchase group by customer having count(*) = 1 and max(utc) > '2011-11-10 00:00:00'",
    ),
    (
        "lapsed",
        "select customer from purchase group by customer having max(utc) <= '2011-09-11 00:00:00'",
    ),
    (
        "loyal",
        "select customer from purchase where utc > '2010-12-10 00:00:00' group by customer having count(*) >= 3",
    ),
    (
        "high_value",
        "select customer from purchase where utc > '2010-12-10 00:00:00'
         group by customer having sum(amount) >= 20000000",
    ),
    (
        "returns_a_lot",
        "select customer from invoice where utc > '2010-12-10 00:00:00'
         group by customer having sum(returned) >= 2 and sum(returned) * 3 >= sum(not returned)",
    ),
    (
        "bulk_buyers",
        "select customer from purchase where utc > '2010-12-10 00:00:00' and (amount >= 5000000 or lines >= 60)
         group by customer having count(*) >= 3",
    ),
    (
        "last_christmas_only",
        "select customer from purchase where date(local) between '2010-12-01' and '2010-12-24'
         except select customer from purchase where local >= '2011-10-01'",
    ),
    (
        "abroad",
        "select CustomerID from line as latest
         where rowid = (select max(rowid) from line where CustomerID = latest.CustomerID)
           and Country not in ('United Kingdom', 'Unspecified')",
    ),
    (
        "win_back",
        "select customer from purchase where utc > '2010-12-10 00:00:00'
         group by customer having (count(*) >= 3 or sum(amount) >= 20000000) and max(utc) <= '2011-09-11 00:00:00'
         except
         select customer from invoice where utc > '2010-12-10 00:00:00'
         group by customer having sum(returned) >= 2 and sum(returned) * 3 >= sum(not returned)",
    ),
    (
        "key_accounts",
        "select customer from purchase where utc > '2010-12-10 00:00:00' and amount >= 50000000",
    ),
];

/// The states of the trait `stage`.
pub(super) const STAGES: [(&str, &str); 4] = [
    (
        "prospect",
        "select id from customer where id not in (select customer from purchase)",
    ),
    (
        "first_time",
        "select customer from purchase group by customer having count(*) = 1",
    ),
    (
        "active",
        "select customer from purchase group by customer having count(*) > 1 and max(utc) > '2011-09-11 00:00:00'",
    ),
    (
        "lapsed",
        "select customer from purchase group by customer having count(*) > 1 and max(utc) <= '2011-09-11 00:00:00'",
    ),
];

/// Traits that are numbers: customers with the value in 1/10000, or with the count. A customer left out has no value.
pub(super) const AMOUNTS: [(&str, &str); 4] = [
    (
        "orders",
        "select id, (select count(*) from purchase where customer = id) from customer",
    ),
    (
        "spent",
        "select id, (select coalesce(sum(amount), 0) from purchase
                     where customer = id and utc > '2010-12-10 00:00:00') from customer",
    ),
    // Half away from zero; amounts of purchases are never negative.
    (
        "average_order",
        "select customer, (2 * sum(amount) + count(*)) / (2 * count(*)) from purchase group by customer",
    ),
    (
        "recent_returns",
        "select id, (select count(*) from refund where customer = id and utc > '2010-12-10 00:00:00') from customer",
    ),
];

/// The raw lines of the sample in a table, every value as the file has it.
pub(super) fn load() -> Result<Connection, Box<dyn Error>> {
    let mut connection = Connection::open_in_memory()?;
    let mut reader = csv::Reader::from_reader(flate2::read::GzDecoder::new(File::open(retail::SAMPLE)?));
    let columns = reader.headers()?.iter().collect::<Vec<_>>().join(", ");
    let typed = columns.replace("Quantity", "Quantity integer");
    connection.execute_batch(&format!(
        "create table line ({typed}); create index customers on line (CustomerID);"
    ))?;
    let transaction = connection.transaction()?;
    {
        let mut insert = transaction.prepare("insert into line values (?, ?, ?, ?, ?, ?, ?, ?)")?;
        for record in reader.records() {
            insert.execute(rusqlite::params_from_iter(&record?))?;
        }
    }
    transaction.commit()?;
    connection.execute_batch(INVOICES)?;
    Ok(connection)
}

/// The customers that a query gives.
pub(super) fn keys(connection: &Connection, query: &str) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let mut statement = connection.prepare(query)?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The number of each customer that a query gives.
pub(super) fn amounts(connection: &Connection, query: &str) -> Result<BTreeMap<String, i64>, Box<dyn Error>> {
    let mut statement = connection.prepare(query)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
