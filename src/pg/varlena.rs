use allocator_api2::vec::Vec;
use pgrx::callconv::{Arg, ArgAbi, BoxRet, FcInfo};
use pgrx::datum::Datum;
use pgrx::{pg_sys, varlena};

use super::argument::raw;
use super::memory::ServerMemory;
use super::sql_type::sql_type_named;

/// The bytes of a value of variable length, however it is stored.
///
/// # Safety
/// The datum must be such a value, not NULL, and outlive `'a`.
pub unsafe fn bytes_of<'a>(datum: pg_sys::Datum) -> &'a [u8] {
    let value = datum.cast_mut_ptr::<pg_sys::varlena>();
    // SAFETY: the header, at the pointer, tells whether the value is stored elsewhere or
    // compressed; then the server makes a plain copy that lives as long as the call.
    unsafe {
        let plain = varlena::varatt_is_4b_u(value)
            || (varlena::varatt_is_1b(value) && !varlena::varatt_is_1b_e(value));
        let value = if plain { value } else { pg_sys::pg_detoast_datum_packed(value) };
        varlena::varlena_to_byte_slice(value)
    }
}

/// The room that the header of a value takes.
const HEADER: usize = size_of::<u32>();

/// A bytea.
pub struct Bytea<'a>(&'a [u8]);

impl<'a> Bytea<'a> {
    pub fn bytes(&self) -> &'a [u8] {
        self.0
    }
}

sql_type_named!(Bytea<'_>, Bytea, "bytea");

// SAFETY: the SQL type is bytea, whose bytes live as long as the call.
unsafe impl<'fcx> ArgAbi<'fcx> for Bytea<'fcx> {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: a datum passes through unread, and this one is a bytea.
        unsafe { Bytea(bytes_of(raw(arg))) }
    }
}

/// A text, in the encoding of the database.
pub struct Text<'a>(&'a [u8]);

impl<'a> Text<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Text(bytes)
    }

    pub fn bytes(&self) -> &'a [u8] {
        self.0
    }
}

sql_type_named!(Text<'_>, Text, "text");

// SAFETY: the SQL type is text, whose bytes live as long as the call.
unsafe impl<'fcx> ArgAbi<'fcx> for Text<'fcx> {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: a datum passes through unread, and this one is a text.
        unsafe { Text(bytes_of(raw(arg))) }
    }
}

// SAFETY: a copy with a header, in the memory of the call.
unsafe impl BoxRet for Text<'_> {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> Datum<'fcx> {
        let mut copy = ByteaBuilder::new();
        copy.buffer().extend_from_slice(self.0);
        // SAFETY: a text is laid out as a bytea; a part of one that the server holds is below 1 GB.
        unsafe { copy.box_into(fcinfo) }
    }
}

/// A bytea to be filled, in the memory of the current call.
pub struct ByteaBuilder(Vec<u8, ServerMemory>);

impl ByteaBuilder {
    pub fn new() -> Self {
        let mut bytes = Vec::new_in(ServerMemory::of_call());
        bytes.extend_from_slice(&[0; HEADER]);
        ByteaBuilder(bytes)
    }

    pub fn buffer(&mut self) -> &mut Vec<u8, ServerMemory> {
        &mut self.0
    }
}

sql_type_named!(ByteaBuilder, ByteaBuilder, "bytea");

// SAFETY: the buffer begins with room for the header, which is written here.
unsafe impl BoxRet for ByteaBuilder {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> Datum<'fcx> {
        let bytes = self.0.leak();
        let value = bytes.as_mut_ptr().cast();
        // SAFETY: the engine keeps a run below 1 GB, so the length fits the header.
        unsafe {
            varlena::set_varsize_4b(value, bytes.len() as i32);
            fcinfo.return_raw_datum(pg_sys::Datum::from(value))
        }
    }
}
