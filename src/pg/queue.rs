use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::CStr;

use pgrx::pg_sys;
use pgrx::varlena;

use super::table::{Lock, Table};
use super::trigger::{TriggerDefinition, WrittenRow, WrittenTable, name_of_column};

const REGISTRY: &CStr = c"watched_tables";

/// The columns of a ledger's list of watched tables.
const REGISTRY_COLUMNS: [(&CStr, pg_sys::Oid); 4] = [
    (c"source_table", pg_sys::REGCLASSOID),
    (c"customer_id", pg_sys::TEXTOID),
    (c"on_replica", pg_sys::BOOLOID),
    (c"marked_by", pg_sys::NAMEOID),
];

/// The last column of a queue: what its row is about.
const SCOPE: pg_sys::Oid = pg_sys::CHAROID;

/// What a row of a queue is about.
#[derive(Clone, Copy)]
enum Scope {
    /// The row that was written.
    Row = b'r' as isize,
    /// Everybody: the table was truncated.
    Everybody = b'e' as isize,
    /// Nobody knows: a column of the table is not as it was.
    Unknown = b'u' as isize,
}

/// A ledger's queue of changes, open: what a write of a watched table is appended to.
pub struct Queue {
    table: Table,
    column_count: usize,
}

thread_local! {
    /// The triggers that this session knows to mark for a queue, with the table by whose columns they
    /// were made: the written one or one that it is a partition of. None if that is another by now.
    static KNOWN: RefCell<HashMap<(pg_sys::Oid, pg_sys::Oid, pg_sys::Oid), Option<pg_sys::Oid>>> =
        RefCell::new(HashMap::new());
}

impl Queue {
    /// Whether triggers can append to a table.
    pub fn is_one(table: pg_sys::Oid) -> bool {
        Table::open(table, Lock::Read).is_some_and(|it| Queue::in_table(it).is_some())
    }

    /// A table that takes rows, its last column the scope.
    fn in_table(table: Table) -> Option<Queue> {
        let column_count = table.column_count().checked_sub(1)?;
        let fits = table.takes_rows() && table.column_type(column_count + 1) == SCOPE;
        fits.then_some(Queue { table, column_count })
    }

    /// The queue that a trigger refers to, if it is one that the trigger may write to: it takes rows,
    /// and its ledger watches the table. Whatever else it is, the write goes on.
    fn of<'a>(
        trigger: TriggerDefinition<'a>,
        written: WrittenTable<'a>,
    ) -> Option<(Queue, Columns<'a>)> {
        let queue = Queue::in_table(Table::open(trigger.refers_to(), Lock::Append)?)?;
        let made_for = queue.knows(trigger, written)?;
        Some((queue, Columns { trigger, written, made_for }))
    }

    /// The table by whose columns a trigger was made, if the ledger watches what is written.
    fn knows(
        &self,
        trigger: TriggerDefinition,
        written: WrittenTable,
    ) -> Option<Option<pg_sys::Oid>> {
        let key = (self.table.oid(), trigger.oid(), written.oid());
        if let Some(known) = KNOWN.with_borrow(|it| it.get(&key).copied()) {
            return Some(known);
        }
        let tables = with_ancestors(written);
        if !self.is_own(written) && !self.watches(&tables) {
            return None;
        }
        let made_for = number_of::<u32>(trigger.arguments().next()).map(pg_sys::Oid::from);
        let made_for = made_for.filter(|it| tables.contains(it));
        KNOWN.with_borrow_mut(|it| it.insert(key, made_for));
        Some(made_for)
    }

    /// Whether a table is one of the ledger's own.
    fn is_own(&self, written: WrittenTable) -> bool {
        written.schema() == self.table.schema() && written.owner() == self.table.owner()
    }

    /// Whether the ledger's registry has one of the tables. It must belong to whom the queue belongs
    /// to: nobody else may say what is written there.
    fn watches(&self, tables: &[pg_sys::Oid]) -> bool {
        let Some(registry) = Table::named(self.table.schema(), REGISTRY, true) else {
            return false;
        };
        if registry.owner() != self.table.owner() || !registry.has_columns(&REGISTRY_COLUMNS) {
            return false;
        }
        let mut found = false;
        registry.each_row(|row| {
            found = row.value(1).is_some_and(|it| tables.contains(&oid_of(it)));
            !found
        });
        found
    }

    fn append(&self, values: &[Option<pg_sys::Datum>], scope: Scope) {
        let scope = pg_sys::Datum::from(scope as u8);
        let (mut datums, mut nulls): (Vec<_>, Vec<_>) = (0..self.column_count)
            .map(|place| values.get(place).copied().flatten())
            .chain([Some(scope)])
            .map(|value| (value.unwrap_or(pg_sys::Datum::null()), value.is_none()))
            .unzip();
        // SAFETY: the queue was found to take rows; the values were found to be of the types of its
        // columns.
        unsafe { self.table.append(&mut datums, &mut nulls) }
    }
}

/// Appends what a trigger's row says to its queue, the old and the new row unless they say the same.
pub fn mark_rows<'a>(
    trigger: TriggerDefinition<'a>,
    written: WrittenTable<'a>,
    rows: impl Iterator<Item = WrittenRow<'a>>,
) {
    let Some((queue, columns)) = Queue::of(trigger, written) else { return };
    if columns.none() && queue.column_count > 0 {
        return queue.append(&[], Scope::Everybody);
    }
    let Some(columns) = columns.found(&queue) else {
        return queue.append(&[], Scope::Unknown);
    };
    let mut last: Option<Vec<Option<pg_sys::Datum>>> = None;
    for row in rows {
        let values: Vec<_> = columns.iter().map(|it| row.value(it.number)).collect();
        if !last.is_some_and(|it| is_same(&columns, &it, &values)) {
            queue.append(&values, Scope::Row);
        }
        last = Some(values);
    }
}

