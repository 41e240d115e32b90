use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use allocator_api2::boxed::Box;
use pgrx::callconv::{Arg, ArgAbi, BoxRet, FcInfo};
use pgrx::datum::Datum;
use pgrx::nullable::Nullable;
use pgrx::pg_sys;

use super::argument::raw;
use super::memory::ServerMemory;
use super::sql_type::sql_type;

/// What an aggregate keeps of the rows it has seen. It lives in the server's memory and goes with
/// it, so nothing in it may need dropping.
pub struct State<T>(NonNull<T>);

impl<T> State<T> {
    pub fn new_in(value: T, memory: ServerMemory) -> Self {
        State(NonNull::from(Box::leak(Box::new_in(value, memory))))
    }
}

impl<T> Deref for State<T> {
    type Target = T;
    fn deref(&self) -> &T {
        // SAFETY: the server passes on the pointer that `new_in` made, and each call has it alone.
        unsafe { self.0.as_ref() }
    }
}

impl<T> DerefMut for State<T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above.
        unsafe { self.0.as_mut() }
    }
}

sql_type!(
    <T> State<T>,
    State,
    pgrx::pgrx_sql_entity_graph::metadata::SqlMappingRef::literal("internal")
);

// SAFETY: the SQL type is internal: no SQL value can stand for it but NULL, so a pointer is one
// that the same aggregate returned.
unsafe impl<'fcx, T> ArgAbi<'fcx> for State<T> {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: a datum passes through unread, and this one is not NULL.
        unsafe { State(NonNull::new_unchecked(raw(arg).cast_mut_ptr())) }
    }

    unsafe fn unbox_nullable_arg(arg: Arg<'_, 'fcx>) -> Nullable<Self> {
        if arg.is_null() {
            return Nullable::Null;
        }
        // SAFETY: as above; a null pointer is no state.
        match NonNull::new(unsafe { raw(arg) }.cast_mut_ptr()) {
            Some(state) => Nullable::Valid(State(state)),
            None => Nullable::Null,
        }
    }
}

// SAFETY: the SQL type is internal, a pointer passed by value.
unsafe impl<T> BoxRet for State<T> {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> Datum<'fcx> {
        // SAFETY: as above.
        unsafe { fcinfo.return_raw_datum(pg_sys::Datum::from(self.0.as_ptr())) }
    }
}

/// The second argument of a deserialize function, which says nothing.
pub struct Unused<'fcx>(PhantomData<&'fcx ()>);

sql_type!(
    Unused<'_>,
    Unused,
    pgrx::pgrx_sql_entity_graph::metadata::SqlMappingRef::literal("internal")
);

// SAFETY: the datum is not read.
unsafe impl<'fcx> ArgAbi<'fcx> for Unused<'fcx> {
    unsafe fn unbox_arg_unchecked(_: Arg<'_, 'fcx>) -> Self {
        Unused(PhantomData)
    }
}
