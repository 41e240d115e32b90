use std::ffi::{CStr, c_char};

use pgrx::pg_sys;

use super::varlena::bytes_of;

/// A table that was found to be an ordinary one, open. Nothing is trusted for its name: the owner of a
/// schema can put anything there, and change it between two calls.
pub struct Table {
    relation: pg_sys::Relation,
    close_with: pg_sys::LOCKMODE,
}

/// How long a table stays locked.
#[derive(Clone, Copy, PartialEq)]
pub enum Lock {
    /// To the end of the transaction, for rows to be appended.
    Append,
    /// While it is open, for its rows to be read.
    Read,
}

impl Lock {
    fn mode(self) -> pg_sys::LOCKMODE {
        let mode = match self {
            Lock::Append => pg_sys::RowExclusiveLock,
            Lock::Read => pg_sys::AccessShareLock,
        };
        mode as pg_sys::LOCKMODE
    }
}

impl Table {
    /// An ordinary, permanent table without row security; none for anything else, be it an index or a
    /// type.
    pub fn open(relation: pg_sys::Oid, lock: Lock) -> Option<Table> {
        if relation == pg_sys::InvalidOid {
            return None;
        }
        // SAFETY: a relation that is gone is null; what is open is described.
        unsafe {
            let relation = pg_sys::try_relation_open(relation, lock.mode());
            if relation.is_null() {
                return None;
            }
            let close_with = match lock {
                Lock::Append => pg_sys::NoLock as pg_sys::LOCKMODE,
                Lock::Read => lock.mode(),
            };
            let table = Table { relation, close_with };
            let class = &*(*relation).rd_rel;
            let ordinary = class.relkind == pg_sys::RELKIND_RELATION as c_char
                && class.relam == pg_sys::HEAP_TABLE_AM_OID
                && class.relpersistence == pg_sys::RELPERSISTENCE_PERMANENT as c_char
                && !class.relispartition
                && !class.relrowsecurity
                && !class.relforcerowsecurity;
            ordinary.then_some(table)
        }
    }

    /// The table of a name in a schema. It is not waited for if it is not to be.
    pub fn named(schema: pg_sys::Oid, name: &CStr, wait: bool) -> Option<Table> {
        // SAFETY: the name is looked up; the lock that is taken here is given back once the table
        // has its own.
        unsafe {
            let relation = pg_sys::get_relname_relid(name.as_ptr(), schema);
            let mode = Lock::Read.mode();
            if wait || relation == pg_sys::InvalidOid {
                return Table::open(relation, Lock::Read);
            }
            if !pg_sys::ConditionalLockRelationOid(relation, mode) {
                return None;
            }
            let table = Table::open(relation, Lock::Read);
            pg_sys::UnlockRelationOid(relation, mode);
            table
        }
    }

    pub fn oid(&self) -> pg_sys::Oid {
        // SAFETY: the table is open.
        unsafe { (*self.relation).rd_id }
    }

    pub fn owner(&self) -> pg_sys::Oid {
        // SAFETY: the table is open.
        unsafe { (*(*self.relation).rd_rel).relowner }
    }

    pub fn schema(&self) -> pg_sys::Oid {
        // SAFETY: the table is open.
        unsafe { (*(*self.relation).rd_rel).relnamespace }
    }

    /// Whether the current user may read it.
    pub fn may_be_read(&self) -> bool {
        // SAFETY: the server looks the rights up.
        unsafe {
            let right = pg_sys::ACL_SELECT as pg_sys::AclMode;
            pg_sys::pg_class_aclcheck(self.oid(), pg_sys::GetUserId(), right)
                == pg_sys::AclResult::ACLCHECK_OK
        }
    }

    /// Whether a row can be appended without anything else to be done: no index, no trigger of
    /// INSERT, no rule, no constraint; and however large its values are.
    pub fn takes_rows(&self) -> bool {
        // SAFETY: the table is open; its description and rules are alive.
        unsafe {
            let constraints = (*(*self.relation).rd_att).constr;
            let unconstrained = constraints.is_null()
                || ((*constraints).num_check == 0
                    && !(*constraints).has_not_null
                    && !(*constraints).has_generated_stored);
            unconstrained
                && (*self.relation).rd_rules.is_null()
                && !(*self.relation).trigdesc.as_ref().is_some_and(fires_on_insert)
                && pg_sys::RelationGetIndexList(self.relation).is_null()
                && (0..self.column_count()).all(|place| self.stores_large_values(place))
        }
    }

    /// Whether a column, from 0 on, can store values of its type outside of the row, if the type has
    /// such.
    fn stores_large_values(&self, place: usize) -> bool {
        // SAFETY: the table is open and has the column; the server looks the type up.
        unsafe {
            let column = &*attribute((*self.relation).rd_att, place);
            let in_row = pg_sys::TYPSTORAGE_PLAIN as c_char;
            column.attlen != -1
                || column.attisdropped
                || column.attstorage != in_row
                || pg_sys::get_typstorage(column.atttypid) == in_row
        }
    }

