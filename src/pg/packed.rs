use std::ffi::CStr;

use allocator_api2::vec::Vec;
use pgrx::callconv::{Arg, ArgAbi, BoxRet, FcInfo};
use pgrx::datum::Datum;
use pgrx::prelude::*;

use super::argument::raw;
use super::error::raise;
use super::memory::ServerMemory;
use super::sql_type::sql_type_named;
use super::varlena::{ByteaBuilder, bytes_of};

/// The movements of a customer, packed: a SQL type that nobody but this library can make values of.
pub struct PackedMovements<'a>(&'a [u8]);

impl<'a> PackedMovements<'a> {
    pub fn bytes(&self) -> &'a [u8] {
        self.0
    }
}

sql_type_named!(PackedMovements<'_>, PackedMovements, "saas_metrics.packed_movements");

// SAFETY: the SQL type is laid out as a bytea, whose bytes live as long as the call.
unsafe impl<'fcx> ArgAbi<'fcx> for PackedMovements<'fcx> {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: a datum passes through unread, and this one is laid out so.
        unsafe { PackedMovements(bytes_of(raw(arg))) }
    }
}

/// Packed movements to be filled, in the memory of the current call.
pub struct PackedMovementsBuilder(ByteaBuilder);

impl PackedMovementsBuilder {
    pub fn new() -> Self {
        PackedMovementsBuilder(ByteaBuilder::new())
    }

    pub fn buffer(&mut self) -> &mut Vec<u8, ServerMemory> {
        self.0.buffer()
    }
}

sql_type_named!(PackedMovementsBuilder, PackedMovementsBuilder, "saas_metrics.packed_movements");

// SAFETY: laid out as a bytea.
unsafe impl BoxRet for PackedMovementsBuilder {
    unsafe fn box_into<'fcx>(mut self, fcinfo: &mut FcInfo<'fcx>) -> Datum<'fcx> {
        /// Of any value of the server.
        const MAX_BYTES: usize = (1 << 30) - 1;
        if self.buffer().len() > MAX_BYTES {
            raise(
                PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                "the movements of one customer exceed 1 GB".to_owned(),
                "Correct the rows of the customer who has so many.",
            );
        }
        // SAFETY: see above.
        unsafe { self.0.box_into(fcinfo) }
    }
}

/// Refuses text: nobody can write down such a value.
#[pg_extern(immutable, strict, parallel_safe)]
fn packed_movements_in(_text: &CStr) -> PackedMovementsBuilder {
    raise(
        PgSqlErrorCode::ERRCODE_FEATURE_NOT_SUPPORTED,
        "a value of type saas_metrics.packed_movements cannot be given".to_owned(),
        "The aggregate saas_metrics.ledger_movements makes them.",
    )
}