/// Appends to a trigger's queue that everybody changed.
pub fn mark_everybody(trigger: TriggerDefinition, written: WrittenTable) {
    if let Some((queue, _)) = Queue::of(trigger, written) {
        queue.append(&[], Scope::Everybody);
    }
}

/// The columns that a trigger was made for. Its arguments are the table, and the number and the name of
/// each column; without columns, each row is about everybody, unless its queue keeps none either.
struct Columns<'a> {
    trigger: TriggerDefinition<'a>,
    written: WrittenTable<'a>,
    made_for: Option<pg_sys::Oid>,
}

/// A column of a table that is written.
struct Column {
    number: i32,
    layout: Layout,
}

impl Columns<'_> {
    fn none(&self) -> bool {
        self.trigger.arguments().len() < 2
    }

    /// The columns of the table that fill those of a queue; none if one is not as it was.
    fn found(&self, queue: &Queue) -> Option<Vec<Column>> {
        let mut arguments = self.trigger.arguments();
        if arguments.len() != 1 + 2 * queue.column_count {
            return None;
        }
        arguments.next();
        (1..=queue.column_count)
            .map(|place| {
                let given = number_of::<i16>(arguments.next())?;
                let number = self.number(given, arguments.next()?)?;
                let of_type = self.written.column_type(number);
                let is_same =
                    of_type != pg_sys::InvalidOid && of_type == queue.table.column_type(place);
                is_same.then(|| Column { number, layout: Layout::of(of_type) })
            })
            .collect()
    }

    /// A number holds where the table is the one that the trigger was made for: names can be swapped.
    /// A partition numbers its columns by itself; and after a restore there is only the name.
    fn number(&self, given: i16, name: &CStr) -> Option<i32> {
        match self.made_for {
            Some(table) if table == self.written.oid() => Some(given.into()),
            Some(table) => self.written.column_named(name_of_column(table, given)?),
            None => self.written.column_named(name),
        }
    }
}

/// How values of a type are laid out.
#[derive(Clone, Copy)]
struct Layout {
    length: i16,
    by_value: bool,
}

impl Layout {
    fn of(of_type: pg_sys::Oid) -> Layout {
        let mut layout = Layout { length: 0, by_value: false };
        // SAFETY: the server looks the type up.
        unsafe { pg_sys::get_typlenbyval(of_type, &mut layout.length, &mut layout.by_value) };
        layout
    }

    /// Whether two values are the same, byte for byte as they are stored: those that an UPDATE leaves
    /// alone are.
    fn is_same(self, one: pg_sys::Datum, other: pg_sys::Datum) -> bool {
        if self.by_value {
            return one == other;
        }
        // SAFETY: the values are of the type that is laid out so, and alive.
        unsafe { self.bytes(one) == self.bytes(other) }
    }

    /// # Safety
    /// The value must be of a type that is passed by reference and laid out so.
    unsafe fn bytes<'a>(self, value: pg_sys::Datum) -> &'a [u8] {
        let place = value.cast_mut_ptr::<u8>();
        // SAFETY: as the caller says; a negative length is that of a varlena (-1), whose header has
        // it, or a string that ends with a zero byte (-2).
        unsafe {
            let length = match self.length {
                -1 => varlena::varsize_any(place.cast()),
                -2 => CStr::from_ptr(place.cast()).count_bytes(),
                length => usize::try_from(length).unwrap_or(0),
            };
            std::slice::from_raw_parts(place, length)
        }
    }
}

fn is_same(
    columns: &[Column],
    one: &[Option<pg_sys::Datum>],
    other: &[Option<pg_sys::Datum>],
) -> bool {
    columns.iter().zip(one.iter().zip(other)).all(|(column, pair)| match pair {
        (Some(one), Some(other)) => column.layout.is_same(*one, *other),
        (one, other) => one.is_none() && other.is_none(),
    })
}

/// A table, and those that it is a partition of, the nearest first.
fn with_ancestors(written: WrittenTable) -> Vec<pg_sys::Oid> {
    let mut tables = vec![written.oid()];
    if !written.is_partition() {
        return tables;
    }
    let mut parents = HashMap::new();
    let catalog = pg_sys::Oid::from(pg_sys::PG_CATALOG_NAMESPACE);
    if let Some(inherits) = Table::named(catalog, c"pg_inherits", true) {
        inherits.each_row(|row| {
            let pair = row.value(1).zip(row.value(2));
            parents.extend(pair.map(|(part, whole)| (oid_of(part), oid_of(whole))));
            true
        });
    }
    while let Some(parent) = tables.last().and_then(|it| parents.get(it)) {
        tables.push(*parent);
    }
    tables
}

fn number_of<T: std::str::FromStr>(argument: Option<&CStr>) -> Option<T> {
    argument?.to_str().ok()?.parse().ok()
}

/// The oid that a value of a column of such is.
fn oid_of(value: pg_sys::Datum) -> pg_sys::Oid {
    pg_sys::Oid::from(value.value() as u32)
}