    /// How many columns there are, dropped ones too.
    pub fn column_count(&self) -> usize {
        // SAFETY: the table is open.
        unsafe { usize::try_from((*(*self.relation).rd_att).natts).unwrap_or(0) }
    }

    /// The type of a column, from 1 on; `InvalidOid` of one that was dropped.
    pub fn column_type(&self, number: usize) -> pg_sys::Oid {
        // SAFETY: the server refuses numbers that there are not.
        unsafe { pg_sys::SPI_gettypeid((*self.relation).rd_att, number as i32) }
    }

    /// Whether it has just these columns, in this order.
    pub fn has_columns(&self, columns: &[(&CStr, pg_sys::Oid)]) -> bool {
        columns.len() == self.column_count()
            && columns.iter().zip(1..).all(|((name, of_type), number)| {
                // SAFETY: the server finds the column by its name.
                let found = unsafe { pg_sys::SPI_fnumber((*self.relation).rd_att, name.as_ptr()) };
                found == number && self.column_type(number as usize) == *of_type
            })
    }

    /// Calls with each row that the current user's statements see; it may end that.
    pub fn each_row(&self, mut see: impl FnMut(Row) -> bool) {
        // SAFETY: a scan without keys or index, by the rules of catalogs, of a table that is open.
        unsafe {
            let (index, snapshot, keys) =
                (pg_sys::InvalidOid, std::ptr::null_mut(), std::ptr::null_mut());
            let scan = pg_sys::systable_beginscan(self.relation, index, false, snapshot, 0, keys);
            loop {
                let row = pg_sys::systable_getnext(scan);
                if row.is_null() || !see(Row { row, table: self }) {
                    break;
                }
            }
            pg_sys::systable_endscan(scan);
        }
    }

    /// Appends a row.
    ///
    /// # Safety
    /// It must take rows, and have as many columns as there are values, which must be of their types.
    pub unsafe fn append(&self, values: &mut [pg_sys::Datum], nulls: &mut [bool]) {
        // SAFETY: as the caller says; the server copies the tuple.
        unsafe {
            let description = (*self.relation).rd_att;
            let tuple =
                pg_sys::heap_form_tuple(description, values.as_mut_ptr(), nulls.as_mut_ptr());
            pg_sys::simple_heap_insert(self.relation, tuple);
            pg_sys::heap_freetuple(tuple);
        }
    }
}

/// # Safety
/// The description must be alive and have a column of this number, from 0 on.
unsafe fn attribute(
    description: pg_sys::TupleDesc,
    place: usize,
) -> *const pg_sys::FormData_pg_attribute {
    // SAFETY: as the caller says. From 18 on, the columns lie behind what is kept of each in short.
    unsafe {
        #[cfg(not(feature = "pg18"))]
        let first = (*description).attrs.as_ptr();
        #[cfg(feature = "pg18")]
        let first = (*description).compact_attrs.as_ptr().add((*description).natts as usize);
        first.cast::<pg_sys::FormData_pg_attribute>().add(place)
    }
}

fn fires_on_insert(triggers: &pg_sys::TriggerDesc) -> bool {
    triggers.trig_insert_before_row
        || triggers.trig_insert_after_row
        || triggers.trig_insert_instead_row
        || triggers.trig_insert_before_statement
        || triggers.trig_insert_after_statement
}

impl Drop for Table {
    fn drop(&mut self) {
        // SAFETY: the table is open.
        unsafe { pg_sys::relation_close(self.relation, self.close_with) }
    }
}

/// A row of a table while it is read.
pub struct Row<'t> {
    row: pg_sys::HeapTuple,
    table: &'t Table,
}

impl Row<'_> {
    /// The value of a column, from 1 on; none if it is NULL. It lives as long as the row.
    pub fn value(&self, number: usize) -> Option<pg_sys::Datum> {
        let mut is_null = false;
        // SAFETY: the row is of the table, whose description is alive; the server refuses numbers
        // that there are not.
        let value = unsafe {
            let description = (*self.table.relation).rd_att;
            pg_sys::SPI_getbinval(self.row, description, number as i32, &mut is_null)
        };
        (!is_null).then_some(value)
    }

    /// A copy of a text; none if the column has no texts, this is NULL, or it is longer than it may be.
    pub fn text(&self, number: usize, longest: usize) -> Option<Vec<u8>> {
        let is_text = self.table.column_type(number) == pg_sys::TEXTOID;
        let value = self.value(number).filter(|_| is_text)?;
        // SAFETY: a text, alive while it is measured and copied.
        unsafe {
            let is_short = pg_sys::toast_raw_datum_size(value) <= longest;
            is_short.then(|| bytes_of(value).to_vec())
        }
    }

    /// A number of up to 8 bytes, a truth value or an instant, as it is.
    pub fn word(&self, number: usize) -> Option<i64> {
        self.value(number).map(|it| it.value() as i64)
    }
}
