use allocator_api2::vec::Vec;

use crate::calendar::Periods;
use crate::collection::room::defaults;
use crate::{Error, Result};

/// Periods that a triangle may have.
pub const MAX_COHORTS: usize = 2_000;

/// A cell for each cohort and each period from that of the cohort on.
pub(crate) struct Triangle<T> {
    periods: usize,
    cells: Vec<T>,
}

impl<T: Clone + Default> Triangle<T> {
    pub fn new(periods: &Periods) -> Result<Self> {
        let periods = periods.len();
        if periods > MAX_COHORTS {
            return Err(Error::TooManyCohorts);
        }
        Ok(Triangle { periods, cells: defaults(periods * (periods + 1) / 2)? })
    }

    /// The cell of a cohort in a period that is not before it.
    #[inline]
    pub fn cell(&mut self, cohort: usize, period: usize) -> &mut T {
        let row = self.start_of(cohort);
        &mut self.cells[row + period - cohort]
    }

    /// The cells of a cohort, from age 0 on.
    pub fn row(&self, cohort: usize) -> &[T] {
        &self.cells[self.start_of(cohort)..self.start_of(cohort + 1)]
    }

    /// Earlier rows are longer: by one for each row between.
    fn start_of(&self, cohort: usize) -> usize {
        cohort * (2 * self.periods + 1 - cohort) / 2
    }
}
