use std::marker::PhantomData;

use pgrx::callconv::{Arg, ArgAbi};
use pgrx::datum::Uuid;
use pgrx::pg_sys;
use pgrx::prelude::*;
use saas_metrics_engine::collection::key::Customer;

use super::argument::raw;
use super::call::Call;
use super::error::raise;
use super::shown::shown;
use super::sql_type::sql_type_named;
use super::varlena::bytes_of;

/// A customer of any type, unread.
#[derive(Clone, Copy)]
pub struct CustomerDatum<'a> {
    datum: pg_sys::Datum,
    lifetime: PhantomData<&'a ()>,
}

sql_type_named!(CustomerDatum<'_>, CustomerDatum, "anyelement");

// SAFETY: the datum is kept as it is; `CustomerType::read` reads it by the type of the argument.
unsafe impl<'fcx> ArgAbi<'fcx> for CustomerDatum<'fcx> {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: a datum passes through unread.
        CustomerDatum { datum: unsafe { raw(arg) }, lifetime: PhantomData }
    }
}

/// How the customers of one call are to be read.
#[derive(Clone, Copy, Debug)]
pub enum CustomerType {
    Int2,
    Int4,
    Int8,
    Uuid,
    Text,
}

/// The size of a uuid.
const UUID_BYTES: usize = 16;

impl CustomerType {
    /// The type of the customers that a call passes as an argument.
    pub fn of_argument(call: Call, number: i32, name: &str) -> CustomerType {
        match call.argument_type(number) {
            pg_sys::INT2OID => CustomerType::Int2,
            pg_sys::INT4OID => CustomerType::Int4,
            pg_sys::INT8OID => CustomerType::Int8,
            pg_sys::UUIDOID => CustomerType::Uuid,
            pg_sys::TEXTOID | pg_sys::VARCHAROID => CustomerType::Text,
            _ => raise(
                PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
                format!("{name} must be of type smallint, integer, bigint, uuid, text or varchar"),
                "Cast it to text.",
            ),
        }
    }

    /// The type that another process wrote as a byte.
    pub fn from_byte(byte: u8) -> Option<CustomerType> {
        use CustomerType::*;
        [Int2, Int4, Int8, Uuid, Text].into_iter().find(|it| *it as u8 == byte)
    }

    /// The customer of a row of the call that this type was found for.
    pub fn read<'a>(self, customer: CustomerDatum<'a>) -> Customer<'a> {
        let datum = customer.datum;
        match self {
            CustomerType::Int2 => Customer::Id((datum.value() as i16).into()),
            CustomerType::Int4 => Customer::Id((datum.value() as i32).into()),
            CustomerType::Int8 => Customer::Id(datum.value() as i64),
            // SAFETY: the type was found for this argument: a pointer to the bytes of a uuid.
            CustomerType::Uuid => Customer::Name(unsafe {
                std::slice::from_raw_parts(datum.cast_mut_ptr::<u8>(), UUID_BYTES)
            }),
            // SAFETY: the type was found for this argument: a text.
            CustomerType::Text => Customer::Name(unsafe { bytes_of(datum) }),
        }
    }

    /// The customer as an error message shows it.
    pub fn show(self, customer: CustomerDatum) -> String {
        match (self, self.read(customer)) {
            (_, Customer::Id(id)) => id.to_string(),
            (CustomerType::Uuid, Customer::Name(bytes)) => {
                Uuid::from_slice(bytes).map_or_else(|_| String::new(), |it| it.to_string())
            }
            (_, Customer::Name(name)) => format!("\"{}\"", shown(name)),
        }
    }
}
