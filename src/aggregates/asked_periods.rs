use allocator_api2::vec::Vec;
use saas_metrics_engine::Result;
use saas_metrics_engine::calendar::{Day, Grain, Horizon};

use super::question::{Question, differs};
use crate::pg::date::today;
use crate::pg::error::or_raise;
use crate::pg::memory::ServerMemory;
use crate::pg::period_options::PeriodArguments;
use crate::pg::shown::shown;

/// The periods that an aggregate is asked for by its last arguments, `grain` and `until`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AskedPeriods {
    grain: Grain,
    until: Option<Day>,
}

impl AskedPeriods {
    pub fn of(options: &impl PeriodArguments) -> AskedPeriods {
        let grain = or_raise(Grain::parse(&shown(options.grain())));
        let until = options.until();
        // At once, and not only when there is something to place in a period.
        if let Some(day) = until {
            or_raise(Horizon::until(grain, day));
        }
        AskedPeriods { grain, until }
    }

    /// Refuses a row that asks for other periods than the rows before it.
    pub fn must_be(&self, options: &impl PeriodArguments) {
        // Called for each row: byte by byte, since the name is shorter than a call is long.
        let (name, grain) = (self.grain.name().as_bytes(), options.grain());
        let same = name.len() == grain.len() && name.iter().zip(grain).all(|(a, b)| a == b);
        if !same || options.until() != self.until {
            self.must_equal(&AskedPeriods::of(options));
        }
    }

    pub fn until(&self) -> Option<Day> {
        self.until
    }

    /// Without `until`, the periods go through the one that holds today.
    pub fn horizon(self) -> Result<Horizon> {
        match self.until {
            Some(until) => Horizon::until(self.grain, until),
            None => Ok(Horizon::through(self.grain, today())),
        }
    }
}

impl Question for AskedPeriods {
    fn must_equal(&self, other: &Self) {
        if self.grain != other.grain {
            let (one, two) = (self.grain.name(), other.grain.name());
            differs(&format!(
                "grain must be the same in all rows, not both \"{one}\" and \"{two}\""
            ));
        }
        if self.until != other.until {
            differs("until must be the same in all rows");
        }
    }

    /// -infinity stands for no `until`.
    fn write(&self, bytes: &mut Vec<u8, ServerMemory>) {
        bytes.push(self.grain as u8);
        bytes.extend_from_slice(&self.until.unwrap_or(Day::NEG_INFINITY).0.to_le_bytes());
    }

    fn read(bytes: &[u8], _: ServerMemory) -> Option<(Self, &[u8])> {
        let (&grain, bytes) = bytes.split_first()?;
        let (until, bytes) = bytes.split_first_chunk()?;
        let grain = Grain::ALL.into_iter().find(|it| *it as u8 == grain)?;
        let until = Some(Day(i32::from_le_bytes(*until))).filter(|it| *it != Day::NEG_INFINITY);
        Some((AskedPeriods { grain, until }, bytes))
    }
}
