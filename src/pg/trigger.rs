use std::ffi::CStr;

use pgrx::callconv::{BoxRet, FcInfo};
use pgrx::datum::Datum;
use pgrx::pg_sys;
use pgrx::prelude::*;

use super::call::Call;
use super::error::raise;
use super::sql_type::sql_type_named;

/// What a trigger returns to what is already done: nothing.
pub struct TriggerResult(());

sql_type_named!(TriggerResult, TriggerResult, "trigger");

impl TriggerResult {
    pub const DONE: TriggerResult = TriggerResult(());
}

// SAFETY: the server ignores the result of a trigger that fires afterwards; it must not be NULL by the
// null flag.
unsafe impl BoxRet for TriggerResult {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> Datum<'fcx> {
        // SAFETY: see above.
        unsafe { fcinfo.return_raw_datum(pg_sys::Datum::null()) }
    }
}

/// A trigger that fires after a row was written, or after a statement.
pub struct Trigger<'a> {
    data: &'a pg_sys::TriggerData,
}

/// One of the triggers of a table.
#[derive(Clone, Copy)]
pub struct TriggerDefinition<'a>(&'a pg_sys::Trigger);

impl<'a> Trigger<'a> {
    /// The trigger that this is a call of, if it fires after each row or, as said, after a statement.
    pub fn of(call: Call<'a>, for_each_row: bool) -> Self {
        // SAFETY: when the server fires a trigger it says so by the node that it gives as context.
        let data = unsafe {
            let node = call.context();
            if node.is_null() || (*node).type_ != pg_sys::NodeTag::T_TriggerData {
                raise_misuse();
            }
            &*node.cast::<pg_sys::TriggerData>()
        };
        let row = if for_each_row { pg_sys::TRIGGER_EVENT_ROW } else { 0 };
        let timing = pg_sys::TRIGGER_EVENT_TIMINGMASK | pg_sys::TRIGGER_EVENT_ROW;
        if data.tg_event & timing != row {
            raise_misuse();
        }
        Trigger { data }
    }

    pub fn definition(&self) -> TriggerDefinition<'a> {
        // SAFETY: the server's description of the trigger outlives the call.
        TriggerDefinition(unsafe { &*self.data.tg_trigger })
    }

    /// The table that was written.
    pub fn table(&self) -> WrittenTable<'a> {
        // SAFETY: the relation is open as long as the call lasts.
        WrittenTable(unsafe { &*self.data.tg_relation })
    }

    /// The old and the new row, as far as there are such.
    pub fn rows(&self) -> impl Iterator<Item = WrittenRow<'a>> {
        let table = self.table();
        [self.data.tg_trigtuple, self.data.tg_newtuple]
            .into_iter()
            .filter(|row| !row.is_null())
            .map(move |row| WrittenRow { row, table })
    }
}

impl<'a> TriggerDefinition<'a> {
    pub fn oid(self) -> pg_sys::Oid {
        self.0.tgoid
    }

    /// The table that it refers to as a constraint would; `InvalidOid` if there is none.
    pub fn refers_to(self) -> pg_sys::Oid {
        self.0.tgconstrrelid
    }

    pub fn arguments(self) -> impl ExactSizeIterator<Item = &'a CStr> {
        let count = usize::try_from(self.0.tgnargs).unwrap_or(0);
        // SAFETY: there are as many arguments as the description says.
        (0..count).map(move |place| unsafe { CStr::from_ptr(*self.0.tgargs.add(place)) })
    }

    /// Whether it calls the function of this name of the schema that another function is in.
    pub fn calls(self, name: &CStr, beside: pg_sys::Oid) -> bool {
        // SAFETY: the server looks the functions up; a name is null if there is none.
        unsafe {
            let found = pg_sys::get_func_name(self.0.tgfoid);
            !found.is_null()
                && CStr::from_ptr(found) == name
                && pg_sys::get_func_namespace(self.0.tgfoid) == pg_sys::get_func_namespace(beside)
        }
    }

    /// The function that it calls.
    pub fn function(self) -> pg_sys::Oid {
        self.0.tgfoid
    }
}

/// A table that is being written.
#[derive(Clone, Copy)]
pub struct WrittenTable<'a>(&'a pg_sys::RelationData);

impl<'a> WrittenTable<'a> {
    pub fn oid(self) -> pg_sys::Oid {
        self.0.rd_id
    }

    pub fn schema(self) -> pg_sys::Oid {
        // SAFETY: the relation is open.
        unsafe { (*self.0.rd_rel).relnamespace }
    }

    pub fn owner(self) -> pg_sys::Oid {
        // SAFETY: the relation is open.
        unsafe { (*self.0.rd_rel).relowner }
    }

