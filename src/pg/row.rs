use std::mem::MaybeUninit;

use allocator_api2::vec::Vec;
use pgrx::callconv::{BoxRet, FcInfo};
use pgrx::datum::Datum;
use pgrx::{PgTupleDesc, pg_sys};
use saas_metrics_engine::calendar::Day;
use saas_metrics_engine::decimal::Decimal;

use super::call::{Call, Kept};
use super::error::{check_for_interrupts, raise_other_version};
use super::memory::ServerMemory;
use super::numeric::{Encoded, Numeric};
use super::sql_type::sql_type_named;
use super::time::{Instant, Interval};

/// How many rows of a result may be made before the statement can be cancelled.
const ROWS_BETWEEN_CHECKS: usize = 1 << 12;

/// The value of a column of a result.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    Boolean(bool),
    Count(i64),
    Date(Day),
    Decimal(Decimal),
    Instant(Instant),
    Integer(i32),
    Interval(Interval),
    Null,
    Numeric(Numeric<'a>),
    Small(i16),
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

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(text: &'a [u8]) -> Self {
        Value::Text(text)
    }
}

impl From<Decimal> for Value<'_> {
    fn from(amount: Decimal) -> Self {
        Value::Decimal(amount)
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
            Value::Instant(_) => column == pg_sys::TIMESTAMPTZOID,
            Value::Integer(_) => column == pg_sys::INT4OID,
            Value::Interval(_) => column == pg_sys::INTERVALOID,
            Value::Null => true,
            Value::Small(_) => column == pg_sys::INT2OID,
            Value::Text(_) => column == pg_sys::TEXTOID,
        }
    }

    /// What is passed by reference is put into the room.
    fn datum(&self, room: &mut Room) -> pg_sys::Datum {
        match *self {
            Value::Boolean(value) => pg_sys::Datum::from(value),
            Value::Count(value) => pg_sys::Datum::from(value),
            Value::Date(day) => pg_sys::Datum::from(day.0),
            Value::Decimal(value) => room.put(Encoded::from(value).bytes()),
            Value::Instant(value) => pg_sys::Datum::from(value.0),
            Value::Integer(value) => pg_sys::Datum::from(value),
            Value::Interval(value) => room.put(&value.bytes()),
            Value::Null => pg_sys::Datum::null(),
            Value::Numeric(value) => value.datum(),
            Value::Small(value) => pg_sys::Datum::from(value),
            Value::Text(value) => room.put_text(value),
        }
    }
}

/// Room for the values of one row, until the row is formed.
struct Room {
    words: [MaybeUninit<u64>; Room::WORDS],
    used: usize,
}

impl Room {
    const WORDS: usize = 256;

    fn new() -> Self {
        Room { words: [MaybeUninit::uninit(); Room::WORDS], used: 0 }
    }

    /// Aligned as the server aligns its memory, of which it is when there is no more room.
    fn take(&mut self, bytes: usize) -> *mut u8 {
        let words = bytes.div_ceil(size_of::<u64>());
        if words > Room::WORDS - self.used {
            let more: Vec<u64, _> = Vec::with_capacity_in(words, ServerMemory::of_call());
            return more.leak().as_mut_ptr().cast();
        }
        let start = self.words[self.used..].as_mut_ptr();
        self.used += words;
        start.cast()
    }

    fn put(&mut self, bytes: &[u8]) -> pg_sys::Datum {
        let place = self.take(bytes.len());
        // SAFETY: the place is as large, and new.
        unsafe { place.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        pg_sys::Datum::from(place)
    }

    fn put_text(&mut self, text: &[u8]) -> pg_sys::Datum {
        const HEADER: usize = size_of::<u32>();
        let place = self.take(HEADER + text.len());
        // SAFETY: as above; a text of the server is below 1 GB, as its header can tell.
        unsafe {
            pgrx::varlena::set_varsize_4b(place.cast(), (HEADER + text.len()) as i32);
            place.add(HEADER).copy_from_nonoverlapping(text.as_ptr(), text.len());
        }
        pg_sys::Datum::from(place)
    }
}

/// How many columns a row can have here.
const MAX_COLUMNS: usize = 64;

/// A row that is filled column by column.
pub struct Filling<'r> {
    row_type: &'r RowType,
    values: [pg_sys::Datum; MAX_COLUMNS],
    nulls: [bool; MAX_COLUMNS],
    room: Room,
    filled: usize,
    fits: bool,
}

