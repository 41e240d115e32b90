use saas_metrics_engine::Result;
use saas_metrics_engine::calendar::{Day, Grain, Horizon};

use crate::pg::date::today;
use crate::pg::error::{invalid_argument, or_raise};
use crate::pg::period_options::PeriodOptions;
use crate::pg::shown::shown;

/// The periods that an aggregate is asked for by its last arguments, `grain` and `until`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct AskedPeriods {
    grain: Grain,
    until: Option<Day>,
}

impl AskedPeriods {
    pub fn read<const AT: usize>(options: &PeriodOptions<AT>) -> AskedPeriods {
        let grain = or_raise(Grain::parse(&shown(options.grain())));
        let until = options.until();
        // At once, and not only when there is something to place in a period.
        if let Some(day) = until {
            or_raise(Horizon::until(grain, day));
        }
        AskedPeriods { grain, until }
    }

    /// Refuses a row that asks for other periods than the rows before it.
    pub fn must_be<const AT: usize>(self, options: &PeriodOptions<AT>) {
        // Called for each row: byte by byte, since the name is shorter than a call is long.
        let (name, grain) = (self.grain.name().as_bytes(), options.grain());
        let same = name.len() == grain.len() && name.iter().zip(grain).all(|(a, b)| a == b);
        if !same || options.until() != self.until {
            self.must_equal(AskedPeriods::read(options));
        }
    }

    pub fn must_equal(self, other: AskedPeriods) {
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

    /// For another process: the grain, and `until`, where -infinity stands for none.
    pub fn to_bytes(self) -> [u8; 5] {
        let [a, b, c, d] = self.until.unwrap_or(Day::NEG_INFINITY).0.to_le_bytes();
        [self.grain as u8, a, b, c, d]
    }

    pub fn from_bytes([grain, until @ ..]: [u8; 5]) -> Option<AskedPeriods> {
        let until = Day(i32::from_le_bytes(until));
        let grain = Grain::ALL.into_iter().find(|it| *it as u8 == grain)?;
        Some(AskedPeriods { grain, until: (until != Day::NEG_INFINITY).then_some(until) })
    }

    /// Without `until`, the periods go through the one that holds today.
    pub fn horizon(self) -> Result<Horizon> {
        match self.until {
            Some(until) => Horizon::until(self.grain, until),
            None => Ok(Horizon::through(self.grain, today())),
        }
    }
}

fn differs(message: &str) -> ! {
    invalid_argument(message.to_owned(), "Give a constant, or group the rows by it.")
}
