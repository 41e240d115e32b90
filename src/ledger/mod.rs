//! The Rust side of a ledger: what its rows mean. Its tables, views and verbs are SQL.

mod age;
mod check;
mod contributions;
mod identity;
mod invoice_lines;
mod lines;
mod mark;
mod objects;
mod reader;