    pub fn triggers(self) -> impl Iterator<Item = TriggerDefinition<'a>> {
        // SAFETY: a table with a trigger has a description of all of them; it is as long as it says.
        let triggers = unsafe {
            match self.0.trigdesc.as_ref() {
                Some(known) if known.numtriggers > 0 => {
                    std::slice::from_raw_parts(known.triggers, known.numtriggers as usize)
                }
                _ => &[],
            }
        };
        triggers.iter().map(TriggerDefinition)
    }

    pub fn is_partition(self) -> bool {
        // SAFETY: the relation is open.
        unsafe { (*self.0.rd_rel).relispartition }
    }

    /// The number of a column by its name.
    pub fn column_named(self, name: &CStr) -> Option<i32> {
        // SAFETY: the relation is open; what is no column is not above 0.
        let number = unsafe { pg_sys::SPI_fnumber(self.0.rd_att, name.as_ptr()) };
        (number > 0).then_some(number)
    }

    /// The type of a column below all domains; `InvalidOid` of one that is not there any more.
    pub fn column_type(self, number: i32) -> pg_sys::Oid {
        // SAFETY: the server refuses numbers that there are not.
        unsafe {
            match pg_sys::SPI_gettypeid(self.0.rd_att, number) {
                pg_sys::InvalidOid => pg_sys::InvalidOid,
                declared => pg_sys::getBaseType(declared),
            }
        }
    }
}

/// Makes a trigger go with a table, as one goes with the table that it refers to as a constraint. The
/// caller must be allowed to make triggers on both tables, and `is_tied` must find in the trigger and
/// one of the same table that they belong together.
pub fn tie(
    relation: pg_sys::Oid,
    trigger: pg_sys::Oid,
    to: pg_sys::Oid,
    is_tied: impl Fn(TriggerDefinition, TriggerDefinition) -> bool,
) {
    require_trigger_right(relation);
    require_trigger_right(to);
    // SAFETY: the relation is open while its triggers are looked at; the server records what it is
    // given of objects that there are.
    unsafe {
        let lock = pg_sys::AccessShareLock as pg_sys::LOCKMODE;
        let open = pg_sys::relation_open(relation, lock);
        let known: Vec<_> = WrittenTable(&*open).triggers().collect();
        let own = known.iter().find(|it| it.oid() == trigger);
        let fits = own.is_some_and(|own| known.iter().any(|it| is_tied(*own, *it)));
        pg_sys::relation_close(open, lock);
        if !fits {
            raise_misuse();
        }
        let address = |class, object| pg_sys::ObjectAddress {
            classId: class,
            objectId: object,
            objectSubId: 0,
        };
        pg_sys::recordDependencyOn(
            &address(pg_sys::TriggerRelationId, trigger),
            &address(pg_sys::RelationRelationId, to),
            pg_sys::DependencyType::DEPENDENCY_AUTO,
        );
    }
}

fn require_trigger_right(relation: pg_sys::Oid) {
    // SAFETY: the server looks the right up.
    let found = unsafe {
        let right = pg_sys::ACL_TRIGGER as pg_sys::AclMode;
        pg_sys::pg_class_aclcheck(relation, pg_sys::GetUserId(), right)
    };
    if found != pg_sys::AclResult::ACLCHECK_OK {
        raise(
            PgSqlErrorCode::ERRCODE_INSUFFICIENT_PRIVILEGE,
            "permission denied to make a trigger".to_owned(),
            "Ask the owner of the table for TRIGGER on it.",
        )
    }
}

/// The name that a column has by now; none if there is no such table or column.
pub fn name_of_column<'a>(table: pg_sys::Oid, number: i16) -> Option<&'a CStr> {
    // SAFETY: the name is a copy in the memory of the call.
    unsafe {
        let name = pg_sys::get_attname(table, number, true);
        (!name.is_null()).then(|| CStr::from_ptr(name))
    }
}

/// A row that was written, or was there before.
pub struct WrittenRow<'a> {
    row: pg_sys::HeapTuple,
    table: WrittenTable<'a>,
}

impl WrittenRow<'_> {
    /// The value of a column; none if it is NULL. It lives as long as the call.
    pub fn value(&self, number: i32) -> Option<pg_sys::Datum> {
        let mut is_null = false;
        // SAFETY: the row is of the relation; the server refuses numbers that there are not.
        let value =
            unsafe { pg_sys::SPI_getbinval(self.row, self.table.0.rd_att, number, &mut is_null) };
        (!is_null).then_some(value)
    }
}

#[cold]
fn raise_misuse() -> ! {
    raise(
        PgSqlErrorCode::ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
        "the function is a trigger of watched tables".to_owned(),
        "Use saas_metrics.watch.",
    )
}
