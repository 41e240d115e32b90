use allocator_api2::vec::Vec;
use pgrx::callconv::{BoxRet, FcInfo};
use pgrx::datum::Datum;
use pgrx::prelude::*;
use pgrx::{PgTupleDesc, pg_sys};
use saas_metrics_engine::calendar::Day;
use saas_metrics_engine::decimal::Decimal;

use super::call::Call;
use super::error::{check_for_interrupts, raise};
use super::memory::{Scratch, ServerMemory};
use super::numeric::Numeric;
use super::sql_type::sql_type_named;
use super::time::Interval;

/// How many rows of a result may be made before the statement can be cancelled.
const ROWS_BETWEEN_CHECKS: usize = 1 << 12;

/// The value of a column of a result.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    Boolean(bool),
    Count(i64),
    Date(Day),
    Decimal(Decimal),
    Interval(Interval),
    Null,
    Numeric(Numeric<'a>),
    Text(&'a [u8]),
}

impl<'a, T: Into<Value<'a>>> From<Option<T>> for Value<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, T::into)
    }
}

impl From<Day> for Value<'_> {
    fn from(day: Day) -> Self {
        Value::Date(day)
    }
}

impl From<Interval> for Value<'_> {
    fn from(interval: Interval) -> Self {
        Value::Interval(interval)
    }
}

impl<'a> From<Numeric<'a>> for Value<'a> {
    fn from(number: Numeric<'a>) -> Self {
        Value::Numeric(number)
    }
}

impl Value<'_> {
    fn is_of(&self, column: pg_sys::Oid) -> bool {
        match self {
            Value::Boolean(_) => column == pg_sys::BOOLOID,
            Value::Count(_) => column == pg_sys::INT8OID,
            Value::Date(_) => column == pg_sys::DATEOID,
            Value::Decimal(_) | Value::Numeric(_) => column == pg_sys::NUMERICOID,
            Value::Interval(_) => column == pg_sys::INTERVALOID,
            Value::Null => true,
            Value::Text(_) => column == pg_sys::TEXTOID,
        }
    }

    fn datum(self) -> pg_sys::Datum {
        match self {
            Value::Boolean(value) => pg_sys::Datum::from(value),
            Value::Count(value) => pg_sys::Datum::from(value),
            Value::Date(day) => pg_sys::Datum::from(day.0),
            Value::Decimal(value) => Numeric::from(value).datum(),
            Value::Interval(value) => value.datum(),
            Value::Null => pg_sys::Datum::null(),
            Value::Numeric(value) => value.datum(),
            Value::Text(value) => text_datum(value),
        }
    }
}

/// A text in the memory of the current call.
fn text_datum(text: &[u8]) -> pg_sys::Datum {
    // SAFETY: the server copies as many bytes as it is told.
    let text = unsafe { pg_sys::cstring_to_text_with_len(text.as_ptr().cast(), text.len() as i32) };
    pg_sys::Datum::from(text)
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
            && self.0.iter().zip(row).all(|(column, value)| value.is_of(column.atttypid));
        if !same {
            raise(
                PgSqlErrorCode::ERRCODE_DATATYPE_MISMATCH,
                "the library and the SQL objects of saas_metrics are of different versions"
                    .to_owned(),
                "Run ALTER EXTENSION saas_metrics UPDATE.",
            );
        }
    }

    fn form<const N: usize>(&self, (mut values, mut nulls): Columns<N>) -> pg_sys::Datum {
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

/// Values as the server takes them, and which are NULL.
type Columns<const N: usize> = ([pg_sys::Datum; N], [bool; N]);

fn columns<const N: usize>(row: [Value; N]) -> Columns<N> {
    (row.map(Value::datum), row.map(|value| matches!(value, Value::Null)))
}

/// A row as the result of a function.
pub struct Row(pg_sys::Datum);

impl Row {
    pub fn new<const N: usize>(call: Call, values: [Value; N]) -> Row {
        let row_type = RowType::of(call.result_type());
        row_type.check(&values);
        Row(row_type.form(columns(values)))
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

/// The rows of a result, added one by one.
pub struct RowsBuilder {
    row_type: RowType,
    element: pg_sys::Oid,
    rows: Vec<pg_sys::Datum, ServerMemory>,
    /// For what is needed only until a row is formed.
    scratch: Scratch,
}

impl RowsBuilder {
    pub fn new(call: Call) -> Self {
        // SAFETY: the server looks the type up.
        let element = unsafe { pg_sys::get_element_type(call.result_type()) };
        RowsBuilder {
            row_type: RowType::of(element),
            element,
            rows: Vec::new_in(ServerMemory::of_call()),
            scratch: Scratch::new(),
        }
    }

    pub fn push<'a, const N: usize>(&mut self, row: impl FnOnce() -> [Value<'a>; N]) {
        if self.rows.len().is_multiple_of(ROWS_BETWEEN_CHECKS) {
            check_for_interrupts();
        }
        let columns = self.scratch.work(|| {
            let row = row();
            self.row_type.check(&row);
            columns(row)
        });
        self.rows.push(self.row_type.form(columns));
        // SAFETY: the row has copied its values.
        unsafe { self.scratch.clear() }
    }

    pub fn finish(mut self) -> Rows {
        // SAFETY: composite values are of variable length (-1), passed by reference and aligned
        // as doubles; the server copies them.
        let array = unsafe {
            pg_sys::construct_array(
                self.rows.as_mut_ptr(),
                self.rows.len() as i32,
                self.element,
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
