use allocator_api2::vec::Vec;
use pgrx::prelude::*;

use super::question::{Question, differs};
use crate::pg::array::TextArray;
use crate::pg::error::{invalid_argument, raise, raise_null, required};
use crate::pg::memory::ServerMemory;
use crate::pg::shown::shown;
use crate::pg::time::Interval;

/// Steps that a funnel may have.
const MAX_STEPS: usize = 255;

type Bytes = Vec<u8, ServerMemory>;

/// The steps of a funnel, and how long it may take.
pub struct AskedFunnel {
    names: Vec<Bytes, ServerMemory>,
    within: Option<Interval>,
    /// The array that the names are from, to know it again.
    array: Bytes,
}

impl AskedFunnel {
    pub fn of(
        steps: Option<TextArray>,
        within: Option<Interval>,
        memory: ServerMemory,
    ) -> AskedFunnel {
        let steps = required(steps, "steps");
        if within.is_some_and(Interval::is_negative) {
            invalid_argument(
                "within must not be negative".to_owned(),
                "Give the longest time from a subject's first step to a later one.",
            );
        }
        AskedFunnel { names: names_of(steps, memory), within, array: memory.copy(steps.bytes()) }
    }

    /// Refuses a row that asks for another funnel than the rows before it.
    pub fn must_be(&self, steps: Option<TextArray>, within: Option<Interval>) {
        let same = steps.is_some_and(|it| it.bytes() == &*self.array) && within == self.within;
        if !same {
            self.must_equal(&AskedFunnel::of(steps, within, ServerMemory::of_call()));
        }
    }

    /// The place of a step.
    #[inline]
    pub fn find(&self, step: &[u8]) -> Option<u8> {
        self.names.iter().position(|name| **name == *step).map(|place| place as u8)
    }

    pub fn names(&self) -> &[Bytes] {
        &self.names
    }

    pub fn within(&self) -> Option<Interval> {
        self.within
    }
}

fn names_of(steps: TextArray, memory: ServerMemory) -> Vec<Bytes, ServerMemory> {
    const HINT: &str = "List the names in order: ARRAY['visit', 'trial', 'paid'].";
    if steps.dimensions() != 1 {
        invalid_argument("steps must be a list of at least one name".to_owned(), HINT);
    }
    let mut names: Vec<Bytes, ServerMemory> = Vec::new_in(memory);
    for step in steps.elements() {
        let step = step.unwrap_or_else(|| raise_null("an element of steps", ""));
        if names.iter().any(|name| **name == *step) {
            invalid_argument(
                format!("steps has \"{}\" more than once", shown(step)),
                "Name each step once.",
            );
        }
        if names.len() == MAX_STEPS {
            raise(
                PgSqlErrorCode::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
                format!("steps has more than {MAX_STEPS} names"),
                HINT,
            );
        }
        names.push(memory.copy(step));
    }
    names
}

impl Question for AskedFunnel {
    fn must_equal(&self, other: &Self) {
        if self.names != other.names {
            differs("steps must be the same in all rows");
        }
        if self.within != other.within {
            differs("within must be the same in all rows");
        }
    }

    fn write(&self, bytes: &mut Bytes) {
        bytes.push(self.names.len() as u8);
        for name in &self.names {
            bytes.extend_from_slice(&(name.len() as u32).to_le_bytes());
            bytes.extend_from_slice(name);
        }
        bytes.push(u8::from(self.within.is_some()));
        if let Some(Interval { months, days, micros }) = self.within {
            bytes.extend_from_slice(&months.to_le_bytes());
            bytes.extend_from_slice(&days.to_le_bytes());
            bytes.extend_from_slice(&micros.to_le_bytes());
        }
    }

    fn read(bytes: &[u8], memory: ServerMemory) -> Option<(Self, &[u8])> {
        let (&count, mut bytes) = bytes.split_first()?;
        let mut names = Vec::new_in(memory);
        for _ in 0..count {
            let (length, rest) = bytes.split_first_chunk()?;
            let (name, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            names.push(memory.copy(name));
            bytes = rest;
        }
        let (&limited, mut bytes) = bytes.split_first()?;
        let mut within = None;
        if limited == 1 {
            let (months, rest) = bytes.split_first_chunk()?;
            let (days, rest) = rest.split_first_chunk()?;
            let (micros, rest) = rest.split_first_chunk()?;
            within = Some(Interval {
                months: i32::from_le_bytes(*months),
                days: i32::from_le_bytes(*days),
                micros: i64::from_le_bytes(*micros),
            });
            bytes = rest;
        }
        Some((AskedFunnel { names, within, array: Vec::new_in(memory) }, bytes))
    }
}
