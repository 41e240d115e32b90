use std::marker::PhantomData;

use allocator_api2::vec::Vec;
use pgrx::callconv::{Arg, ArgAbi};
use pgrx::pg_sys;

use super::argument::raw;
use super::memory::ServerMemory;
use super::numeric::Numeric;
use super::sql_type::sql_type_named;
use super::varlena::bytes_of;

/// An array of texts.
#[derive(Clone, Copy)]
pub struct TextArray<'a> {
    datum: pg_sys::Datum,
    lifetime: PhantomData<&'a ()>,
}

sql_type_named!(TextArray<'_>, TextArray, "text[]");

// SAFETY: the SQL type is text[], which lives as long as the call.
unsafe impl<'fcx> ArgAbi<'fcx> for TextArray<'fcx> {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: a datum passes through unread, and this one is a text[].
        TextArray { datum: unsafe { raw(arg) }, lifetime: PhantomData }
    }
}

impl<'a> TextArray<'a> {
    /// The whole array as bytes: equal bytes are equal arrays.
    pub fn bytes(&self) -> &'a [u8] {
        // SAFETY: the datum is an array, a value of variable length, by construction.
        unsafe { bytes_of(self.datum) }
    }

    /// How many dimensions there are; an empty array has none.
    pub fn dimensions(&self) -> i32 {
        self.bytes().first_chunk().map_or(0, |it| i32::from_ne_bytes(*it))
    }

    /// The elements, NULLs as None.
    pub fn elements(&self) -> impl Iterator<Item = Option<&'a [u8]>> {
        // SAFETY: an array of texts, whose elements live as long as it does.
        let elements = unsafe { elements_of(self.datum, pg_sys::TEXTOID) };
        // SAFETY: an element that is not NULL is a text.
        elements.into_iter().map(|element| element.map(|it| unsafe { bytes_of(it) }))
    }
}

/// An array of numbers.
pub struct NumericArray<'a> {
    datum: pg_sys::Datum,
    lifetime: PhantomData<&'a ()>,
}

sql_type_named!(NumericArray<'_>, NumericArray, "numeric[]");

// SAFETY: the SQL type is numeric[], which lives as long as the call.
unsafe impl<'fcx> ArgAbi<'fcx> for NumericArray<'fcx> {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: a datum passes through unread, and this one is a numeric[].
        NumericArray { datum: unsafe { raw(arg) }, lifetime: PhantomData }
    }
}

impl<'a> NumericArray<'a> {
    /// The elements of all dimensions, NULLs as None.
    pub fn elements(&self) -> impl Iterator<Item = Option<Numeric<'a>>> {
        // SAFETY: an array of numerics, whose elements live as long as it does.
        let elements = unsafe { elements_of(self.datum, pg_sys::NUMERICOID) };
        // SAFETY: an element that is not NULL is a numeric.
        elements.into_iter().map(|element| element.map(|it| unsafe { Numeric::of_datum(it) }))
    }
}

/// The elements of an array.
///
/// # Safety
/// The datum must be an array of this type, which must be of variable length and aligned as
/// integers, as texts and numerics are.
pub(super) unsafe fn elements_of(
    array: pg_sys::Datum,
    element: pg_sys::Oid,
) -> Vec<Option<pg_sys::Datum>, ServerMemory> {
    let (mut values, mut nulls, mut count) = (std::ptr::null_mut(), std::ptr::null_mut(), 0);
    let mut elements = Vec::new_in(ServerMemory::of_call());
    // SAFETY: by the contract; the server allocates two lists of `count` entries.
    unsafe {
        pg_sys::deconstruct_array(
            pg_sys::pg_detoast_datum(array.cast_mut_ptr()).cast(),
            element,
            -1,
            false,
            pg_sys::TYPALIGN_INT as std::ffi::c_char,
            &mut values,
            &mut nulls,
            &mut count,
        );
        let count = usize::try_from(count).unwrap_or(0);
        elements.extend((0..count).map(|it| (!*nulls.add(it)).then(|| *values.add(it))));
    }
    elements
}