impl Filling<'_> {
    /// NULL for so many columns.
    pub fn put_nulls(&mut self, count: usize) {
        (0..count).for_each(|_| self.put(Value::Null));
    }

    /// The value of the next column.
    #[inline]
    pub fn put(&mut self, value: Value) {
        let place = self.filled;
        let column = self.row_type.columns.get(place);
        self.fits &= place < MAX_COLUMNS && column.is_some_and(|it| value.is_of(*it));
        if self.fits {
            self.nulls[place] = matches!(value, Value::Null);
            self.values[place] = value.datum(&mut self.room);
            self.filled += 1;
        }
    }
}

/// A composite type that rows of a result are made of.
pub(super) struct RowType {
    oid: pg_sys::Oid,
    columns: Vec<pg_sys::Oid, ServerMemory>,
    /// A copy that nobody releases but with the memory it is in.
    description: pg_sys::TupleDesc,
}

impl RowType {
    /// The type of the rows that a call returns: itself, or the elements of an array.
    pub(super) fn of(call: Call) -> Kept<RowType> {
        call.kept(
            |_: &RowType| true,
            |memory| {
                let result = call.result_type();
                // SAFETY: the server looks types up, and raises an error if one is not composite;
                // the guard releases what it found.
                unsafe {
                    let element = pg_sys::get_element_type(result);
                    let oid = if element == pg_sys::InvalidOid { result } else { element };
                    let known = PgTupleDesc::from_pg(pg_sys::lookup_rowtype_tupdesc(oid, -1));
                    let mut columns = Vec::with_capacity_in(known.len(), memory);
                    columns.extend(known.iter().map(|it| it.atttypid));
                    let description = memory.work(|| pg_sys::CreateTupleDescCopy(known.as_ptr()));
                    RowType { oid, columns, description }
                }
            },
        )
    }

    /// Gives the values of a row as the server takes them, and which are NULL. Refuses those that
    /// are not what the type's columns are: the script of another version may have made it.
    pub(super) fn with_datums<T>(
        &self,
        fill: impl FnOnce(&mut Filling),
        take: impl FnOnce(pg_sys::TupleDesc, &mut [pg_sys::Datum], &mut [bool]) -> T,
    ) -> T {
        let mut filling = Filling {
            row_type: self,
            values: [pg_sys::Datum::null(); MAX_COLUMNS],
            nulls: [false; MAX_COLUMNS],
            room: Room::new(),
            filled: 0,
            fits: true,
        };
        fill(&mut filling);
        if !filling.fits || filling.filled != self.columns.len() {
            raise_other_version();
        }
        take(self.description, &mut filling.values, &mut filling.nulls)
    }

    fn form<const N: usize>(&self, row: &[Value; N]) -> pg_sys::Datum {
        let fill = |filling: &mut Filling| row.iter().for_each(|value| filling.put(*value));
        self.with_datums(fill, |description, values, nulls| {
            // SAFETY: the values are what the description says; the tuple is in the memory of the
            // call, copies them, and names its type in its header.
            unsafe {
                let tuple =
                    pg_sys::heap_form_tuple(description, values.as_mut_ptr(), nulls.as_mut_ptr());
                pg_sys::HeapTupleHeaderGetDatum((*tuple).t_data)
            }
        })
    }
}

/// A row as the result of a function.
pub struct Row(pg_sys::Datum);

impl Row {
    pub fn new<const N: usize>(call: Call, values: [Value; N]) -> Row {
        Row(RowType::of(call).form(&values))
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
    row_type: Kept<RowType>,
    rows: Vec<pg_sys::Datum, ServerMemory>,
}

impl RowsBuilder {
    pub fn new(call: Call) -> Self {
        RowsBuilder { row_type: RowType::of(call), rows: Vec::new_in(ServerMemory::of_call()) }
    }

    pub fn push<const N: usize>(&mut self, row: [Value; N]) {
        if self.rows.len().is_multiple_of(ROWS_BETWEEN_CHECKS) {
            check_for_interrupts();
        }
        self.rows.push(self.row_type.form(&row));
    }

    pub fn finish(mut self) -> Rows {
        // SAFETY: composite values are of variable length (-1), passed by reference and aligned
        // as doubles; the server copies them.
        let array = unsafe {
            pg_sys::construct_array(
                self.rows.as_mut_ptr(),
                self.rows.len() as i32,
                self.row_type.oid,
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
