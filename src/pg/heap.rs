use allocator_api2::vec::Vec;
use pgrx::prelude::*;
use pgrx::{PgTupleDesc, pg_sys};

use super::call::{Call, Kept};
use super::error::{check_for_interrupts, raise, raise_other_version};
use super::memory::ServerMemory;
use super::row::{Filling, RowType};

/// How many rows are written at once.
const AT_ONCE: usize = 64;

/// A table that rows are appended to many at once, as COPY does. Nothing else happens to them: it has
/// no index, no trigger and no constraint to check.
pub struct Heap {
    relation: pg_sys::Oid,
    row_type: RowType,
    slots: Vec<*mut pg_sys::TupleTableSlot, ServerMemory>,
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
            let mut row_type = RowType::described(&known, memory);
            let place = |name: &str| known.iter().position(|it| it.name() == name);
            row_type.order.clear();
            row_type.order.extend(
                columns.iter().map(|it| place(it).unwrap_or_else(|| raise_other_version())),
            );
            let mut slots = Vec::with_capacity_in(AT_ONCE, memory);
            memory.work(|| {
                slots.extend((0..AT_ONCE).map(|_| {
                    pg_sys::MakeSingleTupleTableSlot(row_type.description, &pg_sys::TTSOpsHeapTuple)
                }));
            });
            pg_sys::table_close(open, pg_sys::NoLock as pg_sys::LOCKMODE);
            Heap { relation, row_type, slots, memory }
        }
    }

    /// Opens the table to append rows to it.
    pub fn open(&self) -> Appending<'_> {
        Appending { heap: self, relation: open(self.relation), ready: 0 }
    }
}

/// Rows that are appended one by one, their columns in the order in which they were named.
pub struct Appending<'h> {
    heap: &'h Heap,
    relation: pg_sys::Relation,
    ready: usize,
}

impl Appending<'_> {
    pub fn push(&mut self, fill: impl FnOnce(&mut Filling)) {
        let slot = self.heap.slots[self.ready];
        self.heap.row_type.with_datums(fill, |description, values, nulls| {
            // SAFETY: the values are what the description says; the tuple copies them. It is in the
            // memory of the slot, which frees it before it takes another.
            unsafe {
                let (values, nulls) = (values.as_mut_ptr(), nulls.as_mut_ptr());
                let form = || pg_sys::heap_form_tuple(description, values, nulls);
                pg_sys::ExecStoreHeapTuple(self.heap.memory.work(form), slot, true);
            }
        });
        self.ready += 1;
        if self.ready == AT_ONCE {
            self.write();
        }
    }

    /// Writes what the slots hold.
    fn write(&mut self) {
        check_for_interrupts();
        let mut slots = [std::ptr::null_mut(); AT_ONCE];
        slots.copy_from_slice(&self.heap.slots);
        // SAFETY: the table is open for writing, and so many slots hold rows of it.
        unsafe {
            let (command, no_state) = (pg_sys::GetCurrentCommandId(true), std::ptr::null_mut());
            let (slots, count) = (slots.as_mut_ptr(), self.ready as i32);
            pg_sys::heap_multi_insert(self.relation, slots, count, command, 0, no_state);
        }
        self.ready = 0;
    }

    /// Writes what is left to write.
    pub fn finish(mut self) {
        if self.ready > 0 {
            self.write();
        }
        // SAFETY: the table is open; its lock is kept to the end of the transaction.
        unsafe { pg_sys::table_close(self.relation, pg_sys::NoLock as pg_sys::LOCKMODE) };
    }
}

/// Opens a table for writing by the rights of the current user.
fn open(relation: pg_sys::Oid) -> pg_sys::Relation {
    // SAFETY: the server refuses what is no relation; what is open is described.
    unsafe {
        let open = pg_sys::table_open(relation, pg_sys::RowExclusiveLock as pg_sys::LOCKMODE);
        let (class, constraints) = ((*open).rd_rel, (*(*open).rd_att).constr);
        let may = pg_sys::pg_class_aclcheck(
            relation,
            pg_sys::GetUserId(),
            pg_sys::ACL_INSERT as pg_sys::AclMode,
        );
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
