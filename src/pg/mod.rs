//! Everything that touches the server's memory: the only unsafe code of the extension.

/// Arrays as arguments.
pub mod array;
/// The call of a function as the server makes it.
pub mod call;
/// The columns of a row as arguments.
pub mod columns;
/// Customers, whatever their type.
pub mod customer;
/// Dates and ranges of dates.
pub mod date;
/// How the database encodes texts.
pub mod encoding;
/// Errors with SQLSTATE and HINT.
pub mod error;
/// JSON documents.
pub mod json;
/// The server's memory for Rust collections.
pub mod memory;
/// The server's decimal numbers.
pub mod numeric;
/// Functions that run as the owner of a ledger.
pub mod owner;
/// Packed movements.
pub mod packed;
/// The server's parser.
pub mod parser;
/// `grain` and `until`.
pub mod period_options;
/// The cursors of a session.
mod portal;
/// Rows and arrays of rows as results.
/// The queues that triggers append to.
pub mod queue;
pub mod row;
/// Sets of rows as results.
pub mod row_set;
/// Functions of the server.
mod server;
/// Texts in error messages.
pub mod shown;
/// What an aggregate keeps between rows.
pub mod state;
/// Ordinary tables, found to be such.
pub mod table;
/// Instants and intervals.
pub mod time;
/// Triggers.
pub mod trigger;
/// Values of variable length.
pub mod varlena;
/// Time zones.
pub mod zone;

/// Arguments before they are read.
mod argument;
/// The SQL types of Rust types.
mod sql_type;
