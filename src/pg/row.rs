use allocator_api2::vec::Vec;
use pgrx::callconv::{BoxRet, FcInfo};
use pgrx::datum::Datum;
use pgrx::prelude::*;
use pgrx::{PgTupleDesc, pg_sys};
use saas_metrics_engine::calendar::Day;
use saas_metrics_engine::decimal::Decimal;

use super::call::Call;
use super::error::raise;
use super::memory::ServerMemory;
use super::numeric::Numeric;
use super::sql_type::sql_type_named;

/// The value of a column of a result.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    Boolean(bool),
    Count(i64),
    Date(Day),
    Decimal(Decimal),
    Numeric(Numeric<'a>),
}

impl Value<'_> {
    fn type_of(&self) -> pg_sys::Oid {
        match self {
            Value::Boolean(_) => pg_sys::BOOLOID,
            Value::Count(_) => pg_sys::INT8OID,
            Value::Date(_) => pg_sys::DATEOID,
            Value::Decimal(_) | Value::Numeric(_) => pg_sys::NUMERICOID,
        }
    }

    fn datum(self) -> pg_sys::Datum {
        match self {
            Value::Boolean(value) => pg_sys::Datum::from(value),
            Value::Count(value) => pg_sys::Datum::from(value),
            Value::Date(day) => pg_sys::Datum::from(day.0),
            Value::Decimal(value) => Numeric::from(value).datum(),
            Value::Numeric(value) => value.datum(),
        }
    }
}

/// A composite type that rows of a result are made of.
struct RowType(PgTupleDesc<'static>);

impl RowType {
    fn of(composite: pg_sys::Oid) -> Self {
        // SAFETY: the server looks the type up and raises an error if it is not composite; the
        // description is released when this is dropped.
        RowType(unsafe { PgTupleDesc::from_pg(pg_sys::lookup_rowtype_tupdesc(composite, -1)) })
    }

    /// Refuses values that are not what the type's columns are: the script of another version may
    /// have made it.
    fn check<const N: usize>(&self, row: &[Value; N]) {
        let same = self.0.len() == N
            && self.0.iter().zip(row).all(|(column, value)| column.atttypid == value.type_of());
        if !same {
            raise(
                PgSqlErrorCode::ERRCODE_DATATYPE_MISMATCH,
                "the library and the SQL objects of saas_metrics are of different versions"
                    .to_owned(),
                "Run ALTER EXTENSION saas_metrics UPDATE.",
            );
        }
    }

    fn form<const N: usize>(&self, row: &[Value; N]) -> pg_sys::Datum {
        let mut values = row.map(Value::datum);
        let mut nulls = [false; N];
        // SAFETY: `check` has compared the values with the columns; the tuple is in the memory of
        // the call, and its header names its type.
        unsafe {
            let description = (&raw const **self.0).cast_mut();
            let tuple =
                pg_sys::heap_form_tuple(description, values.as_mut_ptr(), nulls.as_mut_ptr());
            pg_sys::HeapTupleHeaderGetDatum((*tuple).t_data)
        }
    }
}

/// A row as the result of a function.
pub struct Row(pg_sys::Datum);

impl Row {
    pub fn new<const N: usize>(call: Call, values: [Value; N]) -> Row {
        let row_type = RowType::of(call.result_type());
        row_type.check(&values);
        Row(row_type.form(&values))
    }
}

sql_type_named!(Row, Row, "record");

// SAFETY: the datum was formed in the memory of the call, of the type that the caller expects.
unsafe impl BoxRet for Row {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> Datum<'fcx> {
        // SAFETY: see above.
        unsafe { fcinfo.return_raw_datum(self.0) }
    }
}

/// An array of rows as the result of a function.
pub struct Rows(pg_sys::Datum);

impl Rows {
    pub fn new<const N: usize>(
        call: Call,
        rows: impl Iterator<Item = [Value<'static>; N]>,
    ) -> Rows {
        // SAFETY: the server looks the type up.
        let element = unsafe { pg_sys::get_element_type(call.result_type()) };
        let row_type = RowType::of(element);
        let mut datums = Vec::new_in(ServerMemory::of_call());
        for row in rows {
            row_type.check(&row);
            datums.push(row_type.form(&row));
        }
        // SAFETY: composite values are of variable length (-1), passed by reference and aligned
        // as doubles; the server copies them.
        let array = unsafe {
            pg_sys::construct_array(
                datums.as_mut_ptr(),
                datums.len() as i32,
                element,
                -1,
                false,
                pg_sys::TYPALIGN_DOUBLE as std::ffi::c_char,
            )
        };
        Rows(pg_sys::Datum::from(array))
    }
}

sql_type_named!(Rows, Rows, "record[]");

// SAFETY: as for `Row`.
unsafe impl BoxRet for Rows {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> Datum<'fcx> {
        // SAFETY: see above.
        unsafe { fcinfo.return_raw_datum(self.0) }
    }
}
