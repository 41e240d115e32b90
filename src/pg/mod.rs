//! Everything that touches the server's memory: the only unsafe code of the extension.

/// Arrays as arguments.
pub mod array;
/// The call of a function as the server makes it.
pub mod call;
/// Customers, whatever their type.
pub mod customer;
/// Dates and ranges of dates.
pub mod date;
/// How the database encodes texts.
pub mod encoding;
/// Errors with SQLSTATE and HINT.
pub mod error;
/// The server's memory for Rust collections.
pub mod memory;
/// The server's decimal numbers.
pub mod numeric;
/// `grain` and `until`.
pub mod period_options;
/// Rows and arrays of rows as results.
pub mod row;
/// Functions of the server.
mod server;
/// Texts in error messages.
pub mod shown;
/// What an aggregate keeps between rows.
pub mod state;
/// Instants and intervals.
pub mod time;
/// Values of variable length.
pub mod varlena;

/// Arguments before they are read.
mod argument;
/// The SQL types of Rust types.
mod sql_type;
