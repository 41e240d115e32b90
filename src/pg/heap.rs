use std::cell::RefCell;

use allocator_api2::vec::Vec;
use pgrx::prelude::*;
use pgrx::{PgTupleDesc, pg_sys};

use super::call::{Call, Kept};
use super::error::{check_for_interrupts, raise, raise_other_version};
use super::memory::ServerMemory;
use super::row::{RowType, Value};

/// How many rows are written at once.
const AT_ONCE: usize = 64;

/// A table that rows are appended to many at once, as COPY does. Nothing else happens to them: it has
/// no index, no trigger and no constraint to check.
pub struct Heap {
    relation: pg_sys::Oid,
    row_type: RowType,
    /// By column of the table, its place among those that are given.
    places: Vec<usize, ServerMemory>,
    slots: RefCell<Vec<*mut pg_sys::TupleTableSlot, ServerMemory>>,
    memory: ServerMemory,
}

impl Heap {
    /// The table of this call, with the names of the columns that rows are given by.
    pub fn of(call: Call, relation: pg_sys::Oid, columns: &[&str]) -> Kept<Heap> {
        call.kept(
            |it: &Heap| it.relation == relation,
            |memory| Heap::new(relation, columns, memory),
        )
    }

    fn new(relation: pg_sys::Oid, columns: &[&str], memory: ServerMemory) -> Heap {
        let open = open(relation);
        // SAFETY: the table is open; its description is copied, and each slot gets the copy.
        unsafe {
            let known = PgTupleDesc::from_pg_copy((*open).rd_att);
            let row_type = RowType::described(&known, memory);
            let place = |name: &str| columns.iter().position(|it| *it == name);
            let mut places = Vec::with_capacity_in(known.len(), memory);
            places.extend(
                known.iter().map(|it| place(it.name()).unwrap_or_else(|| raise_other_version())),
            );
            let mut slots = Vec::with_capacity_in(AT_ONCE, memory);
            memory.work(|| {
                slots.extend((0..AT_ONCE).map(|_| {
                    pg_sys::MakeSingleTupleTableSlot(row_type.description, &pg_sys::TTSOpsHeapTuple)
                }));
            });
            pg_sys::table_close(open, pg_sys::NoLock as pg_sys::LOCKMODE);
            Heap { relation, row_type, places, slots: RefCell::new(slots), memory }
        }
    }

    /// Appends rows; returns how many.
    pub fn append<const N: usize>(&self, give: impl FnOnce(&mut dyn FnMut([Value; N]))) -> i64 {
        let relation = open(self.relation);
        let slots = &mut *self.slots.borrow_mut();
        let (mut count, mut ready) = (0, 0);
        give(&mut |row| {
            self.row_type.with_datums(&self.in_order(row), |description, values, nulls| {
                // SAFETY: the values are what the description says; the tuple copies them. It is in
                // the memory of the slot, which frees it before it takes another.
                unsafe {
                    let (values, nulls) = (values.as_mut_ptr(), nulls.as_mut_ptr());
                    let form = || pg_sys::heap_form_tuple(description, values, nulls);
                    pg_sys::ExecStoreHeapTuple(self.memory.work(form), slots[ready], true);
                }
            });
            (count, ready) = (count + 1, ready + 1);
            if ready == AT_ONCE {
                write(relation, &mut slots[..ready]);
                ready = 0;
            }
        });
        write(relation, &mut slots[..ready]);
        // SAFETY: the table is open; its lock is kept to the end of the transaction.
        unsafe { pg_sys::table_close(relation, pg_sys::NoLock as pg_sys::LOCKMODE) };
        count
    }

    fn in_order<'a, const N: usize>(&self, row: [Value<'a>; N]) -> [Value<'a>; N] {
        if self.places.len() != N {
            raise_other_version();
        }
        std::array::from_fn(|column| row[self.places[column]])
    }
}

/// Writes what the slots hold.
fn write(relation: pg_sys::Relation, slots: &mut [*mut pg_sys::TupleTableSlot]) {
    check_for_interrupts();
    if slots.is_empty() {
        return;
    }
    // SAFETY: the table is open for writing, and the slots hold rows of it.
    unsafe {
        let command = pg_sys::GetCurrentCommandId(true);
        let (count, no_state) = (slots.len() as i32, std::ptr::null_mut());
        pg_sys::heap_multi_insert(relation, slots.as_mut_ptr(), count, command, 0, no_state);
    }
}

/// Opens a table for writing by the rights of the current user.
fn open(relation: pg_sys::Oid) -> pg_sys::Relation {
    // SAFETY: the server refuses what is no relation; what is open is described.
    unsafe {
        let open = pg_sys::table_open(relation, pg_sys::RowExclusiveLock as pg_sys::LOCKMODE);
        let (class, constraints) = ((*open).rd_rel, (*(*open).rd_att).constr);
        let may =
            pg_sys::pg_class_aclcheck(relation, pg_sys::GetUserId(), pg_sys::ACL_INSERT.into());
        if may != pg_sys::AclResult::ACLCHECK_OK {
            let table = pg_sys::ObjectType::OBJECT_TABLE;
            pg_sys::aclcheck_error(may, table, (*class).relname.data.as_ptr());
        }
        let plain = (*class).relkind == pg_sys::RELKIND_RELATION as std::ffi::c_char
            && (*class).relam == pg_sys::HEAP_TABLE_AM_OID
            && !(*class).relforcerowsecurity
            && (*open).trigdesc.is_null()
            && (constraints.is_null() || (*constraints).num_check == 0)
            && pg_sys::RelationGetIndexList(open).is_null();
        if !plain {
            raise(
                PgSqlErrorCode::ERRCODE_WRONG_OBJECT_TYPE,
                "the table has an index, a trigger or a constraint".to_owned(),
                "Use INSERT.",
            );
        }
        open
    }
}
