use std::cell::RefCell;
use std::collections::HashSet;
use std::ffi::CStr;

use pgrx::callconv::{BoxRet, FcInfo};
use pgrx::datum::Datum;
use pgrx::pg_sys;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

use super::call::Call;
use super::error::raise;
use super::sql_type::sql_type_named;

/// What a trigger returns to a row that is already written: nothing.
pub struct TriggerResult(());

sql_type_named!(TriggerResult, TriggerResult, "trigger");

// SAFETY: the server ignores the result of a trigger that fires after the row; it must not be NULL
// by the null flag.
unsafe impl BoxRet for TriggerResult {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> Datum<'fcx> {
        // SAFETY: see above.
        unsafe { fcinfo.return_raw_datum(pg_sys::Datum::null()) }
    }
}

const QUEUE: &CStr = c"changed_customers";
const REGISTRY: &CStr = c"watched_tables";

/// A trigger that fires after a row was written; its arguments are a ledger and a column. The table
/// that it refers to is the ledger's queue, whatever the ledger is called by now.
pub struct RowTrigger<'a> {
    data: &'a pg_sys::TriggerData,
    trigger: &'a pg_sys::Trigger,
    ledger: &'a CStr,
    column: &'a CStr,
}

impl<'a> RowTrigger<'a> {
    pub fn of(call: Call<'a>) -> Self {
        // SAFETY: when the server fires a trigger it says so by the node that it gives as context.
        let data = unsafe {
            let node = call.context();
            if node.is_null() || (*node).type_ != pg_sys::NodeTag::T_TriggerData {
                raise_misuse();
            }
            &*node.cast::<pg_sys::TriggerData>()
        };
        const AFTER_ROW: u32 = pg_sys::TRIGGER_EVENT_ROW;
        let timing = data.tg_event & (pg_sys::TRIGGER_EVENT_TIMINGMASK | AFTER_ROW);
        // SAFETY: the server's description of the trigger, with as many arguments as it says.
        let (trigger, ledger, column) = unsafe {
            let trigger = &*data.tg_trigger;
            if trigger.tgnargs != 2 || timing != AFTER_ROW {
                raise_misuse();
            }
            (trigger, CStr::from_ptr(*trigger.tgargs), CStr::from_ptr(*trigger.tgargs.add(1)))
        };
        RowTrigger { data, trigger, ledger, column }
    }

    pub fn done(&self) -> TriggerResult {
        TriggerResult(())
    }

    /// Appends the customers of the old and of the new row to the ledger's queue. What cannot be
    /// marked is a warning: a ledger never fails a write.
    pub fn mark(&self) {
        let Some(queue) = Queue::open(self.trigger.tgconstrrelid) else {
            return self.warn("the trigger refers to no ledger");
        };
        if !queue.knows(self.data.tg_relation) {
            return self.warn("the ledger does not watch the table");
        }
        let rows = [self.data.tg_trigtuple, self.data.tg_newtuple];
        let mut last = None;
        for row in rows.into_iter().filter(|it| !it.is_null()) {
            let Some(customer) = self.customer(row, &queue) else {
                self.warn("the column of the customer is not as it was");
                return queue.append(None);
            };
            if last != Some(customer) {
                queue.append(customer);
            }
            last = Some(customer);
        }
    }

    /// The customer of a row; none if the column has gone or changed its type.
    fn customer(&self, row: pg_sys::HeapTuple, queue: &Queue) -> Option<Option<pg_sys::Datum>> {
        // SAFETY: the row is of the relation, whose description is alive; the column is looked up
        // in it.
        unsafe {
            let description = (*self.data.tg_relation).rd_att;
            let number = pg_sys::SPI_fnumber(description, self.column.as_ptr());
            if number <= 0
                || pg_sys::getBaseType(pg_sys::SPI_gettypeid(description, number)) != queue.id_type
            {
                return None;
            }
            let mut is_null = false;
            let value = pg_sys::SPI_getbinval(row, description, number, &mut is_null);
            Some((!is_null).then_some(value))
        }
    }

    #[cold]
    fn warn(&self, problem: &str) {
        let message = format!(
            "a change was not marked in ledger \"{}\": {problem}",
            self.ledger.to_string_lossy()
        );
        ErrorReport::new(PgSqlErrorCode::ERRCODE_WARNING, message, "")
            .set_hint("Call saas_metrics.unwatch and saas_metrics.watch for the table, or drop its trigger.")
            .report(PgLogLevel::WARNING);
    }
}

#[cold]
fn raise_misuse() -> ! {
    raise(
        PgSqlErrorCode::ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
        "mark_changed must be called as a trigger after a row, with a ledger and a column"
            .to_owned(),
        "Use saas_metrics.watch.",
    )
}

/// A ledger's table of changed customers, open.
struct Queue {
    relation: pg_sys::Relation,
    namespace: pg_sys::Oid,
    id_type: pg_sys::Oid,
}

thread_local! {
    /// The queues and tables of which this session knows that they belong together.
    static KNOWN: RefCell<HashSet<(pg_sys::Oid, pg_sys::Oid)>> = RefCell::new(HashSet::new());
}

