use allocator_api2::vec::Vec;
use pgrx::pg_sys;
use saas_metrics_engine::Error;
use saas_metrics_engine::ledger::rows::Given;
use saas_metrics_engine::ledger::settings::Settings;

use crate::pg::call::{Call, Kept};
use crate::pg::columns::Columns;
use crate::pg::error::{or_raise, required};
use crate::pg::memory::ServerMemory;
use crate::pg::varlena::Text;
use crate::pg::zone::TimeZone;

/// How a ledger's rows of the input `subscription_periods` are read.
pub struct Reader {
    text: Vec<u8, ServerMemory>,
    pub settings: Settings<ServerMemory>,
    pub zone: TimeZone,
}

/// The types of the columns that are read, in their order.
const TYPES: [pg_sys::Oid; 19] = [
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::NUMERICOID,
    pg_sys::NUMERICOID,
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::INTERVALOID,
    pg_sys::TIMESTAMPTZOID,
    pg_sys::TIMESTAMPTZOID,
    pg_sys::TEXTOID,
    pg_sys::TIMESTAMPTZOID,
    pg_sys::TIMESTAMPTZOID,
    pg_sys::TEXTOID,
    pg_sys::TEXTOID,
    pg_sys::BOOLOID,
    pg_sys::TEXTOID,
];

impl Reader {
    /// The reader for the settings of this call.
    pub fn of(call: Call, settings: Option<Text>, columns: Columns<3>) -> Kept<Reader> {
        let text = required(settings, "settings").bytes();
        let holds = |it: &Reader| same(&it.text, text);
        call.kept(holds, |memory| {
            columns.must_be(&TYPES);
            Reader::new(text, memory)
        })
    }

    fn new(text: &[u8], memory: ServerMemory) -> Reader {
        let mut zone = None;
        let read = std::str::from_utf8(text)
            .map_err(|_| Error::Settings("not UTF-8".to_owned()))
            .and_then(|text| {
                Settings::read(text, memory, |option, value| match option {
                    "time_zone" => {
                        zone = TimeZone::named(value);
                        zone.is_some()
                    }
                    _ => false,
                })
            });
        let settings = or_raise(read);
        let no_zone = || Error::Settings("no time_zone".to_owned());
        Reader { text: memory.copy(text), settings, zone: or_raise(zone.ok_or_else(no_zone)) }
    }

    pub fn read<'a>(&self, row: Columns<'a, 3>) -> Given<'a> {
        let moment = |place| row.instant(place).map(|it| self.zone.moment(it));
        Given {
            subscription_id: row.text(0),
            item_id: row.text(1),
            product: row.text(2),
            plan: row.text(3),
            kind: row.text(4),
            amount: row.numeric(5).map(|it| it.to_decimal("amount")),
            discount: row.numeric(6).map(|it| it.to_decimal("discount")),
            discount_kind: row.text(7),
            currency: row.text(8),
            billing_period: row.length(9),
            starts_at: moment(10),
            ends_at: moment(11),
            status: row.text(12),
            cancel_requested_at: moment(13),
            access_ends_at: moment(14),
            churn_kind: row.text(15),
            churn_reason: row.text(16),
            renews: row.boolean(17),
            problem: row.text(18),
        }
    }
}

/// Settings begin with a digest of the rest, so that a long list of rates need not be compared.
fn same(known: &[u8], other: &[u8]) -> bool {
    const ENOUGH: usize = 1024;
    let start = known.len().min(ENOUGH);
    known.len() == other.len() && known[..start] == other[..start]
}