impl Queue {
    /// The queue, if the relation is one.
    fn open(relation: pg_sys::Oid) -> Option<Queue> {
        // SAFETY: a relation that is gone is null; what is open is described.
        unsafe {
            let relation = open(relation, pg_sys::RowExclusiveLock)?;
            let (class, description) = ((*relation).rd_rel, (*relation).rd_att);
            let queue = Queue {
                relation,
                namespace: (*class).relnamespace,
                id_type: pg_sys::getBaseType(pg_sys::SPI_gettypeid(description, 1)),
            };
            let plain = CStr::from_ptr((*class).relname.data.as_ptr()) == QUEUE
                && (*class).relam == pg_sys::HEAP_TABLE_AM_OID
                && (*class).relkind == pg_sys::RELKIND_RELATION as std::ffi::c_char
                && (*description).natts == 1;
            plain.then_some(queue)
        }
    }

    /// Whether a table is the ledger's own or one that it watches: nobody else may write here.
    fn knows(&self, table: pg_sys::Relation) -> bool {
        // SAFETY: the relations are open.
        unsafe {
            let pair = ((*self.relation).rd_id, (*table).rd_id);
            if KNOWN.with_borrow(|it| it.contains(&pair)) {
                return true;
            }
            let known = (*(*table).rd_rel).relnamespace == self.namespace || self.watches(table);
            if known {
                KNOWN.with_borrow_mut(|it| it.insert(pair));
            }
            known
        }
    }

    /// Whether the registry has the table, or one that it is a partition of.
    ///
    /// # Safety
    /// The table must be open.
    unsafe fn watches(&self, table: pg_sys::Relation) -> bool {
        // SAFETY: the registry begins with an oid, a row of pg_inherits with two.
        unsafe {
            let Some(registry) = open_named(self.namespace, REGISTRY) else {
                return false;
            };
            let watched = first_columns::<1>(registry);
            let mut tables = vec![pg_sys::Datum::from((*table).rd_id)];
            if (*(*table).rd_rel).relispartition {
                let catalog = pg_sys::Oid::from(pg_sys::PG_CATALOG_NAMESPACE);
                let inherits = open_named(catalog, c"pg_inherits");
                let parents = inherits.map_or(vec![], |it| first_columns::<2>(it));
                let parent_of = |part| parents.iter().find(|it| it[0] == part).map(|it| it[1]);
                while let Some(parent) = tables.last().copied().and_then(parent_of) {
                    tables.push(parent);
                }
            }
            watched.iter().any(|[it]| tables.contains(it))
        }
    }

    fn append(&self, customer: Option<pg_sys::Datum>) {
        let mut values = [customer.unwrap_or(pg_sys::Datum::null())];
        let mut nulls = [customer.is_none()];
        // SAFETY: the table has one column, of the customer's type; the server copies the tuple.
        unsafe {
            let tuple = pg_sys::heap_form_tuple(
                (*self.relation).rd_att,
                values.as_mut_ptr(),
                nulls.as_mut_ptr(),
            );
            pg_sys::simple_heap_insert(self.relation, tuple);
            pg_sys::heap_freetuple(tuple);
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        // SAFETY: the relation is open; its lock is kept to the end of the transaction.
        unsafe { pg_sys::table_close(self.relation, pg_sys::NoLock as pg_sys::LOCKMODE) }
    }
}

/// A relation of a schema to read, if there is one.
///
/// # Safety
/// The caller must close it.
unsafe fn open_named(namespace: pg_sys::Oid, name: &CStr) -> Option<pg_sys::Relation> {
    // SAFETY: the name is looked up.
    unsafe { open(pg_sys::get_relname_relid(name.as_ptr(), namespace), pg_sys::AccessShareLock) }
}

/// A relation, if there is one.
///
/// # Safety
/// The caller must close it.
unsafe fn open(relation: pg_sys::Oid, lock: u32) -> Option<pg_sys::Relation> {
    if relation == pg_sys::InvalidOid {
        return None;
    }
    // SAFETY: a relation that is dropped meanwhile is null.
    let open = unsafe { pg_sys::try_table_open(relation, lock as pg_sys::LOCKMODE) };
    (!open.is_null()).then_some(open)
}

/// The first columns of all rows of a relation, which is closed.
///
/// # Safety
/// The relation must be an open heap whose first columns are passed by value.
unsafe fn first_columns<const N: usize>(relation: pg_sys::Relation) -> Vec<[pg_sys::Datum; N]> {
    let mut rows = vec![];
    // SAFETY: a scan without keys, by the rules of catalogs, of a relation that is open.
    unsafe {
        let (index, snapshot, keys) =
            (pg_sys::InvalidOid, std::ptr::null_mut(), std::ptr::null_mut());
        let scan = pg_sys::systable_beginscan(relation, index, false, snapshot, 0, keys);
        loop {
            let row = pg_sys::systable_getnext(scan);
            if row.is_null() {
                break;
            }
            let mut is_null = false;
            rows.push(std::array::from_fn(|place| {
                pg_sys::SPI_getbinval(row, (*relation).rd_att, place as i32 + 1, &mut is_null)
            }));
        }
        pg_sys::systable_endscan(scan);
        pg_sys::table_close(relation, pg_sys::AccessShareLock as pg_sys::LOCKMODE);
    }
    rows
}
